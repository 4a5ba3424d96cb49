"""Reports that training was done: once for each day that it was assigned for."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from db.assignments import assignments_by_id, assignments_for_update, save_assignments
from db.completions import completions_by_assignment, insert_completion
from db.database import Transaction
from db.teams import teams_by_id
from domain.access import Sight
from domain.assignments import AssignmentStatus, Completion, WorkoutAssignment
from domain.completions import complete, occurrence_done
from domain.days import today_in
from domain.errors import InvalidInput
from domain.events import TrainingCompleted
from domain.people import Viewer
from resolvers.assignment_inputs import NotifyTrainingCompletionInput
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.running import actor_of
from resolvers.season_sight import sight_of_assignment
from resolvers.sight import granted

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)  # the last day in a zone west of UTC is none any more in UTC
DEEPEST = 8


@dataclass(frozen=True, slots=True)
class CompletionAnswer:
    """The assignment after it, and the day that was completed."""

    assignment: WorkoutAssignment
    completion: Completion


_ANSWER = TypeAdapter(CompletionAnswer)


async def notify_training_completion(info: Info, input: NotifyTrainingCompletionInput) -> CompletionAnswer:
    context = info.context
    assignment_id = uuid_of(Kind.WORKOUT_ASSIGNMENT, input.assignment_id)
    player_id = uuid_of(Kind.PLAYER, input.player_id)
    completed_at, performance = _moment(input.completed_at), _object(input.performance)

    async def work(tx: Transaction) -> CompletionAnswer:
        assignment = await _to_complete(context.caller, tx, assignment_id, player_id)
        time_zone = (await teams_by_id(tx.db_session, [assignment.team_id]))[assignment.team_id].time_zone
        earlier = (await completions_by_assignment(tx.db_session, [assignment.id])).get(assignment.id, [])
        completion = Completion(
            assignment_id=assignment.id,
            occurrence_on=assignment.scheduled_on,
            player_id=assignment.player_id,
            completed_at=completed_at,
            actual_load_au=input.actual_load,
            completion_rate=input.completion_rate,
            performance=performance,
        )
        if assignment.status is AssignmentStatus.ACTIVE:
            day = today_in(time_zone, completed_at)
            done_for = occurrence_done(assignment, day, earlier, time_zone, input.occurrence_on)
            completion = replace(completion, occurrence_on=done_for)
        done = {each.occurrence_on for each in earlier}
        after = complete(assignment, completion, done, tx.now, today_in(time_zone, tx.now))
        await insert_completion(tx.db_session, completion, tx.now, actor_of(context))
        await save_assignments(tx.db_session, [replace(after, updated_at=tx.now)])
        after = replace(after, version=after.version + 1, updated_at=tx.now)
        tx.record(_done(context, after, completion))
        return CompletionAnswer(after, completion)

    answer = await once(
        context,
        "notifyTrainingCompletion",
        input.idempotency_key,
        fingerprinted(input),
        work,
        _ANSWER,
    )
    return answer.value


async def _to_complete(
    viewer: Viewer, tx: Transaction, assignment_id: UUID, player_id: UUID
) -> WorkoutAssignment:
    """Locked until the transaction ends, if the caller sees it: a stranger's request locks nothing."""
    found = (await assignments_by_id(tx.db_session, [assignment_id])).get(assignment_id)
    if found is not None and found.player_id != player_id:
        found = None
    sight = sight_of_assignment(viewer, found)
    granted(found, sight, Kind.WORKOUT_ASSIGNMENT, assignment_id)
    locked = (await assignments_for_update(tx.db_session, [assignment_id])).get(assignment_id)
    return granted(locked, Sight.FULL, Kind.WORKOUT_ASSIGNMENT, assignment_id)


def _done(context: Context, assignment: WorkoutAssignment, completion: Completion) -> TrainingCompleted:
    return TrainingCompleted(
        aggregate_id=assignment.id,
        version=assignment.version,
        organization_id=assignment.organization_id,
        team_id=assignment.team_id,
        player_id=assignment.player_id,
        occurrence_on=completion.occurrence_on,
        completed_at=completion.completed_at,
        actual_load_au=completion.actual_load_au,
        completion_rate=completion.completion_rate,
        reported_by_id=context.caller.id,
        reported_by_role=context.caller.role.value,
    )


def _moment(completed_at: datetime) -> datetime:
    """In UTC."""
    if completed_at.tzinfo is None:
        raise InvalidInput.of("completedAt", "Give the time with its zone, as in 2026-11-20T18:30:00Z.")
    if completed_at < EARLIEST:
        raise InvalidInput.of("completedAt", "This is before the year 2000.")
    if completed_at > LATEST:
        raise InvalidInput.of("completedAt", "This is still to come.")
    return completed_at.astimezone(UTC)


def _object(performance: Any) -> dict[str, Any] | None:
    if performance is None:
        return None
    if not isinstance(performance, dict):
        raise InvalidInput.of("performance", 'Give a JSON object, such as {"averagePower": 240}.')
    if _depth(performance) > DEEPEST:
        raise InvalidInput.of("performance", f"This is nested more than {DEEPEST} levels deep.")
    return performance


def _depth(value: Any, deep_enough: int = DEEPEST) -> int:
    """Levels of objects and lists, counted no further than one past what is allowed."""
    if not isinstance(value, dict | list) or deep_enough < 0:
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((_depth(each, deep_enough - 1) for each in inner), default=0)
