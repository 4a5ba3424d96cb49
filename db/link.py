"""A connection of one's own, outside the pool: for locks that last, and for listening."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from db.database import Database
from db.engine import create_engine


class Link:
    """One transaction at a time; whoever holds it uses it from one task."""

    def __init__(self, connection: AsyncConnection, driver: Any) -> None:
        self._connection = connection
        self._driver = driver

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Committed at the end, rolled back by an exception."""
        async with AsyncSession(self._connection, expire_on_commit=False) as db_session, db_session.begin():
            yield db_session

    async def listen(self, channel: str, heard: Callable[[], None]) -> None:
        """Call ``heard`` at each NOTIFY on the channel, for as long as the link lives."""
        await self._driver.add_listener(channel, lambda *_: heard())

    async def try_lock(self, key: int) -> bool:
        """Take an advisory lock that lasts as long as the link; False if another has it."""
        async with self.transaction() as db_session:
            return bool(await db_session.scalar(select(func.pg_try_advisory_lock(key))))


@asynccontextmanager
async def linked(db: Database, *, idle_seconds: float | None = None) -> AsyncIterator[Link]:
    """A link to the same server. With ``idle_seconds``, the server ends it after so long without a word:
    a process that hangs then loses its locks, which a connection that is merely open would keep.
    """
    engine = create_engine(db.engine.url, pool_size=1)
    try:
        connection = await engine.connect()
        try:
            driver = (await connection.get_raw_connection()).driver_connection
            if idle_seconds is not None:
                async with connection.begin():
                    await connection.execute(text(f"SET idle_session_timeout = {round(idle_seconds * 1000)}"))
            yield Link(connection, driver)
        finally:
            await connection.invalidate()  # not back to the pool: it listens, and holds locks
            await connection.close()
    finally:
        await engine.dispose()


async def notify(db_session: AsyncSession, channel: str) -> None:
    """Tell those who listen, at the commit."""
    await db_session.execute(select(func.pg_notify(channel, "")))
