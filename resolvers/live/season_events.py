"""A team's season as it moves: the phase in force, and assignments that were adjusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain.access import Sight, sight_to_run_team
from domain.events import (
    LoadManagementApplied,
    PhaseAdjustmentsApplied,
    PhaseEntered,
    PhaseTemplateProcessed,
    SeasonPlanSynced,
    WorkloadAdjustmentApplied,
)
from domain.people import Viewer
from domain.phases import SeasonPhase
from resolvers.context import Info
from resolvers.enum_descriptions import described
from resolvers.ids import Kind, global_id
from resolvers.live.cursors import After
from resolvers.live.feed import Feed, Happening, LiveEvent, team_feed, told
from resolvers.live.sharing import same_for_equals
from resolvers.season_sight import phase_if_seen

TeamId = Annotated[strawberry.ID, strawberry.argument(description="Global id of the team to follow.")]


class AdjustmentCause(StrEnum):
    """Why assignments were adjusted."""

    PHASE = "phase"
    SEASON_PLAN = "season_plan"
    TEMPLATE = "template"
    WORKLOAD = "workload"
    LOAD_MANAGEMENT = "load_management"


described(
    AdjustmentCause,
    "AdjustmentCause",
    "Why assignments were adjusted.",
    {
        "phase": "They follow a phase.",
        "season_plan": "The season plan was changed.",
        "template": "A phase template was applied.",
        "workload": "A limit of a player's workload was passed.",
        "load_management": "Recommendations for players were followed.",
    },
)
CAUSES: dict[str, AdjustmentCause] = {
    PhaseAdjustmentsApplied.type: AdjustmentCause.PHASE,
    SeasonPlanSynced.type: AdjustmentCause.SEASON_PLAN,
    PhaseTemplateProcessed.type: AdjustmentCause.TEMPLATE,
    WorkloadAdjustmentApplied.type: AdjustmentCause.WORKLOAD,
    LoadManagementApplied.type: AdjustmentCause.LOAD_MANAGEMENT,
}
ADJUSTED = (
    PhaseAdjustmentsApplied,
    SeasonPlanSynced,
    PhaseTemplateProcessed,
    WorkloadAdjustmentApplied,
    LoadManagementApplied,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChangedEvent(LiveEvent):
    """``entered_on`` is the team's day."""

    team_id: UUID
    phase_id: UUID | None
    previous_phase_id: UUID | None
    entered_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentsAdjustedEvent(LiveEvent):
    """``player_ids`` is empty where it was about the whole team."""

    team_id: UUID
    cause: AdjustmentCause
    adjusted_count: int
    phase_id: UUID | None
    player_ids: tuple[UUID, ...]


async def phase_changed(info: Info, team_id: TeamId, after: After = None) -> Feed:
    return await team_feed(
        info.context, team_id, after, (PhaseEntered,), lambda _, happening: happening.as_(_phase_changed)
    )


async def assignments_adjusted(info: Info, team_id: TeamId, after: After = None) -> Feed:
    return await team_feed(info.context, team_id, after, ADJUSTED, _adjusted_for)


@same_for_equals
async def phase_of_event(
    info: Info, parent: strawberry.Parent[PhaseChangedEvent | AssignmentsAdjustedEvent]
) -> SeasonPhase | None:
    """Who sees a season is a question of organization, role and teams."""
    return await phase_if_seen(info.context, parent.team_id, parent.phase_id)


@same_for_equals
async def previous_phase_of_event(
    info: Info, parent: strawberry.Parent[PhaseChangedEvent]
) -> SeasonPhase | None:
    return await phase_if_seen(info.context, parent.team_id, parent.previous_phase_id)


def player_ids_of_event(parent: strawberry.Parent[AssignmentsAdjustedEvent]) -> list[strawberry.ID]:
    return [global_id(Kind.PLAYER, each) for each in parent.player_ids]


def _adjusted_for(viewer: Viewer, happening: Happening) -> LiveEvent | None:
    """What was done because of how somebody is, is for them and for those who run the team."""
    players = _players_of(happening)
    event = happening.event
    if not players or sight_to_run_team(viewer, event.aggregate_id, event.organization_id) is Sight.FULL:
        return happening.as_(_adjusted)
    if viewer.id is None or viewer.id not in players:
        return None
    return _told_of(happening, (viewer.id,))


def _adjusted(happening: Happening) -> LiveEvent:
    return _told_of(happening, _players_of(happening))


def _told_of(happening: Happening, players: tuple[UUID, ...]) -> LiveEvent:
    event = happening.event
    return AssignmentsAdjustedEvent(
        team_id=event.aggregate_id,
        cause=CAUSES[event.event_type],
        adjusted_count=event.payload["adjustments_count"],
        phase_id=happening.optional_id_in("phase_id"),
        player_ids=players,
        **told(event),
    )


def _players_of(happening: Happening) -> tuple[UUID, ...]:
    payload: dict[str, Any] = happening.event.payload
    if "player_id" in payload:
        return (happening.id_in("player_id"),)
    return tuple(UUID(each) for each in payload.get("player_ids", ()))


def _phase_changed(happening: Happening) -> LiveEvent:
    event = happening.event
    return PhaseChangedEvent(
        team_id=event.aggregate_id,
        phase_id=happening.optional_id_in("phase_id"),
        previous_phase_id=happening.optional_id_in("previous_phase_id"),
        entered_on=date.fromisoformat(event.payload["entered_on"]),
        **told(event),
    )
