"""All of the machinery of events for one process: put together, started, watched and closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from structlog.typing import FilteringBoundLogger

from db import dead_letters, deliveries, event_log
from db.database import Database, Transaction
from events.consumer import Consumers, Handler
from events.log import Log
from events.pace import KEPT, Pace, ended
from events.redis_copy import RedisCopy
from events.redis_intake import RedisIntake
from events.relay import Nudge, Relay
from integrations.event_metrics import ArrivalOutcome, EventMetrics
from integrations.redis_clients import RedisAddress

State = Literal["in_process", "ok", "degraded"]

OBSERVE_SECONDS = 5.0


class EventBus:
    """Outbox → log → watchers, handlers and Redis; and from Redis, or ``accept``, to handlers.

    ``nudge`` is the one given to the database's ``after_commit``. Without ``redis``, PostgreSQL alone
    serves this process and any other on the same database.
    """

    def __init__(
        self,
        db: Database,
        handlers: Sequence[Handler[Any]],
        *,
        nudge: Nudge,
        redis: RedisAddress | None,
        clock: Callable[[], datetime],
        log: FilteringBoundLogger,
        metrics: EventMetrics,
        pace: Pace | None = None,
    ) -> None:
        pace = pace or Pace()
        self._db = db
        self._clock = clock
        self._logger = log
        self._metrics = metrics
        self._pace = pace
        self._observer: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None
        self.relay = Relay(db, nudge, clock=clock, log=log, metrics=metrics, pace=pace)
        self.consumers = Consumers(db, handlers, log=log, metrics=metrics, pace=pace)
        self.log = Log(db, log=log, pace=pace, on_advance=self._log_advanced)
        self.copy: RedisCopy | None = None
        self.redis_intake: RedisIntake | None = None
        if redis is not None:
            self.copy = RedisCopy(
                db, redis, may_write=lambda: self.relay.is_leader, log=log, metrics=metrics, pace=pace
            )
            self.redis_intake = RedisIntake(self.consumers.intake, redis, log=log, pace=pace)

    async def start(self) -> None:
        """Returns at once, whatever is away; what is away is looked for until it is there."""
        for part in (self.log, self.consumers, self.copy, self.redis_intake):
            if part is not None:
                await part.start()
        self._starting = asyncio.create_task(self._publish(), name="events.starting")
        self._observer = asyncio.create_task(self._observe(), name="events.observer")

    async def close(self, grace_seconds: float = 5.0) -> None:
        """Take nothing more, finish what is being handled, and let another process lead."""
        await ended(self._observer)
        await ended(self._starting)
        if self.redis_intake is not None:
            await self.redis_intake.close()
        await self.consumers.close(grace_seconds)
        for part in (self.copy, self.relay, self.log):
            if part is not None:
                await part.close()

    async def accept(self, event: bytes | Mapping[str, Any]) -> ArrivalOutcome:
        """Take an event of another system where it does not come through Redis."""
        return await self.consumers.intake.accept(event)

    @property
    def state(self) -> State:
        """For ``/readyz``; never a reason to be unready."""
        is_ok = self.relay.is_connected and self.log.is_connected
        if self.copy is None or self.redis_intake is None:
            return "in_process" if is_ok else "degraded"
        return "ok" if is_ok and self.copy.is_ok and self.redis_intake.is_ok else "degraded"

    def _log_advanced(self) -> None:
        self.consumers.wake()
        if self.copy is not None:
            self.copy.wake.set()

    async def _publish(self) -> None:
        """A handler that is new gets what is published from then on that it is known. So it is made known
        first, or it would miss what was committed before this process began."""
        await self.consumers.registered.wait()
        await self.relay.start()

    async def _observe(self) -> None:
        loop = asyncio.get_running_loop()
        cleans_at = loop.time() + self._pace.housekeeping
        while True:
            try:
                await self._measure()
                if self.relay.is_leader and loop.time() >= cleans_at:
                    cleans_at = loop.time() + self._pace.housekeeping
                    await self.forget_old()
            except Exception as error:
                self._logger.warning("events_not_measured", error=repr(error))
            await asyncio.sleep(OBSERVE_SECONDS)

    async def _measure(self) -> None:
        async with self._db.read() as db_session:
            backlog = await event_log.backlog(db_session)
            waiting = await deliveries.waiting(db_session)
            dead = await dead_letters.count_open(db_session)
        age = (self._clock() - backlog.oldest_at).total_seconds() if backlog.oldest_at else 0.0
        self._metrics.state(
            backlog=backlog.count, age_seconds=max(0.0, age), waiting=waiting, dead_letters=dead
        )

    async def forget_old(self) -> int:
        """Delete what is older than is kept, in portions; how many rows."""

        async def work(tx: Transaction) -> int:
            before = tx.now - KEPT
            return (
                await event_log.purge(tx.db_session, before)
                + await deliveries.purge_inbox(tx.db_session, before)
                + await dead_letters.purge(tx.db_session, before)
            )

        total = 0
        while gone := await self._db.unit_of_work(work):
            total += gone
        return total
