"""What the answer to an event of a subscription may depend on, found in its document."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    is_abstract_type,
    visit,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from app.operations import Prepared
from integrations.flags import Flag
from resolvers.live.sharing import is_same_for_equals
from resolvers.permissions import AnswersToFlag, Behind, Need
from schema.fields import needs_of

AFTER = "after"


@dataclass(frozen=True, slots=True)
class Sharing:
    """``needs`` are the root field's keys. ``is_personal``: some field may look at who asks.

    ``flags`` are all that the document's fields ask for. ``only_after`` is the variable, if any, that is
    nothing but the cursor to begin at, so that those who began at different places share what follows.
    """

    field: str
    needs: tuple[Need, ...]
    is_personal: bool
    flags: tuple[Flag, ...]
    only_after: str | None
    name: str = dataclasses.field(init=False, default="")

    def __post_init__(self) -> None:
        """``name`` is the same for whatever depends on the caller in the same way."""
        object.__setattr__(self, "name", f"{self.is_personal} {' '.join(self.flags)}")

    def key(self, prepared: Prepared, variables: Mapping[str, Any]) -> Hashable:
        """The same for the same operation with the same variables, for as long as ``prepared`` is kept."""
        rest = {name: value for name, value in variables.items() if name != self.only_after}
        return id(prepared.definition), orjson.dumps(rest, option=orjson.OPT_SORT_KEYS)


def sharing_of(schema: GraphQLSchema, prepared: Prepared) -> Sharing:
    """In one pass over the document, its other operations included: that errs on the side of not sharing."""
    assert schema.subscription_type is not None  # noqa: S101 - there is a subscription
    ast = prepared.document.ast
    found = _Fields(schema)
    visit(ast, TypeInfoVisitor(found.types, found))
    root = _root(ast, prepared.definition.selection_set)
    return Sharing(
        field=root.name.value,
        needs=needs_of(_definition(schema.subscription_type, root.name.value)),
        is_personal=found.is_personal,
        flags=tuple(sorted(found.flags)),
        only_after=_only_after(root, found.uses),
    )


class _Fields(Visitor):
    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.is_personal = False
        self.flags: set[Flag] = set()
        self.uses: dict[str, int] = {}
        self._schema = schema

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.name.value.startswith("__"):
            return
        for type_ in self._owners():
            field = _definition(type_, node.name.value)
            self.flags.update(
                each.flag for each in needs_of(field) if isinstance(each, Behind | AnswersToFlag)
            )
            is_root = type_ is self._schema.subscription_type
            self.is_personal |= not is_root and _may_look_at_the_caller(field)

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        name = node.variable.name.value
        self.uses[name] = self.uses.get(name, 0) - 1  # the definition's own mention is no use

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.uses[node.name.value] = self.uses.get(node.name.value, 0) + 1

    def _owners(self) -> Iterator[GraphQLObjectType]:
        """Whose field it may turn out to be."""
        parent = self.types.get_parent_type()
        if isinstance(parent, GraphQLObjectType):
            yield parent
        elif parent is not None and is_abstract_type(parent):
            yield from self._schema.get_possible_types(parent)


def _may_look_at_the_caller(field: StrawberryField) -> bool:
    resolver = field.base_resolver
    if field.extensions:
        return True
    if resolver is None or resolver.info_parameter is None:
        return False
    return not is_same_for_equals(resolver.wrapped_func)


def _definition(type_: GraphQLObjectType, name: str) -> StrawberryField:
    found: StrawberryField = type_.fields[name].extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    return found


def _root(ast: DocumentNode, selections: SelectionSetNode) -> FieldNode:
    """Validation has seen to it that there is exactly one."""
    fragments = {
        each.name.value: each for each in ast.definitions if isinstance(each, FragmentDefinitionNode)
    }
    node: Node = selections.selections[0]
    while not isinstance(node, FieldNode):
        inside = fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        node = inside.selection_set.selections[0]  # type: ignore[attr-defined]
    return node


def _only_after(root: FieldNode, uses: Mapping[str, int]) -> str | None:
    for argument in root.arguments or ():
        if argument.name.value == AFTER and isinstance(argument.value, VariableNode):
            name = argument.value.name.value
            # A fragment is in the document once, so that what is in it is counted once: still no less.
            return name if uses.get(name) == 1 else None
    return None
