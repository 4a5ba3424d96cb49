"""From what was done to one load a day: session RPE times minutes, summed, and rest apart from silence."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from domain.days import today_in
from domain.errors import InvalidInput, Issue
from domain.workload.model import DayLoad, DayState

HIGHEST_RPE = 10.0
MOST_MINUTES_A_SESSION = 24 * 60
LONGEST_RANGE_DAYS = 400


def session_load_au(rpe: float, minutes: float) -> float:
    """Session RPE (CR-10, 0 to 10) times minutes, in AU [Foster 2001, J Strength Cond Res 15(1):109].

    Raises InvalidInput for what is outside the scale or longer than a day.
    """
    issues = []
    if not 0 <= rpe <= HIGHEST_RPE:
        issues.append(Issue(("rpe",), f"RPE is {rpe}; it is from 0 to 10."))
    if not 0 < minutes <= MOST_MINUTES_A_SESSION:
        issues.append(Issue(("minutes",), f"minutes is {minutes}; a session is above 0 and at most 1440."))
    if issues:
        raise InvalidInput(tuple(issues))
    return rpe * minutes


def training_day(moment: datetime, time_zone: str) -> date:
    """The day a session counts for: the one it starts on where the team is, whatever the clocks do."""
    return today_in(time_zone, moment)


def daily_loads(
    first: date,
    last: date,
    training_au: Mapping[date, float],
    game_au: Mapping[date, float],
    rest_days: Collection[date],
) -> list[DayLoad]:
    """One entry for each day from first to last, from the day's sums.

    A day with a session has its load, even if it was also called a rest day; a rest day without one has 0;
    any other day is unreported.
    """
    found = []
    for day in days_between(first, last):
        if day in training_au or day in game_au:
            found.append(DayLoad(day, DayState.REPORTED, training_au.get(day, 0.0), game_au.get(day, 0.0)))
        else:
            found.append(DayLoad(day, DayState.REST if day in rest_days else DayState.UNREPORTED))
    return found


def days_between(first: date, last: date) -> list[date]:
    """Both ends included; none if last comes before first."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def check_range(first: date, last: date) -> None:
    """Raises InvalidInput for a range that runs backwards or is longer than a season."""
    if last < first:
        raise InvalidInput.of("endDate", f"The range ends on {last}, before it starts on {first}.")
    days = (last - first).days + 1
    if days > LONGEST_RANGE_DAYS:
        raise InvalidInput.of("endDate", f"The range has {days} days; it has at most {LONGEST_RANGE_DAYS}.")
