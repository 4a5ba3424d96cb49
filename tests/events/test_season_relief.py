"""Relief down to the database: given, taken back, in a constant number of statements."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from db.completions import insert_completion
from db.database import Database, Transaction
from domain.assignments import AssignmentStatus, Completion, WorkoutAssignment
from domain.planning_events import AdjustmentKind, RecommendedAdjustment
from events.season.following import relieve_player, undo_relief
from events.season.relief import Relief, relieve_players
from tests.databases import Clock
from tests.domain.season_cases import MONDAY, weekly
from tests.events.test_season_following import count, done, stored
from tests.factories import committed, make_team
from tests.season_factories import Club, make_assignments, make_club
from tests.statements import count_statements

FRIDAY = MONDAY + timedelta(days=4)  # the clock's day
WEEKDAYS = weekly(0, 1, 2, 3, 4, 5, 6)


@pytest.fixture
async def club(db: Database) -> Club:
    return await make_club(db, player_count=6)


def adjustment(kind: str, value: float) -> RecommendedAdjustment:
    return RecommendedAdjustment(type=AdjustmentKind(kind), value=value)


async def relieve(
    db: Database, clock: Clock, club: Club, kind: str, value: float
) -> tuple[WorkoutAssignment, ...]:
    async def work(tx: Transaction) -> tuple[WorkoutAssignment, ...]:
        player = club.players[0]
        return await relieve_player(
            tx, club.team, player.id, adjustment(kind, value), by=club.by, reason="She is tired."
        )

    return await done(db, clock, work)


async def undo(db: Database, clock: Clock, club: Club) -> tuple[WorkoutAssignment, ...]:
    return await done(
        db,
        clock,
        lambda tx: undo_relief(tx, club.team, club.players[0].id, by=club.by, reason="Well again."),
    )


def plain(assignment: WorkoutAssignment) -> WorkoutAssignment:
    return replace(assignment, version=1, updated_at=assignment.created_at)


async def test_all_three_are_given_and_taken_back(db: Database, clock: Clock, club: Club) -> None:
    series = club.assignment(recurrence=weekly(4, 5))
    single = club.assignment(scheduled_on=FRIDAY, starts_at=time(18))
    tomorrow = club.assignment(scheduled_on=FRIDAY + timedelta(days=1))
    made = await make_assignments(db, series, single, tomorrow)

    relieved = await relieve(db, clock, club, "reduce_load", 20)
    assert {each.id for each in relieved} == {each.id for each in made}
    await relieve(db, clock, club, "increase_recovery", 10)
    await relieve(db, clock, club, "skip_training", 3)

    after = await stored(db, *made)
    assert after[0].recurrence.exceptions == tuple(FRIDAY + timedelta(days=n) for n in range(2))
    assert after[1].scheduled_on == FRIDAY + timedelta(days=2), "on the first day that has none"
    assert after[2].status is AssignmentStatus.CANCELLED
    back = await undo(db, clock, club)

    assert {each.id for each in back} == {each.id for each in made}
    assert await stored(db, *(each for each in back)) == list(back)
    assert [plain(each) for each in await stored(db, *made)] == [plain(each) for each in made]
    assert await undo(db, clock, club) == ()
    assert await count(db, "outbox") == 0, "whoever relieves says what for"


async def test_a_session_that_was_done_is_not_the_one_to_skip(db: Database, clock: Clock, club: Club) -> None:
    [series] = await make_assignments(db, club.assignment(recurrence=WEEKDAYS))
    today = Completion(series.id, FRIDAY, series.player_id, clock.now)
    await committed(db, lambda one: insert_completion(one, today, clock.now))

    [after] = await relieve(db, clock, club, "skip_training", 1)

    assert after.recurrence.exceptions == (FRIDAY + timedelta(days=1),)


async def test_other_players_other_teams_and_drafts_are_left_alone(
    db: Database, clock: Clock, club: Club
) -> None:
    elsewhere = replace(club, team=await make_team(db, club.organization, players=club.players))
    others = await make_assignments(
        db,
        club.assignment(club.players[1], recurrence=WEEKDAYS),
        elsewhere.assignment(recurrence=WEEKDAYS),
        club.assignment(recurrence=WEEKDAYS, status=AssignmentStatus.DRAFT),
    )

    assert await relieve(db, clock, club, "reduce_load", 50) == ()

    assert await stored(db, *others) == list(others)


@pytest.mark.parametrize("many", [1, 40])
async def test_it_takes_five_statements_however_many_players_and_assignments(
    db: Database, clock: Clock, club: Club, many: int
) -> None:
    await make_assignments(
        db, *(club.assignment(player, recurrence=WEEKDAYS) for player in club.players for _ in range(many))
    )
    reliefs = {
        each.id: [Relief(adjustment("reduce_load", 20), "One"), Relief(adjustment("skip_training", 2), "Two")]
        for each in club.players
    }

    async def work(tx: Transaction) -> Any:
        return await relieve_players(tx, club.team, reliefs, by=club.by)

    with count_statements(db) as sent:
        relieved = await done(db, clock, work)

    assert {len(each) for each in relieved.values()} == {many}
    assert len(sent) == 5, "lock and read, what was done, restrictions, write, history"


async def test_taking_back_takes_four_statements(db: Database, clock: Clock, club: Club) -> None:
    await make_assignments(db, *(club.assignment(recurrence=WEEKDAYS) for _ in range(30)))
    await relieve(db, clock, club, "skip_training", 20)

    with count_statements(db) as sent:
        back = await undo(db, clock, club)

    assert len(back) == 20
    assert len(sent) == 4, "lock and read, history, write, history"
