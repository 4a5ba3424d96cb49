"""The door for events of other systems: what is sound is delivered once, the rest is kept to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import orjson
from structlog.typing import FilteringBoundLogger

from db import dead_letters, deliveries
from db.database import Database, Transaction
from db.deliveries import Delivery
from domain.events import version_at
from events import wire
from events.pace import KEPT
from events.wire import Arrived, Undeliverable
from integrations.event_metrics import ArrivalOutcome, EventMetrics

INTAKE = "intake"
LONGEST_AHEAD = timedelta(minutes=5)  # clocks differ, but not by more


class Intake:
    """``consumers`` are the names of those who handle an event type. ``wake`` tells them of new work."""

    def __init__(
        self,
        db: Database,
        consumers: Mapping[str, Collection[str]],
        *,
        wake: Callable[[], None],
        log: FilteringBoundLogger,
        metrics: EventMetrics,
    ) -> None:
        self._db = db
        self._consumers = consumers
        self._wake = wake
        self._log = log
        self._metrics = metrics

    async def accept(self, sent: bytes | Mapping[str, Any]) -> ArrivalOutcome:
        """Once it returns, the event is safe with us: it will be handled, or is a dead letter that says why.

        Raises only if the database is away; then send it again.
        """
        raw = sent if isinstance(sent, bytes) else _json(sent)

        async def work(tx: Transaction) -> ArrivalOutcome:
            try:
                is_new = await self._enter(tx, raw)
            except Undeliverable as refusal:
                await self._refuse(tx, raw, refusal)
                return ArrivalOutcome.REFUSED
            return ArrivalOutcome.ACCEPTED if is_new else ArrivalOutcome.DUPLICATE

        outcome = await self._db.unit_of_work(work)
        self._metrics.arrival(outcome)
        if outcome is ArrivalOutcome.ACCEPTED:
            self._wake()
        return outcome

    async def accept_again(self, tx: Transaction, delivery: Delivery) -> None:
        """An operator replays what was refused."""
        await self._enter(tx, str(delivery.body["raw"]).encode())

    async def _enter(self, tx: Transaction, raw: bytes) -> bool:
        arrived = wire.read(raw)
        _check_time(arrived, tx.now)
        consumers = self._consumers.get(arrived.event.type, ())
        if not consumers:
            raise Undeliverable("unhandled", f"Nothing here handles {arrived.event.type}.")
        added = [
            await deliveries.enqueue(tx.db_session, _delivery(arrived, consumer), tx.now)
            for consumer in sorted(consumers)
        ]
        return any(added)

    async def _refuse(self, tx: Transaction, raw: bytes, refusal: Undeliverable) -> None:
        text = raw[: wire.LARGEST_BYTES].decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
        event_id = uuid5(NAMESPACE_OID, text)  # its own id cannot be trusted; the same text again is the same
        refused = Delivery(
            consumer=INTAKE,
            event_id=event_id,
            event_type=_type_or_unknown(raw),
            aggregate_key=str(event_id),
            position=0,
            occurred_at=tx.now,
            correlation_id=None,
            body={"raw": text},
        )
        self._log.warning("event_refused", reason=refusal.reason, detail=str(refusal))
        await dead_letters.bury(
            tx.db_session, refused, reason=refusal.reason, detail=str(refusal), now=tx.now
        )


def _json(sent: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(dict(sent))
    except TypeError:  # no JSON, and refused as such
        return repr(sent).encode(errors="replace")


def _check_time(arrived: Arrived, now: datetime) -> None:
    if arrived.occurred_at > now + LONGEST_AHEAD:
        raise Undeliverable("future", f"It claims to be of {arrived.occurred_at}, which is still to come.")
    if arrived.occurred_at < now - KEPT:
        raise Undeliverable(
            "too_old", f"It is of {arrived.occurred_at}; whether it was handled is no longer known."
        )


def _delivery(arrived: Arrived, consumer: str) -> Delivery:
    return Delivery(
        consumer=consumer,
        event_id=arrived.event_id,
        event_type=arrived.event.type,
        aggregate_key=arrived.event.aggregate_key,
        position=version_at(arrived.occurred_at),
        occurred_at=arrived.occurred_at,
        correlation_id=arrived.correlation_id,
        body=arrived.wire,
    )


def _type_or_unknown(raw: bytes) -> str:
    try:
        return wire.type_of(raw) or "unknown"
    except Undeliverable:
        return "unknown"
