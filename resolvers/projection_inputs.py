"""What a coach may try on the coming week, before it is done."""

from datetime import date

import strawberry

from resolvers import enums as _enums  # registers them  # noqa: F401

SHORTEST_MINUTES, LONGEST_MINUTES = 10, 180


@strawberry.input(description="A phase template, applied.")
class TemplateScenarioInput:
    template_id: strawberry.ID = strawberry.field(description="Global id of the template.")
    start_date: date | None = strawberry.field(
        default=None, description="When its first week begins; the projected week's first day unless given."
    )


@strawberry.input(description="A workout made to fit into fewer minutes.")
class ShorterWorkoutInput:
    workout_id: strawberry.ID = strawberry.field(description="Global id of the workout that is assigned.")
    minutes: int = strawberry.field(
        description=f"Minutes at hand, {SHORTEST_MINUTES} to {LONGEST_MINUTES}; its load falls with them."
    )
    day: date | None = strawberry.field(
        default=None, description="On this day only; whenever it is done in the week unless given."
    )


@strawberry.input(one_of=True, description="What to try: one of these.")
class WorkloadScenarioInput:
    phase_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="Global id of a phase of a team's season: its assignments as that phase wants them.",
    )
    template: TemplateScenarioInput | None = strawberry.field(
        default=strawberry.UNSET, description="A template applied, on top of what is assigned."
    )
    shorter_workout: ShorterWorkoutInput | None = strawberry.field(
        default=strawberry.UNSET, description="A workout compressed."
    )
