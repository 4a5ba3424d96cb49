"""How an assignment comes back: days in the team's calendar, found without counting from the beginning."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import islice, takewhile

from domain.days import DAYS_A_WEEK, monday_of
from domain.errors import Issue

LONGEST_INTERVAL = 365
LONGEST_YEARS = 10
MOST_EXCEPTIONS = 400
MOST_OCCURRENCES = 1000


class RecurrencePattern(StrEnum):
    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"
    CUSTOM = "custom"


WEEKLY_PATTERNS = frozenset({RecurrencePattern.WEEKLY, RecurrencePattern.BIWEEKLY})


@dataclass(frozen=True, slots=True)
class Recurrence:
    """``interval`` counts days, weeks, fortnights or months. ``weekdays``: 0 is Monday, in order.

    Weekly: on each of ``weekdays`` (none: the start's) of every ``interval``-th ISO week from the start's on.
    Monthly: the start's day of the month; a shorter month has it on its last. Custom: like weekly where it
    names weekdays, else every ``interval`` days. ``ends_on`` is the last possible day.
    ``exceptions`` are days left out; they do not push others back.
    """

    pattern: RecurrencePattern = RecurrencePattern.NONE
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    ends_on: date | None = None
    exceptions: tuple[date, ...] = ()

    @property
    def goes_by_weekdays(self) -> bool:
        return self.pattern in WEEKLY_PATTERNS or (
            self.pattern is RecurrencePattern.CUSTOM and bool(self.weekdays)
        )

    @property
    def goes_by_days(self) -> bool:
        return self.pattern in (RecurrencePattern.DAILY, RecurrencePattern.CUSTOM) and not self.weekdays


ONCE = Recurrence()


def occurrences(
    recurrence: Recurrence,
    start: date,
    window_from: date = date.min,
    window_to: date = date.max,
    limit: int = MOST_OCCURRENCES,
) -> Iterator[date]:
    """The days from ``window_from`` to ``window_to`` inclusive, in order, ``limit`` at most.

    It begins at the window, wherever the start lies, and looks at no day that it does not return, but for
    the exceptions: the length of the window costs nothing.
    """
    last = min(window_to, recurrence.ends_on or date.max)
    days = _CANDIDATES[recurrence.pattern](recurrence, start, max(start, window_from))
    left_out = frozenset(recurrence.exceptions)
    return islice((day for day in takewhile(last.__ge__, days) if day not in left_out), max(0, limit))


def falls_on(recurrence: Recurrence, start: date, day: date) -> bool:
    return next(occurrences(recurrence, start, day, day, 1), None) is not None


def issues_of(recurrence: Recurrence, start: date, path: tuple[str, ...] = ("recurrence",)) -> list[Issue]:
    """Everything that is wrong with it; empty if nothing is."""
    found = [Issue((*path, name), message) for name, message in _flaws(recurrence, start)]
    if not found and next(occurrences(recurrence, start, limit=1), None) is None:
        found.append(Issue(path, "It never happens: every day is ruled out or lies after the end."))
    return found


def _flaws(recurrence: Recurrence, start: date) -> Iterator[tuple[str, str]]:
    pattern, weekdays, exceptions = recurrence.pattern, recurrence.weekdays, recurrence.exceptions
    if not 1 <= recurrence.interval <= LONGEST_INTERVAL:
        yield "interval", f"interval is {recurrence.interval}; it must be from 1 to {LONGEST_INTERVAL}."
    if pattern is RecurrencePattern.NONE and recurrence.interval != 1:
        yield "interval", "What happens once has no interval; leave it out."
    if any(not 0 <= each < DAYS_A_WEEK for each in weekdays):
        yield "daysOfWeek", "A weekday is a number from 0 (Monday) to 6 (Sunday)."
    elif list(weekdays) != sorted(set(weekdays)):
        yield "daysOfWeek", "Name each weekday once, in the order of the week."
    if weekdays and pattern not in (*WEEKLY_PATTERNS, RecurrencePattern.CUSTOM):
        yield "daysOfWeek", f"A {pattern} recurrence has no weekdays; leave them out, or make it weekly."
    if recurrence.ends_on is not None:
        if pattern is RecurrencePattern.NONE:
            yield "endsOn", "What happens once has no end; leave it out."
        elif recurrence.ends_on < start:
            yield "endsOn", f"It ends on {recurrence.ends_on}, before it starts on {start}."
        elif recurrence.ends_on.year - start.year > LONGEST_YEARS:
            yield (
                "endsOn",
                f"It may go on for {LONGEST_YEARS} years at most, until {start.year + LONGEST_YEARS}.",
            )
    if len(exceptions) > MOST_EXCEPTIONS:
        yield "exceptions", f"There are {len(exceptions)} exceptions; {MOST_EXCEPTIONS} is the most."
    elif list(exceptions) != sorted(set(exceptions)):
        yield "exceptions", "Name each exception once, in the order of the calendar."


def _once(_: Recurrence, start: date, since: date) -> Iterator[date]:
    if start >= since:
        yield start


def _every_few_days(recurrence: Recurrence, start: date, since: date) -> Iterator[date]:
    if recurrence.weekdays:  # a custom one
        return _every_few_weeks(recurrence, start, since)
    steps = -(-(since.toordinal() - start.toordinal()) // recurrence.interval)
    first = start.toordinal() + recurrence.interval * steps
    return _dates(range(first, date.max.toordinal() + 1, recurrence.interval))


def _every_few_weeks(recurrence: Recurrence, start: date, since: date) -> Iterator[date]:
    step = recurrence.interval * DAYS_A_WEEK * (2 if recurrence.pattern is RecurrencePattern.BIWEEKLY else 1)
    weekdays = recurrence.weekdays or (start.weekday(),)
    first_monday, since_monday = monday_of(start).toordinal(), monday_of(since).toordinal()
    # The week that the window opens in may be over for it: what lies before ``since`` is dropped.
    week = first_monday + (since_monday - first_monday) // step * step
    for monday in range(week, date.max.toordinal() + 1, step):
        yield from (day for day in _dates(monday + each for each in weekdays) if day >= since)


def _every_few_months(recurrence: Recurrence, start: date, since: date) -> Iterator[date]:
    first = start.year * 12 + start.month - 1
    ahead = max(0, since.year * 12 + since.month - 1 - first)
    for month in range(
        first + ahead // recurrence.interval * recurrence.interval, 12 * 10_000, recurrence.interval
    ):
        year, month0 = divmod(month, 12)
        day = date(year, month0 + 1, min(start.day, monthrange(year, month0 + 1)[1]))
        if day >= since:
            yield day


def _dates(ordinals: Iterable[int]) -> Iterator[date]:
    """Until the calendar ends, in the year 9999."""
    return (date.fromordinal(each) for each in ordinals if each <= date.max.toordinal())


_CANDIDATES = {
    RecurrencePattern.NONE: _once,
    RecurrencePattern.DAILY: _every_few_days,
    RecurrencePattern.CUSTOM: _every_few_days,
    RecurrencePattern.WEEKLY: _every_few_weeks,
    RecurrencePattern.BIWEEKLY: _every_few_weeks,
    RecurrencePattern.MONTHLY: _every_few_months,
}
