"""A workout: what is done in one bout of training, whoever is given it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP
from uuid import UUID

from domain.load_progression import exact
from domain.plan_document import PrescriptionDraft


@dataclass(frozen=True, slots=True)
class Workout:
    """``prescriptions`` in their order; the place in it, from 1, is how an assignment speaks of one.

    ``organization_id`` None is everyone's. ``session_id`` is the plan's session that it was made from.
    """

    id: UUID
    organization_id: UUID | None
    title: str
    planned_minutes: int
    session_rpe: float
    prescriptions: tuple[PrescriptionDraft, ...]
    session_id: UUID | None = None
    notes: str | None = None

    @property
    def load_au(self) -> int:
        """Session RPE times minutes [Foster 2001], half away from zero."""
        return int((exact(self.session_rpe) * self.planned_minutes).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class SelectedExercise:
    """An exercise of a workout, by its place there, and how many working sets of it are done."""

    position: int
    sets: int
