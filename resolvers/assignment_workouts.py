"""Which workout an assignment is of: one that is there, or a session of a plan that becomes one, once."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Transaction
from db.plans import plan_facts_by_id
from db.prescriptions import prescriptions_by_session
from db.sessions import sessions_by_id
from db.workouts import insert_workouts, workouts_by_id, workouts_of_sessions
from domain.access import Sight
from domain.errors import InvalidInput, Issue
from domain.people import Viewer
from domain.sessions import Session
from domain.workouts import Workout, workout_of_session
from resolvers.assignment_drafts import Path
from resolvers.assignment_inputs import AssignmentInput
from resolvers.context import Context
from resolvers.ids import Kind, uuid_of
from resolvers.season_sight import workout_in_sight
from resolvers.sight import granted, refuse_unless_seen, sight_of


@dataclass(frozen=True, slots=True)
class _Asked:
    """By the place in the list: one of the two for each."""

    workouts: Mapping[int, UUID]
    sessions: Mapping[int, UUID]


async def refuse_unseen_workouts(context: Context, inputs: Sequence[AssignmentInput]) -> None:
    """Knowing the id of a workout that was made from a stranger's plan is no way to it."""
    ids = {uuid_of(Kind.WORKOUT, each.workout_id) for each in inputs if each.workout_id is not None}
    await gather(*(workout_in_sight(context, each) for each in ids))


async def workouts_for(
    viewer: Viewer,
    tx: Transaction,
    inputs: Sequence[AssignmentInput],
    paths: Sequence[Path],
    *,
    dry_run: bool,
) -> list[Workout]:
    """One for each input. The same number of statements, however many there are.

    ``NotFound`` for what is not the organization's; a session has to be of a plan that the caller sees.
    """
    asked = _asked(inputs, paths)
    found = await workouts_by_id(tx.db_session, set(asked.workouts.values()))
    of_session = await _of_sessions(viewer, tx.db_session, set(asked.sessions.values()), dry_run=dry_run)
    return [
        of_session[asked.sessions[place]]
        if place in asked.sessions
        else _usable(viewer, found, asked.workouts[place])
        for place in range(len(inputs))
    ]


def _asked(inputs: Sequence[AssignmentInput], paths: Sequence[Path]) -> _Asked:
    workouts: dict[int, UUID] = {}
    sessions: dict[int, UUID] = {}
    issues: list[Issue] = []
    for place, input in enumerate(inputs):
        if (input.workout_id is None) == (input.session_id is None):
            issues.append(
                Issue((*paths[place], "workoutId"), "Give a workout or a session of a plan, one of the two.")
            )
        elif input.workout_id is not None:
            workouts[place] = uuid_of(Kind.WORKOUT, input.workout_id)
        elif input.session_id is not None:
            sessions[place] = uuid_of(Kind.SESSION, input.session_id)
    if issues:
        raise InvalidInput(tuple(issues))
    return _Asked(workouts, sessions)


def _usable(viewer: Viewer, found: Mapping[UUID, Workout], workout_id: UUID) -> Workout:
    """Another organization's is not told from one that does not exist."""
    workout = found.get(workout_id)
    is_theirs = workout is not None and workout.organization_id in (None, viewer.organization_id)
    return granted(workout, Sight.FULL if is_theirs else Sight.NONE, Kind.WORKOUT, workout_id)


async def _of_sessions(
    viewer: Viewer, db_session: AsyncSession, session_ids: Collection[UUID], *, dry_run: bool
) -> dict[UUID, Workout]:
    if not session_ids:
        return {}
    in_order = sorted(session_ids)
    sessions = await sessions_by_id(db_session, in_order)
    plan_ids = sorted({each.plan_id for each in sessions.values()})
    facts = await plan_facts_by_id(db_session, plan_ids)
    for session_id in in_order:
        session = sessions.get(session_id)
        seen = Sight.NONE if session is None else sight_of(viewer, facts.get(session.plan_id))
        refuse_unless_seen(seen, Kind.SESSION, session_id)
    found = await workouts_of_sessions(db_session, in_order)
    new = await _made_of(viewer, db_session, [sessions[each] for each in in_order if each not in found])
    if dry_run or not new:
        return {**found, **new}
    try:
        async with db_session.begin_nested():
            await insert_workouts(db_session, list(new.values()))
    except IntegrityError:
        # Somebody else has just made a workout of one of them: then all are looked up again.
        return await _of_sessions(viewer, db_session, session_ids, dry_run=dry_run)
    return {**found, **new}


async def _made_of(
    viewer: Viewer, db_session: AsyncSession, sessions: Sequence[Session]
) -> dict[UUID, Workout]:
    prescriptions = await prescriptions_by_session(db_session, [each.id for each in sessions])
    for each in sessions:
        if not prescriptions.get(each.id):
            raise InvalidInput.of(
                "sessionId",
                f"Nothing is prescribed in {each.title} yet: add exercises first.",
            )
    return {
        each.id: workout_of_session(each, prescriptions[each.id], uuid4(), viewer.organization_id)
        for each in sessions
    }
