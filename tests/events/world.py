"""A bus with hurried timings on a database of its own, and a table that shows each effect."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text
from structlog.typing import EventDict

from db.database import Database, Transaction
from db.outbox import StoredEvent
from domain.events import Event, PlanChanged
from domain.planning_events import PhaseChanged
from events.bus import EventBus
from events.consumer import Handler, Received
from events.pace import Pace
from events.relay import Nudge
from integrations.metrics import Metrics
from integrations.redis_clients import RedisAddress
from tests import patience

HURRIED = Pace(
    poll=0.2,
    throttle=0.005,
    idle=2.0,
    first_pause=0.02,
    longest_pause=0.1,
    attempts=3,
    lease_margin=0.0,
    reconnect=0.05,
    longest_reconnect=0.2,
    redis_answer=2.0,
    redis_block=0.5,
    claim_idle=0.5,
)
ORGANIZATION = UUID(int=1)


def _drop(logger: Any, name: str, event: EventDict) -> EventDict:
    """Silence: tracebacks drawn for people take longer than the tests."""
    raise structlog.DropEvent


def utc_now() -> datetime:
    return datetime.now(UTC)


class World:
    """One process: a database with its nudge, and the bus over it."""

    def __init__(
        self,
        url: str,
        handlers: Sequence[Handler[Any]] = (),
        *,
        redis: RedisAddress | None = None,
        pace: Pace = HURRIED,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        nudge = Nudge()
        self.db = Database(url, clock=clock, after_commit=[nudge])
        self.metrics = Metrics()
        self.bus = EventBus(
            self.db,
            handlers,
            nudge=nudge,
            redis=redis,
            clock=clock,
            log=structlog.wrap_logger(None, processors=[_drop]),
            metrics=self.metrics.events,
            pace=pace,
        )

    async def commit(self, *events: Event) -> None:
        async def work(tx: Transaction) -> None:
            for event in events:
                tx.record(event)

        await self.db.unit_of_work(work)

    async def scalar(self, sql: str, **values: Any) -> Any:
        async with self.db.read() as db_session:
            return await db_session.scalar(text(sql), values)

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.db.read() as db_session:
            return list((await db_session.execute(text(sql), values)).all())

    def metric(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def running(world: World) -> AsyncIterator[World]:
    await world.bus.start()
    try:
        yield world
    finally:
        await world.bus.close()
        await world.db.dispose()


async def make_effects(url: str) -> None:
    """A table that has no key on purpose: a second effect of one event would be seen."""
    db = Database(url, clock=utc_now, pool_size=1)
    async with db.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE TABLE effects (event_id uuid, aggregate text, version bigint,"
                " id bigint GENERATED ALWAYS AS IDENTITY)"
            )
        )
    await db.dispose()


async def leave_effect(tx: Transaction, received: Received[Any]) -> None:
    event = received.event
    is_plan = isinstance(event, PlanChanged)
    await tx.db_session.execute(
        text("INSERT INTO effects (event_id, aggregate, version) VALUES (:event_id, :aggregate, :version)"),
        {
            "event_id": received.event_id,
            "aggregate": str(event.aggregate_id) if is_plan else event.aggregate_key,
            "version": event.version if is_plan else received.occurred_at.timestamp(),
        },
    )


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = patience.SECONDS) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    while not await holds():
        assert time.monotonic() - began < seconds, "it did not come true in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def plan_changed(plan_id: UUID | None = None, version: int = 1) -> PlanChanged:
    return PlanChanged(
        aggregate_id=plan_id or uuid4(), version=version, organization_id=ORGANIZATION, owner_id=UUID(int=2)
    )


def phase_changed(**changes: Any) -> dict[str, Any]:
    """As a planning system sends it; a field with the value ``...`` is left out."""
    sent = {
        "eventId": str(uuid4()),
        "eventType": PhaseChanged.type,
        "timestamp": utc_now().isoformat(),
        "correlationId": "c-1",
        "teamId": str(UUID(int=7)),
        "oldPhaseId": None,
        "newPhaseId": str(UUID(int=8)),
        "phaseStartDate": "2026-11-16",
        "phaseEndDate": "2026-12-13",
        "autoApplyAdjustments": True,
        "triggeredBy": "coach",
    } | changes
    return {name: value for name, value in sent.items() if value is not ...}


def numbers(events: Sequence[StoredEvent]) -> list[int]:
    return [event.seq or 0 for event in events]
