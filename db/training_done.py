"""Planned training that was done goes into the log, once, whichever way it was reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.assignments import WorkoutAssignmentRow
from db.models.people import PersonRow
from db.models.workouts import WorkoutRow
from db.people import lock_people
from db.training_log import insert_entries, link_entry, replace_entry, twin_of
from db.written_once import given
from domain.assignments import Completion
from domain.days import today_in
from domain.planning import Actor
from domain.sessions import LoggedDuration
from domain.training_log import EARLIEST_DAY, TrainingEntry, TrainingKind, TrainingSource, with_load

_COMPLETED = text("""
    INSERT INTO training_entries (
        organization_id, player_id, team_id, source, session_id, assignment_id, occurrence_on, day, kind,
        occurred_at, load_au, load_method, recorded_at, actor_id, actor_name
    )
    SELECT assignment.organization_id, done.player_id, assignment.team_id, 'completion', workout.session_id,
           done.assignment_id, done.occurrence_on,
           (done.completed_at AT TIME ZONE player.time_zone)::date, 'training', done.completed_at,
           done.actual_load_au, CASE WHEN done.actual_load_au IS NULL THEN NULL ELSE 'own' END,
           done.recorded_at, player.id, player.display_name
    FROM training_completions done
    JOIN workout_assignments assignment ON assignment.id = done.assignment_id
    JOIN workouts workout ON workout.id = assignment.workout_id
    JOIN people player ON player.id = done.player_id
    WHERE (done.completed_at AT TIME ZONE player.time_zone)::date >= '2000-01-01'
      AND assignment.organization_id = :organization_id
      AND NOT EXISTS (
        SELECT FROM training_entries known
        WHERE known.assignment_id = done.assignment_id AND known.occurrence_on = done.occurrence_on
    )
""")
_LOGGED = text("""
    INSERT INTO training_entries (
        organization_id, player_id, source, session_id, day, kind, occurred_at, minutes, session_rpe, load_au,
        load_method, recorded_at, actor_id, actor_name
    )
    SELECT player.organization_id, player.id, 'plan_session', done.session_id,
           (done.logged_at AT TIME ZONE player.time_zone)::date, 'training', done.logged_at,
           done.actual_minutes, done.session_rpe, round(done.session_rpe * done.actual_minutes, 2),
           CASE WHEN done.session_rpe IS NULL THEN NULL ELSE 'session_rpe' END,
           done.logged_at, player.id, player.display_name
    FROM session_logs done
    JOIN people player ON player.id = done.athlete_id
    WHERE NOT EXISTS (
        SELECT FROM training_entries twin
        WHERE twin.session_id = done.session_id AND twin.player_id = player.id
          AND twin.day = (done.logged_at AT TIME ZONE player.time_zone)::date
          AND (twin.load_au IS NOT NULL OR twin.source = 'plan_session')
    )
      AND (done.logged_at AT TIME ZONE player.time_zone)::date >= '2000-01-01'
      AND player.organization_id = :organization_id
""")
_ATHLETE = select(PersonRow.organization_id, PersonRow.display_name, PersonRow.time_zone).where(
    given(PersonRow.id, "athlete_id")
)


async def note_completion(
    db_session: AsyncSession, completion: Completion, now: datetime, by: Actor | None = None
) -> TrainingEntry | None:
    """Count a completed assignment as load of the day on which it was done.

    Without a load that day's load is unknown, until somebody says what it was. Returns the entry as it is
    now; None if the log holds this training already and there is nothing to add.
    """
    found = await db_session.execute(
        select(
            WorkoutAssignmentRow.organization_id,
            WorkoutAssignmentRow.team_id,
            WorkoutRow.session_id,
            PersonRow.display_name,
            PersonRow.time_zone,
        )
        .join(WorkoutRow, WorkoutRow.id == WorkoutAssignmentRow.workout_id)
        .join(PersonRow, PersonRow.id == WorkoutAssignmentRow.player_id)
        .where(WorkoutAssignmentRow.id == completion.assignment_id)
    )
    facts = found.one()
    actor = by or Actor(completion.player_id, facts.display_name)
    entry = TrainingEntry(
        id=uuid4(),
        organization_id=facts.organization_id,
        player_id=completion.player_id,
        team_id=facts.team_id,
        source=TrainingSource.COMPLETION,
        session_id=facts.session_id,
        assignment_id=completion.assignment_id,
        occurrence_on=completion.occurrence_on,
        kind=TrainingKind.TRAINING,
        day=today_in(facts.time_zone, completion.completed_at),
        occurred_at=completion.completed_at,
        load_au=completion.actual_load_au,
        version=1,
        recorded_at=now,
        actor_id=actor.id,
        actor_name=actor.name,
    )
    await lock_people(db_session, [entry.player_id])
    return await count_once(db_session, with_load(entry))


async def note_session(
    db_session: AsyncSession,
    log: LoggedDuration,
    session_rpe: float | None,
    now: datetime,
    by: Actor | None = None,
) -> TrainingEntry | None:
    """Count a logged session of a plan; without its RPE that day's load is unknown. Returns as above."""
    found = await db_session.execute(_ATHLETE, {"athlete_id": log.athlete_id})
    facts = found.one()
    actor = by or Actor(log.athlete_id, facts.display_name)
    entry = TrainingEntry(
        id=uuid4(),
        organization_id=facts.organization_id,
        player_id=log.athlete_id,
        source=TrainingSource.PLAN_SESSION,
        session_id=log.session_id,
        kind=TrainingKind.TRAINING,
        day=today_in(facts.time_zone, log.logged_at),
        occurred_at=log.logged_at,
        minutes=log.actual_minutes,
        session_rpe=session_rpe,
        version=1,
        recorded_at=now,
        actor_id=actor.id,
        actor_name=actor.name,
    )
    await lock_people(db_session, [entry.player_id])
    return await count_once(db_session, with_load(entry))


async def note_all_that_is_known(db_session: AsyncSession, organization_id: UUID) -> None:
    """Count what was completed and logged in an organization before anything of it was in the log.

    Of a session that was both assigned and logged on one day, the completion is taken if it says a load.
    """
    for statement in (_COMPLETED, _LOGGED):
        await db_session.execute(statement, {"organization_id": organization_id})


async def count_once(db_session: AsyncSession, entry: TrainingEntry) -> TrainingEntry | None:
    """The first report of a training with a load stands; what a later one adds is taken from it.

    Returns as ``note_completion``. The player is to be locked. Days before the log begins are left out.
    """
    if entry.day < EARLIEST_DAY:
        return None
    twin = await twin_of(db_session, entry)
    if twin is None:
        await insert_entries(db_session, [entry])
        return entry
    linked = replace(
        twin,
        session_id=twin.session_id or entry.session_id,
        assignment_id=twin.assignment_id or entry.assignment_id,
        occurrence_on=twin.occurrence_on or entry.occurrence_on,
    )
    if linked != twin:
        await link_entry(db_session, linked)
    if twin.load_au is not None or entry.load_au is None:
        return None
    filled = replace(
        linked,
        minutes=twin.minutes or entry.minutes,
        session_rpe=twin.session_rpe if twin.session_rpe is not None else entry.session_rpe,
        load_au=entry.load_au,
        load_method=entry.load_method,
        recorded_at=entry.recorded_at,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        reason=None,
    )
    return await replace_entry(db_session, filled)
