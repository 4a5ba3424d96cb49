"""Events on their way to those who handle them: taken from the log or from outside, leased, handled once."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Executable,
    Table,
    Text,
    any_,
    bindparam,
    delete,
    exists,
    func,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.events import DeadLetterRow, DeliveryRow, EventConsumerRow, EventLogRow, InboxRow

PROGRESS = "$progress"  # no event has a field with such a name

_DELIVERIES = cast("Table", DeliveryRow.__table__)

_TAKE_FROM_LOG = text("""
    WITH wanted AS (
        SELECT * FROM unnest(CAST(:consumers AS text[]), CAST(:types AS text[])) AS pair(consumer, event_type)
    ), behind AS (
        SELECT c.name, c.last_seq, least(log.last_seq, c.last_seq + :at_most) AS upto,
               log.last_seq AS end_seq
        FROM event_consumers AS c, event_log AS log
        WHERE c.name = ANY(CAST(:consumers AS text[])) AND c.last_seq < log.last_seq
        FOR UPDATE OF c SKIP LOCKED
    ), taken AS (
        INSERT INTO event_deliveries (consumer, event_id, event_type, aggregate_key, position, occurred_at,
                                      correlation_id, body, attempts, due_at)
        SELECT behind.name, event_id, outbox.event_type, aggregate_type || ':' || aggregate_id, seq,
               occurred_at, correlation_id, payload, 0, :now
        FROM behind JOIN wanted ON wanted.consumer = behind.name
        JOIN outbox ON outbox.event_type = wanted.event_type AND seq > behind.last_seq AND seq <= behind.upto
        ON CONFLICT DO NOTHING
    )
    UPDATE event_consumers SET last_seq = behind.upto FROM behind
    WHERE event_consumers.name = behind.name RETURNING behind.upto < behind.end_seq
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one consumer. ``attempts`` counts the one that is being made.

    ``body`` is the event, and beside its fields how far a consumer came that did a part of it.
    """

    consumer: str
    event_id: UUID
    event_type: str
    aggregate_key: str
    position: int
    occurred_at: datetime
    correlation_id: str | None
    body: dict[str, Any]
    attempts: int = 0

    @property
    def progress(self) -> str | None:
        return self.body.get(PROGRESS)


class Claim(StrEnum):
    """What a consumer finds when it wants to handle an event."""

    FIRST = "first"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"


async def register(db_session: AsyncSession, consumers: Collection[str]) -> None:
    """A consumer of the log that is new here gets what is published from now on."""
    log = select(func.coalesce(func.max(EventLogRow.last_seq), 0)).scalar_subquery()
    for name in sorted(consumers):
        await db_session.execute(
            insert(EventConsumerRow).values(name=name, last_seq=log).on_conflict_do_nothing()
        )


async def take_from_log(
    db_session: AsyncSession, wanted: Mapping[str, Collection[str]], now: datetime, at_most: int = 1_000
) -> bool:
    """Make deliveries of what is new in the log: ``wanted`` has the event types of each consumer.

    Whether there is more. Several processes may call it at once.
    """
    pairs = [(consumer, event_type) for consumer, types in wanted.items() for event_type in sorted(types)]
    moved = await db_session.execute(
        _TAKE_FROM_LOG,
        {
            "consumers": [consumer for consumer, _ in pairs],
            "types": [event_type for _, event_type in pairs],
            "now": now,
            "at_most": at_most,
        },
    )
    return any(moved.scalars())


async def enqueue(db_session: AsyncSession, delivery: Delivery, due_at: datetime) -> bool:
    """Deliver it, unless that was done before: handled, waiting or dead. Whether it is new."""
    values = {**_fields(delivery), "due_at": due_at}
    added = await db_session.scalar(
        insert(DeliveryRow).values(values).on_conflict_do_nothing().returning(DeliveryRow.event_id)
    )
    if added is None:
        return False
    # Asked only now: a delivery that was there a moment ago went together with what it left behind.
    seen = [
        exists().where(row.consumer == delivery.consumer, row.event_id == delivery.event_id)
        for row in (InboxRow, DeadLetterRow)
    ]
    if await db_session.scalar(select(seen[0] | seen[1])):
        await finish(db_session, delivery)
        return False
    return True


async def claim(
    db_session: AsyncSession,
    consumers: Collection[str],
    now: datetime,
    until: datetime,
    *,
    lost: bool,
    at_most: int,
) -> list[Delivery]:
    """Lease deliveries that are due, counting the attempt; of one aggregate only its first.

    Nobody else gets them before ``until``. ``lost``: those of whose last attempt nothing was heard, or
    else the others.
    """
    claimed = await db_session.execute(
        _claiming(lost),
        {"consumers": list(consumers), "now": now, "until": until, "at_most": at_most},
    )
    found = [Delivery(**row) for row in claimed.mappings()]
    return sorted(found, key=lambda each: (each.position, each.consumer, each.event_id))


async def any_lost(db_session: AsyncSession, consumers: Collection[str], now: datetime) -> bool:
    """Whether ``claim(…, lost=True)`` may find some."""
    return bool(await db_session.scalar(_any_lost(), {"consumers": list(consumers), "now": now}))


async def enter_inbox(
    db_session: AsyncSession, delivery: Delivery, now: datetime, *, order_matters: bool
) -> Claim:
    """Mark the event as handled by this transaction, which takes its delivery away."""
    is_late = order_matters and await _is_late(db_session, delivery)
    gone = delete(DeliveryRow).where(*_same(delivery)).returning(DeliveryRow.event_id).cte("gone")
    entered = await db_session.scalar(
        insert(InboxRow)
        .values(
            consumer=delivery.consumer,
            event_id=delivery.event_id,
            aggregate_key=delivery.aggregate_key,
            occurred_at=delivery.occurred_at,
            handled_at=now,
            outcome=Claim.OUT_OF_ORDER.value if is_late else "handled",
        )
        .on_conflict_do_nothing()
        .returning(InboxRow.event_id)
        .add_cte(gone)
    )
    if entered is None:
        return Claim.DUPLICATE
    return Claim.OUT_OF_ORDER if is_late else Claim.FIRST


async def _is_late(db_session: AsyncSession, delivery: Delivery) -> bool:
    """Whether a later event of the aggregate was handled; those under way are waited for."""
    lock = func.hashtextextended(f"{delivery.consumer}\n{delivery.aggregate_key}", 0)
    await db_session.execute(select(func.pg_advisory_xact_lock(lock)))
    newer = exists().where(
        InboxRow.consumer == delivery.consumer,
        InboxRow.aggregate_key == delivery.aggregate_key,
        InboxRow.occurred_at > delivery.occurred_at,
        InboxRow.outcome == "handled",
    )
    return bool(await db_session.scalar(select(newer)))


async def finish(db_session: AsyncSession, delivery: Delivery) -> None:
    """There is nothing left to do for it."""
    await db_session.execute(delete(DeliveryRow).where(*_same(delivery)))


async def go_on(db_session: AsyncSession, delivery: Delivery, progress: str, now: datetime) -> None:
    """A part was done in this transaction: deliver the event again, for the rest, with all its attempts."""
    await db_session.execute(
        delete(InboxRow).where(InboxRow.consumer == delivery.consumer, InboxRow.event_id == delivery.event_id)
    )
    body = {**delivery.body, PROGRESS: progress}
    values = {**_fields(delivery), "body": body, "attempts": 0, "due_at": now}
    await db_session.execute(insert(DeliveryRow).values(values))


async def try_later(db_session: AsyncSession, delivery: Delivery, due_at: datetime, error: str) -> None:
    await db_session.execute(
        update(DeliveryRow).where(*_same(delivery)).values(due_at=due_at, last_error=error)
    )


async def waiting(db_session: AsyncSession) -> int:
    """How many deliveries are still to be handled."""
    return await db_session.scalar(select(func.count()).select_from(DeliveryRow)) or 0


async def purge_inbox(db_session: AsyncSession, before: datetime, at_most: int = 10_000) -> int:
    """Forget what was handled before; how many. Whoever accepts events must refuse any that is older."""
    oldest: Sequence[tuple[str, UUID]] = [
        (row.consumer, row.event_id)
        for row in await db_session.execute(
            select(InboxRow.consumer, InboxRow.event_id)
            .where(InboxRow.handled_at < before, InboxRow.occurred_at < before)
            .order_by(InboxRow.handled_at)
            .limit(at_most)
        )
    ]
    if oldest:
        key = tuple_(InboxRow.consumer, InboxRow.event_id)
        await db_session.execute(delete(InboxRow).where(key.in_(oldest)))
    return len(oldest)


# To put these together takes longer than PostgreSQL needs for them, and they are asked at every event.
@cache
def _claiming(lost: bool) -> Executable:
    each, earlier = _DELIVERIES.c, _DELIVERIES.alias("earlier").c
    due = (
        select(each.consumer, each.event_id)
        .where(
            _is_due(),
            _is_lost() if lost else ~_is_lost(),
            ~exists().where(
                earlier.consumer == each.consumer,
                earlier.aggregate_key == each.aggregate_key,
                tuple_(earlier.position, earlier.event_id) < tuple_(each.position, each.event_id),
            ),
        )
        .order_by(each.due_at, each.position, each.consumer, each.event_id)
        .limit(bindparam("at_most"))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    return (
        update(_DELIVERIES)
        .where(each.consumer == due.c.consumer, each.event_id == due.c.event_id)
        .values(attempts=each.attempts + 1, due_at=bindparam("until"), last_error=None)
        .returning(*(each[field.name] for field in dataclasses.fields(Delivery)))
    )


@cache
def _any_lost() -> Executable:
    return select(exists().where(_is_due(), _is_lost()))


def _is_due() -> ColumnElement[bool]:
    each = _DELIVERIES.c
    return (each.consumer == any_(bindparam("consumers", type_=ARRAY(Text)))) & (
        each.due_at <= bindparam("now", type_=each.due_at.type)
    )


def _is_lost() -> ColumnElement[bool]:
    return (_DELIVERIES.c.attempts > 0) & _DELIVERIES.c.last_error.is_(None)


def _fields(delivery: Delivery) -> dict[str, Any]:
    return {field.name: getattr(delivery, field.name) for field in dataclasses.fields(delivery)}


def _same(delivery: Delivery) -> tuple[Any, Any]:
    return DeliveryRow.consumer == delivery.consumer, DeliveryRow.event_id == delivery.event_id
