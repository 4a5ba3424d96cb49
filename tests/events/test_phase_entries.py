"""When the calendar begins a phase, assignments follow it without anybody's doing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.assignments import WorkoutAssignment
from events.phase_watch import look_at_calendar
from tests.domain.season_cases import weekly
from tests.events.season_world import RunningClock, Season, SeasonWorld, accepted, following, make_season_of
from tests.events.world import until
from tests.season_factories import make_assignments

WEEKDAYS = weekly(0, 1, 2, 3, 4)


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
async def world(fresh_url: str, clock: RunningClock) -> AsyncIterator[SeasonWorld]:
    async with following(SeasonWorld(fresh_url, clock)) as running:
        yield running


@pytest.fixture
async def season(world: SeasonWorld, clock: RunningClock) -> Season:
    return await make_season_of(world.db, clock)


async def looked_at(world: SeasonWorld, clock: RunningClock, entries: int) -> None:
    """The calendar is looked at, and so many entries of phases have been handled since the beginning."""
    await look_at_calendar(world.db, clock())

    async def are_handled() -> bool:
        [row] = await world.rows(
            "SELECT count(*) AS n FROM event_inbox WHERE consumer = 'season.phase_entries'"
        )
        return bool(row.n == entries)

    await until(are_handled, 20.0)


async def phase_of(world: SeasonWorld, assignment: WorkoutAssignment) -> object:
    [after] = await world.stored(assignment)
    return after.planning.planning_phase_id


async def test_what_goes_on_from_phase_to_phase_follows_each_and_is_as_planned_after_the_last(
    world: SeasonWorld, season: Season, clock: RunningClock
) -> None:
    [assignment] = await make_assignments(world.db, season.club.assignment(recurrence=WEEKDAYS))
    build, easy = season.plan.phases

    await looked_at(world, clock, 1)
    assert await phase_of(world, assignment) == build.id

    clock.advance(weeks=4)
    await looked_at(world, clock, 2)
    assert await phase_of(world, assignment) == easy.id
    newest, *_ = await world.history(assignment)
    assert newest.adjustment.by.name == "the season's calendar"

    clock.advance(days=(easy.ends_on - easy.starts_on).days + 1)
    await looked_at(world, clock, 3)
    [after] = await world.stored(assignment)
    assert after.planning.planning_phase_id is None
    assert (after.load, after.recurrence) == (assignment.load, assignment.recurrence)


async def test_what_was_done_in_a_phase_stays_in_it(
    world: SeasonWorld, season: Season, clock: RunningClock
) -> None:
    build, _ = season.plan.phases
    [past] = await make_assignments(world.db, season.club.assignment(scheduled_on=build.ends_on))
    await looked_at(world, clock, 1)

    clock.advance(weeks=4)
    await looked_at(world, clock, 2)

    assert await phase_of(world, past) == build.id


async def test_a_planner_who_wants_nothing_adjusted_is_not_overruled_by_the_calendar(
    world: SeasonWorld, season: Season, clock: RunningClock
) -> None:
    [assignment] = await make_assignments(world.db, season.club.assignment(recurrence=WEEKDAYS))

    await accepted(world, season.phase_changed(autoApplyAdjustments=False))
    await world.settled(handled=1)
    await looked_at(world, clock, 1)

    assert await phase_of(world, assignment) is None


async def test_who_is_told_twice_does_it_once(
    world: SeasonWorld, season: Season, clock: RunningClock
) -> None:
    await make_assignments(world.db, season.club.assignment(recurrence=WEEKDAYS))
    await looked_at(world, clock, 1)
    before = await world.numbers()

    await accepted(world, season.phase_changed())
    await world.settled(handled=1)
    await looked_at(world, clock, 1)

    assert await world.numbers() == before
