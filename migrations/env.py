"""How alembic reaches the database: a connection it is given, DATABASE_URL, or none (``--sql``)."""

from __future__ import annotations

import asyncio
import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from db import models  # noqa: F401  # fills the metadata
from db.base import Base, Instant

# A migration that waits for a lock stops every request behind it: better it fails, and is tried again.
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'"
# Every replica migrates when it starts; one does it, the others wait here and find it done.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7_402_021_118)"
NO_HURRY = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL transaction_timeout = 0",
    "SET LOCAL lock_timeout = 0",
)


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations stand on their own: they do not import the types of today's code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        for statement in (*NO_HURRY, ONE_AT_A_TIME, LOCK_TIMEOUT):
            connection.execute(text(statement))
        context.run_migrations()


async def connect_and_migrate() -> None:
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def write_sql() -> None:
    context.configure(
        dialect_name="postgresql",
        target_metadata=Base.metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        for statement in (*NO_HURRY, LOCK_TIMEOUT):
            context.execute(statement)
        context.run_migrations()


if context.is_offline_mode():
    write_sql()
elif (given := context.config.attributes.get("connection")) is not None:
    migrate(given)
else:
    asyncio.run(connect_and_migrate())
