"""What workout assignments are in SQL: now, and before any phase. See ``db/shapes.py``.

A phase's doing stands in ``metadata``: where it holds an original, that is what was planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Uuid, and_, case, cast, func, select

from db import adjustments
from db.base import Instant
from db.completions import due_in, due_lately
from db.models.assignments import AssignmentAdjustmentRow, TrainingCompletionRow, WorkoutAssignmentRow
from db.models.seasons import SeasonPhaseRow
from db.narrowing import Narrowed, day_window
from db.shape_links import Link, Many, One, Paged, Rule, Same, Shape, Worked
from db.visibility import assignments_visible_to, with_a_team_in_sight


def _phase_id(rows: Any) -> ColumnElement[Any]:
    return cast(rows.metadata_["planningPhaseId"].astext, Uuid)


def _season_of_phase(rows: Any) -> ColumnElement[Any]:
    return (
        select(SeasonPhaseRow.season_plan_id)
        .where(SeasonPhaseRow.id == _phase_id(rows))
        .correlate(rows)
        .scalar_subquery()
    )


def _original_base_load(rows: Any) -> ColumnElement[Any]:
    before = rows.metadata_["originalPlanningData"]["baseLoad"].astext
    return func.coalesce(cast(before, BigInteger), rows.base_load_au)


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

ASSIGNMENT_SHAPES: Mapping[str, Shape] = {
    "WorkoutAssignment": Shape(
        WorkoutAssignmentRow,
        {
            "load": Same("LoadProgression", {**_PROGRESSION, "base_load": _ROW.base_load_au}),
            "original_load": Same(
                "LoadProgression", {**_PROGRESSION, "base_load": Worked(_original_base_load)}
            ),
            "recurrence": Same("Recurrence", _RECURRENCE),
            "thresholds": Same("PerformanceThresholds", _THRESHOLDS),
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
            "adjustments": Paged(
                "PhaseAdjustment", adjustments.NEWEST_FIRST, by=AssignmentAdjustmentRow.assignment_id
            ),
        },
        seen=assignments_visible_to,
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
