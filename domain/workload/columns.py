"""Every number of one player, a column for each over all days: what ``analysis`` takes its days from."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from domain.workload import windows as w
from domain.workload.averages import ewma, exponential
from domain.workload.model import METHODS, DayLoad, Metric, Value
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


Columns = Mapping[Metric, Column]


def load_columns(grid: Sequence[DayLoad], percentile: float | None) -> dict[Metric, Column]:
    """All that follows from the loads of consecutive days, oldest first."""
    loads = _Loads.of(grid)
    columns = _sums(loads) | _sameness(loads) | _ratios(loads) | _fitness(loads)
    columns[Metric.OWN_LOAD_LIMIT] = _own_limit(columns[Metric.WEEK_LOAD], percentile)
    return columns


def z_column(loads_known: Flags, values: Numbers, provisional: Flags) -> Column:
    """z of each day's value against the same of the 28 days before, of which only reported days count."""
    z, known = w.z_scores(values, np.where(loads_known, values, np.nan), MONTH, LEAST_Z_VALUES)
    completeness = known / MONTH
    return Column(z, completeness, provisional | (completeness < LEAST_Z_COMPLETENESS))


@dataclass(frozen=True, slots=True, eq=False)
class _Loads:
    """``day_number`` counts from 1 at the first known day."""

    total: Numbers
    training: Numbers
    game: Numbers
    known: Flags
    day_number: Numbers

    @classmethod
    def of(cls, grid: Sequence[DayLoad]) -> _Loads:
        known = np.array([each.is_known for each in grid], dtype=np.bool_)
        training = np.array([each.training_load_au for each in grid])
        game = np.array([each.game_load_au for each in grid])
        first = int(np.argmax(known)) if known.any() else len(grid)
        training, game = np.where(known, training, np.nan), np.where(known, game, np.nan)
        return cls(training + game, training, game, known, np.arange(1.0 - first, len(grid) + 1.0 - first))

    def column(self, values: Numbers, days: int, needed_days: int | None = None) -> Column:
        """A value over the last ``days``: none without a known day; provisional until there are enough."""
        completeness = w.counts(w.windows(self.total, days)) / days
        is_early = self.day_number < (needed_days or days)
        return Column(
            np.where(completeness > 0, values, np.nan),
            completeness,
            is_early | (completeness < LEAST_COMPLETENESS),
        )


def _sums(loads: _Loads) -> dict[Metric, Column]:
    week = loads.column(w.sums(w.windows(loads.total, WEEK)), WEEK)
    before = np.concatenate([np.full(WEEK, np.nan), week.values])[: len(week.values)]
    two_weeks_are_full = w.counts(w.windows(loads.total, 2 * WEEK)) == 2 * WEEK
    change = 100 * (w.ratio(week.values, before) - 1)
    return {
        Metric.TOTAL_LOAD: loads.column(loads.total, 1),
        Metric.TRAINING_LOAD: loads.column(loads.training, 1),
        Metric.GAME_LOAD: loads.column(loads.game, 1),
        Metric.WEEK_LOAD: week,
        Metric.WEEK_TRAINING_LOAD: loads.column(w.sums(w.windows(loads.training, WEEK)), WEEK),
        Metric.WEEK_GAME_LOAD: loads.column(w.sums(w.windows(loads.game, WEEK)), WEEK),
        Metric.WEEK_CHANGE: loads.column(np.where(two_weeks_are_full, change, np.nan), 2 * WEEK),
    }


def _sameness(loads: _Loads) -> dict[Metric, Column]:
    week = w.windows(loads.total, WEEK)
    monotony = loads.column(w.ratio(w.means(week), w.sample_sds(week)), WEEK)
    strain = loads.column(w.sums(week) * monotony.values, WEEK)
    return {
        Metric.MONOTONY: monotony,
        Metric.STRAIN: strain,
        Metric.STRAIN_Z: z_column(loads.known, strain.values, strain.provisional),
    }


def _ratios(loads: _Loads) -> dict[Metric, Column]:
    acute, chronic = ewma(loads.total, WEEK), ewma(loads.total, MONTH)
    week, month = w.means(w.windows(loads.total, WEEK)), w.means(w.windows(loads.total, MONTH))
    a_week_ago = np.concatenate([np.full(WEEK, np.nan), loads.total])[: len(loads.total)]
    three_weeks = w.means(w.windows(a_week_ago, MONTH - WEEK))
    return {
        Metric.ACUTE_LOAD: loads.column(acute, WEEK),
        Metric.CHRONIC_LOAD: loads.column(chronic, MONTH),
        Metric.ACUTE_CHRONIC_EWMA: loads.column(w.ratio(acute, chronic), MONTH),
        Metric.ACUTE_CHRONIC_COUPLED: loads.column(w.ratio(week, month), MONTH),
        Metric.ACUTE_CHRONIC_UNCOUPLED: loads.column(w.ratio(week, three_weeks), MONTH),
    }


def _fitness(loads: _Loads) -> dict[Metric, Column]:
    fitness, fatigue = exponential(loads.total, FITNESS_DAYS), exponential(loads.total, FATIGUE_DAYS)
    yesterday = np.concatenate([[np.nan], (fitness - fatigue)[:-1]])
    form = np.where(loads.day_number == 1, 0.0, yesterday)
    column = loads.column(form, FITNESS_DAYS)
    z = z_column(loads.known, column.values, column.provisional)
    return {
        Metric.FITNESS: loads.column(fitness, FITNESS_DAYS),
        Metric.FATIGUE: loads.column(fatigue, FATIGUE_DAYS),
        Metric.FORM: column,
        Metric.RECOVERY: Column(percent_of_normal(z.values), z.completeness, z.provisional),
    }


def percent_of_normal(z: Numbers) -> Numbers:
    """100·Φ(z): 50 is the athlete's usual day."""

    return np.array([50 * (1 + erf(each / sqrt(2))) for each in z.tolist()])


def _own_limit(week: Column, percentile: float | None) -> Column:
    """The percentile, linear between ranks, of the complete weeks' loads of the 365 days before today."""
    found: list[float] = []
    counts: list[float] = []
    days = METHODS[Metric.OWN_LOAD_LIMIT].window_days
    in_order: list[float] = []
    by_day: deque[float] = deque()
    for load, completeness in zip(week.values.tolist(), week.completeness.tolist(), strict=True):
        is_enough = percentile is not None and len(in_order) >= LEAST_WEEKS_OF_OWN
        found.append(_percentile(in_order, percentile) if is_enough and percentile is not None else np.nan)
        counts.append(len(in_order) / days)
        by_day.append(load if completeness == 1 else np.nan)
        if completeness == 1:
            insort(in_order, load)
        if len(by_day) > days and (gone := by_day.popleft()) == gone:
            del in_order[bisect_left(in_order, gone)]
    values = np.array(found)
    return Column(values, np.array(counts), np.isnan(values))


def _percentile(in_order: Sequence[float], percentile: float) -> float:
    rank = (len(in_order) - 1) * percentile / 100
    low = int(rank)
    high = min(low + 1, len(in_order) - 1)
    return in_order[low] + (rank - low) * (in_order[high] - in_order[low])
