"""Which assignments of a team a phase concerns, or a player has before them: locked, by their ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.adjustments import MOST_AT_ONCE, RECORD, adjustment_record, locked_assignments
from db.assignment_rows import ASSIGNMENT
from db.assignments import PHASE_ID
from db.models.assignments import AssignmentAdjustmentRow
from db.models.assignments import WorkoutAssignmentRow as Row
from domain.assignments import OPEN_STATUSES, AssignmentStatus, WorkoutAssignment
from domain.phases import SeasonPhase
from domain.planning import AdjustmentType, PhaseAdjustment
from domain.recurrence import RecurrencePattern


async def lock_assignments_around(
    db_session: AsyncSession,
    team_id: UUID,
    today: date,
    *,
    phases: Collection[SeasonPhase] = (),
    followed_ids: Collection[UUID] = (),
    player_ids: Collection[UUID] | None = None,
    template_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = MOST_AT_ONCE,
) -> list[WorkoutAssignment]:
    """The active assignments that ``domain.assignments.is_in_phase`` says are in any of ``phases``, and the
    draft and active ones that follow any of ``followed_ids``: the team's, and no others.

    One statement. ``limit`` of them at most, those beyond the id ``after``.
    """
    concerned = [_in_phase(each, today) for each in phases]
    if followed_ids:
        followers = PHASE_ID.in_(sorted(str(each) for each in followed_ids))
        concerned.append(and_(followers, Row.status.in_(sorted(OPEN_STATUSES))))
    if not concerned:
        return []
    query = select(*ASSIGNMENT).where(Row.team_id == team_id, or_(*concerned))
    if player_ids is not None:
        query = query.where(Row.player_id.in_(player_ids))
    if template_id is not None:
        query = query.where(Row.template_id == template_id)
    if after is not None:
        query = query.where(Row.id > after)
    return await locked_assignments(db_session, query, limit)


async def lock_coming_assignments(
    db_session: AsyncSession, team_id: UUID, player_ids: Sequence[UUID], first: date
) -> list[WorkoutAssignment]:
    """The players' active assignments in the team that have not ended before ``first``."""
    query = select(*ASSIGNMENT).where(
        Row.team_id == team_id,
        Row.player_id.in_(player_ids),
        Row.status == AssignmentStatus.ACTIVE,
        or_(Row.last_day.is_(None), Row.last_day >= first),
    )
    return await locked_assignments(db_session, query, MOST_AT_ONCE)


async def lock_relieved_assignments(
    db_session: AsyncSession, team_id: UUID, player_id: UUID
) -> list[tuple[WorkoutAssignment, list[PhaseAdjustment]]]:
    """The player's assignments in the team that reliefs have changed and that may still lie ahead, each with
    what reliefs did to its days, oldest first. Cancelled ones are among them.
    """
    entry = AssignmentAdjustmentRow
    of_days = (
        entry.phase_id.is_(None)
        & (entry.type == AdjustmentType.FREQUENCY)
        & entry.original.has_key("scheduledOn")
    )
    has_one = exists().where(entry.assignment_id == Row.id, of_days)
    statuses = sorted({*OPEN_STATUSES, AssignmentStatus.CANCELLED})
    query = select(*ASSIGNMENT).where(
        Row.team_id == team_id,
        Row.player_id == player_id,
        Row.status.in_(statuses),
        or_(Row.relief_percent > 0, has_one),
    )
    assignments = await locked_assignments(db_session, query, MOST_AT_ONCE)
    entries = await db_session.execute(
        select(*RECORD)
        .where(entry.assignment_id.in_([each.id for each in assignments]), of_days)
        .order_by(entry.assignment_id, entry.assignment_version)
    )
    history: dict[UUID, list[PhaseAdjustment]] = defaultdict(list)
    for row in entries:
        history[row.assignment_id].append(adjustment_record(row).adjustment)
    return [(each, history[each.id]) for each in assignments]


def _in_phase(phase: SeasonPhase, today: date) -> ColumnElement[bool]:
    day = case(
        (Row.recurrence == RecurrencePattern.NONE, Row.scheduled_on),
        else_=func.least(func.greatest(Row.scheduled_on, today), func.coalesce(Row.last_day, date.max)),
    )
    return and_(
        Row.status == AssignmentStatus.ACTIVE,
        Row.scheduled_on <= phase.ends_on,
        day.between(phase.starts_on, phase.ends_on),
    )
