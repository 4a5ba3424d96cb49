"""What reads are measured on: a coach, her fifty plans' worth of players, and the same reads in plain SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text

from db import migrate
from db.database import Database
from domain.people import Person
from domain.plan_document import PlanDraft, WeekDraft
from resolvers.ids import Kind, global_id
from tests.databases import Clock
from tests.factories import (
    a_prescription,
    a_session,
    an_exercise,
    make_athlete,
    make_coach,
    make_organization,
    make_plan,
    make_team,
)

PLANS, PLAYERS = 60, 12
WEEKS, SESSIONS_A_WEEK, EXERCISES = 10, 3, 6


@dataclass(frozen=True)
class Read:
    """A query of the frontends, and the statement with which a bare endpoint answers it.

    ``plain`` is as most people write it, ``quick`` as fast as we could make it by hand. Both take ``key``.
    """

    name: str
    about: str
    document: str
    variables: Mapping[str, str | int]
    key: str
    plain: str
    quick: str


@dataclass(frozen=True)
class Data:
    coach: Person
    reads: tuple[Read, ...]


async def make_data(url: str) -> Data:
    """Fills an empty database."""
    await migrate.upgrade(url)
    db = Database(url, clock=Clock())
    try:
        club = await make_organization(db)
        players = [await make_athlete(db, club) for _ in range(PLAYERS)]
        coach = await make_coach(db, club)
        await make_team(db, club, players=players, coaches=[coach])
        day = a_session(*(a_prescription(an_exercise(), set_count=3) for _ in range(EXERCISES)))
        weeks = tuple(WeekDraft(n, (day,) * SESSIONS_A_WEEK) for n in range(1, WEEKS + 1))
        for n in range(PLANS):
            await make_plan(db, players[n % PLAYERS], PlanDraft(f"Strength {n}", weeks, goal="Stronger"))
        shorter = await make_plan(db, players[0], PlanDraft("Short", weeks[:2], goal="Stronger"))
        async with db.engine.connect() as connection:
            autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await autocommit.execute(text("VACUUM ANALYZE"))
            found = await connection.execute(
                text("SELECT id FROM sessions WHERE plan_id = :plan ORDER BY id LIMIT 1"),
                {"plan": shorter.id},
            )
            session_id = str(found.scalar_one())
    finally:
        await db.dispose()
    return Data(coach, _reads(str(shorter.id), session_id, str(coach.id)))


def _reads(plan_id: str, session_id: str, coach_id: str) -> tuple[Read, ...]:
    plan = {"id": global_id(Kind.PLAN, plan_id)}
    return (
        Read(
            "Q4",
            "one plan's id and title",
            "query Q4($id: ID!) { plan(id: $id) { id title } }",
            plan,
            plan_id,
            """SELECT json_build_object('data', json_build_object('plan',
                 json_build_object('id', id, 'title', title))) FROM plans WHERE id = $1""",
            """SELECT row_to_json(r) FROM (SELECT (SELECT row_to_json(p) FROM
                 (SELECT id, title FROM plans WHERE id = $1) p) AS plan) r""",
        ),
        Read(
            "Q1",
            "a session with its exercises and sets",
            """query Q1($id: ID!) { session(id: $id) { id title scheduledOn plannedMinutes prescriptions {
                 position role exercise { name pattern } sets { ordinal repsMin repsMax } } } }""",
            {"id": global_id(Kind.SESSION, session_id)},
            session_id,
            f"""SELECT json_build_object('data', json_build_object('session', json_build_object('id', s.id,
                 'title', s.title, 'scheduledOn', s.scheduled_on, 'plannedMinutes', s.planned_minutes,
                 'prescriptions', {_PLAIN_PRESCRIPTIONS}))) FROM sessions s WHERE s.id = $1""",
            f"""SELECT row_to_json(r) FROM (SELECT (SELECT row_to_json(x) FROM (SELECT s.id, s.title,
                 s.scheduled_on AS "scheduledOn", s.planned_minutes AS "plannedMinutes",
                 {_QUICK_PRESCRIPTIONS} AS prescriptions FROM sessions s WHERE s.id = $1) x) AS session) r""",
        ),
        Read(
            "Q2",
            "a plan with its weeks, sessions, exercises and sets",
            """query Q2($id: ID!) { plan(id: $id) { id title startsOn microcycles { ordinal startsOn
                 sessions { id title scheduledOn plannedMinutes prescriptions { position role
                 exercise { name pattern } sets { ordinal repsMin repsMax } } } } } }""",
            plan,
            plan_id,
            f"""SELECT json_build_object('data', json_build_object('plan', json_build_object('id', p.id,
                 'title', p.title, 'startsOn', p.starts_on, 'microcycles', (SELECT json_agg(json_build_object(
                 'ordinal', m.ordinal, 'startsOn', m.starts_on, 'sessions', (SELECT json_agg(
                 json_build_object('id', s.id, 'title', s.title, 'scheduledOn', s.scheduled_on,
                 'plannedMinutes', s.planned_minutes, 'prescriptions', {_PLAIN_PRESCRIPTIONS})
                 ORDER BY s.ordinal) FROM sessions s WHERE s.microcycle_id = m.id)) ORDER BY m.ordinal)
                 FROM microcycles m WHERE m.plan_id = p.id)))) FROM plans p WHERE p.id = $1""",
            f"""SELECT row_to_json(r) FROM (SELECT (SELECT row_to_json(x) FROM (SELECT p.id, p.title,
                 p.starts_on AS "startsOn", (SELECT json_agg(y) FROM (SELECT m.ordinal,
                 m.starts_on AS "startsOn", (SELECT json_agg(z) FROM (SELECT s.id, s.title,
                 s.scheduled_on AS "scheduledOn", s.planned_minutes AS "plannedMinutes",
                 {_QUICK_PRESCRIPTIONS} AS prescriptions FROM sessions s WHERE s.microcycle_id = m.id
                 ORDER BY s.ordinal) z) AS sessions FROM microcycles m WHERE m.plan_id = p.id
                 ORDER BY m.ordinal) y) AS microcycles FROM plans p WHERE p.id = $1) x) AS plan) r""",
        ),
        Read(
            "Q3",
            "fifty plans with their sessions",
            """query Q3 { viewer { plans(first: 50) { edges { node { id title startsOn microcycles { ordinal
                 sessions { id title scheduledOn } } } } } } }""",
            {},
            coach_id,
            f"""SELECT json_build_object('data', json_build_object('plans', json_agg(json_build_object(
                 'id', p.id, 'title', p.title, 'startsOn', p.starts_on,
                 'microcycles', (SELECT json_agg(json_build_object('ordinal', m.ordinal,
                 'sessions', (SELECT json_agg(json_build_object('id', s.id,
                 'title', s.title, 'scheduledOn', s.scheduled_on) ORDER BY s.ordinal) FROM sessions s
                 WHERE s.microcycle_id = m.id)) ORDER BY m.ordinal) FROM microcycles m
                 WHERE m.plan_id = p.id))))) FROM {_FIFTY} p""",
            f"""SELECT row_to_json(r) FROM (SELECT (SELECT json_agg(x) FROM (SELECT p.id, p.title,
                 p.starts_on AS "startsOn", (SELECT json_agg(y) FROM (SELECT m.ordinal, (SELECT json_agg(z)
                 FROM (SELECT s.id, s.title, s.scheduled_on AS "scheduledOn" FROM sessions s
                 WHERE s.microcycle_id = m.id ORDER BY s.ordinal) z) AS sessions FROM microcycles m
                 WHERE m.plan_id = p.id ORDER BY m.ordinal) y) AS microcycles
                 FROM {_FIFTY} p) x) AS plans) r""",
        ),
    )


_PLAIN_PRESCRIPTIONS = """(SELECT json_agg(json_build_object('position', c.position, 'role', c.role,
    'exercise', json_build_object('name', e.name, 'pattern', e.pattern), 'sets', (SELECT json_agg(
    json_build_object('ordinal', t.ordinal, 'repsMin', t.reps_min, 'repsMax', t.reps_max) ORDER BY t.ordinal)
    FROM set_prescriptions t WHERE t.prescription_id = c.id)) ORDER BY c.position)
    FROM prescriptions c JOIN exercises e ON e.id = c.exercise_id WHERE c.session_id = s.id)"""
_QUICK_PRESCRIPTIONS = """(SELECT json_agg(q) FROM (SELECT c.position, c.role, (SELECT row_to_json(v) FROM
    (SELECT e.name, e.pattern) v) AS exercise, (SELECT json_agg(w) FROM (SELECT t.ordinal,
    t.reps_min AS "repsMin", t.reps_max AS "repsMax" FROM set_prescriptions t WHERE t.prescription_id = c.id
    ORDER BY t.ordinal) w) AS sets FROM prescriptions c JOIN exercises e ON e.id = c.exercise_id
    WHERE c.session_id = s.id ORDER BY c.position) q)"""
_FIFTY = """(SELECT * FROM plans WHERE EXISTS (SELECT FROM memberships a JOIN memberships b
    ON b.team_id = a.team_id WHERE a.person_id = $1 AND a.role = 'coach' AND b.role = 'player'
    AND b.person_id = plans.owner_id) ORDER BY starts_on DESC, id DESC LIMIT 50)"""
