from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.adjustments import (
    adjustments_of_assignments,
    adjustments_of_phases,
    facts_for,
    save_adjustments,
)
from db.assignments import assignments_by_id
from db.athletes import save_physiology
from db.database import Database
from db.following import lock_assignments_around
from db.paging import PageRequest
from domain.adjustments import AdjustmentRecord, adjust, relieve, restore
from domain.assignments import AssignmentStatus, WorkoutAssignment
from domain.phases import Intensity, SeasonPhase
from domain.physiology import HeartRateZone, PerformanceThresholds, Physiology
from domain.planning import AdjustmentType
from tests.domain.season_cases import MONDAY, weekly
from tests.factories import NOW, committed
from tests.season_factories import Club, make_assignments, make_club, make_season
from tests.statements import count_statements

LATER = NOW + timedelta(hours=1)
OVER = "The phase is over."


@pytest.fixture
async def club(db: Database) -> Club:
    return await make_club(db)


async def apply(db: Database, club: Club, phase: SeasonPhase, **options: Any) -> int:
    async def work(db_session: Any) -> int:
        assignments = await lock_assignments_around(
            db_session, club.team.id, MONDAY, phases=[phase], player_ids=options.pop("player_ids", None)
        )
        facts = await facts_for(db_session, assignments)
        adjusted = [adjust(each, phase, now=NOW, by=club.by, facts=facts, **options) for each in assignments]
        return await save_adjustments(db_session, adjusted, NOW)

    return await committed(db, work)


async def leave(db: Database, club: Club, *phases: SeasonPhase) -> int:
    async def work(db_session: Any) -> int:
        followers = await lock_assignments_around(
            db_session, club.team.id, MONDAY, followed_ids=[each.id for each in phases]
        )
        restored = [restore(each, now=LATER, by=club.by, reason=OVER) for each in followers]
        return await save_adjustments(db_session, restored, LATER)

    return await committed(db, work)


async def read(db: Database, *assignments: WorkoutAssignment) -> list[WorkoutAssignment]:
    async with db.read() as db_session:
        found = await assignments_by_id(db_session, [each.id for each in assignments])
    return [found[each.id] for each in assignments]


async def history(db: Database, assignment: WorkoutAssignment) -> list[AdjustmentRecord]:
    async with db.read() as db_session:
        pages = await adjustments_of_assignments(db_session, [assignment.id], PageRequest())
    return list(pages[assignment.id].items)


@pytest.mark.parametrize("count", [1, 400])
async def test_a_phase_is_applied_in_five_statements_however_many_there_are(
    db: Database, club: Club, count: int
) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    await make_assignments(db, *(club.assignment(recurrence=weekly(0, 1, 2, 3, 4)) for _ in range(count)))

    with count_statements(db) as sent:
        adjusted = await apply(db, club, phase)

    assert adjusted == count
    assert len(sent) == 5, "lock and read, bodies, workouts, write, history"


async def test_applying_again_writes_nothing_and_says_so(db: Database, club: Club) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    [assignment] = await make_assignments(db, club.assignment())
    assert await apply(db, club, phase) == 1
    [once] = await read(db, assignment)

    with count_statements(db) as sent:
        again = [await apply(db, club, phase) for _ in range(5)]

    assert again == [0] * 5
    assert not [each for each in sent if not each.startswith("SELECT")]
    assert await read(db, assignment) == [once]
    assert len(await history(db, assignment)) == 1


async def test_the_rules_know_the_players_body_and_the_workouts_exercises(db: Database, club: Club) -> None:
    phase = replace(club.season().phases[0], focus_areas=("power",), intensity=Intensity.LOW)
    await make_season(db, club.season(phase))
    [anna, bea] = await make_assignments(
        db,
        *(
            club.assignment(player, thresholds=PerformanceThresholds(HeartRateZone(140, 160)))
            for player in club.players
        ),
    )
    body = Physiology(anna.player_id, 50, 200)
    await committed(db, lambda one: save_physiology(one, club.organization.id, body, NOW))

    await apply(db, club, phase)

    after = await read(db, anna, bea)
    assert [each.thresholds.heart_rate for each in after] == [
        HeartRateZone(125, 145),
        HeartRateZone(140, 160),
    ]


async def test_only_active_assignments_of_the_players_asked_for_are_taken(db: Database, club: Club) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    anna, bea = club.players
    mine, hers = club.assignment(anna), club.assignment(bea)
    later = club.assignment(anna, scheduled_on=phase.ends_on + timedelta(days=1))
    others = [
        club.assignment(anna, status=status, completed_at=NOW)
        for status in set(AssignmentStatus) - {AssignmentStatus.ACTIVE}
    ]
    await make_assignments(db, mine, hers, later, *others)

    assert await apply(db, club, phase, player_ids=[anna.id]) == 1

    [after] = await read(db, mine)
    assert after.load.base_load_au == 480
    assert await read(db, hers, later, *others) == [hers, later, *others]


async def test_leaving_restores_and_both_ways_are_in_the_history(db: Database, club: Club) -> None:
    phase, other = (await make_season(db, club.season())).phases
    [assignment] = await make_assignments(db, club.assignment(recurrence=weekly(0, 1, 2, 3, 4)))

    await apply(db, club, phase)
    assert await leave(db, club, other) == 0
    assert await leave(db, club, phase) == 1

    [after] = await read(db, assignment)
    assert after == replace(assignment, version=3, updated_at=LATER)
    entries = await history(db, assignment)
    assert [(each.assignment_version, each.adjustment.type.value) for each in entries] == [
        (3, "load"),
        (3, "frequency"),
        (2, "load"),
        (2, "frequency"),
    ]
    assert {each.phase_id for each in entries} == {phase.id}
    assert [each.adjustment.reason for each in entries[:2]] == [OVER, OVER]
    assert entries[3].adjustment.original == {"interval": 1, "daysOfWeek": [0, 1, 2, 3, 4]}
    assert entries[0].adjustment.by == club.by


async def test_whoever_follows_one_of_many_phases_is_found(db: Database, club: Club) -> None:
    plan = await make_season(db, club.season())
    phase, other = plan.phases
    following = [
        adjust(club.assignment(), each, now=NOW, by=club.by).assignment for each in (phase, other, other)
    ]
    cancelled = replace(
        adjust(club.assignment(), phase, now=NOW, by=club.by).assignment, status=AssignmentStatus.CANCELLED
    )
    await make_assignments(db, *following, cancelled, club.assignment())

    async def ids(db_session: Any) -> list[set[UUID]]:
        found = [
            await lock_assignments_around(db_session, club.team.id, MONDAY, followed_ids=ids)
            for ids in ([phase.id], [phase.id, other.id], [])
        ]
        return [{each.id for each in some} for some in found]

    everyone = {each.id for each in following}
    assert await committed(db, ids) == [{following[0].id}, everyone, set()]


async def test_a_phases_history_is_all_that_it_did_newest_first(db: Database, club: Club) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    await make_assignments(db, club.assignment(), club.assignment())
    await apply(db, club, phase)

    async with db.read() as db_session:
        page = (await adjustments_of_phases(db_session, [phase.id], PageRequest(first=1)))[phase.id]

    assert [each.adjustment.type for each in page.items] == [AdjustmentType.LOAD]
    assert page.has_next


async def test_a_relief_is_kept_and_belongs_to_no_phase(db: Database, club: Club) -> None:
    [assignment] = await make_assignments(db, club.assignment())
    relieved = relieve(assignment, 25, None, now=NOW, by=club.by, reason="Acute load is high.")

    await committed(db, lambda one: save_adjustments(one, [relieved], NOW))

    [entry] = await history(db, assignment)
    assert entry.phase_id is None
    assert (entry.adjustment.original, entry.adjustment.adjusted) == (400, 300)
    [after] = await read(db, assignment)
    assert after.relief_percent == 25


async def test_two_coaches_who_apply_two_phases_at_once_leave_the_last_alone(fresh_db: Database) -> None:
    club = await make_club(fresh_db)
    phase = (await make_season(fresh_db, club.season())).phases[0]
    made = await make_assignments(fresh_db, *(club.assignment() for _ in range(50)))
    hard, easy = replace(phase, intensity=Intensity.PEAK), replace(phase, intensity=Intensity.RECOVERY)

    await asyncio.gather(*(apply(fresh_db, club, each) for each in (hard, easy) * 3))

    after = await read(fresh_db, *made)
    loads = {each.load.base_load_au for each in after}
    assert len(loads) == 1, "never a mixture"
    assert loads <= {560, 240}
    assert {each.planning.original.base_load_au for each in after if each.planning.original} == {400}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assignment_adjustments SET reason = 'Another'",
        "UPDATE assignment_adjustments SET actor_id = NULL",
        "DELETE FROM assignment_adjustments",
    ],
)
async def test_the_history_is_never_rewritten(db: Database, club: Club, statement: str) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    await make_assignments(db, club.assignment())
    await apply(db, club, phase)

    with pytest.raises(IntegrityError, match="never rewritten"):
        await committed(db, lambda one: one.execute(text(statement)))


async def test_the_history_goes_with_its_assignment_and_outlives_who_made_it(
    db: Database, club: Club
) -> None:
    phase = (await make_season(db, club.season())).phases[0]
    kept, gone = await make_assignments(db, club.assignment(), club.assignment())
    await apply(db, club, phase)

    await committed(
        db, lambda one: one.execute(text("DELETE FROM workout_assignments WHERE id = :id"), {"id": gone.id})
    )
    await committed(
        db, lambda one: one.execute(text("DELETE FROM people WHERE id = :id"), {"id": club.coach.id})
    )

    assert await history(db, gone) == []
    [entry] = await history(db, kept)
    assert (entry.adjustment.by.id, entry.adjustment.by.name) == (None, club.coach.display_name)
