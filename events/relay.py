"""From the outbox into the log: one leader numbers the committed events, and tells everybody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from structlog.typing import FilteringBoundLogger

from db import event_log
from db.database import Database
from db.link import Link, linked, notify
from db.locks import RELAY_LEADER
from domain.events import Event
from events.pace import Backoff, Pace, ended, woken
from integrations.event_metrics import EventMetrics

OUTBOX_CHANNEL = "taper_outbox"  # somebody committed events
LOG_CHANNEL = "taper_log"  # the log has grown

BATCH = 500


class Nudge:
    """Given to ``Database(after_commit=[…])``: says that there is something to publish. Costs nothing."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()

    def __call__(self, events: Sequence[Event]) -> None:
        self.wake.set()


class Relay:
    """Every process has one, and one of them leads: it holds a session's advisory lock, on the very
    connection on which it writes. So a leader that lost the lock cannot write any more.

    PostgreSQL is asked each ``poll`` seconds whatever happens: a lost NOTIFY costs a second, not an event.
    """

    def __init__(
        self,
        db: Database,
        nudge: Nudge,
        *,
        clock: Callable[[], datetime],
        log: FilteringBoundLogger,
        metrics: EventMetrics,
        pace: Pace,
    ) -> None:
        self._db = db
        self._wake = nudge.wake
        self._clock = clock
        self._log = log
        self._metrics = metrics
        self._pace = pace
        self._task: asyncio.Task[None] | None = None
        self.is_leader = False
        self.is_connected = False

    async def start(self) -> None:
        """Returns at once; the connection is made, and made again, in the background."""
        self._task = asyncio.create_task(self._run(), name="events.relay")

    async def close(self) -> None:
        """Another process leads from now on."""
        await ended(self._task)

    async def _run(self) -> None:
        backoff = Backoff(self._pace)
        while True:
            try:
                async with linked(self._db, idle_seconds=self._pace.idle) as link:
                    self.is_connected = True
                    backoff.reset()
                    await self._follow(link)
            except Exception as error:
                self._log.warning("relay_lost_its_connection", error=repr(error), was_leader=self.is_leader)
            finally:
                self.is_connected = False
                self._lead(False)
            await backoff.pause()

    async def _follow(self, link: Link) -> None:
        """Take turns until this process leads, and then publish. Ends by an exception only."""
        while not await link.try_lock(RELAY_LEADER):
            if await self._rest():
                async with link.transaction() as db_session:
                    await notify(db_session, OUTBOX_CHANNEL)
        self._lead(True)
        async with link.transaction() as db_session:
            await event_log.begin(db_session, self._clock())
        await link.listen(OUTBOX_CHANNEL, self._wake.set)
        while True:
            while await self._publish(link) == BATCH:
                pass
            await self._rest()

    async def _publish(self, link: Link) -> int:
        async with link.transaction() as db_session:
            count = await event_log.publish(db_session, BATCH)
            if count:
                await notify(db_session, LOG_CHANNEL)
        self._metrics.published(count)
        return count

    async def _rest(self) -> bool:
        await asyncio.sleep(self._pace.throttle)
        return await woken(self._wake, self._pace.poll)

    def _lead(self, is_leader: bool) -> None:
        if is_leader != self.is_leader:
            self._log.info("relay_leads" if is_leader else "relay_leads_no_more")
        self.is_leader = is_leader
        self._metrics.leading(is_leader)
