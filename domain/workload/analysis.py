"""One player's workload over a window: every number of every day and week, from the whole history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TypeVar

import numpy as np

from domain.days import DAYS_A_WEEK, monday_of
from domain.workload.columns import load_columns
from domain.workload.loads import days_between
from domain.workload.model import MODEL_VERSION, DayLoad, DayState, Metric, WellnessDay
from domain.workload.player import PlayerDay, PlayerWeek, Table
from domain.workload.readiness import contributions, readiness_columns
from domain.workload.risk import flag_counts
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds

# Feed this much history before the window's first day: the longest look back is the athlete's own year.
HISTORY_DAYS = 365


@dataclass(frozen=True, slots=True, eq=False)
class PlayerWorkload:
    """``days`` are the window's; ``weeks`` are the ISO weeks that it touches, whole as far as known."""

    days: tuple[PlayerDay, ...]
    weeks: tuple[PlayerWeek, ...]
    table: Table
    model_version: str = MODEL_VERSION


def analyse(
    history: Sequence[DayLoad],
    wellness: Iterable[WellnessDay],
    first: date,
    last: date,
    *,
    thresholds: WorkloadThresholds = DEFAULT_THRESHOLDS,
) -> PlayerWorkload:
    """The numbers from ``first`` to ``last`` inclusive, in time that grows with the days.

    ``history`` may be in any order and have holes (days that are not in it are unreported); what comes after
    ``last`` is not looked at. Averages are seeded with its first known day, so feed HISTORY_DAYS before
    ``first`` where there are as many. Raises ValueError for a day that comes twice, and for a window that
    runs backwards.
    """
    if last < first:
        raise ValueError(f"the window ends on {last}, before {first}")
    table = _table(_by_day(history, last), _by_day(wellness, last), first, last, thresholds)
    days = tuple(PlayerDay(day, table, (day - table.first_day).days) for day in days_between(first, last))
    weeks = tuple(PlayerWeek(monday, table, tuple(its_days)) for monday, its_days in groupby(days, _monday))
    return PlayerWorkload(days, weeks, table)


def _monday(each: PlayerDay) -> date:
    return monday_of(each.day)


Entry = TypeVar("Entry", DayLoad, WellnessDay)


def _by_day(entries: Iterable[Entry], last: date) -> dict[date, Entry]:
    found: dict[date, Entry] = {}
    for entry in entries:
        if entry.day in found:
            raise ValueError(f"{entry.day} comes twice; a day's sessions are summed first")
        if entry.day <= last:
            found[entry.day] = entry
    return found


def _table(
    loads: Mapping[date, DayLoad],
    wellness: Mapping[date, WellnessDay],
    first: date,
    last: date,
    thresholds: WorkloadThresholds,
) -> Table:
    """Every day from the first known one, to the Sunday after the last, so that weeks are whole."""
    start = min([monday_of(first), *loads, *wellness])
    grid = days_between(start, monday_of(last) + timedelta(days=DAYS_A_WEEK - 1))
    all_loads = [loads.get(day) or DayLoad(day, DayState.UNREPORTED) for day in grid]
    all_wellness = [wellness.get(day) for day in grid]
    columns = load_columns(all_loads, thresholds.acute_load_percentile)
    known = np.array([each.is_known for each in all_loads], dtype=np.bool_)
    parts = contributions(all_wellness, columns[Metric.ACUTE_LOAD], known)
    columns |= readiness_columns(parts)
    return Table(start, all_loads, all_wellness, columns, parts, flag_counts(columns, thresholds), thresholds)
