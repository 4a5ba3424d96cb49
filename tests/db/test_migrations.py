from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db import migrate, migration_check
from db.embedded import EmbeddedPostgres
from db.models.operations import OutboxRow

ROOT = Path(__file__).parent.parent.parent
REPLICA = "import asyncio, sys; from db import migrate; asyncio.run(migrate.upgrade(sys.argv[1]))"


@pytest.fixture
async def empty_url(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine) -> str:
    async with postgres_admin.connect() as connection:
        await connection.execute(text("DROP DATABASE IF EXISTS empty WITH (FORCE)"))
        await connection.execute(text("CREATE DATABASE empty"))
    return postgres.url_of("empty")


async def execute(url: str, statement: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def test_migrations_and_models_are_in_step() -> None:
    assert await migration_check.problems() == []


async def test_a_check_that_only_the_models_have_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    table = OutboxRow.metadata.tables["outbox"]
    monkeypatch.setattr(table, "constraints", set(table.constraints))
    table.append_constraint(CheckConstraint("seq > 0", name="seq_positive"))

    [problem] = await migration_check.problems()

    assert "ck_outbox_seq_positive" in problem


async def test_an_empty_database_lacks_every_migration_and_a_migrated_one_none(empty_url: str) -> None:
    before = await migrate.pending(empty_url)
    await migrate.upgrade(empty_url)

    assert before[0].startswith("0001 ")
    assert await migrate.pending(empty_url) == []


async def test_replicas_that_start_together_migrate_once(empty_url: str) -> None:
    replicas = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", REPLICA, empty_url, cwd=ROOT)
        for _ in range(2)
    ]

    assert [await replica.wait() for replica in replicas] == [0, 0]
    assert await migrate.pending(empty_url) == []


async def test_a_database_of_a_later_version_is_left_alone(empty_url: str) -> None:
    await migrate.upgrade(empty_url)
    await execute(empty_url, "UPDATE alembic_version SET version_num = 'of_tomorrow'")

    await migrate.upgrade(empty_url)

    assert await migrate.pending(empty_url) == []
