"""Whether a team's assignments are as its phase wants them. Bringing them there is in ``phase_sync``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import strawberry

from domain.assignments import WorkoutAssignment
from domain.people import Team
from domain.phases import SeasonPhase
from domain.planning import AdjustmentType
from domain.steps import OutOfStep, StepState
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.season_sight import phase_if_seen
from resolvers.seasons import TeamId
from resolvers.sight import team_in_sight
from resolvers.step_reports import SyncStatus


async def sync_status(info: Info, team_id: TeamId) -> SyncStatus:
    team = await team_in_sight(info.context, uuid_of(Kind.TEAM, team_id))
    return await status_of(info.context, team)


async def sync_status_of_team(info: Info, parent: strawberry.Parent[Team]) -> SyncStatus:
    return await status_of(info.context, parent)


async def status_of(context: Context, team: Team) -> SyncStatus:
    """For a team that the caller sees, of the assignments that they see."""
    return await context.loaders.season.sync_status_of_team.load(team)


@dataclass(frozen=True, slots=True)
class TypeCount:
    type: AdjustmentType
    count: int


def team_of_status(parent: strawberry.Parent[SyncStatus]) -> Team:
    return parent.team


def phase_of_status(parent: strawberry.Parent[SyncStatus]) -> SeasonPhase | None:
    return parent.report.phase


def state_of_status(parent: strawberry.Parent[SyncStatus]) -> StepState:
    return parent.report.state


def in_phase_count(parent: strawberry.Parent[SyncStatus]) -> int:
    return parent.report.in_phase_count


def in_step_count(parent: strawberry.Parent[SyncStatus]) -> int:
    return parent.report.in_step_count


def past_phase_count(parent: strawberry.Parent[SyncStatus]) -> int:
    return parent.report.past_phase_count


def out_of_step_count(parent: strawberry.Parent[SyncStatus]) -> int:
    return parent.report.out_of_step_count


def counts_by_type(parent: strawberry.Parent[SyncStatus]) -> list[TypeCount]:
    return [TypeCount(type_, count) for type_, count in parent.report.count_by_type.items()]


def out_of_step(parent: strawberry.Parent[SyncStatus]) -> list[OutOfStep]:
    return list(parent.report.out_of_step)


def last_adjusted_at(parent: strawberry.Parent[SyncStatus]) -> datetime | None:
    return parent.report.last_adjusted_at


def assignment_out_of_step(parent: strawberry.Parent[OutOfStep]) -> WorkoutAssignment:
    return parent.assignment


async def phase_followed(info: Info, parent: strawberry.Parent[OutOfStep]) -> SeasonPhase | None:
    assignment = parent.assignment
    return await phase_if_seen(info.context, assignment.team_id, assignment.planning.planning_phase_id)
