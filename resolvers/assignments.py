"""Workout assignments, as they are read: what is to be done and when, now and as it was planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from domain.adjustments import AdjustmentRecord, before_phases
from domain.assignments import (
    AssignmentStatus,
    Completion,
    Customizations,
    WorkoutAssignment,
    days_of,
    load_on,
)
from domain.day_windows import LONGEST_WINDOW_DAYS
from domain.days import instant_of, today_in
from domain.load_progression import LoadProgression
from domain.people import Person, Team
from domain.phase_templates import PhaseTemplate
from domain.phases import SeasonPhase
from domain.physiology import PerformanceThresholds
from domain.recurrence import Recurrence
from domain.seasons import SeasonPlan
from domain.workouts import Workout
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Info
from resolvers.season_loaders import Wanted
from resolvers.season_sight import phase_if_seen, season_plan_if_seen, team_if_seen, template_if_seen
from resolvers.sight import person_if_seen
from resolvers.windows import DateRangeInput, past_window, window
from resolvers.workouts import PlacedPrescription, placed

NOT_TO_BE_DONE = frozenset({AssignmentStatus.CANCELLED, AssignmentStatus.ARCHIVED})

Range: TypeAlias = Annotated[
    DateRangeInput | None,
    strawberry.argument(
        description=f"The days to look at, {LONGEST_WINDOW_DAYS} at most; the 28 from today on unless given."
    ),
]
PastRange: TypeAlias = Annotated[
    DateRangeInput | None,
    strawberry.argument(
        description=f"The days to look at, {LONGEST_WINDOW_DAYS} at most; the 28 up to today unless given."
    ),
]
Statuses: TypeAlias = Annotated[
    list[AssignmentStatus] | None,
    strawberry.argument(description="Only those that stand so; in whatever state unless given."),
]


async def assignments_of_team(
    info: Info,
    parent: strawberry.Parent[Team],
    range: Range = None,
    statuses: Statuses = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[WorkoutAssignment]:
    wanted = _wanted(info, range, statuses, parent.time_zone)
    loader = info.context.loaders.season.assignments_of_team(wanted)
    return connection_of(await loader.load((parent.id, page(first, after, last, before))))


async def assignments_of_player(
    info: Info,
    parent: strawberry.Parent[Person],
    range: Range = None,
    statuses: Statuses = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[WorkoutAssignment]:
    wanted = _wanted(info, range, statuses, parent.time_zone)
    loader = info.context.loaders.season.assignments_of_player(wanted)
    return connection_of(await loader.load((parent.id, page(first, after, last, before))))


async def workout_of_assignment(info: Info, parent: strawberry.Parent[WorkoutAssignment]) -> Workout | None:
    """Who sees an assignment sees what it gives them to do."""
    return await info.context.loaders.season.workout.load(parent.workout_id)


async def player_of_assignment(info: Info, parent: strawberry.Parent[WorkoutAssignment]) -> Person | None:
    return await person_if_seen(info.context, parent.player_id)


async def team_of_assignment(info: Info, parent: strawberry.Parent[WorkoutAssignment]) -> Team | None:
    return await team_if_seen(info.context, parent.team_id)


async def template_of_assignment(
    info: Info, parent: strawberry.Parent[WorkoutAssignment]
) -> PhaseTemplate | None:
    return await template_if_seen(info.context, parent.template_id)


async def phase_of_assignment(info: Info, parent: strawberry.Parent[WorkoutAssignment]) -> SeasonPhase | None:
    return await phase_if_seen(info.context, parent.team_id, parent.planning.planning_phase_id)


async def season_plan_of_assignment(
    info: Info, parent: strawberry.Parent[WorkoutAssignment]
) -> SeasonPlan | None:
    phase = await phase_of_assignment(info, parent)  # so that a plan which is not ours is known, too
    return None if phase is None else await season_plan_if_seen(info.context, phase.season_plan_id)


def intensity_adjustment(parent: strawberry.Parent[Customizations]) -> int:
    return parent.intensity_steps


def relief_of_assignment(parent: strawberry.Parent[WorkoutAssignment]) -> Relief | None:
    return Relief(parent.relief_percent, parent.relief_until) if parent.relief_percent else None


def load_of_day(parent: strawberry.Parent[AssignedDay]) -> int:
    return parent.load_au


def actual_load(parent: strawberry.Parent[Completion]) -> float | None:
    return parent.actual_load_au


def performance(parent: strawberry.Parent[Completion]) -> JSON | None:
    """As it was reported."""
    return None if parent.performance is None else dict(parent.performance)  # type: ignore[return-value]


def original_load(parent: strawberry.Parent[WorkoutAssignment]) -> LoadProgression:
    return before_phases(parent).load


def original_recurrence(parent: strawberry.Parent[WorkoutAssignment]) -> Recurrence:
    return before_phases(parent).recurrence


def original_thresholds(parent: strawberry.Parent[WorkoutAssignment]) -> PerformanceThresholds:
    return before_phases(parent).thresholds


@dataclass(frozen=True, slots=True)
class Relief:
    """Taken off the load because of the player's workload; ``until`` None: until it is ended."""

    percent: float
    until: date | None


@dataclass(frozen=True, slots=True)
class SelectedPrescription:
    """An exercise that is to be done, with how many working sets of it."""

    position: int
    working_sets: int
    prescription: PlacedPrescription


async def exercises_of_assignment(
    info: Info, parent: strawberry.Parent[WorkoutAssignment]
) -> list[SelectedPrescription]:
    """As the phase wants them; the workout as it stands where no phase has chosen."""
    workout = await workout_of_assignment(info, parent)
    if workout is None:
        return []
    of_workout = placed(workout)
    if parent.exercise_selection is None:
        return [SelectedPrescription(each.position, each.working_set_count, each) for each in of_workout]
    by_position = {each.position: each for each in of_workout}
    return [
        SelectedPrescription(each.position, each.sets, by_position[each.position])
        for each in parent.exercise_selection
        if each.position in by_position  # a workout that was changed since may have fewer
    ]


@dataclass(frozen=True, slots=True)
class AssignedDay:
    """``starts_at`` is the moment in UTC; None if no time was set."""

    assignment_id: UUID
    day: date
    load_au: int
    starts_at: datetime | None
    window: tuple[date, date]


async def days_of_assignment(
    info: Info, parent: strawberry.Parent[WorkoutAssignment], range: Range = None
) -> list[AssignedDay]:
    team = await info.context.loaders.team.load(parent.team_id)
    time_zone = "UTC" if team is None else team.time_zone  # a team takes its assignments with it
    first, last = window(range, today_in(time_zone, info.context.services.clock()))
    if parent.status in NOT_TO_BE_DONE:
        return []
    return [
        AssignedDay(
            parent.id,
            day,
            load_on(parent, day),
            None if parent.starts_at is None else instant_of(day, parent.starts_at, time_zone),
            (first, last),
        )
        for day in days_of(parent, first, last, LONGEST_WINDOW_DAYS)
    ]


async def completion_of_day(info: Info, parent: strawberry.Parent[AssignedDay]) -> Completion | None:
    loader = info.context.loaders.season.completions_of_assignment(*parent.window)
    done = await loader.load(parent.assignment_id)
    return next((each for each in done if each.occurrence_on == parent.day), None)


async def completions_of_assignment(
    info: Info, parent: strawberry.Parent[WorkoutAssignment], range: PastRange = None
) -> list[Completion]:
    team = await info.context.loaders.team.load(parent.team_id)
    today = today_in("UTC" if team is None else team.time_zone, info.context.services.clock())
    first, last = past_window(range, today)
    return list(await info.context.loaders.season.completions_of_assignment(first, last).load(parent.id))


async def adjustments_of_assignment(
    info: Info,
    parent: strawberry.Parent[WorkoutAssignment],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[AdjustmentRecord]:
    key = (parent.id, page(first, after, last, before))
    return connection_of(await info.context.loaders.season.adjustments_of_assignment.load(key))


def _wanted(
    info: Info, range: DateRangeInput | None, statuses: list[AssignmentStatus] | None, time_zone: str
) -> Wanted:
    first, last = window(range, today_in(time_zone, info.context.services.clock()))
    return Wanted(first, last, frozenset(statuses or ()))
