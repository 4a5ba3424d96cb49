"""Writing new plans: one statement for each table, however many plans, weeks, sessions and sets there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, func, insert, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import Base
from db.models.plans import MicrocycleRow, PlanRow, PrescriptionRow, SessionRow, SetPrescriptionRow
from domain.people import Person
from domain.plan_document import PlanDraft, PrescriptionDraft, SessionDraft, WeekDraft
from domain.plans import Plan

Rows = Mapping[type[Base], Sequence[Mapping[str, Any]]]


async def insert_plan(
    db_session: AsyncSession, draft: PlanDraft, owner: Person, starts_on: date, now: datetime
) -> Plan:
    """Store the draft as a plan of ``owner``: six statements, whatever its size."""
    draft = draft.starting(starts_on)
    ids = iter(await _new_ids(db_session, _count(draft)))
    rows = PlanRows(lambda _: next(ids))
    plan = rows.add(draft, owner, starts_on, now)
    await insert_rows(db_session, rows.by_table)
    return plan


@dataclass(slots=True)
class PlanRows:
    """Plans as rows of their tables. ``new_id`` makes an id of a path within the plan (``w1/s2/p3``)."""

    new_id: Callable[[str], UUID]
    by_table: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, draft: PlanDraft, owner: Person, starts_on: date, now: datetime) -> Plan:
        """``draft`` has its dates already: it is as ``PlanDraft.starting`` returns it."""
        plan = Plan(
            id=self.new_id(""),
            organization_id=owner.organization_id,
            owner_id=owner.id,
            title=draft.title,
            starts_on=starts_on,
            version=1,
            created_at=now,
            updated_at=now,
            goal=draft.goal,
            notes=draft.notes_with_sessions,
        )
        self.by_table[PlanRow].append({each: getattr(plan, each) for each in _PLAN_COLUMNS})
        for week in draft.weeks:
            self._add_week(plan, week)
        return plan

    def _add_week(self, plan: Plan, week: WeekDraft) -> None:
        path = f"w{week.ordinal}"
        microcycle_id = self.new_id(path)
        self.by_table[MicrocycleRow].append(
            {
                "id": microcycle_id,
                "plan_id": plan.id,
                "ordinal": week.ordinal,
                "starts_on": week.starts_on,
                "title": week.title,
            }
        )
        for ordinal, session in enumerate(week.sessions, start=1):
            self._add_session(plan.id, microcycle_id, ordinal, session, f"{path}/s{ordinal}")

    def _add_session(
        self, plan_id: UUID, microcycle_id: UUID, ordinal: int, session: SessionDraft, path: str
    ) -> None:
        session_id = self.new_id(path)
        self.by_table[SessionRow].append(
            {
                "id": session_id,
                "plan_id": plan_id,
                "microcycle_id": microcycle_id,
                "ordinal": ordinal,
                "title": session.title,
                "scheduled_on": session.scheduled_on,
                "planned_minutes": session.planned_minutes,
            }
        )
        for position, prescription in enumerate(session.prescriptions, start=1):
            self._add_prescription(session_id, position, prescription, f"{path}/p{position}")

    def _add_prescription(self, session_id: UUID, position: int, draft: PrescriptionDraft, path: str) -> None:
        prescription_id = self.new_id(path)
        self.by_table[PrescriptionRow].append(
            {
                "id": prescription_id,
                "session_id": session_id,
                "position": position,
                "exercise_id": draft.exercise.id,
                **{each: getattr(draft, each) for each in _PRESCRIPTION_COLUMNS},
            }
        )
        self.by_table[SetPrescriptionRow].extend(
            {"prescription_id": prescription_id, **{each: getattr(one, each) for each in _SET_COLUMNS}}
            for one in draft.sets
        )


async def insert_rows(db_session: AsyncSession, rows_by_table: Rows) -> None:
    """One ``INSERT … SELECT unnest(…)`` a table: one round trip for all its rows, however many they are."""
    for table, rows in rows_by_table.items():
        columns = {name: table.__table__.c[name] for name in rows[0]}
        arrays = (
            func.unnest(literal([row[name] for row in rows], ARRAY(column.type)))
            for name, column in columns.items()
        )
        await db_session.execute(insert(table).from_select(list(columns), select(*arrays)))


async def _new_ids(db_session: AsyncSession, count: int) -> Sequence[UUID]:
    """Of the kind of the tables' defaults: in the order of time, so that neighbours are stored together."""
    found = await db_session.scalars(
        text("SELECT uuidv7() FROM generate_series(1, :count)"), {"count": count}
    )
    return found.all()


def _count(draft: PlanDraft) -> int:
    sessions: Iterable[SessionDraft] = (session for week in draft.weeks for session in week.sessions)
    return 1 + len(draft.weeks) + sum(1 + len(session.prescriptions) for session in sessions)


_PLAN_COLUMNS = (
    "id",
    "organization_id",
    "owner_id",
    "title",
    "goal",
    "notes",
    "starts_on",
    "version",
    "created_at",
    "updated_at",
)
_PRESCRIPTION_COLUMNS = (
    "role",
    "intent",
    "unilateral",
    "tempo",
    "rest_seconds_min",
    "rest_seconds_max",
    "group_key",
    "weight",
    "notes",
)
_SET_COLUMNS = (
    "ordinal",
    "kind",
    "reps_min",
    "reps_max",
    "hold_seconds",
    "load_kg",
    "percent_one_rep_max",
    "rpe",
    "reps_in_reserve",
)
