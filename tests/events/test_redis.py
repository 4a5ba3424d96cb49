"""Redis: others read there what we publish, and write what we should hear; its outages cost us nothing."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import statistics
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from db import event_log
from db.database import Transaction
from domain.planning_events import PhaseChanged
from events.consumer import Handler
from events.redis_copy import LENGTH, STREAM
from events.redis_intake import GROUP
from events.redis_intake import STREAM as ARRIVALS
from integrations.redis_clients import RedisAddress
from tests import patience
from tests.doubles.valkey import Valkey
from tests.events.world import HURRIED, World, leave_effect, phase_changed, plan_changed, running, until

PHASE = Handler("phases", PhaseChanged, leave_effect)


def copied(valkey: Valkey) -> list[tuple[str, dict[str, Any]]]:
    with valkey.client(4) as client:
        entries: Any = client.xrange(STREAM)
    return [(id, json.loads(fields["event"])) for id, fields in entries]


def last(valkey: Valkey) -> str:
    with valkey.client(4) as client:
        entries: Any = client.xrevrange(STREAM, count=1)
    return str(entries[0][0]) if entries else ""


def send(valkey: Valkey, *events: dict[str, Any] | bytes) -> None:
    with valkey.client(4) as client:
        for event in events:
            client.xadd(ARRIVALS, {"event": event if isinstance(event, bytes) else json.dumps(event)})


def acknowledged(valkey: Valkey) -> bool:
    """Nothing is left with any reader, or unread."""
    with valkey.client(4) as client:
        groups: Any = client.xinfo_groups(ARRIVALS)
    return all(group["pending"] == 0 and group["lag"] == 0 for group in groups)


async def holds(what: Callable[[], bool], seconds: float = patience.SECONDS) -> float:
    async def asked() -> bool:
        return what()

    return await until(asked, seconds)


async def effects(world: World, count: int, seconds: float = patience.SECONDS) -> None:
    async def there() -> bool:
        return bool(await world.scalar("SELECT count(*) FROM effects") >= count)

    await until(there, seconds)


async def test_what_is_committed_stands_in_the_stream_once_in_order_and_as_its_contract_says(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    async with (
        running(World(effects_url, redis=redis_address)) as one,
        running(World(effects_url, redis=redis_address)) as two,
    ):
        await asyncio.gather(*((one if n % 2 else two).commit(plan_changed(version=n)) for n in range(18)))
        await one.commit(*(plan_changed(version=n) for n in range(18, 600)))
        await holds(lambda: len(copied(valkey)) >= 600)
        await asyncio.sleep(0.5)

        entries = copied(valkey)
        epoch = await one.scalar("SELECT epoch FROM event_log")
        log = await one.rows("SELECT seq, event_id FROM outbox ORDER BY seq")
        assert one.bus.state == "ok"
    assert [id for id, _ in entries] == [f"{epoch}-{seq}" for seq in range(1, 601)]
    assert [event["eventId"] for _, event in entries] == [str(row.event_id) for row in log]
    assert sorted(event["version"] for _, event in entries) == list(range(600))
    assert {event["eventType"] for _, event in entries} == {"plan.changed"}


async def test_what_a_flushall_took_comes_back_under_its_ids_and_work_goes_on(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    async with running(World(effects_url, [PHASE], redis=redis_address)) as world:
        for version in range(30):
            await world.commit(plan_changed(version=version))
        await holds(lambda: len(copied(valkey)) == 30)
        send(valkey, phase_changed())
        await effects(world, 1)
        before = copied(valkey)

        valkey.flush()
        await holds(lambda: len(copied(valkey)) == 30)  # with nothing new to publish
        assert copied(valkey) == before

        valkey.flush()
        await world.commit(plan_changed(version=99))
        send(valkey, phase_changed())  # before the group is there again
        await holds(lambda: len(copied(valkey)) == 31)
        await effects(world, 2)
        assert copied(valkey)[:30] == before
        await holds(lambda: acknowledged(valkey))


async def test_flushalls_amid_commits_lose_and_double_nothing(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    async with running(World(effects_url, redis=redis_address)) as world:
        for version in range(300):
            await world.commit(plan_changed(version=version))
            if version % 30 == 7:
                valkey.flush()
        await holds(lambda: len(copied(valkey)) == 300)
        assert sorted(event["version"] for _, event in copied(valkey)) == list(range(300))


async def test_a_flushall_between_question_and_answer_leaves_no_gap(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(World(effects_url, redis=redis_address)) as world:
        for version in range(20):
            await world.commit(plan_changed(version=version))
        await holds(lambda: len(copied(valkey)) == 20)
        copy = world.bus.copy
        assert copy is not None
        ask = copy._last_id

        async def asked_and_flushed() -> str:
            last_id = await ask()
            monkeypatch.setattr(copy, "_last_id", ask)
            valkey.flush()
            return last_id

        monkeypatch.setattr(copy, "_last_id", asked_and_flushed)
        await world.commit(plan_changed(version=20))
        await holds(lambda: len(copied(valkey)) >= 21)

        assert [event["version"] for _, event in copied(valkey)] == list(range(21))


async def test_a_new_database_on_an_old_stream_and_a_stream_ahead_of_its_database_go_on_behind_it(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    with valkey.client(4) as client:
        client.xadd(STREAM, {"event": "{}"}, id="5-900")  # of a database long gone
    async with running(World(effects_url, redis=redis_address)) as world:
        await world.commit(plan_changed(version=1))
        await holds(lambda: len(copied(valkey)) == 2)
        epoch = await world.scalar("SELECT epoch FROM event_log")
        with valkey.client(4) as client:  # as if this database had been restored from a backup
            client.xadd(STREAM, {"event": "{}"}, id=f"{epoch}-77")
        await world.commit(plan_changed(version=2))
        await holds(lambda: len(copied(valkey)) == 5)

        assert [id for id, _ in copied(valkey)][-2:] == [f"{epoch + 1}-1", f"{epoch + 1}-2"]


async def test_the_stream_is_bounded(effects_url: str, valkey: Valkey, redis_address: RedisAddress) -> None:
    world = World(effects_url, redis=redis_address)

    async def fill(tx: Transaction) -> None:
        await event_log.begin(tx.db_session, tx.now)
        for event in range(0, LENGTH + 2_000, 1_000):
            tx.events.extend(plan_changed(version=event + n) for n in range(1_000))

    await world.db.unit_of_work(fill, deadline_seconds=30)
    async with running(world):
        await holds(lambda: last(valkey).endswith(f"-{LENGTH + 2_000}"))
        entries = copied(valkey)

    assert LENGTH <= len(entries) <= LENGTH + 200  # whole nodes of the stream are trimmed
    assert entries[-1][0].endswith(f"-{LENGTH + 2_000}")


async def test_events_of_others_take_effect_once_and_are_acknowledged(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    sent = [phase_changed(teamId=str(uuid4())) for _ in range(100)]
    send(valkey, *sent[:30])  # before there is a group
    async with (
        running(World(effects_url, [PHASE], redis=redis_address)) as one,
        running(World(effects_url, [PHASE], redis=redis_address)),
    ):
        send(valkey, *sent[30:], *sent[:50])
        await effects(one, 100)
        await holds(lambda: acknowledged(valkey))

        per_event = await one.rows("SELECT event_id, count(*) AS n FROM effects GROUP BY event_id")
    assert {str(row.event_id): row.n for row in per_event} == {event["eventId"]: 1 for event in sent}


async def test_whatever_stands_in_the_stream_nothing_stops_it(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    rubbish = [b"", b"\xff\xfe\x00", b"null", b"{}", json.dumps(phase_changed(teamId=...)).encode()]
    async with running(World(effects_url, [PHASE], redis=redis_address)) as world:
        with valkey.client(4) as client:
            client.xadd(ARRIVALS, {"data": "in another field"})
            client.xadd(ARRIVALS, {b"\xff": b"\xfe"})
        send(valkey, *rubbish, phase_changed())
        await effects(world, 1)
        await holds(lambda: acknowledged(valkey))

        reasons = await world.rows("SELECT reason FROM dead_letters")
        assert sorted(row.reason for row in reasons) == ["malformed"] * 4 + ["unknown_type"] * 3
        assert world.metric("taper_events_arrived_total", outcome="refused") == 7


async def test_what_was_given_to_a_reader_that_died_is_claimed_by_another(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    with valkey.client(4) as client:
        client.xgroup_create(ARRIVALS, GROUP, id="0", mkstream=True)
        send(valkey, *(phase_changed(teamId=str(uuid4())) for _ in range(120)))
        given: Any = client.xreadgroup(GROUP, "it-died", {ARRIVALS: ">"}, count=120)
    assert len(given[0][1]) == 120
    async with running(World(effects_url, [PHASE], redis=redis_address)) as world:
        await effects(world, 120)
        await holds(lambda: acknowledged(valkey))
        assert await world.scalar("SELECT count(*) FROM effects") == 120


async def test_a_reader_that_closes_leaves_no_name_behind(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    async with running(World(effects_url, [PHASE], redis=redis_address)) as world:
        send(valkey, phase_changed())
        await effects(world, 1)
        await holds(lambda: acknowledged(valkey))
    with valkey.client(4) as client:
        assert client.xinfo_consumers(ARRIVALS, GROUP) == []


async def test_while_the_database_is_away_events_stay_in_the_stream(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = dataclasses.replace(HURRIED, claim_idle=60)  # nobody else is to claim them
    async with running(World(effects_url, [PHASE], redis=redis_address, pace=patient)) as world:
        accept = world.bus.consumers.intake.accept

        async def away(sent: bytes) -> None:
            raise OSError("the database is away")

        monkeypatch.setattr(world.bus.consumers.intake, "accept", away)
        send(valkey, *(phase_changed(teamId=str(uuid4())) for _ in range(5)))
        await asyncio.sleep(0.5)
        assert not acknowledged(valkey)
        monkeypatch.setattr(world.bus.consumers.intake, "accept", accept)
        await effects(world, 5)
        await holds(lambda: acknowledged(valkey))


async def commit_seconds(world: World, first: int, count: int) -> list[float]:
    took = []
    for version in range(first, first + count):
        began = time.perf_counter()
        await world.commit(plan_changed(version=version))
        took.append(time.perf_counter() - began)
    return took


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[18]


@pytest.mark.parametrize("outage", ["killed", "hung"])
async def test_redis_away_or_hung_delays_no_commit_and_everything_arrives_after_it(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress, outage: str
) -> None:
    async with running(World(effects_url, [PHASE], redis=redis_address)) as world:
        await holds(lambda: world.bus.relay.is_leader)
        normal = await commit_seconds(world, 0, 150)
        await holds(lambda: len(copied(valkey)) == 150)
        lag = Lag()

        valkey.kill() if outage == "killed" else valkey.freeze()
        async with lag:
            during = await commit_seconds(world, 150, 150)
            await world.bus.accept(phase_changed())  # handled while Redis is away
            await effects(world, 1)
            await holds(lambda: world.bus.state == "degraded")
        assert await world.scalar("SELECT count(*) FROM outbox WHERE seq IS NULL") <= 1
        valkey.start() if outage == "killed" else valkey.thaw()
        send(valkey, phase_changed(teamId=str(uuid4())))
        await holds(lambda: len(copied(valkey)) == 300)
        await effects(world, 2)
        await holds(lambda: world.bus.state == "ok")

        assert sorted(event["version"] for _, event in copied(valkey)) == list(range(300))
        assert [event for _, event in copied(valkey)] == sorted(
            (event for _, event in copied(valkey)), key=lambda event: event["timestamp"]
        )
    # Who asked Redis for something would wait for so long.
    assert p95(during) < p95(normal) + HURRIED.redis_answer
    assert len(lag.stalls_seconds) < 3, lag.stalls_seconds  # a call that blocks would do it each time


class Lag:
    """When the loop ran nothing else for as long as Redis is given to answer."""

    def __init__(self) -> None:
        self.stalls_seconds: list[float] = []

    async def __aenter__(self) -> Lag:
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            if (seconds := time.perf_counter() - began) > HURRIED.redis_answer * 0.8:
                self.stalls_seconds.append(seconds)


async def test_a_start_without_redis_is_quick_and_events_arrive_once_it_is_there(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    valkey.kill()
    began = time.perf_counter()
    async with running(World(effects_url, [PHASE], redis=redis_address)) as world:
        started = time.perf_counter() - began
        for version in range(10):
            await world.commit(plan_changed(version=version))
        await world.bus.accept(phase_changed())
        await effects(world, 1)
        await holds(lambda: world.bus.state == "degraded")
        valkey.start()
        send(valkey, phase_changed(teamId=str(uuid4())))
        await holds(lambda: len(copied(valkey)) == 10)
        await effects(world, 2)
        await holds(lambda: world.bus.state == "ok")
    assert started < 0.5 * patience.busyness()


async def test_closing_while_redis_hangs_is_quick(
    effects_url: str, valkey: Valkey, redis_address: RedisAddress
) -> None:
    world = World(effects_url, [PHASE], redis=redis_address)
    async with running(world):
        await world.commit(plan_changed())
        await holds(lambda: len(copied(valkey)) == 1)
        valkey.freeze()
        with patience.promised(2):
            await world.bus.close()
    valkey.thaw()
