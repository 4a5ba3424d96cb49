"""Q1 to Q4: reads of four sizes, each also in plain SQL for whoever answers it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from resolvers.ids import Kind, global_id


@dataclass(frozen=True)
class ByHand:
    """What a bare endpoint sends instead. ``quick`` gives what belongs under ``data``; both take ``key``.

    ``plain`` is as most people write it, ``quick`` as fast as we could make it by hand.
    """

    key: str
    plain: str
    quick: str | None = None


@dataclass(frozen=True)
class Read:
    """A query, who asks it, and how a bare endpoint answers it, if somebody wrote that down."""

    name: str
    about: str
    document: str
    variables: Mapping[str, Any]
    caller: UUID
    by_hand: ByHand | None = None


@dataclass(frozen=True)
class Places:
    """Where the frontends look. The plan and the session, which was made shorter, are the athlete's."""

    coach: UUID
    athlete: UUID
    team: UUID
    plan: UUID
    session: UUID
    monday: date


def four_reads(plan_id: str, session_id: str, coach_id: UUID) -> tuple[Read, ...]:
    plan = {"id": global_id(Kind.PLAN, plan_id)}
    return (
        Read(
            "Q4",
            "one plan's id and title",
            "query Q4($id: ID!) { plan(id: $id) { id title } }",
            plan,
            coach_id,
            ByHand(
                plan_id,
                """SELECT json_build_object('data', json_build_object('plan',
                 json_build_object('id', id, 'title', title))) FROM plans WHERE id = $1""",
                """SELECT row_to_json(r) FROM (SELECT (SELECT row_to_json(p) FROM
                 (SELECT id, title FROM plans WHERE id = $1) p) AS plan) r""",
            ),
        ),
        Read(
            "Q1",
            "a session with its exercises and sets",
            """query Q1($id: ID!) { session(id: $id) { id title scheduledOn plannedMinutes prescriptions {
                 position role exercise { name pattern } sets { ordinal repsMin repsMax } } } }""",
            {"id": global_id(Kind.SESSION, session_id)},
            coach_id,
            ByHand(
                session_id,
                f"""SELECT json_build_object('data', json_build_object('session', json_build_object(
                 'id', s.id, 'title', s.title, 'scheduledOn', s.scheduled_on,
                 'plannedMinutes', s.planned_minutes, 'prescriptions', {_PLAIN_PRESCRIPTIONS})))
                 FROM sessions s WHERE s.id = $1""",
                f"""SELECT row_to_json(r) FROM (SELECT (SELECT row_to_json(x) FROM (SELECT s.id, s.title,
                 s.scheduled_on AS "scheduledOn", s.planned_minutes AS "plannedMinutes",
                 {_QUICK_PRESCRIPTIONS} AS prescriptions FROM sessions s WHERE s.id = $1) x) AS session) r""",
            ),
        ),
        Read(
            "Q2",
            "a plan with its weeks, sessions, exercises and sets",
            """query Q2($id: ID!) { plan(id: $id) { id title startsOn microcycles { ordinal startsOn
                 sessions { id title scheduledOn plannedMinutes prescriptions { position role
                 exercise { name pattern } sets { ordinal repsMin repsMax } } } } } }""",
            plan,
            coach_id,
            ByHand(
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
        ),
        Read(
            "Q3",
            "fifty plans with their sessions",
            """query Q3 { viewer { plans(first: 50) { edges { node { id title startsOn microcycles { ordinal
                 sessions { id title scheduledOn } } } } } } }""",
            {},
            coach_id,
            ByHand(
                str(coach_id),
                f"""SELECT json_build_object('data', json_build_object('viewer', json_build_object('plans',
                 json_build_object('edges', json_agg(json_build_object('node', json_build_object(
                 'id', p.id, 'title', p.title, 'startsOn', p.starts_on,
                 'microcycles', (SELECT json_agg(json_build_object('ordinal', m.ordinal,
                 'sessions', (SELECT json_agg(json_build_object('id', s.id,
                 'title', s.title, 'scheduledOn', s.scheduled_on) ORDER BY s.ordinal) FROM sessions s
                 WHERE s.microcycle_id = m.id)) ORDER BY m.ordinal) FROM microcycles m
                 WHERE m.plan_id = p.id)))))))) FROM {_FIFTY} p""",
                f"""SELECT row_to_json(r) FROM (SELECT (SELECT row_to_json(v) FROM (SELECT (SELECT
                 row_to_json(c) FROM (SELECT (SELECT json_agg(e) FROM (SELECT (SELECT row_to_json(x)
                 FROM (SELECT p.id, p.title, p.starts_on AS "startsOn", (SELECT json_agg(y)
                 FROM (SELECT m.ordinal, (SELECT json_agg(z) FROM (SELECT s.id, s.title,
                 s.scheduled_on AS "scheduledOn" FROM sessions s WHERE s.microcycle_id = m.id
                 ORDER BY s.ordinal) z) AS sessions FROM microcycles m WHERE m.plan_id = p.id
                 ORDER BY m.ordinal) y) AS microcycles) x) AS node
                 FROM {_FIFTY} p) e) AS edges) c) AS plans) v) AS viewer) r""",
            ),
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
