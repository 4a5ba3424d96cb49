"""urql's core: pages, queries by GET, errors beside data, a mutation, and who is not signed in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.clients.running import known_to, ran, titles_of
from tests.end_to_end.running import Server


@pytest.fixture(scope="module")
def urql(served: Server) -> Any:
    return ran("urql_client.mjs", **known_to(served))


def test_it_reads_page_after_page_by_post_and_by_get(served: Server, urql: Any) -> None:
    assert len(urql["titles"]) > 4
    assert urql["titles"] == urql["byGet"] == titles_of(served)


def test_it_finds_data_and_codes_side_by_side(urql: Any) -> None:
    assert urql["wrong"] == {"viewer": True, "codes": ["plan_not_found"], "network": None}


def test_a_mutations_refusal_is_data_and_no_error(urql: Any) -> None:
    assert urql["reverted"] == {"__typename": "InvalidStateError", "code": "invalid_state", "failed": False}


def test_who_is_not_signed_in_is_told_so_by_a_code(urql: Any) -> None:
    assert set(urql["unauthorized"]) == {"unauthorized"}
