"""What seasons, templates and assignments are in SQL. See ``db/shapes.py``.

Apart from the others, because these tables are not asked where a planning service holds the seasons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Double,
    Numeric,
    Text,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
)

from db import adjustments, phase_templates, workouts
from db.adjustment_shapes import ADJUSTMENT_SHAPES
from db.assignment_shapes import ASSIGNMENT_SHAPES
from db.models.assignments import AssignmentAdjustmentRow
from db.models.plans import SetPrescriptionRow
from db.models.seasons import SeasonPhaseRow, SeasonPlanRow
from db.models.workouts import PhaseTemplateRow, TemplateWorkoutRow, WorkoutExerciseRow, WorkoutRow
from db.narrowing import Narrowed
from db.season_week_shapes import SEASON_WEEK_SHAPES, WEEKS, effective_load_multiplier
from db.shape_links import Element, Elements, Link, Many, One, Paged, Same, Shape, Worked
from db.visibility import (
    season_plans_visible_to,
    templates_visible_to,
    workouts_visible_to,
)
from domain.load_progression import LoadProgression

_OBJECTIVE = {
    "type": Element("type", Text()),
    "priority": Element("priority", Text()),
    "target_improvement": Element("targetImprovement", Double()),
}
_SET = {
    name: Element(place, SetPrescriptionRow.__table__.columns[name].type)
    for place, name in enumerate(workouts.SET_FIELDS)
}


def _sessions_a_week(rows: Any) -> ColumnElement[int]:
    """As ``PhaseTemplate.sessions_a_week``."""
    placed = TemplateWorkoutRow
    week = func.generate_series(1, rows.weeks).table_valued("number").render_derived("week")
    in_week = (
        select(func.sum(func.cardinality(placed.weekdays)))
        .where(placed.template_id == rows.id, week.c.number.between(placed.first_week, placed.last_week))
        .correlate(week, rows)
    )
    most = select(func.coalesce(func.max(in_week.scalar_subquery()), 0)).select_from(week)
    return most.correlate(rows).scalar_subquery()


def _planned_load(workout: Any) -> ColumnElement[int]:
    """As ``Workout.load_au``: of the number as it is written, and half away from zero."""
    rpe = cast(cast(workout.session_rpe, Text), Numeric)
    return cast(func.round(rpe * workout.planned_minutes), BigInteger)


def _load_of_workout(rows: Any) -> ColumnElement[int]:
    found = select(_planned_load(WorkoutRow)).where(WorkoutRow.id == rows.workout_id)
    return found.correlate(rows).scalar_subquery()


OURS = Worked(lambda _: null())
"""How old it is that a planning service answered: what stands in our own tables has no age."""

_UNBOUNDED = LoadProgression(0)
_LOAD: Mapping[str, Link] = {
    "kind": TemplateWorkoutRow.progression,
    "base_load": Worked(_load_of_workout),
    "rate": TemplateWorkoutRow.rate_percent,
    "minimum_load": Worked(lambda _: literal(_UNBOUNDED.minimum_au)),
    "maximum_load": Worked(lambda _: literal(_UNBOUNDED.maximum_au)),
    "custom_percents": Worked(lambda _: literal_column("'{}'::float8[]", ARRAY(Double))),
}

TEMPLATES = Paged(
    "PhaseTemplate",
    phase_templates.BY_NAME,
    if_seen=True,
    narrowed={"phase_type": Narrowed(phase_templates.is_for, (Text(),))},
)

SEASON_SHAPES: Mapping[str, Shape] = {
    **ASSIGNMENT_SHAPES,
    **ADJUSTMENT_SHAPES,
    **SEASON_WEEK_SHAPES,
    "SeasonPlan": Shape(
        SeasonPlanRow,
        {
            "load": Same("SeasonLoad"),
            "phases": Many(
                "SeasonPhase",
                SeasonPhaseRow.season_plan_id,
                (SeasonPhaseRow.starts_on, SeasonPhaseRow.id),
            ),
            "weeks": WEEKS,
            "team": One("Team", SeasonPlanRow.team_id, if_seen=True),
            "freshness": OURS,
        },
        seen=season_plans_visible_to,
    ),
    "SeasonLoad": Shape(SeasonPlanRow, {"base_load": SeasonPlanRow.base_load_au}),
    "SeasonPhase": Shape(
        SeasonPhaseRow,
        {
            "load_multiplier": Worked(effective_load_multiplier),
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
            "sessions_a_week": Worked(_sessions_a_week),
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
            "load": Same("LoadProgression", _LOAD),
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
            "planned_load": Worked(_planned_load),
            "prescriptions": Many(
                "WorkoutPrescription", WorkoutExerciseRow.workout_id, (WorkoutExerciseRow.position,)
            ),
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
