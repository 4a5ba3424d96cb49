from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.assignments import (
    adjusted_since,
    assignments_by_id,
    assignments_for_update,
    assignments_of_players,
    assignments_of_teams,
    count_by_phase,
    insert_assignments,
    open_assignments_of_players,
    planned_assignments,
    save_assignments,
)
from db.completions import completions_by_assignment, completions_of_players, insert_completion
from db.database import Database
from db.following import lock_assignments_around
from db.paging import PageRequest
from domain.adjustments import adjust, relieve
from domain.assignments import (
    AssignmentStatus,
    AssignmentType,
    Completion,
    Customizations,
    WorkoutAssignment,
    days_of,
    is_in_phase,
)
from domain.errors import Conflict, InvalidState
from domain.load_progression import LoadProgression, ProgressionKind
from domain.physiology import HeartRateZone, PerformanceThresholds, PowerRange, VelocityRange
from domain.recurrence import Recurrence, RecurrencePattern
from domain.workouts import SelectedExercise
from tests.domain.season_cases import MONDAY, a_phase, any_recurrence, weekly
from tests.factories import NOW, committed, make_athlete, make_organization
from tests.season_factories import Club, make_assignments, make_club, make_season
from tests.statements import count_statements

ACTIVE, DRAFT, CANCELLED = AssignmentStatus.ACTIVE, AssignmentStatus.DRAFT, AssignmentStatus.CANCELLED
LATER = NOW + timedelta(hours=1)
ALL = PageRequest(first=100)


@pytest.fixture
async def club(db: Database) -> Club:
    return await make_club(db)


def everything(club: Club) -> WorkoutAssignment:
    """Every field of an assignment filled, in a phase."""
    phase = club.season().phases[0]
    plain = club.assignment(
        type=AssignmentType.LINE,
        group_name="First line",
        effective_from=MONDAY - timedelta(days=3),
        expires_on=MONDAY + timedelta(days=200),
        starts_at=time(17, 30),
        recurrence=Recurrence(
            RecurrencePattern.CUSTOM, 2, (0, 3), MONDAY + timedelta(days=90), (MONDAY + timedelta(days=3),)
        ),
        load=LoadProgression(400, ProgressionKind.CUSTOM, 2.5, 100, 900, (100.0, 80.5)),
        thresholds=PerformanceThresholds(
            HeartRateZone(140, 160), PowerRange(200, 260), VelocityRange(0.5, 1.0)
        ),
        customizations=Customizations(1.1, 2, -1),
        relief_percent=12.5,
        relief_until=MONDAY + timedelta(days=6),
        completed_at=NOW,
    )
    adjusted = adjust(plain, phase, now=NOW, by=club.by).assignment
    return replace(adjusted, exercise_selection=(SelectedExercise(2, 3), SelectedExercise(1, 1)))


async def test_an_assignment_is_read_as_it_was_written(db: Database, club: Club) -> None:
    full, bare = everything(club), club.assignment()
    await make_assignments(db, full, bare)

    async with db.read() as read:
        found = await assignments_by_id(read, [full.id, bare.id, uuid4()])

    assert found == {full.id: full, bare.id: bare}


async def test_any_number_is_written_in_one_statement_and_changed_in_one(db: Database, club: Club) -> None:
    made = [club.assignment(scheduled_on=MONDAY + timedelta(days=n % 60)) for n in range(300)]

    with count_statements(db) as sent:
        await make_assignments(db, *made)
        locked = await committed(db, lambda one: assignments_for_update(one, [each.id for each in made]))
        await committed(
            db,
            lambda one: save_assignments(one, [replace(each, status=CANCELLED) for each in locked.values()]),
        )

    assert len(sent) == 3
    async with db.read() as read:
        found = await assignments_by_id(read, [each.id for each in made])
    assert {(each.status, each.version) for each in found.values()} == {(CANCELLED, 2)}
    assert list(locked) == sorted(locked)


async def test_saving_keeps_every_change_and_nothing_else(db: Database, club: Club) -> None:
    before = everything(club)
    await make_assignments(db, before, club.assignment())
    relieved = relieve(before, 50, None, now=LATER, by=club.by, reason="High load.").assignment
    after = replace(
        relieved,
        status=DRAFT,
        scheduled_on=MONDAY + timedelta(days=7),
        recurrence=weekly(1, ends_on=MONDAY + timedelta(days=80)),
        thresholds=PerformanceThresholds(),
        exercise_selection=None,
        completed_at=None,
        updated_at=LATER,
    )
    after = replace(after, recurrence=replace(after.recurrence, pattern=RecurrencePattern.CUSTOM))

    await committed(db, lambda one: save_assignments(one, [after]))

    async with db.read() as read:
        found = await assignments_by_id(read, [before.id])
    assert found == {before.id: replace(after, version=2)}


async def test_what_somebody_else_changed_is_not_saved_over_and_nothing_beside_it_is(
    db: Database, club: Club
) -> None:
    first, second = await make_assignments(db, club.assignment(), club.assignment())
    await committed(db, lambda one: save_assignments(one, [replace(first, status=CANCELLED)]))

    with pytest.raises(Conflict):
        await committed(
            db, lambda one: save_assignments(one, [replace(each, status=DRAFT) for each in (first, second)])
        )

    async with db.read() as read:
        found = await assignments_by_id(read, [first.id, second.id])
    assert (found[first.id].status, found[second.id].status) == (CANCELLED, ACTIVE)


async def test_lists_have_what_lies_in_the_window_by_day(db: Database, club: Club) -> None:
    first, last = MONDAY + timedelta(days=7), MONDAY + timedelta(days=13)
    inside = club.assignment(scheduled_on=last)
    before = club.assignment(scheduled_on=first - timedelta(days=1))
    after = club.assignment(scheduled_on=last + timedelta(days=1))
    endless = club.assignment(recurrence=weekly(0))
    ended = club.assignment(recurrence=weekly(0, ends_on=first - timedelta(days=1)))
    expired = club.assignment(recurrence=weekly(0), expires_on=first - timedelta(days=1))
    others = club.assignment(club.players[1], scheduled_on=first)
    await make_assignments(db, inside, before, after, endless, ended, expired, others)

    async with db.read() as read:
        of_team = await assignments_of_teams(read, [club.team.id], first, last, ALL)
        of_players = await assignments_of_players(read, [each.id for each in club.players], first, last, ALL)

    assert of_team[club.team.id].items == (endless, others, inside)
    assert {key: page.items for key, page in of_players.items()} == {
        club.players[0].id: (endless, inside),
        club.players[1].id: (others,),
    }


async def test_what_may_be_in_the_way_is_what_is_still_open(db: Database, club: Club) -> None:
    made = [club.assignment(status=status, completed_at=NOW) for status in AssignmentStatus]
    await make_assignments(db, *made)

    async with db.read() as read:
        found = await open_assignments_of_players(read, [club.players[0].id], MONDAY, MONDAY)

    assert {each.status for each in found[club.players[0].id]} == {ACTIVE, DRAFT}


# The database is the same for every example, and each clears it first.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(
    recurrences=st.lists(
        st.tuples(any_recurrence, st.integers(-40, 40), st.none() | st.integers(0, 60)), max_size=8
    ),
    today=st.integers(-50, 50),
)
async def test_sql_and_domain_agree_on_which_assignments_are_in_a_phase(
    db: Database, club: Club, recurrences: list[Any], today: int
) -> None:
    phase = a_phase(ends_on=MONDAY + timedelta(days=13))
    made = []
    for recurrence, start, length in recurrences:
        day = MONDAY + timedelta(days=start)
        if length is not None and recurrence.pattern is not RecurrencePattern.NONE:
            recurrence = replace(recurrence, ends_on=day + timedelta(days=length))
        made.append(club.assignment(scheduled_on=day, effective_from=day, recurrence=recurrence))
    now_there = MONDAY + timedelta(days=today)

    async def look(db_session: Any) -> list[WorkoutAssignment]:
        await db_session.execute(text("DELETE FROM workout_assignments"))
        await insert_assignments(db_session, made)
        return await lock_assignments_around(db_session, club.team.id, now_there, phases=[phase])

    found = await committed(db, look)

    assert {each.id for each in found} == {each.id for each in made if is_in_phase(each, phase, now_there)}


async def test_planned_counted_and_lately_adjusted_by_team(db: Database, club: Club) -> None:
    phase, season = (plan := await make_season(db, club.season())).phases
    early = adjust(club.assignment(), phase, now=NOW, by=club.by).assignment
    late = adjust(club.assignment(), season, now=LATER, by=club.by).assignment
    done = replace(adjust(club.assignment(), season, now=LATER, by=club.by).assignment, status=CANCELLED)
    plain = club.assignment()
    await make_assignments(db, early, late, done, plain)

    async with db.read() as read:
        planned = await planned_assignments(read, [club.team.id])
        counted = await count_by_phase(read, [club.team.id])
        since = await adjusted_since(read, [club.team.id], LATER)

    assert {each.id for each in planned[club.team.id]} == {early.id, late.id}
    assert counted == {club.team.id: {phase.id: 1, season.id: 1, None: 1}}
    assert {each.id for each in since[club.team.id]} == {late.id, done.id}
    assert plan.phases == (phase, season)


async def test_nobody_is_assigned_in_a_team_of_another_organization(db: Database, club: Club) -> None:
    stranger = await make_athlete(db, await make_organization(db))

    with pytest.raises(IntegrityError, match="fk_workout_assignments_organization_id_player_id"):
        await make_assignments(db, club.assignment(player_id=stranger.id))


# completions


async def test_a_day_is_completed_once_and_read_by_assignment_and_by_player(db: Database, club: Club) -> None:
    assignment = club.assignment(recurrence=weekly(0, 3))
    await make_assignments(db, assignment)
    monday, thursday = list(days_of(assignment, MONDAY, MONDAY + timedelta(days=6)))
    full = Completion(
        assignment.id, monday, assignment.player_id, NOW, 412.5, 80.0, {"notes": "Good", "rpe": 7}
    )
    bare = Completion(assignment.id, thursday, assignment.player_id, NOW)

    for each in (bare, full):
        await committed(db, lambda one, each=each: insert_completion(one, each, LATER))  # type: ignore[misc]
    with pytest.raises(InvalidState, match="completed already"):
        await committed(db, lambda one: insert_completion(one, full, LATER))

    async with db.read() as read:
        assert await completions_by_assignment(read, [assignment.id]) == {assignment.id: [full, bare]}
        of_player = await completions_of_players(read, [assignment.player_id], thursday, thursday)
    assert of_player == {assignment.player_id: [bare]}


async def test_only_the_player_of_the_assignment_completes_it(db: Database, club: Club) -> None:
    [assignment] = await make_assignments(db, club.assignment())
    other = Completion(assignment.id, MONDAY, club.players[1].id, NOW)

    with pytest.raises(IntegrityError, match="fk_training_completions_assignment_id_player_id"):
        await committed(db, lambda one: insert_completion(one, other, NOW))
