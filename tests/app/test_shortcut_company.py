"""Many callers at once, whose reads go together: each gets what the layers give them, and nothing else."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any

import pytest

from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.app.both_ways import NAMED, connected, request, taken, token_for
from tests.app.test_shortcut_connections import nothing_is_left
from tests.live.running import running

MIAS = [global_id(Kind.PLAN, each) for each in DEMO.plans.values()]
LEOS = global_id(Kind.PLAN, DEMO.other_plan)
TEAM = global_id(Kind.TEAM, DEMO.team)
CALLERS = ("mia", "coach", "admin", DEMO.other_athlete)

# One document for each: all who ask it share a statement, whoever they are where their role is the same.
PLAN = "query Plan($id: ID!) { plan(id: $id) { id title goal } }"
NODES = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Plan { title } } }"
PAGE = "query Page($n: Int) { viewer { id displayName plans(first: $n) { edges { node { id } } } } }"
WRONG = {"query": PLAN, "variables": {"id": "\u0001"}}


def _payloads(source: random.Random) -> dict[str, Any]:
    some = source.choice([*MIAS, LEOS])
    return source.choice(
        [
            {"query": PLAN, "variables": {"id": some}},
            {"query": PLAN, "variables": {"id": some}},
            {"query": NODES, "variables": {"ids": source.sample([*MIAS, LEOS, TEAM], 3)}},
            {"query": PAGE, "variables": {"n": source.randrange(1, 6)}},
            WRONG,
        ]
    )


@pytest.mark.parametrize("seed", range(2))
async def test_five_hundred_at_once_get_what_each_gets_alone(
    shared_url: str, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr("db.json_lines.TOGETHER_SECONDS", 60.0)  # however busy the machine is
    source = random.Random(seed)
    settings: dict[str, Any] = {"rate_burst": 10_000_000, "db_read_pool_size": 2}
    limits: dict[str, Any] = {"door_most_requests": 1_000, "door_least_requests": 600}
    patience: dict[str, Any] = {"operation_seconds": 60, "db_pool_seconds": 60, "db_connect_seconds": 60}
    async with running(
        shared_url, rate_refusals_per_minute=100_000, **settings, **limits, **patience
    ) as served:
        tokens = [token_for(served, each) for each in CALLERS]
        asked = [(source.choice(tokens), _payloads(source)) for _ in range(500)]
        alone: dict[bytes, Any] = {}
        async with connected(served) as wire:
            for token, payload in asked:
                if (short := request(token, payload)) not in alone:
                    alone[short] = (await wire.ask(request(token, payload, NAMED))).essence
                    for _ in range(2):
                        await wire.ask(short)
        before = taken(served)[0]

        async def ask(requests: list[bytes]) -> list[tuple[bytes, Any]]:
            async with connected(served) as wire:
                return [(each, (await wire.ask(each, seconds=60)).essence) for each in requests]

        all_of_them = [request(*each) for each in asked]
        found = await asyncio.gather(*(ask(all_of_them[n::100]) for n in range(100)))
        answered = taken(served)[0] - before
        await nothing_is_left(served)

    assert Counter(each for one in found for each, _ in one) == Counter(all_of_them)
    for one in found:
        for each, essence in one:
            assert essence == alone[each], each
    assert answered >= 200
