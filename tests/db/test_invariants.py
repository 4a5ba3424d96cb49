"""Every rule of the tables is the database's own: each is broken here once, past all of Python."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.compressions import save_compression
from db.database import Database
from db.exercises import save_exercises
from db.sessions import insert_log, sessions_by_plan
from domain.sessions import LoggedDuration, SetPrescription
from tests.db.broken_rules import refusal
from tests.db.compression_cases import a_cause, an_outcome
from tests.factories import (
    MONDAY,
    NOW,
    a_plan,
    a_prescription,
    a_session,
    an_exercise,
    committed,
    make_coach,
    make_organization,
    make_person,
    make_plan,
    make_team,
)

TABLES = (
    *("organizations", "people", "teams", "memberships", "exercises", "exercise_aliases", "plans"),
    *("microcycles", "sessions", "prescriptions", "set_prescriptions", "session_logs", "compressions"),
)
NEW, NOBODY = str(uuid4()), str(uuid4())
LONG = "x" * 201
ANOTHER_SESSION = "a session without a log"


# For each constraint, what to change in a copy of a valid row so that this is the rule it breaks.
BROKEN: dict[str, dict[str, Any]] = {
    # organizations
    "ck_organizations_name_length": {"name": ""},
    "pk_organizations": {},
    # people
    "ck_people_display_name_length": {"display_name": LONG},
    "ck_people_email": {"email": "Mia@Example.org"},
    "ck_people_role": {"role": "service"},
    "ck_people_time_zone": {"time_zone": "Europe/Oslo; DROP"},
    "fk_people_organization_id": {"id": NEW, "organization_id": NOBODY},
    "pk_people": {},
    "uq_people_organization_id_email": {"id": NEW},
    # teams
    "ck_teams_name_length": {"name": ""},
    "ck_teams_sport_length": {"sport": ""},
    "ck_teams_time_zone": {"time_zone": ""},
    "fk_teams_organization_id": {"id": NEW, "organization_id": NOBODY},
    "pk_teams": {},
    "uq_teams_organization_id_name": {"id": NEW},
    # memberships
    "ck_memberships_role": {"role": "captain"},
    "fk_memberships_organization_id_person_id": {"person_id": NOBODY},
    "fk_memberships_organization_id_team_id": {"team_id": NOBODY},
    "pk_memberships": {},
    # exercises
    "ck_exercises_name_length": {"name": ""},
    "ck_exercises_name_key_length": {"name_key": ""},
    "ck_exercises_primary_muscles": {"primary_muscles": ["wings"]},
    "ck_exercises_secondary_muscles": {"secondary_muscles": ["glutes", None]},
    "ck_exercises_muscles_once": {"primary_muscles": ["glutes"], "secondary_muscles": ["glutes"]},
    "ck_exercises_pattern": {"pattern": "Squat"},
    "ck_exercises_station": {"station": "Rack"},
    "ck_exercises_equipment": {"equipment": ["barbell", None]},
    "ck_exercises_intent": {"intent": "core"},
    "fk_exercises_organization_id": {"id": NEW, "organization_id": NOBODY},
    "pk_exercises": {},
    "uq_exercises_organization_id_name_key": {"id": NEW},
    # exercise_aliases
    "ck_exercise_aliases_alias_length": {"alias": ""},
    "ck_exercise_aliases_ordinal": {"ordinal": 0},
    "fk_exercise_aliases_exercise_id": {"exercise_id": NOBODY},
    "pk_exercise_aliases": {},
    "uq_exercise_aliases_exercise_id_alias": {"ordinal": 99},
    # plans
    "ck_plans_title_length": {"title": LONG},
    "ck_plans_goal_length": {"goal": ""},
    "ck_plans_notes_length": {"notes": ""},
    "ck_plans_version": {"version": 0},
    "fk_plans_organization_id_owner_id": {"id": NEW, "owner_id": NOBODY},
    "pk_plans": {},
    # microcycles
    "ck_microcycles_ordinal": {"ordinal": 0},
    "ck_microcycles_title_length": {"title": ""},
    "fk_microcycles_plan_id": {"id": NEW, "plan_id": NOBODY},
    "pk_microcycles": {},
    "uq_microcycles_plan_id_ordinal": {"id": NEW},
    # sessions
    "ck_sessions_ordinal": {"ordinal": 0},
    "ck_sessions_title_length": {"title": ""},
    "ck_sessions_planned_minutes": {"planned_minutes": 601},
    "ck_sessions_actual_minutes": {"actual_minutes": 0},
    "ck_sessions_actual_when_completed": {"completed_at": None},
    "ck_sessions_version": {"version": 0},
    "ck_sessions_time_crunch_minutes": {"time_crunch_minutes": 9},
    "ck_sessions_time_crunch_all_or_none": {"compression_summary": None},
    "ck_sessions_time_crunch_objects": {"compression_diff": ["a list"]},
    "fk_sessions_plan_id_microcycle_id": {"id": NEW, "microcycle_id": NOBODY},
    "pk_sessions": {},
    "uq_sessions_microcycle_id_ordinal": {"id": NEW},
    # prescriptions
    "ck_prescriptions_position": {"position": 0},
    "ck_prescriptions_role": {"role": "main"},
    "ck_prescriptions_intent": {"intent": "speed"},
    "ck_prescriptions_tempo": {"tempo": "3-1-1"},
    "ck_prescriptions_rest_seconds_min": {"rest_seconds_min": -1},
    "ck_prescriptions_rest_seconds_max": {"rest_seconds_max": 3601},
    "ck_prescriptions_rest_range": {"rest_seconds_min": 91, "rest_seconds_max": 90},
    "ck_prescriptions_group_key_length": {"group_key": ""},
    "ck_prescriptions_weight": {"weight": 0.05},
    "ck_prescriptions_notes_length": {"notes": ""},
    "fk_prescriptions_exercise_id": {"id": NEW, "position": 99, "exercise_id": NOBODY},
    "fk_prescriptions_session_id": {"id": NEW, "session_id": NOBODY},
    "pk_prescriptions": {},
    "uq_prescriptions_session_id_position": {"id": NEW},
    # set_prescriptions
    "ck_set_prescriptions_ordinal": {"ordinal": 0},
    "ck_set_prescriptions_kind": {"kind": "drop"},
    "ck_set_prescriptions_reps_or_hold": {"hold_seconds": 30},
    "ck_set_prescriptions_reps_both": {"reps_max": None},
    "ck_set_prescriptions_reps_range": {"reps_min": 9, "reps_max": 8},
    "ck_set_prescriptions_hold_seconds": {"reps_min": None, "reps_max": None, "hold_seconds": 0},
    "ck_set_prescriptions_load_kg": {"load_kg": "NaN"},
    "ck_set_prescriptions_percent_one_rep_max": {"percent_one_rep_max": 0},
    "ck_set_prescriptions_rpe": {"rpe": 10.5},
    "ck_set_prescriptions_reps_in_reserve": {"reps_in_reserve": -1},
    "fk_set_prescriptions_prescription_id": {"prescription_id": NOBODY},
    "pk_set_prescriptions": {},
    # session_logs
    "ck_session_logs_actual_minutes": {"actual_minutes": 601},
    "ck_session_logs_session_rpe": {"session_rpe": 11},
    "ck_session_logs_modelled_seconds": {"modelled_seconds": 0},
    "fk_session_logs_athlete_id": {"athlete_id": NOBODY, "session_id": ANOTHER_SESSION},
    "fk_session_logs_session_id": {"session_id": NOBODY},
    "pk_session_logs": {},
    # compressions
    "ck_compressions_session_version": {"session_version": 1},
    "ck_compressions_action": {"action": "undone"},
    "ck_compressions_source": {"source": "CTA"},
    "ck_compressions_reason_length": {"reason": "x" * 241},
    "ck_compressions_target_minutes": {"target_minutes": 181},
    "ck_compressions_achieved_minutes": {"achieved_minutes": 0},
    "ck_compressions_model_version_length": {"model_version": ""},
    "ck_compressions_compressed_is_whole": {"diff": None},
    "ck_compressions_objects": {"plan": ["a list"]},
    "ck_compressions_actor_name_length": {"actor_name": ""},
    "fk_compressions_actor_id": {"id": NEW, "session_version": 99, "actor_id": NOBODY},
    "fk_compressions_organization_id": {"id": NEW, "session_version": 99, "organization_id": NOBODY},
    "fk_compressions_session_id": {"id": NEW, "session_id": NOBODY},
    "pk_compressions": {},
    "uq_compressions_session_id_session_version": {"id": NEW},
}
# They only let a composite foreign key point at two columns, one of which is the primary key.
IMPLIED = {"uq_people_organization_id_id", "uq_teams_organization_id_id", "uq_microcycles_plan_id_id"}


@pytest.fixture
async def world(db: Database) -> Database:
    """At least one row in every table, every column of it filled."""
    organization = await make_organization(db)
    athlete = await make_person(db, organization, email="mia@example.org")
    await make_team(db, organization, players=[athlete], coaches=[await make_coach(db, organization)])
    exercise = an_exercise()
    await committed(db, lambda one: save_exercises(one, [an_exercise()], organization.id))
    full = replace(
        a_prescription(exercise),
        sets=(SetPrescription(1, reps_min=5, reps_max=8, load_kg=60, rpe=8, reps_in_reserve=2),),
        tempo="3-1-1-0",
        rest_seconds_min=60,
        rest_seconds_max=90,
        group_key="A",
        notes="Slowly",
    )
    draft = a_plan([a_session(full), a_session(full)])
    week = replace(draft.weeks[0], title="First week")
    plan = await make_plan(db, athlete, replace(draft, weeks=(week,), notes="Notes"), starts_on=MONDAY)
    async with db.read() as read:
        session = (await sessions_by_plan(read, [plan.id]))[plan.id][0]
    log = LoggedDuration(session.id, athlete.id, 60, 3000.0, NOW)
    logged = await committed(db, lambda one: insert_log(one, log, session_rpe=7))
    await committed(db, lambda one: save_compression(one, logged, an_outcome(), a_cause(athlete)))
    return db


async def test_every_constraint_of_the_tables_is_broken_below(world: Database) -> None:
    async with world.read() as read:
        found = await read.scalars(
            text(
                "SELECT conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
                " WHERE relname = ANY(:tables) AND contype IN ('c', 'f', 'p', 'u')"
            ),
            {"tables": list(TABLES)},
        )
    assert set(found) == BROKEN.keys() | IMPLIED


@pytest.mark.parametrize("table", TABLES)
async def test_the_database_itself_refuses_what_breaks_a_rule_of(world: Database, table: str) -> None:
    rules = {each: change for each, change in BROKEN.items() if _table_of(each) == table}

    refused_by = {rule: await _refusal(world, table, change) for rule, change in rules.items()}

    assert rules
    assert refused_by == {rule: rule for rule in rules}


@pytest.mark.parametrize(
    ("change", "refused_by"),
    [
        ("is_time_crunch_active = false", "ck_sessions_time_crunch_all_or_none"),
        ("time_crunch_minutes = NULL", "ck_sessions_time_crunch_all_or_none"),
        ("time_crunch_applied_at = NULL", "ck_sessions_time_crunch_all_or_none"),
        ("compressed_plan = NULL", "ck_sessions_time_crunch_all_or_none"),
        ("compression_diff = NULL", "ck_sessions_time_crunch_all_or_none"),
        ("compressed_plan = 'null'", "ck_sessions_time_crunch_objects"),
        ("compression_summary = '[]'", "ck_sessions_time_crunch_objects"),
    ],
)
async def test_the_six_fields_of_a_compression_are_all_set_or_none(
    world: Database, change: str, refused_by: str
) -> None:
    with pytest.raises(IntegrityError, match=refused_by):
        await _execute(world, f"UPDATE sessions SET {change} WHERE is_time_crunch_active")  # noqa: S608


async def test_a_plan_cannot_be_given_to_somebody_of_another_organization(world: Database) -> None:
    stranger = await make_person(world, await make_organization(world))

    with pytest.raises(IntegrityError, match="fk_plans_organization_id_owner_id"):
        await _execute(world, "UPDATE plans SET owner_id = :id", id=stranger.id)


async def test_nobody_joins_a_team_of_another_organization(world: Database) -> None:
    stranger = await make_person(world, await make_organization(world))

    with pytest.raises(IntegrityError, match="fk_memberships_organization_id_person_id"):
        await _execute(world, "UPDATE memberships SET person_id = :id WHERE role = 'player'", id=stranger.id)


async def test_a_session_cannot_move_to_a_microcycle_of_another_plan(world: Database) -> None:
    owner = await make_person(world, await make_organization(world))
    other = await make_plan(world, owner)

    with pytest.raises(IntegrityError, match="fk_sessions_plan_id_microcycle_id"):
        await _execute(
            world,
            "UPDATE sessions SET ordinal = 9, microcycle_id ="
            " (SELECT id FROM microcycles WHERE plan_id = :id AND ordinal = 1)"
            " WHERE plan_id <> :id AND ordinal = 1",
            id=other.id,
        )


async def test_an_exercise_that_is_prescribed_cannot_be_deleted(world: Database) -> None:
    with pytest.raises(IntegrityError, match="fk_prescriptions_exercise_id"):
        await _execute(world, "DELETE FROM exercises")


async def test_an_organization_is_emptied_before_it_is_deleted(world: Database) -> None:
    with pytest.raises(IntegrityError, match="organization_id"):
        await _execute(world, "DELETE FROM organizations")


async def test_two_exercises_of_a_session_may_change_places_in_one_transaction(db: Database) -> None:
    first, second = an_exercise("First"), an_exercise("Second")
    plan = await make_plan(
        db,
        await make_person(db, await make_organization(db)),
        a_plan([a_session(a_prescription(first), a_prescription(second))]),
    )

    await _execute(db, "UPDATE prescriptions SET position = 3 - position", "SET CONSTRAINTS ALL IMMEDIATE")

    async with db.read() as read:
        names = await read.scalars(
            text(
                "SELECT e.name FROM prescriptions p JOIN exercises e ON e.id = p.exercise_id"
                " JOIN sessions s ON s.id = p.session_id WHERE s.plan_id = :plan ORDER BY p.position"
            ),
            {"plan": plan.id},
        )
    assert names.all() == ["Second", "First"]


@pytest.mark.parametrize("statement", ["SELECT chr(0)", "SELECT '\"\\u0000\"'::jsonb"])
async def test_no_text_and_no_document_can_hold_a_nul(db: Database, statement: str) -> None:
    with pytest.raises(DBAPIError):
        await _execute(db, statement)


def _table_of(constraint: str) -> str:
    return next(each for each in sorted(TABLES, key=len)[::-1] if f"_{each}_" in f"{constraint}_")


async def _refusal(db: Database, table: str, change: dict[str, Any]) -> str:
    columns = dict(change)
    if columns.get("session_id") == ANOTHER_SESSION:
        columns["session_id"] = await _session_without_log(db)
    return await refusal(db, table, columns, filled=_FILLED.get(table, "true"))


async def _session_without_log(db: Database) -> str:
    async with db.read() as read:
        return str(await read.scalar(text("SELECT id FROM sessions WHERE completed_at IS NULL")))


# Where not every row has all that a case needs.
_FILLED = {
    "people": "sample.email IS NOT NULL",
    "exercises": "sample.organization_id IS NOT NULL",
    "sessions": "sample.is_time_crunch_active",
}


async def _execute(db: Database, *statements: str, **values: object) -> None:
    async def run(db_session: AsyncSession) -> None:
        for statement in statements:
            await db_session.execute(text(statement), values)

    await committed(db, run)
