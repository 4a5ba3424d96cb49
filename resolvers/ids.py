"""Global ids: opaque to callers, one for each object, and never a reason to fail."""

from __future__ import annotations

import base64
import binascii
import re
from enum import StrEnum
from uuid import UUID

import strawberry

from domain.errors import NotFound

LONGEST_ID = 200
# As we write one; Python's own reader takes braces, URNs and capitals, too.
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


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
    WORKLOAD_ALERT = "WorkloadAlert"

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
    Kind.WORKLOAD_ALERT: "alert",
}


def global_id(kind: Kind, key: UUID | str) -> strawberry.ID:
    text = f"{kind.value}:{key}".encode()
    return strawberry.ID(base64.urlsafe_b64encode(text).decode().rstrip("="))


def parsed(id: str) -> tuple[Kind, str] | None:
    """The type and key of an id that we gave; None for any other text."""
    if len(id) > LONGEST_ID:
        return None
    try:
        bare = id.encode("ascii")
        decoded = base64.b64decode(bare + b"=" * (-len(id) % 4), altchars=b"-_", validate=True)
        kind, _, key = decoded.decode().partition(":")
        found = Kind(kind), key
    except (ValueError, binascii.Error):
        return None
    return found if base64.urlsafe_b64encode(decoded).rstrip(b"=") == bare else None


def uuid_or_none(kind: Kind, id: str) -> UUID | None:
    found = uuid_text_or_none(kind, id)
    return None if found is None else UUID(found)


def uuid_text_or_none(kind: Kind, id: str) -> str | None:
    """As ``uuid_or_none``, for whoever only hands it on."""
    if len(id) > LONGEST_ID:
        return None
    try:
        bare = id.encode("ascii")
        decoded = binascii.a2b_base64(bare + b"==="[: -len(bare) % 4])
        name, _, key = decoded.decode("ascii").partition(":")
    except ValueError:
        return None
    # Of our alphabet's characters no id of this kind needs the two that differ from the common one's.
    is_ours = name == kind.value and binascii.b2a_base64(decoded, newline=False).rstrip(b"=") == bare
    return key if is_ours and _UUID.fullmatch(key) else None


def as_uuid(key: str) -> UUID | None:
    return UUID(key) if _UUID.fullmatch(key) else None


def uuid_of(kind: Kind, id: str) -> UUID:
    """``NotFound`` for the id of another type, and for what is no id: nothing has it."""
    uuid = uuid_or_none(kind, id)
    if uuid is None:
        raise NotFound(kind.word, id)
    return uuid
