"""Bringing many assignments in step at once, and the history of what was changed.

However many there are: one statement locks and reads them, two read what the rules need to know, one writes
them and one their history. The rules are Python's (``domain/adjustments.py``), and run between the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.assignment_rows import assignment_of, changes_of
from db.assignments import insert_assignments, save_changes, save_edited_assignment
from db.athletes import physiology_of
from db.bulk import MANY, Record, each_of, each_row, insert_records
from db.models.assignments import AssignmentAdjustmentRow, WorkoutAssignmentRow
from db.paging import Order, Page, PageRequest, fetch_pages
from db.visibility import assignments_visible_to
from db.workouts import prescriptions_of_workouts
from domain.adjustments import AdjustedAssignment, AdjustmentRecord, Facts
from domain.assignments import WorkoutAssignment
from domain.people import Viewer
from domain.planning import Actor, AdjustmentType, PhaseAdjustment

MOST_AT_ONCE = 20_000
RECORD = (
    AssignmentAdjustmentRow.id,
    AssignmentAdjustmentRow.assignment_id,
    AssignmentAdjustmentRow.assignment_version,
    AssignmentAdjustmentRow.phase_id,
    AssignmentAdjustmentRow.type,
    AssignmentAdjustmentRow.original,
    AssignmentAdjustmentRow.adjusted,
    AssignmentAdjustmentRow.reason,
    AssignmentAdjustmentRow.actor_id,
    AssignmentAdjustmentRow.actor_name,
    AssignmentAdjustmentRow.created_at,
)
NEWEST_FIRST = Order(
    (AssignmentAdjustmentRow.assignment_version, AssignmentAdjustmentRow.type), descending=True
)
LATEST_FIRST = Order((AssignmentAdjustmentRow.id,), descending=True)


async def locked_assignments(
    db_session: AsyncSession, query: Select[*tuple[Any, ...]], limit: int
) -> list[WorkoutAssignment]:
    """In the order of their ids, so that two who lock the same ones wait and do not deadlock."""
    rows = await db_session.execute(
        query.order_by(WorkoutAssignmentRow.id).limit(limit).with_for_update(key_share=True)
    )
    return await each_row(assignment_of, rows)


async def facts_for(db_session: AsyncSession, assignments: Collection[WorkoutAssignment]) -> Facts:
    """What the rules need to know of the assignments' players and workouts: two statements."""
    return Facts(
        physiology=await physiology_of(db_session, {each.player_id for each in assignments}),
        prescriptions=await prescriptions_of_workouts(db_session, {each.workout_id for each in assignments}),
    )


async def save_adjustments(
    db_session: AsyncSession, adjusted: Sequence[AdjustedAssignment], now: datetime
) -> int:
    """Store those that changed, with their history; returns how many. Two statements, however many there are.

    They were locked in this transaction, so that nobody can have changed them since they were read.
    """
    work = partial(_rows_of, adjusted, now)
    changes, records = await asyncio.to_thread(work) if len(adjusted) > MANY else work()
    await save_changes(db_session, changes)
    await insert_records(db_session, AssignmentAdjustmentRow, records)
    return len(changes)


async def save_edited(db_session: AsyncSession, edited: AdjustedAssignment) -> None:
    """Store one whose terms somebody changed, with the history of what its phase made of that."""
    await save_edited_assignment(db_session, edited.assignment)
    await insert_records(
        db_session, AssignmentAdjustmentRow, [_record_of(edited, each) for each in edited.adjustments]
    )


async def insert_adjusted(
    db_session: AsyncSession, made: Sequence[WorkoutAssignment], adjusted: Sequence[AdjustedAssignment]
) -> None:
    """Store new assignments, which are in their phases already, with the history of how they came there.

    Two statements, however many there are.
    """
    await insert_assignments(db_session, made)
    entries = [(each, adjustment) for each in adjusted for adjustment in each.adjustments]
    records = await each_of(lambda entry: _record_of(*entry), entries, len(entries))
    await insert_records(db_session, AssignmentAdjustmentRow, records)


async def adjustments_by_id(
    db_session: AsyncSession, record_ids: Collection[UUID]
) -> dict[UUID, AdjustmentRecord]:
    rows = await db_session.execute(select(*RECORD).where(AssignmentAdjustmentRow.id.in_(record_ids)))
    return {row.id: adjustment_record(row) for row in rows}


async def adjustments_of_assignments(
    db_session: AsyncSession, assignment_ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[AdjustmentRecord]]:
    """A page of the history of each assignment, newest first."""

    def of_assignment(assignment_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        return select(*RECORD).where(AssignmentAdjustmentRow.assignment_id == assignment_id)

    return await fetch_pages(
        db_session, assignment_ids, of_assignment, NEWEST_FIRST, request, adjustment_record
    )


async def adjustments_of_phases(
    db_session: AsyncSession,
    phase_ids: Sequence[UUID],
    request: PageRequest,
    *,
    seen_by: Viewer | None = None,
) -> dict[UUID, Page[AdjustmentRecord]]:
    """A page of what each phase has done to assignments that ``seen_by`` sees (None: all), newest first."""

    def of_phase(phase_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        query = select(*RECORD).where(AssignmentAdjustmentRow.phase_id == phase_id)
        if seen_by is None:
            return query
        return query.join(
            WorkoutAssignmentRow, WorkoutAssignmentRow.id == AssignmentAdjustmentRow.assignment_id
        ).where(assignments_visible_to(seen_by))

    return await fetch_pages(db_session, phase_ids, of_phase, LATEST_FIRST, request, adjustment_record)


def _rows_of(adjusted: Sequence[AdjustedAssignment], now: datetime) -> tuple[list[Record], list[Record]]:
    """Of those that changed: what they are now, and the history of how they came there."""
    changed = [each for each in adjusted if each.changed]
    changes: list[Record] = [changes_of(replace(each.assignment, updated_at=now)) for each in changed]
    return changes, [_record_of(each, adjustment) for each in changed for adjustment in each.adjustments]


def _record_of(adjusted: AdjustedAssignment, adjustment: PhaseAdjustment) -> dict[str, Any]:
    return {
        "assignment_id": adjusted.assignment.id,
        "assignment_version": adjusted.assignment.version + 1,
        "phase_id": adjusted.phase_id,
        "type": adjustment.type,
        "original": adjustment.original,
        "adjusted": adjustment.adjusted,
        "reason": adjustment.reason,
        "actor_id": adjustment.by.id,
        "actor_name": adjustment.by.name,
        "created_at": adjustment.at,
    }


def adjustment_record(row: Row[*tuple[Any, ...]]) -> AdjustmentRecord:
    return AdjustmentRecord(
        id=row.id,
        assignment_id=row.assignment_id,
        assignment_version=row.assignment_version,
        phase_id=row.phase_id,
        adjustment=PhaseAdjustment(
            AdjustmentType(row.type),
            row.original,
            row.adjusted,
            row.reason,
            row.created_at,
            Actor(row.actor_id, row.actor_name),
        ),
    )
