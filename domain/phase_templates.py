"""Phase templates: a reusable recipe of workouts, week by week, and for whom each of them is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time
from uuid import UUID

from domain.assignments import LONGEST_GROUP_NAME, NAMED_GROUPS, AssignmentType
from domain.days import DAYS_A_WEEK
from domain.errors import InvalidInput, Issue
from domain.load_progression import LoadProgression, ProgressionKind
from domain.load_progression import issues_of as load_issues
from domain.phases import PhaseType
from domain.workouts import Workout

LONGEST_NAME = 200
LONGEST_DESCRIPTION = 5000
MOST_WEEKS = 26
MOST_WORKOUTS = 60
MOST_SESSIONS_A_WEEK = 14
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 600
MOST_EXERCISES = 60


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """The team, or the line, position, age group or group of the team's own that has this name."""

    type: AssignmentType = AssignmentType.TEAM
    name: str | None = None


WHOLE_TEAM = TargetGroup()


@dataclass(frozen=True, slots=True)
class TemplateWorkout:
    """A workout on ``weekdays`` (0 is Monday) of the template's weeks from ``first_week`` to ``last_week``.

    ``heart_rate_reserve_percent`` becomes each player's own zone. ``rate_percent`` is how the load goes on
    from week to week, see ``LoadProgression``.
    """

    workout: Workout
    first_week: int
    last_week: int
    weekdays: tuple[int, ...]
    target: TargetGroup = WHOLE_TEAM
    starts_at: time | None = None
    heart_rate_reserve_percent: tuple[int, int] | None = None
    progression: ProgressionKind = ProgressionKind.LINEAR
    rate_percent: float = 0.0

    @property
    def load(self) -> LoadProgression:
        return LoadProgression(self.workout.load_au, self.progression, self.rate_percent)


@dataclass(frozen=True, slots=True)
class PhaseTemplate:
    """``organization_id`` None is everyone's. ``weeks`` is how long it goes on."""

    id: UUID
    organization_id: UUID | None
    name: str
    phase_type: PhaseType
    weeks: int
    workouts: tuple[TemplateWorkout, ...]
    version: int
    created_at: datetime
    updated_at: datetime
    description: str | None = None

    @property
    def sessions_a_week(self) -> int:
        """The most that a week of the template has, over all its groups."""
        return max((self.sessions_in(week) for week in range(1, self.weeks + 1)), default=0)

    def sessions_in(self, week: int) -> int:
        return sum(len(each.weekdays) for each in self.workouts if each.first_week <= week <= each.last_week)

    def owned_by(self, organization_id: UUID | None) -> PhaseTemplate:
        """The same recipe as the organization's own, its workouts included."""
        workouts = tuple(
            replace(each, workout=replace(each.workout, organization_id=organization_id))
            for each in self.workouts
        )
        return replace(self, organization_id=organization_id, workouts=workouts)


def check(template: PhaseTemplate) -> None:
    """Raises InvalidInput with everything that is wrong with it."""
    if issues := issues_of(template):
        raise InvalidInput(tuple(issues))


def issues_of(template: PhaseTemplate) -> list[Issue]:
    found = [Issue((name,), message) for name, message in _flaws(template)]
    for number, each in enumerate(template.workouts):
        path = ("workouts", str(number))
        found += [Issue((*path, name), message) for name, message in _workout_flaws(template, each)]
        found += [Issue((*path, *issue.path[1:]), issue.message) for issue in load_issues(each.load)]
    return found


def _flaws(template: PhaseTemplate) -> Iterator[tuple[str, str]]:
    if not 1 <= len(template.name.strip()) <= LONGEST_NAME:
        yield "name", f"A name has 1 to {LONGEST_NAME} characters."
    if len(template.description or "") > LONGEST_DESCRIPTION:
        yield "description", f"This is longer than {LONGEST_DESCRIPTION} characters."
    if not 1 <= template.weeks <= MOST_WEEKS:
        yield "weeks", f"A template has 1 to {MOST_WEEKS} weeks, not {template.weeks}."
    if not 1 <= len(template.workouts) <= MOST_WORKOUTS:
        yield "workouts", f"A template has 1 to {MOST_WORKOUTS} workouts, not {len(template.workouts)}."
    for week in range(1, min(template.weeks, MOST_WEEKS) + 1):
        crowds = {each.target for each in template.workouts}
        for target in sorted(crowds, key=str):
            count = sum(
                len(each.weekdays)
                for each in template.workouts
                if each.first_week <= week <= each.last_week and each.target in (target, WHOLE_TEAM)
            )
            if count > MOST_SESSIONS_A_WEEK:
                yield "workouts", f"Week {week} has {count} sessions; {MOST_SESSIONS_A_WEEK} is the most."
                return


def _workout_flaws(template: PhaseTemplate, each: TemplateWorkout) -> Iterator[tuple[str, str]]:
    workout, target = each.workout, each.target
    if not 1 <= len(workout.title.strip()) <= LONGEST_NAME:
        yield "title", f"A title has 1 to {LONGEST_NAME} characters."
    if not SHORTEST_MINUTES <= workout.planned_minutes <= LONGEST_MINUTES:
        yield "minutes", f"A workout takes {SHORTEST_MINUTES} to {LONGEST_MINUTES} minutes."
    if not 0 <= workout.session_rpe <= 10:
        yield "sessionRpe", f"A session RPE is from 0 to 10, not {workout.session_rpe}."
    if not 1 <= len(workout.prescriptions) <= MOST_EXERCISES:
        yield "exercises", f"A workout has 1 to {MOST_EXERCISES} exercises."
    if not 1 <= each.first_week <= each.last_week <= template.weeks:
        yield "weeks", f"The template has weeks 1 to {template.weeks}; name a span of these."
    if not each.weekdays or list(each.weekdays) != sorted(set(each.weekdays) & set(range(DAYS_A_WEEK))):
        yield "days", "Name at least one weekday, each once, in the order of the week."
    if target.type is AssignmentType.INDIVIDUAL:
        yield "target", "A template is for a team or a group of it, not for one person."
    elif (target.type in NAMED_GROUPS) != bool(target.name and target.name.strip()):
        yield "target", "A line, position or group has its name; the team has none."
    if len(target.name or "") > LONGEST_GROUP_NAME:
        yield "target", f"A group's name has {LONGEST_GROUP_NAME} characters at most."
    zone = each.heart_rate_reserve_percent
    if zone is not None and not 30 <= zone[0] <= zone[1] <= 100:
        yield "heartRateReserve", "A zone is from 30 to 100 % of heart-rate reserve, low end first."
