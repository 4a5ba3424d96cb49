from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from domain import adjustments as adjusting
from domain import assignments as domain
from domain.access import Scope
from domain.assignments import AssignmentStatus, AssignmentType
from domain.planning import AdjustmentType
from integrations.flags import Flag
from resolvers import adjustments, assignments
from resolvers.ids import Kind
from resolvers.permissions import Behind, Has
from schema.fields import field
from schema.types.assignment_parts import (
    LoadProgression,
    PerformanceThresholds,
    PlannedValue,
    Recurrence,
)
from schema.types.connection import Connection
from schema.types.node import Node, id_field
from schema.types.season import READS_ADJUSTMENTS, READS_SEASONS, SeasonPhase, SeasonPlan
from schema.types.season_template import PhaseTemplate
from schema.types.workout import Workout, WorkoutPrescription

if TYPE_CHECKING:
    from schema.types.people import Player, Team

READS_ASSIGNMENTS = (Has(Scope.ASSIGNMENTS_READ), Behind(Flag.ASSIGNMENTS))
READS_TEMPLATES = (Has(Scope.SEASONS_READ), Behind(Flag.PHASE_TEMPLATES))


@strawberry.type(description="Who did something.")
class Actor:
    name: str = field(description="Their name, or that of the program, at the time.")
    player: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        adjustments.person_of_actor,
        needs=[Has(Scope.TEAMS_READ)],
        description="The person; null for a program, and for somebody you may not see.",
    )


@strawberry.type(description="Something that the phase in force has changed of an assignment.")
class AdjustmentInForce:
    type: AdjustmentType = field(description="What was changed.")
    original_value: PlannedValue = field(
        adjustments.original_value, description="What it was before any phase."
    )
    adjusted_value: PlannedValue = field(adjustments.adjusted_value, description="What it is now.")
    reason: str = field(description="Why, in words.")
    adjusted_at: datetime = field(adjustments.moment_of_adjustment, description="When, UTC.")
    adjusted_by: Actor = field(adjustments.actor_of_adjustment, description="Who did it.")


@strawberry.type(description="An entry in the history of an assignment: what was changed of it, once.")
class PhaseAdjustment(Node):
    id: strawberry.ID = id_field(Kind.PHASE_ADJUSTMENT)
    type: AdjustmentType = field(adjustments.type_of_adjustment, description="What was changed.")
    original_value: PlannedValue = field(adjustments.original_value, description="What it was just before.")
    adjusted_value: PlannedValue = field(adjustments.adjusted_value, description="What it became.")
    reason: str = field(adjustments.reason_of_adjustment, description="Why, in words.")
    adjusted_at: datetime = field(adjustments.moment_of_adjustment, description="When, UTC.")
    adjusted_by: Actor = field(adjustments.actor_of_adjustment, description="Who did it.")
    assignment_version: int = field(description="The version of the assignment that it made.")
    assignment: Annotated["WorkoutAssignment", strawberry.lazy("schema.types.assignment")] | None = field(
        adjustments.assignment_of_adjustment, needs=READS_ASSIGNMENTS, description="What was changed."
    )
    phase: SeasonPhase | None = field(
        adjustments.phase_of_adjustment,
        needs=READS_SEASONS,
        description="The phase that was followed or left; null for none, and for one that is gone or hidden.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, adjusting.AdjustmentRecord)


@strawberry.type(description="A coach's standing correction, on top of whichever phase.")
class AssignmentCustomizations:
    load_multiplier: float = field(description="The factor by which the load is multiplied once more.")
    training_frequency: int | None = field(
        description="Sessions a week in place of the phase's; null: as the phase says."
    )
    intensity_adjustment: int = field(
        assignments.intensity_adjustment,
        description="Steps of five points each, a number from -2 to 2.",
    )


@strawberry.type(description="What is taken off the load because of the player's workload.")
class LoadRelief:
    percent: float = field(description="How much, percent of the load.")
    until: date | None = field(description="The last day of it; null until somebody ends it.")


@strawberry.type(description="That a player did what was assigned for a day.")
class TrainingCompletion:
    occurrence_on: date = field(description="The day that it was assigned for.")
    completed_at: datetime = field(description="When it was done, UTC.")
    actual_load: float | None = field(
        assignments.actual_load, description="What it came to, AU; null if that was not reported."
    )
    completion_rate: float = field(description="How much of it was done, percent.")
    performance: JSON | None = field(
        assignments.performance, description="A JSON object of results, as it was reported."
    )


@strawberry.type(description="A day on which an assignment is to be done.")
class AssignmentDay:
    day: date = field(description="The day, in the team's calendar.")
    starts_at: datetime | None = field(description="When it begins, UTC; null if no time is set.")
    load: int = field(
        assignments.load_of_day, description="Load of that day, AU, with the phase and any relief."
    )
    completion: TrainingCompletion | None = field(
        assignments.completion_of_day, description="That it was done; null until then."
    )


@strawberry.type(description="An exercise that an assignment wants done.")
class AssignedExercise:
    position: int = field(description="Its place in the workout, from 1.")
    working_sets: int = field(description="Number of working sets that are done of it.")
    prescription: WorkoutPrescription = field(description="How the workout prescribes it.")


@strawberry.type(description="A workout given to a player, once or again and again.")
class WorkoutAssignment(Node):
    id: strawberry.ID = id_field(Kind.WORKOUT_ASSIGNMENT)
    type: AssignmentType = field(description="Whom it was given to, with others or alone.")
    group_name: str | None = field(description="The line, position or group that it was given to.")
    status: AssignmentStatus = field(description="Where it stands.")
    effective_from: date = field(description="It counts from this day on, in the team's calendar.")
    scheduled_on: date = field(description="Its first day.")
    expires_on: date | None = field(description="The last day that it counts; null if it goes on.")
    starts_at: time | None = field(description="When it begins, in the team's time zone, if that is set.")
    load: LoadProgression = field(description="Its load, adjusted to the phase.")
    original_load: LoadProgression = field(
        assignments.original_load, description="Its load before any phase."
    )
    recurrence: Recurrence = field(description="How it comes back, adjusted to the phase.")
    original_recurrence: Recurrence = field(
        assignments.original_recurrence, description="How it comes back before any phase."
    )
    thresholds: PerformanceThresholds = field(description="Its targets, adjusted to the phase.")
    original_thresholds: PerformanceThresholds = field(
        assignments.original_thresholds, description="Its targets before any phase."
    )
    exercises: list[AssignedExercise] = field(
        assignments.exercises_of_assignment,
        size=8,
        description="The exercises in the order that the phase wants; the workout's where it wants none.",
    )
    customizations: AssignmentCustomizations = field(description="The coach's own correction.")
    relief: LoadRelief | None = field(
        assignments.relief_of_assignment, description="What is taken off the load for now; null for nothing."
    )
    adjustments_in_force: list[AdjustmentInForce] = field(
        adjustments.adjustments_in_force,
        needs=READS_ADJUSTMENTS,
        size=3,
        description="What the phase has changed of it, one of a type at most.",
    )
    last_phase_adjustment: datetime | None = field(
        adjustments.last_adjusted_at,
        description="When a phase last changed it, UTC; null if it follows none.",
    )
    adjustments: Connection[PhaseAdjustment] | None = field(
        assignments.adjustments_of_assignment,
        needs=READS_ADJUSTMENTS,
        description="Everything that was ever changed of it, the latest first.",
    )
    days: list[AssignmentDay] = field(
        assignments.days_of_assignment,
        size=12,
        description="The days on which it is to be done, with the load of each; none if it was taken back.",
    )
    completions: list[TrainingCompletion] = field(
        assignments.completions_of_assignment,
        size=12,
        description="What was done of it, by the day it was for.",
    )
    completed_at: datetime | None = field(
        description="When the last of it was done, UTC; null while there is more to do."
    )
    version: int = field(description="Rises with every change of it; hand it in as expectedVersion.")
    created_at: datetime = field(description="When it was made, UTC.")
    updated_at: datetime = field(description="When it was last changed, UTC.")
    workout: Workout | None = field(assignments.workout_of_assignment, description="What is done.")
    player: Annotated["Player", strawberry.lazy("schema.types.people")] | None = field(
        assignments.player_of_assignment, needs=[Has(Scope.TEAMS_READ)], description="Who does it."
    )
    team: Annotated["Team", strawberry.lazy("schema.types.people")] | None = field(
        assignments.team_of_assignment,
        needs=[Has(Scope.TEAMS_READ)],
        description="The team that it was given in; null for a team you do not see.",
    )
    phase: SeasonPhase | None = field(
        assignments.phase_of_assignment,
        needs=READS_SEASONS,
        description="The phase that it follows; null if it follows none.",
    )
    season_plan: SeasonPlan | None = field(
        assignments.season_plan_of_assignment,
        needs=READS_SEASONS,
        description="The season of that phase.",
    )
    template: PhaseTemplate | None = field(
        assignments.template_of_assignment,
        needs=READS_TEMPLATES,
        description="The template that it was made from; null for none, or if that is gone.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.WorkoutAssignment)
