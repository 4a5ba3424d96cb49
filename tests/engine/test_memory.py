"""What the engine keeps, and that it is no more than it says."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from graphql import OperationDefinitionNode, get_variable_values, parse

from engine.plain_variables import PlainVariables
from resolvers.by_identity import ByIdentity
from tests.api import the_schema

PLAIN = "query ($id: ID!, $text: String, $n: Int, $yes: Boolean!) { __typename }"
WHOLE: dict[str, Any] = {"id": "a", "text": "b", "n": 3, "yes": True}


def test_one_value_is_made_for_one_object_and_not_for_its_equal() -> None:
    numbers = itertools.count(1)
    kept: ByIdentity[list[int], int] = ByIdentity(lambda _: next(numbers))
    one, equal = [1, 2], [1, 2]

    assert (kept.of(one), kept.of(one), kept.of(equal), kept.of(one)) == (1, 1, 2, 1)


def test_no_more_is_kept_than_was_said_and_the_oldest_goes() -> None:
    kept: ByIdentity[list[int], list[int]] = ByIdentity(list, most_kept=3)
    keys = [[n] for n in range(10)]
    first = kept.of(keys[0])
    for each in keys:
        kept.of(each)

    assert len(kept) == 3
    assert kept.of(keys[0]) is not first
    assert kept.of(keys[9]) is kept.of(keys[9])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"text": None},
        {"n": None, "text": ""},
        {"n": 2**31 - 1},
        {"n": -(2**31)},
        {"more": "than is declared"},
    ],
)
def test_plain_variables_are_coerced_as_graphql_core_does_it(changes: dict[str, Any]) -> None:
    given = WHOLE | changes

    assert _plain(PLAIN).coerced(given) == _reference(given)
    absent = {name: value for name, value in given.items() if name not in ("text", "n")}
    assert _plain(PLAIN).coerced(absent) == _reference(absent)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": 7},
        {"text": 7},
        {"n": 2**31},
        {"n": 2.0},
        {"n": True},
        {"n": "3"},
        {"yes": 1},
        {"yes": None},
        {"text": ["a"]},
    ],
)
def test_what_is_not_plainly_right_is_left_to_graphql_core(changes: dict[str, Any]) -> None:
    assert _plain(PLAIN).coerced(WHOLE | changes) is None


@pytest.mark.parametrize("declared", ["[ID!]", "Int = 3", "Float", "SessionTarget"])
def test_what_is_more_than_a_plain_scalar_is_not_plain(declared: str) -> None:
    assert PlainVariables.of(_operation(f"query ($it: {declared}) {{ __typename }}")) is None


def _operation(document: str) -> OperationDefinitionNode:
    found = parse(document).definitions[0]
    assert isinstance(found, OperationDefinitionNode)
    return found


def _plain(document: str) -> PlainVariables:
    found = PlainVariables.of(_operation(document))
    assert found is not None
    return found


def _reference(given: dict[str, Any]) -> dict[str, Any]:
    found = get_variable_values(
        the_schema()._schema, _operation(PLAIN).variable_definitions or (), dict(given)
    )
    assert not isinstance(found, list), found
    return dict(found.coerced)
