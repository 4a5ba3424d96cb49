"""What an operation costs: the weights of its fields, those in lists as often as the list is long.

One pass over the document, in which each fragment is reckoned once, however often and wherever it is spread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    value_from_ast_untyped,
)

from schema.cost import ListSize, fields_of, is_list, size_of, weight_of

OF_MUTATION = 10
"""A transaction, at least, unless its field says more."""
OF_INTROSPECTION = 100
"""The whole schema, written out by graphql-core in Python."""


@dataclass(frozen=True, slots=True)
class _Price:
    weight: int
    is_list: bool
    size: ListSize | None
    of: GraphQLCompositeType | None  # what is selected in it


class Prices:
    """The price of every field of a schema, worked out once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        changes = schema.get_root_type(OperationType.MUTATION)
        self._of = {
            name: _price(field, default=OF_MUTATION if changes and name.startswith(f"{changes.name}.") else 1)
            for name, field in fields_of(schema)
        }

    def cost(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        """Of a valid operation; at least 1."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # noqa: S101 - it is valid
        return max(
            1, _Bill(self, document, operation, variables).of_selections(operation.selection_set, root)
        )

    def of(self, parent: GraphQLCompositeType, field: str) -> _Price | None:
        return self._of.get(f"{parent.name}.{field}")

    def type_named(self, node: NamedTypeNode) -> GraphQLCompositeType:
        found = self._schema.get_type(node.name.value)
        assert is_composite_type(found)  # noqa: S101 - the document is valid
        return found


def sizing_variables(document: DocumentNode) -> frozenset[str]:
    """Names of the variables that may decide how long a list is: those that stand as a field's argument."""
    found: set[str] = set()
    left: list[SelectionSetNode] = [
        each.selection_set
        for each in document.definitions
        if isinstance(each, (OperationDefinitionNode, FragmentDefinitionNode))
    ]
    while left:
        for selection in left.pop().selections:
            if isinstance(selection, FieldNode):
                for argument in selection.arguments or ():
                    if isinstance(argument.value, VariableNode):
                        found.add(argument.value.name.value)
            if isinstance(selection, (FieldNode, InlineFragmentNode)) and selection.selection_set:
                left.append(selection.selection_set)
    return frozenset(found)


def length_of(value: object) -> int | None:
    """How many items the value of a slicing argument asks for; None where it says nothing of that."""
    if isinstance(value, list):
        return len(value)
    return max(0, value) if isinstance(value, int) else None


class _Bill:
    """One operation's. A slice is what a page's field says of the list in it."""

    def __init__(
        self,
        prices: Prices,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._prices = prices
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self._known: dict[tuple[str, tuple[tuple[str, ...], int] | None], int] = {}
        self._variables = {
            each.variable.name.value: value_from_ast_untyped(each.default_value)
            for each in operation.variable_definitions or ()
            if each.default_value is not None
        } | dict(variables)

    def of_selections(
        self,
        selections: SelectionSetNode,
        parent: GraphQLCompositeType,
        slice_: tuple[tuple[str, ...], int] | None = None,
    ) -> int:
        """A value is of one type only: of what is selected for several, the dearest counts."""
        shared = 0
        of_type: dict[str, int] = defaultdict(int)
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                shared += self._of_field(selection, parent, slice_)
                continue
            if isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                kind = self._prices.type_named(fragment.type_condition)
                cost = self._of_fragment(fragment, kind, slice_)
            else:
                assert isinstance(selection, InlineFragmentNode)  # noqa: S101 - there is no fourth
                condition = selection.type_condition
                kind = parent if condition is None else self._prices.type_named(condition)
                cost = self.of_selections(selection.selection_set, kind, slice_)
            if is_abstract_type(parent) and isinstance(kind, GraphQLObjectType):
                of_type[kind.name] += cost
            else:
                shared += cost
        return shared + max(of_type.values(), default=0)

    def _of_fragment(
        self,
        fragment: FragmentDefinitionNode,
        kind: GraphQLCompositeType,
        slice_: tuple[tuple[str, ...], int] | None,
    ) -> int:
        key = (fragment.name.value, slice_)
        if key not in self._known:
            self._known[key] = self.of_selections(fragment.selection_set, kind, slice_)
        return self._known[key]

    def _of_field(
        self, node: FieldNode, parent: GraphQLCompositeType, slice_: tuple[tuple[str, ...], int] | None
    ) -> int:
        name = node.name.value
        price = self._prices.of(parent, name)
        if price is None:
            return OF_INTROSPECTION if name in ("__schema", "__type") else 0
        items, inner = self._length(node, price, slice_), None
        if price.size is not None and price.size.sized_fields:
            inner = (tuple(price.size.sized_fields), self._size(node, price.size))
        if price.of is None or node.selection_set is None:
            return price.weight * items
        return items * (price.weight + self.of_selections(node.selection_set, price.of, inner))

    def _length(self, node: FieldNode, price: _Price, slice_: tuple[tuple[str, ...], int] | None) -> int:
        if not price.is_list:
            return 1
        if slice_ is not None and node.name.value in slice_[0]:
            return slice_[1]
        return 1 if price.size is None else self._size(node, price.size)

    def _size(self, node: FieldNode, size: ListSize) -> int:
        given = [
            length
            for argument in node.arguments or ()
            if argument.name.value in (size.slicing_arguments or ())
            and (length := self._value(argument.value)) is not None
        ]
        return max(given) if given else size.assumed_size or 0

    def _value(self, node: ValueNode) -> int | None:
        if isinstance(node, IntValueNode):
            return max(0, int(node.value))
        if isinstance(node, ListValueNode):
            return len(node.values)
        return length_of(self._variables.get(node.name.value)) if isinstance(node, VariableNode) else None


def _price(field: GraphQLField, *, default: int) -> _Price:
    named = get_named_type(field.type)
    of = named if is_composite_type(named) else None
    weight = weight_of(field)
    return _Price((default if of else 0) if weight is None else weight, is_list(field), size_of(field), of)
