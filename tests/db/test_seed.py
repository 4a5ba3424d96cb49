from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from db.catalogue import catalogue
from db.compressions import save_compression
from db.database import Database
from db.demo.cast import MIA, NORA, PLAYERS, PROGRAMMES
from db.demo.programmes import programme_documents
from db.demo.team_season import team_season
from db.demo.workload import demo_log
from db.exercises import all_exercises
from db.paging import PageRequest
from db.people import people_by_id, viewer_facts
from db.plans import plan_facts_by_id, plans_by_id, visible_plans
from db.prescriptions import prescriptions_by_session
from db.seasons import active_season_plans, delete_season_plan
from db.seed import DEMO, seed_catalogue, seed_demo
from db.sessions import durations_of_athletes, session_for_update, sessions_by_id, sessions_of_person_between
from db.teams import players_of_teams, teams_by_id
from domain.exercise_matching import index_of
from domain.people import Role, TeamRole, Viewer
from domain.plan_import import import_json
from domain.sessions import SetPrescription
from tests.db.compression_cases import a_cause, an_outcome
from tests.factories import committed, make_service
from tests.statements import count_statements

TODAY = date(2026, 11, 20)  # a Friday
TABLES = (
    *("organizations", "people", "teams", "memberships", "exercises", "exercise_aliases", "plans"),
    *("microcycles", "sessions", "prescriptions", "set_prescriptions", "session_logs", "compressions"),
    *("season_plans", "season_phases", "player_groups", "player_physiology", "medical_restrictions"),
    *("workouts", "workout_exercises", "phase_templates", "template_workouts", "workout_assignments"),
    *("assignment_adjustments", "training_completions"),
)


@pytest.fixture
async def seeded(db: Database) -> Database:
    assert await seed_demo(db, TODAY)
    return db


async def test_seeding_again_changes_nothing_even_on_another_day(seeded: Database) -> None:
    before = await _everything(seeded)

    with count_statements(seeded) as sent:
        assert not await seed_demo(seeded, TODAY + timedelta(days=40))

    assert await _everything(seeded) == before
    marks = (
        "SELECT",
        *(f"INSERT INTO {each}" for each in ("organizations", "player_physiology", "wellness_reports")),
    )
    assert not [each for each in sent if not each.startswith(marks)]


async def test_what_people_have_done_with_the_demo_since_survives_seeding_again(seeded: Database) -> None:
    plan_id, session_id = DEMO.plans["mppl-push"], DEMO.sessions["mppl-push"]

    async def compress(db_session: Any) -> Any:
        session = await session_for_update(db_session, plan_id, session_id)
        assert session is not None
        return await save_compression(db_session, session, an_outcome(), a_cause(MIA))

    after, _ = await committed(seeded, compress)
    await seed_demo(seeded, TODAY)

    async with seeded.read() as read:
        assert await sessions_by_id(read, [session_id]) == {session_id: after}


async def test_a_demo_that_was_made_before_there_were_seasons_gets_its_season(seeded: Database) -> None:
    later = TODAY + timedelta(days=40)
    whole = await _sizes(seeded)
    await committed(seeded, _without_the_season)

    assert await seed_demo(seeded, later)

    season = team_season(later)
    assert await _sizes(seeded) == whole | {"training_completions": len(season.completions)}
    async with seeded.read() as read:
        assert await active_season_plans(read, [DEMO.team]) == {DEMO.team: season.plan}
    assert not await seed_demo(seeded, later + timedelta(days=40))


async def test_a_season_that_was_deleted_does_not_come_back(seeded: Database) -> None:
    async def delete_it(db_session: Any) -> None:
        await db_session.execute(text("DELETE FROM workout_assignments"))
        assert await delete_season_plan(db_session, DEMO.team_season, expected_version=1)

    await committed(seeded, delete_it)

    assert not await seed_demo(seeded, TODAY)

    async with seeded.read() as read:
        assert await active_season_plans(read, [DEMO.team]) == {}


async def test_two_servers_that_start_together_seed_once(fresh_db: Database) -> None:
    done = await asyncio.gather(*(seed_demo(fresh_db, TODAY) for _ in range(4)))

    assert sorted(done) == [False, False, False, True]
    async with fresh_db.read() as read:
        assert await read.scalar(text("SELECT count(*) FROM plans WHERE owner_id = :id"), {"id": MIA.id}) == 7


async def test_a_seed_that_fails_leaves_nothing(db: Database) -> None:
    def fail(line: str) -> None:
        if "plans" in line:
            raise RuntimeError("the terminal is gone")

    with pytest.raises(RuntimeError):
        await seed_demo(db, TODAY, fail)

    assert not any((await _sizes(db)).values())


async def test_progress_is_told_line_by_line(db: Database) -> None:
    lines: list[str] = []
    log = demo_log(TODAY)

    with count_statements(db) as sent:
        await seed_demo(db, TODAY, lines.append)

    assert len(sent) < 42, "however much data, a statement or two for each table"
    assert lines == [
        f"{len(catalogue())} exercises",
        "Harbour City Hockey: 24 players",
        "31 plans with 507 sessions",
        "Season 2026-27: 5 phases, 120 assignments",
        f"{len(log.entries)} trainings and games, {len(log.reports)} reports of wellness",
    ]


async def test_the_catalogue_is_brought_in_step_and_then_left_alone(db: Database) -> None:
    written = [await committed(db, seed_catalogue)]
    async with db.read() as read:
        assert set(await all_exercises(read, None)) == set(catalogue())
    await committed(
        db, lambda one: one.execute(text("UPDATE exercises SET station = 'attic' WHERE name = 'Dip'"))
    )
    await committed(db, lambda one: one.execute(text("DELETE FROM exercise_aliases WHERE alias = 'FSQ'")))

    written += [await committed(db, seed_catalogue), await committed(db, seed_catalogue)]

    assert written == [len(catalogue()), 2, 0]
    async with db.read() as read:
        assert set(await all_exercises(read, None)) == set(catalogue())


async def test_the_ids_of_the_readme_are_these_people_and_plans(seeded: Database) -> None:
    async with seeded.read() as read:
        people = await people_by_id(read, [DEMO.athlete, DEMO.coach, DEMO.admin, DEMO.other_athlete])
        team = (await teams_by_id(read, [DEMO.team]))[DEMO.team]
        plans = await plans_by_id(read, [*DEMO.plans.values(), DEMO.season_plan, DEMO.other_plan])
        signed_in = await viewer_facts(read, DEMO.coach)

    assert {each.display_name.split()[0]: each.role for each in people.values()} == {
        "Mia": Role.ATHLETE,
        "Dana": Role.COACH,
        "Robin": Role.ADMIN,
        "Leo": Role.ATHLETE,
    }
    assert (team.name, team.organization_id) == ("Harbour City Hockey", DEMO.organization)
    assert {plans[each].owner_id for each in (*DEMO.plans.values(), DEMO.season_plan)} == {DEMO.athlete}
    assert plans[DEMO.other_plan].organization_id == DEMO.other_organization
    assert signed_in is not None
    assert [(each.team_id, each.role) for each in signed_in[1]] == [(DEMO.team, TeamRole.COACH)]


@pytest.mark.parametrize("name", PROGRAMMES)
async def test_each_published_session_is_there_whole(seeded: Database, name: str) -> None:
    published = import_json(programme_documents()[name].decode(), index_of(catalogue())).plan
    assert published is not None
    (week,) = published.weeks
    (draft,) = week.sessions

    async with seeded.read() as read:
        session = (await sessions_by_id(read, [DEMO.sessions[name]]))[DEMO.sessions[name]]
        stored = (await prescriptions_by_session(read, [session.id]))[session.id]

    assert (session.plan_id, session.title, session.planned_minutes) == (
        DEMO.plans[name],
        draft.title,
        draft.planned_minutes,
    )
    assert session.scheduled_on == TODAY + timedelta(days=PROGRAMMES.index(name))
    assert [_content(each) for each in stored] == [_content(each) for each in draft.prescriptions]


async def test_the_athlete_has_one_session_today_and_a_season_around_it(seeded: Database) -> None:
    async with seeded.read() as read:
        entries = await sessions_of_person_between(
            read, DEMO.athlete, TODAY - timedelta(weeks=20), TODAY + timedelta(weeks=24)
        )

    days = Counter(each.session.scheduled_on or date.max for each in entries)
    assert [each.session.id for each in entries if each.session.scheduled_on == TODAY] == [
        DEMO.sessions["phul-upper-power"]
    ]
    assert set(days.values()) == {1}
    assert min(days) == date(2026, 7, 27)
    assert max(days) == date(2027, 3, 31)
    assert len(days) == 99


@pytest.mark.parametrize("today", [date(2026, 11, 16), date(2026, 11, 22), date(2028, 2, 29)])
async def test_any_day_can_be_today(db: Database, today: date) -> None:
    await seed_demo(db, today)

    async with db.read() as read:
        entries = await sessions_of_person_between(read, DEMO.athlete, today, today + timedelta(days=5))
    assert [each.session.id for each in entries] == [DEMO.sessions[name] for name in PROGRAMMES]


async def test_some_athletes_have_enough_logs_to_learn_a_pace_from_some_too_few_and_one_none(
    seeded: Database,
) -> None:
    async with seeded.read() as read:
        logs = await durations_of_athletes(read, [each.id for each in PLAYERS])
        logged = await read.scalar(text("SELECT count(*) FROM session_logs"))
        completed = await read.scalar(
            text(
                "SELECT count(*) FROM sessions s JOIN session_logs l ON l.session_id = s.id"
                " WHERE s.completed_at = l.logged_at AND s.actual_minutes = l.actual_minutes"
                " AND s.completed_at::date = s.scheduled_on AND s.version = 2"
            )
        )
        done = await read.scalar(text("SELECT count(*) FROM sessions WHERE completed_at IS NOT NULL"))

    counts = {each.id: len(logs.get(each.id, [])) for each in PLAYERS}
    assert counts[MIA.id] == 30
    assert counts[NORA.id] == 0
    assert any(0 < count < 5 for count in counts.values())
    for found in logs.values():
        paces = [60 * each.actual_minutes / each.modelled_seconds for each in found]
        assert 1.0 < median(paces) < 1.8
        assert all(each.logged_at.date() < TODAY for each in found)
    assert logged == completed == done


async def test_the_two_clubs_do_not_see_each_other(seeded: Database) -> None:
    async with seeded.read() as read:
        ours = await visible_plans(read, make_service(DEMO.organization), PageRequest(first=100))
        theirs = await visible_plans(read, make_service(DEMO.other_organization), PageRequest(first=100))
        players = await players_of_teams(read, _viewer(DEMO.coach), [DEMO.team], PageRequest(first=100))
        facts = await plan_facts_by_id(read, [DEMO.season_plan])

    assert len(ours.items) == 30
    assert [each.id for each in theirs.items] == [DEMO.other_plan]
    assert {each.id for each in players[DEMO.team].items} == {each.id for each in PLAYERS}
    assert facts[DEMO.season_plan].owner_team_ids == {DEMO.team}


def _viewer(person_id: UUID) -> Viewer:
    service = make_service(DEMO.organization)
    return Viewer(
        id=person_id,
        service_name=None,
        organization_id=DEMO.organization,
        display_name="Dana",
        role=Role.COACH,
        time_zone="Europe/Oslo",
        scopes=service.scopes,
        coached_team_ids=frozenset({DEMO.team}),
        played_team_ids=frozenset(),
        token_expires_at=service.token_expires_at,
    )


def _content(prescription: Any) -> tuple[object, ...]:
    """What a draft and a stored prescription share; a number's kind counts, too."""
    sets: tuple[SetPrescription, ...] = prescription.sets
    return (
        prescription.exercise,
        prescription.role,
        prescription.intent,
        prescription.unilateral,
        prescription.tempo,
        prescription.rest_seconds_min,
        prescription.rest_seconds_max,
        prescription.group_key,
        prescription.weight,
        prescription.notes,
        repr(sets),
    )


async def _without_the_season(db_session: Any) -> None:
    """As a version that knew no seasons left it."""
    for table in (
        *("workout_assignments", "season_plans", "player_groups", "player_physiology"),
        "medical_restrictions",
    ):
        await db_session.execute(text(f"DELETE FROM {table}"))  # noqa: S608


async def _execute(db: Database, statement: str) -> None:
    await committed(db, lambda one: one.execute(text(statement)))


async def _everything(db: Database) -> dict[str, list[str]]:
    async with db.read() as read:
        return {
            table: sorted((await read.scalars(text(f"SELECT t::text FROM {table} t"))).all())  # noqa: S608
            for table in TABLES
        }


async def _sizes(db: Database) -> dict[str, int]:
    return {table: len(rows) for table, rows in (await _everything(db)).items()}
