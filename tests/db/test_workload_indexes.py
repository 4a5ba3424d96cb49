"""A season of a team in a bounded number of statements, each of them answered by an index."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from db.database import Database
from db.embedded import EmbeddedPostgres
from db.paging import PageRequest
from db.training_log import count_on_days, entries_of_players, known_keys
from db.wellness import reports_of_players, wellness_of
from db.workload import day_loads
from domain.workload.model import DayState
from tests import patience
from tests.conftest import TEMPLATE
from tests.databases import Clock
from tests.factories import NOW, committed
from tests.season_factories import make_club
from tests.statements import count_statements

PLAYERS, DAYS = 150, 400
LAST = NOW.date()
# Two trainings on two days of three, a wellness report on all, rest said of every third.
FILL = (
    """INSERT INTO training_entries (organization_id, player_id, source, day, kind, load_au, load_method,
           recorded_at, actor_name, content_key)
       SELECT organization_id, id, 'csv', CAST(:last AS date) - n, 'training', 300 + n % 200, 'own', now(),
           'seed', sha256((id::text || n || twice)::bytea)
       FROM people, generate_series(0, :days - 1) n, generate_series(1, 2) twice
       WHERE role = 'athlete' AND n % 3 > 0""",
    """INSERT INTO wellness_reports (organization_id, player_id, day, sleep, recorded_at, actor_name)
       SELECT organization_id, id, CAST(:last AS date) - n, 3, now(), 'seed'
       FROM people, generate_series(0, :days - 1) n WHERE role = 'athlete'""",
    """INSERT INTO rest_days (organization_id, player_id, day, version, is_rest, recorded_at, actor_name)
       SELECT organization_id, id, CAST(:last AS date) - n, 1, true, now(), 'seed'
       FROM people, generate_series(0, :days - 1) n WHERE role = 'athlete' AND n % 3 = 0""",
)


@dataclass(frozen=True)
class World:
    db: Database
    player_ids: tuple[UUID, ...]


@pytest.fixture(scope="module")
async def world(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine) -> AsyncIterator[World]:
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE much_training TEMPLATE {TEMPLATE}"))
    db = Database(postgres.url_of("much_training"), clock=Clock())
    club = await make_club(db, PLAYERS)
    for statement in FILL:
        await committed(db, partial(_fill, statement=statement))
    yield World(db, tuple(each.id for each in club.players))
    await db.dispose()
    async with postgres_admin.connect() as connection:
        await connection.execute(text("DROP DATABASE much_training WITH (FORCE)"))


async def _fill(db_session: AsyncSession, statement: str) -> None:
    await db_session.execute(text("SET LOCAL statement_timeout = 0"))
    await db_session.execute(text(statement), {"last": LAST, "days": DAYS})
    for table in ("training_entries", "wellness_reports", "rest_days", "workout_assignments"):
        await db_session.execute(text(f"ANALYZE {table}"))


async def plans_of(world: World, ask: Callable[[AsyncSession], Awaitable[Any]]) -> str:
    """The plans of the very statements that ``ask`` sends, with their own parameters."""
    sent: list[tuple[str, Any]] = []

    def remember(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        sent.append((statement, parameters))

    engine = world.db.engine.sync_engine
    async with world.db.read() as db_session:
        event.listen(engine, "before_cursor_execute", remember)
        try:
            await ask(db_session)
        finally:
            event.remove(engine, "before_cursor_execute", remember)
    found = []
    async with world.db.engine.connect() as connection:
        for statement, parameters in sent:
            rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            found += [row[0] for row in rows]
    return "\n".join(found)


ASKED: dict[str, tuple[Callable[[AsyncSession, tuple[UUID, ...]], Awaitable[Any]], set[str]]] = {
    "loads of a team": (
        lambda one, ids: day_loads(one, ids[:60], LAST - timedelta(days=27), LAST),
        {"ix_training_entries_player", "pk_rest_days", "ix_workout_assignments_player"},
    ),
    "wellness of a team": (
        lambda one, ids: wellness_of(one, ids[:60], LAST - timedelta(days=27), LAST),
        {"uq_wellness_reports_player_id_day"},
    ),
    "a page of a log": (
        lambda one, ids: entries_of_players(one, ids[:20], PageRequest()),
        {"ix_training_entries_player"},
    ),
    "a page of reports": (
        lambda one, ids: reports_of_players(one, ids[:20], PageRequest()),
        {"uq_wellness_reports_player_id_day"},
    ),
    "what of a file is known": (
        lambda one, ids: known_keys(one, ids[:20], [bytes([n]) * 32 for n in range(250)]),
        {"uq_training_entries_player_id_content_key"},
    ),
    "whether a day is full": (
        lambda one, ids: count_on_days(one, ids[:1], [LAST]),
        {"ix_training_entries_player"},
    ),
}


@pytest.mark.parametrize("name", ASKED)
async def test_the_index_that_was_made_for_it_is_taken(world: World, name: str) -> None:
    ask, indexes = ASKED[name]

    plan = await plans_of(world, lambda one: ask(one, world.player_ids))

    assert not [each for each in indexes - {"ix_workout_assignments_player"} if each not in plan], plan
    assert "Seq Scan on training_entries" not in plan
    assert "Seq Scan on wellness_reports" not in plan


async def test_sixty_players_over_a_year_cost_as_few_statements_as_one_over_a_week(world: World) -> None:
    counts = []
    for count, days in ((1, 7), (60, 365)):
        with count_statements(world.db) as sent:
            async with world.db.read() as db_session:
                span = LAST - timedelta(days=days - 1), LAST
                found = await day_loads(db_session, world.player_ids[:count], *span)
                await wellness_of(db_session, world.player_ids[:count], *span)
        counts.append(len(sent))
        assert {len(each) for each in found.values()} == {days}

    assert counts == [5, 5]


async def test_a_year_of_a_team_is_summed_in_no_long_time(world: World) -> None:
    """22,000 days from 29,000 trainings; a third of them are rest."""
    async with world.db.read() as db_session:
        backend = await db_session.scalar(text("SELECT pg_backend_pid()"))
        began = _worked(backend)
        found = await day_loads(db_session, world.player_ids[:60], LAST - timedelta(days=364), LAST)
        seconds = _worked(backend) - began

    states = [each.state for days in found.values() for each in days]
    assert states.count(DayState.REST) == pytest.approx(len(states) / 3, rel=0.02)
    assert all(
        each.total_load_au == 2 * (300 + (LAST - each.day).days % 200)
        for each in found[world.player_ids[0]]
        if each.state is DayState.REPORTED
    )
    assert seconds < 3 * patience.slowness()


def _worked(backend: int) -> float:
    """Seconds that the two of us had a processor: how busy it was with others is none of ours."""
    ticks = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def test_known_trainings_are_found_by_their_keys(world: World) -> None:
    async with world.db.read() as db_session:
        some = (await db_session.scalars(text("SELECT content_key FROM training_entries LIMIT 50"))).all()
        found = await known_keys(db_session, world.player_ids, [*some, b"0" * 32])

    assert found == set(some)
