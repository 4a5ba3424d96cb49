"""A team's limits of load, and alerts of players who are past them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.access import Scope
from domain.planning_events import AdjustmentKind, ThresholdType
from domain.workload import alerts as domain
from domain.workload.alerts import AlertAction, AlertSource, AlertStatus
from domain.workload.breaches import Severity
from domain.workload.model import Metric
from resolvers import alerts, workload_limits
from resolvers.ids import Kind
from resolvers.permissions import Has
from resolvers.workload_limit_inputs import DESCRIPTIONS, LIMITS
from schema.fields import field
from schema.types.node import Node, id_field

if TYPE_CHECKING:
    from schema.types.people import Player, Team


def _limit(name: str) -> Any:
    return field(workload_limits.limit_of(LIMITS[name]), description=DESCRIPTIONS[name])


@strawberry.type(description="Where a team's coaches want to be warned. Policy, not science.")
class WorkloadThresholds:
    version: int = field(description="The version in force; 0 if the usual limits were never changed.")
    changed_at: datetime | None = field(description="When they were last changed, UTC; null if never.")
    actor_name: str | None = field(description="Who changed them last, by name; null if nobody did.")
    team: Annotated["Team", strawberry.lazy("schema.types.people")] | None = field(
        workload_limits.team_of_limits, needs=[Has(Scope.TEAMS_READ)], description="Whose they are."
    )
    acute_chronic_limit: float = _limit("acute_chronic_limit")
    monotony_limit: float = _limit("monotony_limit")
    strain_z_limit: float = _limit("strain_z_limit")
    week_change_limit: float = _limit("week_change_limit")
    wellness_z_floor: float = _limit("wellness_z_floor")
    acute_load_limit: float | None = _limit("acute_load_limit")
    acute_load_critical: float | None = _limit("acute_load_critical")
    acute_load_percentile: float | None = _limit("acute_load_percentile")
    readiness_floor: float | None = _limit("readiness_floor")
    readiness_critical: float | None = _limit("readiness_critical")
    recovery_floor: float | None = _limit("recovery_floor")
    recovery_critical: float | None = _limit("recovery_critical")


@strawberry.type(description="What may be done about a breach.")
class RecommendedAdjustment:
    type: AdjustmentKind = field(description="What.")
    value: float = field(description="How much: percent, hours, or a number of sessions, as the type says.")


@strawberry.type(description="Something that happened to an alert, once.")
class AlertEntry:
    action: AlertAction = field(description="What.")
    at: datetime = field(description="When, UTC.")
    actor_name: str = field(description="Who, by name: a coach, or the watch over loads.")
    actor: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        alerts.person_of_entry,
        needs=[Has(Scope.TEAMS_READ)],
        description="The person; null for a program, and for somebody you may not see.",
    )
    reason: str | None = field(description="Why, in the user's words; null where nobody said.")
    severity: Severity = field(description="How severe it was then.")
    current_value: float = field(description="The value then, in the metric's unit.")
    version: int = field(description="The alert's version after it.")


@strawberry.type(description="A player is past a limit of the team: one alert for each breach.")
class WorkloadAlert(Node):
    id: strawberry.ID = id_field(Kind.WORKLOAD_ALERT)
    type: ThresholdType = field(description="What it is about.")
    severity: Severity = field(description="How far past the limit.")
    status: AlertStatus = field(description="What the coaches have made of it.")
    source: AlertSource = field(description="Who found it.")
    player: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        alerts.player_of_alert, needs=[Has(Scope.TEAMS_READ)], description="Whom it is about."
    )
    team: Annotated["Team", strawberry.lazy("schema.types.people")] | None = field(
        alerts.team_of_alert, needs=[Has(Scope.TEAMS_READ)], description="Whose limits they are."
    )
    first_day: date = field(description="First day of the breach, the team's.")
    last_day: date = field(description="Latest day on which it was found.")
    metric: Metric | None = field(description="What is past the limit; null where signs are counted.")
    current_value: float = field(description="Its value, in the metric's unit, or a number of signs.")
    threshold_value: float = field(description="The limit, in the same unit.")
    reason: str = field(description="It in words, with what speaks for the recommendation.")
    note: str = field(alerts.note_of_alert, description="What it is not, with the evidence.")
    adjustment: RecommendedAdjustment | None = field(
        description="What is recommended; null if the coming week needs no change."
    )
    effect: str = field(description="What that would do to the coming week, in words.")
    planned_week_au: float | None = field(
        description="The coming week's load as it is planned, in arbitrary units (AU); null if not known."
    )
    recommended_week_au: float | None = field(
        description="The same with what is recommended, AU; null if not known."
    )
    model_version: str | None = field(
        description="The version of the model that found it; null where another system did."
    )
    version: int = field(description="Rises with every change; hand it in as expectedVersion.")
    raised_at: datetime = field(description="When it was raised, UTC.")
    updated_at: datetime = field(description="When it last changed, UTC.")
    resolved_at: datetime | None = field(description="When the breach was over, UTC; null while it lasts.")
    history: list[AlertEntry] = field(
        alerts.history_of_alert, description="What happened to it, oldest first: who, when and why."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Alert)
