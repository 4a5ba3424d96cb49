"""What subscriptions tell of loads. Numbers are as they were then; objects are as they are now."""

from datetime import date

import strawberry

from domain.access import Scope
from domain.planning_events import ThresholdType
from domain.workload.breaches import Severity
from domain.workload.model import RiskBand
from resolvers.ids import Kind
from resolvers.live import workload_events
from resolvers.permissions import Has
from schema.fields import field
from schema.types.alert import RecommendedAdjustment, WorkloadAlert
from schema.types.live import Event, id_of
from schema.types.people import Player
from schema.types.workload import READS_WORKLOAD

ABOUT = "Whom it is about; null if they were deleted since."


@strawberry.type(description="A player's numbers were worked out anew.")
class WorkloadUpdatedEvent(Event):
    team_id: strawberry.ID = id_of(Kind.TEAM, "team_id", "Global id of the team by whose limits.")
    player_id: strawberry.ID = id_of(Kind.PLAYER, "player_id", "Global id of the player.")
    day: date = field(description="The day they stand for: the team's today at that time.")
    week_load_au: float | None = field(
        description="Load of the last seven days in arbitrary units (AU); null if not known."
    )
    acute_chronic_ratio: float | None = field(
        description="Acute over chronic load, exponentially weighted, a ratio; null if not known."
    )
    readiness_score: float | None = field(description="Readiness, points of 100; null if not known.")
    recovery_score: float | None = field(description="Recovery, points of 100; null if not known.")
    risk_band: RiskBand | None = field(
        description="How many signs of load are past their limits; no prediction of injury."
    )
    model_version: str = field(description="The version of the model that made them.")
    player: Player | None = field(
        workload_events.player_of_event, needs=[Has(Scope.TEAMS_READ)], description=ABOUT
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, workload_events.WorkloadUpdatedEvent)


@strawberry.type(
    description="A player is past a limit: told once for each breach, and again if it becomes critical."
)
class WorkloadThresholdBreachedEvent(Event):
    team_id: strawberry.ID = id_of(Kind.TEAM, "team_id", "Global id of the team whose limit it is.")
    player_id: strawberry.ID = id_of(Kind.PLAYER, "player_id", "Global id of the player.")
    alert_id: strawberry.ID = id_of(Kind.WORKLOAD_ALERT, "alert_id", "Global id of the alert.")
    type: ThresholdType = field(description="What it is about.")
    severity: Severity = field(description="How far past the limit.")
    day: date = field(description="The team's day on which it was found.")
    current_value: float = field(description="The value, in the metric's unit, or a number of signs.")
    threshold_value: float = field(description="The limit, in the same unit.")
    reason: str = field(description="It in words.")
    adjustment: RecommendedAdjustment | None = field(
        description="What was recommended; null if the coming week needs no change."
    )
    alert: WorkloadAlert | None = field(
        workload_events.alert_of_event,
        needs=READS_WORKLOAD,
        description="The alert as it is now; null if it was deleted since.",
    )
    player: Player | None = field(
        workload_events.player_of_event, needs=[Has(Scope.TEAMS_READ)], description=ABOUT
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, workload_events.WorkloadThresholdBreachedEvent)
