from datetime import datetime, time

import strawberry

from domain import phase_templates as domain
from domain.assignments import AssignmentType
from domain.phases import PhaseType
from resolvers import phase_templates, season_documents, seasons
from resolvers.ids import Kind
from schema.fields import field
from schema.types.assignment_parts import LoadProgression
from schema.types.node import Node, id_field
from schema.types.season import DataFreshness
from schema.types.workout import Workout


@strawberry.type(description="For whom a workout of a template is.")
class TargetGroup:
    type: AssignmentType = field(description="The team, or a part of it.")
    name: str | None = field(description="The name of the line, position or group; null for the team.")


@strawberry.type(description="A workout of a template, with its weeks and weekdays.")
class TemplateWorkout:
    workout: Workout = field(description="What is done.")
    first_week: int = field(description="The first week that it is done in, from 1.")
    last_week: int = field(description="The last week that it is done in, by its number, inclusive.")
    days_of_week: list[int] = field(
        phase_templates.days_of_template_workout,
        size=3,
        description="The weekdays that it is done on; 0 is Monday.",
    )
    starts_at: time | None = field(description="When it begins, in the team's time zone, if that is set.")
    target: TargetGroup = field(description="For whom it is.")
    load: LoadProgression = field(description="Its load, and how that goes on from week to week.")
    heart_rate_reserve_low: int | None = field(
        phase_templates.lowest_reserve_percent,
        description="Low end of the zone, percent of heart-rate reserve; each player's own beats come of it.",
    )
    heart_rate_reserve_high: int | None = field(
        phase_templates.highest_reserve_percent,
        description="High end of the zone, percent of heart-rate reserve.",
    )


@strawberry.type(description="A reusable recipe of workouts for a phase.")
class PhaseTemplate(Node):
    id: strawberry.ID = id_field(Kind.PHASE_TEMPLATE)
    name: str = field(description="Its name.")
    description: str | None = field(description="What it is for, and for whom.")
    phase_type: PhaseType = field(description="What kind of phase it is made for.")
    weeks: int = field(description="How long it goes on: a number of weeks.")
    sessions_a_week: int = field(description="The most sessions that a week of it has, over all its groups.")
    is_own: bool = field(
        phase_templates.is_own_template,
        description="Whether it is your organization's own, which it may change; else it is everyone's.",
    )
    workouts: list[TemplateWorkout] = field(size=10, description="Its workouts, at most 60.")
    version: int = field(description="Rises with every change of it; hand it in as expectedVersion.")
    created_at: datetime = field(description="When it was made, UTC.")
    updated_at: datetime = field(description="When it was last changed, UTC.")
    freshness: DataFreshness | None = field(
        seasons.freshness_of_template,
        description="How old it is, if it comes from the planning system; null for our own data.",
    )
    document: str = field(
        season_documents.document_of_template,
        description="It as a JSON document, which importPhaseTemplate makes the same template of.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.PhaseTemplate)
