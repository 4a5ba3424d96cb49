"""What an operation costs: the weights of its fields, those in lists as often as the list is long.

What is merged when it is executed counts once (``app/merged_cost.py``). Where that is not certain, all is
added up: one pass over the document, in which each fragment is reckoned once, however often and wherever it
is spread.
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

from app.merged_cost import MergedCost, NotCertainError, Slice
from schema.cost import ListSize, fields_of, is_list, size_of, weight_of

OF_MUTATION = 10
"""A transaction, at least, unless its field says more."""
OF_INTROSPECTION = 100
"""The whole schema, written out by graphql-core in Python."""


@dataclass(frozen=True, slots=True)
class Price:
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
        bill = Bill(self, document, operation, variables)
        try:
            return max(1, MergedCost(bill, document).of([(operation.selection_set, root)]))
        except NotCertainError:
            return max(1, bill.of_selections(operation.selection_set, root))

    def of(self, parent: GraphQLCompositeType, field: str) -> Price | None:
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


class Bill:
    """One operation's."""

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
        self._known: dict[tuple[str, Slice | None], int] = {}
        self._variables = {
            each.variable.name.value: value_from_ast_untyped(each.default_value)
            for each in operation.variable_definitions or ()
            if each.default_value is not None
        } | dict(variables)

    def of_selections(
        self,
        selections: SelectionSetNode,
        parent: GraphQLCompositeType,
        slice_: Slice | None = None,
    ) -> int:
        """A value is of one type only: of what is selected for several, the dearest counts."""
        shared = 0
        of_type: dict[str, int] = defaultdict(int)
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                shared += self._of_field(selection, parent, slice_)
                continue
            assert isinstance(selection, (FragmentSpreadNode, InlineFragmentNode))  # noqa: S101 - no fourth
            inner, kind = self.selected_by(selection, parent)
            if isinstance(selection, FragmentSpreadNode):
                cost = self._of_fragment(selection.name.value, inner, kind, slice_)
            else:
                cost = self.of_selections(inner, kind, slice_)
            if is_abstract_type(parent) and isinstance(kind, GraphQLObjectType):
                of_type[kind.name] += cost
            else:
                shared += cost
        return shared + max(of_type.values(), default=0)

    def selected_by(
        self, node: FragmentSpreadNode | InlineFragmentNode, parent: GraphQLCompositeType
    ) -> tuple[SelectionSetNode, GraphQLCompositeType]:
        """What a fragment selects, and of which type."""
        fragment = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
        condition = fragment.type_condition
        kind = parent if condition is None else self._prices.type_named(condition)
        return fragment.selection_set, kind

    def price_of(self, parent: GraphQLCompositeType, node: FieldNode) -> Price | None:
        """None for a field of GraphQL's own."""
        return self._prices.of(parent, node.name.value)

    def of_introspection(self, node: FieldNode) -> int:
        return OF_INTROSPECTION if node.name.value in ("__schema", "__type") else 0

    def slice_of(self, node: FieldNode, price: Price) -> Slice | None:
        """What the field of a page says of the list in it."""
        if price.size is None or not price.size.sized_fields:
            return None
        return tuple(price.size.sized_fields), self._size(node, price.size)

    def _of_fragment(
        self, name: str, selections: SelectionSetNode, kind: GraphQLCompositeType, slice_: Slice | None
    ) -> int:
        key = (name, slice_)
        if key not in self._known:
            self._known[key] = self.of_selections(selections, kind, slice_)
        return self._known[key]

    def _of_field(self, node: FieldNode, parent: GraphQLCompositeType, slice_: Slice | None) -> int:
        price = self.price_of(parent, node)
        if price is None:
            return self.of_introspection(node)
        items = self.length(node, price, slice_)
        if price.of is None or node.selection_set is None:
            return price.weight * items
        inner = self.slice_of(node, price)
        return items * (price.weight + self.of_selections(node.selection_set, price.of, inner))

    def length(self, node: FieldNode, price: Price, slice_: Slice | None) -> int:
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


def _price(field: GraphQLField, *, default: int) -> Price:
    named = get_named_type(field.type)
    of = named if is_composite_type(named) else None
    weight = weight_of(field)
    return Price((default if of else 0) if weight is None else weight, is_list(field), size_of(field), of)
