"""What becomes of events: the state of the log, what is still to be handled, what was, and what cannot be."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class EventLogRow(Base):
    """The one row that numbers the log. ``epoch`` begins the ids of the log's copy in Redis."""

    __tablename__ = "event_log"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    purged_seq: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(BigInteger)


class EventConsumerRow(Base):
    """How far a consumer has taken deliveries from the log."""

    __tablename__ = "event_consumers"

    name: Mapped[str] = mapped_column(primary_key=True)
    last_seq: Mapped[int] = mapped_column(BigInteger)


class DeliveryRow(Base):
    """An event that a consumer still has to handle; gone with the transaction of its effect.

    ``attempts`` is committed before each attempt, so that one which kills its process counts too; with it
    ``due_at`` moves to when somebody else may try, if nothing is heard of that process by then.
    Of one consumer and one ``aggregate_key``, the lowest ``position`` is handled first.
    """

    __tablename__ = "event_deliveries"
    __table_args__ = (
        Index("ix_event_deliveries_order", "consumer", "aggregate_key", "position", "event_id"),
        Index("ix_event_deliveries_due_at", "due_at"),
        CheckConstraint("attempts >= 0", name="attempts"),
        CheckConstraint("jsonb_typeof(body) = 'object'", name="body_object"),
    )

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_type: Mapped[str]
    aggregate_key: Mapped[str]
    position: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    correlation_id: Mapped[str | None]
    body: Mapped[dict[str, Any]]
    attempts: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[datetime]
    last_error: Mapped[str | None]


class InboxRow(Base):
    """Written with the effect of an event: whoever comes second finds it here."""

    __tablename__ = "event_inbox"
    __table_args__ = (
        Index("ix_event_inbox_latest", "consumer", "aggregate_key", "occurred_at"),
        Index("ix_event_inbox_handled_at", "handled_at"),
        CheckConstraint("outcome IN ('handled', 'out_of_order')", name="outcome"),
    )

    consumer: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    aggregate_key: Mapped[str]
    occurred_at: Mapped[datetime]
    handled_at: Mapped[datetime]
    outcome: Mapped[str]


class DeadLetterRow(Base):
    """An event that nobody tries any more, until an operator says so.

    Those that were refused at the door have the consumer ``intake`` and what was sent as ``body.raw``.
    """

    __tablename__ = "dead_letters"
    __table_args__ = (
        UniqueConstraint("consumer", "event_id"),
        Index("ix_dead_letters_open", "id", postgresql_where=text("status = 'open'")),
        CheckConstraint("status IN ('open', 'replayed', 'discarded')", name="status"),
        CheckConstraint("(status = 'open') = (resolved_at IS NULL)", name="resolved"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("uuidv7()"))
    consumer: Mapped[str]
    event_id: Mapped[UUID]
    event_type: Mapped[str]
    aggregate_key: Mapped[str]
    position: Mapped[int] = mapped_column(BigInteger)
    occurred_at: Mapped[datetime]
    correlation_id: Mapped[str | None]
    body: Mapped[dict[str, Any]]
    reason: Mapped[str]
    detail: Mapped[str]
    attempts: Mapped[int] = mapped_column(BigInteger)
    dead_at: Mapped[datetime]
    status: Mapped[str]
    resolved_at: Mapped[datetime | None]
