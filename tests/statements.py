"""Counting what a database is asked: a test fails when a list begins to cost a query for each item."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

from db.database import Database
from tests.databases import RolledBackDatabase


@contextmanager
def count_statements(db: Database) -> Iterator[list[str]]:
    """The statements that are sent while it is open; begin, commit and savepoints are not among them."""
    sent: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            sent.append(statement)

    engine = _engine(db)
    event.listen(engine, "before_cursor_execute", remember)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", remember)


def _engine(db: Database) -> Engine:
    if isinstance(db, RolledBackDatabase):
        return db._connection.engine.sync_engine
    return db.engine.sync_engine
