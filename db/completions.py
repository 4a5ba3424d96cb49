"""That training was done: once for each day it was due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.assignments import TrainingCompletionRow, WorkoutAssignmentRow
from db.models.people import TeamRow
from db.today import today_in
from db.training_done import note_completion
from domain.assignments import Completion
from domain.day_windows import FOUR_WEEKS
from domain.errors import InvalidState
from domain.planning import Actor
from domain.training_log import TrainingEntry

COMPLETION = (
    TrainingCompletionRow.assignment_id,
    TrainingCompletionRow.occurrence_on,
    TrainingCompletionRow.player_id,
    TrainingCompletionRow.completed_at,
    TrainingCompletionRow.actual_load_au,
    TrainingCompletionRow.completion_rate,
    TrainingCompletionRow.performance,
)


async def completions_by_assignment(
    db_session: AsyncSession,
    assignment_ids: Collection[UUID],
    first: date = date.min,
    last: date = date.max,
) -> dict[UUID, list[Completion]]:
    """What was done of each assignment that was due from ``first`` to ``last``, by the day it was due."""
    rows = await db_session.execute(
        select(*COMPLETION)
        .where(
            TrainingCompletionRow.assignment_id.in_(assignment_ids),
            due_in(TrainingCompletionRow, first, last),
        )
        .order_by(TrainingCompletionRow.assignment_id, TrainingCompletionRow.occurrence_on)
    )
    found: dict[UUID, list[Completion]] = defaultdict(list)
    for row in rows:
        found[row.assignment_id].append(Completion(*row))
    return found


def due_in(
    rows: type[TrainingCompletionRow], first: date | ColumnElement[date], last: date | ColumnElement[date]
) -> ColumnElement[bool]:
    return rows.occurrence_on.between(first, last)


def due_lately(
    rows: type[TrainingCompletionRow], assignment: type[WorkoutAssignmentRow]
) -> ColumnElement[bool]:
    """In the four weeks up to today, where the team is that it was assigned in."""
    its_zone = select(TeamRow.time_zone).where(TeamRow.id == assignment.team_id).scalar_subquery()
    today = today_in(its_zone)
    return due_in(rows, cast(today - FOUR_WEEKS, Date), today)


async def completions_of_players(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, list[Completion]]:
    """What each player did that was due from ``first`` to ``last`` inclusive, by day."""
    row = TrainingCompletionRow
    rows = await db_session.execute(
        select(*COMPLETION)
        .where(row.player_id.in_(player_ids), row.occurrence_on.between(first, last))
        .order_by(row.player_id, row.occurrence_on, row.assignment_id)
    )
    found: dict[UUID, list[Completion]] = defaultdict(list)
    for each in rows:
        found[each.player_id].append(Completion(*each))
    return found


async def insert_completion(
    db_session: AsyncSession, completion: Completion, now: datetime, by: Actor | None = None
) -> TrainingEntry | None:
    """``InvalidState`` if that day is completed already, whoever else is doing it at this moment.

    Returns what came into the player's training log with it: see ``note_completion``.
    """
    performance = completion.performance
    stored = await db_session.scalar(
        insert(TrainingCompletionRow)
        .values(
            assignment_id=completion.assignment_id,
            occurrence_on=completion.occurrence_on,
            player_id=completion.player_id,
            completed_at=completion.completed_at,
            actual_load_au=completion.actual_load_au,
            completion_rate=completion.completion_rate,
            performance=None if performance is None else dict(performance),
            recorded_at=now,
        )
        .on_conflict_do_nothing(index_elements=["assignment_id", "occurrence_on"])
        .returning(TrainingCompletionRow.assignment_id)
    )
    if stored is None:
        raise InvalidState(f"{completion.occurrence_on} is completed already.", "completed")
    return await note_completion(db_session, completion, now, by)
