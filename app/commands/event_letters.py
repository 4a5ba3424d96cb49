"""What the commands of ``./dev events`` do, on whatever database the settings name."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from app.bootstrap import utc_now
from app.database_access import database_url
from app.logs import configure_logging
from app.progress import CannotStart
from app.settings import Settings
from db import dead_letters, migrate
from db.database import Database, Transaction
from db.dead_letters import DeadLetter

T = TypeVar("T")

SHORTEST_ID = 4
MOST = 10_000


class NoSuchLetter(Exception):
    """The message says which ones there are."""


class Letters:
    """Dead letters as an operator sees to them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def listed(self, *, include_resolved: bool, at_most: int) -> list[DeadLetter]:
        async with self._db.read() as db_session:
            return await dead_letters.letters(db_session, include_resolved=include_resolved, at_most=at_most)

    async def one(self, id: str) -> DeadLetter:
        """The letter whose id is or begins so."""
        if len(id) < SHORTEST_ID:
            raise NoSuchLetter(f"Give at least {SHORTEST_ID} characters of the id.")
        found = [
            each
            for each in await self.listed(include_resolved=True, at_most=MOST)
            if str(each.id).startswith(id.lower())
        ]
        if len(found) != 1:
            what = "several dead letters; give more of the id" if found else "no dead letter"
            raise NoSuchLetter(f"There is {what}: {id}. See ./dev events list --all")
        return found[0]

    async def replay(self, id: str | None) -> list[UUID]:
        """Deliver that one again, or all that are open; those for which that was done."""
        chosen = [await self.one(id)] if id else await self.listed(include_resolved=False, at_most=MOST)
        done = [each.id for each in chosen if await self._resolve(dead_letters.replay, each)]
        if id and not done:
            raise NoSuchLetter(f"It is not open any more: {chosen[0].status}.")
        return done

    async def discard(self, id: str) -> UUID:
        letter = await self.one(id)
        if not await self._resolve(dead_letters.discard, letter):
            raise NoSuchLetter(f"It is not open any more: {letter.status}.")
        return letter.id

    async def _resolve(self, how: Callable[..., Awaitable[bool]], letter: DeadLetter) -> bool:
        async def work(tx: Transaction) -> bool:
            return await how(tx.db_session, letter.id, tx.now)

        return await self._db.unit_of_work(work)


def run(settings: Settings, work: Callable[[Letters], Awaitable[T]]) -> T:
    """Raises ``NoSuchLetter``, and ``CannotStart`` where there is no database."""
    configure_logging(level="warning", as_json=settings.logs_as_json)
    return asyncio.run(_run(settings, work))


async def _run(settings: Settings, work: Callable[[Letters], Awaitable[T]]) -> T:
    async with database_url(settings, may_borrow=True) as url:
        if await migrate.pending(url):
            raise CannotStart(
                "The database is of an older version: start ./dev serve, which brings it up to date."
            )
        db = Database(url, clock=utc_now, pool_size=1)
        try:
            return await work(Letters(db))
        finally:
            await db.dispose()
