"""An alert: that a player's load is past a limit of the team, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.errors import InvalidState
from domain.planning_events import RecommendedAdjustment, ThresholdType
from domain.workload.breaches import Breach, Severity
from domain.workload.model import Metric
from domain.workload.recommendations import Recommendation

EPISODE_DAYS = 28
TOLD_HOLDS_DAYS = 7


class AlertStatus(StrEnum):
    """What the coaches have made of it. Whether the breach is over is another matter."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    OVERRIDDEN = "overridden"
    ACCEPTED = "accepted"


class AlertAction(StrEnum):
    """What happened to an alert, one entry of its history each."""

    RAISED = "raised"
    ESCALATED = "escalated"
    CHANGED = "changed"
    ACKNOWLEDGED = "acknowledged"
    OVERRIDDEN = "overridden"
    ACCEPTED = "accepted"
    UNDONE = "undone"
    RESOLVED = "resolved"
    REOPENED = "reopened"


class AlertSource(StrEnum):
    OWN = "own"
    PLANNING_SERVICE = "planning_service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """``first_day`` is the breach's first, ``last_day`` the latest that it was found on, both of the team.

    ``adjustment`` None: the week as planned needs none. ``planned_week_au`` and ``recommended_week_au`` are
    the coming week's load without it and with it; None where another system recommends.
    """

    id: UUID
    organization_id: UUID
    team_id: UUID
    player_id: UUID
    type: ThresholdType
    first_day: date
    last_day: date
    severity: Severity
    metric: Metric | None
    current_value: float
    threshold_value: float
    reason: str
    adjustment: RecommendedAdjustment | None
    effect: str
    planned_week_au: float | None
    recommended_week_au: float | None
    source: AlertSource
    status: AlertStatus
    model_version: str | None
    version: int
    raised_at: datetime
    updated_at: datetime
    resolved_at: datetime | None = None

    @property
    def key(self) -> tuple[UUID, UUID, ThresholdType]:
        return self.team_id, self.player_id, self.type

    @property
    def is_over(self) -> bool:
        return self.resolved_at is not None


@dataclass(frozen=True, slots=True)
class AlertEntry:
    """An entry of an alert's history. ``actor_id`` None is the system or a program."""

    alert_id: UUID
    version: int
    action: AlertAction
    severity: Severity
    current_value: float
    actor_id: UUID | None
    actor_name: str
    reason: str | None
    at: datetime


def first_day_of(breached: Collection[date], today: date) -> date:
    """The first of the consecutive days that end today and are all among ``breached``."""
    day = today
    while day - timedelta(days=1) in breached:
        day -= timedelta(days=1)
    return day


def raised(
    breach: Breach,
    recommendation: Recommendation,
    *,
    id: UUID,
    organization_id: UUID,
    team_id: UUID,
    player_id: UUID,
    first_day: date,
    now: datetime,
) -> Alert:
    return Alert(
        id=id,
        organization_id=organization_id,
        team_id=team_id,
        player_id=player_id,
        type=breach.type,
        first_day=first_day,
        last_day=breach.day,
        severity=breach.severity,
        metric=breach.metric,
        current_value=breach.current_value,
        threshold_value=breach.threshold_value,
        reason=recommendation.reason,
        adjustment=recommendation.adjustment,
        effect=recommendation.effect,
        planned_week_au=recommendation.as_planned.week_load.value,
        recommended_week_au=recommendation.as_recommended.week_load.value,
        source=AlertSource.OWN,
        status=AlertStatus.OPEN,
        model_version=breach.model_version,
        version=1,
        raised_at=now,
        updated_at=now,
    )


def found_again(
    alert: Alert, breach: Breach, recommendation: Recommendation, now: datetime
) -> tuple[Alert, AlertAction | None]:
    """The breach lasts, and what it comes to may be another. What a coach has decided on stays decided.

    The version rises where what there is to decide on has changed: with a new recommendation, with a breach
    that has become critical, and with one that was thought over.
    """
    after = replace(
        alert,
        last_day=breach.day,
        severity=breach.severity,
        metric=breach.metric,
        current_value=breach.current_value,
        threshold_value=breach.threshold_value,
        model_version=breach.model_version,
        source=AlertSource.OWN,
        resolved_at=None,
    )
    if alert.status in (AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED):
        after = replace(
            after,
            reason=recommendation.reason,
            adjustment=recommendation.adjustment,
            effect=recommendation.effect,
            planned_week_au=recommendation.as_planned.week_load.value,
            recommended_week_au=recommendation.as_recommended.week_load.value,
        )
    if after == alert:
        return alert, None
    action = _action(alert, after)
    if action is None:
        return replace(after, updated_at=now), None
    return _next(after, now), action


def resolved(alert: Alert, now: datetime) -> Alert:
    """The breach is over."""
    return _next(replace(alert, resolved_at=now), now)


def acknowledged(alert: Alert, now: datetime) -> Alert:
    """Seen by a coach; once more changes nothing. ``InvalidState`` if something else was decided."""
    if alert.status is AlertStatus.ACKNOWLEDGED:
        return alert
    _refuse_unless(alert, AlertStatus.OPEN)
    return _next(replace(alert, status=AlertStatus.ACKNOWLEDGED), now)


def overridden(alert: Alert, now: datetime) -> Alert:
    """The coach knows better, and the plan stays as it is."""
    _refuse_unless(alert, AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED)
    return _next(replace(alert, status=AlertStatus.OVERRIDDEN), now)


def accepted(alert: Alert, now: datetime) -> tuple[Alert, RecommendedAdjustment]:
    """With what is to be done. ``InvalidState`` if nothing is recommended, or the breach is over."""
    _refuse_unless(alert, AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED)
    if alert.is_over:
        raise InvalidState("The breach is over: there is nothing left to do about it.", "resolved")
    if alert.adjustment is None:
        raise InvalidState("Nothing is recommended: the week as planned needs no change.", alert.status)
    return _next(replace(alert, status=AlertStatus.ACCEPTED), now), alert.adjustment


def undone(alert: Alert, now: datetime) -> Alert:
    """What was accepted is taken back; a coach may decide anew."""
    _refuse_unless(alert, AlertStatus.ACCEPTED)
    return _next(replace(alert, status=AlertStatus.ACKNOWLEDGED), now)


def _refuse_unless(alert: Alert, *statuses: AlertStatus) -> None:
    if alert.status not in statuses:
        raise InvalidState(f"This alert is {alert.status}.", alert.status)


def _action(before: Alert, after: Alert) -> AlertAction | None:
    if before.is_over:
        return AlertAction.REOPENED
    if before.severity is Severity.WARNING and after.severity is Severity.CRITICAL:
        return AlertAction.ESCALATED
    if before.adjustment != after.adjustment or before.severity is not after.severity:
        return AlertAction.CHANGED
    return None


def _next(alert: Alert, now: datetime) -> Alert:
    return replace(alert, version=alert.version + 1, updated_at=now)
