"""What a player's days came to: sums by the database, whatever the number of players and days."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from db.bulk import each_row
from db.models.assignments import WorkoutAssignmentRow
from db.models.workload import RestDayRow, TrainingEntryRow
from domain.assignments import AssignmentStatus
from domain.recurrence import Recurrence, RecurrencePattern, occurrences
from domain.training_days import LoggedDay, day_loads_of, whole_weeks
from domain.training_log import TrainingKind
from domain.workload.history import LoadHistory

DAYS_AT_ONCE = 5_000
COUNTS_AS_SCHEDULED = (AssignmentStatus.ACTIVE, AssignmentStatus.COMPLETED, AssignmentStatus.ARCHIVED)


async def day_loads(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, LoadHistory]:
    """Every day of each player from ``first`` to ``last`` inclusive, in order; see ``day_loads_of``.

    Four statements for any number of players and days. Days are those of each player's own time zone.
    """
    logged = await _logged(db_session, player_ids, first, last)
    rest = await rest_days_of(db_session, player_ids, first, last)
    due = await days_due(db_session, player_ids, *whole_weeks(first, last))

    def lay_out() -> dict[UUID, LoadHistory]:
        return {
            each: day_loads_of(first, last, logged.get(each, {}), rest.get(each, ()), due.get(each, ()))
            for each in player_ids
        }

    if len(player_ids) * (last - first).days < DAYS_AT_ONCE:
        return lay_out()
    return await asyncio.to_thread(lay_out)  # a season of a team would hold the loop up


async def rest_days_of(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, frozenset[date]]:
    """The days that each player said were for rest, and has not taken back."""
    row = RestDayRow
    latest = (
        select(row.player_id, row.day, row.is_rest)
        .ext(distinct_on(row.player_id, row.day))
        .where(row.player_id.in_(player_ids), row.day.between(first, last))
        .order_by(row.player_id, row.day, row.version.desc())
        .subquery()
    )
    rows = await db_session.execute(select(latest.c.player_id, latest.c.day).where(latest.c.is_rest))
    found: dict[UUID, set[date]] = defaultdict(set)
    for player_id, day in rows:
        found[player_id].add(day)
    return {player_id: frozenset(days) for player_id, days in found.items()}


async def days_due(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, frozenset[date]]:
    """The days from ``first`` to ``last`` on which something was assigned to each player.

    What is due once is gathered by the database; what recurs is laid out here, and there is little of that.
    """
    row = WorkoutAssignmentRow
    once = await db_session.execute(
        _of_players(player_ids, row.player_id, func.array_agg(row.scheduled_on.distinct()))
        .where(row.recurrence == RecurrencePattern.NONE, row.scheduled_on.between(first, last))
        .group_by(row.player_id)
    )
    found = defaultdict(set, {player_id: set(days) for player_id, days in once})
    recurring = await db_session.execute(
        _of_players(
            player_ids,
            row.player_id,
            row.scheduled_on,
            row.effective_from,
            row.expires_on,
            row.recurrence,
            row.recurrence_interval,
            row.weekdays,
            row.recurrence_ends_on,
            row.exceptions,
        ).where(
            row.recurrence != RecurrencePattern.NONE,
            and_(row.scheduled_on <= last, or_(row.last_day.is_(None), row.last_day >= first)),
        )
    )
    for each in recurring:
        recurrence = Recurrence(
            RecurrencePattern(each.recurrence),
            each.recurrence_interval,
            tuple(each.weekdays),
            each.recurrence_ends_on,
            tuple(each.exceptions),
        )
        begin, end = max(first, each.effective_from), min(last, each.expires_on or last)
        found[each.player_id].update(occurrences(recurrence, each.scheduled_on, begin, end))
    return {player_id: frozenset(days) for player_id, days in found.items()}


async def _logged(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, dict[date, LoggedDay]]:
    row = TrainingEntryRow
    load = func.sum(row.load_au)
    rows = await db_session.execute(
        select(
            row.player_id,
            row.day,
            func.coalesce(load.filter(row.kind == TrainingKind.TRAINING), 0.0),
            func.coalesce(load.filter(row.kind == TrainingKind.GAME), 0.0),
            func.bool_and(row.load_au.is_not(None)),
        )
        .where(row.player_id.in_(player_ids), row.day.between(first, last), row.withdrawn_at.is_(None))
        .group_by(row.player_id, row.day)
    )
    found: dict[UUID, dict[date, LoggedDay]] = defaultdict(dict)
    for player_id, day in await each_row(_logged_day, rows):
        found[player_id][day.day] = day
    return found


def _logged_day(row: Row[*tuple[Any, ...]]) -> tuple[UUID, LoggedDay]:
    player_id, *sums = row
    return player_id, LoggedDay(*sums)


def _of_players(player_ids: Collection[UUID], *columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns).where(
        WorkoutAssignmentRow.player_id.in_(player_ids), WorkoutAssignmentRow.status.in_(COUNTS_AS_SCHEDULED)
    )
