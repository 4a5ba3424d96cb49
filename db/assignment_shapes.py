"""What workout assignments are in SQL: now, and before any phase. See ``db/shapes.py``.

A phase's doing stands in ``metadata``: where it holds an original, that is what was planned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Uuid,
    and_,
    case,
    cast,
    column,
    func,
    or_,
    outerjoin,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from db import adjustments
from db.adjustment_shapes import IN_FORCE, weekdays_of
from db.base import Instant
from db.completions import due_in, due_lately
from db.models.assignments import AssignmentAdjustmentRow, TrainingCompletionRow, WorkoutAssignmentRow
from db.models.seasons import SeasonPhaseRow
from db.models.workouts import WorkoutExerciseRow
from db.narrowing import Narrowed, day_window
from db.shape_links import Found, Link, Many, One, Paged, Rule, Same, Shape, Worked, of_the_query
from db.visibility import assignments_visible_to, with_a_team_in_sight
from db.workouts import SET_FIELDS
from domain.sessions import SetKind


def _follows_a_phase(rows: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = rows.metadata_["planningPhaseId"].astext.is_not(None)
    return found


def _phase_id(rows: Any) -> ColumnElement[Any]:
    return cast(rows.metadata_["planningPhaseId"].astext, Uuid)


def _season_of_phase(rows: Any) -> ColumnElement[Any]:
    return (
        select(SeasonPhaseRow.season_plan_id)
        .where(SeasonPhaseRow.id == _phase_id(rows))
        .correlate(rows)
        .scalar_subquery()
    )


def _original(now: Callable[[Any], ColumnElement[Any]], *path: str | int) -> Worked:
    """What was planned stands there as long as a phase is followed; else it is as it is now."""

    def value(rows: Any) -> ColumnElement[Any]:
        kept, present = rows.metadata_["originalPlanningData"], now(rows)
        for each in path:
            kept = kept[each]
        return case((_follows_a_phase(rows), cast(kept.astext, present.type)), else_=present)

    return Worked(value)


def _original_weekdays(rows: Any) -> ColumnElement[Any]:
    kept = weekdays_of(rows.metadata_["originalPlanningData"]["frequency"], rows)
    return case((_follows_a_phase(rows), kept), else_=rows.weekdays)


def _original_range(type_: str, key: str, ends: Mapping[str, str]) -> Same:
    """``ends``: the field and the column of the low end, and of the high."""
    links = {
        field: _original(attrgetter(column), "intensity", key, place)
        for place, (field, column) in enumerate(ends.items())
    }
    low = next(iter(links.values()))
    return Same(type_, links, only_if=lambda _, rows: low.of(rows).is_not(None))


def _exercises(rows: Any) -> Select[*tuple[Any, ...]]:
    """As a phase wants them, in its order; all of the workout's where no phase has chosen."""
    exercise = WorkoutExerciseRow
    each = func.jsonb_array_elements(rows.exercise_selection)
    chosen = each.table_valued(column("value", JSONB), with_ordinality="place").render_derived("chosen")
    position, sets = (cast(chosen.c.value[place].astext, BigInteger) for place in (0, 1))
    return (
        select(
            exercise,
            func.coalesce(sets, _working_sets(exercise)).label("working_sets"),
            func.coalesce(chosen.c.place, exercise.position).label("place"),
        )
        .select_from(outerjoin(exercise, chosen, position == exercise.position))
        .where(
            exercise.workout_id == rows.workout_id,
            or_(rows.exercise_selection.is_(None), chosen.c.place.is_not(None)),
        )
    )


def _working_sets(exercise: type[WorkoutExerciseRow]) -> ColumnElement[int]:
    """As ``SetPrescription.counts_as_volume``."""
    each = func.jsonb_array_elements(exercise.sets).table_valued(column("value", JSONB))
    one = each.render_derived("one_set")
    kind = one.c.value[SET_FIELDS.index("kind")].astext
    counted = select(func.count()).select_from(one).where(kind != SetKind.WARM_UP.value)
    return counted.correlate(exercise).scalar_subquery()


def _interval(rows: Any) -> ColumnElement[Any]:
    """What is done once has none but the usual."""
    is_once = and_(rows.recurrence == "none", func.cardinality(rows.exceptions) == 0)
    return case((is_once, 1), else_=rows.recurrence_interval)


def _is_there(name: str) -> Rule:
    def rule(_: Any, rows: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = getattr(rows, name).is_not(None)
        return found

    return rule


_ROW = WorkoutAssignmentRow
_PROGRESSION: Mapping[str, Link] = {
    "kind": _ROW.progression,
    "rate": _ROW.rate_percent,
    "minimum_load": _ROW.minimum_load_au,
    "maximum_load": _ROW.maximum_load_au,
    "custom_percents": _ROW.custom_percents,
}
_THRESHOLDS: Mapping[str, Link] = {
    "heart_rate": Same(
        "HeartRateZone",
        {"low_bpm": _ROW.heart_rate_low, "high_bpm": _ROW.heart_rate_high},
        only_if=_is_there("heart_rate_low"),
    ),
    "power": Same(
        "PowerRange",
        {"low_watts": _ROW.power_low_watts, "high_watts": _ROW.power_high_watts},
        only_if=_is_there("power_low_watts"),
    ),
    "velocity": Same(
        "VelocityRange",
        {"low_mps": _ROW.velocity_low_mps, "high_mps": _ROW.velocity_high_mps},
        only_if=_is_there("velocity_low_mps"),
    ),
}
_RECURRENCE: Mapping[str, Link] = {
    "pattern": _ROW.recurrence,
    "interval": Worked(_interval),
    "days_of_week": _ROW.weekdays,
    "ends_on": _ROW.recurrence_ends_on,
    "exceptions": _ROW.exceptions,
}
_ORIGINAL_THRESHOLDS: Mapping[str, Link] = {
    "heart_rate": _original_range(
        "HeartRateZone", "heartRate", {"low_bpm": "heart_rate_low", "high_bpm": "heart_rate_high"}
    ),
    "power": _original_range(
        "PowerRange", "power", {"low_watts": "power_low_watts", "high_watts": "power_high_watts"}
    ),
    "velocity": _original_range(
        "VelocityRange", "velocity", {"low_mps": "velocity_low_mps", "high_mps": "velocity_high_mps"}
    ),
}
_ORIGINAL_RECURRENCE: Mapping[str, Link] = {
    **_RECURRENCE,
    "interval": _original(_interval, "frequency", "interval"),
    "days_of_week": Worked(_original_weekdays),
}

ASSIGNMENT_SHAPES: Mapping[str, Shape] = {
    "WorkoutAssignment": Shape(
        WorkoutAssignmentRow,
        {
            "load": Same("LoadProgression", {**_PROGRESSION, "base_load": _ROW.base_load_au}),
            "original_load": Same(
                "LoadProgression",
                {**_PROGRESSION, "base_load": _original(attrgetter("base_load_au"), "baseLoad")},
            ),
            "recurrence": Same("Recurrence", _RECURRENCE),
            "original_recurrence": Same("Recurrence", _ORIGINAL_RECURRENCE),
            "thresholds": Same("PerformanceThresholds", _THRESHOLDS),
            "original_thresholds": Same("PerformanceThresholds", _ORIGINAL_THRESHOLDS),
            "exercises": Found("AssignedExercise", _exercises, order=("place", "position")),
            "relief": Same(
                "LoadRelief",
                {"percent": _ROW.relief_percent, "until": _ROW.relief_until},
                only_if=lambda _, rows: rows.relief_percent != 0,
            ),
            "last_phase_adjustment": Worked(
                lambda rows: cast(rows.metadata_["lastPhaseAdjustment"].astext, Instant)
            ),
            "completions": Many(
                "TrainingCompletion",
                TrainingCompletionRow.assignment_id,
                (TrainingCompletionRow.occurrence_on,),
                narrowed={"range": Narrowed(due_in, (Date(), Date()), day_window, otherwise=due_lately)},
            ),
            "workout": One("Workout", _ROW.workout_id),
            "player": One("Player", _ROW.player_id, if_seen=True),
            "team": One("Team", _ROW.team_id, if_seen=True),
            "phase": One("SeasonPhase", Worked(_phase_id), if_seen=True, only_if=with_a_team_in_sight),
            "season_plan": One(
                "SeasonPlan", Worked(_season_of_phase), if_seen=True, only_if=with_a_team_in_sight
            ),
            "template": One("PhaseTemplate", _ROW.template_id, if_seen=True),
            "customizations": Same("AssignmentCustomizations"),
            "adjustments_in_force": IN_FORCE,
            "adjustments": Paged(
                "PhaseAdjustment", adjustments.NEWEST_FIRST, by=AssignmentAdjustmentRow.assignment_id
            ),
        },
        seen=assignments_visible_to,
    ),
    "AssignedExercise": Shape(
        WorkoutExerciseRow,
        {
            "working_sets": of_the_query("working_sets", BigInteger()),
            "prescription": Same("WorkoutPrescription"),
        },
    ),
    "AssignmentCustomizations": Shape(
        WorkoutAssignmentRow,
        {
            "load_multiplier": _ROW.custom_load_multiplier,
            "training_frequency": _ROW.custom_frequency,
            "intensity_adjustment": _ROW.custom_intensity_steps,
        },
    ),
    "TrainingCompletion": Shape(TrainingCompletionRow, {"actual_load": TrainingCompletionRow.actual_load_au}),
}
