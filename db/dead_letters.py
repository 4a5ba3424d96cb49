"""Events that nobody tries any more: an operator lists them, reads them, replays or discards them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db import deliveries
from db.deliveries import Delivery
from db.models.events import DeadLetterRow as Row
from db.models.events import DeliveryRow

LONGEST_DETAIL = 2_000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """``reason`` is one word for counting, ``detail`` says what is wrong."""

    id: UUID
    consumer: str
    event_id: UUID
    event_type: str
    aggregate_key: str
    occurred_at: datetime
    correlation_id: str | None
    body: dict[str, Any]
    reason: str
    detail: str
    attempts: int
    dead_at: datetime
    status: str
    resolved_at: datetime | None


_COLUMNS = [getattr(Row, field.name) for field in dataclasses.fields(DeadLetter)]


async def bury(
    db_session: AsyncSession, delivery: Delivery, *, reason: str, detail: str, now: datetime
) -> None:
    """Give the delivery up. One that was replayed is dead again; one that is dead already stays as it is."""
    await deliveries.finish(db_session, delivery)
    values = {
        "consumer": delivery.consumer,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "aggregate_key": delivery.aggregate_key,
        "position": delivery.position,
        "occurred_at": delivery.occurred_at,
        "correlation_id": delivery.correlation_id,
        "body": delivery.body,
        "reason": reason,
        "detail": detail[:LONGEST_DETAIL],
        "attempts": delivery.attempts,
        "dead_at": now,
        "status": "open",
        "resolved_at": None,
    }
    burying = insert(Row).values(values)
    await db_session.execute(
        burying.on_conflict_do_update(
            index_elements=[Row.consumer, Row.event_id], set_=values, where=Row.status == "replayed"
        )
    )


async def letters(
    db_session: AsyncSession, *, include_resolved: bool = False, at_most: int = 100
) -> list[DeadLetter]:
    """The latest first."""
    query = select(*_COLUMNS).order_by(Row.dead_at.desc(), Row.id.desc()).limit(at_most)
    if not include_resolved:
        query = query.where(Row.status == "open")
    return [DeadLetter(**row) for row in (await db_session.execute(query)).mappings()]


async def letter(db_session: AsyncSession, id: UUID) -> DeadLetter | None:
    found = (await db_session.execute(select(*_COLUMNS).where(Row.id == id))).mappings().one_or_none()
    return DeadLetter(**found) if found else None


async def count_open(db_session: AsyncSession) -> int:
    return await db_session.scalar(select(func.count()).where(Row.status == "open")) or 0


async def replay(db_session: AsyncSession, id: UUID, now: datetime) -> bool:
    """Deliver it again, with all its attempts; False if there is no such open letter."""
    row = await _resolve(db_session, id, "replayed", now)
    if row is None:
        return False
    await db_session.execute(
        insert(DeliveryRow)
        .values(
            consumer=row.consumer,
            event_id=row.event_id,
            event_type=row.event_type,
            aggregate_key=row.aggregate_key,
            position=row.position,
            occurred_at=row.occurred_at,
            correlation_id=row.correlation_id,
            body=row.body,
            attempts=0,
            due_at=now,
        )
        .on_conflict_do_nothing()
    )
    return True


async def discard(db_session: AsyncSession, id: UUID, now: datetime) -> bool:
    """Never deliver it; False if there is no such open letter."""
    return await _resolve(db_session, id, "discarded", now) is not None


async def purge(db_session: AsyncSession, before: datetime) -> int:
    """Forget letters that were resolved before; how many. Open ones stay."""
    gone = await db_session.execute(delete(Row).where(Row.resolved_at < before).returning(Row.id))
    return len(gone.all())


async def _resolve(db_session: AsyncSession, id: UUID, status: str, now: datetime) -> Any:
    resolved = await db_session.execute(
        update(Row)
        .where(Row.id == id, Row.status == "open")
        .values(status=status, resolved_at=now)
        .returning(*(column for column in Row.__table__.columns))
    )
    return resolved.one_or_none()
