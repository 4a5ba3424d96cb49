"""Bring a database in step with this version of the code, and say what is missing."""

from __future__ import annotations

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

_log = structlog.get_logger(__name__)
_ROOT = Path(__file__).parent.parent


async def upgrade(database_url: str) -> None:
    """Run the migrations that are missing, all in one transaction.

    A database that a later version has migrated is left as it is: migrations come in steps that the version
    before survives, so that a release can be taken back. Many processes may call it at once, but one task of
    each: alembic's context is global.
    """
    engine = create_async_engine(database_url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


async def pending(database_url: str) -> list[str]:
    """The migrations that the database lacks, first to last, each as revision and message."""
    engine = create_async_engine(database_url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_pending)
    finally:
        await engine.dispose()


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, independent of the folder that the process was started in."""
    found = Config(_ROOT / "alembic.ini")
    found.attributes["connection"] = connection
    return found


def _upgrade(connection: Connection) -> None:
    if missing := _pending(connection):
        _log.info("migrating", migrations=missing)
        connection.rollback()  # alembic begins its own transaction
        command.upgrade(config(connection), "head")


def _pending(connection: Connection) -> list[str]:
    scripts = ScriptDirectory.from_config(config())
    ours = {script.revision: script for script in scripts.walk_revisions()}  # last to first
    applied = MigrationContext.configure(connection).get_current_heads()
    if not ours.keys() >= set(applied):
        _log.warning("database_is_newer", revisions=list(applied))
        return []
    done = {script.revision for script in scripts.iterate_revisions(applied, "base")} if applied else set()
    return [f"{revision} {script.doc}" for revision, script in reversed(ours.items()) if revision not in done]
