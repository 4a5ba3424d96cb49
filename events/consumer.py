"""Handling events: each once, in the transaction of its effect, and in order for each aggregate."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from structlog.contextvars import bound_contextvars
from structlog.typing import FilteringBoundLogger

from db import dead_letters, deliveries
from db.database import COMMIT_SECONDS, Database, Transaction
from db.deliveries import Claim, Delivery
from domain.events import Event
from domain.planning_events import IncomingEvent
from events import wire
from events.intake import INTAKE, Intake
from events.pace import Backoff, Pace, ended, woken
from events.wire import Undeliverable
from integrations.event_metrics import DeliveryOutcome, EventMetrics

E = TypeVar("E", bound=Event | IncomingEvent)

LONGEST_HANDLING_SECONDS = 8.0  # PostgreSQL ends a transaction after ten
LARGEST_PORTION = 20
PORTION_SECONDS = 0.5
"""A worker claims what it will have handled in about so long, but not more than the largest portion."""


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event as a handler gets it. ``attempt`` is 1 the first time."""

    event_id: UUID
    occurred_at: datetime
    correlation_id: str | None
    attempt: int
    event: E


@dataclass(frozen=True, slots=True)
class Handler(Generic[E]):
    """``handle`` changes things through the transaction that it is given, and only through that: its effect
    and the mark that the event is handled are committed together.

    Handlers with one ``name`` share an inbox and an order; a name is never given to another purpose.
    An exception rolls back and is tried again later; ``Undeliverable`` gives up at once. ``on_dead`` tells of
    it, in the transaction that keeps the dead letter; its last argument is why.
    """

    name: str
    event_type: type[E]
    handle: Callable[[Transaction, Received[E]], Awaitable[None]]
    on_dead: Callable[[Transaction, Received[E], str], Awaitable[None]] | None = None
    deadline_seconds: float = LONGEST_HANDLING_SECONDS


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
        self._is_registered = False
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
                if not self._is_registered:
                    await self._db.unit_of_work(self._register)
                    self._is_registered = True
                is_more, claimed = await self._db.unit_of_work(self._take)
            except Exception as error:
                self._log.warning("consumers_wait_for_the_database", error=repr(error))
                await backoff.pause()
                continue
            backoff.reset()
            for delivery in claimed:
                await self._deliver(delivery)
            if not (is_more or claimed or self._is_closing):
                await woken(self._wake, self._pace.poll)

    async def _register(self, tx: Transaction) -> None:
        await deliveries.register(tx.db_session, self._from_log)

    async def _take(self, tx: Transaction) -> tuple[bool, list[Delivery]]:
        """What is due, and whether there is more in the log."""
        is_more = bool(self._from_log) and await deliveries.take_from_log(
            tx.db_session, self._from_log, tx.now
        )
        until = tx.now + self._lease
        # One that failed goes alone: if it ends the process, it takes no others with it, time after time.
        again = await deliveries.claim(tx.db_session, self._names, tx.now, until, again=True, at_most=1)
        if again:
            return is_more, again
        at_most = max(1, min(LARGEST_PORTION, round(PORTION_SECONDS / self._seconds_each)))
        return is_more, await deliveries.claim(
            tx.db_session, self._names, tx.now, until, again=False, at_most=at_most
        )

    async def _deliver(self, delivery: Delivery) -> None:
        correlation_id = delivery.correlation_id or str(delivery.event_id)
        began = time.monotonic()
        with bound_contextvars(correlation_id=correlation_id, consumer=delivery.consumer):
            try:
                try:
                    outcome = await self._attempt(delivery)
                except Undeliverable as error:
                    outcome = await self._give_up(delivery, error.reason, str(error))
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
            await handler.handle(tx, received)
            return DeliveryOutcome.HANDLED
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
            return await self._give_up(delivery, "failed", detail)
        pause = timedelta(seconds=self._pace.pause_after(delivery.attempts))

        async def work(tx: Transaction) -> None:
            await deliveries.try_later(
                tx.db_session, delivery, tx.now + pause, detail[: dead_letters.LONGEST_DETAIL]
            )

        await self._db.unit_of_work(work)
        return DeliveryOutcome.FAILED

    async def _give_up(self, delivery: Delivery, reason: str, detail: str) -> DeliveryOutcome:
        async def bury(tx: Transaction) -> None:
            await dead_letters.bury(tx.db_session, delivery, reason=reason, detail=detail, now=tx.now)

        async def bury_and_tell(tx: Transaction) -> None:
            await bury(tx)
            handler = self._handlers.get((delivery.consumer, delivery.event_type))
            if handler and handler.on_dead:
                await handler.on_dead(tx, _received(delivery), detail)

        self._log.error("event_is_dead", event_id=delivery.event_id, reason=reason, detail=detail)
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
        delivery.event_id, delivery.occurred_at, delivery.correlation_id, delivery.attempts, event
    )
