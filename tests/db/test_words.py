"""A column that holds the words of an enum holds no others: the database says so, whoever writes."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Any

import pytest
from alembic import command
from graphql import GraphQLEnumType, get_named_type, is_object_type
from sqlalchemy import ARRAY, String, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from strawberry.utils.str_converters import to_snake_case

import domain
from db import migrate, models  # noqa: F401  # fills the metadata
from db.base import Base
from db.database import Database
from db.embedded import EmbeddedPostgres
from db.shapes import SHAPES
from tests.api import the_schema

FREE = {
    "dead_letters": "consumer event_type aggregate_key correlation_id reason detail",
    "event_consumers": "name",
    "event_deliveries": "consumer event_type aggregate_key correlation_id last_error",
    "event_inbox": "consumer aggregate_key",
    "outbox": "event_type aggregate_type correlation_id",
    "idempotency_keys": "caller operation key",
    "organizations": "name",
    "people": "display_name email time_zone",
    "teams": "name sport time_zone",
    "player_groups": "name",
    "exercises": "name name_key station equipment",
    "exercise_aliases": "alias",
    "plans": "title goal notes",
    "microcycles": "title",
    "sessions": "title",
    "prescriptions": "tempo group_key notes",
    "compressions": "reason model_version actor_name",
    "season_plans": "name",
    "season_phases": "name focus_areas",
    "workouts": "title notes",
    "workout_exercises": "tempo group_key notes",
    "phase_templates": "name description",
    "template_workouts": "target_name",
    "workout_assignments": "group_name",
    "assignment_adjustments": "reason actor_name",
    "training_entries": "note actor_name reason",
    "training_versions": "note actor_name reason",
    "wellness_reports": "note actor_name",
    "wellness_versions": "note actor_name",
    "rest_days": "actor_name",
    "workload_thresholds": "actor_name",
    "workload_alerts": "reason effect model_version",
    "workload_alert_entries": "actor_name reason",
}
"""Columns of text that are nobody's enum. Any other has a CHECK that lists its words."""
OF_NO_ENUM = {"dead_letters.status", "event_inbox.outcome", "player_groups.role"}
"""Their words are the tables' own."""
CHECKS = text(
    """
    SELECT conrelid::regclass::text || '.' || attname, pg_get_constraintdef(c.oid)
    FROM pg_constraint c JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'c' AND cardinality(conkey) = 1
    """
)
HELD = re.compile(r"CHECK \(\(+\w+ (?:=|= ANY|<@) \(?(?:ARRAY\[)?'")
WORD = re.compile(r"'([a-z0-9_]+)'::text")


REVISION_BEFORE = "0008"
BROKEN_ROWS = """
    INSERT INTO organizations VALUES (gen_random_uuid(), 'Club');
    INSERT INTO people (organization_id, display_name, role, time_zone)
        SELECT id, 'Anna', 'athlete', 'UTC' FROM organizations;
    INSERT INTO teams (organization_id, name, sport, time_zone)
        SELECT id, 'A', 'handball', 'UTC' FROM organizations;
    INSERT INTO workload_alerts (organization_id, team_id, player_id, type, first_day, last_day, severity,
        metric, current_value, threshold_value, reason, effect, source, status, raised_at, updated_at,
        resolved_at)
        SELECT organizations.id, teams.id, people.id, 'high_load', day, day, 'warning', metric,
            1, 1, 'High', 'None', 'own', 'open', now(), now(), now()
        FROM organizations, teams, people,
            (VALUES (date '2026-11-01', 'mood_swings'), ('2026-11-02', 'strain'), ('2026-11-03', NULL))
            given(day, metric);
    INSERT INTO workouts (title, planned_minutes, session_rpe) VALUES ('Lower body', 60, 7);
    INSERT INTO exercises (name, name_key, primary_muscles, secondary_muscles, pattern, station, equipment,
        intent, unilateral)
        VALUES ('Squat', 'squat', '{}', '{}', 'squat', 'rack', '{}', 'strength', false);
    INSERT INTO workout_exercises (workout_id, position, exercise_id, role, intent, unilateral, weight, sets)
        SELECT workouts.id, position, exercises.id, 'core', 'strength', false, 1, sets
        FROM workouts, exercises,
            (VALUES (1, '[[1, "ramp", 5], [2, "drop", 6], [3, null, 7]]'::jsonb), (2, '[[1, "warm_up", 8]]'))
            given(position, sets);
"""


def _enums() -> list[frozenset[str]]:
    """The words of every enum of the domain."""
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    return [
        frozenset(map(str, each)) for each in StrEnum.__subclasses__() if each.__module__[:7] == "domain."
    ]


async def _words(db: Database) -> dict[str, frozenset[str]]:
    """Which words the database lets into each column that it holds to some."""
    async with db.read() as db_session:
        found = (await db_session.execute(CHECKS)).all()
    return {column: frozenset(WORD.findall(rule)) for column, rule in found if HELD.match(rule)}


async def test_every_column_of_text_is_free_or_held_to_the_words_of_an_enum(db: Database) -> None:
    free = {f"{table}.{name}" for table, names in FREE.items() for name in names.split()}
    of_text = {
        f"{table}.{column.name}"
        for table, each in Base.metadata.tables.items()
        for column in each.columns
        if isinstance(column.type.item_type if isinstance(column.type, ARRAY) else column.type, String)
    }
    words, enums = await _words(db), _enums()

    assert of_text - free - words.keys() == set(), (
        "give these a CHECK with one_of or all_of, or call them free"
    )
    assert free - of_text == set()
    assert free & words.keys() == set()
    of_none = {column for column, held in words.items() if not any(held <= each for each in enums)}
    assert of_none - OF_NO_ENUM == set()


async def test_what_the_api_gives_as_an_enum_can_be_nothing_else_in_its_table(db: Database) -> None:
    words = await _words(db)
    seen: set[str] = set()
    for name, shape in SHAPES.items():
        type_ = the_schema()._schema.get_type(name)
        for field_name, field in type_.fields.items() if is_object_type(type_) else ():
            kind, column = (
                get_named_type(field.type),
                shape.rows.__table__.columns.get(to_snake_case(field_name)),
            )
            if isinstance(kind, GraphQLEnumType) and column is not None:
                place = f"{shape.rows.__tablename__}.{column.name}"
                known = {str(getattr(each.value, "value", each.value)) for each in kind.values.values()}
                assert words.get(place, frozenset("?")) <= known, place
                seen.add(place)

    assert {"workload_alerts.metric", "exercises.primary_muscles", "training_entries.kind"} <= seen


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workload_alerts SET metric = 'mood_swings'",
        """UPDATE workout_exercises SET sets = '[[1, "drop"]]'""",
        """UPDATE workout_exercises SET sets = '[[1, "ramp"], [2, null]]'""",
    ],
)
async def test_words_of_no_enum_are_gone_after_the_migration_and_refused_from_then_on(
    old: AsyncEngine, statement: str
) -> None:
    async with old.begin() as connection:
        for each in BROKEN_ROWS.split(";\n")[:-1]:
            await connection.exec_driver_sql(each)

    await _to(old, "head")

    assert await _rows(old, "SELECT metric FROM workload_alerts ORDER BY first_day") == [None, "strain", None]
    assert await _rows(old, "SELECT sets FROM workout_exercises ORDER BY position") == [
        [[1, "ramp", 5], [2, "working", 6], [3, "working", 7]],
        [[1, "warm_up", 8]],
    ]
    with pytest.raises(IntegrityError, match="ck_work"):
        await _rows(old, statement)


async def test_the_words_can_be_set_free_again(old: AsyncEngine) -> None:
    await _to(old, "head")
    async with old.connect() as connection:
        await connection.run_sync(lambda it: command.downgrade(migrate.config(it), REVISION_BEFORE))
        await connection.commit()

    async with old.begin() as connection:
        for each in BROKEN_ROWS.split(";\n")[:-1]:
            await connection.exec_driver_sql(each)

    assert await _rows(old, "SELECT count(*) FROM workload_alerts WHERE metric = 'mood_swings'") == [1]


@pytest.fixture
async def old(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """A database from before the words were held."""
    async with postgres_admin.connect() as connection:
        await connection.execute(text("CREATE DATABASE old"))
    engine = create_async_engine(postgres.url_of("old"))
    await _to(engine, REVISION_BEFORE)
    yield engine
    await engine.dispose()
    async with postgres_admin.connect() as connection:
        await connection.execute(text("DROP DATABASE old WITH (FORCE)"))


async def _to(engine: AsyncEngine, revision: str) -> None:
    async with engine.connect() as connection:
        await connection.run_sync(lambda it: command.upgrade(migrate.config(it), revision))


async def _rows(engine: AsyncEngine, statement: str) -> list[Any]:
    async with engine.begin() as connection:
        found = await connection.exec_driver_sql(statement)
        return list(found.scalars()) if found.returns_rows else []
