"""The list of what can be followed, and by whom: every way in, and every key."""

import strawberry

from domain.access import Scope
from integrations.flags import Flag
from resolvers.live import flag_events, season_events, session_events, workload_events
from resolvers.permissions import Behind, Has
from schema.fields import subscription
from schema.types.live import (
    AssignmentsAdjustedEvent,
    FeatureFlagsChangedEvent,
    PhaseChangedEvent,
    SessionCompressedEvent,
)
from schema.types.live_workload import WorkloadThresholdBreachedEvent, WorkloadUpdatedEvent

IS_LIVE = Behind(Flag.LIVE)


@strawberry.type(
    description="What happens, as it happens. Every event is judged anew for whoever follows: a subscription "
    "ends with an error when they may no longer see what it is about."
)
class Subscription:
    session_compressed: SessionCompressedEvent = subscription(
        session_events.session_compressed,
        needs=[Has(Scope.PLANS_READ), IS_LIVE],
        description="Sessions compressed or put back: of one session, or of the players of a team.",
    )
    phase_changed: PhaseChangedEvent = subscription(
        season_events.phase_changed,
        needs=[Has(Scope.SEASONS_READ), IS_LIVE],
        description="A team comes to another phase of its season: by the calendar, or as a planner says.",
    )
    assignments_adjusted: AssignmentsAdjustedEvent = subscription(
        season_events.assignments_adjusted,
        needs=[Has(Scope.ASSIGNMENTS_READ), IS_LIVE],
        description="Assignments of a team were adjusted.",
    )
    workload_updated: WorkloadUpdatedEvent = subscription(
        workload_events.workload_updated,
        needs=[Has(Scope.WORKLOAD_READ), IS_LIVE],
        description="Numbers of a team's players are worked out anew: of all of them for who runs the team, "
        "of oneself for a player.",
    )
    workload_threshold_breached: WorkloadThresholdBreachedEvent = subscription(
        workload_events.workload_threshold_breached,
        needs=[Has(Scope.WORKLOAD_READ), IS_LIVE],
        description="Players of a team are past a limit: all of them for who runs the team, oneself for a "
        "player.",
    )
    feature_flags_changed: FeatureFlagsChangedEvent = subscription(
        flag_events.feature_flags_changed,
        needs=[Has(Scope.FLAGS_READ), IS_LIVE],
        description="Feature flags change for you.",
    )
