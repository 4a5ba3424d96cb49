"""Demo data: a club with a hockey team, a season of plans around a day, and another club that sees none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, time
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from db.assignments import insert_assignments
from db.athletes import insert_restriction
from db.base import Base
from db.bulk import insert_records
from db.catalogue import catalogue
from db.database import Database, Transaction
from db.demo.cast import DANA, DEMO, HARBOUR_CITY, HOCKEY, LEO, NORTHSIDE, PLAYERS, ROBIN, demo_id, email_of
from db.demo.programmes import programme_documents
from db.demo.season import DemoPlan, Programmes, demo_plans
from db.demo.team_season import GROUPS, TeamSeason, team_season
from db.demo.workload import demo_log
from db.exercises import all_exercises, save_exercises
from db.locks import ONE_SEED_AT_A_TIME
from db.models.assignments import TrainingCompletionRow
from db.models.athletes import PlayerGroupRow, PlayerPhysiologyRow
from db.models.people import MembershipRow, OrganizationRow, PersonRow, TeamRow
from db.models.plans import SessionLogRow, SessionRow
from db.models.workload import RestDayRow, WellnessReportRow
from db.new_plans import PlanRows, insert_rows
from db.own_templates import our_templates
from db.phase_templates import everyones_template_ids, insert_phase_templates
from db.seasons import insert_season_plan
from db.training_done import note_all_that_is_known
from db.training_log import insert_entries
from domain.compression.timing import modelled_seconds
from domain.exercise_matching import index_of
from domain.people import Person, TeamRole
from domain.physiology import Physiology
from domain.plan_document import PlanDraft, PrescriptionDraft
from domain.plan_import import import_json
from domain.sessions import Prescription

__all__ = ["DEMO", "seed_catalogue", "seed_demo"]

Progress = Callable[[str], None]

SEED_SECONDS = 30.0
TRAINING_ENDS_AT = time(18, 30, tzinfo=UTC)


async def seed_demo(db: Database, today: date, progress: Progress = lambda _: None) -> bool:
    """Fill the database with the demo, dated around ``today``; returns whether there was anything to do.

    Each part of it once, whole or not at all: a part that is there is left as it is, on whatever day, and
    one that an earlier version did not have yet is added to a demo that it made.
    """
    return await db.unit_of_work(lambda tx: _seed(tx, today, progress), deadline_seconds=SEED_SECONDS)


async def seed_catalogue(db_session: AsyncSession) -> int:
    """Bring everyone's exercises in step with this version's catalogue; returns how many were written.

    Our own phase templates are put there too, once: what becomes of them then is not undone.
    """
    await _wait_for_our_turn(db_session)
    stored = set(await all_exercises(db_session, None))
    changed = [each for each in catalogue() if each not in stored]
    await save_exercises(db_session, changed)
    there = await everyones_template_ids(db_session)
    await insert_phase_templates(db_session, [each for each in our_templates() if each.id not in there])
    return len(changed)


async def _wait_for_our_turn(db_session: AsyncSession) -> None:
    """Servers that start together seed one after the other, and the first takes longer than a request may."""
    names = ("lock_timeout", "statement_timeout", "transaction_timeout")
    longer = [func.set_config(each, f"{SEED_SECONDS:.0f}s", True) for each in names]
    await db_session.execute(select(*longer))
    await db_session.execute(select(func.pg_advisory_xact_lock(ONE_SEED_AT_A_TIME)))


async def _seed(tx: Transaction, today: date, progress: Progress) -> bool:
    await seed_catalogue(tx.db_session)
    parts = (_seed_club, _seed_season, _seed_workload)
    added = any([await part(tx, today, progress) for part in parts])
    if added:
        await note_all_that_is_known(tx.db_session, DEMO.organization)
    return added


async def _seed_club(tx: Transaction, today: date, progress: Progress) -> bool:
    """People and their plans. The first club is the mark that they are there."""
    if not await _claim(tx.db_session, OrganizationRow, asdict(HARBOUR_CITY)):
        return False
    progress(f"{len(catalogue())} exercises")
    await _add_people(tx.db_session)
    progress(f"{HOCKEY.name}: {len(PLAYERS)} players")
    plans = list(demo_plans(_programmes(), today))
    await _add_plans(tx, plans, today)
    sessions = sum(each.draft.session_count for each in plans)
    progress(f"{len(plans)} plans with {sessions} sessions")
    return True


async def _seed_season(tx: Transaction, today: date, progress: Progress) -> bool:
    """The team's season. The first player's body is the mark: a season can be deleted, that cannot."""
    season = team_season(today)
    first, *others = [_body_row(each, tx.now) for each in season.bodies]
    if not await _claim(tx.db_session, PlayerPhysiologyRow, first):
        return False
    await insert_rows(tx.db_session, {PlayerPhysiologyRow: others})
    await _add_season(tx, season)
    progress(f"{season.plan.name}: {len(season.plan.phases)} phases, {len(season.assignments)} assignments")
    return True


async def _seed_workload(tx: Transaction, today: date, progress: Progress) -> bool:
    """What the team did and how it felt. The first report of wellness is the mark: none can be deleted."""
    log = demo_log(today)
    first, *others = [asdict(each) for each in log.reports]
    if not await _claim(tx.db_session, WellnessReportRow, first | {"id": demo_id("harbour-city/hockey/log")}):
        return False
    await insert_records(tx.db_session, WellnessReportRow, others)
    await insert_records(
        tx.db_session,
        RestDayRow,
        [{"organization_id": DEMO.organization, **asdict(each)} for each in log.rest],
    )
    await insert_entries(tx.db_session, log.entries)
    progress(f"{len(log.entries)} trainings and games, {len(log.reports)} reports of wellness")
    return True


async def _claim(db_session: AsyncSession, table: type[Base], row: Mapping[str, Any]) -> bool:
    """Store the row that stands for a part of the demo; False if it is there already."""
    made = await db_session.scalar(
        postgresql.insert(table).values(dict(row)).on_conflict_do_nothing().returning(literal(1))
    )
    return made is not None


async def _add_people(db_session: AsyncSession) -> None:
    people = (*PLAYERS, DANA, ROBIN, LEO)
    memberships = [_membership(each, TeamRole.PLAYER) for each in PLAYERS] + [
        _membership(DANA, TeamRole.COACH)
    ]
    await insert_rows(
        db_session,
        {
            OrganizationRow: [asdict(NORTHSIDE)],
            PersonRow: [{**asdict(each), "email": email_of(each)} for each in people],
            TeamRow: [asdict(HOCKEY)],
            MembershipRow: memberships,
        },
    )


async def _add_plans(tx: Transaction, plans: Sequence[DemoPlan], today: date) -> None:
    rows = PlanRows(demo_id)
    for each in plans:
        rows.new_id = partial(_id_within, each.path)
        rows.add(each.draft, each.owner, each.starts_on, tx.now)
    logs = list(_logs(plans, today))
    _complete(rows.by_table[SessionRow], logs)
    await insert_rows(tx.db_session, {**rows.by_table, SessionLogRow: logs})


async def _add_season(tx: Transaction, season: TeamSeason) -> None:
    await insert_season_plan(tx.db_session, season.plan)
    await insert_rows(
        tx.db_session,
        {
            PlayerGroupRow: [
                {"team_id": HOCKEY.id, "type": group.type, "name": group.name, "person_id": each.id}
                for group, members in GROUPS.items()
                for each in members
            ],
        },
    )
    for restriction in season.restrictions:
        await insert_restriction(tx.db_session, DEMO.organization, restriction, tx.now)
    await insert_assignments(tx.db_session, season.assignments)
    await insert_records(
        tx.db_session,
        TrainingCompletionRow,
        [{**asdict(each), "recorded_at": each.completed_at} for each in season.completions],
    )


def _body_row(body: Physiology, now: datetime) -> dict[str, Any]:
    return {
        "person_id": body.player_id,
        "organization_id": DEMO.organization,
        "resting_bpm": body.resting_bpm,
        "maximum_bpm": body.maximum_bpm,
        "weekly_load_limit_au": body.weekly_load_limit_au,
        "updated_at": now,
    }


def _programmes() -> Programmes:
    """The six published sessions, read as anybody's import is."""
    index = index_of(catalogue())
    found: dict[str, PlanDraft] = {}
    for name, document in programme_documents().items():
        outcome = import_json(document.decode(), index)
        if outcome.plan is None:
            raise ValueError(f"The demo's programme {name} cannot be imported: {outcome.problems}")
        found[name] = outcome.plan
    return found


def _logs(plans: Sequence[DemoPlan], today: date) -> Iterator[dict[str, Any]]:
    """Every session before ``today`` of the plans that are logged: each athlete at their own pace."""
    modelled = cache(_modelled_seconds)  # the same few sessions come back all season
    for plan in plans:
        pace = 1.15 + plan.owner.id.int % 40 / 100
        for week in plan.draft.weeks if plan.is_logged else ():
            for ordinal, session in enumerate(week.sessions, start=1):
                if session.scheduled_on is None or session.scheduled_on >= today:
                    continue
                session_id = _id_within(plan.path, f"w{week.ordinal}/s{ordinal}")
                seconds = modelled(session.prescriptions)
                good_day = 0.94 + session_id.int % 13 / 100
                yield {
                    "session_id": session_id,
                    "athlete_id": plan.owner.id,
                    "actual_minutes": max(1, round(seconds * pace * good_day / 60)),
                    "session_rpe": 5.0 + session_id.int % 8 / 2,
                    "modelled_seconds": seconds,
                    "logged_at": datetime.combine(session.scheduled_on, TRAINING_ENDS_AT),
                }


def _complete(sessions: Sequence[dict[str, Any]], logs: Sequence[Mapping[str, Any]]) -> None:
    """What logging a session does to it."""
    by_session = {each["session_id"]: each for each in logs}
    for row in sessions:
        log = by_session.get(row["id"])
        row["version"] = 1 if log is None else 2
        row["completed_at"] = None if log is None else log["logged_at"]
        row["actual_minutes"] = None if log is None else log["actual_minutes"]


def _modelled_seconds(drafts: tuple[PrescriptionDraft, ...]) -> float:
    nowhere = UUID(int=0)
    return modelled_seconds(
        [
            Prescription(
                id=nowhere,
                session_id=nowhere,
                position=position,
                **{each.name: getattr(draft, each.name) for each in fields(draft)},
            )
            for position, draft in enumerate(drafts, start=1)
        ]
    )


def _id_within(plan_path: str, path: str) -> UUID:
    return demo_id(f"{plan_path}/{path}" if path else plan_path)


def _membership(person: Person, role: TeamRole) -> dict[str, Any]:
    return {
        "organization_id": person.organization_id,
        "team_id": HOCKEY.id,
        "person_id": person.id,
        "role": role,
    }
