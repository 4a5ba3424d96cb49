"""What a phase has done to an assignment, and what the assignment was before: its ``metadata``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.physiology import HeartRateZone, PerformanceThresholds, PowerRange, VelocityRange


class AdjustmentType(StrEnum):
    LOAD = "load"
    FREQUENCY = "frequency"
    INTENSITY = "intensity"
    EXERCISE_SELECTION = "exercise_selection"


ALL_TYPES = frozenset(AdjustmentType)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it; ``id`` None is a service or the system."""

    id: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class PhaseAdjustment:
    """One thing that the phase changed. Both values are plain JSON, as a reader of the history wants them."""

    type: AdjustmentType
    original: Any
    adjusted: Any
    reason: str
    at: datetime
    by: Actor


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a recurrence comes back: the part of it that a phase changes. Its end and exceptions stay."""

    interval: int
    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OriginalPlanningData:
    """What every adjustment is computed from, so that none compounds, and what leaving a phase restores."""

    base_load_au: int
    cadence: Cadence
    thresholds: PerformanceThresholds


@dataclass(frozen=True, slots=True)
class Planning:
    """All four of them, or none: an assignment is in a phase or it is not.

    ``adjustments`` are those in force now, one of a type at most; what was before them is in the history.
    """

    planning_phase_id: UUID | None = None
    season_plan_id: UUID | None = None
    last_phase_adjustment: datetime | None = None
    adjustments: tuple[PhaseAdjustment, ...] = ()
    original: OriginalPlanningData | None = None


NOT_IN_A_PHASE = Planning()


def metadata_of(planning: Planning) -> dict[str, Any]:
    """As it is stored, and as other systems read it: exactly these five keys, null where there is nothing."""
    last = planning.last_phase_adjustment
    return {
        "planningPhaseId": _text(planning.planning_phase_id),
        "seasonPlanId": _text(planning.season_plan_id),
        "lastPhaseAdjustment": None if last is None else moment_text(last),
        "phaseAdjustments": [adjustment_json(each) for each in planning.adjustments],
        "originalPlanningData": None if planning.original is None else _original_json(planning.original),
    }


def planning_of(metadata: Mapping[str, Any]) -> Planning:
    original, last = metadata["originalPlanningData"], metadata["lastPhaseAdjustment"]
    return Planning(
        planning_phase_id=_id(metadata["planningPhaseId"]),
        season_plan_id=_id(metadata["seasonPlanId"]),
        last_phase_adjustment=None if last is None else datetime.fromisoformat(last),
        adjustments=tuple(_adjustment(each) for each in metadata["phaseAdjustments"]),
        original=None if original is None else _original(original),
    )


def adjustment_json(each: PhaseAdjustment) -> dict[str, Any]:
    return {
        "type": each.type.value,
        "originalValue": each.original,
        "adjustedValue": each.adjusted,
        "reason": each.reason,
        "adjustedAt": moment_text(each.at),
        "adjustedBy": {"id": _text(each.by.id), "name": each.by.name},
    }


def moment_text(moment: datetime) -> str:
    """Always of one length and in UTC, so that texts sort as the moments do (an index rests on it)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def cadence_json(cadence: Cadence) -> dict[str, Any]:
    return {"interval": cadence.interval, "daysOfWeek": list(cadence.weekdays)}


def thresholds_json(thresholds: PerformanceThresholds) -> dict[str, Any]:
    """Each range as [low, high]: beats a minute, watts, metres a second."""
    heart_rate, power, velocity = thresholds.heart_rate, thresholds.power, thresholds.velocity
    return {
        "heartRate": None if heart_rate is None else [heart_rate.low_bpm, heart_rate.high_bpm],
        "power": None if power is None else [power.low_watts, power.high_watts],
        "velocity": None if velocity is None else [velocity.low_mps, velocity.high_mps],
    }


def thresholds_of(stored: Mapping[str, Any]) -> PerformanceThresholds:
    """What ``thresholds_json`` wrote."""
    heart_rate, power, velocity = (stored[each] for each in ("heartRate", "power", "velocity"))
    return PerformanceThresholds(
        heart_rate=None if heart_rate is None else HeartRateZone(*heart_rate),
        power=None if power is None else PowerRange(*power),
        # JSON knows one kind of number: 2.0 comes back as 2, and is made the float that it was.
        velocity=None if velocity is None else VelocityRange(*map(float, velocity)),
    )


def _original_json(original: OriginalPlanningData) -> dict[str, Any]:
    return {
        "baseLoad": original.base_load_au,
        "frequency": cadence_json(original.cadence),
        "intensity": thresholds_json(original.thresholds),
    }


def _original(stored: Mapping[str, Any]) -> OriginalPlanningData:
    frequency = stored["frequency"]
    return OriginalPlanningData(
        base_load_au=stored["baseLoad"],
        cadence=Cadence(frequency["interval"], tuple(frequency["daysOfWeek"])),
        thresholds=thresholds_of(stored["intensity"]),
    )


def _adjustment(stored: Mapping[str, Any]) -> PhaseAdjustment:
    by = stored["adjustedBy"]
    return PhaseAdjustment(
        type=AdjustmentType(stored["type"]),
        original=stored["originalValue"],
        adjusted=stored["adjustedValue"],
        reason=stored["reason"],
        at=datetime.fromisoformat(stored["adjustedAt"]),
        by=Actor(_id(by["id"]), by["name"]),
    )


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
