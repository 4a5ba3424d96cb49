"""Pages, walked through one by one in both directions, with and without what is told of either side."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from db.database import Database
from domain.plan_document import PlanDraft
from tests.engine.lanes import Lanes
from tests.factories import make_plan
from tests.world import make_world

INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
PAGE = """
query ($first: Int, $after: String, $last: Int, $before: String) {
  viewer {
    plans(first: $first, after: $after, last: $last, before: $before) { edges { cursor node { id } } %s }
  }
}
"""
NOTHING = "{ viewer { plans { edges { node { id } } } all: plans { edges { cursor } %s } } }"


@pytest.mark.parametrize("told", ["", INFO, f"more: edges {{ __typename }} {INFO} __typename"])
@pytest.mark.parametrize(("size", "cursor"), [("first", "after"), ("last", "before")])
async def test_page_by_page_each_is_seen_once_and_in_order(
    lanes: Lanes, fresh_db: Database, told: str, size: str, cursor: str
) -> None:
    world = await make_world(fresh_db)
    for day in (1, 1, 1, 2, 3):  # some of them told apart by their ids alone
        await make_plan(fresh_db, world.owner, PlanDraft("More", (), starts_on=date(2026, 1, day)))
    everything = _edges(await lanes.alike(world.athlete, PAGE % "", {"first": 100}))

    seen: list[Any] = []
    variables: dict[str, Any] = {size: 1}
    while found := _edges(await lanes.alike(world.athlete, PAGE % told, variables)):
        (edge,) = found
        seen.append(edge)
        variables[cursor] = edge["cursor"]

    assert len(seen) == 6
    assert seen == (everything if size == "first" else everything[::-1])


async def test_a_page_of_nothing_is_an_empty_list(lanes: Lanes, fresh_db: Database) -> None:
    world = await make_world(fresh_db)

    for told in ("", INFO):
        assert b'"edges":[]' in await lanes.alike(world.stranger, NOTHING % told)


def _edges(answer: bytes) -> list[Any]:
    edges: list[Any] = orjson.loads(answer)["viewer"]["plans"]["edges"]
    return edges
