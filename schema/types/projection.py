"""The coming week as it would be."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.access import Scope
from resolvers import projections
from resolvers.permissions import Has
from schema.fields import field
from schema.types.workload_values import LoadRisk, WorkloadValue

if TYPE_CHECKING:
    from schema.types.people import Player


@strawberry.type(description="A day as it would be.")
class ProjectedDay:
    day: date = field(description="The day.")
    load_au: float = field(description="Its planned load, in arbitrary units (AU); 0 is a rest day.")
    form: WorkloadValue = field(description="Form in the morning, AU a day.")
    acute_chronic: WorkloadValue = field(
        description="Acute over chronic load in the evening, exponentially weighted, a ratio."
    )


@strawberry.type(
    description="Seven days as they would be, trained as planned: single values are those at their "
    "end. AU are arbitrary units: session RPE times minutes."
)
class WorkloadProjection:
    first: date = field(name="firstDay", description="Its first day.")
    last: date = field(name="lastDay", description="Its last day.")
    days: list[ProjectedDay] = field(size=7, description="Day by day.")
    week_load: WorkloadValue = field(description="The load of the week, AU.")
    week_change: WorkloadValue = field(description="The same against the seven days before, %.")
    monotony: WorkloadValue = field(description="Mean over standard deviation of the days, a ratio.")
    strain: WorkloadValue = field(description="The load times monotony, AU.")
    strain_z: WorkloadValue = field(description="Strain against the athlete's usual, standard deviations.")
    acute_load: WorkloadValue = field(description="Exponentially weighted over 7 days, AU a day.")
    chronic_load: WorkloadValue = field(description="Exponentially weighted over 28 days, AU a day.")
    acute_chronic: WorkloadValue = field(description="Acute over chronic load, a ratio.")
    fitness: WorkloadValue = field(description="Exponential, time constant 42 days, AU a day.")
    fatigue: WorkloadValue = field(description="Exponential, time constant 7 days, AU a day.")
    form: WorkloadValue = field(description="Fitness less fatigue on the morning after, AU a day.")
    recovery: WorkloadValue = field(description="Form against the athlete's usual, 0 to 100; 50 is usual.")
    risk: LoadRisk = field(
        description="Which signs of load would be past the team's limits; how they would feel, nobody knows."
    )


@strawberry.type(description="A player's coming week, from tomorrow on. Nothing of it is stored.")
class ProjectedWorkload:
    player: Annotated["Player", strawberry.lazy("schema.types.people")] = field(
        projections.player_of_projection, needs=[Has(Scope.TEAMS_READ)], description="Whose it is."
    )
    as_planned: WorkloadProjection = field(
        description="As it is assigned now, with sessions that are compressed already as short as they are."
    )
    projected: WorkloadProjection | None = field(
        description="As it would be under what is to be tried; null if nothing is."
    )
