"""What an assignment is made of, and what a phase changes of it."""

from datetime import date
from typing import Annotated

import strawberry

from domain import physiology, planning
from domain.load_progression import ProgressionKind
from domain.recurrence import RecurrencePattern
from resolvers import adjustments, assignment_parts
from schema.fields import field


@strawberry.type(description="The load of a session, and how it goes on from week to week.")
class LoadProgression:
    kind: ProgressionKind = field(description="How it goes on.")
    base_load: int = field(assignment_parts.base_load, description="Load of the first week's sessions, AU.")
    rate: float = field(
        assignment_parts.rate, description="By how much it goes on, percent of the base a week."
    )
    minimum_load: int = field(assignment_parts.minimum_load, description="It is never less than this, AU.")
    maximum_load: int = field(assignment_parts.maximum_load, description="It is never more than this, AU.")
    custom_percents: list[float] = field(
        size=4, description="For kind custom: percent of the base, week by week; the last one stays."
    )


@strawberry.type(description="How an assignment comes back.")
class Recurrence:
    pattern: RecurrencePattern = field(description="In which way.")
    interval: int = field(description="Number of days, weeks, fortnights or months from one to the next.")
    days_of_week: list[int] = field(
        assignment_parts.days_of_week,
        description="The weekdays that it comes back on; 0 is Monday. None: that of the first day.",
    )
    ends_on: date | None = field(description="The last possible day; null if it goes on without an end.")
    exceptions: list[date] = field(size=2, description="Days that are left out, at most 400.")


@strawberry.type(description="From how many beats a minute to how many.")
class HeartRateZone:
    low_bpm: int = field(description="Number of beats a minute at the low end.")
    high_bpm: int = field(description="Number of beats a minute at the high end.")


@strawberry.type(description="From how many watts to how many.")
class PowerRange:
    low_watts: int = field(description="Low end, a number of watts.")
    high_watts: int = field(description="High end, a number of watts.")


@strawberry.type(description="How fast the bar or the player moves.")
class VelocityRange:
    low_mps: float = field(description="Low end, metres a second.")
    high_mps: float = field(description="High end, metres a second.")


@strawberry.type(description="The targets that a workout sets its player; null where it sets none.")
class PerformanceThresholds:
    heart_rate: HeartRateZone | None = field(description="Heart rate, beats a minute.")
    power: PowerRange | None = field(description="Power, watts.")
    velocity: VelocityRange | None = field(description="Velocity, metres a second.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, physiology.PerformanceThresholds)


@strawberry.type(description="The load of a session.")
class PlannedLoad:
    load: int = field(adjustments.load_of_value, description="Load, AU.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, adjustments.PlannedLoad)


@strawberry.type(description="How often something comes back.")
class PlannedFrequency:
    interval: int = field(description="Number of days, weeks, fortnights or months from one to the next.")
    days_of_week: list[int] = field(assignment_parts.days_of_week, description="Weekdays; 0 is Monday.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, planning.Cadence)


@strawberry.type(description="An exercise of a workout, by its place there.")
class SelectedExercise:
    position: int = field(description="Its place in the workout, from 1.")
    sets: int = field(description="Number of working sets.")


@strawberry.type(description="Which exercises of a workout are done.")
class PlannedSelection:
    exercises: list[SelectedExercise] | None = field(
        description="In the order that they are done in; null for the workout as it stands."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, adjustments.PlannedSelection)


PlannedValue = Annotated[
    PlannedLoad | PlannedFrequency | PerformanceThresholds | PlannedSelection,
    strawberry.union("PlannedValue", description="A value that a phase changes, by the type of adjustment."),
]
