"""What an operation asks for, merged as GraphQL merges it: one entry for each response key, in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)
from strawberry.types.field import StrawberryField

from engine.declined import Declined, Reason

TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One field of the answer. ``nodes`` are all of its places in the document; their arguments are alike."""

    key: str
    nodes: tuple[FieldNode, ...]
    parent: GraphQLObjectType
    definition: GraphQLField | None  # None for __typename

    @property
    def name(self) -> str:
        return self.nodes[0].name.value

    @property
    def declared(self) -> StrawberryField:
        assert self.definition is not None  # noqa: S101 - __typename is handled before this is asked
        found: StrawberryField = self.definition.extensions["strawberry-definition"]
        return found

    @property
    def selections(self) -> tuple[SelectionSetNode, ...]:
        return tuple(each.selection_set for each in self.nodes if each.selection_set)


@dataclass(frozen=True, slots=True)
class Selections:
    """``variables`` are coerced; of them only those in ``@skip`` and ``@include`` matter here."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def of(self, type_: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> list[Chosen]:
        found: dict[str, list[FieldNode]] = {}
        for selection_set in sets:
            for node in self._fields(type_, selection_set, set()):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append(node)
        return [
            Chosen(key, tuple(nodes), type_, type_.fields.get(nodes[0].name.value))
            for key, nodes in found.items()
        ]

    def _fields(
        self, type_: GraphQLObjectType, selection_set: SelectionSetNode, spread: set[str]
    ) -> Iterator[FieldNode]:
        for each in selection_set.selections:
            if not self._is_included(each):
                continue
            if isinstance(each, FieldNode):
                yield each
            elif isinstance(each, InlineFragmentNode):
                condition = each.type_condition
                if condition is None or self._applies(condition.name.value, type_):
                    yield from self._fields(type_, each.selection_set, spread)
            elif isinstance(each, FragmentSpreadNode):
                name = each.name.value
                fragment = self.fragments[name]
                if name not in spread and self._applies(fragment.type_condition.name.value, type_):
                    spread.add(name)
                    yield from self._fields(type_, fragment.selection_set, spread)

    def _applies(self, name: str, type_: GraphQLObjectType) -> bool:
        condition = self.schema.type_map[name]
        if condition is type_:
            return True
        return is_abstract_type(condition) and self.schema.is_sub_type(condition, type_)

    def _is_included(self, node: SelectionNode) -> bool:
        for each in node.directives or ():
            if each.name.value in ("skip", "include"):
                (given,) = each.arguments or ()  # validation has seen to it
                steers = self._truth(given.value)
                if steers == (each.name.value == "skip"):
                    return False
        return True

    def _truth(self, node: ValueNode) -> bool:
        """A null in a variable that may be null is an error, and so the reference lane's business."""
        value = self.variables.get(node.name.value) if isinstance(node, VariableNode) else None
        if isinstance(node, BooleanValueNode):
            value = node.value
        if not isinstance(value, bool):
            raise Declined(Reason.ARGUMENT, "if")
        return value


def object_type(field: GraphQLField) -> GraphQLObjectType | None:
    """The one type of object that the field, or its list, holds; None for anything else."""
    named = get_named_type(field.type)
    return named if isinstance(named, GraphQLObjectType) else None
