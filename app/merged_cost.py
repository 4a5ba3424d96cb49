"""What an operation costs where selections under one name are merged, as they are when it is executed.

A document made to hurt has very many ways to merge few words: after so many steps that is given up, and
``app/cost.py`` adds up what stands in the document, which is never less. Nor is anything here reckoned lower
than it may come to: what is merged though it differs counts as the dearest of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    is_abstract_type,
)

if TYPE_CHECKING:
    from app.cost import Bill

STEPS_BEFORE, STEPS_PER_SELECTION = 64, 4
MOST_STEPS = 1_500
"""Two or three milliseconds; the largest documents of clients need some hundred."""

Slice: TypeAlias = tuple[tuple[str, ...], int]
"""What a page's field says of the list in it: the fields that are the list, and its length."""
Selections: TypeAlias = tuple[SelectionSetNode, GraphQLCompositeType]
Field: TypeAlias = tuple[FieldNode, GraphQLCompositeType]
EVERY_TYPE = ""


class NotCertainError(Exception):
    """What is merged here cannot be said, or not in a few steps."""


class MergedCost:
    def __init__(self, bill: Bill, document: DocumentNode) -> None:
        self._bill = bill
        self._steps_left = min(STEPS_BEFORE + STEPS_PER_SELECTION * _selections_in(document), MOST_STEPS)
        self._known: dict[tuple[frozenset[tuple[int, str]], Slice | None], int] = {}

    def of(self, selections: Iterable[Selections], slice_: Slice | None = None) -> int:
        """Of what is selected of one value; raises ``NotCertainError``. The same is worked out once."""
        parts = {(id(each), kind.name): (each, kind) for each, kind in selections}
        key = (frozenset(parts), slice_)  # the document holds them, so no others have their identity
        if key not in self._known:
            collected = _Collected(self, slice_)
            for each, kind in parts.values():
                collected.add(each, kind, EVERY_TYPE)
            self._known[key] = collected.cost()
        return self._known[key]

    def of_field(self, fields: list[Field], slice_: Slice | None) -> int:
        """Of those with one name in the answer."""
        names = {node.name.value for node, _ in fields}
        if len(names) > 1:
            raise NotCertainError
        bill, below = self._bill, list[Selections]()
        cost = items = 0
        inner: Slice | None = None
        for node, parent in fields:
            price = bill.price_of(parent, node)
            if price is None:
                cost, items = max(cost, bill.of_introspection(node)), 1
                continue
            cost, items = max(cost, price.weight), max(items, bill.length(node, price, slice_))
            sliced = bill.slice_of(node, price)
            if inner is not None and (sliced is None or sliced[0] != inner[0]):
                raise NotCertainError
            if inner is None or (sliced is not None and sliced[1] > inner[1]):
                inner = sliced
            if price.of is not None and node.selection_set is not None:
                below.append((node.selection_set, price.of))
        return items * (cost + (self.of(below, inner) if below else 0))

    def step(self) -> None:
        self._steps_left -= 1
        if self._steps_left < 0:
            raise NotCertainError

    def selected_by(
        self, node: FragmentSpreadNode | InlineFragmentNode, parent: GraphQLCompositeType
    ) -> Selections:
        return self._bill.selected_by(node, parent)


class _Collected:
    """The fields of one value, by their names in the answer: of whatever type it is, and of single types."""

    def __init__(self, merging: MergedCost, slice_: Slice | None) -> None:
        self._merging = merging
        self._slice = slice_
        self._fields: dict[str, dict[str, list[Field]]] = defaultdict(lambda: defaultdict(list))
        self._apart: dict[str, int] = defaultdict(int)
        self._seen: set[tuple[str, str]] = set()

    def add(self, selections: SelectionSetNode, parent: GraphQLCompositeType, of_type: str) -> None:
        for selection in selections.selections:
            self._merging.step()
            if isinstance(selection, FieldNode):
                name = selection.alias or selection.name
                self._fields[of_type][name.value].append((selection, parent))
                continue
            assert isinstance(selection, (FragmentSpreadNode, InlineFragmentNode))  # noqa: S101 - no fourth
            inner, kind = self._merging.selected_by(selection, parent)
            group = of_type
            if not group and is_abstract_type(parent) and isinstance(kind, GraphQLObjectType):
                group = kind.name
            if any(each.name.value == "defer" for each in selection.directives or ()):
                # It may be executed by itself.
                self._apart[group] += self._merging.of([(inner, kind)], self._slice)
                continue
            if isinstance(selection, FragmentSpreadNode):
                if (selection.name.value, group) in self._seen:
                    continue
                self._seen.add((selection.name.value, group))
            self.add(inner, kind, group)

    def cost(self) -> int:
        """A value is of one type only: of what is selected for several, the dearest counts."""
        of_type = {
            group: self._apart[group]
            + sum(self._merging.of_field(fields, self._slice) for fields in self._fields[group].values())
            for group in {*self._fields, *self._apart}
        }
        shared = of_type.pop(EVERY_TYPE, 0)
        return shared + max(of_type.values(), default=0)


def _selections_in(document: DocumentNode) -> int:
    count = 0
    left = [
        each.selection_set
        for each in document.definitions
        if isinstance(each, (OperationDefinitionNode, FragmentDefinitionNode))
    ]
    while left:
        for selection in left.pop().selections:
            count += 1
            if isinstance(selection, (FieldNode, InlineFragmentNode)) and selection.selection_set:
                left.append(selection.selection_set)
    return count
