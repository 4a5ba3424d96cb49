"""Global ids: opaque to callers, one for each object, and never a reason to fail."""

from __future__ import annotations

import base64
import binascii
from enum import StrEnum
from uuid import UUID

import strawberry

from domain.errors import NotFound

LONGEST_ID = 200


class Kind(StrEnum):
    """The types that have global ids, by their names in the schema."""

    VIEWER = "Viewer"
    PLAN = "Plan"
    MICROCYCLE = "Microcycle"
    SESSION = "Session"
    PRESCRIPTION = "Prescription"
    EXERCISE = "Exercise"
    COMPRESSION_RECORD = "CompressionRecord"
    TEAM = "Team"
    PLAYER = "Player"
    SEASON_PLAN = "SeasonPlan"
    SEASON_PHASE = "SeasonPhase"
    PHASE_TEMPLATE = "PhaseTemplate"
    WORKOUT = "Workout"
    WORKOUT_ASSIGNMENT = "WorkoutAssignment"
    PHASE_ADJUSTMENT = "PhaseAdjustment"
    MEDICAL_RESTRICTION = "MedicalRestriction"
    TRAINING_ENTRY = "TrainingEntry"
    WELLNESS_REPORT = "WellnessReport"

    @property
    def word(self) -> str:
        """As it stands in an error's code: ``plan_not_found``."""
        return _WORDS.get(self, self.value.lower())


_WORDS = {
    Kind.COMPRESSION_RECORD: "compression",
    Kind.SEASON_PLAN: "season_plan",
    Kind.SEASON_PHASE: "phase",
    Kind.PHASE_TEMPLATE: "template",
    Kind.WORKOUT_ASSIGNMENT: "assignment",
    Kind.PHASE_ADJUSTMENT: "adjustment",
    Kind.MEDICAL_RESTRICTION: "restriction",
    Kind.TRAINING_ENTRY: "training",
    Kind.WELLNESS_REPORT: "wellness_report",
}


def global_id(kind: Kind, key: UUID | str) -> strawberry.ID:
    text = f"{kind.value}:{key}".encode()
    return strawberry.ID(base64.urlsafe_b64encode(text).decode().rstrip("="))


def parsed(id: str) -> tuple[Kind, str] | None:
    """The type and key of an id that we gave; None for any other text."""
    if len(id) > LONGEST_ID:
        return None
    try:
        padded = id.encode("ascii") + b"=" * (-len(id) % 4)
        kind, _, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(":")
        found = Kind(kind), key
    except (ValueError, binascii.Error):
        return None
    return found if global_id(*found) == id else None


def uuid_or_none(kind: Kind, id: str) -> UUID | None:
    found = parsed(id)
    if found is None or found[0] is not kind:
        return None
    return as_uuid(found[1])


def as_uuid(key: str) -> UUID | None:
    try:
        uuid = UUID(key)
    except ValueError:
        return None
    return uuid if str(uuid) == key else None


def uuid_of(kind: Kind, id: str) -> UUID:
    """``NotFound`` for the id of another type, and for what is no id: nothing has it."""
    uuid = uuid_or_none(kind, id)
    if uuid is None:
        raise NotFound(kind.word, id)
    return uuid
