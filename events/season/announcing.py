"""Versions for what is said of a team, which has no counter of its own."""

from __future__ import annotations

from uuid import UUID

from db.database import Transaction
from domain.events import Event, version_at


def next_version(tx: Transaction, kind: type[Event], aggregate_id: UUID) -> int:
    """The moment of the unit of work, and one more for each that it has said of this kind already."""
    said = sum(isinstance(each, kind) and each.aggregate_id == aggregate_id for each in tx.events)
    return version_at(tx.now) + said
