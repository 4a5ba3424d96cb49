"""The list of what can be read, and who may: every way in, and every key."""

import strawberry

from domain.access import Scope
from integrations.flags import Flag
from resolvers import exercises as catalogue
from resolvers import feature_flags as flags
from resolvers import nodes as by_id
from resolvers import people, phase_templates, plans, previews, seasons, sessions, sync_status
from resolvers import time_crunch as crunch
from resolvers import workload as load
from resolvers.live import cursors
from resolvers.permissions import Behind, Has, SignedIn
from schema.fields import field
from schema.types.assignment import READS_TEMPLATES
from schema.types.compression import TimeCrunchCurve
from schema.types.connection import Connection
from schema.types.exercise import Exercise
from schema.types.feature_flag import FeatureFlag
from schema.types.node import Node
from schema.types.people import Player, Team, Viewer
from schema.types.plan import Plan
from schema.types.preview import TimeCrunchPreview
from schema.types.season import READS_ADJUSTMENTS, READS_SEASONS, SeasonPhase, SeasonPlan
from schema.types.season_sync import SyncStatus
from schema.types.season_template import PhaseTemplate
from schema.types.session import Session
from schema.types.time_crunch import TimeCrunch
from schema.types.workload import READS_WORKLOAD, WorkloadAnalytics

READS_PLANS = Has(Scope.PLANS_READ)
SEES_PREVIEWS = Behind(Flag.TIME_CRUNCH_PREVIEW)


@strawberry.type(description="What can be read.")
class Query:
    viewer: Viewer = field(
        people.viewer, needs=[SignedIn()], description="Who is signed in, and what they may reach."
    )
    node: Node | None = field(
        by_id.node,
        needs=[SignedIn()],
        description="Anything by its global id; null when it is missing or not visible. Needs what its type "
        "needs elsewhere.",
    )
    nodes: list[Node | None] = field(
        by_id.nodes,
        needs=[SignedIn()],
        size=50,
        sliced_by=["ids"],
        description="Up to 50 things by their global ids, in that order; null where node would be.",
    )
    live_cursor: str | None = field(
        cursors.live_cursor,
        needs=[SignedIn(), Behind(Flag.LIVE)],
        never_null=True,
        description="The place that live events have come to: handed in as `after` of a subscription, what "
        "happens from now on is not missed, whenever that begins. Ask for it before you load what you show, "
        "in an operation of its own. Not for featureFlagsChanged.",
    )
    plan: Plan | None = field(plans.plan, needs=[READS_PLANS], description="A training plan.")
    session: Session | None = field(sessions.session, needs=[READS_PLANS], description="A day's training.")
    team: Team | None = field(people.team, needs=[Has(Scope.TEAMS_READ)], description="A team.")
    player: Player | None = field(people.player, needs=[Has(Scope.TEAMS_READ)], description="A player.")
    current_phase: SeasonPhase | None = field(
        seasons.current_phase,
        needs=READS_SEASONS,
        description="The phase that a team is in today, in its time zone; null between phases.",
    )
    season_plan: SeasonPlan | None = field(
        seasons.season_plan,
        needs=READS_SEASONS,
        description="A team's season that is in force, with its phases; null if none is.",
    )
    phase_templates: Connection[PhaseTemplate] | None = field(
        phase_templates.phase_templates,
        needs=READS_TEMPLATES,
        never_null=True,
        description="The phase templates that you may use, by name: everyone's, and your organization's own.",
    )
    sync_status: SyncStatus | None = field(
        sync_status.sync_status,
        needs=READS_ADJUSTMENTS,
        weight=50,
        description="Whether a team's active assignments are as its phase wants them, of those that you see.",
    )
    workload_analytics: WorkloadAnalytics | None = field(
        load.workload_analytics,
        needs=READS_WORKLOAD,
        weight=20,
        description="Workload and readiness of a team's players, day by day and week by week; of those whose "
        "training you may see.",
    )
    exercises: Connection[Exercise] | None = field(
        catalogue.exercises,
        needs=[Has(Scope.CATALOGUE_READ)],
        never_null=True,
        description="The exercise catalogue, by name: everyone's, and your organization's own.",
    )
    time_crunch_preview: TimeCrunchPreview | None = field(
        previews.time_crunch_preview,
        needs=[READS_PLANS, SEES_PREVIEWS],
        weight=50,
        description="Every session of a plan compressed to the same minutes, for looking at.",
    )
    time_crunch_status: TimeCrunch | None = field(
        crunch.time_crunch_status,
        needs=[READS_PLANS],
        description="What Time Crunch Mode has done with a session of a plan, and what it could do.",
    )
    time_crunch_curve: TimeCrunchCurve | None = field(
        crunch.time_crunch_curve,
        needs=[READS_PLANS, SEES_PREVIEWS],
        weight=50,
        description="Minutes against training value kept, for a session of a plan.",
    )
    feature_flags: list[FeatureFlag] | None = field(
        flags.feature_flags,
        needs=[Has(Scope.FLAGS_READ)],
        size=20,
        never_null=True,
        description="The feature flags, evaluated for the caller.",
    )
