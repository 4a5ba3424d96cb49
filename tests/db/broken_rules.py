"""Breaking one rule of a table at a time, past all of Python."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Database
from tests.factories import committed

WRITTEN_COLUMNS = text(
    "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:table AS regclass) AND attnum > 0"
    " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
)


async def refusal(db: Database, table: str, change: dict[str, Any], *, filled: str = "true") -> str:
    """The constraint that refuses a copy of a row with these columns changed; deferred ones speak at once.

    ``filled`` says which rows, called ``sample``, have all that the change needs.
    """
    async with db.read() as read:
        columns = (await read.scalars(WRITTEN_COLUMNS, {"table": table})).all()
    copy = text(
        f"INSERT INTO {table} ({', '.join(columns)}) OVERRIDING USER VALUE"  # noqa: S608
        f" SELECT {', '.join(f'copy.{each}' for each in columns)} FROM {table} sample,"
        f" jsonb_populate_record(NULL::{table}, to_jsonb(sample) || CAST(:change AS jsonb)) copy"
        f" WHERE {filled} LIMIT 1"
    )

    async def insert(db_session: AsyncSession) -> None:
        await db_session.execute(copy, {"change": orjson.dumps(change).decode()})
        await db_session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    try:
        await committed(db, insert)
    except IntegrityError as error:
        return str(getattr(error.driver_exception, "constraint_name", error))
    return "nothing"
