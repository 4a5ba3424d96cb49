"""SIGKILL and SIGSTOP at the worst moments: nothing is lost, nothing takes effect twice, order is kept."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from uuid import uuid4

import pytest

from tests import patience
from tests.doubles.valkey import Valkey
from tests.events.process import DEADLY, HANDLERS, start
from tests.events.test_redis import acknowledged, copied, effects, holds, send
from tests.events.world import HURRIED, World, phase_changed, plan_changed, running, until


@asynccontextmanager
async def process(
    url: str, socket: str = "", dies_at: str = "", nth: int = 1, attempts: int = HURRIED.attempts
) -> AsyncIterator[BaseProcess]:
    started = await asyncio.to_thread(start, url, socket, dies_at, nth, attempts)
    try:
        yield started
    finally:
        started.kill()
        await asyncio.to_thread(started.join)
        started.close()


@pytest.fixture
async def observer(effects_url: str) -> AsyncIterator[World]:
    """Commits and looks; its own bus does not run. The consumers are known to the database."""
    world = World(effects_url, HANDLERS)
    await world.db.unit_of_work(world.bus.consumers._register)
    yield world
    await world.db.dispose()


async def died(victim: BaseProcess) -> None:
    await holds(lambda: not victim.is_alive())
    assert victim.exitcode == -signal.SIGKILL


async def once_each(world: World, expected: int) -> None:
    """All effects are there, none twice, and those of a plan in its order."""
    await effects(world, expected)

    async def settled() -> bool:
        return bool(await world.scalar("SELECT count(*) FROM event_deliveries") == 0)

    await until(settled)
    rows = await world.rows("SELECT event_id, aggregate, version FROM effects ORDER BY id")
    assert len(rows) == len({row.event_id for row in rows}) == expected
    for aggregate in {row.aggregate for row in rows}:
        versions = [row.version for row in rows if row.aggregate == aggregate]
        assert versions == sorted(versions)


async def log_is_whole(world: World) -> None:
    seqs = [row.seq for row in await world.rows("SELECT seq FROM outbox ORDER BY seq")]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_relay_killed_between_publishing_and_its_commit_published_nothing_and_the_next_one_does(
    effects_url: str, observer: World
) -> None:
    plan_id = uuid4()
    for version in range(1, 21):
        await observer.commit(plan_changed(plan_id, version))
    for _ in range(3):
        async with process(effects_url, dies_at="publish") as victim:
            await died(victim)
        assert await observer.scalar("SELECT count(*) FROM outbox WHERE seq IS NOT NULL") == 0
        assert await observer.scalar("SELECT last_seq FROM event_log") == 0
    async with process(effects_url):
        await once_each(observer, 20)
        await log_is_whole(observer)


async def test_a_relay_killed_after_writing_to_redis_leaves_each_event_there_once(
    effects_url: str, observer: World, valkey: Valkey
) -> None:
    plan_id = uuid4()
    for kill in range(3):
        for version in range(20 * kill, 20 * kill + 20):
            await observer.commit(plan_changed(plan_id, version))
        async with process(effects_url, valkey.socket_path, "copy") as victim:
            await died(victim)
    async with process(effects_url, valkey.socket_path):
        await holds(lambda: len(copied(valkey)) >= 60)
        await once_each(observer, 60)
        assert [event["version"] for _, event in copied(valkey)] == list(range(60))


async def test_a_consumer_killed_in_the_middle_of_an_event_leaves_nothing_and_another_handles_it(
    effects_url: str, observer: World
) -> None:
    plan_id = uuid4()
    for version in range(1, 11):
        await observer.commit(plan_changed(plan_id, version))
    async with process(effects_url, dies_at="handle", nth=4) as victim:
        await died(victim)
    assert await observer.scalar("SELECT count(*) FROM effects") == 3
    assert await observer.scalar("SELECT max(attempts) FROM event_deliveries") == 1
    async with process(effects_url):
        await once_each(observer, 10)


async def test_an_event_that_kills_whoever_handles_it_takes_no_other_with_it(
    effects_url: str, observer: World
) -> None:
    versions = [*range(20), DEADLY, *range(20, 40)]
    await observer.commit(*(plan_changed(version=version) for version in versions))
    deaths = 0

    async def is_dead() -> bool:
        return bool(await observer.scalar("SELECT count(*) FROM dead_letters") > 0)

    while not await is_dead():
        async with process(effects_url, dies_at="deadly") as victim:

            async def is_over(victim: BaseProcess = victim) -> bool:
                return not victim.is_alive() or await is_dead()

            await until(is_over)
            deaths += victim.exitcode == -signal.SIGKILL
    async with process(effects_url, dies_at="deadly"):
        await once_each(observer, 40)
    [letter] = await observer.rows("SELECT reason, body FROM dead_letters")
    assert (letter.reason, letter.body["version"], deaths) == ("crashed", DEADLY, HURRIED.attempts)


async def test_an_event_that_kills_whoever_handles_it_becomes_a_dead_letter_and_the_rest_goes_on(
    effects_url: str, observer: World
) -> None:
    deadly, harmless = plan_changed(version=1), plan_changed(version=2)
    await observer.commit(deadly)
    for _ in range(3):  # as often as is tried
        async with process(effects_url, dies_at="handle") as victim:
            await died(victim)
    await observer.commit(harmless)
    async with process(effects_url):
        await once_each(observer, 1)

        [letter] = await observer.rows("SELECT reason, attempts, body FROM dead_letters")
        assert (letter.reason, letter.body["aggregate_id"]) == ("crashed", str(deadly.aggregate_id))


async def test_a_reader_killed_before_it_acknowledged_is_replaced_and_nothing_happens_twice(
    effects_url: str, observer: World, valkey: Valkey
) -> None:
    send(valkey, *(phase_changed(teamId=str(uuid4())) for _ in range(20)))
    for nth in (1, 3, 5):
        async with process(effects_url, valkey.socket_path, "accept", nth) as victim:
            await died(victim)
    assert not acknowledged(valkey)
    async with process(effects_url, valkey.socket_path):
        await holds(lambda: acknowledged(valkey))
        await once_each(observer, 20)


async def test_a_leader_that_hangs_is_replaced_and_does_no_harm_when_it_wakes(
    effects_url: str, observer: World
) -> None:
    async with process(effects_url) as hung:
        await observer.commit(plan_changed(version=1))
        await once_each(observer, 1)
        os.kill(hung.pid or 0, signal.SIGSTOP)
        async with running(World(effects_url, HANDLERS)) as heir:
            await observer.commit(plan_changed(version=2))
            with patience.promised(5):  # PostgreSQL gives a silent leader two
                await holds(lambda: heir.bus.relay.is_leader)
            await once_each(observer, 2)
            os.kill(hung.pid or 0, signal.SIGCONT)
            for version in range(3, 23):
                await observer.commit(plan_changed(version=version))
            await once_each(observer, 22)
            await log_is_whole(observer)
            assert heir.bus.relay.is_leader


async def test_thirty_kills_at_random_moments_under_load(
    effects_url: str, observer: World, valkey: Valkey
) -> None:
    dice = random.Random(3)
    plans = [uuid4() for _ in range(10)]
    committed, sent = 0, 0
    is_over = False

    async def commit_and_send() -> None:
        nonlocal committed, sent
        while not is_over:
            committed += 1
            await observer.commit(plan_changed(plans[committed % 10], committed))
            if committed % 5 == 0:
                sent += 1
                event = phase_changed(teamId=str(uuid4()))
                await asyncio.to_thread(send, valkey, event, event)
            await asyncio.sleep(0.02)

    async def be_killed(times: int) -> None:
        for _ in range(times):
            # So many attempts that no innocent event is taken for the one that kills.
            async with process(effects_url, valkey.socket_path, attempts=50):
                await asyncio.sleep(dice.uniform(0.05, 0.8))

    load = asyncio.create_task(commit_and_send())
    await asyncio.gather(*(be_killed(10) for _ in range(3)))
    is_over = True
    await load
    async with process(effects_url, valkey.socket_path, attempts=50):
        await once_each(observer, committed + sent)
        await holds(lambda: acknowledged(valkey) and len(copied(valkey)) >= committed)
        await log_is_whole(observer)
        log = await observer.rows("SELECT event_id FROM outbox ORDER BY seq")

    assert [event["eventId"] for _, event in copied(valkey)] == [str(row.event_id) for row in log]
    assert committed > 100
    assert await observer.scalar("SELECT count(*) FROM dead_letters") == 0
