"""Training sessions: what is prescribed, exercise by exercise and set by set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.exercises import Exercise, Intent


class ExerciseRole(StrEnum):
    """A core lift is one that the coach protects; everything else is an accessory."""

    CORE = "core"
    ACCESSORY = "accessory"


class SetKind(StrEnum):
    """``WARM_UP`` does not count as volume; ``RAMP`` counts and also replaces a warm-up set of the model."""

    WARM_UP = "warm_up"
    RAMP = "ramp"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class SetPrescription:
    """What to do in one set: repetitions (one number or a range) or a hold, never both."""

    ordinal: int
    kind: SetKind = SetKind.WORKING
    reps_min: int | None = None
    reps_max: int | None = None
    hold_seconds: int | None = None
    load_kg: float | None = None
    percent_one_rep_max: float | None = None
    rpe: float | None = None
    reps_in_reserve: int | None = None

    @property
    def counts_as_volume(self) -> bool:
        return self.kind is not SetKind.WARM_UP


@dataclass(frozen=True, slots=True)
class Prescription:
    """One exercise in a session. Identity is the prescription: a movement may stand in a session twice.

    ``intent`` and ``unilateral`` are the prescription's own; they default to the exercise's when it is made.
    ``tempo`` is eccentric-pause-concentric-pause in seconds ("3-1-1-0"). Rest is between its working sets.
    ``group_key`` names the coach's own group (superset or circuit) that it belongs to.
    """

    id: UUID
    session_id: UUID
    position: int
    exercise: Exercise
    role: ExerciseRole
    intent: Intent
    sets: tuple[SetPrescription, ...]
    unilateral: bool = False
    tempo: str | None = None
    rest_seconds_min: int | None = None
    rest_seconds_max: int | None = None
    group_key: str | None = None
    weight: float = 1.0
    notes: str | None = None

    @property
    def working_sets(self) -> tuple[SetPrescription, ...]:
        return tuple([each for each in self.sets if each.counts_as_volume])


@dataclass(frozen=True, slots=True)
class Session:
    """One day's training. The prescriptions are the original; a compression is stored beside it."""

    id: UUID
    plan_id: UUID
    microcycle_id: UUID
    ordinal: int
    title: str
    scheduled_on: date | None
    planned_minutes: int | None
    version: int
    completed_at: datetime | None = None
    actual_minutes: int | None = None
    is_time_crunch_active: bool = False
    time_crunch_minutes: int | None = None
    time_crunch_applied_at: datetime | None = None
    compressed_plan: Mapping[str, Any] | None = None
    compression_diff: Mapping[str, Any] | None = None
    compression_summary: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class LoggedDuration:
    """How long a session really took; what the athlete's pace is learned from."""

    session_id: UUID
    athlete_id: UUID
    actual_minutes: int
    modelled_seconds: float
    logged_at: datetime


class CompressionSource(StrEnum):
    """Where a compression was asked for."""

    CTA = "cta"
    AUTO = "auto"
    MANUAL = "manual"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, value: str | None) -> CompressionSource:
        """Anything that is not one of the known sources is ``unknown``."""
        return next((each for each in cls if each.value == value), cls.UNKNOWN)


class CompressionAction(StrEnum):
    """What an entry of the history did."""

    COMPRESSED = "compressed"
    REVERTED = "reverted"
    RESET = "reset"  # undone by the system, because the feature was switched off


@dataclass(frozen=True, slots=True)
class CompressionRecord:
    """One entry of a session's history of compressions and resets, for audit and rollback."""

    id: UUID
    session_id: UUID
    session_version: int
    action: CompressionAction
    source: CompressionSource
    reason: str | None
    target_minutes: int | None
    achieved_minutes: int | None
    model_version: str | None
    plan: Mapping[str, Any] | None
    diff: Mapping[str, Any] | None
    summary: Mapping[str, Any] | None
    actor_id: UUID | None
    actor_name: str
    created_at: datetime
