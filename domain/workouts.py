"""A workout: what is done in one bout of training, whoever is given it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP
from uuid import UUID

from domain.load_progression import exact
from domain.plan_document import PrescriptionDraft
from domain.sessions import Prescription, Session

USUAL_MINUTES = 60
USUAL_SESSION_RPE = 6.0


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


def workout_of_session(
    session: Session,
    prescriptions: Sequence[Prescription],
    id_: UUID,
    organization_id: UUID,
    session_rpe: float = USUAL_SESSION_RPE,
) -> Workout:
    """A session of a plan as a workout that can be assigned: what it prescribes, as it stands now."""
    names = [each.name for each in fields(PrescriptionDraft)]
    drafts = tuple(
        PrescriptionDraft(**{name: getattr(each, name) for name in names}) for each in prescriptions
    )
    minutes = session.planned_minutes or USUAL_MINUTES
    return Workout(id_, organization_id, session.title, minutes, session_rpe, drafts, session.id)


@dataclass(frozen=True, slots=True)
class SelectedExercise:
    """An exercise of a workout, by its place there, and how many working sets of it are done."""

    position: int
    sets: int
