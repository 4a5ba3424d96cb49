"""SIGKILL, FLUSHALL and a frozen Redis while a team is brought in step: what it comes to is as if they had
not been: values of the assignments, entries of their history, events for others.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from domain.assignments import WorkoutAssignment
from integrations.redis_clients import RedisAddress
from tests.domain.season_cases import weekly
from tests.doubles.valkey import Valkey
from tests.events.season_process import DEADLY, season_process
from tests.events.season_world import (
    ENTERED,
    RunningClock,
    Season,
    SeasonWorld,
    accepted,
    following,
    make_season_of,
)
from tests.events.test_kills import died
from tests.events.test_redis import acknowledged, copied, holds, send
from tests.events.world import until
from tests.season_factories import make_assignments

PLAYERS, EACH = 4, 10
ALL = PLAYERS * EACH


@pytest.fixture
async def observer(fresh_url: str) -> AsyncIterator[SeasonWorld]:
    """Sends and looks; its own bus does not run, so that only the processes handle anything."""
    world = SeasonWorld(fresh_url, RunningClock())
    yield world
    await world.close()


@pytest.fixture
async def season(observer: SeasonWorld) -> Season:
    return await make_season_of(observer.db, RunningClock(), PLAYERS)


@pytest.fixture
async def made(observer: SeasonWorld, season: Season) -> list[WorkoutAssignment]:
    recurring = weekly(0, 1, 2, 3, 4)
    return list(
        await make_assignments(
            observer.db,
            *(
                season.club.assignment(player, recurrence=recurring)
                for player in season.club.players
                for _ in range(EACH)
            ),
        )
    )


def told(valkey: Valkey) -> list[tuple[str, dict[str, Any]]]:
    """What others find in Redis, but that a phase was entered."""
    return [each for each in copied(valkey) if each[1]["eventType"] != ENTERED]


async def nothing_done(world: SeasonWorld) -> None:
    """Neither a value, nor an entry, nor an event, nor a mark: and the event is still there."""
    assert await world.numbers() == (ALL, 0, 0)
    assert await world.scalar("SELECT count(*) FROM event_inbox") == 0
    assert await world.scalar("SELECT count(*) FROM event_deliveries") == 1


async def done_once(world: SeasonWorld, made: list[WorkoutAssignment], parts: int = 1) -> None:
    """Each assignment was changed once, in load and frequency, and so was said; the team once a part."""
    after = await world.stored(*made)
    assert {(each.load.base_load_au, each.recurrence.weekdays, each.version) for each in after} == {
        (480, (0, 2, 4), 2)
    }
    assert await world.numbers() == (2 * ALL, 2 * ALL, ALL + parts)
    said = await world.said("assignment.phase_adjusted")
    assert len({each.aggregate_id for each in said}) == len(said) == ALL
    told = await world.said("training.phase_adjustments.applied")
    assert sum(each.payload["adjustments_count"] for each in told) == ALL


@pytest.mark.parametrize("dies_at", ["locked", "saved", "handled"])
async def test_a_process_killed_before_the_commit_has_done_nothing_and_the_next_one_does_it_once(
    fresh_url: str, observer: SeasonWorld, season: Season, made: list[WorkoutAssignment], dies_at: str
) -> None:
    event = season.phase_changed()
    await accepted(observer, event)
    for _ in range(2):
        async with season_process(fresh_url, season.clock(), dies_at) as victim:
            await died(victim)
        await nothing_done(observer)

    async with season_process(fresh_url, season.clock()):
        await observer.settled(handled=1)

    await done_once(observer, made)
    assert await accepted(observer, event) == ["duplicate"]


async def test_a_process_killed_between_two_parts_loses_its_part_and_no_other(
    fresh_url: str, observer: SeasonWorld, season: Season, made: list[WorkoutAssignment]
) -> None:
    await accepted(observer, season.phase_changed())
    async with season_process(fresh_url, season.clock(), "part", nth=3, batch=10) as victim:
        await died(victim)
    assert await observer.numbers() == (ALL + 20, 40, 22), "two parts of four are there, whole"

    async with season_process(fresh_url, season.clock(), batch=10):
        await observer.settled(handled=1)

    await done_once(observer, made, parts=4)


async def test_what_kills_everybody_is_given_up_and_the_good_ones_take_effect_once(
    fresh_url: str, observer: SeasonWorld, season: Season, made: list[WorkoutAssignment]
) -> None:
    others = [await make_season_of(observer.db, season.clock, 1) for _ in range(3)]
    theirs = [(await make_assignments(observer.db, each.club.assignment()))[0] for each in others]
    await accepted(
        observer,
        season.phase_changed(triggeredBy=DEADLY),
        *(each.phase_changed() for each in others),
    )
    deaths = 0
    while not await observer.dead():
        async with season_process(fresh_url, season.clock(), DEADLY) as victim:

            async def is_over(victim: object = victim) -> bool:
                return not victim.is_alive() or bool(await observer.dead())  # type: ignore[attr-defined]

            await until(is_over)
            deaths += victim.exitcode == -signal.SIGKILL
    async with season_process(fresh_url, season.clock(), DEADLY):
        await observer.settled(handled=3, dead=1)

    [letter] = await observer.dead()
    assert (letter.consumer, letter.reason, deaths) == ("season.phase_changes", "crashed", 3)
    assert {each.version for each in await observer.stored(*made)} == {1}
    assert {each.load.base_load_au for each in await observer.stored(*theirs)} == {480}
    [failure] = await observer.said("training.phase_change.error")
    assert (failure.aggregate_id, failure.payload["code"]) == (season.club.team.id, "internal_error")


async def test_kills_at_random_moments_under_load_leave_each_effect_once(
    fresh_url: str, observer: SeasonWorld, season: Season, made: list[WorkoutAssignment], valkey: Valkey
) -> None:
    """Phase changes to and fro over Redis, each sent twice, while processes are killed: the last one counts,
    every version of an assignment has its entries and its one event, and originals are never lost.
    """
    dice = random.Random(5)
    sent = 0
    is_over = False

    async def send_on() -> None:
        nonlocal sent
        while not is_over:
            new = sent % 2
            season.clock.advance(seconds=1)
            event = season.phase_changed(new, old=1 - new)
            await asyncio.to_thread(send, valkey, event, event)
            sent += 1
            await asyncio.sleep(0.05)

    async def be_killed(times: int) -> None:
        for _ in range(times):
            async with season_process(
                fresh_url, season.clock(), socket=valkey.socket_path, attempts=100, batch=15
            ):
                await asyncio.sleep(dice.uniform(0.2, 1.2))

    load = asyncio.create_task(send_on())
    await asyncio.gather(*(be_killed(6) for _ in range(2)))
    is_over = True
    await load
    last = season.phase_changed(0, old=1, triggeredBy="the last")
    await asyncio.to_thread(send, valkey, last)
    async with season_process(fresh_url, season.clock(), socket=valkey.socket_path, attempts=100):
        await holds(lambda: acknowledged(valkey))
        await observer.settled(handled=sent + 1)

    after = await observer.stored(*made)
    assert {(each.load.base_load_au, each.recurrence.weekdays) for each in after} == {(480, (0, 2, 4))}
    assert {each.planning.original.base_load_au for each in after if each.planning.original} == {400}
    for each in after[:: ALL // 8]:
        said = await observer.rows(
            "SELECT aggregate_version FROM outbox WHERE aggregate_id = :id ORDER BY 1", id=each.id
        )
        assert [row.aggregate_version for row in said] == list(range(2, each.version + 1))
        entries = await observer.rows(
            "SELECT DISTINCT assignment_version FROM assignment_adjustments WHERE assignment_id = :id"
            " ORDER BY 1",
            id=each.id,
        )
        assert [row.assignment_version for row in entries] == list(range(2, each.version + 1))
    assert await observer.dead() == []
    assert sent > 20


async def test_a_flushall_in_the_middle_costs_no_effect_and_none_is_had_twice(
    fresh_url: str, observer: SeasonWorld, season: Season, made: list[WorkoutAssignment], valkey: Valkey
) -> None:
    address = RedisAddress(unix_socket=valkey.socket_path, db=4)
    async with following(SeasonWorld(fresh_url, season.clock, redis=address)) as world:
        event = season.phase_changed()
        await asyncio.to_thread(send, valkey, event)
        await world.settled(handled=1)
        await holds(lambda: len(told(valkey)) == ALL + 1)
        before = told(valkey)

        valkey.flush()
        await asyncio.to_thread(send, valkey, event)
        await holds(lambda: len(told(valkey)) == ALL + 1)
        await holds(lambda: acknowledged(valkey))
        await world.settled(handled=1)

        assert told(valkey) == before, "the same events under the same ids"
        await done_once(world, made)
        breach = season.breach("skip_training", 2)
        await asyncio.to_thread(send, valkey, breach)
        await world.settled(handled=2)
        assert [each["eventType"] for _, each in before[:ALL]] == ["assignment.phase_adjusted"] * ALL


async def test_with_redis_frozen_the_season_is_followed_and_told_when_it_thaws(
    fresh_url: str, observer: SeasonWorld, season: Season, made: list[WorkoutAssignment], valkey: Valkey
) -> None:
    address = RedisAddress(unix_socket=valkey.socket_path, db=4)
    async with following(SeasonWorld(fresh_url, season.clock, redis=address)) as world:
        await holds(lambda: world.bus.state == "ok")
        valkey.freeze()
        try:
            outcomes = await accepted(world, season.phase_changed())
            await world.settled(handled=1)
            await done_once(world, made)
        finally:
            valkey.thaw()
        await holds(lambda: len(told(valkey)) == ALL + 1)

    assert outcomes == ["accepted"]


async def test_what_cannot_be_followed_among_what_can_comes_over_redis_and_stops_nothing(
    fresh_url: str, observer: SeasonWorld, season: Season, made: list[WorkoutAssignment], valkey: Valkey
) -> None:
    good = season.phase_changed()
    poison: list[dict[str, Any] | bytes] = [
        b"not JSON",
        season.sent("planning.phase.changed"),
        season.phase_changed(newPhaseId=str(uuid4())),
        season.breach("reduce_load", 20, playerId=str(uuid4())),
        season.sent("planning.unheard_of"),
        season.phase_changed(timestamp="2027-01-01T00:00:00Z"),
    ]
    await asyncio.to_thread(send, valkey, *poison[:3], good, *poison[3:])

    async with season_process(fresh_url, season.clock(), socket=valkey.socket_path):
        await holds(lambda: acknowledged(valkey))
        await observer.settled(handled=1, dead=6)

    after = await observer.stored(*made)
    assert {(each.load.base_load_au, each.version) for each in after} == {(480, 2)}
    reasons = sorted(each.reason for each in await observer.dead())
    assert reasons == [
        "future",
        "malformed",
        "malformed",
        "unknown_phase",
        "unknown_player",
        "unknown_type",
    ]
    errors = await observer.said("training.phase_change.error", "training.workload_adjustment.error")
    assert len(errors) == 2
