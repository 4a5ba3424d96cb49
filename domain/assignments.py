"""Workout assignments: one workout given to one player, once or again and again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain import load_progression, recurrence
from domain.days import DAYS_A_WEEK
from domain.errors import InvalidInput, InvalidState, Issue
from domain.load_progression import LoadProgression, load_in_week
from domain.phases import SeasonPhase
from domain.physiology import NO_THRESHOLDS, PerformanceThresholds, threshold_issues
from domain.planning import NOT_IN_A_PHASE, Planning
from domain.recurrence import ONCE, Recurrence, RecurrencePattern, occurrences
from domain.workouts import SelectedExercise

LARGEST_LOAD_MULTIPLIER = 5.0
LOWEST_FREQUENCY, HIGHEST_FREQUENCY = 1, 7
LARGEST_INTENSITY_STEP = 2
LONGEST_GROUP_NAME = 100
LONGEST_AHEAD_YEARS = 3


class AssignmentType(StrEnum):
    """Whom it was given to when it was made; each player then has an assignment of their own."""

    INDIVIDUAL = "individual"
    TEAM = "team"
    LINE = "line"
    POSITION = "position"
    AGE_GROUP = "age_group"
    CUSTOM_GROUP = "custom_group"


NAMED_GROUPS = frozenset(AssignmentType) - {AssignmentType.INDIVIDUAL, AssignmentType.TEAM}


class AssignmentStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"


NEXT_STATUSES: dict[AssignmentStatus, frozenset[AssignmentStatus]] = {
    AssignmentStatus.DRAFT: frozenset(
        {AssignmentStatus.ACTIVE, AssignmentStatus.CANCELLED, AssignmentStatus.ARCHIVED}
    ),
    AssignmentStatus.ACTIVE: frozenset(
        {AssignmentStatus.COMPLETED, AssignmentStatus.CANCELLED, AssignmentStatus.ARCHIVED}
    ),
    AssignmentStatus.COMPLETED: frozenset({AssignmentStatus.ARCHIVED}),
    AssignmentStatus.CANCELLED: frozenset({AssignmentStatus.ARCHIVED}),
    AssignmentStatus.ARCHIVED: frozenset(),
}
OPEN_STATUSES = frozenset({AssignmentStatus.DRAFT, AssignmentStatus.ACTIVE})


@dataclass(frozen=True, slots=True)
class Customizations:
    """A coach's standing correction, on top of whichever phase the assignment is in.

    The load is multiplied once more, ``training_frequency`` takes the place of the phase's, and each of
    ``intensity_steps`` is five points.
    """

    load_multiplier: float = 1.0
    training_frequency: int | None = None
    intensity_steps: int = 0


AS_THE_PHASE_SAYS = Customizations()


@dataclass(frozen=True, slots=True)
class WorkoutAssignment:
    """``scheduled_on`` is the first day, in the team's calendar; ``expires_on`` the last that it counts.

    ``recurrence``, ``load`` and ``thresholds`` are as they are now, adjusted to the phase; what they were is
    in ``planning``. ``exercise_selection`` None is the workout as it stands. ``relief_percent`` is taken off
    the load up to ``relief_until``, because of the player's workload and whatever the phase. ``group_name``
    is the line, position or group that it was given to.
    """

    id: UUID
    organization_id: UUID
    team_id: UUID
    player_id: UUID
    workout_id: UUID
    type: AssignmentType
    status: AssignmentStatus
    effective_from: date
    scheduled_on: date
    load: LoadProgression
    version: int
    created_at: datetime
    updated_at: datetime
    group_name: str | None = None
    expires_on: date | None = None
    starts_at: time | None = None
    recurrence: Recurrence = ONCE
    thresholds: PerformanceThresholds = NO_THRESHOLDS
    customizations: Customizations = AS_THE_PHASE_SAYS
    relief_percent: float = 0.0
    relief_until: date | None = None
    exercise_selection: tuple[SelectedExercise, ...] | None = None
    planning: Planning = NOT_IN_A_PHASE
    template_id: UUID | None = None
    completed_at: datetime | None = None

    @property
    def is_recurring(self) -> bool:
        return self.recurrence.pattern is not RecurrencePattern.NONE

    @property
    def last_possible_day(self) -> date | None:
        """None if it goes on without an end."""
        if not self.is_recurring:
            return self.scheduled_on
        ends = [each for each in (self.recurrence.ends_on, self.expires_on) if each is not None]
        return min(ends, default=None)


@dataclass(frozen=True, slots=True)
class Completion:
    """That a player did what was assigned for ``occurrence_on``, and what it came to.

    ``actual_load_au`` None was not reported: that is not a load of 0. ``performance`` is a JSON object, kept
    as it was reported.
    """

    assignment_id: UUID
    occurrence_on: date
    player_id: UUID
    completed_at: datetime
    actual_load_au: float | None = None
    completion_rate: float = 100.0
    performance: Mapping[str, Any] | None = None


def days_of(
    assignment: WorkoutAssignment, window_from: date, window_to: date, limit: int = 400
) -> Iterator[date]:
    """The days in the window, inclusive, on which the player has it to do."""
    first = max(window_from, assignment.effective_from)
    last = min(window_to, assignment.expires_on or date.max)
    return occurrences(assignment.recurrence, assignment.scheduled_on, first, last, limit)


def load_on(assignment: WorkoutAssignment, day: date) -> int:
    """The load of that day's occurrence in AU, the progression's weeks counted from the first."""
    week = (day - assignment.scheduled_on).days // DAYS_A_WEEK
    has_relief = assignment.relief_until is None or day <= assignment.relief_until
    return load_in_week(assignment.load, week, assignment.relief_percent if has_relief else 0.0)


def day_that_counts(assignment: WorkoutAssignment, today: date) -> date:
    """The day whose phase the assignment follows: its own, or, where it recurs, today while it lasts."""
    if not assignment.is_recurring:
        return assignment.scheduled_on
    last = assignment.last_possible_day
    day = max(assignment.scheduled_on, today)
    return day if last is None else min(day, last)


def is_in_phase(assignment: WorkoutAssignment, phase: SeasonPhase, today: date) -> bool:
    return phase.includes(day_that_counts(assignment, today))


def check(assignment: WorkoutAssignment, today: date) -> None:
    """Raises InvalidInput with everything that is wrong with a new assignment."""
    if issues := issues_of(assignment, today):
        raise InvalidInput(tuple(issues))


def issues_of(assignment: WorkoutAssignment, today: date) -> list[Issue]:
    return [
        *(Issue((name,), message) for name, message in _flaws(assignment, today)),
        *recurrence.issues_of(assignment.recurrence, assignment.scheduled_on),
        *load_progression.issues_of(assignment.load),
        *threshold_issues(assignment.thresholds),
        *customization_issues(assignment.customizations),
    ]


def customization_issues(
    customizations: Customizations, path: tuple[str, ...] = ("customizations",)
) -> list[Issue]:
    found: list[Issue] = []
    for name, value, least, most in (
        ("loadMultiplier", customizations.load_multiplier, 0, LARGEST_LOAD_MULTIPLIER),
        ("trainingFrequency", customizations.training_frequency, LOWEST_FREQUENCY, HIGHEST_FREQUENCY),
        ("intensityAdjustment", customizations.intensity_steps, -2, LARGEST_INTENSITY_STEP),
    ):
        if value is not None and not least <= value <= most:  # NaN is in no range
            found.append(Issue((*path, name), f"{name} is {value}; it must be from {least} to {most:g}."))
    return found


def with_status(assignment: WorkoutAssignment, status: AssignmentStatus) -> WorkoutAssignment:
    """Raises InvalidState if it cannot become that. What it is already, it may stay."""
    if status is assignment.status:
        return assignment
    if status not in NEXT_STATUSES[assignment.status]:
        raise InvalidState(
            f"An assignment that is {assignment.status} cannot become {status}.", assignment.status
        )
    return replace(assignment, status=status)


def without_days(assignment: WorkoutAssignment, days: Collection[date]) -> WorkoutAssignment:
    """Skip these days; what happens on no day any more is cancelled."""
    if not assignment.is_recurring:
        is_skipped = assignment.scheduled_on in days
        return with_status(assignment, AssignmentStatus.CANCELLED) if is_skipped else assignment
    exceptions = tuple(sorted({*assignment.recurrence.exceptions, *days}))
    skipped = replace(assignment, recurrence=replace(assignment.recurrence, exceptions=exceptions))
    if next(days_of(skipped, skipped.scheduled_on, date.max, 1), None) is None:
        return with_status(skipped, AssignmentStatus.CANCELLED)
    return skipped


def _flaws(assignment: WorkoutAssignment, today: date) -> Iterator[tuple[str, str]]:
    if assignment.scheduled_on < today:
        yield "scheduledOn", f"{assignment.scheduled_on} is past; today is {today} there."
    if assignment.scheduled_on.year - today.year > LONGEST_AHEAD_YEARS:
        yield "scheduledOn", f"Assign at most {LONGEST_AHEAD_YEARS} years ahead."
    if assignment.effective_from > assignment.scheduled_on:
        yield "effectiveFrom", "It takes effect after the day it is scheduled on."
    if assignment.expires_on is not None and assignment.expires_on < assignment.scheduled_on:
        yield "expiresOn", "It expires before the day it is scheduled on."
    is_named = bool(assignment.group_name and assignment.group_name.strip())
    if assignment.type in NAMED_GROUPS and not is_named:
        yield "groupName", f"Name the {assignment.type.replace('_', ' ')}."
    if assignment.type not in NAMED_GROUPS and assignment.group_name is not None:
        yield "groupName", f"An assignment of type {assignment.type} has no group."
    if len(assignment.group_name or "") > LONGEST_GROUP_NAME:
        yield "groupName", f"A group's name has {LONGEST_GROUP_NAME} characters at most."
