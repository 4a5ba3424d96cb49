"""One reader of the log for a whole process feeds any number of watchers, without gap or repeat."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Self

from structlog.typing import FilteringBoundLogger

from db import event_log
from db.database import Database
from db.event_log import EVERYTHING, EventFilter
from db.link import Link, linked
from db.outbox import StoredEvent
from events.pace import Backoff, Pace, ended, woken
from events.relay import LOG_CHANNEL

PAGE = 500
QUEUE = 1_000


class SlowConsumer(Exception):
    """The watcher did not keep up. It resumes after ``seq``, the last event that it got."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"The reader fell behind; resume after {seq}.")
        self.seq = seq


class CursorExpired(Exception):
    """The events after the cursor are no longer kept: there would be a gap. Load everything anew."""


class Log:
    """``position`` is the number up to which this process has read; ``on_advance`` hears of each step."""

    def __init__(
        self, db: Database, *, log: FilteringBoundLogger, pace: Pace, on_advance: Callable[[], None]
    ) -> None:
        self._db = db
        self._log = log
        self._pace = pace
        self._on_advance = on_advance
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._watchers: set[Watcher] = set()
        self._task: asyncio.Task[None] | None = None
        self.position = 0
        self.is_connected = False

    async def start(self) -> None:
        """Returns at once; watchers wait until the reader knows where the log ends."""
        self._task = asyncio.create_task(self._run(), name="events.log")

    async def close(self) -> None:
        """Watchers come to their end."""
        await ended(self._task)
        for watcher in tuple(self._watchers):
            watcher.end()

    def watch(
        self, wanted: EventFilter = EVERYTHING, *, after: int | None = None, queue: int = QUEUE
    ) -> Watcher:
        """The wanted events after that number, those of the past first; from now on without a number.

        ``async with log.watch(…) as events: async for event in events: …``
        """
        return Watcher(self, wanted, after, queue)

    async def _run(self) -> None:
        backoff = Backoff(self._pace)
        while True:
            try:
                async with linked(self._db) as link:
                    await link.listen(LOG_CHANNEL, self._wake.set)
                    self.is_connected = True
                    backoff.reset()
                    while True:  # the first turn reads what was published while nobody listened
                        await self._advance(link)
                        await woken(self._wake, self._pace.poll)
            except Exception as error:
                self._log.warning("event_log_lost_its_connection", error=repr(error))
            finally:
                self.is_connected = False
            await backoff.pause()

    async def _advance(self, link: Link) -> None:
        async with link.transaction() as db_session:
            end = (await event_log.state(db_session)).last_seq
        if not self._ready.is_set():
            self.position = end
            self._ready.set()
            self._on_advance()
        while self.position < end:
            if not self._watchers:
                self.position = end
            else:
                async with link.transaction() as db_session:
                    page = await event_log.events_after(db_session, self.position, upto=end, at_most=PAGE)
                # No await from here to the end: a watcher joins before all of the page, or after it.
                self.position = page[-1].seq or end if len(page) == PAGE else end
                for watcher in self._watchers:
                    watcher.offer(page)
            self._on_advance()


class Watcher:
    """One reader's view. It holds no connection, and no more than ``queue`` events."""

    def __init__(self, log: Log, wanted: EventFilter, after: int | None, queue: int) -> None:
        self._source = log
        self._wanted = wanted
        self._after = after
        self._size = queue
        self._queue: deque[StoredEvent] = deque()
        self._news = asyncio.Event()
        self._has_overflowed = False
        self._has_ended = False
        self._joined_at = 0
        self.seq = 0  # the last number that this watcher is through with

    async def __aenter__(self) -> Self:
        await self._source._ready.wait()
        self._join()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source._watchers.discard(self)

    async def __aiter__(self) -> AsyncIterator[StoredEvent]:
        async for event in self._history():
            yield event
        while True:
            while self._queue:
                event = self._queue.popleft()
                if event.seq is not None and event.seq > self.seq:  # a cursor may be ahead of this process
                    self.seq = event.seq
                    yield event
            if self._has_overflowed:
                raise SlowConsumer(self.seq)
            if self._has_ended:
                return
            self._news.clear()
            await self._news.wait()

    def offer(self, events: list[StoredEvent]) -> None:
        for event in events:
            if self._has_overflowed or not self._wanted.wants(event):
                continue
            if len(self._queue) >= self._size:
                self._has_overflowed = True
            else:
                self._queue.append(event)
        self._news.set()

    def end(self) -> None:
        self._has_ended = True
        self._news.set()

    def _join(self) -> None:
        """From this moment on every later event is in the queue, so the past ends at ``position``."""
        self._queue.clear()
        self._has_overflowed = False
        self._joined_at = self._source.position
        self._source._watchers.add(self)
        if self._after is None:
            self._after = self._joined_at
        self.seq = self._after

    async def _history(self) -> AsyncIterator[StoredEvent]:
        while self.seq < self._joined_at:
            async with self._source._db.read() as db_session:
                purged = (await event_log.state(db_session)).purged_seq
                page = await event_log.events_after(
                    db_session, self.seq, upto=self._joined_at, at_most=PAGE, wanted=self._wanted
                )
            if self.seq < purged:
                raise CursorExpired(f"Events up to {purged} are no longer kept.")
            for event in page:
                self.seq = event.seq or self.seq
                yield event
            if len(page) < PAGE:
                self.seq = self._joined_at
            if self._has_overflowed and self.seq == self._joined_at:
                self._join_again()

    def _join_again(self) -> None:
        """The past took longer than the queue could hold the present: what was missed is past now."""
        self._after = self.seq
        self._join()
