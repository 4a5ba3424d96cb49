"""One player's workload over a window: every number of every day and week, from the whole history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from domain.days import DAYS_A_WEEK, monday_of
from domain.workload.history import LoadHistory
from domain.workload.loads import days_between
from domain.workload.model import MODEL_VERSION, DayLoad, Metric, WellnessDay
from domain.workload.player import PlayerDay, PlayerWeek
from domain.workload.table import Table
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds
from domain.workload.trends import TREND_DAYS

# Feed this much history before the window's first day: the longest look back is the athlete's own year.
HISTORY_DAYS = 365


@dataclass(frozen=True, eq=False)
class PlayerWorkload:
    """From ``first`` to ``last``. What nobody reads of it is not worked out."""

    first: date
    last: date
    table: Table
    model_version: str = MODEL_VERSION

    @cached_property
    def days(self) -> tuple[PlayerDay, ...]:
        return self.last_days((self.last - self.first).days + 1)

    def last_days(self, count: int) -> tuple[PlayerDay, ...]:
        """Fewer where the window has no more."""
        first = max(self.first, self.last - timedelta(days=count - 1))
        days = days_between(first, self.last)
        return tuple(
            PlayerDay(day, self.table, row) for row, day in enumerate(days, start=self.table.row_of(first))
        )

    @cached_property
    def weeks(self) -> tuple[PlayerWeek, ...]:
        """The ISO weeks that the window touches, whole as far as known."""
        by_week = groupby(self.days, lambda each: monday_of(each.day))
        return tuple(PlayerWeek(monday, self.table, tuple(its_days)) for monday, its_days in by_week)

    def on(self, day: date) -> PlayerDay:
        return PlayerDay(day, self.table, self.table.row_of(day))

    @property
    def rows(self) -> slice:
        """The window's in the table, which begins earlier and ends later."""
        return slice(self.table.row_of(self.first), self.table.row_of(self.last) + 1)


def analyse(
    history: Iterable[DayLoad],
    wellness: Iterable[WellnessDay],
    first: date,
    last: date,
    *,
    thresholds: WorkloadThresholds = DEFAULT_THRESHOLDS,
    at_once: Collection[Metric] = (),
) -> PlayerWorkload:
    """The numbers from ``first`` to ``last`` inclusive, in time that grows with the days.

    ``history`` may be in any order and have holes (days that are not in it are unreported); what comes after
    ``last`` is not looked at. Averages are seeded with its first known day, so feed HISTORY_DAYS before
    ``first`` where there are as many. Raises ValueError for a day that comes twice, and for a window that
    runs backwards. Those of ``at_once`` are worked out now, the others when they are read.
    """
    if last < first:
        raise ValueError(f"the window ends on {last}, before {first}")
    loads, scores = LoadHistory.of(history), _by_day(wellness, last)
    start = min([monday_of(first), *([loads.first] if len(loads) else []), *scores])
    sunday = monday_of(last) + timedelta(days=DAYS_A_WEEK - 1)
    known = loads.between(start, last).between(start, sunday)
    # Trends are of the four weeks that end with the window, also where that is shorter.
    shown_from = max(start, min(first, last - timedelta(days=TREND_DAYS - 1)))
    table = Table(known, scores, shown_from, thresholds)
    for metric in at_once:
        table.column(metric)
    return PlayerWorkload(first, last, table)


def _by_day(wellness: Iterable[WellnessDay], last: date) -> dict[date, WellnessDay]:
    found: dict[date, WellnessDay] = {}
    for entry in wellness:
        if entry.day in found:
            raise ValueError(f"{entry.day} comes twice")
        if entry.day <= last:
            found[entry.day] = entry
    return found
