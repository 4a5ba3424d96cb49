"""The indexes of assignments earn their place: PostgreSQL takes each for the query it was made for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from db.assignments import (
    adjusted_since,
    assignments_of_players,
    assignments_of_teams,
    count_by_phase,
    insert_assignments,
    open_assignments_of_players,
    planned_assignments,
)
from db.database import Database
from db.embedded import EmbeddedPostgres
from db.following import lock_assignments_around, lock_coming_assignments
from db.paging import PageRequest
from domain.adjustments import adjust
from domain.assignments import AssignmentStatus, WorkoutAssignment
from domain.phases import SeasonPhase
from domain.seasons import SeasonPlan
from tests.conftest import TEMPLATE
from tests.databases import Clock
from tests.domain.season_cases import MONDAY
from tests.factories import NOW, committed, make_athlete, make_team
from tests.season_factories import Club, make_club, make_season

TEAMS, PLAYERS_A_TEAM, WEEKS = 12, 20, 80
ROWS = TEAMS * PLAYERS_A_TEAM * WEEKS


@dataclass(frozen=True)
class World:
    """Twelve teams, an assignment a week: what is past is completed, a third is in no phase."""

    db: Database
    clubs: tuple[Club, ...]
    plans: tuple[SeasonPlan, ...]

    @property
    def phase(self) -> SeasonPhase:
        return self.plans[0].phases[0]


@pytest.fixture(scope="module")
async def world(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine) -> AsyncIterator[World]:
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE many_assignments TEMPLATE {TEMPLATE}"))
    db = Database(postgres.url_of("many_assignments"), clock=Clock())
    yield await _many_assignments(db)
    await db.dispose()
    async with postgres_admin.connect() as connection:
        await connection.execute(text("DROP DATABASE many_assignments WITH (FORCE)"))


async def _many_assignments(db: Database) -> World:
    first = await make_club(db, PLAYERS_A_TEAM)
    clubs = [first]
    for _ in range(TEAMS - 1):
        players = tuple([await make_athlete(db, first.organization) for _ in range(PLAYERS_A_TEAM)])
        team = await make_team(db, first.organization, players=players)
        clubs.append(replace(first, team=team, players=players))
    plans = [await make_season(db, club.season()) for club in clubs]
    for club, plan in zip(clubs, plans, strict=True):
        made = [
            _assignment(club, plan, player, week) for player in range(PLAYERS_A_TEAM) for week in range(WEEKS)
        ]
        await committed(db, lambda one, made=made: insert_assignments(one, made))  # type: ignore[misc]
    await committed(db, lambda one: one.execute(text("ANALYZE workout_assignments")))
    return World(db, tuple(clubs), tuple(plans))


def _assignment(club: Club, plan: SeasonPlan, player: int, week: int) -> WorkoutAssignment:
    """Sixty weeks behind, twenty ahead."""
    day = MONDAY + timedelta(weeks=week - 60, days=player % 7)
    is_past = day < MONDAY
    made = club.assignment(
        club.players[player],
        scheduled_on=day,
        effective_from=day,
        status=AssignmentStatus.COMPLETED if is_past else AssignmentStatus.ACTIVE,
        completed_at=NOW if is_past else None,
    )
    if (player + week) % 3 == 0:
        return made
    phase = next((each for each in plan.phases if each.includes(day)), None)
    if phase is None:
        phase = replace(plan.phases[0], id=uuid4(), season_plan_id=UUID(int=week))
    return adjust(made, phase, now=NOW + timedelta(weeks=week - 60), by=club.by).assignment


async def indexes_used(world: World, ask: Callable[[AsyncSession], Awaitable[Any]]) -> set[str]:
    """The indexes in the plan of the very statement that ``ask`` sends, with its own parameters."""
    sent: list[tuple[str, Any]] = []

    def remember(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    async def look(db_session: AsyncSession) -> str:
        engine = world.db.engine.sync_engine
        event.listen(engine, "before_cursor_execute", remember)
        try:
            await ask(db_session)
        finally:
            event.remove(engine, "before_cursor_execute", remember)
        [(statement, parameters)] = sent
        connection = await db_session.connection()
        rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", tuple(parameters))
        return "\n".join(rows.scalars())

    plan = await committed(world.db, look)
    assert "Seq Scan on workout_assignments" not in plan, plan
    words = {word.strip("():") for word in plan.split()}
    return {word for word in words if word.startswith(("ix_workout_assignments", "pk_workout_assignments"))}


async def test_there_are_as_many_rows_as_a_club_has_in_some_seasons(world: World) -> None:
    async with world.db.read() as read:
        assert await read.scalar(text("SELECT count(*) FROM workout_assignments")) == ROWS == 19_200


@pytest.mark.parametrize(
    ("field", "index"),
    [("planningPhaseId", "ix_workout_assignments_phase"), ("seasonPlanId", "ix_workout_assignments_season")],
)
async def test_who_follows_is_found_by_a_gin_index_whatever_the_team(
    world: World, field: str, index: str
) -> None:
    """As docs/operations.md asks it. Within a team the composite index is nearer."""
    plan = world.plans[0]
    followed = str(plan.id if field == "seasonPlanId" else plan.phases[0].id)
    asked = text(f"SELECT id FROM workout_assignments WHERE metadata -> '{field}' ? :followed")  # noqa: S608

    used = await indexes_used(world, lambda it: it.execute(asked, {"followed": followed}))

    assert used == {index}


async def test_what_was_adjusted_lately_is_found_by_when(world: World) -> None:
    lately = NOW + timedelta(weeks=19)

    used = await indexes_used(world, lambda it: adjusted_since(it, [world.clubs[0].team.id], lately))

    assert "ix_workout_assignments_adjusted" in used


async def test_what_phases_have_adjusted_in_a_team_is_found_by_the_partial_index(world: World) -> None:
    used = await indexes_used(world, lambda it: planned_assignments(it, [world.clubs[0].team.id]))

    assert used == {"ix_workout_assignments_planned"}


async def test_how_many_are_in_which_phase_is_counted_from_the_composite_index(world: World) -> None:
    used = await indexes_used(world, lambda it: count_by_phase(it, [world.clubs[0].team.id]))

    assert used == {"ix_workout_assignments_team_phase_status"}


async def test_a_phase_is_applied_to_what_is_active_in_the_team(world: World) -> None:
    used = await indexes_used(
        world,
        lambda it: lock_assignments_around(it, world.clubs[0].team.id, MONDAY, phases=[world.phase]),
    )

    assert used == {"ix_workout_assignments_team_phase_status"}


async def test_what_a_phase_concerns_is_found_in_the_team_alone(world: World) -> None:
    """What is in it, what follows it, and what a player has before them: all by indexes that begin there."""
    team_id, phase = world.clubs[0].team.id, world.phase
    both = await indexes_used(
        world,
        lambda it: lock_assignments_around(it, team_id, MONDAY, phases=[phase], followed_ids=[phase.id]),
    )
    followers = await indexes_used(
        world, lambda it: lock_assignments_around(it, team_id, MONDAY, followed_ids=[phase.id])
    )
    coming = await indexes_used(
        world,
        lambda it: lock_coming_assignments(it, team_id, [world.clubs[0].players[0].id], MONDAY),
    )

    assert both | followers == {"ix_workout_assignments_team_phase_status"}
    assert coming & {"ix_workout_assignments_player", "ix_workout_assignments_team"}


@pytest.mark.parametrize("whose", ["team", "player"])
async def test_lists_are_read_in_their_order_from_an_index(world: World, whose: str) -> None:
    club, last = world.clubs[0], MONDAY + timedelta(days=6)
    team_ids, player_ids = [club.team.id], [each.id for each in club.players[:3]]
    ask = {
        "team": lambda it: assignments_of_teams(it, team_ids, MONDAY, last, PageRequest()),
        "player": lambda it: assignments_of_players(it, player_ids, MONDAY, last, PageRequest()),
    }[whose]

    assert await indexes_used(world, ask) == {f"ix_workout_assignments_{whose}"}


async def test_what_may_be_in_the_way_is_found_player_by_player(world: World) -> None:
    player_ids = [each.id for each in world.clubs[0].players]

    used = await indexes_used(
        world, lambda it: open_assignments_of_players(it, player_ids, MONDAY, MONDAY + timedelta(days=56))
    )

    assert "ix_workout_assignments_player" in used
