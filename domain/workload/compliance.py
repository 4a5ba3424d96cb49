"""Assigned against completed: how many sessions, and how much of their load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.workload.model import MODEL_VERSION, Value


@dataclass(frozen=True, slots=True)
class AssignedSession:
    """One day of an assignment. ``actual_load_au`` is None if it was done and nobody told the load.

    ``completion_rate`` is in percent of what was prescribed; 100 if the athlete only said that it was done.
    """

    day: date
    planned_load_au: float
    is_completed: bool
    actual_load_au: float | None = None
    completion_rate: float = 100.0


@dataclass(frozen=True, slots=True)
class Compliance:
    """``sessions``: completed of assigned, ``load``: done of planned, ``rate``: mean completion rate; in %.

    A load over 100 % is more than was asked for, which is no better than less.
    """

    assigned_count: int
    completed_count: int
    planned_load_au: float
    actual_load_au: float
    sessions: Value
    load: Value
    rate: Value
    model_version: str = MODEL_VERSION


def compliance(assigned: Iterable[AssignedSession], first: date, last: date, today: date) -> Compliance:
    """Of what was due from first to last; today's and later ones count only once they are done.

    What was not done is a load of 0. A session that was done without telling its load is left out of the
    load on both sides, and lowers its completeness.
    """
    due = [each for each in assigned if first <= each.day <= last and (each.day < today or each.is_completed)]
    completed = [each for each in due if each.is_completed]
    told = [each for each in due if not each.is_completed or each.actual_load_au is not None]
    planned = sum(each.planned_load_au for each in told)
    actual = sum(each.actual_load_au or 0.0 for each in told if each.is_completed)
    days = (last - first).days + 1
    completeness = len(told) / len(due) if due else 0.0
    return Compliance(
        len(due),
        len(completed),
        planned,
        actual,
        _percent(len(completed), len(due), "completed sessions / sessions due", days, float(bool(due))),
        _percent(actual, planned, "load done / load planned of the sessions due", days, completeness),
        _percent(
            sum(each.completion_rate for each in completed) / 100,
            len(completed),
            "mean completion rate of the completed sessions",
            days,
            float(bool(completed)),
        ),
    )


def _percent(part: float, whole: float, method: str, days: int, completeness: float) -> Value:
    """None, not 0 or 100, where nothing was due."""
    value = 100 * part / whole if whole > 0 else None
    return Value(value, method, days, completeness, completeness < 1)
