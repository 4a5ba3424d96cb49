"""Histories to analyse: a list of loads is one a day from a Monday, None is a day that nobody reported."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from hypothesis import settings

from domain.workload.analysis import PlayerWorkload, analyse
from domain.workload.model import DayLoad, DayState, WellnessDay, WellnessItem
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds

MONDAY = date(2026, 1, 5)
# A busy machine is no fault of a rule.
unhurried = settings(deadline=None)
TABLES = Path(__file__).parent / "tables"


def history_of(loads: Sequence[float | None], first: date = MONDAY) -> list[DayLoad]:
    """0 is a rest day."""
    return [_day(first + timedelta(days=at), load) for at, load in enumerate(loads)]


def analysed(
    loads: Sequence[float | None],
    wellness: Sequence[WellnessDay] = (),
    *,
    first: date = MONDAY,
    thresholds: WorkloadThresholds = DEFAULT_THRESHOLDS,
) -> PlayerWorkload:
    """Over the whole of the history."""
    last = first + timedelta(days=len(loads) - 1)
    return analyse(history_of(loads, first), wellness, first, last, thresholds=thresholds)


def scored(at: int, **scores: float) -> WellnessDay:
    return WellnessDay(
        MONDAY + timedelta(days=at), {WellnessItem(name): each for name, each in scores.items()}
    )


def table(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(newline="") as file:
        return list(csv.DictReader(file))


def number(row: Mapping[str, str], column: str) -> float | None:
    return float(row[column]) if row[column] else None


def _day(day: date, load: float | None) -> DayLoad:
    if load is None:
        return DayLoad(day, DayState.UNREPORTED)
    return DayLoad(day, DayState.REPORTED, load) if load else DayLoad(day, DayState.REST)
