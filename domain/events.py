"""What happened, in the past tense: ids and numbers, no rows. Recorded with the change, published after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``version`` is the aggregate's version after the change: one event of a type for each."""

    type: ClassVar[str]
    aggregate_type: ClassVar[str]

    aggregate_id: UUID
    version: int
    organization_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCompressed(Event):
    """A session was made to fit. The aggregate is the session."""

    type: ClassVar[str] = "session.compressed"
    aggregate_type: ClassVar[str] = "session"

    plan_id: UUID
    athlete_id: UUID
    compression_id: UUID
    target_minutes: int
    achieved_minutes: int
    total_minutes_saved: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCompressionReverted(Event):
    """A compression was undone: by a person, or (``reset``) because the feature was switched off."""

    type: ClassVar[str] = "session.compression_reverted"
    aggregate_type: ClassVar[str] = "session"

    plan_id: UUID
    athlete_id: UUID
    compression_id: UUID
    reset: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanImported(Event):
    """A plan was made from a document. The aggregate is the plan."""

    type: ClassVar[str] = "plan.imported"
    aggregate_type: ClassVar[str] = "plan"

    owner_id: UUID
    session_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(Event):
    """A plan's own data were changed. The aggregate is the plan."""

    type: ClassVar[str] = "plan.changed"
    aggregate_type: ClassVar[str] = "plan"

    owner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDeleted(Event):
    """A plan was deleted with everything in it. The aggregate is the plan."""

    type: ClassVar[str] = "plan.deleted"
    aggregate_type: ClassVar[str] = "plan"

    owner_id: UUID
