"""Workout assignments: who has what to do. How a phase changes many at once is in ``db/adjustments.py``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    any_,
    cast,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db.assignment_rows import ASSIGNMENT, assignment_of, changes_of, record_of
from db.bulk import Record, each_of, each_row, insert_records, update_records
from db.models.assignments import WorkoutAssignmentRow
from db.paging import Order, Page, PageRequest, fetch_pages
from db.today import today_in
from db.visibility import assignments_visible_to
from db.written_once import one_of
from domain.assignments import OPEN_STATUSES, AssignmentStatus, WorkoutAssignment
from domain.day_windows import FOUR_WEEKS
from domain.errors import Conflict
from domain.people import Viewer
from domain.phases import SeasonPhase
from domain.planning import moment_text

Day: TypeAlias = date | ColumnElement[date]
MOST_REPORTED = 20_000
ROWS_AT_ONCE = 500
BY_DAY = Order((WorkoutAssignmentRow.scheduled_on, WorkoutAssignmentRow.id))
# Written out, so that they are the very expressions of the indexes whatever the plan is made for.
PHASE_ID: ColumnElement[str | None] = literal_column("(workout_assignments.metadata ->> 'planningPhaseId')")
ACTIVE_IN_A_PHASE: ColumnElement[bool] = literal_column(
    "((workout_assignments.metadata ->> 'planningPhaseId') IS NOT NULL"
    " AND workout_assignments.status = 'active')",
    Boolean,
)
LAST_ADJUSTED: ColumnElement[str | None] = literal_column(
    "(workout_assignments.metadata ->> 'lastPhaseAdjustment')"
)
_BY_ID = select(*ASSIGNMENT).where(one_of(WorkoutAssignmentRow.id, "assignment_ids"))
_LOCKED = _BY_ID.order_by(WorkoutAssignmentRow.id).with_for_update(key_share=True)


async def assignments_by_id(
    db_session: AsyncSession, assignment_ids: Collection[UUID]
) -> dict[UUID, WorkoutAssignment]:
    rows = await db_session.execute(_BY_ID, {"assignment_ids": list(assignment_ids)})
    return {each.id: each for each in await each_row(assignment_of, rows)}


async def assignments_of_teams(
    db_session: AsyncSession,
    team_ids: Sequence[UUID],
    first: date,
    last: date,
    request: PageRequest,
    *,
    seen_by: Viewer | None = None,
    statuses: Collection[AssignmentStatus] = (),
) -> dict[UUID, Page[WorkoutAssignment]]:
    """A page of each team's assignments with days from ``first`` to ``last``, by their first day.

    Of those that ``seen_by`` may see (None: all), and that have one of ``statuses`` (none: any).
    """
    conditions = [has_days_in(WorkoutAssignmentRow, first, last), *_wanted(seen_by, statuses)]

    def of_team(team_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        return select(*ASSIGNMENT).where(WorkoutAssignmentRow.team_id == team_id, *conditions)

    return await fetch_pages(db_session, team_ids, of_team, BY_DAY, request, assignment_of)


async def assignments_of_players(
    db_session: AsyncSession,
    player_ids: Sequence[UUID],
    first: date,
    last: date,
    request: PageRequest,
    *,
    seen_by: Viewer | None = None,
    statuses: Collection[AssignmentStatus] = (),
) -> dict[UUID, Page[WorkoutAssignment]]:
    """A page of each player's assignments, as for teams, in whatever team."""
    conditions = [has_days_in(WorkoutAssignmentRow, first, last), *_wanted(seen_by, statuses)]

    def of_player(player_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        return select(*ASSIGNMENT).where(WorkoutAssignmentRow.player_id == player_id, *conditions)

    return await fetch_pages(db_session, player_ids, of_player, BY_DAY, request, assignment_of)


async def open_assignments_of_players(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, list[WorkoutAssignment]]:
    """Every draft and active assignment with days in the window: what new ones may get in the way of."""
    found: dict[UUID, list[WorkoutAssignment]] = defaultdict(list)
    query = (
        select(*ASSIGNMENT)
        .where(
            WorkoutAssignmentRow.player_id.in_(player_ids),
            WorkoutAssignmentRow.status.in_(OPEN_STATUSES),
            has_days_in(WorkoutAssignmentRow, first, last),
        )
        .order_by(WorkoutAssignmentRow.player_id, WorkoutAssignmentRow.scheduled_on, WorkoutAssignmentRow.id)
    )
    for each in await _assignments(db_session, query):
        found[each.player_id].append(each)
    return found


async def assignments_around_phases(
    db_session: AsyncSession,
    phases: Mapping[UUID, SeasonPhase | None],
    seen_by: Viewer,
    *,
    limit: int = MOST_REPORTED,
) -> tuple[dict[UUID, list[WorkoutAssignment]], bool]:
    """The active assignments of each team that may be in its phase, and those that follow one already.

    ``phases`` by team; None is in no phase. Of those that ``seen_by`` may see, by their first day; whether
    that is all of them, as there are ``limit`` at most. A statement for each 500, so that ten thousand
    rows do not hold up everybody else.
    """
    row = WorkoutAssignmentRow
    near = [
        and_(row.team_id == team_id, or_(PHASE_ID.is_not(None), *_all_of(phase)))
        for team_id, phase in phases.items()
    ]
    query = (
        select(*ASSIGNMENT)
        .where(row.status == AssignmentStatus.ACTIVE, or_(false(), *near), assignments_visible_to(seen_by))
        .order_by(*BY_DAY.columns)
    )
    found: dict[UUID, list[WorkoutAssignment]] = {team_id: [] for team_id in phases}
    part, left = query.limit(ROWS_AT_ONCE), limit
    while rows := (await db_session.execute(part)).all():
        for each in rows[:left]:
            found[each.team_id].append(assignment_of(each))
        left -= len(rows)
        if left < 0 or len(rows) < ROWS_AT_ONCE:
            break
        beyond = tuple_(*BY_DAY.columns) > tuple_(literal(rows[-1].scheduled_on), literal(rows[-1].id))
        part = query.where(beyond).limit(ROWS_AT_ONCE)
    return found, left >= 0


async def planned_assignments(
    db_session: AsyncSession, team_ids: Collection[UUID]
) -> dict[UUID, list[WorkoutAssignment]]:
    """The active assignments of each team that a phase has adjusted, whichever it was."""
    return await _by_team(
        db_session,
        select(*ASSIGNMENT).where(WorkoutAssignmentRow.team_id.in_(team_ids), ACTIVE_IN_A_PHASE),
    )


async def adjusted_since(
    db_session: AsyncSession, team_ids: Collection[UUID], since: datetime
) -> dict[UUID, list[WorkoutAssignment]]:
    """The assignments of each team that a phase has adjusted at that moment or later."""
    return await _by_team(
        db_session,
        select(*ASSIGNMENT).where(
            WorkoutAssignmentRow.team_id.in_(team_ids), moment_text(since) <= LAST_ADJUSTED
        ),
    )


async def count_by_phase(
    db_session: AsyncSession, team_ids: Collection[UUID], status: AssignmentStatus = AssignmentStatus.ACTIVE
) -> dict[UUID, dict[UUID | None, int]]:
    """How many assignments of each team are in which phase; None are those in no phase."""
    rows = await db_session.execute(
        select(WorkoutAssignmentRow.team_id, PHASE_ID.label("phase_id"), func.count().label("count"))
        .where(WorkoutAssignmentRow.team_id.in_(team_ids), WorkoutAssignmentRow.status == status)
        .group_by(WorkoutAssignmentRow.team_id, PHASE_ID)
    )
    found: dict[UUID, dict[UUID | None, int]] = {team_id: {} for team_id in team_ids}
    for team_id, phase_id, count in rows:
        found[team_id][None if phase_id is None else UUID(phase_id)] = count
    return found


async def assignments_for_update(
    db_session: AsyncSession, assignment_ids: Collection[UUID]
) -> dict[UUID, WorkoutAssignment]:
    """Locked against other writers until the transaction ends, in the order of their ids."""
    rows = await db_session.execute(_LOCKED, {"assignment_ids": list(assignment_ids)})
    return {each.id: each for each in await each_row(assignment_of, rows)}


async def insert_assignments(db_session: AsyncSession, assignments: Sequence[WorkoutAssignment]) -> None:
    """One statement, however many there are."""
    await insert_records(
        db_session, WorkoutAssignmentRow, await each_of(record_of, assignments, len(assignments))
    )


async def save_assignments(db_session: AsyncSession, assignments: Sequence[WorkoutAssignment]) -> None:
    """Store what they are now; each has the version that it was read with, and gets the next.

    One statement, however many there are. ``Conflict`` if any of them was changed by somebody else.
    """
    await save_changes(db_session, await each_of(changes_of, assignments, len(assignments)))


async def save_changes(db_session: AsyncSession, changes: Sequence[Record]) -> None:
    """The same for what ``changes_of`` made of them."""
    if await update_records(db_session, WorkoutAssignmentRow, changes) != len(changes):
        raise Conflict("Somebody else changed these assignments first: read them again.")


async def save_edited_assignment(db_session: AsyncSession, assignment: WorkoutAssignment) -> None:
    """As ``save_assignments``, for one whose terms were changed, too: its time, end or customizations."""
    if await update_records(db_session, WorkoutAssignmentRow, [record_of(assignment)]) != 1:
        raise Conflict("Somebody else changed this assignment first: read it again.")


async def _assignments(db_session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[WorkoutAssignment]:
    return await each_row(assignment_of, await db_session.execute(query))


async def _by_team(
    db_session: AsyncSession, query: Select[*tuple[Any, ...]]
) -> dict[UUID, list[WorkoutAssignment]]:
    found: dict[UUID, list[WorkoutAssignment]] = defaultdict(list)
    for each in await _assignments(db_session, query.order_by(WorkoutAssignmentRow.team_id, *BY_DAY.columns)):
        found[each.team_id].append(each)
    return found


def _wanted(seen_by: Viewer | None, statuses: Collection[AssignmentStatus]) -> Iterator[ColumnElement[bool]]:
    if seen_by is not None:
        yield assignments_visible_to(seen_by)
    if statuses:
        yield stands_so(WorkoutAssignmentRow, literal(sorted(statuses), ARRAY(Text)))


def _all_of(phase: SeasonPhase | None) -> list[ColumnElement[bool]]:
    return [] if phase is None else [has_days_in(WorkoutAssignmentRow, phase.starts_on, phase.ends_on)]


def has_days_in(rows: type[WorkoutAssignmentRow], first: Day, last: Day) -> ColumnElement[bool]:
    """It begins before the window ends and goes on when it begins; what recurs need have no day in it."""
    return and_(rows.scheduled_on <= last, or_(rows.last_day.is_(None), rows.last_day >= first))


def has_days_ahead(rows: type[WorkoutAssignmentRow], whose: Any) -> ColumnElement[bool]:
    """In the four weeks from today on, as whoever the list is of has it."""
    today = today_in(whose.time_zone)
    return has_days_in(rows, today, cast(today + FOUR_WEEKS, Date))


def stands_so(rows: type[WorkoutAssignmentRow], statuses: ColumnElement[list[str]]) -> ColumnElement[bool]:
    return rows.status == any_(statuses)
