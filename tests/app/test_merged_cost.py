"""What is merged when it is executed costs once, and never less than it may come to; hostile or not."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    parse,
)

from app import merged_cost
from app.cost import Bill, Prices
from app.merged_cost import MOST_STEPS, STEPS_BEFORE, STEPS_PER_SELECTION, MergedCost, NotCertainError
from schema.build import build_schema

SCHEMA: GraphQLSchema = build_schema(introspection=True, suggestions=False)._schema
PRICES = Prices(SCHEMA)
QUERY: Any = SCHEMA.query_type


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ viewer { player { id } player { id } } }", 1 + 1),
        ("{ viewer { player { id } } viewer { player { displayName } } }", 1 + 1),
        ("{ viewer { a: player { id } b: player { id } } }", 1 + 2),
        ("{ viewer { ...A ...B } } fragment A on Viewer { player { id } } "
         "fragment B on Viewer { player { displayName } }", 1 + 1),
        ("{ viewer { ...A ...A ... { ...A } } } fragment A on Viewer { player { id } }", 1 + 1),
        ("{ viewer { teams(first: 3) { ...P ...Q } } } fragment P on TeamConnection { edges { cursor } } "
         "fragment Q on TeamConnection { edges { node { id } } }", 1 + 1 + 3),
        ("{ ...A ...B } fragment A on Query { viewer { teams(first: 4) { edges { node { id } } } } } "
         "fragment B on Query { viewer { teams(first: 4) { edges { node { name } } } player { id } } }",
         1 + (1 + 4) + 1),
        ('{ node(id: "x") { ... on Team { currentPhase { id } } ... on Team { currentPhase { name } } '
         '... on Viewer { player { id } } } }', 1 + 1),
        ("{ viewer { ... @defer { player { id } } player { id } } }", 1 + 2),
    ],
)  # fmt: skip
def test_selections_under_one_name_cost_once(text: str, expected: int) -> None:
    assert PRICES.cost(*_read(text), {}) == expected


@pytest.mark.parametrize("seed", range(200))
def test_it_lies_between_what_is_executed_and_the_sum_of_all_that_stands_there(seed: int) -> None:
    document, operation = _read(_Writer(random.Random(seed)).document())
    bill = Bill(PRICES, document, operation, {})

    merged = MergedCost(bill, document).of([(operation.selection_set, QUERY)])

    assert _executed(bill, document, [operation.selection_set], QUERY, None) <= merged
    assert merged <= bill.of_selections(operation.selection_set, QUERY)


def test_the_documents_of_that_test_merge_much_and_are_reckoned_exactly_as_a_rule() -> None:
    exact = dearer = 0
    for seed in range(200):
        document, operation = _read(_Writer(random.Random(seed)).document())
        bill = Bill(PRICES, document, operation, {})
        merged = MergedCost(bill, document).of([(operation.selection_set, QUERY)])
        exact += merged == _executed(bill, document, [operation.selection_set], QUERY, None)
        dearer += merged < bill.of_selections(operation.selection_set, QUERY)

    assert exact >= 120
    assert dearer >= 60


HOSTILE = {
    "every pair of fragments is another selection": "{ ...F0 } "
    + " ".join(
        f"fragment F{n} on Query {{ viewer {{ ...G{n} }} node(id: 1) {{ ...on Viewer {{ ...G{n + 1} }} }} "
        f"...F{n + 1} }} "
        f"fragment G{n} on Viewer {{ teams {{ edges {{ node {{ ...T{n} ...T{n + 1} }} }} }} }} "
        f"fragment T{n} on Team {{ players {{ edges {{ node {{ teams {{ id ...T{n + 1} }} "
        f"plans {{ edges {{ node {{ athlete {{ teams {{ ...T{n + 1} }} }} }} }} }} }} }} }} ...T{n + 1} }}"
        for n in range(40)
    )
    + " fragment F40 on Query { __typename } fragment G40 on Viewer { id } fragment T40 on Team { id }"
    + " fragment T41 on Team { id }",
    "names under which many things are merged": "{ viewer { "
    + "".join(f"...on Viewer {{ teams {{ edges {{ node {{ a{n}: coaches {{ edges {{ cursor }} }} }} }} }} }} "
              for n in range(300))
    + "} }",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_given_up_after_some_steps_for_each_selection_and_then_added_up(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    step = MergedCost.step

    def counted(self: MergedCost) -> None:
        nonlocal steps
        steps += 1
        step(self)

    monkeypatch.setattr(MergedCost, "step", counted)
    document, operation = _read(HOSTILE[name])
    cost = PRICES.cost(document, operation, {})
    added_up = Bill(PRICES, document, operation, {}).of_selections(operation.selection_set, QUERY)

    assert 1 <= cost <= added_up
    assert steps <= STEPS_BEFORE + STEPS_PER_SELECTION * merged_cost._selections_in(document) + 1
    assert steps <= MOST_STEPS + 1


def test_without_steps_the_sum_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    document, operation = _read("{ viewer { player { id } player { id } } }")
    monkeypatch.setattr(merged_cost, "STEPS_BEFORE", 0)
    monkeypatch.setattr(merged_cost, "STEPS_PER_SELECTION", 0)

    assert PRICES.cost(document, operation, {}) == 1 + 2


def test_one_name_for_two_fields_is_not_certain() -> None:
    """No valid document has it; what is reckoned then is everything."""
    document, operation = _read(
        "{ viewer { a: player { id } a: teams(first: 9) { edges { node { id } } } } }"
    )
    with pytest.raises(NotCertainError):
        MergedCost(Bill(PRICES, document, operation, {}), document).of([(operation.selection_set, QUERY)])

    assert PRICES.cost(document, operation, {}) == 1 + 1 + (1 + 9)


class _Writer:
    """Documents that select the same in many places: fields by few names, fragments in fragments."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._fragments: dict[str, tuple[str, str]] = {}

    def document(self) -> str:
        body = self._selections(QUERY, 4)
        fragments = (f"fragment {name} on {of} {text}" for name, (of, text) in self._fragments.items())
        return "\n".join((f"query {body}", *fragments))

    def _selections(self, kind: Any, depth: int) -> str:
        parts = ["__typename"]
        for _ in range(self._chance.randint(1, 5)):
            what = self._chance.random()
            if what < 0.3 and depth:
                of = self._overlapping(kind)
                parts.append(f"... on {of.name} {self._selections(of, depth - 1)}")
            elif what < 0.5 and depth:
                parts.append(f"...{self._fragment(self._overlapping(kind), depth - 1)}")
            elif not isinstance(kind, GraphQLObjectType) or not depth:
                continue
            else:
                parts.append(self._field(kind, depth))
        return "{ " + " ".join(parts) + " }"

    def _field(self, kind: GraphQLObjectType, depth: int) -> str:
        """Of a few of its fields, so that they come again."""
        usual = [
            name
            for name, field in kind.fields.items()
            if is_composite_type(get_named_type(field.type))
            and not any(is_required_argument(each) for each in field.args.values())
        ]
        if not usual:
            return "__typename"
        name = self._chance.choice(usual[:4])
        field = kind.fields[name]
        sized, arguments = "", ""
        if "first" in field.args:
            size = self._chance.randint(1, 3)
            sized, arguments = f"{name}{size}: ", f"(first: {size})"
        inner = self._selections(get_named_type(field.type), depth - 1)
        return f"{sized}{name}{arguments} {inner}"

    def _fragment(self, of: Any, depth: int) -> str:
        """A known one of the type, as a rule. It is named when it is whole, so none holds itself."""
        known = [name for name, (type_, _) in self._fragments.items() if type_ == of.name]
        if known and self._chance.random() < 0.7:
            return self._chance.choice(known)
        text = self._selections(of, depth)
        name = f"F{len(self._fragments)}"
        self._fragments[name] = of.name, text
        return name

    def _overlapping(self, kind: Any) -> Any:
        if is_abstract_type(kind):
            return self._chance.choice([kind, *SCHEMA.get_possible_types(kind)[:4]])
        return self._chance.choice([kind, *kind.interfaces])


def _executed(
    bill: Bill, document: DocumentNode, selections: Sequence[SelectionSetNode], kind: Any, slice_: Any
) -> int:
    """With fields collected and merged as GraphQL says, for each type that a value can have; no shortcut."""
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    types = SCHEMA.get_possible_types(kind) if is_abstract_type(kind) else [kind]
    return max(_of_type(bill, document, fragments, selections, each, slice_) for each in types)


def _of_type(
    bill: Bill,
    document: DocumentNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    selections: Sequence[SelectionSetNode],
    kind: GraphQLObjectType,
    slice_: Any,
) -> int:
    fields: dict[str, list[FieldNode]] = defaultdict(list)

    def collect(selection_set: SelectionSetNode) -> None:
        for each in selection_set.selections:
            if isinstance(each, FieldNode):
                fields[(each.alias or each.name).value].append(each)
                continue
            assert isinstance(each, (FragmentSpreadNode, InlineFragmentNode))
            fragment = fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
            condition = fragment.type_condition
            of = kind if condition is None else SCHEMA.get_type(condition.name.value)
            if of is kind or (is_abstract_type(of) and SCHEMA.is_sub_type(of, kind)):
                collect(fragment.selection_set)

    for each in selections:
        collect(each)
    total = 0
    for nodes in fields.values():
        price = bill.price_of(kind, nodes[0])
        if price is None:
            continue
        below = [each.selection_set for each in nodes if each.selection_set is not None]
        inner = bill.slice_of(nodes[0], price)
        of_value = price.weight
        if price.of is not None and below:
            of_value += _executed(bill, document, below, price.of, inner)
        total += bill.length(nodes[0], price, slice_) * of_value
    return total


def _read(text: str) -> tuple[DocumentNode, OperationDefinitionNode]:
    document = parse(text)
    return document, next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
