"""Completing an assignment: once for each day that it was due, and then it is done."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from domain.assignments import AssignmentStatus, Completion, WorkoutAssignment, days_of
from domain.days import today_in
from domain.errors import InvalidInput, InvalidState, Issue

LARGEST_ACTUAL_LOAD_AU = 10_000.0
LONGEST_PERFORMANCE = 5000
CLOCKS_DIFFER = timedelta(minutes=5)
MOST_DAYS_LOOKED_AT = 400
LONGEST_AHEAD_DAYS = 7
"""What is planned for the coming week may be done now. What lies further ahead has to be named."""


def complete(
    assignment: WorkoutAssignment, completion: Completion, done: Collection[date], now: datetime, today: date
) -> WorkoutAssignment:
    """The assignment after it: completed, or active still while it has days to come, also before one that
    was done ahead of them.

    ``done`` are the days completed before, ``today`` is the team's. Raises InvalidState if that day, or all
    of it, is done already.
    """
    check(completion, now)
    if assignment.status is not AssignmentStatus.ACTIVE:
        raise InvalidState(
            f"This assignment is {assignment.status}; only an active one can be completed.", assignment.status
        )
    if completion.occurrence_on in done:
        raise InvalidState(f"{completion.occurrence_on} is completed already.", assignment.status)
    first = min(completion.occurrence_on, today)
    if _next_open(assignment, {*done, completion.occurrence_on}, first) is not None:
        return assignment
    return replace(assignment, status=AssignmentStatus.COMPLETED, completed_at=completion.completed_at)


def occurrence_for(assignment: WorkoutAssignment, day: date, done: Collection[date]) -> date:
    """The day that training on ``day`` counts for: that day, else the latest before it, else the next if it
    is at most a week ahead.

    Raises InvalidState if there is no such day.
    """
    first = max(assignment.scheduled_on, day - timedelta(days=MOST_DAYS_LOOKED_AT))
    due = [each for each in days_of(assignment, first, day, MOST_DAYS_LOOKED_AT + 1) if each not in done]
    if due:
        return due[-1]
    following = _next_open(assignment, done, day) if assignment.is_recurring else assignment.scheduled_on
    if following is None:
        raise InvalidState("Every day of this assignment is completed already.", assignment.status)
    if following > day + timedelta(days=LONGEST_AHEAD_DAYS):
        raise InvalidState(
            f"The next day of this assignment is {following}, more than a week after {day}: what is done so "
            "early has to name it.",
            assignment.status,
        )
    return following


def occurrence_done(
    assignment: WorkoutAssignment,
    day: date,
    earlier: Collection[Completion],
    time_zone: str,
    named: date | None = None,
) -> date:
    """The day of the assignment that training on ``day``, in the team's zone, completes.

    ``named`` says which it is for; it has to be one of its days. Otherwise one training a day is all that
    counts: a second report of the day is refused, not put down for a day that was missed before.
    """
    done = {each.occurrence_on for each in earlier}
    if named is not None:
        if next(days_of(assignment, named, named, 1), None) is None:
            raise InvalidInput.of("occurrenceOn", f"{named} is not a day of this assignment.")
        if named in done:
            raise InvalidState(f"{named} is completed already.", "completed")
        return named
    days = {today_in(time_zone, each.completed_at) for each in earlier}
    if day in days or day in done:
        raise InvalidState(f"{day} is completed already.", "completed")
    return occurrence_for(assignment, day, done)


def check(completion: Completion, now: datetime) -> None:
    if issues := [Issue((name,), message) for name, message in _flaws(completion, now)]:
        raise InvalidInput(tuple(issues))


def _next_open(assignment: WorkoutAssignment, done: Collection[date], day: date) -> date | None:
    return next(
        (each for each in days_of(assignment, day, date.max, len(done) + 1) if each not in done), None
    )


def _flaws(completion: Completion, now: datetime) -> Iterator[tuple[str, str]]:
    load, rate = completion.actual_load_au, completion.completion_rate
    if load is not None and not 0 <= load <= LARGEST_ACTUAL_LOAD_AU:
        yield "actualLoad", f"actualLoad is {load}; it must be from 0 to {LARGEST_ACTUAL_LOAD_AU:g} AU."
    if not 0 <= rate <= 100:
        yield "completionRate", f"completionRate is {rate}; it must be from 0 to 100 %."
    if completion.completed_at > now + CLOCKS_DIFFER:
        yield "completedAt", f"{completion.completed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC is still to come."
    if completion.performance is not None and len(json.dumps(completion.performance)) > LONGEST_PERFORMANCE:
        yield "performance", f"This is longer than {LONGEST_PERFORMANCE} characters of JSON."
