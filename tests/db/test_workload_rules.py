"""Every rule of the tables of workload is the database's: each is broken here once, past all of Python."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Database
from db.training_log import insert_entries, replace_entry
from db.wellness import insert_reports, insert_rest_reports, replace_report
from tests.db.broken_rules import refusal
from tests.db.test_workload import a_report, an_entry, rest_on
from tests.domain.season_cases import MONDAY
from tests.factories import NOW, committed, make_plan
from tests.season_factories import make_assignments, make_club

TABLES = ("training_entries", "training_versions", "wellness_reports", "wellness_versions", "rest_days")
NEW, NOBODY = str(uuid4()), str(uuid4())
OTHER_KEY = {"id": NEW, "content_key": None, "assignment_id": None}
OF_TRAINING: dict[str, dict[str, Any]] = {
    "actor_name_length": {"actor_name": ""},
    "average_bpm": {"average_bpm": 24},
    "bpm_order": {"average_bpm": 150, "maximum_bpm": 149},
    "day": {"day": "1999-12-31"},
    "kind": {"kind": "match"},
    "load_au": {"load_au": "NaN", "load_method": "own"},
    "load_has_method": {"load_method": None},
    "load_is_rpe_times_minutes": {"load_au": 421},
    "load_method": {"load_method": "trimp"},
    "maximum_bpm": {"maximum_bpm": 251},
    "minutes": {"minutes": 0, "load_method": "own"},
    "note_length": {"note": ""},
    "reason_length": {"reason": "x" * 241},
    "session_rpe": {"session_rpe": 10.5, "load_method": "own"},
    "version": {"version": 0},
}
OF_WELLNESS: dict[str, dict[str, Any]] = {
    "actor_name_length": {"actor_name": ""},
    "fatigue": {"fatigue": 5.5},
    "hours_of_sleep": {"hours_of_sleep": 24.5},
    "mood": {"mood": 3.25},
    "note_length": {"note": "x" * 1001},
    "says_something": dict.fromkeys(
        ("sleep", "fatigue", "soreness", "stress", "mood", "hours_of_sleep", "has_pain", "is_ill")
    ),
    "sleep": {"sleep": 0.5},
    "soreness": {"soreness": "NaN"},
    "stress": {"stress": 0},
    "version": {"version": 0},
}
# For each constraint, what to change in a copy of a valid row so that this is the rule it breaks.
BROKEN: dict[str, dict[str, Any]] = {
    f"ck_{table}_{rule}": change
    for table, rules in (
        ("training_entries", OF_TRAINING),
        ("training_versions", OF_TRAINING),
        ("wellness_reports", OF_WELLNESS),
        ("wellness_versions", OF_WELLNESS),
    )
    for rule, change in rules.items()
} | {
    "ck_training_entries_assignment_day": {"occurrence_on": None},
    "ck_training_entries_content_key": {"content_key": "\\x00"},
    "ck_training_entries_load_known": {"load_au": None, "load_method": None},
    "ck_training_entries_source": {"source": "guessed"},
    "fk_training_entries_actor_id": {**OTHER_KEY, "actor_id": NOBODY},
    "fk_training_entries_assignment_id_player_id": {**OTHER_KEY, "assignment_id": NOBODY},
    "fk_training_entries_organization_id_player_id": {**OTHER_KEY, "player_id": NOBODY},
    "fk_training_entries_organization_id_team_id": {**OTHER_KEY, "team_id": NOBODY},
    "fk_training_entries_session_id": {**OTHER_KEY, "session_id": NOBODY},
    "pk_training_entries": {},
    "uq_training_entries_player_id_content_key": {"id": NEW, "assignment_id": None},
    "uq_training_entries_assignment": {"id": NEW, "content_key": None},
    "fk_training_versions_actor_id": {"version": 9, "actor_id": NOBODY},
    "fk_training_versions_entry_id": {"entry_id": NOBODY},
    "pk_training_versions": {},
    "ck_wellness_reports_day": {"day": "1999-12-31"},
    "fk_wellness_reports_actor_id": {"id": NEW, "day": "2026-01-01", "actor_id": NOBODY},
    "fk_wellness_reports_organization_id_player_id": {"id": NEW, "player_id": NOBODY},
    "pk_wellness_reports": {},
    "uq_wellness_reports_player_id_day": {"id": NEW},
    "fk_wellness_versions_actor_id": {"version": 9, "actor_id": NOBODY},
    "fk_wellness_versions_report_id": {"report_id": NOBODY},
    "pk_wellness_versions": {},
    "ck_rest_days_actor_name_length": {"actor_name": "x" * 201},
    "ck_rest_days_day": {"day": "1999-12-31"},
    "ck_rest_days_version": {"version": 0},
    "fk_rest_days_actor_id": {"version": 9, "actor_id": NOBODY},
    "fk_rest_days_organization_id_player_id": {"player_id": NOBODY},
    "pk_rest_days": {},
}
INDEXES = {"uq_training_entries_assignment"}  # partial, so an index that is no constraint


@pytest.fixture
async def world(db: Database) -> Database:
    """A row in every table, every column of it filled that a rule speaks of."""
    club = await make_club(db)
    anna = club.players[0]
    plan = await make_plan(db, anna)
    assignment = club.assignment(scheduled_on=MONDAY, effective_from=MONDAY)
    await make_assignments(db, assignment)
    entry = an_entry(
        anna,
        team_id=club.team.id,
        assignment_id=assignment.id,
        occurrence_on=MONDAY,
        occurred_at=NOW,
        average_bpm=140,
        maximum_bpm=180,
        note="Good",
        reason="Clock",
    )
    report = a_report(
        anna,
        fatigue=2.0,
        soreness=2.5,
        stress=1.0,
        mood=5.0,
        has_pain=False,
        is_ill=False,
        hours_of_sleep=8.0,
        note="Early",
    )

    async def fill(db_session: AsyncSession) -> None:
        await insert_entries(db_session, [entry], {entry.id: b"k" * 32})
        session = text(
            "UPDATE training_entries SET session_id = (SELECT id FROM sessions WHERE plan_id = :plan LIMIT 1)"
        )
        await db_session.execute(session, {"plan": plan.id})
        await replace_entry(db_session, replace(entry, note="Better"))
        await insert_reports(db_session, [report])
        await replace_report(db_session, replace(report, version=2))
        await insert_rest_reports(
            db_session, anna.organization_id, [rest_on(anna, MONDAY + timedelta(days=1))]
        )

    await committed(db, fill)
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
    assert set(found) == BROKEN.keys() - INDEXES


@pytest.mark.parametrize("table", TABLES)
async def test_the_database_itself_refuses_what_breaks_a_rule_of(world: Database, table: str) -> None:
    rules = {each: change for each, change in BROKEN.items() if each.split("_", 1)[1].startswith(table)}

    refused_by = {rule: await refusal(world, table, change) for rule, change in rules.items()}

    assert rules
    assert refused_by == {rule: rule for rule in rules}
