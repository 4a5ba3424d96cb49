"""Plans and their microcycles (training weeks)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Plan:
    """A training plan of one athlete. ``version`` rises with every change of the plan itself."""

    id: UUID
    organization_id: UUID
    owner_id: UUID
    title: str
    starts_on: date
    version: int
    created_at: datetime
    updated_at: datetime
    goal: str | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True)
class Microcycle:
    """A training week (or other short cycle) of a plan; ``ordinal`` counts from 1."""

    id: UUID
    plan_id: UUID
    ordinal: int
    starts_on: date
    title: str | None = None
