"""Training sessions: their own data, the calendar, and how long they really took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, Select, Table, Text, Uuid, bindparam, column, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.exercises import ExerciseRow
from db.models.plans import MicrocycleRow, PlanRow, PrescriptionRow, SessionLogRow, SessionRow
from db.written_once import given, one_of
from domain.calendar import CalendarEntry
from domain.errors import Conflict
from domain.sessions import LoggedDuration, Session

# In the order of the domain object's fields.
SESSION = (
    SessionRow.id,
    SessionRow.plan_id,
    SessionRow.microcycle_id,
    SessionRow.ordinal,
    SessionRow.title,
    SessionRow.scheduled_on,
    SessionRow.planned_minutes,
    SessionRow.version,
    SessionRow.completed_at,
    SessionRow.actual_minutes,
    SessionRow.is_time_crunch_active,
    SessionRow.time_crunch_minutes,
    SessionRow.time_crunch_applied_at,
    SessionRow.compressed_plan,
    SessionRow.compression_diff,
    SessionRow.compression_summary,
)
DURATION = (
    SessionLogRow.session_id,
    SessionLogRow.athlete_id,
    SessionLogRow.actual_minutes,
    SessionLogRow.modelled_seconds,
    SessionLogRow.logged_at,
)
NEWEST_LOGS = 30

_SESSIONS = select(*SESSION).where(one_of(SessionRow.id, "session_ids"))
_LOCKED = (
    select(*SESSION)
    .where(given(SessionRow.id, "session_id"), given(SessionRow.plan_id, "plan_id"))
    .with_for_update(key_share=True)  # rows that only refer to the session need not wait
)
_ATHLETE = (
    func.unnest(bindparam("athlete_ids", type_=ARRAY(Uuid)))
    .table_valued(column("id", Uuid))
    .render_derived("athlete")
)
_NEWEST: Select[*tuple[Any, ...]] = (
    select(*DURATION)
    .where(SessionLogRow.athlete_id == _ATHLETE.c.id)
    .order_by(SessionLogRow.logged_at.desc(), SessionLogRow.session_id.desc())
    .limit(NEWEST_LOGS)
)
_LOG = _NEWEST.correlate(_ATHLETE).lateral("log")
_DURATIONS: Select[*tuple[Any, ...]] = (
    select(*_LOG.c)
    .select_from(_ATHLETE.join(_LOG, true()))
    .order_by(_LOG.c.athlete_id, _LOG.c.logged_at.desc(), _LOG.c.session_id.desc())
)
_LOGS = cast("Table", SessionLogRow.__table__)
_NEW_LOG = insert(_LOGS).on_conflict_do_nothing(index_elements=["session_id"]).returning(_LOGS.c.session_id)
_COMPLETED = (
    update(SessionRow)
    .where(given(SessionRow.id, "of_session"))
    .values(
        completed_at=bindparam("at", type_=SessionRow.completed_at.type),
        actual_minutes=bindparam("minutes", type_=SessionRow.actual_minutes.type),
        version=SessionRow.version + 1,
    )
    .returning(*SESSION)
    .execution_options(synchronize_session=False)
)


async def sessions_by_id(db_session: AsyncSession, session_ids: Sequence[UUID]) -> dict[UUID, Session]:
    rows = await db_session.execute(_SESSIONS, {"session_ids": list(session_ids)})
    return {row.id: Session(*row) for row in rows}


async def sessions_by_microcycle(
    db_session: AsyncSession, microcycle_ids: Sequence[UUID]
) -> dict[UUID, list[Session]]:
    rows = await db_session.execute(
        select(*SESSION)
        .where(SessionRow.microcycle_id.in_(microcycle_ids))
        .order_by(SessionRow.microcycle_id, SessionRow.ordinal)
    )
    found: dict[UUID, list[Session]] = defaultdict(list)
    for row in rows:
        found[row.microcycle_id].append(Session(*row))
    return found


async def sessions_by_plan(db_session: AsyncSession, plan_ids: Sequence[UUID]) -> dict[UUID, list[Session]]:
    """Each plan's sessions in the plan's order: by microcycle, then by place in it."""
    rows = await db_session.execute(
        select(*SESSION)
        .join(MicrocycleRow, MicrocycleRow.id == SessionRow.microcycle_id)
        .where(SessionRow.plan_id.in_(plan_ids))
        .order_by(SessionRow.plan_id, MicrocycleRow.ordinal, SessionRow.ordinal)
    )
    found: dict[UUID, list[Session]] = defaultdict(list)
    for row in rows:
        found[row.plan_id].append(Session(*row))
    return found


async def session_for_update(db_session: AsyncSession, plan_id: UUID, session_id: UUID) -> Session | None:
    """The session, locked against other writers until the transaction ends; None if not of this plan."""
    found = await db_session.execute(_LOCKED, {"session_id": session_id, "plan_id": plan_id})
    row = found.one_or_none()
    return Session(*row) if row is not None else None


async def sessions_of_person_between(
    db_session: AsyncSession, person_id: UUID, first: date, last: date
) -> list[CalendarEntry]:
    """The dated sessions of all the person's plans from ``first`` to ``last`` inclusive, by date."""
    names = (
        select(ExerciseRow.name)
        .join(PrescriptionRow, PrescriptionRow.exercise_id == ExerciseRow.id)
        .where(PrescriptionRow.session_id == SessionRow.id)
        .order_by(PrescriptionRow.position)
        .scalar_subquery()
    )
    rows = await db_session.execute(
        select(
            PlanRow.title.label("plan_title"), func.array(names, type_=ARRAY(Text)).label("names"), *SESSION
        )
        .join(PlanRow, PlanRow.id == SessionRow.plan_id)
        .where(PlanRow.owner_id == person_id, SessionRow.scheduled_on.between(first, last))
        .order_by(SessionRow.scheduled_on, PlanRow.id, SessionRow.ordinal, SessionRow.id)
    )
    return [
        CalendarEntry(session=Session(*session), plan_title=plan_title, exercise_names=tuple(exercise_names))
        for plan_title, exercise_names, *session in rows
    ]


async def durations_of_athletes(
    db_session: AsyncSession, athlete_ids: Sequence[UUID]
) -> dict[UUID, list[LoggedDuration]]:
    """The newest 30 logged durations of each athlete, newest first; an athlete without any has no entry."""
    rows = await db_session.execute(_DURATIONS, {"athlete_ids": list(set(athlete_ids))})
    found: dict[UUID, list[LoggedDuration]] = defaultdict(list)
    for row in rows:
        found[row.athlete_id].append(LoggedDuration(*row))
    return found


async def insert_log(
    db_session: AsyncSession, log: LoggedDuration, *, session_rpe: float | None = None
) -> Session:
    """Record how long the session took: it is then completed. A session is logged once, else ``Conflict``."""
    logged = await db_session.scalar(
        _NEW_LOG,
        {
            "session_id": log.session_id,
            "athlete_id": log.athlete_id,
            "actual_minutes": log.actual_minutes,
            "session_rpe": session_rpe,
            "modelled_seconds": log.modelled_seconds,
            "logged_at": log.logged_at,
        },
    )
    if logged is None:
        raise Conflict("This session has been logged already.")
    completed = await db_session.execute(
        _COMPLETED, {"of_session": log.session_id, "at": log.logged_at, "minutes": log.actual_minutes}
    )
    return Session(*completed.one())
