"""What was assigned to players for each day, and what of it they did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.assignment_rows import ASSIGNMENT, assignment_of
from db.bulk import each_row
from db.completions import completions_of_players
from db.models.assignments import WorkoutAssignmentRow
from db.models.workload import TrainingEntryRow
from db.workload import COUNTS_AS_SCHEDULED
from domain.assignments import Completion, WorkoutAssignment


@dataclass(frozen=True, slots=True)
class Assigned:
    """One player's. ``loads_au`` by assignment and day, as the training log has them: None is not known."""

    assignments: tuple[WorkoutAssignment, ...]
    completions: tuple[Completion, ...]
    loads_au: dict[tuple[UUID, date], float | None]


async def assigned_of_players(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, Assigned]:
    """Every assignment that counts and may have a day from ``first`` to ``last``. Three statements."""
    row = WorkoutAssignmentRow
    rows = await db_session.execute(
        select(*ASSIGNMENT)
        .where(
            row.player_id.in_(player_ids),
            row.status.in_(COUNTS_AS_SCHEDULED),
            row.scheduled_on <= last,
            or_(row.last_day.is_(None), row.last_day >= first),
        )
        .order_by(row.player_id, row.scheduled_on, row.id)
    )
    assignments: dict[UUID, list[WorkoutAssignment]] = defaultdict(list)
    for each in await each_row(assignment_of, rows):
        assignments[each.player_id].append(each)
    done = await completions_of_players(db_session, player_ids, first, last)
    loads = await _loads(db_session, player_ids, first, last)
    return {
        each: Assigned(tuple(assignments.get(each, ())), tuple(done.get(each, ())), loads.get(each, {}))
        for each in player_ids
    }


async def _loads(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, dict[tuple[UUID, date], float | None]]:
    row = TrainingEntryRow
    rows = await db_session.execute(
        select(row.player_id, row.assignment_id, row.occurrence_on, row.load_au).where(
            row.player_id.in_(player_ids),
            row.assignment_id.is_not(None),
            row.occurrence_on.between(first, last),
            row.withdrawn_at.is_(None),
        )
    )
    found: dict[UUID, dict[tuple[UUID, date], float | None]] = defaultdict(dict)
    for player_id, assignment_id, day, load_au in rows:
        if assignment_id is not None and day is not None:
            found[player_id][assignment_id, day] = load_au
    return found
