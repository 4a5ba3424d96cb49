"""What players have before them: open assignments, what of them is done, and sessions that are compressed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.assignments import open_assignments_of_players
from db.completions import completions_of_players
from db.models.plans import SessionRow
from db.models.workouts import WorkoutRow
from domain.workload.coming import Coming, Shortened


async def coming_of_players(
    db_session: AsyncSession, player_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, Coming]:
    """From ``first`` to ``last`` inclusive. Three statements for any number of players."""
    assignments = await open_assignments_of_players(db_session, player_ids, first, last)
    done = await completions_of_players(db_session, player_ids, first, last)
    workout_ids = {each.workout_id for theirs in assignments.values() for each in theirs}
    shortened = await shortened_workouts(db_session, workout_ids)
    return {
        player_id: Coming(
            tuple(assignments.get(player_id, ())),
            frozenset((each.assignment_id, each.occurrence_on) for each in done.get(player_id, ())),
            shortened,
        )
        for player_id in player_ids
    }


async def shortened_workouts(
    db_session: AsyncSession, workout_ids: Collection[UUID]
) -> dict[UUID, Shortened]:
    """Those that were made from a session which is compressed now."""
    rows = await db_session.execute(
        select(WorkoutRow.id, WorkoutRow.planned_minutes, SessionRow.time_crunch_minutes)
        .join(SessionRow, SessionRow.id == WorkoutRow.session_id)
        .where(
            WorkoutRow.id.in_(workout_ids),
            SessionRow.is_time_crunch_active,
            SessionRow.time_crunch_minutes.is_not(None),
        )
    )
    return {
        workout_id: Shortened(planned, minutes)
        for workout_id, planned, minutes in rows
        if minutes is not None
    }
