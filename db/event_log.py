"""The log of events: committed changes, numbered one after the other without gaps in a reader's view."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import EventLogRow
from db.models.operations import OutboxRow
from db.outbox import StoredEvent

_COLUMNS = [getattr(OutboxRow, field.name) for field in dataclasses.fields(StoredEvent)]

_STATE = select(EventLogRow.last_seq, EventLogRow.purged_seq, EventLogRow.epoch).where(EventLogRow.id == 1)
_PAGE: Select[Any] = (
    select(*_COLUMNS)
    .where(OutboxRow.seq > bindparam("after"), OutboxRow.seq <= bindparam("upto"))
    .order_by(OutboxRow.seq)
    .limit(bindparam("at_most"))
)

_PUBLISH = text("""
    WITH batch AS (
        SELECT id, row_number() OVER (ORDER BY id) AS place
        FROM (SELECT id FROM outbox WHERE seq IS NULL ORDER BY id LIMIT :at_most) AS oldest
    ), log AS (
        UPDATE event_log SET last_seq = last_seq + (SELECT count(*) FROM batch)
        WHERE id = 1 RETURNING last_seq
    )
    UPDATE outbox SET seq = log.last_seq - (SELECT count(*) FROM batch) + batch.place
    FROM batch, log WHERE outbox.id = batch.id
    RETURNING outbox.id
""")


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events a reader is entitled to and wants; None is all of them."""

    organization_id: UUID | None = None
    event_types: frozenset[str] | None = None
    team_ids: frozenset[UUID] | None = None
    aggregate_ids: frozenset[UUID] | None = None

    def wants(self, event: StoredEvent) -> bool:
        return (
            (self.organization_id is None or event.organization_id == self.organization_id)
            and (self.event_types is None or event.event_type in self.event_types)
            and (self.team_ids is None or event.team_id in self.team_ids)
            and (self.aggregate_ids is None or event.aggregate_id in self.aggregate_ids)
        )


EVERYTHING = EventFilter()


@dataclass(frozen=True, slots=True)
class LogState:
    """Events up to ``purged_seq`` are no longer kept; ``epoch`` begins the ids of the copy in Redis."""

    last_seq: int
    purged_seq: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """Events that are committed and not in the log yet."""

    count: int
    oldest_at: datetime | None


async def begin(db_session: AsyncSession, now: datetime) -> None:
    """Make the log's state where there is none: the tables are new."""
    await db_session.execute(
        insert(EventLogRow)
        .values(id=1, last_seq=0, purged_seq=0, epoch=int(now.timestamp() * 1000))
        .on_conflict_do_nothing()
    )


async def publish(db_session: AsyncSession, at_most: int) -> int:
    """Number the oldest committed events that have no number; how many there were.

    By ``id`` and not beyond the last one seen: rows with lower ids may commit later. For the leader alone.
    """
    published = await db_session.execute(_PUBLISH, {"at_most": at_most})
    return len(published.all())


async def state(db_session: AsyncSession) -> LogState:
    row = (await db_session.execute(_STATE)).one_or_none()
    return LogState(*row) if row else LogState(0, 0, 0)


async def events_after(
    db_session: AsyncSession, seq: int, *, upto: int, at_most: int, wanted: EventFilter = EVERYTHING
) -> list[StoredEvent]:
    """Of the events with numbers over ``seq`` and not over ``upto``, the first that are wanted."""
    found = await db_session.execute(
        _narrowed(_PAGE, wanted), {"after": seq, "upto": upto, "at_most": at_most}
    )
    return [StoredEvent(*row) for row in found]


async def move_epoch(db_session: AsyncSession, epoch: int) -> None:
    """Begin the ids of the copy in Redis anew, beyond what is there. Never goes back."""
    await db_session.execute(
        update(EventLogRow).where(EventLogRow.id == 1).values(epoch=func.greatest(EventLogRow.epoch, epoch))
    )


async def backlog(db_session: AsyncSession) -> Backlog:
    found = await db_session.execute(
        select(func.count(), func.min(OutboxRow.occurred_at)).where(OutboxRow.seq.is_(None))
    )
    return Backlog(*found.one())


async def purge(db_session: AsyncSession, before: datetime, at_most: int = 10_000) -> int:
    """Forget the oldest events of the log, as far as they happened before; how many."""
    oldest = (
        select(OutboxRow.seq, OutboxRow.occurred_at)
        .where(OutboxRow.seq.is_not(None))
        .order_by(OutboxRow.seq)
        .limit(at_most)
        .subquery()
    )
    last_gone = await db_session.scalar(select(func.max(oldest.c.seq)).where(oldest.c.occurred_at < before))
    if last_gone is None:
        return 0
    await db_session.execute(update(EventLogRow).where(EventLogRow.id == 1).values(purged_seq=last_gone))
    deleted = await db_session.execute(
        delete(OutboxRow).where(OutboxRow.seq <= last_gone).returning(OutboxRow.id)
    )
    return len(deleted.all())


def _narrowed(query: Select[Any], wanted: EventFilter) -> Select[Any]:
    if wanted.organization_id is not None:
        query = query.where(OutboxRow.organization_id == wanted.organization_id)
    for column, values in (
        (OutboxRow.event_type, wanted.event_types),
        (OutboxRow.team_id, wanted.team_ids),
        (OutboxRow.aggregate_id, wanted.aggregate_ids),
    ):
        if values is not None:
            query = query.where(column.in_(sorted(values)))
    return query
