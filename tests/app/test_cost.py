"""What an operation costs is reckoned from the weights and sizes in the schema, in one pass."""

from __future__ import annotations

import time
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from app.cost import OF_INTROSPECTION, Prices
from app.documents import RequestError
from app.limits import Limits
from app.operations import MOST_COSTS_KEPT, Operations
from app.route_operations import COMPRESS, PREVIEW, STATUS
from db.paging import DEFAULT_SIZE
from integrations.metrics import Metrics
from schema.build import build_schema
from schema.cost import ASSUMED_SIZE, fields_of, is_list, is_page, size_of

SCHEMA = build_schema(introspection=True, suggestions=False)
PRICES = Prices(SCHEMA._schema)


def cost(text: str, **variables: Any) -> int:
    document = parse(text)
    operation = next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    return PRICES.cost(document, operation, variables)


def operations(most: int = 10_000) -> Operations:
    return Operations(
        SCHEMA, Metrics(), seconds=3, introspection=True, suggestions=False, limits=Limits(cost=most)
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ viewer { id displayName role } }", 1),
        ("{ __typename }", 1),
        ("{ viewer { teams(first: 3) { edges { cursor node { id name } } } } }", 1 + 1 + 3 * 1),
        ("{ viewer { teams(last: 7) { edges { node { id } } pageInfo { hasNextPage } } } }", 1 + 1 + 7),
        ("{ viewer { teams { edges { node { id } } } } }", 1 + 1 + DEFAULT_SIZE),
        (
            "{ viewer { teams(first: 2) { edges { node { coaches(last: 5) { edges { cursor } } } } } } }",
            1 + 1 + 2 * (1 + 1 + 0),
        ),
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', 3),
        ("{ nodes(ids: []) { id } }", 1),
        ("{ viewer { featureFlags { key } } }", 1 + 20),
        ("{ viewer { scopes } }", 1),
        ("{ __schema { types { fields { name } } } }", OF_INTROSPECTION),
        ("{ viewer { teams(first: -5) { edges { node { id } } } } }", 1 + 1),
    ],
)
def test_an_object_costs_its_weight_as_often_as_it_may_come(text: str, expected: int) -> None:
    assert cost(text) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"n": 30}, 30), ({}, 4), ({"n": None}, DEFAULT_SIZE), ({"n": "many"}, DEFAULT_SIZE)],
)
def test_variables_and_their_defaults_say_how_long_a_page_is(given: dict[str, Any], expected: int) -> None:
    text = "query ($n: Int = 4) { viewer { teams(first: $n) { edges { node { id } } } } }"

    assert cost(text, **given) == 1 + 1 + expected


def test_ids_in_a_variable_are_counted() -> None:
    assert cost("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=["a"] * 17) == 17


def test_of_types_that_a_value_can_have_the_dearest_counts() -> None:
    plan = "... on Plan { microcycles { id } }"
    team = "... on Team { players(first: 50) { edges { node { id } } } }"

    assert cost(f'{{ node(id: "x") {{ {plan} {team} }} }}') == cost(f'{{ node(id: "x") {{ {team} }} }}')
    assert cost(f'{{ node(id: "x") {{ {team} {team} }} }}') == 1 + (1 + 50)


def test_a_fragment_within_a_page_is_as_long_as_the_page() -> None:
    spread = """
        {{ viewer {{ teams(first: {}) {{ ...Page }} }} }}
        fragment Page on TeamConnection {{ ...Inner }}
        fragment Inner on TeamConnection {{ edges {{ node {{ id }} }} }}
    """

    assert (cost(spread.format(3)), cost(spread.format(9))) == (1 + 1 + 3, 1 + 1 + 9)


def test_fragments_that_double_are_reckoned_once_each() -> None:
    chain = " ".join(
        f"fragment F{n} on Viewer {{ player {{ id }} ...F{n + 1} ...F{n + 1} }}" for n in range(60)
    )
    began = time.process_time()

    found = cost(f"{{ viewer {{ ...F0 }} }} {chain} fragment F60 on Viewer {{ id }}")

    assert found == 1 + 1
    assert time.process_time() - began < 0.2


def test_as_dear_as_may_be_is_taken_and_one_more_is_told_what_it_costs() -> None:
    text = "query ($n: Int) { viewer { teams(first: $n) { edges { node { id } } } } }"
    assert operations(100).prepare(text, None, {"n": 98}).cost == 100

    with pytest.raises(RequestError) as refused:
        operations(100).prepare(text, None, {"n": 99})

    [error] = refused.value.errors
    assert error.extensions == {"code": "operation_too_costly", "limit": 100, "actual": 101}
    assert "costs 101" in error.message


def test_a_cost_is_kept_with_the_document_for_each_length_and_not_for_ever() -> None:
    ours = operations()
    text = "query ($n: Int, $id: ID!) { viewer { teams(first: $n) { edges { node { id } } } } ...N }"
    text += " fragment N on Query { node(id: $id) { id } }"

    for number in range(100):
        assert ours.prepare(text, None, {"n": number, "id": "x" * number}).cost == 1 + 1 + number + 1

    assert 1 <= len(ours.prepare(text).document.costs) <= MOST_COSTS_KEPT


@pytest.mark.parametrize("text", [PREVIEW, COMPRESS, STATUS])
def test_the_earlier_routes_can_be_afforded(text: str) -> None:
    assert operations().prepare(text).cost < 2_500


def test_every_list_says_how_long_it_is() -> None:
    within_pages = {f"{kind}.edges" for kind in SCHEMA._schema.type_map if kind.endswith("Connection")}
    lists = {name: field for name, field in fields_of(SCHEMA._schema) if is_list(field)}

    unsized = {name for name, field in lists.items() if size_of(field) is None}

    assert len(lists) > 30
    assert unsized == within_pages & lists.keys()


def test_every_page_is_sliced_by_its_arguments() -> None:
    pages = [(name, field) for name, field in fields_of(SCHEMA._schema) if is_page(field)]

    assert len(pages) > 5
    for name, field in pages:
        size = size_of(field)
        assert size is not None, name
        assert set(size.slicing_arguments or ()) <= field.args.keys(), name
        assert size.sized_fields == ["edges"], name


def test_a_new_list_needs_nothing_to_have_a_size() -> None:
    sdl = SCHEMA.as_str()

    assert f"scopes: [String!]! @listSize(assumedSize: {ASSUMED_SIZE})" in sdl
    assert '@listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["edges"])' in sdl
    assert sdl.count("directive @semanticNonNull") == sdl.count("directive @cost") == 1
