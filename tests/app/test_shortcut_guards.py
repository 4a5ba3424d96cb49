"""What stands before an operation stands before the shortcut, too: who calls, what they may and have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from redis.exceptions import RedisError
from sqlalchemy import text

from app.development import person_id
from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests import patience
from tests.app.both_ways import NAMED, Reply, Wire, connected, request, stand_still, taken, taking, token_for
from tests.live.running import Running, running, utc_now

PLAN = global_id(Kind.PLAN, DEMO.plans["phul-upper-power"])
PLAN_BY_ID = {"query": "query Plan($id: ID!) { plan(id: $id) { id title } }", "variables": {"id": PLAN}}
VIEWER = {"query": "{ viewer { id displayName role } }"}
TEAMS = {"query": "{ viewer { teams(first: 5) { edges { node { id name } } } } }"}


@pytest.fixture
async def served(demo_url: str) -> AsyncIterator[Running]:
    async with running(demo_url) as server:
        yield server


@pytest.fixture
async def wire(served: Running) -> AsyncIterator[Wire]:
    async with connected(served) as made:
        yield made


async def change(served: Running, statement: str, **values: Any) -> None:
    async def work(tx: Any) -> None:
        await tx.db_session.execute(text(statement), values)

    await served.application.services.db.unit_of_work(work)


async def known(served: Running, wire: Wire, *asked: bytes) -> None:
    for each in asked:
        for _ in range(2):
            assert (await wire.ask(each)).status == 200
    with taking(served, answered=len(asked)):
        for each in asked:
            assert "errors" not in (await wire.ask(each)).json


LOSSES = {
    "their team": ("DELETE FROM memberships WHERE person_id = :id", 200, "forbidden"),
    "their role": ("UPDATE people SET role = 'athlete' WHERE id = :id", 200, "forbidden"),
    "their account": ("DELETE FROM people WHERE id = :id", 401, "unauthorized"),
}


@pytest.mark.parametrize("lost", LOSSES)
async def test_who_has_lost_something_between_two_requests_has_lost_it(
    served: Running, wire: Wire, lost: str
) -> None:
    statement, status, code = LOSSES[lost]
    asked = request(token_for(served, "coach"), PLAN_BY_ID)
    await known(served, wire, asked)

    await change(served, statement, id=person_id("coach"))
    with taking(served, answered=0, handed_on=1):
        reply = await wire.ask(asked)

    assert (reply.status, reply.code) == (status, code)


async def test_who_has_won_something_has_it_at_once(served: Running, wire: Wire) -> None:
    asked = request(token_for(served), VIEWER)
    await known(served, wire, asked)

    await change(served, "UPDATE people SET role = 'coach' WHERE id = :id", id=person_id("mia"))
    replies = [await wire.ask(asked) for _ in range(2)]

    assert [each.json["data"]["viewer"]["role"] for each in replies] == ["coach", "coach"]


async def test_a_token_that_runs_out_between_two_requests_is_refused(served: Running, wire: Wire) -> None:
    remaining = timedelta(seconds=patience.SECONDS)
    asked = request(token_for(served, lifetime=remaining), VIEWER)
    await known(served, wire, asked)

    with taking(served, answered=0), time_machine.travel(utc_now() + 2 * remaining):
        reply = await wire.ask(asked)

    assert (reply.status, reply.json["errors"][0]["extensions"]["reason"]) == (401, "expired")


async def test_two_callers_with_the_same_request_get_their_own(served: Running, wire: Wire) -> None:
    people = ("mia", "coach", "admin")
    asked = {who: request(token_for(served, who), VIEWER) for who in people}
    await known(served, wire, *asked.values())

    found = {
        who: {(await wire.ask(asked[who])).json["data"]["viewer"]["id"] for _ in range(3)} for who in asked
    }

    assert found == {who: {global_id(Kind.VIEWER, person_id(who))} for who in people}


async def test_one_bucket_is_emptied_by_both_ways(demo_url: str) -> None:
    async with running(demo_url, limit_cost=10, rate_burst=10, rate_per_second=1) as served:
        stand_still(served)
        token = token_for(served)
        short, named = request(token, VIEWER), request(token, VIEWER, NAMED)
        async with connected(served) as wire:
            replies = [await wire.ask(short if number % 2 else named) for number in range(10)]
            refused = [await wire.ask(each) for each in (short, named)]
            answered = taken(served)[0]
            limited = served.metric("taper_rate_limited_total", caller="signed_in")
            cost = served.metric("taper_operation_cost_count")

    assert answered >= 3
    assert [each.left for each in replies] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert [(each.status, each.code) for each in refused] == [(429, "rate_limited")] * 2
    assert (limited, cost) == (2, 10)


async def test_what_is_handed_on_is_paid_for_once(demo_url: str) -> None:
    missing = {**PLAN_BY_ID, "variables": {"id": global_id(Kind.PLAN, DEMO.other_plan)}}
    async with running(demo_url, rate_burst=10_000, rate_per_second=1) as served:
        stand_still(served)
        asked = request(token_for(served), missing)
        async with connected(served) as wire:
            replies: list[Reply] = [await wire.ask(asked) for _ in range(8)]
            handed_on = taken(served)[1]
            cost = int(replies[0].header("x-operation-cost") or 0)
            counted = served.metric("taper_operation_cost_count")
            lanes = served.metric("taper_graphql_lane_queries_total", lane="nothing_found")

    assert handed_on >= 5
    assert cost > 0
    assert [each.left for each in replies] == [10_000 - cost * (n + 1) for n in range(8)]
    assert (counted, lanes) == (8, 8)


async def test_who_was_refused_too_often_is_greeted_by_the_layers(demo_url: str) -> None:
    async with running(demo_url, rate_refusals_per_minute=3) as served:
        stand_still(served)
        token = token_for(served)
        good, bad = request(token, VIEWER), request(token, {"query": "{ nothing }"})
        async with connected(served) as wire:
            await known(served, wire, good)
            for _ in range(3):
                await wire.ask(bad)
            with taking(served, answered=0):
                refused = await wire.ask(good)

    assert (refused.status, refused.code) == (429, "rate_limited")


async def test_where_processes_share_the_buckets_there_is_no_shortcut(
    demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise RedisError("away")

    async with running(demo_url, redis_host="127.0.0.1", redis_port=1) as served:
        asked = request(token_for(served), VIEWER)
        async with connected(served) as wire:
            with taking(served, answered=0):
                replies = [await wire.ask(asked) for _ in range(4)]

    assert [each.status for each in replies] == [200] * 4


_OF_EVENTS = ("taper_relay_", "taper_outbox_", "taper_event", "taper_dead_letters")


async def test_each_way_counts_the_same(served: Running, wire: Wire) -> None:
    short, named = (request(token_for(served), PLAN_BY_ID, *each) for each in ((), (NAMED,)))
    await known(served, wire, short)
    registry = served.application.services.metrics.registry

    def counted() -> dict[Any, float]:
        samples = [each for family in registry.collect() for each in family.samples]
        # Events go their way by themselves, whoever asks for what.
        ours = [
            each
            for each in samples
            if each.name.startswith("taper_")
            and not each.name.startswith(_OF_EVENTS)
            and each.value == each.value
        ]
        # How long it took is its own; how many were answered how is what both say.
        kept = [each for each in ours if not each.name.endswith(("_bucket", "_sum", "_created"))]
        return {(each.name, *sorted(each.labels.items())): each.value for each in kept}

    async def change_by(asked: bytes) -> dict[Any, float]:
        before = counted()
        await wire.ask(asked)
        await asyncio.sleep(0.02)
        now = counted()
        return {key: now[key] - before.get(key, 0) for key in now if now[key] != before.get(key, 0)}

    by_shortcut, by_layers = await change_by(short), await change_by(named)

    assert by_shortcut.pop(("taper_http_shortcuts_total", ("outcome", "answered"))) == 1
    assert by_shortcut == by_layers
    assert len(by_layers) >= 3


async def test_a_full_door_lets_nobody_in_by_the_shortcut(served: Running, wire: Wire) -> None:
    asked = request(token_for(served), VIEWER)
    await known(served, wire, asked)
    places = served.application.places
    inside = [places.limit.enter(0.0) for _ in range(places.limit.limit - places.limit.inside)]

    with taking(served, answered=0):
        refused = await wire.ask(asked)
    for leave in inside:
        leave(None)
    with taking(served, answered=1):
        again = await wire.ask(asked)

    assert (refused.status, again.status) == (503, 200)
