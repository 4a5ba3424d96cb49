"""The way to the database: short reads, and units of work that are applied once, whole, or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import structlog
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncSession

from db import outbox
from db.engine import ReadOnlySession, Waits, create_engine, has_failed_statement
from db.failures import (
    CommitUnknownError,
    Fault,
    OutcomeUnknown,
    Retriable,
    classify,
    surely_rolled_back,
    worth_repeating,
)
from domain.events import Event

__all__ = [
    "CommitUnknownError",
    "Database",
    "Fault",
    "OutcomeUnknown",
    "Retriable",
    "Transaction",
    "classify",
]

T = TypeVar("T")
AfterCommit = Callable[[Sequence[Event]], Awaitable[None] | None]
_log = structlog.get_logger(__name__)

COMMIT_SECONDS = 2.0
CHECK_SECONDS = 1.0
CALLBACK_SECONDS = 1.0
RETRIES = 4
_FIRST_PAUSE_SECONDS = 0.01


@dataclass(slots=True)
class Transaction:
    """What a unit of work is given. ``now`` is one instant for the whole transaction."""

    db_session: AsyncSession
    now: datetime
    events: list[Event] = field(default_factory=list)
    unanswered: set[tuple[str, str, str]] = field(default_factory=set)
    callbacks: list[Callable[[], Awaitable[None] | None]] = field(default_factory=list)

    def record(self, event: Event) -> None:
        """Announce the change: its outbox row is written just before the commit, with it or not at all."""
        self.events.append(event)

    def after_commit(self, callback: Callable[[], Awaitable[None] | None]) -> None:
        """Do this once the change is committed; what fails there is logged and fails nothing."""
        self.callbacks.append(callback)


class Database:
    """One pool of connections to ``url``; none is opened before it is needed."""

    def __init__(
        self,
        url: str | URL,
        *,
        clock: Callable[[], datetime],
        pool_size: int = 10,
        after_commit: Sequence[AfterCommit] = (),
        waits: Waits | None = None,
    ) -> None:
        self.engine = create_engine(url, pool_size=pool_size, waits=waits)
        self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")  # of the same pool
        # A connection of its own: a full pool is a busy server, not a database that is away.
        self._check_engine = create_engine(url, pool_size=1)
        self._clock = clock
        self._after_commit = tuple(after_commit)
        self._units: set[asyncio.Task[Any]] = set()
        self._checks: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A database session for one batch of reads, without the round trips of a transaction.

        Each statement sees its own moment; what must agree belongs in one statement, or in a unit of work.
        Writing through it is refused.
        """
        async with self._read_session() as db_session:
            try:
                yield db_session
            except OSError:  # also TimeoutError: the answer may still come, and is not for the next user
                await db_session.invalidate()
                raise

    async def unit_of_work(
        self, work: Callable[[Transaction], Awaitable[T]], *, deadline_seconds: float = 3.0
    ) -> T:
        """Run ``work`` in one transaction and commit it, in a task that a cancelled caller does not cancel.

        A serialization failure or deadlock runs ``work`` again with a new ``Transaction``, so all its effects
        must go through that. Raises what ``work`` raises (nothing was applied), ``TimeoutError`` past the
        deadline (likewise), or ``CommitUnknownError``.
        """
        task = asyncio.create_task(self._attempts(work, deadline_seconds))
        self._units.add(task)
        task.add_done_callback(self._units.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_unheard_failure)
            raise

    async def check(self) -> None:
        """Ask the database for a sign of life, on a connection of its own; raises without one in a second."""
        task = asyncio.create_task(self._ping())
        self._checks.add(task)
        task.add_done_callback(self._checks.discard)
        done, _ = await asyncio.wait({task}, timeout=CHECK_SECONDS)
        if not done:
            task.add_done_callback(_take_note)
            task.cancel()  # not awaited: leaving a hung connection takes longer than the answer may
            raise TimeoutError(f"The database gave no sign of life within {CHECK_SECONDS:.0f} s.")
        task.result()

    async def drain(self, grace_seconds: float) -> int:
        """Wait for units of work that are under way, also of callers who left; returns how many remain."""
        if self._units:
            await asyncio.wait(set(self._units), timeout=grace_seconds)
        return len(self._units)

    async def dispose(self, grace_seconds: float = 5.0) -> None:
        """Finish what is under way and close the connections."""
        if remaining := await self.drain(grace_seconds):
            _log.error("units_of_work_abandoned", count=remaining)
        await self.engine.dispose()
        await self._check_engine.dispose()

    def _read_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        return AsyncSession(self._reading, sync_session_class=ReadOnlySession, autoflush=False)

    def _work_session(self) -> AbstractAsyncContextManager[AsyncSession]:
        return AsyncSession(self.engine, expire_on_commit=False)

    async def _attempts(self, work: Callable[[Transaction], Awaitable[T]], deadline_seconds: float) -> T:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + deadline_seconds
        for attempt in itertools.count():
            try:
                value, tx = await self._attempt(work, deadline)
            except Exception as error:
                pause_seconds = _FIRST_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.5)  # noqa: S311
                if (
                    attempt == RETRIES
                    or not worth_repeating(error)
                    or loop.time() + pause_seconds >= deadline
                ):
                    raise
                await asyncio.sleep(pause_seconds)
            else:
                break
        await self._announce(tx)
        return value

    async def _attempt(
        self, work: Callable[[Transaction], Awaitable[T]], deadline: float
    ) -> tuple[T, Transaction]:
        async with self._work_session() as db_session:
            tx = Transaction(db_session, self._clock())
            async with asyncio.timeout_at(deadline):
                value = await work(tx)
                await db_session.flush()
                await outbox.append(db_session, tx.events, tx.now)
                await _refuse_half_done(tx)
            await _commit(db_session)
        return value, tx

    async def _announce(self, tx: Transaction) -> None:
        callbacks = list(tx.callbacks)
        if tx.events:
            events = tuple(tx.events)
            callbacks += [lambda told=told: told(events) for told in self._after_commit]  # type: ignore[misc]
        for callback in callbacks:
            try:
                async with asyncio.timeout(CALLBACK_SECONDS):
                    if inspect.isawaitable(waiting := callback()):
                        await waiting
            except Exception:
                _log.exception("after_commit_failed", callback=repr(callback))

    async def _ping(self) -> None:
        async with self._check_engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("SELECT 1"))


async def _refuse_half_done(tx: Transaction) -> None:
    """Fail loudly where the commit would lie."""
    if tx.unanswered:
        raise RuntimeError(f"An idempotency key was claimed and not answered: {sorted(tx.unanswered)}")
    if tx.db_session.in_transaction() and await has_failed_statement(tx.db_session):
        raise RuntimeError(
            "A statement failed and the work went on; use a savepoint (begin_nested) for that."
        )


async def _commit(db_session: AsyncSession) -> None:
    try:
        async with asyncio.timeout(COMMIT_SECONDS):
            await db_session.commit()
    except Exception as error:
        if surely_rolled_back(error):
            raise
        raise CommitUnknownError("The connection was lost during the commit.") from error


def _log_unheard_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("abandoned_unit_of_work_failed", error=repr(error))


def _take_note(task: asyncio.Task[Any]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()
