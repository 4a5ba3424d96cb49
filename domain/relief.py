"""Easing what a player has before them: less load, time to recover, sessions left out; and giving it back.

What a relief did to an assignment's days is one entry in its history, of type frequency and without a phase:
its first day, the days left out and whether it is cancelled, before and after. Undoing reads these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import Any
from uuid import UUID

from domain.adjustments import AdjustedAssignment, relieve
from domain.assignments import AssignmentStatus, WorkoutAssignment, days_of, without_days
from domain.days import DAYS_A_WEEK, instant_of, today_in
from domain.errors import InvalidState
from domain.physiology import MedicalRestriction, RestrictionKind
from domain.planning import Actor, AdjustmentType, PhaseAdjustment
from domain.planning_events import AdjustmentKind, RecommendedAdjustment
from domain.recurrence import MOST_EXCEPTIONS

RELIEF_DAYS = DAYS_A_WEEK
LONGEST_MOVE_DAYS = 2 * DAYS_A_WEEK
LONGEST_AHEAD_DAYS = 366


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where and when the player is. ``done`` are the days of assignments that were completed already."""

    time_zone: str
    now: datetime
    by: Actor
    reason: str
    done: AbstractSet[tuple[UUID, date]] = frozenset()
    restrictions: Sequence[MedicalRestriction] = field(default_factory=tuple)

    @property
    def today(self) -> date:
        return today_in(self.time_zone, self.now)


@dataclass(frozen=True, slots=True)
class _Occurrence:
    assignment: WorkoutAssignment
    day: date


def eased(
    assignments: Sequence[WorkoutAssignment], adjustment: RecommendedAdjustment, outlook: Outlook
) -> list[AdjustedAssignment]:
    """Those of the player's assignments that change, by their ids.

    ``InvalidState`` if an assignment would have more exceptions than one can have.
    """
    ease = {
        AdjustmentKind.REDUCE_LOAD: _with_less_load,
        AdjustmentKind.INCREASE_RECOVERY: _with_time_to_recover,
        AdjustmentKind.SKIP_TRAINING: _with_sessions_left_out,
    }[adjustment.type]
    in_order = sorted(assignments, key=lambda each: each.id)
    return [each for each in ease(in_order, adjustment.value, outlook) if each.changed]


def uneased(
    assignment: WorkoutAssignment, history: Iterable[PhaseAdjustment], outlook: Outlook
) -> AdjustedAssignment:
    """The assignment without what reliefs took from the days that are still to come, and with its full load.

    ``history`` is what reliefs did to it, oldest first. Days that a coach left out stay left out, and what a
    coach has moved since stays where it is.
    """
    changes = [each for each in history if is_of_days(each)]
    full = relieve(assignment, 0, None, now=outlook.now, by=outlook.by, reason=outlook.reason)
    given_back = {day for day in _taken(changes) if day >= outlook.today}
    recurrence = assignment.recurrence
    exceptions = tuple(day for day in recurrence.exceptions if day not in given_back)
    after = replace(full.assignment, recurrence=replace(recurrence, exceptions=exceptions))
    home = _home(changes)
    if home is not None and home >= outlook.today and changes[-1].adjusted == days_json(assignment):
        after = replace(after, scheduled_on=home)
    if _was_cancelled(changes) and assignment.status is AssignmentStatus.CANCELLED:
        open_again = replace(after, status=AssignmentStatus.ACTIVE)
        if next(days_of(open_again, outlook.today, date.max, 1), None) is not None:
            after = open_again
    return AdjustedAssignment(
        assignment, after, full.adjustments + _change_of_days(assignment, after, outlook)
    )


def merged(first: AdjustedAssignment, then: AdjustedAssignment) -> AdjustedAssignment:
    """Two changes of one assignment as one, with one entry of a type."""
    entries = {each.type: each for each in first.adjustments}
    for each in then.adjustments:
        earlier = entries.get(each.type)
        entries[each.type] = each if earlier is None else replace(each, original=earlier.original)
    return AdjustedAssignment(first.before, then.assignment, tuple(entries.values()), then.phase_id)


def days_json(assignment: WorkoutAssignment) -> dict[str, Any]:
    """What a relief may change about an assignment's days, as the history keeps it."""
    return {
        "scheduledOn": assignment.scheduled_on.isoformat(),
        "exceptions": [each.isoformat() for each in assignment.recurrence.exceptions],
        "status": assignment.status.value,
    }


def is_of_days(entry: PhaseAdjustment) -> bool:
    return (
        entry.type is AdjustmentType.FREQUENCY
        and isinstance(entry.original, dict)
        and "scheduledOn" in entry.original
    )


def _with_less_load(
    assignments: Sequence[WorkoutAssignment], percent: float, outlook: Outlook
) -> Iterator[AdjustedAssignment]:
    """For a week, today included; what has no session in it stays as it is. So does what an earlier relief
    takes more off while that lasts: to be eased must never come to more load.
    """
    until = outlook.today + timedelta(days=RELIEF_DAYS - 1)
    for each in assignments:
        lasts = each.relief_until is None or each.relief_until >= outlook.today
        if lasts and each.relief_percent > percent:
            continue
        if next(days_of(each, outlook.today, until, 1), None) is not None:
            yield relieve(each, percent, until, now=outlook.now, by=outlook.by, reason=outlook.reason)


def _with_time_to_recover(
    assignments: Sequence[WorkoutAssignment], hours: float, outlook: Outlook
) -> Iterator[AdjustedAssignment]:
    """A single workout that begins within these hours is done on the first day after them that is free; one
    that cannot be moved is cancelled, and one day of a series is left out.

    Without a time of day it is done when there is time: it gives way if its whole day is for recovery.
    """
    ends_at = outlook.now + timedelta(hours=hours)
    last = today_in(outlook.time_zone, ends_at)
    taken = {
        day for each in assignments for day in days_of(each, last, last + timedelta(days=LONGEST_MOVE_DAYS))
    }
    for each in assignments:
        days = [
            occurrence.day
            for occurrence in _coming([each], last, outlook)
            if _instant(occurrence, outlook, time.max) < ends_at
        ]
        if not days:
            continue
        if each.is_recurring:
            yield _left_out(each, days, outlook)
            continue
        free = next(_free_days(each, last, ends_at, taken, outlook), None)
        if free is None:
            yield _left_out(each, days, outlook)
        else:
            taken.add(free)
            moved = replace(each, scheduled_on=free)
            yield AdjustedAssignment(each, moved, _change_of_days(each, moved, outlook))


def _with_sessions_left_out(
    assignments: Sequence[WorkoutAssignment], count: float, outlook: Outlook
) -> Iterator[AdjustedAssignment]:
    """The next ``count`` sessions of them all, at most a year ahead."""
    last = outlook.today + timedelta(days=LONGEST_AHEAD_DAYS)
    coming = sorted(
        chain.from_iterable(islice(_coming([each], last, outlook), int(count)) for each in assignments),
        key=lambda each: (_instant(each, outlook, time.max), each.assignment.id),
    )[: int(count)]
    for each in assignments:
        days = [occurrence.day for occurrence in coming if occurrence.assignment is each]
        if days:
            yield _left_out(each, days, outlook)


def _coming(assignments: Iterable[WorkoutAssignment], last: date, outlook: Outlook) -> Iterator[_Occurrence]:
    """What is neither done nor begun, up to the day ``last``."""
    for each in assignments:
        for day in days_of(each, outlook.today, last):
            occurrence = _Occurrence(each, day)
            if (each.id, day) not in outlook.done and _instant(occurrence, outlook, time.max) >= outlook.now:
                yield occurrence


def _instant(occurrence: _Occurrence, outlook: Outlook, without: time) -> datetime:
    return instant_of(occurrence.day, occurrence.assignment.starts_at or without, outlook.time_zone)


def _free_days(
    assignment: WorkoutAssignment, last: date, ends_at: datetime, taken: AbstractSet[date], outlook: Outlook
) -> Iterator[date]:
    for ahead in range(LONGEST_MOVE_DAYS + 1):
        day = last + timedelta(days=ahead)
        if assignment.expires_on is not None and day > assignment.expires_on:
            return
        is_after = _instant(_Occurrence(assignment, day), outlook, time.max) >= ends_at
        is_allowed = not any(
            each.kind is RestrictionKind.NO_TRAINING and each.is_in_force(day)
            for each in outlook.restrictions
        )
        if is_after and is_allowed and day not in taken and day != assignment.scheduled_on:
            yield day


def _left_out(assignment: WorkoutAssignment, days: Sequence[date], outlook: Outlook) -> AdjustedAssignment:
    after = without_days(assignment, days)
    if len(after.recurrence.exceptions) > MOST_EXCEPTIONS:
        raise InvalidState(
            f"An assignment has {MOST_EXCEPTIONS} exceptions at most: cancel it instead.", assignment.status
        )
    return AdjustedAssignment(assignment, after, _change_of_days(assignment, after, outlook))


def _change_of_days(
    before: WorkoutAssignment, after: WorkoutAssignment, outlook: Outlook
) -> tuple[PhaseAdjustment, ...]:
    was, is_now = days_json(before), days_json(after)
    if was == is_now:
        return ()
    return (PhaseAdjustment(AdjustmentType.FREQUENCY, was, is_now, outlook.reason, outlook.now, outlook.by),)


def _taken(changes: Iterable[PhaseAdjustment]) -> set[date]:
    """Days that reliefs left out and that were not given back since."""
    taken: set[str] = set()
    for each in changes:
        was, is_now = set(each.original["exceptions"]), set(each.adjusted["exceptions"])
        taken = (taken | (is_now - was)) - (was - is_now)
    return {date.fromisoformat(each) for each in taken}


def _home(changes: Iterable[PhaseAdjustment]) -> date | None:
    """The day that it was on before reliefs moved it; None if it is there."""
    home: str | None = None
    for each in changes:
        was, is_now = each.original["scheduledOn"], each.adjusted["scheduledOn"]
        if was != is_now:
            home = None if is_now == home else home or was
    return None if home is None else date.fromisoformat(home)


def _was_cancelled(changes: Sequence[PhaseAdjustment]) -> bool:
    return bool(changes) and (
        changes[-1].original["status"] != AssignmentStatus.CANCELLED
        and changes[-1].adjusted["status"] == AssignmentStatus.CANCELLED
    )
