"""A workout assignment as a row, and a row as a workout assignment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from db.models.assignments import WorkoutAssignmentRow
from domain.assignments import (
    AS_THE_PHASE_SAYS,
    AssignmentStatus,
    AssignmentType,
    Customizations,
    WorkoutAssignment,
)
from domain.load_progression import LoadProgression, ProgressionKind
from domain.physiology import (
    NO_THRESHOLDS,
    HeartRateZone,
    PerformanceThresholds,
    PowerRange,
    VelocityRange,
)
from domain.planning import NOT_IN_A_PHASE, Planning, metadata_of, planning_of
from domain.recurrence import ONCE, Recurrence, RecurrencePattern
from domain.workouts import SelectedExercise

ASSIGNMENT = tuple(
    getattr(WorkoutAssignmentRow, name)
    for name in WorkoutAssignmentRow.__mapper__.column_attrs.keys()  # noqa: SIM118  # not a dict
    if name != "last_day"  # the database works that out
)


def assignment_of(row: Row[*tuple[Any, ...]]) -> WorkoutAssignment:
    stored = row._asdict()
    return WorkoutAssignment(
        id=stored["id"],
        organization_id=stored["organization_id"],
        team_id=stored["team_id"],
        player_id=stored["player_id"],
        workout_id=stored["workout_id"],
        type=AssignmentType(stored["type"]),
        status=AssignmentStatus(stored["status"]),
        effective_from=stored["effective_from"],
        scheduled_on=stored["scheduled_on"],
        load=LoadProgression(
            stored["base_load_au"],
            ProgressionKind(stored["progression"]),
            stored["rate_percent"],
            stored["minimum_load_au"],
            stored["maximum_load_au"],
            tuple(stored["custom_percents"]),
        ),
        version=stored["version"],
        created_at=stored["created_at"],
        updated_at=stored["updated_at"],
        group_name=stored["group_name"],
        expires_on=stored["expires_on"],
        starts_at=stored["starts_at"],
        recurrence=_recurrence(stored),
        thresholds=_thresholds(stored),
        customizations=_customizations(stored),
        relief_percent=stored["relief_percent"],
        relief_until=stored["relief_until"],
        exercise_selection=_selection(stored["exercise_selection"]),
        planning=_planning(stored["metadata_"]),
        template_id=stored["template_id"],
        completed_at=stored["completed_at"],
    )


def record_of(assignment: WorkoutAssignment) -> dict[str, Any]:
    """Every column, as an insert wants them."""
    recurrence, load = assignment.recurrence, assignment.load
    return {
        "id": assignment.id,
        "organization_id": assignment.organization_id,
        "team_id": assignment.team_id,
        "player_id": assignment.player_id,
        "workout_id": assignment.workout_id,
        "template_id": assignment.template_id,
        "type": assignment.type,
        "group_name": assignment.group_name,
        "effective_from": assignment.effective_from,
        "expires_on": assignment.expires_on,
        "starts_at": assignment.starts_at,
        "recurrence": recurrence.pattern,
        "progression": load.kind,
        "rate_percent": load.rate_percent,
        "minimum_load_au": load.minimum_au,
        "maximum_load_au": load.maximum_au,
        "custom_percents": load.custom_percents,
        "custom_load_multiplier": assignment.customizations.load_multiplier,
        "custom_frequency": assignment.customizations.training_frequency,
        "custom_intensity_steps": assignment.customizations.intensity_steps,
        "created_at": assignment.created_at,
        **changes_of(assignment),
    }


def changes_of(assignment: WorkoutAssignment) -> dict[str, Any]:
    """The columns that an assignment changes in while it lives, with the version that it was read with."""
    recurrence, thresholds = assignment.recurrence, assignment.thresholds
    heart_rate, power, velocity = thresholds.heart_rate, thresholds.power, thresholds.velocity
    selection = assignment.exercise_selection
    return {
        "id": assignment.id,
        "version": assignment.version,
        "status": assignment.status,
        "scheduled_on": assignment.scheduled_on,
        "recurrence_interval": recurrence.interval,
        "weekdays": recurrence.weekdays,
        "recurrence_ends_on": recurrence.ends_on,
        "exceptions": recurrence.exceptions,
        "base_load_au": assignment.load.base_load_au,
        "relief_percent": assignment.relief_percent,
        "relief_until": assignment.relief_until,
        "heart_rate_low": None if heart_rate is None else heart_rate.low_bpm,
        "heart_rate_high": None if heart_rate is None else heart_rate.high_bpm,
        "power_low_watts": None if power is None else power.low_watts,
        "power_high_watts": None if power is None else power.high_watts,
        "velocity_low_mps": None if velocity is None else velocity.low_mps,
        "velocity_high_mps": None if velocity is None else velocity.high_mps,
        "exercise_selection": selection and [[each.position, each.sets] for each in selection],
        "metadata": metadata_of(assignment.planning),
        "completed_at": assignment.completed_at,
        "updated_at": assignment.updated_at,
    }


def _recurrence(stored: Mapping[str, Any]) -> Recurrence:
    pattern = RecurrencePattern(stored["recurrence"])
    if pattern is RecurrencePattern.NONE and not stored["exceptions"]:
        return ONCE
    return Recurrence(
        pattern,
        stored["recurrence_interval"],
        tuple(stored["weekdays"]),
        stored["recurrence_ends_on"],
        tuple(stored["exceptions"]),
    )


def _thresholds(stored: Mapping[str, Any]) -> PerformanceThresholds:
    heart_rate = power = velocity = None
    if stored["heart_rate_low"] is not None:
        heart_rate = HeartRateZone(stored["heart_rate_low"], stored["heart_rate_high"])
    if stored["power_low_watts"] is not None:
        power = PowerRange(stored["power_low_watts"], stored["power_high_watts"])
    if stored["velocity_low_mps"] is not None:
        velocity = VelocityRange(stored["velocity_low_mps"], stored["velocity_high_mps"])
    if heart_rate is None and power is None and velocity is None:
        return NO_THRESHOLDS
    return PerformanceThresholds(heart_rate, power, velocity)


def _customizations(stored: Mapping[str, Any]) -> Customizations:
    found = Customizations(
        stored["custom_load_multiplier"], stored["custom_frequency"], stored["custom_intensity_steps"]
    )
    return AS_THE_PHASE_SAYS if found == AS_THE_PHASE_SAYS else found


def _selection(stored: list[list[int]] | None) -> tuple[SelectedExercise, ...] | None:
    return None if stored is None else tuple(SelectedExercise(*each) for each in stored)


def _planning(metadata: Mapping[str, Any]) -> Planning:
    return NOT_IN_A_PHASE if metadata["planningPhaseId"] is None else planning_of(metadata)
