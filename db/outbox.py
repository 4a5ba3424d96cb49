"""Events on their way out, written in the transaction of their change: neither exists without the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.operations import OutboxRow
from domain.events import Event


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it was committed. ``seq`` is None until it is published."""

    id: int
    seq: int | None
    event_id: UUID
    event_type: str
    aggregate_type: str
    aggregate_id: UUID
    aggregate_version: int
    payload: dict[str, Any]
    occurred_at: datetime
    correlation_id: str | None
    organization_id: UUID
    team_id: UUID | None


async def append(db_session: AsyncSession, events: Sequence[Event], occurred_at: datetime) -> None:
    """Write the events with the transaction; a second one of a type for a version of an aggregate fails."""
    if not events:
        return
    correlation_id = structlog.contextvars.get_contextvars().get("correlation_id")
    rows = [
        {
            "event_type": event.type,
            "aggregate_type": event.aggregate_type,
            "aggregate_id": event.aggregate_id,
            "aggregate_version": event.version,
            "payload": _payload(event),
            "occurred_at": occurred_at,
            "correlation_id": None if correlation_id is None else str(correlation_id),
            "organization_id": event.organization_id,
            "team_id": getattr(event, "team_id", None),  # only some events are about a team
        }
        for event in events
    ]
    # One statement with all the rows, and ids in the order of the events.
    await db_session.execute(insert(OutboxRow).values(rows))


async def events_of(db_session: AsyncSession, aggregate_type: str, aggregate_id: UUID) -> list[StoredEvent]:
    """What happened to one aggregate, oldest first."""
    columns = [getattr(OutboxRow, field.name) for field in dataclasses.fields(StoredEvent)]
    found = await db_session.execute(
        select(*columns)
        .where(OutboxRow.aggregate_type == aggregate_type, OutboxRow.aggregate_id == aggregate_id)
        .order_by(OutboxRow.aggregate_version, OutboxRow.id)
    )
    return [StoredEvent(*row) for row in found]


def _payload(event: Event) -> dict[str, Any]:
    """The event's fields as JSON types: ids and times as text."""
    # The driver's UUIDs are a subclass, which orjson does not know.
    payload: dict[str, Any] = orjson.loads(orjson.dumps(event, default=str))
    return payload
