"""Workload over a range of days: of a player, and of a team."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.access import Scope
from domain.workload.model import DayState, RiskBand
from integrations.flags import Flag
from resolvers import workload_fields as fields
from resolvers.permissions import Behind, Has
from schema.fields import field
from schema.types.season import DataFreshness
from schema.types.workload_values import (
    Compliance,
    LoadRisk,
    Readiness,
    WorkloadSeries,
    WorkloadSummary,
    WorkloadTrend,
    WorkloadValue,
)

if TYPE_CHECKING:
    from schema.types.people import Player, Team

READS_WORKLOAD = (Has(Scope.WORKLOAD_READ), Behind(Flag.WORKLOAD))


@strawberry.type(
    description="One player on one day: every number as it stood when the day was over. AU are arbitrary "
    "units: session RPE times minutes."
)
class WorkloadDay:
    day: date = field(description="The day.")
    state: DayState = field(fields.state_of_day, description="Whether its load is known.")
    total_load: WorkloadValue = field(description="The day's load, AU.")
    training_load: WorkloadValue = field(description="The day's load of training, AU.")
    game_load: WorkloadValue = field(description="The day's load of games, AU.")
    week_load: WorkloadValue = field(description="Load of the seven days that end on this one, AU.")
    week_change: WorkloadValue = field(description="The same against the seven days before, %.")
    monotony: WorkloadValue = field(description="Mean over standard deviation of seven days, a ratio.")
    strain: WorkloadValue = field(description="The week's load times monotony, AU.")
    strain_z: WorkloadValue = field(description="Strain against the athlete's usual, standard deviations.")
    acute_load: WorkloadValue = field(description="Exponentially weighted over 7 days, AU a day.")
    chronic_load: WorkloadValue = field(description="Exponentially weighted over 28 days, AU a day.")
    acute_chronic_ewma: WorkloadValue = field(
        description="Acute over chronic load, exponentially weighted, coupled, a ratio."
    )
    acute_chronic_coupled: WorkloadValue = field(
        description="Rolling mean of 7 days over that of 28 with them in it, a ratio."
    )
    acute_chronic_uncoupled: WorkloadValue = field(
        description="Rolling mean of 7 days over that of the 21 days before them, a ratio."
    )
    fitness: WorkloadValue = field(description="Exponential, time constant 42 days, AU a day.")
    fatigue: WorkloadValue = field(description="Exponential, time constant 7 days, AU a day.")
    form: WorkloadValue = field(description="Yesterday's fitness less yesterday's fatigue, AU a day.")
    recovery: WorkloadValue = field(description="Form against the athlete's usual, 0 to 100; 50 is usual.")
    wellness_z: WorkloadValue = field(
        description="How they feel against their usual, standard deviations; more is better."
    )
    own_load_limit: WorkloadValue = field(
        description="The athlete's own high percentile of a week's load, AU."
    )
    readiness: Readiness = field(description="How ready they were, and why.")
    risk: LoadRisk = field(description="Which signs of load are past the team's limits.")


@strawberry.type(
    description="One player in one ISO week, Monday to Sunday; a week that is not over is as complete as it "
    "is. AU are arbitrary units."
)
class WorkloadWeek:
    iso_year: int = field(description="The number of the year that the week belongs to.")
    iso_week: int = field(description="Its number, 1 to 53.")
    monday: date = field(description="Its first day.")
    total_load: WorkloadValue = field(description="Load in all, AU.")
    training_load: WorkloadValue = field(description="Load of training, AU.")
    game_load: WorkloadValue = field(description="Load of games, AU.")
    change: WorkloadValue = field(description="Load against the ISO week before, %.")
    monotony: WorkloadValue = field(description="Mean over standard deviation of the days, a ratio.")
    strain: WorkloadValue = field(description="The load times monotony, AU.")
    mean_readiness: WorkloadValue = field(description="Mean of the days' readiness, 0 to 100.")
    mean_recovery: WorkloadValue = field(description="Mean of the days' recovery, 0 to 100.")
    highest_risk: RiskBand | None = field(description="The highest band of its days; null for none known.")
    days: list[WorkloadDay] = field(
        fields.days_of_week, size=7, description="Its days that lie in the range."
    )


@strawberry.type(description="A player's workload over a range of days.")
class PlayerWorkload:
    player: Annotated["Player", strawberry.lazy("schema.types.people")] = field(
        fields.player_of_analytics, needs=[Has(Scope.TEAMS_READ)], description="Whose it is."
    )
    summary: WorkloadSummary = field(
        fields.summary_of_player,
        description="The range in a few numbers: the planning service's, where there is one and it answers.",
    )
    days: list[WorkloadDay] = field(
        fields.days_of_player,
        size=fields.USUAL_DAYS,
        sliced_by=["last"],
        description="The last days of the range, oldest first. Days to come are not among them.",
    )
    weeks: list[WorkloadWeek] = field(
        fields.weeks_of_player,
        size=fields.USUAL_WEEKS,
        sliced_by=["last"],
        description="The last ISO weeks that the range touches, oldest first.",
    )
    series: list[WorkloadSeries] = field(
        fields.series_of_player,
        sliced_by=["metrics"],
        description="Numbers over the whole range, each as one list: the lightest way to much of it.",
    )
    trends: list[WorkloadTrend] = field(
        fields.trends_of_player, size=3, description="Which way load, wellness and readiness went."
    )
    compliance: Compliance = field(
        fields.compliance_of_player, weight=5, description="What was assigned against what was done."
    )


@strawberry.type(description="How many players are in a band.")
class RiskBandCount:
    band: RiskBand | None = field(description="Which; null for those of whom none is known.")
    count: int = field(description="Number of players.")


@strawberry.type(description="A team on one day: means over the players of whom a number is known.")
class TeamWorkloadDay:
    day: date = field(description="The day.")
    player_count: int = field(description="Number of players.")
    reported_count: int = field(description="Number of players whose load of the day is known.")
    mean: WorkloadValue | None = field(
        fields.mean_of_team,
        description="A player's mean of a number; null for numbers of which a team has none.",
    )
    risk_bands: list[RiskBandCount] = field(
        fields.bands_of_team, size=4, description="How many players are in which band, the highest first."
    )


@strawberry.type(description="A team in one ISO week: means over the players of whom a number is known.")
class TeamWorkloadWeek:
    iso_year: int = field(description="The number of the year that the week belongs to.")
    iso_week: int = field(description="Its number, 1 to 53.")
    monday: date = field(description="Its first day.")
    player_count: int = field(description="Number of players.")
    reported_count: int = field(description="Number of players of whom at least one day is known.")
    mean: WorkloadValue | None = field(
        fields.mean_of_team,
        description="A player's mean of a number of the week; null for numbers of which a week has none.",
    )
    risk_bands: list[RiskBandCount] = field(
        fields.bands_of_team,
        size=4,
        description="How many players' highest band of the week it is, the highest first.",
    )


@strawberry.type(description="The workload of a team's players over a range of days.")
class WorkloadAnalytics:
    first: date = field(name="startDate", description="First day of the range.")
    last: date = field(name="endDate", description="Last day of the range, inclusive.")
    team: Annotated["Team", strawberry.lazy("schema.types.people")] = field(
        fields.team_of_analytics, needs=[Has(Scope.TEAMS_READ)], description="The team."
    )
    players: list[PlayerWorkload] = field(
        fields.players_of_analytics,
        size=30,
        description="Its players whose training you may see, by name: all of them if you run the team, "
        "yourself if you play in it.",
    )
    days: list[TeamWorkloadDay] | None = field(
        fields.days_of_team,
        size=fields.USUAL_DAYS,
        sliced_by=["last"],
        description="The team's last days of the range, oldest first; null unless you run the team.",
    )
    weeks: list[TeamWorkloadWeek] | None = field(
        fields.weeks_of_team,
        size=fields.USUAL_WEEKS,
        sliced_by=["last"],
        description="The team's last ISO weeks of the range, oldest first; null unless you run the team.",
    )
    freshness: DataFreshness | None = field(
        description="How old the planning service's answer is that the summaries are from; null where they "
        "are worked out here."
    )
