"""Handling events: each once, in the transaction of its effect, and in order for each aggregate."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from structlog.contextvars import bound_contextvars
from structlog.typing import FilteringBoundLogger

from db import dead_letters, deliveries
from db.database import COMMIT_SECONDS, Database, Transaction
from db.deliveries import Claim, Delivery
from domain.events import Event
from domain.planning_events import IncomingEvent
from events import wire
from events.handler import LONGEST_HANDLING_SECONDS, Handler, Received
from events.intake import INTAKE, Intake
from events.pace import Backoff, Pace, ended, woken
from events.turns import Turns
from events.wire import Undeliverable
from integrations.event_metrics import DeliveryOutcome, EventMetrics

__all__ = ["Consumers", "Handler", "Received"]

LARGEST_PORTION = 20
PORTION_SECONDS = 0.5
"""A worker claims what it will have handled in about so long, but not more than the largest portion."""


class Consumers:
    """Any number of processes may have one with the same handlers."""

    def __init__(
        self,
        db: Database,
        handlers: Sequence[Handler[Any]],
        *,
        log: FilteringBoundLogger,
        metrics: EventMetrics,
        pace: Pace,
        concurrency: int = 2,
    ) -> None:
        self._db = db
        self._handlers = {(each.name, each.event_type.type): each for each in handlers}
        if len(self._handlers) != len(handlers):
            raise ValueError("Two handlers have the same name and event type.")
        self._from_log: dict[str, set[str]] = defaultdict(set)
        self._from_outside: dict[str, set[str]] = defaultdict(set)
        for each in handlers:
            if issubclass(each.event_type, Event):
                self._from_log[each.name].add(each.event_type.type)
            else:
                self._from_outside[each.event_type.type].add(each.name)
        self._names = {INTAKE, *(each.name for each in handlers)}
        longest = max((each.deadline_seconds for each in handlers), default=LONGEST_HANDLING_SECONDS)
        self._lease = timedelta(seconds=longest + COMMIT_SECONDS + PORTION_SECONDS + pace.lease_margin)
        self._log = log
        self._metrics = metrics
        self._pace = pace
        self._concurrency = concurrency
        self._wake = asyncio.Event()
        self._workers: set[asyncio.Task[None]] = set()
        self._turns = Turns()
        self.registered = asyncio.Event()
        self._is_closing = False
        self._seconds_each = PORTION_SECONDS  # of late; pessimistic until it is known
        self.intake = Intake(db, self._from_outside, wake=self.wake, log=log, metrics=metrics)

    async def start(self) -> None:
        """Returns at once."""
        self._metrics.consumers(self._names)
        self._workers = {
            asyncio.create_task(self._work(), name=f"events.consumers.{number}")
            for number in range(self._concurrency)
        }

    async def close(self, grace_seconds: float = 5.0) -> None:
        """Begin nothing more, and wait for what is being handled."""
        self._is_closing = True
        self._wake.set()
        if self._workers:
            await asyncio.wait(self._workers, timeout=grace_seconds)
        for worker in self._workers:  # its unit of work goes on; ``Database.drain`` waits for that
            await ended(worker)

    def wake(self) -> None:
        """There may be something to handle."""
        self._wake.set()

    async def _work(self) -> None:
        backoff = Backoff(self._pace)
        while not self._is_closing:
            try:
                if not self.registered.is_set():
                    await self._db.unit_of_work(self._register)
                    self.registered.set()
                is_busy = await self._turn()
            except Exception as error:
                self._log.warning("consumers_wait_for_the_database", error=repr(error))
                await backoff.pause()
                continue
            backoff.reset()
            if not is_busy:
                await self._rest()

    async def _rest(self) -> None:
        """Of those who rest only one is woken, and wakes the next if it finds something to do: most events
        have nobody here who handles them."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._pace.poll
        while not self._is_closing and (left_seconds := until - loop.time()) > 0:
            if await woken(self._wake, left_seconds):
                return

    async def _turn(self) -> bool:
        """Handle a portion of what is due; whether there may be more."""
        async with self._turns.together():
            is_more, any_lost, portion = await self._db.unit_of_work(self._take)
            if is_more or any_lost or portion:
                self._wake.set()
            for delivery in portion:
                await self._deliver(delivery)
        lost: list[Delivery] = []
        if any_lost:
            # One whose attempt was lost may have ended its process. It gets this one for itself: with
            # company, its neighbours would lose their attempts with it, time after time.
            async with self._turns.alone():
                lost = await self._db.unit_of_work(self._take_lost)
                for delivery in lost:
                    await self._deliver(delivery)
        return is_more or bool(portion or lost)

    async def _register(self, tx: Transaction) -> None:
        await deliveries.register(tx.db_session, self._from_log)

    async def _take(self, tx: Transaction) -> tuple[bool, bool, list[Delivery]]:
        """Whether there is more in the log, whether an attempt was lost, and a portion of what is due."""
        is_more = bool(self._from_log) and await deliveries.take_from_log(
            tx.db_session, self._from_log, tx.now
        )
        any_lost = await deliveries.any_lost(tx.db_session, self._names, tx.now)
        at_most = max(1, min(LARGEST_PORTION, round(PORTION_SECONDS / self._seconds_each)))
        until = tx.now + self._lease
        portion = await deliveries.claim(
            tx.db_session, self._names, tx.now, until, lost=False, at_most=at_most
        )
        return is_more, any_lost, portion

    async def _take_lost(self, tx: Transaction) -> list[Delivery]:
        return await deliveries.claim(
            tx.db_session, self._names, tx.now, tx.now + self._lease, lost=True, at_most=1
        )

    async def _deliver(self, delivery: Delivery) -> None:
        correlation_id = delivery.correlation_id or str(delivery.event_id)
        began = time.monotonic()
        with bound_contextvars(correlation_id=correlation_id, consumer=delivery.consumer):
            try:
                try:
                    outcome = await self._attempt(delivery)
                except Undeliverable as error:
                    outcome = await self._give_up(delivery, error)
                except Exception as error:
                    outcome = await self._failed(delivery, error)
                self._metrics.delivery(delivery.consumer, outcome)
            except Exception as error:  # the lease ends, and it is tried again
                self._log.error("event_left_to_its_lease", event_id=delivery.event_id, error=repr(error))
        self._seconds_each = 0.8 * self._seconds_each + 0.2 * (time.monotonic() - began)

    async def _attempt(self, delivery: Delivery) -> DeliveryOutcome:
        if delivery.attempts > self._pace.attempts:
            raise Undeliverable("crashed", f"The process ended or hung {self._pace.attempts} times over it.")
        if delivery.consumer == INTAKE:
            await self._db.unit_of_work(lambda tx: self._accept_again(tx, delivery))
            return DeliveryOutcome.HANDLED
        handler = self._handler(delivery)
        received = _received(delivery)
        return await self._db.unit_of_work(
            lambda tx: self._apply(tx, handler, delivery, received), deadline_seconds=handler.deadline_seconds
        )

    async def _accept_again(self, tx: Transaction, delivery: Delivery) -> None:
        await self.intake.accept_again(tx, delivery)
        await deliveries.finish(tx.db_session, delivery)

    async def _apply(
        self, tx: Transaction, handler: Handler[Any], delivery: Delivery, received: Received[Any]
    ) -> DeliveryOutcome:
        matters = isinstance(received.event, IncomingEvent) and received.event.order_matters
        claim = await deliveries.enter_inbox(tx.db_session, delivery, tx.now, order_matters=matters)
        if claim is Claim.FIRST:
            progress = await handler.handle(tx, received)
            if progress is None:
                return DeliveryOutcome.HANDLED
            await deliveries.go_on(tx.db_session, delivery, progress, tx.now)
            return DeliveryOutcome.CONTINUED
        if claim is Claim.OUT_OF_ORDER:
            self._log.warning(
                "event_ignored",
                reason="A later event of the same aggregate was handled before.",
                event_id=delivery.event_id,
                aggregate=delivery.aggregate_key,
            )
        return DeliveryOutcome(claim.value)

    async def _failed(self, delivery: Delivery, error: Exception) -> DeliveryOutcome:
        detail = f"{type(error).__name__}: {error}"
        self._log.warning(
            "event_failed", event_id=delivery.event_id, attempt=delivery.attempts, exc_info=error
        )
        if delivery.attempts >= self._pace.attempts:
            return await self._give_up(delivery, Undeliverable("failed", detail))
        pause = timedelta(seconds=self._pace.pause_after(delivery.attempts))

        async def work(tx: Transaction) -> None:
            await deliveries.try_later(
                tx.db_session, delivery, tx.now + pause, detail[: dead_letters.LONGEST_DETAIL]
            )

        await self._db.unit_of_work(work)
        return DeliveryOutcome.FAILED

    async def _give_up(self, delivery: Delivery, why: Undeliverable) -> DeliveryOutcome:
        async def bury(tx: Transaction) -> None:
            await dead_letters.bury(tx.db_session, delivery, reason=why.reason, detail=str(why), now=tx.now)

        async def bury_and_tell(tx: Transaction) -> None:
            await bury(tx)
            handler = self._handlers.get((delivery.consumer, delivery.event_type))
            if handler and handler.on_dead:
                await handler.on_dead(tx, _received(delivery), why)

        self._log.error("event_is_dead", event_id=delivery.event_id, reason=why.reason, detail=str(why))
        try:
            await self._db.unit_of_work(bury_and_tell)
        except Exception:
            self._log.exception("dead_event_not_told", event_id=delivery.event_id)
            await self._db.unit_of_work(bury)
        return DeliveryOutcome.DEAD

    def _handler(self, delivery: Delivery) -> Handler[Any]:
        handler = self._handlers.get((delivery.consumer, delivery.event_type))
        if handler is None:
            raise Undeliverable("unhandled", f"{delivery.consumer} handles no {delivery.event_type} here.")
        return handler


def _received(delivery: Delivery) -> Received[Any]:
    event = wire.decode(delivery.event_type, delivery.body)
    return Received(
        delivery.event_id,
        delivery.occurred_at,
        delivery.correlation_id,
        delivery.attempts,
        event,
        delivery.progress,
    )
