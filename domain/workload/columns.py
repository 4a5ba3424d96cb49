"""What follows from one player's loads, a column for each number: see ``table``."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from domain.workload import windows as w
from domain.workload.averages import ewma, exponential
from domain.workload.model import METHODS, Metric, Value
from domain.workload.windows import Flags, Numbers

WEEK, MONTH = 7, 28
FITNESS_DAYS, FATIGUE_DAYS = 42, 7
LEAST_Z_VALUES = 7

# [prior] Under these shares a value is provisional: five days of seven, and half of a z's 28.
LEAST_COMPLETENESS, LEAST_Z_COMPLETENESS = 0.7, 0.5
# [prior] Of complete weeks' loads, before the athlete's own percentile means something.
LEAST_WEEKS_OF_OWN = 28


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One number a day; NaN is none. ``completeness`` is from 0 to 1."""

    values: Numbers
    completeness: Numbers
    provisional: Flags

    def value(self, metric: Metric, row: int) -> Value:
        number = float(self.values[row])
        method = METHODS[metric]
        return Value(
            None if number != number else number,
            method.text,
            method.window_days,
            float(self.completeness[row]),
            bool(self.provisional[row]),
        )

    def numbers(self, rows: slice) -> list[float | None]:
        return [None if each != each else each for each in self.values[rows].tolist()]

    def last(self, rows: int) -> Column:
        return Column(self.values[-rows:], self.completeness[-rows:], self.provisional[-rows:])

    def of(self, number: int) -> Column:
        """One of several that were worked out in one go."""
        return Column(self.values[number], self.completeness[number], self.provisional[number])


def z_column(loads_known: Flags, values: Numbers, provisional: Flags) -> Column:
    """z of each day's value against the same of the 28 days before, of which only reported days count."""
    z, known = w.z_scores(values, np.where(loads_known, values, np.nan), MONTH, LEAST_Z_VALUES)
    completeness = known / MONTH
    return Column(z, completeness, provisional | (completeness < LEAST_Z_COMPLETENESS))


@dataclass(frozen=True, slots=True, eq=False)
class Loads:
    """Consecutive days, oldest first, in AU; NaN where unreported. ``day_number`` is 1 at the first known.

    Columns are of the last ``rows`` days, from all days before them.
    """

    total: Numbers
    training: Numbers
    game: Numbers
    known: Flags
    day_number: Numbers
    rows: int

    @classmethod
    def of(cls, training: Numbers, game: Numbers, rows: int) -> Loads:
        total = training + game
        known = ~np.isnan(total)
        first = int(np.argmax(known)) if known.any() else len(total)
        return cls(total, training, game, known, np.arange(1.0 - first, len(total) + 1.0 - first), rows)

    def windows(self, loads: Numbers, days: int) -> Numbers:
        return w.windows(loads, days, self.rows)

    def column(self, values: Numbers, days: int) -> Column:
        """A value over the last ``days``: none without a known day; provisional until there are enough."""
        completeness = w.counts(self.windows(self.total, days)) / days
        return Column(
            np.where(completeness > 0, values[-self.rows :], np.nan),
            completeness,
            (self.day_number[-self.rows :] < days) | (completeness < LEAST_COMPLETENESS),
        )

    def z(self, column: Column) -> Column:
        """With less before the first 28 rows than there was: they are for the z of others."""
        return z_column(self.known[-self.rows :], column.values, column.provisional)


Made = dict[Metric, Column]


class LoadColumns:
    """Made when they are first read, those that have their numbers in common together."""

    def __init__(self, loads: Loads, percentile: float | None) -> None:
        """``percentile`` is that of the athlete's own limit; None for no limit."""
        self.loads, self.percentile = loads, percentile
        self.known = loads.known[-loads.rows :]
        self._made: Made = {}

    def __getitem__(self, metric: Metric) -> Column:
        if metric not in self._made:
            self._made |= _MADE_BY[metric](self)
        return self._made[metric]


def _of_the_day(columns: LoadColumns) -> Made:
    loads = columns.loads
    return {
        Metric.TOTAL_LOAD: loads.column(loads.total, 1),
        Metric.TRAINING_LOAD: loads.column(loads.training, 1),
        Metric.GAME_LOAD: loads.column(loads.game, 1),
    }


def _of_the_week(columns: LoadColumns) -> Made:
    loads = columns.loads
    return {
        Metric.WEEK_LOAD: loads.column(w.sums(loads.windows(loads.total, WEEK)), WEEK),
        Metric.WEEK_TRAINING_LOAD: loads.column(w.sums(loads.windows(loads.training, WEEK)), WEEK),
        Metric.WEEK_GAME_LOAD: loads.column(w.sums(loads.windows(loads.game, WEEK)), WEEK),
    }


def _change(columns: LoadColumns) -> Made:
    loads = columns.loads
    week = w.sums(w.windows(loads.total, WEEK, loads.rows + WEEK))
    two_weeks_are_full = w.counts(loads.windows(loads.total, 2 * WEEK)) == 2 * WEEK
    change = 100 * (w.ratio(week[WEEK:], week[:-WEEK]) - 1)
    return {Metric.WEEK_CHANGE: loads.column(np.where(two_weeks_are_full, change, np.nan), 2 * WEEK)}


def _sameness(columns: LoadColumns) -> Made:
    loads = columns.loads
    week = loads.windows(loads.total, WEEK)
    monotony = loads.column(w.ratio(w.means(week), w.sample_sds(week)), WEEK)
    strain = loads.column(w.sums(week) * monotony.values, WEEK)
    return {Metric.MONOTONY: monotony, Metric.STRAIN: strain, Metric.STRAIN_Z: loads.z(strain)}


def _exponential(columns: LoadColumns) -> Made:
    loads = columns.loads
    acute, chronic = ewma(loads.total, WEEK), ewma(loads.total, MONTH)
    return {
        Metric.ACUTE_LOAD: loads.column(acute, WEEK),
        Metric.CHRONIC_LOAD: loads.column(chronic, MONTH),
        Metric.ACUTE_CHRONIC_EWMA: loads.column(w.ratio(acute, chronic), MONTH),
    }


def _rolling(columns: LoadColumns) -> Made:
    loads = columns.loads
    week, month = w.means(loads.windows(loads.total, WEEK)), w.means(loads.windows(loads.total, MONTH))
    three_weeks = w.means(loads.windows(loads.total[:-WEEK], MONTH - WEEK))
    return {
        Metric.ACUTE_CHRONIC_COUPLED: loads.column(w.ratio(week, month), MONTH),
        Metric.ACUTE_CHRONIC_UNCOUPLED: loads.column(w.ratio(week, three_weeks), MONTH),
    }


def _fitness(columns: LoadColumns) -> Made:
    loads = columns.loads
    fitness, fatigue = exponential(loads.total, FITNESS_DAYS), exponential(loads.total, FATIGUE_DAYS)
    yesterday = np.concatenate([[np.nan], (fitness - fatigue)[:-1]])
    form = loads.column(np.where(loads.day_number == 1, 0.0, yesterday), FITNESS_DAYS)
    z = loads.z(form)
    return {
        Metric.FITNESS: loads.column(fitness, FITNESS_DAYS),
        Metric.FATIGUE: loads.column(fatigue, FATIGUE_DAYS),
        Metric.FORM: form,
        Metric.RECOVERY: Column(percent_of_normal(z.values), z.completeness, z.provisional),
    }


def percent_of_normal(z: Numbers) -> Numbers:
    """100·Φ(z): 50 is the athlete's usual day."""
    return np.array([50 * (1 + erf(each / sqrt(2))) for each in z.tolist()])


def _own_limit(columns: LoadColumns) -> Made:
    """The percentile, linear between ranks, of the complete weeks' loads of the 365 days before today."""
    percentile, days = columns.percentile, METHODS[Metric.OWN_LOAD_LIMIT].window_days
    total, rows = columns.loads.total, columns.loads.rows
    week = w.windows(total, WEEK, rows + days)
    weeks = np.where(w.counts(week) == WEEK, w.sums(week), np.nan).tolist()
    in_order = sorted(load for load in weeks[:days] if load == load)
    found: list[float] = []
    counts: list[float] = []
    for gone, today in zip(weeks, weeks[days:], strict=False):
        is_enough = percentile is not None and len(in_order) >= LEAST_WEEKS_OF_OWN
        found.append(_percentile(in_order, percentile) if is_enough and percentile is not None else np.nan)
        counts.append(len(in_order) / days)
        if today == today:
            insort(in_order, today)
        if gone == gone:
            del in_order[bisect_left(in_order, gone)]
    values = np.array(found)
    return {Metric.OWN_LOAD_LIMIT: Column(values, np.array(counts), np.isnan(values))}


def _percentile(in_order: Sequence[float], percentile: float) -> float:
    rank = (len(in_order) - 1) * percentile / 100
    low = int(rank)
    high = min(low + 1, len(in_order) - 1)
    return in_order[low] + (rank - low) * (in_order[high] - in_order[low])


_MADE_BY: Mapping[Metric, Callable[[LoadColumns], Made]] = {
    **dict.fromkeys((Metric.TOTAL_LOAD, Metric.TRAINING_LOAD, Metric.GAME_LOAD), _of_the_day),
    **dict.fromkeys((Metric.WEEK_LOAD, Metric.WEEK_TRAINING_LOAD, Metric.WEEK_GAME_LOAD), _of_the_week),
    Metric.WEEK_CHANGE: _change,
    **dict.fromkeys((Metric.MONOTONY, Metric.STRAIN, Metric.STRAIN_Z), _sameness),
    **dict.fromkeys((Metric.ACUTE_LOAD, Metric.CHRONIC_LOAD, Metric.ACUTE_CHRONIC_EWMA), _exponential),
    **dict.fromkeys((Metric.ACUTE_CHRONIC_COUPLED, Metric.ACUTE_CHRONIC_UNCOUPLED), _rolling),
    **dict.fromkeys((Metric.FITNESS, Metric.FATIGUE, Metric.FORM, Metric.RECOVERY), _fitness),
    Metric.OWN_LOAD_LIMIT: _own_limit,
}
