"""Apollo Client: queries, error policies, a mutation that its cache takes up, persisted queries, @defer."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInterfaceType, GraphQLUnionType

from tests.api import the_schema
from tests.clients.running import known_to, ran, titles_of
from tests.end_to_end.running import Server


@pytest.fixture(scope="module")
def apollo(served: Server) -> Any:
    return ran("apollo_client.mjs", **known_to(served), schema=_possible_types())


def test_it_reads_what_is_there(served: Server, apollo: Any) -> None:
    assert apollo["titles"] == titles_of(served)[:3]


def test_its_error_policies_find_data_and_codes_side_by_side(apollo: Any) -> None:
    assert apollo["policies"] == {
        "none": {"rejected": ["plan_not_found"]},
        "all": {"viewer": True, "plan": None, "codes": ["plan_not_found"]},
        "ignore": {"viewer": True, "plan": None, "codes": []},
    }


def test_what_a_mutation_answers_is_taken_up_where_it_is_shown(apollo: Any) -> None:
    assert apollo["mutated"] == {
        "status": "compressed",
        "seen": [None, 30],
        "refused": {"type": "TargetMinutesOutOfRangeError", "code": "target_minutes_out_of_range"},
    }


def test_a_persisted_query_is_sent_whole_once_and_by_its_hash_from_then_on(apollo: Any) -> None:
    assert apollo["persisted"]["titles"] == [3, 3]
    assert apollo["persisted"]["requests"] == [
        {"method": "GET", "withText": False},
        {"method": "POST", "withText": True},
        {"method": "GET", "withText": False},
    ]


def test_what_is_deferred_comes_later_in_either_of_its_forms(served: Server, apollo: Any) -> None:
    came = {"beganWithout": True, "titles": titles_of(served)[:3], "codes": ["plan_not_found"]}
    assert apollo["deferred"] == [came, came]


def _possible_types() -> dict[str, list[str]]:
    """As Apollo's documentation has a build write them, so that fragments on interfaces match."""
    schema = the_schema()._schema
    return {
        name: [each.name for each in schema.get_possible_types(type_)]
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType)
    }
