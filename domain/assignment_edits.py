"""Changing what was assigned, by hand: its terms change, and what a phase made of the old ones follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from domain.adjustments import before_phases
from domain.assignments import OPEN_STATUSES, WorkoutAssignment, days_of, issues_of
from domain.errors import InvalidInput, InvalidState, Issue
from domain.planning import Cadence

TERMS = frozenset({"scheduled_on", "starts_at", "expires_on", "recurrence", "customizations"})
MOVES = frozenset({"scheduled_on", "starts_at", "expires_on", "recurrence"})
CHANGES_VALUES = frozenset({"scheduled_on", "recurrence", "customizations"})
"""What a phase has to be asked about again."""


def edited(assignment: WorkoutAssignment, changes: Mapping[str, Any], today: date) -> WorkoutAssignment:
    """With these of its ``TERMS`` changed; a recurrence is given as it should be before any phase.

    Raises InvalidState where it is not open any more, InvalidInput with everything that is wrong with it.
    """
    if assignment.status not in OPEN_STATUSES:
        raise InvalidState(
            f"This assignment is {assignment.status}; only its status can change.", assignment.status
        )
    after = replace(assignment, **changes)
    original = assignment.planning.original
    if "recurrence" in changes and original is not None:
        cadence = Cadence(after.recurrence.interval, after.recurrence.weekdays)
        planning = replace(assignment.planning, original=replace(original, cadence=cadence))
        after = replace(after, planning=planning)
    after = replace(after, effective_from=min(after.effective_from, after.scheduled_on))
    if issues := _issues(after, changes, today):
        raise InvalidInput(tuple(issues))
    return after


def _issues(after: WorkoutAssignment, changes: Mapping[str, Any], today: date) -> list[Issue]:
    plain = before_phases(after)
    found = [
        each
        for each in issues_of(plain, today)
        # That it began in the past is no fault of a change that leaves the first day as it is.
        if each.path != ("scheduledOn",) or "scheduled_on" in changes
    ]
    if not found and next(days_of(plain, plain.scheduled_on, date.max, 1), None) is None:
        found.append(Issue(("expiresOn",), "It expires before it happens for the first time."))
    return found
