"""The coming week as it would be: the same numbers, with planned loads for the days to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.days import DAYS_A_WEEK
from domain.workload.analysis import analyse
from domain.workload.history import LoadHistory
from domain.workload.loads import days_between
from domain.workload.model import DayLoad, DayState, Metric, Risk, Value
from domain.workload.player import PlayerDay
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds


@dataclass(frozen=True, slots=True)
class ProjectedDay:
    """``form`` is as it would be in the morning, ``acute_chronic`` (EWMA) in the evening."""

    day: date
    load_au: float
    form: Value
    acute_chronic: Value


@dataclass(frozen=True, slots=True)
class Projection:
    """Seven days from ``first``. The single values are those at their end, ``form`` and
    ``recovery`` of the morning after; ``risk`` is without wellness, which nobody knows ahead."""

    first: date
    days: tuple[ProjectedDay, ...]
    week_load: Value
    week_change: Value
    monotony: Value
    strain: Value
    strain_z: Value
    acute_load: Value
    chronic_load: Value
    acute_chronic: Value
    fitness: Value
    fatigue: Value
    form: Value
    recovery: Value
    risk: Risk

    @property
    def last(self) -> date:
        return self.days[-1].day


def project(
    history: Sequence[DayLoad],
    planned_au: Mapping[date, float],
    first: date,
    *,
    thresholds: WorkloadThresholds = DEFAULT_THRESHOLDS,
) -> Projection:
    """The week from ``first``, if it is trained as planned: under a phase, a template, a shorter session.

    ``planned_au`` has the day's loads summed; a day of the week that is not in it is a rest day, and days
    outside the week are not looked at. Of the history only what comes before ``first`` counts. Raises
    ValueError for a planned load below zero or one that is no number.
    """
    week = days_between(first, first + timedelta(days=DAYS_A_WEEK - 1))
    loads = {day: planned_au.get(day, 0.0) for day in week}
    coming = [
        DayLoad(day, DayState.REPORTED, load) if load else DayLoad(day, DayState.REST)
        for day, load in loads.items()
    ]
    whole = LoadHistory.of(history).followed_by(LoadHistory.of(coming))
    found = analyse(whole, (), first, week[-1] + timedelta(days=1), thresholds=thresholds)
    *days, morning_after = found.days
    evening = days[-1]
    return Projection(
        first,
        tuple(_projected(each, loads[each.day]) for each in days),
        week_load=evening.week_load,
        week_change=evening.week_change,
        monotony=evening.monotony,
        strain=evening.strain,
        strain_z=evening.strain_z,
        acute_load=evening.acute_load,
        chronic_load=evening.chronic_load,
        acute_chronic=evening.acute_chronic_ewma,
        fitness=evening.fitness,
        fatigue=evening.fatigue,
        form=morning_after.form,
        recovery=morning_after.recovery,
        risk=evening.risk,
    )


def _projected(each: PlayerDay, load_au: float) -> ProjectedDay:
    return ProjectedDay(each.day, load_au, each.form, each.value(Metric.ACUTE_CHRONIC_EWMA))
