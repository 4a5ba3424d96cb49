"""The team's days and weeks: means over its players, each over those of whom the number is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from domain.workload.analysis import PlayerWorkload
from domain.workload.loads import days_between
from domain.workload.model import METHODS, MODEL_VERSION, Metric, RiskBand, Value
from domain.workload.risk import band_of
from domain.workload.windows import means

Rows = NDArray[np.int64] | slice

DAY_METRICS = (
    Metric.TOTAL_LOAD,
    Metric.TRAINING_LOAD,
    Metric.GAME_LOAD,
    Metric.WEEK_LOAD,
    Metric.ACUTE_CHRONIC_EWMA,
    Metric.MONOTONY,
    Metric.STRAIN,
    Metric.FORM,
    Metric.RECOVERY,
    Metric.READINESS,
)
WEEK_METRICS = (
    Metric.WEEK_LOAD,
    Metric.WEEK_TRAINING_LOAD,
    Metric.WEEK_GAME_LOAD,
    Metric.MONOTONY,
    Metric.STRAIN,
    Metric.WEEK_CHANGE,
)
# As for a player's own days: under this share of the team the mean is provisional [prior].
LEAST_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class TeamDay:
    """``means`` is a player's mean; ``risk_counts`` has None for players of whom no band is known."""

    day: date
    player_count: int
    reported_count: int
    means: Mapping[Metric, Value]
    risk_counts: Mapping[RiskBand | None, int]


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """``reported_count``: players of whom at least one day of the week is known."""

    monday: date
    iso_year: int
    iso_week: int
    player_count: int
    reported_count: int
    means: Mapping[Metric, Value]
    risk_counts: Mapping[RiskBand | None, int]


@dataclass(frozen=True, slots=True)
class TeamWorkload:
    days: tuple[TeamDay, ...]
    weeks: tuple[TeamWeek, ...]
    model_version: str = MODEL_VERSION


def team_workload(players: Sequence[PlayerWorkload]) -> TeamWorkload:
    """Of players who were analysed over the same window; a team without players has no days.

    Raises ValueError if the windows differ.
    """
    if len({(player.first, player.last) for player in players}) > 1:
        raise ValueError("the players were analysed over different windows")
    if not players:
        return TeamWorkload((), ())
    return TeamWorkload(_days(players), _weeks(players))


def _days(players: Sequence[PlayerWorkload]) -> tuple[TeamDay, ...]:
    rows = [player.rows for player in players]
    by_metric = {metric: _means(metric, players, rows) for metric in DAY_METRICS}
    reported = _reported_counts(Metric.TOTAL_LOAD, players, rows)
    flags = np.stack([player.table.flag_counts[its] for player, its in zip(players, rows, strict=True)])
    return tuple(
        TeamDay(
            day,
            len(players),
            reported[at],
            {metric: found[at] for metric, found in by_metric.items()},
            _risk_counts(flags[:, at]),
        )
        for at, day in enumerate(days_between(players[0].first, players[0].last))
    )


def _weeks(players: Sequence[PlayerWorkload]) -> tuple[TeamWeek, ...]:
    rows = [np.array([week.last_row for week in player.weeks]) for player in players]
    by_metric = {metric: _means(metric, players, rows) for metric in WEEK_METRICS}
    reported = _reported_counts(Metric.WEEK_LOAD, players, rows)
    return tuple(
        TeamWeek(
            each.monday,
            each.iso_year,
            each.iso_week,
            len(players),
            reported[at],
            {metric: found[at] for metric, found in by_metric.items()},
            Counter(player.weeks[at].highest_risk for player in players),
        )
        for at, each in enumerate(players[0].weeks)
    )


def _means(metric: Metric, players: Sequence[PlayerWorkload], rows: Sequence[Rows]) -> list[Value]:
    """A day without a number is left out of the mean, and lowers completeness: no player counts as a 0."""
    columns = [player.table.column(metric) for player in players]
    values = np.stack([column.values[its] for column, its in zip(columns, rows, strict=True)])
    known = ~np.isnan(values)
    shares = np.stack([column.completeness[its] for column, its in zip(columns, rows, strict=True)])
    unsure = np.stack([column.provisional[its] for column, its in zip(columns, rows, strict=True)])
    completeness = (shares * known).sum(axis=0) / len(players)
    is_provisional = (unsure & known).any(axis=0) | (completeness < LEAST_SHARE)
    method = f"mean of the players of whom it is known: {METHODS[metric].text}"
    return [
        Value(None if mean != mean else mean, method, METHODS[metric].window_days, share, is_early)
        for mean, share, is_early in zip(
            means(values.T).tolist(), completeness.tolist(), is_provisional.tolist(), strict=True
        )
    ]


def _reported_counts(metric: Metric, players: Sequence[PlayerWorkload], rows: Sequence[Rows]) -> list[int]:
    known = [
        player.table.column(metric).completeness[its] > 0 for player, its in zip(players, rows, strict=True)
    ]
    return [int(count) for count in np.sum(known, axis=0)]


def _risk_counts(counts: NDArray[np.int64]) -> Counter[RiskBand | None]:
    return Counter(band_of(int(each)) for each in counts)
