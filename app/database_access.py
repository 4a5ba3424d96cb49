"""The database of this process: one that is already there, or the embedded one, started and stopped here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from app.bootstrap import utc_now
from app.progress import CannotStart, step
from app.settings import Settings
from db import migrate
from db.database import Database
from db.embedded import EmbeddedPostgres, url_of_running
from db.embedded_files import EmbeddedPostgresError

EMBEDDED = "postgres"
WAIT_SECONDS = 5.0
PAUSE_SECONDS = 0.5


@asynccontextmanager
async def database_url(settings: Settings, *, may_borrow: bool = False) -> AsyncIterator[str]:
    """An address to connect to, for as long as the context lasts; ``CannotStart`` where there is none.

    ``may_borrow``: where another process runs the embedded server already, use that one.
    """
    folder = settings.taper_data_dir / EMBEDDED
    theirs = settings.sqlalchemy_url or (url_of_running(folder) if may_borrow else None)
    if theirs is not None:
        await _wait_for(theirs)
        yield theirs
        return
    async with _embedded(EmbeddedPostgres(folder)) as url:
        yield url


async def bring_up_to_date(url: str) -> None:
    async with step("Bringing the tables up to date"):
        await migrate.upgrade(url)


@asynccontextmanager
async def _embedded(server: EmbeddedPostgres) -> AsyncIterator[str]:
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    watching: asyncio.Task[None] | None = None
    try:
        async with step("Starting PostgreSQL"):
            await asyncio.shield(starting)
        watching = asyncio.create_task(server.watch())
        yield server.url
    except EmbeddedPostgresError as error:
        raise CannotStart(str(error)) from None
    finally:
        if watching is not None:
            watching.cancel()
        await asyncio.to_thread(server.stop)
        if not starting.done():  # interrupted before it had well begun
            await asyncio.gather(starting, return_exceptions=True)
            await asyncio.to_thread(server.stop)


async def _wait_for(url: str) -> None:
    """A database that starts together with us may need a moment."""
    database = Database(url, clock=utc_now, pool_size=1)
    loop = asyncio.get_running_loop()
    until = loop.time() + WAIT_SECONDS
    try:
        async with step("Waiting for the database"):
            while True:
                try:
                    await database.check()
                    return
                except (OSError, SQLAlchemyError, asyncpg.PostgresError) as error:
                    if loop.time() > until or _is_final(error):
                        raise CannotStart(
                            f"The database cannot be used: {_in_a_line(error)}\n"
                            "Set DATABASE_URL right, or leave it out to use the embedded PostgreSQL."
                        ) from None
                await asyncio.sleep(PAUSE_SECONDS)
    finally:
        with suppress(Exception):
            await database.dispose(grace_seconds=0)


def _is_final(error: BaseException) -> bool:
    """A wrong password, role or database stays wrong, however long one waits."""
    state = str(getattr(error, "sqlstate", getattr(getattr(error, "orig", None), "sqlstate", "")) or "")
    return state.startswith(("28", "3D"))


def _in_a_line(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0] or type(error).__name__
