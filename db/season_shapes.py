"""What seasons, templates and assignments are in SQL. See ``db/shapes.py``.

Apart from the others, because these tables are not asked where a planning service holds the seasons.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Text

from db import adjustments, phase_templates
from db.models.assignments import AssignmentAdjustmentRow, WorkoutAssignmentRow
from db.models.seasons import SeasonPhaseRow, SeasonPlanRow
from db.models.workouts import PhaseTemplateRow, TemplateWorkoutRow, WorkoutRow
from db.narrowing import Narrowed
from db.shapes import Many, One, Paged, Same, Shape
from db.visibility import assignments_visible_to, season_plans_visible_to, templates_visible_to

TEMPLATES = Paged(
    "PhaseTemplate",
    phase_templates.BY_NAME,
    if_seen=True,
    narrowed={"phase_type": Narrowed(phase_templates.is_for, (Text(),))},
)

SEASON_SHAPES: Mapping[str, Shape] = {
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
        },
        seen=season_plans_visible_to,
    ),
    "SeasonLoad": Shape(SeasonPlanRow, {"base_load": SeasonPlanRow.base_load_au}),
    "SeasonPhase": Shape(
        SeasonPhaseRow,
        {
            "own_load_multiplier": SeasonPhaseRow.load_multiplier,
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
        {"workouts": Many("TemplateWorkout", TemplateWorkoutRow.template_id, (TemplateWorkoutRow.ordinal,))},
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
    "Workout": Shape(WorkoutRow),
    "WorkoutAssignment": Shape(
        WorkoutAssignmentRow,
        {
            "workout": One("Workout", WorkoutAssignmentRow.workout_id),
            "player": One("Player", WorkoutAssignmentRow.player_id, if_seen=True),
            "team": One("Team", WorkoutAssignmentRow.team_id, if_seen=True),
            "template": One("PhaseTemplate", WorkoutAssignmentRow.template_id, if_seen=True),
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
            "load_multiplier": WorkoutAssignmentRow.custom_load_multiplier,
            "training_frequency": WorkoutAssignmentRow.custom_frequency,
            "intensity_adjustment": WorkoutAssignmentRow.custom_intensity_steps,
        },
    ),
    "PhaseAdjustment": Shape(
        AssignmentAdjustmentRow,
        {
            "type": AssignmentAdjustmentRow.type,
            "reason": AssignmentAdjustmentRow.reason,
            "adjusted_at": AssignmentAdjustmentRow.created_at,
            "adjusted_by": Same("Actor"),
            "assignment": One("WorkoutAssignment", AssignmentAdjustmentRow.assignment_id),
        },
        part_of=One("WorkoutAssignment", AssignmentAdjustmentRow.assignment_id),
    ),
    "Actor": Shape(
        AssignmentAdjustmentRow,
        {
            "name": AssignmentAdjustmentRow.actor_name,
            "player": One("Player", AssignmentAdjustmentRow.actor_id, if_seen=True),
        },
    ),
}
