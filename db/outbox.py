"""Events on their way out, written in the transaction of their change: neither exists without the other."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import structlog
from sqlalchemy import bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Instant
from db.bulk import MANY
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


# One statement for any number of events, with ids in their order. Ids and times are text in the payload.
_APPEND = text("""
    INSERT INTO outbox (event_type, aggregate_type, aggregate_id, aggregate_version, payload, occurred_at,
                        correlation_id, organization_id, team_id)
    SELECT event_type, aggregate_type, aggregate_id, version, CAST(payload AS jsonb),
           CAST(:occurred_at AS timestamptz), CAST(:correlation_id AS text), organization_id, team_id
    FROM unnest(CAST(:event_types AS text[]), CAST(:aggregate_types AS text[]),
                CAST(:aggregate_ids AS uuid[]), CAST(:versions AS bigint[]), CAST(:payloads AS text[]),
                CAST(:organization_ids AS uuid[]), CAST(:team_ids AS uuid[]))
         WITH ORDINALITY AS event(event_type, aggregate_type, aggregate_id, version, payload,
                                  organization_id, team_id, place)
    ORDER BY place
""").bindparams(bindparam("occurred_at", type_=Instant()))


async def append(db_session: AsyncSession, events: Sequence[Event], occurred_at: datetime) -> None:
    """Write the events with the transaction; a second one of a type for a version of an aggregate fails."""
    if not events:
        return
    correlation_id = structlog.contextvars.get_contextvars().get("correlation_id")
    columns = await asyncio.to_thread(_columns, events) if len(events) > MANY else _columns(events)
    await db_session.execute(
        _APPEND,
        {
            **columns,
            "occurred_at": occurred_at,
            "correlation_id": None if correlation_id is None else str(correlation_id),
        },
    )


async def events_of(db_session: AsyncSession, aggregate_type: str, aggregate_id: UUID) -> list[StoredEvent]:
    """What happened to one aggregate, oldest first."""
    columns = [getattr(OutboxRow, field.name) for field in dataclasses.fields(StoredEvent)]
    found = await db_session.execute(
        select(*columns)
        .where(OutboxRow.aggregate_type == aggregate_type, OutboxRow.aggregate_id == aggregate_id)
        .order_by(OutboxRow.aggregate_version, OutboxRow.id)
    )
    return [StoredEvent(*row) for row in found]


def _columns(events: Sequence[Event]) -> dict[str, list[Any]]:
    return {
        "event_types": [event.type for event in events],
        "aggregate_types": [event.aggregate_type for event in events],
        "aggregate_ids": [event.aggregate_id for event in events],
        "versions": [event.version for event in events],
        "payloads": [orjson.dumps(event, default=_plain).decode() for event in events],
        "organization_ids": [event.organization_id for event in events],
        # Only some events are about a team.
        "team_ids": [getattr(event, "team_id", None) for event in events],
    }


def _plain(value: object) -> str:
    if isinstance(value, UUID):  # the driver's own class of it
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
