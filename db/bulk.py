"""Many rows in one statement: they travel as one JSON document, and the table knows the types of its columns.

Arrays of arrays cannot be unnested into rows of arrays, which is why this is not ``unnest``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from sqlalchemy import CursorResult, Result, Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base

Record = Mapping[str, Any]
T = TypeVar("T")
U = TypeVar("U")

MANY = 500
"""Beyond so many, turning rows into objects and back would hold the event loop for longer than it should."""


async def each_of(work: Callable[[T], U], items: Iterable[T], count: int) -> list[U]:
    """``work`` done on every item: in a thread where there are many, so that others go on meanwhile."""
    return await asyncio.to_thread(_each, work, items) if count > MANY else _each(work, items)


async def each_row(work: Callable[[Row[*tuple[Any, ...]]], U], rows: Result[*tuple[Any, ...]]) -> list[U]:
    """The same for what a statement answered. Rows are made as they are taken, so that is done there, too."""
    some = _each(work, rows.fetchmany(MANY))
    return some if len(some) < MANY else some + await asyncio.to_thread(_each, work, rows)


def _each(work: Callable[[T], U], items: Iterable[T]) -> list[U]:
    return [work(item) for item in items]


async def insert_records(db_session: AsyncSession, table: type[Base], records: Sequence[Record]) -> None:
    """All records have the same columns; those that they leave out get their defaults."""
    if not records:
        return
    name, columns = table.__tablename__, ", ".join(records[0])
    await db_session.execute(
        text(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {_recordset(name)}"),  # noqa: S608
        {"records": await _document(records)},
    )


async def update_records(db_session: AsyncSession, table: type[Base], records: Sequence[Record]) -> int:
    """Each record has ``id``, the ``version`` that it was read with, and the columns to set.

    The version of a row goes up by one. Returns how many rows had that version still.
    """
    if not records:
        return 0
    name = table.__tablename__
    columns = [each for each in records[0] if each not in ("id", "version")]
    setting = ", ".join(f"{each} = new.{each}" for each in columns)
    changed = await db_session.execute(
        text(
            f"UPDATE {name} SET {setting}, version = {name}.version + 1 FROM {_recordset(name)} AS new"  # noqa: S608
            f" WHERE {name}.id = new.id AND {name}.version = new.version"
        ),
        {"records": await _document(records)},
    )
    assert isinstance(changed, CursorResult)  # noqa: S101  # an UPDATE has a count
    return changed.rowcount


def _recordset(table: str) -> str:
    return f"json_populate_recordset(NULL::{table}, CAST(:records AS json))"


async def _document(records: Sequence[Record]) -> str:
    return await asyncio.to_thread(_written, records) if len(records) > MANY else _written(records)


def _written(records: Sequence[Record]) -> str:
    return f"[{','.join(map(_line, records))}]"


def _line(record: Record) -> str:
    # asyncpg's own kind of UUID is unknown to orjson; its text is what is meant.
    return orjson.dumps(record, default=str).decode()
