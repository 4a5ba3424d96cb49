"""A player's days and weeks as they are read: rows of one table, whose values are made when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.days import DAYS_A_WEEK
from domain.workload.model import (
    METHODS,
    DayLoad,
    Metric,
    Readiness,
    Risk,
    RiskBand,
    Value,
    WellnessDay,
)
from domain.workload.readiness import readiness_on
from domain.workload.risk import band_of, risk_of
from domain.workload.table import Table


@dataclass(frozen=True, slots=True, eq=False)
class PlayerDay:
    """One player on one day: every number as it stood when that day was over."""

    day: date
    table: Table
    row: int

    def value(self, metric: Metric) -> Value:
        return self.table.column(metric).value(metric, self.row)

    @property
    def load(self) -> DayLoad:
        return self.table.loads[self.row]

    @property
    def wellness(self) -> WellnessDay | None:
        return self.table.wellness[self.row]

    @property
    def total_load(self) -> Value:
        return self.value(Metric.TOTAL_LOAD)

    @property
    def training_load(self) -> Value:
        return self.value(Metric.TRAINING_LOAD)

    @property
    def game_load(self) -> Value:
        return self.value(Metric.GAME_LOAD)

    @property
    def week_load(self) -> Value:
        """Of the seven days that end on this one."""
        return self.value(Metric.WEEK_LOAD)

    @property
    def week_training_load(self) -> Value:
        return self.value(Metric.WEEK_TRAINING_LOAD)

    @property
    def week_game_load(self) -> Value:
        return self.value(Metric.WEEK_GAME_LOAD)

    @property
    def week_change(self) -> Value:
        return self.value(Metric.WEEK_CHANGE)

    @property
    def monotony(self) -> Value:
        return self.value(Metric.MONOTONY)

    @property
    def strain(self) -> Value:
        return self.value(Metric.STRAIN)

    @property
    def strain_z(self) -> Value:
        return self.value(Metric.STRAIN_Z)

    @property
    def acute_load(self) -> Value:
        return self.value(Metric.ACUTE_LOAD)

    @property
    def chronic_load(self) -> Value:
        return self.value(Metric.CHRONIC_LOAD)

    @property
    def acute_chronic_ewma(self) -> Value:
        return self.value(Metric.ACUTE_CHRONIC_EWMA)

    @property
    def acute_chronic_coupled(self) -> Value:
        return self.value(Metric.ACUTE_CHRONIC_COUPLED)

    @property
    def acute_chronic_uncoupled(self) -> Value:
        return self.value(Metric.ACUTE_CHRONIC_UNCOUPLED)

    @property
    def fitness(self) -> Value:
        return self.value(Metric.FITNESS)

    @property
    def fatigue(self) -> Value:
        return self.value(Metric.FATIGUE)

    @property
    def form(self) -> Value:
        return self.value(Metric.FORM)

    @property
    def recovery(self) -> Value:
        return self.value(Metric.RECOVERY)

    @property
    def wellness_z(self) -> Value:
        return self.value(Metric.WELLNESS_Z)

    @property
    def own_load_limit(self) -> Value:
        """The athlete's own percentile of a week's load, in AU."""
        return self.value(Metric.OWN_LOAD_LIMIT)

    @property
    def readiness(self) -> Readiness:
        return readiness_on(self.row, self.table.column(Metric.READINESS), self.table.readiness_parts)

    @property
    def risk(self) -> Risk:
        return risk_of(self.value, self.table.thresholds)


@dataclass(frozen=True, slots=True, eq=False)
class PlayerWeek:
    """One ISO week, Monday to Sunday. A week that is not over is as complete as it is.

    ``days`` are those of it that lie in the window. Sums, monotony and strain are of all its seven days.
    """

    monday: date
    table: Table
    days: tuple[PlayerDay, ...]

    @property
    def iso_year(self) -> int:
        """The year the week belongs to, which at New Year is not always that of its days."""
        return self.monday.isocalendar().year

    @property
    def iso_week(self) -> int:
        """1 to 52 or 53."""
        return self.monday.isocalendar().week

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=DAYS_A_WEEK - 1)

    def value(self, metric: Metric) -> Value:
        """The seven days' value; for the averages, as they stand after the last known day of the week."""
        return self.table.column(metric).value(metric, self.last_row)

    @property
    def last_row(self) -> int:
        """Sunday's in the table, which ends on one."""
        return self.table.row_of(self.sunday)

    @property
    def total_load(self) -> Value:
        return self.value(Metric.WEEK_LOAD)

    @property
    def training_load(self) -> Value:
        return self.value(Metric.WEEK_TRAINING_LOAD)

    @property
    def game_load(self) -> Value:
        return self.value(Metric.WEEK_GAME_LOAD)

    @property
    def change(self) -> Value:
        """Against the ISO week before, in %."""
        return self.value(Metric.WEEK_CHANGE)

    @property
    def monotony(self) -> Value:
        return self.value(Metric.MONOTONY)

    @property
    def strain(self) -> Value:
        return self.value(Metric.STRAIN)

    @property
    def closing(self) -> PlayerDay:
        """The last day of it in the window: ratios, fitness, fatigue and form as they stood then."""
        return self.days[-1]

    @property
    def mean_readiness(self) -> Value:
        return self._mean(Metric.READINESS)

    @property
    def mean_recovery(self) -> Value:
        return self._mean(Metric.RECOVERY)

    @property
    def highest_risk(self) -> RiskBand | None:
        return band_of(max(int(self.table.flag_counts[day.row]) for day in self.days))

    def _mean(self, metric: Metric) -> Value:
        found = [day.value(metric) for day in self.days]
        known = [each.value for each in found if each.value is not None]
        completeness = len(known) / DAYS_A_WEEK
        return Value(
            sum(known) / len(known) if known else None,
            f"mean over the week's days of: {METHODS[metric].text}",
            DAYS_A_WEEK,
            completeness,
            completeness < 0.5 or any(each.is_provisional for each in found if each.value is not None),
        )
