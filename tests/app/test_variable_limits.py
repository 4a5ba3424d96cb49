"""What comes with an operation has limits of its own; an input that holds a file says how long it may be."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from app.limits import LimitExceeded, Limits
from app.variable_limits import refuse_oversized_variables
from schema.build import build_schema

SCHEMA = build_schema(introspection=True, suggestions=False)._schema
LIMITS = Limits(variables=3, text_characters=10)
IMPORT = "mutation ($input: ImportPlanInput!, $ids: [ID!]) { importPlan(input: $input) { __typename } }"


def check(given: dict[str, Any], text: str = IMPORT) -> None:
    [operation] = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    refuse_oversized_variables(SCHEMA, operation, given, LIMITS)


def test_as_many_variables_as_may_be_are_taken_and_one_more_is_not() -> None:
    check({"a": 1, "b": 2, "c": 3})

    with pytest.raises(LimitExceeded) as refused:
        check({"a": 1, "b": 2, "c": 3, "d": 4})

    assert refused.value.extensions == {"code": "too_many_variables", "limit": 3, "actual": 4}


@pytest.mark.parametrize(
    "made",
    [
        lambda text: {"ids": text},
        lambda text: {"ids": ["short", text]},
        lambda text: {"unknown": {"deep": [{"deeper": text}]}},
        lambda text: {"input": {"title": text}},
        lambda text: {"input": {"unknown": text}},
        lambda text: {"input": [{"title": text}]},
    ],
)
def test_a_text_may_be_as_long_as_texts_may_be_wherever_it_is(made: Any) -> None:
    check(made("x" * 10))

    with pytest.raises(LimitExceeded) as refused:
        check(made("x" * 11))

    assert refused.value.extensions == {"code": "text_too_long", "limit": 10, "actual": 11}


def test_a_file_may_be_longer_up_to_what_its_input_says() -> None:
    check({"input": {"document": "x" * 200_000}})

    with pytest.raises(LimitExceeded) as refused:
        check({"input": {"document": "x" * 200_001}})

    assert refused.value.extensions == {"code": "text_too_long", "limit": 200_000, "actual": 200_001}


def test_what_is_not_what_it_should_be_is_left_to_graphql() -> None:
    check({"input": 5, "ids": {"a": None}, "more": True})
