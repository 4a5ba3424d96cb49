"""What seasons, templates and assignments are in SQL. See ``db/shapes.py``.

Apart from the others, because these tables are not asked where a planning service holds the seasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Double, Text, case, cast, func, null

from db import adjustments, phase_templates, workouts
from db.adjustment_shapes import ADJUSTMENT_SHAPES
from db.assignment_shapes import ASSIGNMENT_SHAPES
from db.models.assignments import AssignmentAdjustmentRow
from db.models.plans import SetPrescriptionRow
from db.models.seasons import SeasonPhaseRow, SeasonPlanRow
from db.models.workouts import PhaseTemplateRow, TemplateWorkoutRow, WorkoutExerciseRow, WorkoutRow
from db.narrowing import Narrowed
from db.shape_links import Element, Elements, Many, One, Paged, Same, Shape, Worked
from db.visibility import (
    season_plans_visible_to,
    templates_visible_to,
    workouts_visible_to,
)
from domain.phases import Intensity

_OBJECTIVE = {
    "type": Element("type", Text()),
    "priority": Element("priority", Text()),
    "target_improvement": Element("targetImprovement", Double()),
}
_SET = {
    name: Element(place, SetPrescriptionRow.__table__.columns[name].type)
    for place, name in enumerate(workouts.SET_FIELDS)
}


def _effective_load_multiplier(rows: Any) -> ColumnElement[float]:
    usual = case({each.value: each.load_multiplier for each in Intensity}, value=rows.intensity)
    return func.coalesce(rows.load_multiplier, cast(usual, Double))


OURS = Worked(lambda _: null())
"""How old it is that a planning service answered: what stands in our own tables has no age."""

TEMPLATES = Paged(
    "PhaseTemplate",
    phase_templates.BY_NAME,
    if_seen=True,
    narrowed={"phase_type": Narrowed(phase_templates.is_for, (Text(),))},
)

SEASON_SHAPES: Mapping[str, Shape] = {
    **ASSIGNMENT_SHAPES,
    **ADJUSTMENT_SHAPES,
    "SeasonPlan": Shape(
        SeasonPlanRow,
        {
            "load": Same("SeasonLoad"),
            "phases": Many(
                "SeasonPhase",
                SeasonPhaseRow.season_plan_id,
                (SeasonPhaseRow.starts_on, SeasonPhaseRow.id),
            ),
            "team": One("Team", SeasonPlanRow.team_id, if_seen=True),
            "freshness": OURS,
        },
        seen=season_plans_visible_to,
    ),
    "SeasonLoad": Shape(SeasonPlanRow, {"base_load": SeasonPlanRow.base_load_au}),
    "SeasonPhase": Shape(
        SeasonPhaseRow,
        {
            "load_multiplier": Worked(_effective_load_multiplier),
            "own_load_multiplier": SeasonPhaseRow.load_multiplier,
            "objectives": Elements("PhaseObjective", SeasonPhaseRow.objectives, _OBJECTIVE),
            "freshness": OURS,
            "game_days": SeasonPhaseRow.game_weekdays,
            "season_plan": One("SeasonPlan", SeasonPhaseRow.season_plan_id, if_seen=True),
            "adjustments": Paged(
                "PhaseAdjustment",
                adjustments.LATEST_FIRST,
                by=AssignmentAdjustmentRow.phase_id,
                if_seen=True,
            ),
        },
        part_of=One("SeasonPlan", SeasonPhaseRow.season_plan_id),
    ),
    "PhaseTemplate": Shape(
        PhaseTemplateRow,
        {
            "workouts": Many(
                "TemplateWorkout", TemplateWorkoutRow.template_id, (TemplateWorkoutRow.ordinal,)
            ),
            "is_own": Worked(lambda rows: rows.organization_id.is_not(None)),
            "freshness": OURS,
        },
        seen=templates_visible_to,
    ),
    "TemplateWorkout": Shape(
        TemplateWorkoutRow,
        {
            "workout": One("Workout", TemplateWorkoutRow.workout_id),
            "days_of_week": TemplateWorkoutRow.weekdays,
            "target": Same("TargetGroup"),
            "heart_rate_reserve_low": TemplateWorkoutRow.heart_rate_low_percent,
            "heart_rate_reserve_high": TemplateWorkoutRow.heart_rate_high_percent,
        },
    ),
    "TargetGroup": Shape(
        TemplateWorkoutRow,
        {"type": TemplateWorkoutRow.target_type, "name": TemplateWorkoutRow.target_name},
    ),
    "Workout": Shape(
        WorkoutRow,
        {
            "prescriptions": Many(
                "WorkoutPrescription", WorkoutExerciseRow.workout_id, (WorkoutExerciseRow.position,)
            )
        },
        seen=workouts_visible_to,
    ),
    "WorkoutPrescription": Shape(
        WorkoutExerciseRow,
        {
            "exercise": One("Exercise", WorkoutExerciseRow.exercise_id),
            "sets": Elements("SetPrescription", WorkoutExerciseRow.sets, _SET),
        },
    ),
}
