from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import phases
from domain import seasons as domain
from domain.access import Scope
from domain.phases import Intensity, ObjectiveType, PhaseType, Priority
from domain.seasons import SeasonStatus
from integrations.flags import Flag
from resolvers import season_documents, seasons
from resolvers.ids import Kind
from resolvers.permissions import Behind, Has
from schema.fields import field
from schema.types.connection import Connection
from schema.types.node import Node, id_field

if TYPE_CHECKING:
    from schema.types.assignment import PhaseAdjustment
    from schema.types.people import Team

READS_SEASONS = (Has(Scope.SEASONS_READ), Behind(Flag.SEASONS))
READS_ADJUSTMENTS = (Has(Scope.ASSIGNMENTS_READ), Behind(Flag.PHASE_ADJUSTMENTS))


@strawberry.type(description="How old something is that the planning system answered.")
class DataFreshness:
    age_seconds: float = field(description="Seconds since it was asked for.")
    is_stale: bool = field(
        description="Whether it is past its time: the planning system gave no newer answer."
    )


@strawberry.type(description="What a phase should bring.")
class PhaseObjective:
    type: ObjectiveType = field(description="What is to improve.")
    priority: Priority = field(description="How much it matters among the others.")
    target_improvement: float = field(
        seasons.target_improvement, description="By how much, percent of the team's own measure."
    )


@strawberry.type(description="A part of a season, in which training is of one kind.")
class SeasonPhase(Node):
    id: strawberry.ID = id_field(Kind.SEASON_PHASE)
    name: str = field(description="Its name.")
    type: PhaseType = field(description="What kind of phase it is.")
    starts_on: date = field(description="Its first day, in the team's calendar.")
    ends_on: date = field(description="Its last day, inclusive.")
    intensity: Intensity = field(description="How hard it is.")
    load_multiplier: float = field(
        seasons.effective_load_multiplier,
        description="The factor by which it changes loads: its own, or else its intensity's.",
    )
    own_load_multiplier: float | None = field(
        seasons.own_load_multiplier,
        description="The factor that it states itself; null where the intensity's counts.",
    )
    training_frequency: int = field(description="Training sessions a week.")
    game_frequency: float = field(description="Number of games a week.")
    game_days: list[int] = field(
        seasons.game_days, size=2, description="The weekdays of games as far as they are known; 0 is Monday."
    )
    recovery_ratio: float = field(description="The share of days without training, from 0 to 1.")
    focus_areas: list[str] = field(
        size=3,
        description="What it works on, such as strength or speed; exercises that serve these come first.",
    )
    objectives: list[PhaseObjective] = field(size=3, description="What it should bring, at most 20.")
    season_plan: Annotated["SeasonPlan", strawberry.lazy("schema.types.season")] | None = field(
        seasons.season_plan_of_phase,
        needs=READS_SEASONS,
        description="The season that it is part of; null for one that is gone, or a draft that is not yours.",
    )
    adjustments: (
        Connection[Annotated["PhaseAdjustment", strawberry.lazy("schema.types.assignment")]] | None
    ) = field(
        seasons.adjustments_of_phase,
        needs=READS_ADJUSTMENTS,
        description="What it did to assignments that you see, the latest first.",
    )
    freshness: DataFreshness | None = field(
        seasons.freshness_of_phase,
        description="How old it is, if it comes from the planning system; null for our own data.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, phases.SeasonPhase)


@strawberry.type(description="The load that a season leads up to, for each player.")
class SeasonLoad:
    base_load: int = field(seasons.base_load, description="Load of an ordinary week, AU.")
    peak_week: int | None = field(description="The hardest week, by its number in the season, from 1.")
    taper_weeks: list[int] = field(
        size=2, description="Weeks in which the load comes down to half, by number."
    )
    recovery_weeks: list[int] = field(size=4, description="Weeks with 0.6 of the load, by number.")


@strawberry.type(description="A week of a season.")
class SeasonWeek:
    number: int = field(description="Its number in the season, from 1.")
    starts_on: date = field(description="Its first day: week 1 begins with the season.")
    planned_load: int = field(
        seasons.planned_load, description="What a player's load comes to in it if all goes to plan, AU."
    )


@strawberry.type(description="A team's season.")
class SeasonPlan(Node):
    id: strawberry.ID = id_field(Kind.SEASON_PLAN)
    name: str = field(description="Its name.")
    status: SeasonStatus = field(description="Where it stands.")
    starts_on: date = field(description="Its first day, in the team's calendar.")
    ends_on: date = field(description="Its last day, inclusive.")
    load: SeasonLoad = field(description="The load that it leads up to.")
    phases: list[SeasonPhase] = field(size=8, description="Its phases, by their start; at most 60.")
    weeks: list[SeasonWeek] = field(
        seasons.weeks_of_season_plan, size=45, description="Its weeks with their planned loads, at most 79."
    )
    version: int = field(description="Rises with every change of it; hand it in as expectedVersion.")
    created_at: datetime = field(description="When it was made, UTC.")
    updated_at: datetime = field(description="When it was last changed, UTC.")
    team: Annotated["Team", strawberry.lazy("schema.types.people")] | None = field(
        seasons.team_of_season_plan, needs=[Has(Scope.TEAMS_READ)], description="Whose season it is."
    )
    freshness: DataFreshness | None = field(
        seasons.freshness_of_season_plan,
        description="How old it is, if it comes from the planning system; null for our own data.",
    )
    document: str = field(
        season_documents.document_of_season_plan,
        description="It as a JSON document, which importSeasonPlan makes the same plan of, as a draft.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.SeasonPlan)
