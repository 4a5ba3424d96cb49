"""Bringing a team in step with its season within one unit of work: values, history, events, statements."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from db.assignments import assignments_by_id
from db.database import Database, Transaction
from db.outbox import StoredEvent, events_of
from db.seasons import delete_season_plan, save_season_plan
from domain.assignments import AssignmentStatus, WorkoutAssignment
from domain.days import monday_of
from domain.phases import Intensity, SeasonPhase
from domain.planning import AdjustmentType
from domain.planning_events import UpdateType
from domain.recurrence import RecurrencePattern
from domain.seasons import SeasonPlan, SeasonStatus
from events.season.following import Followed, follow_phase, follow_season_plan, leave_phases
from tests.databases import Clock
from tests.domain.season_cases import MONDAY, a_phase, weekly
from tests.events.world import utc_now
from tests.factories import make_athlete, make_team
from tests.season_factories import Club, make_assignments, make_club, make_season
from tests.statements import count_statements

T = TypeVar("T")


@pytest.fixture
async def club(db: Database) -> Club:
    return await make_club(db)


async def done(db: Database, clock: Clock, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """In a unit of work of its own, a second after the last one."""
    clock.advance(seconds=1)
    return await db.unit_of_work(work)


async def stored(db: Database, *assignments: WorkoutAssignment) -> list[WorkoutAssignment]:
    async with db.read() as db_session:
        found = await assignments_by_id(db_session, [each.id for each in assignments])
    return [found[each.id] for each in assignments]


async def said_of(db: Database, aggregate_type: str, aggregate_id: UUID) -> list[StoredEvent]:
    async with db.read() as db_session:
        return await events_of(db_session, aggregate_type, aggregate_id)


async def count(db: Database, what: str) -> int:
    async with db.read() as db_session:
        return await db_session.scalar(text(f"SELECT count(*) FROM {what}")) or 0  # noqa: S608


async def follow(db: Database, clock: Clock, club: Club, phase: SeasonPhase, **options: Any) -> Followed:
    return await done(db, clock, lambda tx: follow_phase(tx, club.team, phase, by=club.by, **options))


async def leave(db: Database, clock: Clock, club: Club, *phases: SeasonPhase) -> int:
    left = await done(
        db,
        clock,
        lambda tx: leave_phases(
            tx, club.team, [each.id for each in phases], by=club.by, reason="It is over."
        ),
    )
    return left.restored_count


async def sync(
    db: Database, clock: Clock, club: Club, plan: SeasonPlan, changed: Collection[UUID], kind: UpdateType
) -> Followed:
    return await done(
        db, clock, lambda tx: follow_season_plan(tx, club.team, plan, changed, kind, by=club.by)
    )


async def test_following_a_phase_adjusts_what_is_in_it_and_says_so_of_each_and_of_the_team(
    db: Database, clock: Clock, club: Club
) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    mine, hers = await make_assignments(
        db, *(club.assignment(each, recurrence=weekly(0, 1, 2, 3, 4)) for each in club.players)
    )

    followed = await follow(db, clock, club, phase)

    after = await stored(db, mine, hers)
    assert [each.load.base_load_au for each in after] == [480, 480]
    assert [each.recurrence.weekdays for each in after] == [(0, 2, 4)] * 2
    assert {each.assignment.id for each in followed.adjusted} == {mine.id, hers.id}
    assert (followed.unchanged_count, followed.restored_count, followed.more_after) == (0, 0, None)
    [event] = await said_of(db, "assignment", mine.id)
    assert (event.event_type, event.aggregate_version) == ("assignment.phase_adjusted", after[0].version)
    assert event.payload["player_id"] == str(mine.player_id)
    assert event.payload["phase_id"] == str(phase.id)
    assert event.occurred_at == clock.now == after[0].planning.last_phase_adjustment
    [told] = await said_of(db, "team", club.team.id)
    assert told.event_type == "training.phase_adjustments.applied"
    assert told.payload["adjustments_count"] == 2
    assert told.payload["triggered_by"] == club.coach.display_name


async def test_following_it_again_changes_and_says_nothing(db: Database, clock: Clock, club: Club) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    [assignment] = await make_assignments(db, club.assignment())
    await follow(db, clock, club, phase)
    before = await stored(db, assignment)
    events, history = await count(db, "outbox"), await count(db, "assignment_adjustments")

    with count_statements(db) as sent:
        again = [await follow(db, clock, club, phase) for _ in range(5)]

    assert {(each.adjusted, each.unchanged_count, each.changed_count) for each in again} == {((), 1, 0)}
    assert not [each for each in sent if not each.startswith("SELECT")]
    assert await stored(db, assignment) == before
    assert (await count(db, "outbox"), await count(db, "assignment_adjustments")) == (events, history)


async def test_force_records_it_anew_and_says_so(db: Database, clock: Clock, club: Club) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    [assignment] = await make_assignments(db, club.assignment())
    await follow(db, clock, club, phase)

    again = await follow(db, clock, club, phase, force=True)

    [after] = await stored(db, assignment)
    assert (len(again.adjusted), after.load.base_load_au, after.version) == (1, 480, 3)
    assert len(await said_of(db, "assignment", assignment.id)) == 2


@pytest.mark.parametrize("many", [1, 700])
async def test_it_takes_six_statements_however_many_there_are(
    db: Database, clock: Clock, club: Club, many: int
) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    await make_assignments(db, *(club.assignment(recurrence=weekly(0, 1, 2, 3, 4)) for _ in range(many)))

    with count_statements(db) as sent:
        followed = await follow(db, clock, club, phase)

    assert len(followed.adjusted) == many
    assert len(sent) == 6, "lock and read, bodies, workouts, write, history, events"


async def test_the_team_s_today_decides_and_what_is_over_is_restored(
    db: Database, clock: Clock, club: Club
) -> None:
    """Of a recurring one today counts, of a single one its day; other teams are not touched."""
    build, season = (await make_season(db, club.season())).phases
    single = club.assignment(scheduled_on=build.ends_on)
    recurring, ending = (
        club.assignment(recurrence=weekly(0, 2)),
        club.assignment(recurrence=weekly(0, 2, ends_on=build.ends_on)),
    )
    later = club.assignment(scheduled_on=season.starts_on)
    done_already = club.assignment(status=AssignmentStatus.COMPLETED, completed_at=clock.now)
    everything = await make_assignments(db, single, recurring, ending, later, done_already)
    assert len((await follow(db, clock, club, build)).adjusted) == 3

    clock.advance(weeks=4)
    assert monday_of(clock.now.date()) == season.starts_on
    again = await follow(db, clock, club, build)

    assert (again.unchanged_count, again.restored_count, again.adjusted) == (2, 1, ())
    follows = [each.planning.planning_phase_id for each in await stored(db, *everything)]
    assert follows == [build.id, None, build.id, None, None]
    [_, restored] = await said_of(db, "assignment", recurring.id)
    assert restored.payload["phase_id"] == str(build.id)


async def test_only_some_players_and_only_some_of_the_four(db: Database, clock: Clock, club: Club) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    mine, hers = await make_assignments(
        db, *(club.assignment(each, recurrence=weekly(0, 1, 2, 3, 4)) for each in club.players)
    )

    followed = await follow(
        db,
        clock,
        club,
        phase,
        player_ids=[mine.player_id],
        types=frozenset({AdjustmentType.FREQUENCY}),
    )

    assert [each.assignment.id for each in followed.adjusted] == [mine.id]
    after, untouched = await stored(db, mine, hers)
    assert (after.load.base_load_au, after.recurrence.weekdays) == (400, (0, 2, 4))
    assert untouched == hers


async def test_leaving_restores_what_the_team_had_and_nobody_else_s(
    db: Database, clock: Clock, club: Club
) -> None:
    """An id of another team's phase, in an event or a request, reaches nothing there."""
    phase = (await make_season(db, club.season())).phases[0]
    other = replace(
        club,
        team=await make_team(db, club.organization, players=club.players),
        players=(await make_athlete(db, club.organization),),
    )
    [mine] = await make_assignments(db, club.assignment())
    [theirs] = await make_assignments(db, other.assignment())
    await follow(db, clock, club, phase)
    await follow(db, clock, other, phase)

    assert await leave(db, clock, club, phase) == 1

    after, there = await stored(db, mine, theirs)
    assert after == replace(mine, version=3, updated_at=clock.now)
    assert there.planning.planning_phase_id == phase.id
    assert await leave(db, clock, club, phase) == 0
    assert len(await said_of(db, "assignment", mine.id)) == 2


async def test_more_than_fits_is_done_in_batches_that_may_be_done_again(
    db: Database, clock: Clock, club: Club
) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    await make_assignments(db, *(club.assignment() for _ in range(25)))

    first = await follow(db, clock, club, phase, limit=10)
    repeated = await follow(db, clock, club, phase, limit=10)
    second = await follow(db, clock, club, phase, limit=10, after=first.more_after)
    last = await follow(db, clock, club, phase, limit=10, after=second.more_after)

    assert [len(each.adjusted) for each in (first, repeated, second, last)] == [10, 0, 10, 5]
    assert repeated.more_after == first.more_after
    assert last.more_after is None
    assert [await leave(db, clock, club, phase) for _ in range(2)] == [25, 0]


class TestSeasonPlan:
    """``follow_season_plan``: what each kind of update changes."""

    async def test_a_phase_that_was_added_is_followed(self, db: Database, clock: Clock, club: Club) -> None:
        plan = await make_season(db, club.season())
        [assignment] = await make_assignments(db, club.assignment())

        followed = await sync(db, clock, club, plan, [plan.phases[0].id], UpdateType.PHASE_ADDED)

        assert len(followed.adjusted) == 1
        [after] = await stored(db, assignment)
        assert after.load.base_load_au == 480
        [told] = await said_of(db, "team", club.team.id)
        assert told.event_type == "training.season_plan.synced"
        assert told.payload["adjustments_count"] == 1
        assert told.payload["updated_phases"] == [str(plan.phases[0].id)]
        assert told.payload["update_type"] == "phase_added"

    async def test_a_phase_that_was_modified_is_followed_as_it_is_now(
        self, db: Database, clock: Clock, club: Club
    ) -> None:
        plan = await make_season(db, club.season())
        [assignment] = await make_assignments(db, club.assignment())
        await follow(db, clock, club, plan.phases[0])
        harder = replace(plan, phases=(replace(plan.phases[0], intensity=Intensity.PEAK), plan.phases[1]))

        await sync(db, clock, club, harder, [plan.phases[0].id], UpdateType.PHASE_MODIFIED)

        [after] = await stored(db, assignment)
        assert after.load.base_load_au == 560
        assert after.planning.original is not None
        assert after.planning.original.base_load_au == 400

    async def test_a_phase_that_was_removed_is_left_so_that_it_can_go(
        self, db: Database, clock: Clock, club: Club
    ) -> None:
        plan = await make_season(db, club.season())
        [assignment] = await make_assignments(db, club.assignment())
        await follow(db, clock, club, plan.phases[0])
        without = replace(plan, phases=plan.phases[1:])

        async def work(tx: Transaction) -> Followed:
            after = await save_season_plan(tx.db_session, without, expected_version=1, now=tx.now)
            assert after is not None
            return await follow_season_plan(
                tx, club.team, after, [plan.phases[0].id], UpdateType.PHASE_REMOVED, by=club.by
            )

        followed = await done(db, clock, work)

        assert (followed.restored_count, followed.adjusted) == (1, ())
        [after] = await stored(db, assignment)
        assert after == replace(assignment, version=3, updated_at=clock.now)

    async def test_what_a_moved_boundary_leaves_goes_over_to_the_other_phase(
        self, db: Database, clock: Clock, club: Club
    ) -> None:
        plan = await make_season(db, club.season())
        build, season = plan.phases
        near_the_end = club.assignment(scheduled_on=build.ends_on)
        [assignment] = await make_assignments(db, near_the_end)
        await follow(db, clock, club, build)
        earlier = build.ends_on - timedelta(days=7)
        moved = replace(
            plan,
            phases=(
                replace(build, ends_on=earlier),
                replace(season, starts_on=earlier + timedelta(days=1), intensity=Intensity.LOW),
            ),
        )

        await sync(db, clock, club, moved, [], UpdateType.SCHEDULE_ADJUSTED)

        [after] = await stored(db, assignment)
        assert after.planning.planning_phase_id == season.id
        assert after.load.base_load_au == 320
        kinds = [each.payload["phase_id"] for each in await said_of(db, "assignment", assignment.id)]
        assert kinds == [str(build.id), str(season.id)]

    async def test_a_season_that_is_over_is_left(self, db: Database, clock: Clock, club: Club) -> None:
        plan = await make_season(db, club.season())
        [assignment] = await make_assignments(db, club.assignment())
        await follow(db, clock, club, plan.phases[0])
        over = replace(plan, status=SeasonStatus.COMPLETED)

        followed = await sync(db, clock, club, over, [], UpdateType.SCHEDULE_ADJUSTED)

        assert followed.restored_count == 1
        assert (await stored(db, assignment))[0].planning.planning_phase_id is None

    async def test_it_takes_six_statements_however_many_phases_and_assignments(
        self, db: Database, clock: Clock, club: Club
    ) -> None:
        weeks = [
            a_phase(
                name=f"Week {n}",
                starts_on=MONDAY + timedelta(weeks=n),
                ends_on=MONDAY + timedelta(weeks=n, days=6),
            )
            for n in range(20)
        ]
        plan = await make_season(db, club.season(*weeks))
        made = [club.assignment(scheduled_on=MONDAY + timedelta(days=n % 140)) for n in range(280)]
        await make_assignments(db, *made)

        with count_statements(db) as sent:
            followed = await sync(db, clock, club, plan, [], UpdateType.SCHEDULE_ADJUSTED)

        assert len(followed.adjusted) == 280
        assert len(sent) == 6

    async def test_a_season_can_be_deleted_once_its_phases_are_left(
        self, db: Database, clock: Clock, club: Club
    ) -> None:
        plan = await make_season(db, club.season())
        await make_assignments(db, club.assignment())
        await follow(db, clock, club, plan.phases[0])

        async def work(tx: Transaction) -> Followed:
            await delete_season_plan(tx.db_session, plan.id, expected_version=1)
            ids = [each.id for each in plan.phases]
            return await leave_phases(tx, club.team, ids, by=club.by, reason="The season is deleted.")

        assert (await done(db, clock, work)).restored_count == 1


async def test_phases_are_left_in_parts_where_very_many_follow(
    db: Database, clock: Clock, club: Club
) -> None:
    plan = await make_season(db, club.season())
    await make_assignments(db, *(club.assignment() for _ in range(5)))
    await follow(db, clock, club, plan.phases[0])
    parts: list[int] = []
    after: UUID | None = None

    while not parts or after is not None:
        left = await done(
            db,
            clock,
            partial(
                leave_phases,
                team=club.team,
                phase_ids=[plan.phases[0].id],
                by=club.by,
                reason="It is over.",
                after=after,
                limit=2,
            ),
        )
        parts.append(left.restored_count)
        after = left.more_after

    assert parts == [2, 2, 1]


async def test_phases_in_any_order_and_number_end_the_same(db: Database, clock: Clock, club: Club) -> None:
    """Down to the database and back: nothing compounds, nothing drifts, and leaving restores."""
    dice = random.Random(11)
    phases = [
        replace(
            phase,
            intensity=intensity,
            training_frequency=frequency,
            focus_areas=focus,
            load_multiplier=multiplier,
        )
        for phase in club.season(*(a_phase() for _ in range(4))).phases
        for intensity, frequency, focus, multiplier in [
            (
                dice.choice(list(Intensity)),
                dice.randint(1, 6),
                dice.choice([(), ("power",), ("strength",)]),
                dice.choice([None, 0.37, 1.91]),
            )
        ]
    ]
    made = await make_assignments(
        db,
        club.assignment(recurrence=weekly(0, 1, 2, 3, 4)),
        club.assignment(recurrence=replace(weekly(), pattern=RecurrencePattern.DAILY)),
        club.assignment(workout_id=club.other_workout.id),
    )
    directly = []
    for phase in phases:
        await follow(db, clock, club, phase)
        directly.append([_values(each) for each in await stored(db, *made)])
        await leave(db, clock, club, phase)

    for _ in range(100):
        number = dice.randrange(4)
        await follow(db, clock, club, phases[number])
        if dice.random() < 0.2:
            assert [_values(each) for each in await stored(db, *made)] == directly[number]
    await follow(db, clock, club, phases[2])

    assert [_values(each) for each in await stored(db, *made)] == directly[2]
    await leave(db, clock, club, *phases)
    plain = [replace(each, version=1, updated_at=made[0].updated_at) for each in await stored(db, *made)]
    assert plain == list(made)


def _values(assignment: WorkoutAssignment) -> tuple[Any, ...]:
    recurrence = assignment.recurrence
    return (
        assignment.load,
        recurrence,
        assignment.thresholds,
        assignment.exercise_selection,
        assignment.planning.planning_phase_id,
        assignment.planning.original,
    )


async def test_two_who_follow_two_phases_at_once_leave_no_mixture(fresh_url: str) -> None:
    db = Database(fresh_url, clock=utc_now)
    club = await make_club(db)
    always = {"starts_on": date(2020, 1, 1), "ends_on": date(2021, 1, 1)}
    plan = await make_season(db, club.season(a_phase(**always), **always))
    made = await make_assignments(
        db,
        *(club.assignment(scheduled_on=date(2020, 6, 1), effective_from=date(2020, 6, 1)) for _ in range(40)),
    )
    [phase] = plan.phases
    hard, easy = replace(phase, intensity=Intensity.PEAK), replace(phase, intensity=Intensity.RECOVERY)

    await asyncio.gather(
        *(
            db.unit_of_work(lambda tx, each=each: follow_phase(tx, club.team, each, by=club.by))  # type: ignore[misc]
            for each in (hard, easy) * 3
        )
    )

    after = await stored(db, *made)
    assert {each.load.base_load_au for each in after} in ({560}, {240})
    changes = sum(each.version - 1 for each in after)
    assert await count(db, "outbox WHERE aggregate_type = 'assignment'") == changes
    await db.dispose()


async def test_an_unknown_team_id_reaches_nothing(db: Database, clock: Clock, club: Club) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    await make_assignments(db, club.assignment())
    nobody = replace(club, team=replace(club.team, id=uuid4()))

    assert (await follow(db, clock, nobody, phase)).changed_count == 0
