"""What makes operations safe to repeat and to announce: idempotency keys, and the outbox of events."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class IdempotencyKeyRow(Base):
    """``response`` is null only inside the transaction that claimed the key."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        CheckConstraint("char_length(key) BETWEEN 1 AND 200", name="key_length"),
        CheckConstraint("octet_length(fingerprint) = 32", name="fingerprint_length"),
        CheckConstraint("expires_at >= created_at + INTERVAL '24 hours'", name="lasts_a_day"),
        Index("ix_idempotency_keys_expires_at", "expires_at"),
    )

    caller: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    response: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class OutboxRow(Base):
    """An event that was committed with its change.

    ``id`` is given when the row is written, and rows commit in another order; ``seq`` is given when the row
    is published, and is the order that subscribers see.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("event_id"),
        UniqueConstraint(
            "aggregate_type",
            "aggregate_id",
            "aggregate_version",
            "event_type",
            name="uq_outbox_aggregate_event",
        ),
        Index("ix_outbox_unpublished", "id", postgresql_where=text("seq IS NULL")),
        Index("ix_outbox_seq", "seq", unique=True, postgresql_where=text("seq IS NOT NULL")),
        CheckConstraint("aggregate_version >= 0", name="aggregate_version"),
        CheckConstraint("jsonb_typeof(payload) = 'object'", name="payload_object"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    seq: Mapped[int | None] = mapped_column(BigInteger)
    event_id: Mapped[UUID] = mapped_column(server_default=text("uuidv7()"))
    event_type: Mapped[str]
    aggregate_type: Mapped[str]
    aggregate_id: Mapped[UUID]
    aggregate_version: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    correlation_id: Mapped[str | None]
    organization_id: Mapped[UUID]
    team_id: Mapped[UUID | None]
