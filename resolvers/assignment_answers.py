"""What is read off the answers to assigning, to bringing in step and to reports of training."""

from __future__ import annotations

from asyncio import gather
from datetime import date
from typing import TypeAlias
from uuid import UUID

import strawberry

from domain.assignment_conflicts import ConflictKind, Resolution
from domain.assignments import WorkoutAssignment
from domain.errors import Forbidden, NotFound
from domain.people import Person, Team
from domain.phase_templates import PhaseTemplate
from domain.phases import SeasonPhase
from domain.workouts import Workout
from resolvers.assignment_outcomes import ConflictFound, Held, Made, Outcome, PlayerOutcome
from resolvers.context import Context, Info
from resolvers.ids import Kind, global_id
from resolvers.phase_sync import Synced
from resolvers.season_sight import assignment_in_sight, team_if_seen, template_if_seen
from resolvers.sight import person_if_seen
from resolvers.statuses import ErrorCode
from resolvers.step_reports import SyncStatus
from resolvers.sync_status import status_of
from resolvers.template_application import Applied

Answer: TypeAlias = strawberry.Parent[Made | Held]
Conflict: TypeAlias = strawberry.Parent[ConflictFound]


def outcome(parent: Answer) -> Outcome:
    return parent.outcome


def message_of_held(parent: strawberry.Parent[Held]) -> str:
    count = parent.open_count
    return (
        f"{'A conflict is' if count == 1 else f'{count} conflicts are'} open, so nothing was stored: choose "
        "how each is resolved, and send it again."
    )


def code_of_held(parent: strawberry.Parent[Held]) -> ErrorCode:
    return ErrorCode.CONFLICT


async def template_applied(info: Info, parent: strawberry.Parent[Applied]) -> PhaseTemplate | None:
    return await template_if_seen(info.context, parent.template_id)


def phase_of_answer(parent: strawberry.Parent[Applied | Synced]) -> SeasonPhase | None:
    return parent.phase


async def cancelled_assignments(info: Info, parent: strawberry.Parent[Outcome]) -> list[WorkoutAssignment]:
    found = await gather(*(_assignment_if_seen(info.context, each) for each in parent.cancelled_ids))
    return [each for each in found if each is not None]


async def player_of_outcome(info: Info, parent: strawberry.Parent[PlayerOutcome]) -> Person | None:
    return await person_if_seen(info.context, parent.player_id)


def id_of_player(parent: strawberry.Parent[PlayerOutcome]) -> strawberry.ID:
    return global_id(Kind.PLAYER, parent.player_id)


def kind_of_conflict(parent: Conflict) -> ConflictKind:
    return parent.conflict.kind


def id_of_player_in_conflict(parent: Conflict) -> strawberry.ID:
    return global_id(Kind.PLAYER, parent.conflict.player_id)


async def player_in_conflict(info: Info, parent: Conflict) -> Person | None:
    return await person_if_seen(info.context, parent.conflict.player_id)


async def workout_in_conflict(info: Info, parent: Conflict) -> Workout | None:
    """What the caller is about to assign, which they were found to see."""
    return await info.context.loaders.season.workout.load(parent.workout_id)


def day_of_conflict(parent: Conflict) -> date:
    return parent.conflict.day


def proposed_day(parent: Conflict) -> date | None:
    return parent.conflict.proposed_on


def message_of_conflict(parent: Conflict) -> str:
    return parent.conflict.message


def ways_out(parent: Conflict) -> list[Resolution]:
    return list(parent.conflict.resolutions)


async def in_the_way(info: Info, parent: Conflict) -> list[WorkoutAssignment]:
    ids = parent.conflict.existing_assignment_ids
    found = await gather(*(_assignment_if_seen(info.context, each) for each in ids))
    return [each for each in found if each is not None]


async def team_synced(info: Info, parent: strawberry.Parent[Synced]) -> Team | None:
    return await team_if_seen(info.context, parent.team_id)


async def status_after(info: Info, parent: strawberry.Parent[Synced]) -> SyncStatus | None:
    team = await team_if_seen(info.context, parent.team_id)
    return None if team is None else await status_of(info.context, team)


async def _assignment_if_seen(context: Context, assignment_id: UUID) -> WorkoutAssignment | None:
    try:
        return await assignment_in_sight(context, assignment_id)
    except (NotFound, Forbidden):
        return None
