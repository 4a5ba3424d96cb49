"""A team's season: phases one after another, the load they lead up to, and what must be true of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from uuid import UUID

from domain.days import DAYS_A_WEEK, today_in
from domain.errors import InvalidInput, InvalidState, Issue
from domain.load_progression import exact
from domain.phases import Intensity, SeasonPhase

LONGEST_NAME = 200
LONGEST_SEASON_DAYS = 550  # eighteen months
MOST_PHASES = 60
MOST_OBJECTIVES = 20
MOST_FOCUS_AREAS = 20
FOCUS_AREA_PATTERN = r"[a-z][a-z0-9_]{0,49}"
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
LARGEST_MULTIPLIER = 5.0
MOST_SESSIONS_A_WEEK = 14
MOST_GAMES_A_WEEK = 7.0
LARGEST_WEEK_LOAD_AU = 100_000


class SeasonStatus(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    COMPLETED = "completed"
    ARCHIVED = "archived"


NEXT_STATUSES: dict[SeasonStatus, frozenset[SeasonStatus]] = {
    SeasonStatus.DRAFT: frozenset({SeasonStatus.ACTIVE, SeasonStatus.ARCHIVED}),
    SeasonStatus.ACTIVE: frozenset({SeasonStatus.DRAFT, SeasonStatus.COMPLETED, SeasonStatus.ARCHIVED}),
    SeasonStatus.COMPLETED: frozenset({SeasonStatus.ACTIVE, SeasonStatus.ARCHIVED}),
    SeasonStatus.ARCHIVED: frozenset({SeasonStatus.DRAFT}),
}


@dataclass(frozen=True, slots=True)
class SeasonLoad:
    """A player's load over the season; ``base_load_au`` is a week's. Weeks are the season's, from 1."""

    base_load_au: int
    peak_week: int | None = None
    taper_weeks: tuple[int, ...] = ()
    recovery_weeks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """``phases`` by their start; days inclusive, in the team's zone. ``version`` rises with every change."""

    id: UUID
    organization_id: UUID
    team_id: UUID
    name: str
    starts_on: date
    ends_on: date
    status: SeasonStatus
    load: SeasonLoad
    phases: tuple[SeasonPhase, ...]
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def week_count(self) -> int:
        return (self.ends_on - self.starts_on).days // DAYS_A_WEEK + 1

    def week_of(self, day: date) -> int:
        """The season's week that the day is in: week 1 begins with the season."""
        return (day - self.starts_on).days // DAYS_A_WEEK + 1


def phase_on(plan: SeasonPlan, day: date) -> SeasonPhase | None:
    """None between phases and outside the season."""
    return next((phase for phase in plan.phases if phase.includes(day)), None)


def current_phase(plan: SeasonPlan, time_zone: str, now: datetime) -> SeasonPhase | None:
    """The phase in force where the team is; a plan that is not active has none."""
    return phase_on(plan, today_in(time_zone, now)) if plan.status is SeasonStatus.ACTIVE else None


def planned_week_load_au(plan: SeasonPlan, week: int) -> int:
    """What a player's load comes to in this week of the season, if all goes to plan.

    The phase's multiplier on the base; a recovery week 0.6 of that, like the intensity of its name. Taper
    weeks come down in equal steps to half [Bosquet 2007, Med Sci Sports Exerc 39:1358: 41–60 % less volume
    over two weeks]; the peak week is never below the base.
    """
    middle = min(plan.starts_on + timedelta(days=(week - 1) * DAYS_A_WEEK + 3), plan.ends_on)
    phase = phase_on(plan, middle)
    load = plan.load.base_load_au * exact(1.0 if phase is None else phase.effective_load_multiplier)
    if week in plan.load.recovery_weeks:
        load *= exact(Intensity.RECOVERY.load_multiplier)
    if week in plan.load.taper_weeks:
        steps, step = len(plan.load.taper_weeks), plan.load.taper_weeks.index(week) + 1
        load = load * (2 * steps - step) / (2 * steps)
    if week == plan.load.peak_week:
        load = max(load, Decimal(plan.load.base_load_au))
    return int(load.to_integral_value(ROUND_HALF_UP))


def check(plan: SeasonPlan) -> None:
    """Raises InvalidInput with everything that is wrong with it."""
    if issues := issues_of(plan):
        raise InvalidInput(tuple(issues))


def check_status(before: SeasonStatus, after: SeasonStatus) -> None:
    if after is not before and after not in NEXT_STATUSES[before]:
        raise InvalidState(f"A season plan that is {before} cannot become {after}.", before)


def issues_of(plan: SeasonPlan) -> list[Issue]:
    """Everything that is wrong with the plan and its phases; paths are as in the API's input."""
    found = [Issue((name,), message) for name, message in _flaws_of_plan(plan)]
    for number, phase in enumerate(plan.phases):
        found += [
            Issue(("phases", str(number), name), message) for name, message in _flaws_of_phase(plan, phase)
        ]
    return found + list(_overlaps(plan.phases))


def _flaws_of_plan(plan: SeasonPlan) -> Iterator[tuple[str, str]]:
    yield from _name_flaws(plan.name)
    yield from _date_flaws(plan.starts_on, plan.ends_on)
    if (plan.ends_on - plan.starts_on).days >= LONGEST_SEASON_DAYS:
        yield "endsOn", f"A season lasts {LONGEST_SEASON_DAYS} days at most; make two of it."
    if len(plan.phases) > MOST_PHASES:
        yield "phases", f"There are {len(plan.phases)} phases; {MOST_PHASES} is the most."
    load = plan.load
    if not 0 <= load.base_load_au <= LARGEST_WEEK_LOAD_AU:
        yield "baseLoad", f"baseLoad is {load.base_load_au}; it must be from 0 to {LARGEST_WEEK_LOAD_AU} AU."
    weeks = range(1, max(plan.week_count, 1) + 1)
    if load.peak_week is not None and load.peak_week not in weeks:
        yield "peakWeek", f"peakWeek is {load.peak_week}; the season has weeks 1 to {weeks[-1]}."
    for name, numbers in (("taperWeeks", load.taper_weeks), ("recoveryWeeks", load.recovery_weeks)):
        if any(each not in weeks for each in numbers):
            yield name, f"The season has weeks 1 to {weeks[-1]}; name only these."
        if list(numbers) != sorted(set(numbers)):
            yield name, "Name each week once, in their order."
        if load.peak_week in numbers:
            yield name, f"Week {load.peak_week} is the peak week; it cannot be one of these, too."


def _flaws_of_phase(plan: SeasonPlan, phase: SeasonPhase) -> Iterator[tuple[str, str]]:
    yield from _name_flaws(phase.name)
    yield from _date_flaws(phase.starts_on, phase.ends_on)
    if phase.starts_on < plan.starts_on:
        yield "startsOn", f"{phase.name} starts before the season, which starts on {plan.starts_on}."
    if phase.ends_on > plan.ends_on:
        yield "endsOn", f"{phase.name} ends after the season, which ends on {plan.ends_on}."
    for name, value, least, most in (
        ("loadMultiplier", phase.load_multiplier, 0, LARGEST_MULTIPLIER),
        ("trainingFrequency", phase.training_frequency, 1, MOST_SESSIONS_A_WEEK),
        ("gameFrequency", phase.game_frequency, 0, MOST_GAMES_A_WEEK),
        ("recoveryRatio", phase.recovery_ratio, 0, 1.0),
    ):
        if value is not None and not least <= value <= most:  # NaN is in no range
            yield name, f"{name} is {value}; it must be from {least} to {most:g}."
    if any(each not in range(DAYS_A_WEEK) for each in phase.game_weekdays):
        yield "gameDays", "A weekday is a number from 0 (Monday) to 6 (Sunday)."
    elif list(phase.game_weekdays) != sorted(set(phase.game_weekdays)):
        yield "gameDays", "Name each weekday once, in the order of the week."
    yield from _focus_flaws(phase.focus_areas)
    if len(phase.objectives) > MOST_OBJECTIVES:
        yield "objectives", f"There are {len(phase.objectives)} objectives; {MOST_OBJECTIVES} is the most."
    if any(not 0 <= each.target_improvement_percent <= 100 for each in phase.objectives):
        yield "objectives", "A target improvement is from 0 to 100 %."


def _overlaps(phases: Sequence[SeasonPhase]) -> Iterator[Issue]:
    """Each phase against the one that reaches furthest of those that start before it."""
    by_start = sorted(enumerate(phases), key=lambda each: (each[1].starts_on, each[1].ends_on, each[0]))
    furthest: SeasonPhase | None = None
    for number, phase in by_start:
        if phase.ends_on < phase.starts_on:
            continue  # has its own issue already
        if furthest is not None and phase.starts_on <= furthest.ends_on:
            last = min(phase.ends_on, furthest.ends_on)
            yield Issue(
                ("phases", str(number), "startsOn"),
                f"{phase.name} overlaps {furthest.name} from {phase.starts_on} to {last}; "
                f"start it on {furthest.ends_on + timedelta(days=1)} or later, or end the other sooner.",
            )
        if furthest is None or phase.ends_on > furthest.ends_on:
            furthest = phase


def _name_flaws(name: str) -> Iterator[tuple[str, str]]:
    if not 1 <= len(name) <= LONGEST_NAME or not name.strip():
        yield "name", f"A name has 1 to {LONGEST_NAME} characters."


def _date_flaws(starts_on: date, ends_on: date) -> Iterator[tuple[str, str]]:
    if ends_on < starts_on:
        yield "endsOn", f"It ends on {ends_on}, before it starts on {starts_on}."
    for name, day in (("startsOn", starts_on), ("endsOn", ends_on)):
        if not EARLIEST <= day <= LATEST:
            yield name, f"{day} is out of range; dates are from {EARLIEST} to {LATEST}."


def _focus_flaws(areas: Sequence[str]) -> Iterator[tuple[str, str]]:
    if len(areas) > MOST_FOCUS_AREAS:
        yield "focusAreas", f"There are {len(areas)} focus areas; {MOST_FOCUS_AREAS} is the most."
    if len(set(areas)) < len(areas):
        yield "focusAreas", "Name each focus area once."
    if any(not re.fullmatch(FOCUS_AREA_PATTERN, each) for each in areas):
        yield "focusAreas", "A focus area is a word in lower case, such as strength or injury_prevention."
