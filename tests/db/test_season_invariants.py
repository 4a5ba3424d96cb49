"""Every rule of the season's tables is the database's own: each is broken here once, past all of Python."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from db.adjustments import save_adjustments
from db.athletes import insert_restriction, save_physiology
from db.completions import insert_completion
from db.database import Database
from db.phase_templates import insert_phase_templates
from db.player_groups import change_group
from domain.adjustments import adjust
from domain.assignments import AssignmentType, Completion
from domain.exercises import MovementPattern
from domain.phase_templates import PhaseTemplate, TargetGroup, TemplateWorkout
from domain.phases import Objective, ObjectiveType, PhaseType, Priority
from domain.physiology import MedicalRestriction, Physiology, RestrictionKind
from domain.planning import metadata_of
from domain.seasons import SeasonLoad
from tests.db.broken_rules import refusal
from tests.db.test_assignments import everything
from tests.domain.season_cases import COACH, MONDAY, a_phase, an_assignment
from tests.factories import NOW, committed, make_plan
from tests.season_factories import make_assignments, make_club, make_season

TABLES = (
    *("season_plans", "season_phases", "player_groups", "player_physiology", "medical_restrictions"),
    *("workouts", "workout_exercises", "phase_templates", "template_workouts", "workout_assignments"),
    *("assignment_adjustments", "training_completions"),
)
NEW, NOBODY, LONG = str(uuid4()), str(uuid4()), "x" * 201
BEFORE, AFTER = str(MONDAY - timedelta(days=1)), str(MONDAY + timedelta(days=900))
METADATA = metadata_of(adjust(an_assignment(), a_phase(), now=NOW, by=COACH).assignment.planning)
# For each constraint, what to change in a copy of a valid row so that this is the rule it breaks.
BROKEN: dict[str, dict[str, Any]] = {
    # season_plans
    "ck_season_plans_base_load_au": {"base_load_au": -1},
    "ck_season_plans_dates": {"starts_on": "1999-12-31", "ends_on": "2000-01-31"},
    "ck_season_plans_length": {"ends_on": AFTER},
    "ck_season_plans_name_length": {"name": ""},
    "ck_season_plans_peak_week": {"peak_week": 0},
    "ck_season_plans_recovery_weeks": {"recovery_weeks": [0]},
    "ck_season_plans_status": {"status": "running"},
    "ck_season_plans_taper_weeks": {"taper_weeks": [4, 80]},
    "ck_season_plans_version": {"version": 0},
    "fk_season_plans_organization_id_team_id": {"id": NEW, "status": "draft", "team_id": NOBODY},
    "pk_season_plans": {},
    # season_phases
    "ck_season_phases_dates": {"starts_on": str(MONDAY + timedelta(days=9)), "ends_on": str(MONDAY)},
    "ck_season_phases_focus_areas": {"focus_areas": ["strength", "Speed!"]},
    "ck_season_phases_game_frequency": {"game_frequency": "NaN"},
    "ck_season_phases_game_weekdays": {"game_weekdays": [7]},
    "ck_season_phases_inside_the_season": {"starts_on": BEFORE},
    "ck_season_phases_intensity": {"intensity": "hard"},
    "ck_season_phases_load_multiplier": {"load_multiplier": 5.1},
    "ck_season_phases_name_length": {"name": LONG},
    "ck_season_phases_objectives": {"objectives": {}},
    "ck_season_phases_objectives_known": {
        "objectives": [{"type": "strength", "priority": "urgent", "targetImprovement": 5}]
    },
    "ck_season_phases_recovery_ratio": {"recovery_ratio": 1.1},
    "ck_season_phases_training_frequency": {"training_frequency": 0},
    "ck_season_phases_type": {"type": "spring"},
    "fk_season_phases_season": {"id": NEW, "season_number": 999_999},
    "pk_season_phases": {},
    "ex_season_phases_overlap": {"id": NEW},
    # player_groups
    "ck_player_groups_name_length": {"name": ""},
    "ck_player_groups_role": {"role": "coach"},
    "ck_player_groups_type": {"type": "team"},
    "fk_player_groups_membership": {"person_id": NOBODY},
    "pk_player_groups": {},
    # player_physiology
    "ck_player_physiology_maximum_bpm": {"maximum_bpm": 231},
    "ck_player_physiology_reserve": {"resting_bpm": 110, "maximum_bpm": 139},
    "ck_player_physiology_resting_bpm": {"resting_bpm": 24},
    "ck_player_physiology_weekly_load_limit_au": {"weekly_load_limit_au": 0},
    "fk_player_physiology_organization_id_person_id": {"person_id": NOBODY},
    "pk_player_physiology": {},
    # medical_restrictions
    "ck_medical_restrictions_avoided_patterns": {"avoided_patterns": ["jump", None]},
    "ck_medical_restrictions_dates": {"ends_on": BEFORE},
    "ck_medical_restrictions_kind": {"kind": "ill", "avoided_patterns": []},
    "ck_medical_restrictions_limited_in_something": {"avoided_patterns": []},
    "fk_medical_restrictions_organization_id_player_id": {"id": NEW, "player_id": NOBODY},
    "pk_medical_restrictions": {},
    # workouts
    "ck_workouts_notes_length": {"notes": ""},
    "ck_workouts_planned_minutes": {"planned_minutes": 0},
    "ck_workouts_session_rpe": {"session_rpe": 10.5},
    "ck_workouts_title_length": {"title": ""},
    "fk_workouts_organization_id": {"id": NEW, "session_id": None, "organization_id": NOBODY},
    "fk_workouts_session_id": {"id": NEW, "session_id": NOBODY},
    "pk_workouts": {},
    "uq_workouts_session_id": {"id": NEW},
    # workout_exercises
    "ck_workout_exercises_group_key_length": {"group_key": ""},
    "ck_workout_exercises_intent": {"intent": "speed"},
    "ck_workout_exercises_notes_length": {"notes": ""},
    "ck_workout_exercises_position": {"position": 61},
    "ck_workout_exercises_rest": {"rest_seconds_min": 121, "rest_seconds_max": 120},
    "ck_workout_exercises_role": {"role": "main"},
    "ck_workout_exercises_set_kinds": {"sets": [[1, "main"]]},
    "ck_workout_exercises_sets": {"sets": []},
    "ck_workout_exercises_tempo": {"tempo": "slow"},
    "ck_workout_exercises_weight": {"weight": 0},
    "fk_workout_exercises_exercise_id": {"position": 9, "exercise_id": NOBODY},
    "fk_workout_exercises_workout_id": {"workout_id": NOBODY},
    "pk_workout_exercises": {},
    # phase_templates
    "ck_phase_templates_description_length": {"description": ""},
    "ck_phase_templates_name_length": {"name": ""},
    "ck_phase_templates_phase_type": {"phase_type": "spring"},
    "ck_phase_templates_version": {"version": 0},
    "ck_phase_templates_weeks": {"weeks": 27},
    "fk_phase_templates_organization_id": {"id": NEW, "organization_id": NOBODY},
    "pk_phase_templates": {},
    "uq_phase_templates_organization_id_name": {"id": NEW},
    # template_workouts
    "ck_template_workouts_heart_rate": {"heart_rate_low_percent": 29},
    "ck_template_workouts_heart_rate_both": {"heart_rate_low_percent": None},
    "ck_template_workouts_ordinal": {"ordinal": 0},
    "ck_template_workouts_progression": {"progression": "custom"},
    "ck_template_workouts_rate_percent": {"rate_percent": 51},
    "ck_template_workouts_target_name": {"target_type": "team"},
    "ck_template_workouts_target_name_length": {"target_name": ""},
    "ck_template_workouts_target_type": {"target_type": "individual"},
    "ck_template_workouts_weekdays": {"weekdays": []},
    "ck_template_workouts_weeks": {"first_week": 3, "last_week": 2},
    "fk_template_workouts_template_id": {"template_id": NOBODY},
    "fk_template_workouts_workout_id": {"ordinal": 9, "workout_id": NOBODY},
    "pk_template_workouts": {},
    # workout_assignments
    "ck_workout_assignments_completed_at": {"status": "completed", "completed_at": None},
    "ck_workout_assignments_custom_frequency": {"custom_frequency": 8},
    "ck_workout_assignments_custom_intensity_steps": {"custom_intensity_steps": 3},
    "ck_workout_assignments_custom_load_multiplier": {"custom_load_multiplier": "NaN"},
    "ck_workout_assignments_custom_percent": {"custom_percents": [501]},
    "ck_workout_assignments_custom_percents": {"custom_percents": []},
    "ck_workout_assignments_effective_from": {"effective_from": AFTER},
    "ck_workout_assignments_exceptions": {"exceptions": [None]},
    "ck_workout_assignments_exercise_selection": {"exercise_selection": {}},
    "ck_workout_assignments_expires_on": {"expires_on": BEFORE},
    "ck_workout_assignments_group_name": {"group_name": None},
    "ck_workout_assignments_group_name_length": {"group_name": ""},
    "ck_workout_assignments_heart_rate": {"heart_rate_high": 231},
    "ck_workout_assignments_heart_rate_both": {"heart_rate_high": None},
    "ck_workout_assignments_load": {"base_load_au": 901},
    "ck_workout_assignments_metadata_adjustments": {"metadata": METADATA | {"phaseAdjustments": [{}] * 5}},
    "ck_workout_assignments_metadata_all_or_none": {"metadata": METADATA | {"originalPlanningData": None}},
    "ck_workout_assignments_metadata_ids": {"metadata": METADATA | {"seasonPlanId": "2026-27"}},
    "ck_workout_assignments_metadata_keys": {"metadata": METADATA | {"note": "mine"}},
    "ck_workout_assignments_metadata_last_adjustment": {
        "metadata": METADATA | {"lastPhaseAdjustment": "2026-11-20T12:00:00Z"}
    },
    "ck_workout_assignments_power": {"power_low_watts": 300},
    "ck_workout_assignments_power_both": {"power_low_watts": None},
    "ck_workout_assignments_progression": {"progression": "endless", "custom_percents": []},
    "ck_workout_assignments_rate_percent": {"rate_percent": 51},
    "ck_workout_assignments_recurrence": {"recurrence": "yearly", "weekdays": []},
    "ck_workout_assignments_recurrence_ends_on": {"recurrence_ends_on": BEFORE},
    "ck_workout_assignments_recurrence_ends_when": {"recurrence": "none", "weekdays": []},
    "ck_workout_assignments_recurrence_interval": {"recurrence_interval": 0},
    "ck_workout_assignments_relief_percent": {"relief_percent": 101},
    "ck_workout_assignments_relief_until": {"relief_percent": 0},
    "ck_workout_assignments_status": {"status": "done"},
    "ck_workout_assignments_type": {"type": "club"},
    "ck_workout_assignments_velocity": {"velocity_high_mps": "NaN"},
    "ck_workout_assignments_velocity_both": {"velocity_high_mps": None},
    "ck_workout_assignments_version": {"version": 0},
    "ck_workout_assignments_weekdays": {"weekdays": [7]},
    "ck_workout_assignments_weekdays_when": {"recurrence": "daily"},
    "fk_workout_assignments_organization_id_player_id": {"id": NEW, "player_id": NOBODY},
    "fk_workout_assignments_organization_id_team_id": {"id": NEW, "team_id": NOBODY},
    "fk_workout_assignments_template_id": {"id": NEW, "template_id": NOBODY},
    "fk_workout_assignments_workout_id": {"id": NEW, "workout_id": NOBODY},
    "pk_workout_assignments": {},
    # assignment_adjustments
    "ck_assignment_adjustments_actor_name_length": {"actor_name": ""},
    "ck_assignment_adjustments_assignment_version": {"assignment_version": 1},
    "ck_assignment_adjustments_reason_length": {"reason": ""},
    "ck_assignment_adjustments_type": {"type": "mood"},
    "fk_assignment_adjustments_actor_id": {"id": NEW, "assignment_version": 9, "actor_id": NOBODY},
    "fk_assignment_adjustments_assignment_id": {"id": NEW, "assignment_id": NOBODY},
    "pk_assignment_adjustments": {},
    "uq_assignment_adjustments_assignment_id_assignment_version_type": {"id": NEW},
    # training_completions
    "ck_training_completions_actual_load_au": {"actual_load_au": -1},
    "ck_training_completions_completion_rate": {"completion_rate": 101},
    "ck_training_completions_performance": {"performance": ["Good"]},
    "fk_training_completions_assignment_id_player_id": {"occurrence_on": AFTER, "player_id": NOBODY},
    "pk_training_completions": {},
}
# They only let a composite foreign key point at columns of which one is the primary key; and the database
# gives a season its number, whatever is asked for.
IMPLIED = {
    "uq_season_plans_id_number_starts_on_ends_on",
    "uq_season_plans_number",
    "uq_workout_assignments_id_player_id",
}
FILLED = {
    "workouts": "sample.session_id IS NOT NULL",
    "template_workouts": "sample.target_name IS NOT NULL",
    "workout_exercises": "sample.tempo IS NOT NULL",
}


@pytest.fixture
async def world(db: Database) -> Database:
    """At least one row in every table, every column of it filled."""
    club = await make_club(db)
    anna = club.players[0]
    phase = a_phase(
        load_multiplier=1.2,
        focus_areas=("strength",),
        game_weekdays=(5,),
        objectives=(Objective(ObjectiveType.SPEED, Priority.HIGH, 2.0),),
    )
    plan = await make_season(db, club.season(phase, load=SeasonLoad(2000, 5, (6,), (3,))))
    group = TargetGroup(AssignmentType.LINE, "First line")
    placed = TemplateWorkout(replace(club.workout, id=uuid4()), 1, 2, (0,), group, NOW.time(), (60, 70))
    template = PhaseTemplate(
        uuid4(), club.organization.id, "Base", PhaseType.PRESEASON, 4, (placed,), 1, NOW, NOW, "Four weeks"
    )
    assignment = replace(everything(club), template_id=template.id)
    adjusted = adjust(assignment, plan.phases[0], now=NOW, by=club.by)
    limited = MedicalRestriction(
        uuid4(), anna.id, RestrictionKind.LIMITED, MONDAY, MONDAY, (MovementPattern.JUMP,)
    )
    completion = Completion(assignment.id, MONDAY, anna.id, NOW, 400.0, 100.0, {"notes": "Good"})

    async def fill(db_session: Any) -> None:
        await change_group(db_session, club.team.id, group, joining=[anna.id])
        await save_physiology(db_session, club.organization.id, Physiology(anna.id, 50, 190, 3000), NOW)
        await insert_restriction(db_session, club.organization.id, limited, NOW)
        await insert_phase_templates(db_session, [template])

    await committed(db, fill)
    await make_assignments(db, assignment)
    await committed(db, lambda one: save_adjustments(one, [adjusted], NOW))
    await committed(db, lambda one: insert_completion(one, completion, NOW))
    await make_plan(db, anna)
    await committed(
        db,
        lambda one: one.execute(
            text(
                "UPDATE workouts SET session_id = (SELECT min(id::text)::uuid FROM sessions) WHERE id = :id"
            ),
            {"id": club.workout.id},
        ),
    )
    return db


async def test_every_constraint_of_the_tables_is_broken_below(world: Database) -> None:
    async with world.read() as read:
        found = await read.scalars(
            text(
                "SELECT conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
                " WHERE relname = ANY(:tables) AND contype IN ('c', 'f', 'p', 'u', 'x')"
            ),
            {"tables": list(TABLES)},
        )
    assert set(found) == BROKEN.keys() | IMPLIED


@pytest.mark.parametrize("table", TABLES)
async def test_the_database_itself_refuses_what_breaks_a_rule_of(world: Database, table: str) -> None:
    rules = {each: change for each, change in BROKEN.items() if _table_of(each) == table}

    refused_by = {
        rule: await refusal(world, table, change, filled=FILLED.get(table, "true"))
        for rule, change in rules.items()
    }

    assert rules
    assert refused_by == {rule: rule for rule in rules}


def _table_of(constraint: str) -> str:
    return next(each for each in sorted(TABLES, key=len)[::-1] if f"_{each}_" in f"{constraint}_")
