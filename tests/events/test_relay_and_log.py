"""The log: every committed event once, in order, seen by every watcher without a gap."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from db import outbox
from db.database import Transaction
from db.event_log import EventFilter
from db.outbox import StoredEvent
from events.log import CursorExpired, SlowConsumer, Watcher
from events.pace import KEPT
from tests import patience
from tests.databases import Clock
from tests.events.world import HURRIED, ORGANIZATION, World, numbers, plan_changed, running, until, utc_now


async def take(watcher: Watcher, count: int, seconds: float = patience.SECONDS) -> list[StoredEvent]:
    found: list[StoredEvent] = []
    async with asyncio.timeout(seconds):
        async for event in watcher:
            found.append(event)
            if len(found) == count:
                break
    return found


async def read_into(got: list[int], watcher: Watcher) -> None:
    async for event in watcher:
        got.append(event.seq or 0)  # noqa: PERF401  # an exception must not take what came before it


async def published(world: World) -> int:
    return int(await world.scalar("SELECT coalesce(max(last_seq), 0) FROM event_log"))


async def test_a_thousand_commits_whose_ids_commit_out_of_order_are_all_published_once(
    fresh_url: str,
) -> None:
    async with running(World(fresh_url)) as world:
        dice = random.Random(1)
        limit = asyncio.Semaphore(8)

        async def commit_slowly(version: int) -> None:
            """The id is taken when the row is written; until the commit, others with higher ids overtake."""

            async def work(tx: Transaction) -> None:
                await outbox.append(tx.db_session, [plan_changed(version=version)], tx.now)
                await asyncio.sleep(dice.uniform(0, 0.03))

            async with limit:
                await world.db.unit_of_work(work)

        async with world.bus.log.watch() as watcher:
            reading = asyncio.create_task(take(watcher, 1_000, 60))
            await asyncio.gather(*map(commit_slowly, range(1_000)))
            seen = await reading

        ids = [event.id for event in seen]
        assert numbers(seen) == list(range(1, 1_001))
        assert sorted(event.aggregate_version for event in seen) == list(range(1_000))
        assert ids != sorted(ids), "no id committed out of order, so this test shows nothing"
        assert await world.scalar("SELECT count(*) FROM outbox WHERE seq IS NULL") == 0


async def test_events_of_one_aggregate_keep_their_order(fresh_url: str) -> None:
    plans = [uuid4() for _ in range(20)]
    async with running(World(fresh_url)) as world, world.bus.log.watch() as watcher:

        async def life(plan_id: UUID) -> None:
            for version in range(1, 11):
                await world.commit(plan_changed(plan_id, version))

        await asyncio.gather(*map(life, plans))
        seen = await take(watcher, 200)

    for plan_id in plans:
        versions = [event.aggregate_version for event in seen if event.aggregate_id == plan_id]
        assert versions == list(range(1, 11))


async def test_of_two_relays_one_leads_and_the_other_takes_over(fresh_url: str) -> None:
    async with running(World(fresh_url)) as one:

        async def one_leads() -> bool:
            return one.bus.relay.is_leader

        await until(one_leads)
        async with running(World(fresh_url)) as other:
            for version in range(20):  # commits of the follower reach the leader by NOTIFY
                await other.commit(plan_changed(version=version))

            async def all_published() -> bool:
                return await published(one) == 20

            await until(all_published)
            assert (one.bus.relay.is_leader, other.bus.relay.is_leader) == (True, False)
            assert one.metric("taper_events_published_total") == 20
            await one.bus.relay.close()

            async def other_leads() -> bool:
                return other.bus.relay.is_leader

            await until(other_leads)
            await one.commit(plan_changed())

            async def last_published() -> bool:
                return await published(other) == 21

            await until(last_published)
        assert not one.bus.relay.is_leader


async def test_a_leader_whose_connection_is_ended_is_elected_again(fresh_url: str) -> None:
    async with running(World(fresh_url)) as world, world.bus.log.watch() as watcher:
        for round_ in range(5):
            await world.commit(plan_changed(version=round_))
            await take(watcher, 1)
            await world.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await until(lambda: _both_connected(world))
        await world.commit(plan_changed(version=9))
        assert numbers(await take(watcher, 1)) == [6]


async def _both_connected(world: World) -> bool:
    return world.bus.relay.is_connected and world.bus.log.is_connected and world.bus.state == "in_process"


async def test_a_commit_is_seen_by_another_process_within_moments(fresh_url: str) -> None:
    pace = replace(HURRIED, poll=10.0)
    async with (
        running(World(fresh_url, pace=pace)) as one,
        running(World(fresh_url, pace=pace)) as other,
        other.bus.log.watch() as watcher,
    ):
        await until(lambda: _leads(one, other))
        delays = []
        for version in range(20):
            began = asyncio.get_running_loop().time()
            await one.commit(plan_changed(version=version))
            await take(watcher, 1)
            delays.append(asyncio.get_running_loop().time() - began)

    assert sorted(delays)[10] < pace.poll / 2, delays  # woken, not polled


async def _leads(*worlds: World) -> bool:
    return any(world.bus.relay.is_leader for world in worlds)


async def test_a_lost_wake_up_costs_no_more_than_a_poll(fresh_url: str) -> None:
    async with running(World(fresh_url)) as world, world.bus.log.watch() as watcher:
        await until(lambda: _leads(world))
        await asyncio.sleep(0.05)
        quiet = World(fresh_url)  # not running: its commits wake nobody
        await quiet.commit(plan_changed())
        assert len(await take(watcher, 1)) == 1
        await quiet.db.dispose()


async def test_an_event_of_work_that_failed_is_never_published(fresh_url: str) -> None:
    async with running(World(fresh_url)) as world:

        async def fails(tx: Transaction) -> None:
            tx.record(plan_changed(version=1))
            raise RuntimeError("no")

        for _ in range(10):
            with pytest.raises(RuntimeError):
                await world.db.unit_of_work(fails)
        async with world.bus.log.watch(after=0) as watcher:
            await world.commit(plan_changed(version=2))
            assert [event.aggregate_version for event in await take(watcher, 1)] == [2]


async def test_watchers_that_come_and_resume_amid_commits_have_no_gap_and_no_double(fresh_url: str) -> None:
    async with running(World(fresh_url)) as world:
        dice = random.Random(2)

        async def write() -> None:
            for version in range(600):
                await world.commit(plan_changed(version=version))

        async def follow() -> list[int]:
            """Leaves again and again, and resumes after what it has."""
            seen: list[int] = []
            while len(seen) < 600:
                async with world.bus.log.watch(after=seen[-1] if seen else 0) as watcher:
                    seen += numbers(await take(watcher, min(dice.randint(1, 60), 600 - len(seen))))
            return seen

        writing = asyncio.create_task(write())
        found = await asyncio.gather(*(follow() for _ in range(20)))
        await writing

    assert all(seen == list(range(1, 601)) for seen in found)


async def test_history_longer_than_the_queue_is_read_to_its_end_before_the_present(fresh_url: str) -> None:
    async with running(World(fresh_url)) as world:
        await world.commit(*(plan_changed() for _ in range(700)))
        await until(lambda: _position(world, 700))
        async with world.bus.log.watch(after=0, queue=10) as watcher:
            seen: list[StoredEvent] = []
            async for event in watcher:
                if not seen:
                    await world.commit(*(plan_changed() for _ in range(50)))  # five times the queue
                    await until(lambda: _position(world, 750))
                seen.append(event)
                if len(seen) == 750:
                    break

    assert numbers(seen) == list(range(1, 751))


async def _position(world: World, seq: int) -> bool:
    return world.bus.log.position >= seq


async def test_a_watcher_that_does_not_read_is_told_where_to_resume(fresh_url: str) -> None:
    async with running(World(fresh_url)) as world:
        async with world.bus.log.watch(queue=10) as watcher:
            await world.commit(*(plan_changed() for _ in range(50)))
            await until(lambda: _position(world, 50))
            got: list[int] = []
            with pytest.raises(SlowConsumer) as told:
                await read_into(got, watcher)
        async with world.bus.log.watch(after=told.value.seq) as again:
            got += numbers(await take(again, 50 - len(got)))

    assert told.value.seq == 10
    assert got == list(range(1, 51))


async def test_a_watcher_gets_what_it_wants_from_the_past_and_the_present(fresh_url: str) -> None:
    mine, other = uuid4(), uuid4()
    async with running(World(fresh_url)) as world:
        await world.commit(plan_changed(mine, 1), plan_changed(other, 1))
        await until(lambda: _position(world, 2))
        filters = [
            EventFilter(aggregate_ids=frozenset({mine})),
            EventFilter(organization_id=uuid4()),
            EventFilter(organization_id=ORGANIZATION, event_types=frozenset({"plan.changed"})),
            EventFilter(event_types=frozenset({"plan.deleted"})),
            EventFilter(team_ids=frozenset({uuid4()})),
        ]
        async with AsyncExitStack() as stack:
            watchers = [
                await stack.enter_async_context(world.bus.log.watch(each, after=0)) for each in filters
            ]
            await world.commit(plan_changed(mine, 2), plan_changed(other, 2))
            await until(lambda: _position(world, 4))
            await world.bus.log.close()
            found = [numbers([event async for event in watcher]) for watcher in watchers]

    assert found == [[1, 3], [], [1, 2, 3, 4], [], []]


async def test_a_cursor_whose_events_are_gone_is_refused_and_a_later_one_is_not(fresh_url: str) -> None:
    clock = Clock(utc_now())
    async with running(World(fresh_url, clock=clock)) as world:
        await world.commit(*(plan_changed() for _ in range(5)))
        await until(lambda: _position(world, 5))
        clock.now += KEPT + timedelta(seconds=1)
        await world.commit(plan_changed())
        await until(lambda: _position(world, 6))

        assert await world.bus.forget_old() == 5
        assert await world.bus.forget_old() == 0
        with pytest.raises(CursorExpired):
            async with world.bus.log.watch(after=4) as watcher:
                await take(watcher, 1)
        async with world.bus.log.watch(after=5) as watcher:
            assert numbers(await take(watcher, 1)) == [6]


async def test_a_cursor_that_is_ahead_of_this_process_gets_nothing_twice(fresh_url: str) -> None:
    """Its holder read from another process, which had heard of the last commits sooner."""
    async with running(World(fresh_url)) as world, world.bus.log.watch(after=3) as watcher:
        for version in range(1, 6):
            await world.commit(plan_changed(version=version))

        assert numbers(await take(watcher, 2)) == [4, 5]


async def test_what_is_measured_is_what_is_there(fresh_url: str) -> None:
    clock = Clock()
    world = World(fresh_url, clock=clock)
    await world.commit(plan_changed(), plan_changed())
    clock.advance(seconds=90)

    await world.bus._measure()

    assert world.metric("taper_outbox_backlog") == 2
    assert world.metric("taper_outbox_age_seconds") == 90
    await world.db.dispose()
