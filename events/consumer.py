"""Handling events: each once, in the transaction of its effect, and in order for each aggregate."""

from __future__ import annotations

import asyncio
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
        self._lease = timedelta(seconds=longest + COMMIT_SECONDS + pace.lease_margin)
        self._log = log
        self._metrics = metrics
        self._pace = pace
        self._concurrency = concurrency
        self._wake = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_closing = False
        self.intake = Intake(db, self._from_outside, wake=self.wake, log=log, metrics=metrics)

    async def start(self) -> None:
        """Returns at once."""
        self._metrics.consumers(self._names)
        self._task = asyncio.create_task(self._run(), name="events.consumers")

    async def close(self, grace_seconds: float = 5.0) -> None:
        """Begin nothing more, and wait for what is being handled."""
        self._is_closing = True
        self._wake.set()
        if self._task is not None:  # not cancelled at once: what it has just claimed is still begun
            await asyncio.wait({self._task}, timeout=grace_seconds)
        await ended(self._task)
        if self._running:
            await asyncio.wait(set(self._running), timeout=grace_seconds)
        for task in tuple(self._running):
            task.cancel()  # a unit of work goes on in its own task, and ``Database.drain`` waits for it

    def wake(self) -> None:
        """There may be something to handle."""
        self._wake.set()

    async def _run(self) -> None:
        backoff = Backoff(self._pace)
        is_registered = False
        while not self._is_closing:
            try:
                if not is_registered:
                    await self._db.unit_of_work(self._register)
                    is_registered = True
                is_busy = await self._turn()
            except Exception as error:
                self._log.warning("consumers_wait_for_the_database", error=repr(error))
                await backoff.pause()
                continue
            backoff.reset()
            if not is_busy or len(self._running) >= self._concurrency:
                await woken(self._wake, self._pace.poll)

    async def _register(self, tx: Transaction) -> None:
        await deliveries.register(tx.db_session, self._from_log)

    async def _turn(self) -> bool:
        """Take what is new in the log and begin what is due; whether there may be more."""
        free = self._concurrency - len(self._running)
        if free <= 0:
            return False

        async def work(tx: Transaction) -> tuple[bool, list[Delivery]]:
            is_more = bool(self._from_log) and await deliveries.take_from_log(
                tx.db_session, self._from_log, tx.now
            )
            claimed = await deliveries.claim(
                tx.db_session, self._names, tx.now, tx.now + self._lease, at_most=free
            )
            return is_more, claimed

        is_more, claimed = await self._db.unit_of_work(work)
        for delivery in claimed:
            task = asyncio.create_task(self._deliver(delivery), name=f"events.{delivery.consumer}")
            self._running.add(task)
            task.add_done_callback(self._delivered)
        return is_more or bool(claimed)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._wake.set()

    async def _deliver(self, delivery: Delivery) -> None:
        correlation_id = delivery.correlation_id or str(delivery.event_id)
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
        await deliveries.finish(tx.db_session, delivery)
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
