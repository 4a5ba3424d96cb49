"""Databases for tests: one that forgets, and the clock they go by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.database import AfterCommit, Database
from db.engine import ReadOnlySession
from tests import patience


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class RolledBackDatabase(Database):
    """All on one connection, in a transaction that its owner rolls back: a commit releases a savepoint.

    Units of work take turns, so what is about simultaneity needs ``fresh_db``. A read sees what an open unit
    of work has written, and a read that fails takes the transaction with it.
    """

    def __init__(
        self, connection: AsyncConnection, *, clock: Clock, after_commit: Sequence[AfterCommit] = ()
    ) -> None:
        super().__init__(connection.engine.url, clock=clock, after_commit=after_commit)
        self._connection = connection
        self._turn = asyncio.Lock()

    def _read_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        return AsyncSession(
            self._connection,
            join_transaction_mode="rollback_only",
            sync_session_class=ReadOnlySession,
            autoflush=False,
        )

    @asynccontextmanager
    async def _work_session(self) -> AsyncIterator[AsyncSession]:
        async with asyncio.timeout(patience.SECONDS):  # a unit of work inside another would wait for itself
            await self._turn.acquire()
        try:
            async with AsyncSession(
                self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            ) as db_session:
                yield db_session
        finally:
            self._turn.release()
