"""Numbers of players that were worked out anew, and limits that were passed, as it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from domain.access import Sight, sight_of_alert
from domain.events import WorkloadThresholdPassed, WorkloadUpdated
from domain.people import Person, Viewer
from domain.planning_events import AdjustmentKind, RecommendedAdjustment, ThresholdType
from domain.workload.alerts import Alert
from domain.workload.breaches import Severity
from domain.workload.model import RiskBand
from integrations.flags import Flag
from resolvers.context import Info
from resolvers.live.cursors import After
from resolvers.live.feed import Feed, Happening, LiveEvent, Show, team_feed, told
from resolvers.live.season_events import TeamId
from resolvers.live.sharing import same_for_equals
from resolvers.permissions import Behind, let_in

# The field has a flag of its own already, and shows one.
OF_WORKLOAD = (Behind(Flag.WORKLOAD),)
TYPES = (WorkloadUpdated, WorkloadThresholdPassed)
MinimumSeverity = Annotated[
    Severity, strawberry.argument(description="Only of alerts that are at least so severe.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadUpdatedEvent(LiveEvent):
    """Numbers of the team's ``day``; None is not known."""

    team_id: UUID
    player_id: UUID
    day: date
    week_load_au: float | None
    acute_chronic_ratio: float | None
    readiness_score: float | None
    recovery_score: float | None
    risk_band: RiskBand | None
    model_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadThresholdBreachedEvent(LiveEvent):
    """As it was then; what became of it, the alert knows."""

    team_id: UUID
    player_id: UUID
    alert_id: UUID
    type: ThresholdType
    severity: Severity
    day: date
    current_value: float
    threshold_value: float
    reason: str
    adjustment: RecommendedAdjustment | None


async def workload_updated(info: Info, team_id: TeamId, after: After = None) -> Feed:
    let_in(info.context, OF_WORKLOAD)
    return await team_feed(info.context, team_id, after, (WorkloadUpdated,), _updated_for)


async def workload_threshold_breached(
    info: Info,
    team_id: TeamId,
    minimum_severity: MinimumSeverity = Severity.WARNING,
    after: After = None,
) -> Feed:
    let_in(info.context, OF_WORKLOAD)
    show = _breached_for(minimum_severity)
    return await team_feed(info.context, team_id, after, (WorkloadThresholdPassed,), show)


@same_for_equals
async def player_of_event(
    info: Info, parent: strawberry.Parent[WorkloadUpdatedEvent | WorkloadThresholdBreachedEvent]
) -> Person | None:
    """Who is shown a player's load sees the player."""
    return await info.context.loaders.person.load(parent.player_id)


@same_for_equals
async def alert_of_event(
    info: Info, parent: strawberry.Parent[WorkloadThresholdBreachedEvent]
) -> Alert | None:
    """Who is shown the event sees the alert: both are of the same player and team."""
    return await info.context.loaders.workload.alert.load(parent.alert_id)


def _updated_for(viewer: Viewer, happening: Happening) -> LiveEvent | None:
    player_id = happening.event.aggregate_id
    return happening.as_(_updated) if _may_see(viewer, happening, player_id) else None


def _breached_for(minimum: Severity) -> Show:
    def show(viewer: Viewer, happening: Happening) -> LiveEvent | None:
        is_mild = happening.event.payload["severity"] == Severity.WARNING
        if is_mild and minimum is Severity.CRITICAL:
            return None
        return happening.as_(_breached) if _may_see(viewer, happening, happening.id_in("player_id")) else None

    return show


def _may_see(viewer: Viewer, happening: Happening, player_id: UUID) -> bool:
    """Those who run the team, and the player; never team-mates."""
    event = happening.event
    team_id = happening.id_in("team_id") if event.team_id is None else event.team_id
    return sight_of_alert(viewer, team_id, event.organization_id, player_id) is Sight.FULL


def _updated(happening: Happening) -> WorkloadUpdatedEvent:
    event, payload = happening.event, happening.event.payload
    band = payload["risk_band"]
    return WorkloadUpdatedEvent(
        team_id=happening.id_in("team_id"),
        player_id=event.aggregate_id,
        day=date.fromisoformat(payload["day"]),
        week_load_au=payload["week_load_au"],
        acute_chronic_ratio=payload["acute_chronic_ratio"],
        readiness_score=payload["readiness_score"],
        recovery_score=payload["recovery_score"],
        risk_band=None if band is None else RiskBand(band),
        model_version=payload["model_version"],
        **told(event),
    )


def _breached(happening: Happening) -> WorkloadThresholdBreachedEvent:
    event, payload = happening.event, happening.event.payload
    kind = payload["adjustment_type"]
    adjustment = None
    if kind is not None:
        adjustment = RecommendedAdjustment(type=AdjustmentKind(kind), value=payload["adjustment_value"])
    return WorkloadThresholdBreachedEvent(
        team_id=happening.id_in("team_id"),
        player_id=happening.id_in("player_id"),
        alert_id=event.aggregate_id,
        type=ThresholdType(payload["threshold_type"]),
        severity=Severity(payload["severity"]),
        day=date.fromisoformat(payload["day"]),
        current_value=payload["current_value"],
        threshold_value=payload["threshold_value"],
        reason=payload["reason"],
        adjustment=adjustment,
        **told(event),
    )
