"""The SQL of a mutation, as the server sends it: statements with their values, to be sent again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import event

from benchmarks.mutations_data import Sent, Work
from db.database import Database
from tests.api import make_api
from tests.databases import Clock

AnyConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


@dataclass(frozen=True)
class Statement:
    """``rows`` are the values of each execution: one, or many of one ``executemany``."""

    sql: str
    rows: Sequence[tuple[Any, ...]]
    is_many: bool

    async def send(self, connection: AnyConnection) -> None:
        if self.is_many:
            await connection.executemany(self.sql, self.rows)
        else:
            await connection.fetch(self.sql, *self.rows[0])


@dataclass(frozen=True)
class Recorded:
    """All that one request reads and writes; who asks is known already, and read by nobody here."""

    statements: tuple[Statement, ...]


async def record(url: str, work: Work) -> dict[str, list[Recorded]]:
    """Sends everything to a database of its own, one after the other, and notes what that takes."""
    clock = Clock(datetime.now(UTC))
    db = Database(url, clock=clock)
    api = make_api(db, clock)
    found: dict[str, list[Recorded]] = {}
    try:
        for name, requests in work.sent.items():
            found[name] = []
            for each in requests:
                with _recording(db) as statements:
                    _refuse_refusals(
                        each, await api.as_(work.viewers[each.caller]).run(each.document, **each.variables)
                    )
                found[name].append(Recorded(tuple(statements)))
    finally:
        await api.services.solver.close()
        await db.dispose()
    return found


def _refuse_refusals(sent: Sent, data: dict[str, Any]) -> None:
    kind = data[sent.name]["__typename"]
    if not kind.endswith("Success"):
        raise SystemExit(f"{sent.name} was refused: {kind}")


@contextmanager
def _recording(db: Database) -> Iterator[list[Statement]]:
    """Begin, commit and savepoints are not among them."""
    statements: list[Statement] = []

    def note(_: object, __: object, sql: str, values: Any, ___: object, is_many: bool) -> None:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            rows = [tuple(each) for each in values] if is_many else [tuple(values)]
            statements.append(Statement(sql, rows, is_many))

    engine = db.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
