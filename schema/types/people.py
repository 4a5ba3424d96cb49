from typing import Annotated

import strawberry

from domain import people as domain
from domain.access import Scope
from domain.people import Role
from integrations.flags import Flag
from resolvers import alerts as load_alerts
from resolvers import (
    assignments,
    athletes,
    feature_flags,
    people,
    plans,
    projections,
    seasons,
    sync_status,
    training_log,
    wellness,
    workload_limits,
)
from resolvers import workload as load
from resolvers.ids import Kind
from resolvers.permissions import Behind, Has
from schema.fields import field
from schema.types.alert import WorkloadAlert, WorkloadThresholds
from schema.types.assignment import READS_ASSIGNMENTS, WorkoutAssignment
from schema.types.athlete import PlayerProfile, TeamGroup
from schema.types.connection import Connection
from schema.types.feature_flag import FeatureFlag
from schema.types.node import Node, id_field
from schema.types.plan import Plan
from schema.types.projection import ProjectedWorkload
from schema.types.season import READS_ADJUSTMENTS, READS_SEASONS, SeasonPhase, SeasonPlan
from schema.types.season_sync import SyncStatus
from schema.types.training import TrainingEntry, WellnessReport
from schema.types.workload import READS_WORKLOAD, PlayerWorkload, WorkloadAnalytics
from schema.types.workload_values import Readiness


@strawberry.type(description="A person of the organization: a player, or somebody who coaches or runs it.")
class Player(Node):
    id: strawberry.ID = id_field(Kind.PLAYER)
    display_name: str = field(description="Their name as shown.")
    role: Role = field(description="What they are in the organization.")
    time_zone: str = field(description="Their time zone, by its IANA name.")
    teams: list[Annotated["Team", strawberry.lazy("schema.types.people")]] | None = field(
        people.teams_of_player,
        needs=[Has(Scope.TEAMS_READ)],
        never_null=True,
        description="The teams they play in or coach, of those that you see, by name.",
    )
    plans: Connection[Plan] | None = field(
        plans.plans_of_player,
        needs=[Has(Scope.PLANS_READ)],
        never_null=True,
        description="Their plans, of those that you see, the latest start first.",
    )
    profile: PlayerProfile | None = field(
        athletes.profile_of_player,
        needs=[Has(Scope.ASSIGNMENTS_READ), Behind(Flag.ASSIGNMENTS)],
        description="What is known of their body and what limits it; null unless it is you, or you coach "
        "them or run the organization.",
    )

    assignments: Connection[WorkoutAssignment] | None = field(
        assignments.assignments_of_player,
        needs=READS_ASSIGNMENTS,
        never_null=True,
        description="Their workouts with days in a window, of those that you see, by their first day.",
    )

    training_log: Connection[TrainingEntry] | None = field(
        training_log.training_log_of_player,
        needs=[Has(Scope.WORKLOAD_READ), Behind(Flag.WORKLOAD)],
        description="What they did, the latest day first, withdrawn entries too; null unless it is you, or "
        "you coach them or run the organization.",
    )
    wellness_reports: Connection[WellnessReport] | None = field(
        wellness.wellness_of_player,
        needs=[Has(Scope.WORKLOAD_READ), Behind(Flag.WORKLOAD)],
        description="How they felt, the latest day first; null unless it is you, or you coach them or run "
        "the organization.",
    )
    workload: PlayerWorkload | None = field(
        load.workload_of_player,
        needs=READS_WORKLOAD,
        weight=10,
        description="Their workload over a range of days; null unless it is you, or you coach them or run "
        "the organization.",
    )
    readiness: Readiness | None = field(
        load.readiness_of_player,
        needs=READS_WORKLOAD,
        weight=5,
        description="How ready they are today, in their time zone; null unless it is you, or you coach them "
        "or run the organization.",
    )
    project_workload: ProjectedWorkload | None = field(
        projections.project_workload_of_player,
        needs=READS_WORKLOAD,
        weight=15,
        description="Their coming week as it would be, as planned and under what you try; null unless it is "
        "you, or you coach them or run the organization.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Person)


@strawberry.type(description="A team.")
class Team(Node):
    id: strawberry.ID = id_field(Kind.TEAM)
    name: str = field(description="Its name.")
    sport: str = field(description="What it plays.")
    time_zone: str = field(description="Decides what a day is for it; an IANA name.")
    players: Connection[Player] | None = field(
        people.players_of_team,
        needs=[Has(Scope.TEAMS_READ)],
        never_null=True,
        description="Who plays in it, of those that you see, by name.",
    )
    coaches: Connection[Player] | None = field(
        people.coaches_of_team,
        needs=[Has(Scope.TEAMS_READ)],
        never_null=True,
        description="Who coaches it, of those that you see, by name.",
    )
    groups: list[TeamGroup] | None = field(
        athletes.groups_of_team,
        needs=[Has(Scope.ASSIGNMENTS_READ), Behind(Flag.ASSIGNMENTS)],
        description="Its lines, positions and other groups, by type and name; null unless you coach it or "
        "run the organization.",
    )

    current_phase: SeasonPhase | None = field(
        seasons.current_phase_of_team,
        needs=READS_SEASONS,
        description="The phase that it is in today, in its time zone; null between phases.",
    )
    season_plan: SeasonPlan | None = field(
        seasons.season_plan_of_team,
        needs=READS_SEASONS,
        description="Its season that is in force, with the phases; null if none is.",
    )
    season_plans: Connection[SeasonPlan] | None = field(
        seasons.seasons_of_team,
        needs=READS_SEASONS,
        never_null=True,
        description="Its seasons that are kept here, in whatever state, of those that you see; the latest "
        "start first.",
    )
    assignments: Connection[WorkoutAssignment] | None = field(
        assignments.assignments_of_team,
        needs=READS_ASSIGNMENTS,
        never_null=True,
        description="Workouts of its players with days in a window, of those that you see, by first day.",
    )
    sync_status: SyncStatus | None = field(
        sync_status.sync_status_of_team,
        needs=READS_ADJUSTMENTS,
        weight=50,
        description="Whether its active assignments are as its phase wants them, of those that you see.",
    )
    workload: WorkloadAnalytics | None = field(
        load.workload_of_team,
        needs=READS_WORKLOAD,
        weight=20,
        never_null=True,
        description="Workload and readiness of its players, of those whose training you may see.",
    )
    project_workload: list[ProjectedWorkload] | None = field(
        projections.project_workload_of_team,
        needs=READS_WORKLOAD,
        weight=50,
        size=30,
        description="The coming week of its players as it would be, as planned and under what you try; of "
        "those whose training you may see, by name.",
    )
    workload_thresholds: WorkloadThresholds | None = field(
        workload_limits.limits_in_force,
        needs=READS_WORKLOAD,
        never_null=True,
        description="Where its coaches want to be warned; the usual limits unless they set others.",
    )
    alerts: Connection[WorkloadAlert] | None = field(
        load_alerts.alerts_of_team,
        needs=READS_WORKLOAD,
        never_null=True,
        description="Its alerts of load, the latest first: all of them if you run the team, your own if you "
        "play in it.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Team)


@strawberry.type(description="Who is signed in, and what they may reach.")
class Viewer(Node):
    id: strawberry.ID = id_field(Kind.VIEWER, lambda viewer: viewer.key)
    display_name: str = field(description="Your name as shown.")
    role: Role = field(description="What you are in your organization.")
    time_zone: str = field(description="Your time zone, by its IANA name.")
    scopes: list[str] = field(people.scopes_of_viewer, description="What this token may do, by name.")
    organization_name: str | None = field(
        people.organization_of_viewer,
        needs=[Has(Scope.TEAMS_READ)],
        never_null=True,
        description="Your organization's name.",
    )
    player: Player | None = field(
        people.player_of_viewer,
        needs=[Has(Scope.TEAMS_READ)],
        description="You as others see you; null for a program.",
    )
    teams: Connection[Team] | None = field(
        people.visible_teams,
        needs=[Has(Scope.TEAMS_READ)],
        never_null=True,
        description="The teams that you see, by name.",
    )
    plans: Connection[Plan] | None = field(
        plans.visible_plans,
        needs=[Has(Scope.PLANS_READ)],
        never_null=True,
        description="Every plan that you see, the latest start first: your own, and those of whom you coach.",
    )
    feature_flags: list[FeatureFlag] | None = field(
        feature_flags.feature_flags,
        needs=[Has(Scope.FLAGS_READ)],
        size=20,
        never_null=True,
        description="The feature flags, evaluated for you.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Viewer)
