"""The team's days and weeks: means over its players, each over those of whom the number is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.workload.analysis import PlayerWorkload
from domain.workload.model import METHODS, MODEL_VERSION, Metric, RiskBand, Value
from domain.workload.player import PlayerDay, PlayerWeek

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
    if len({(player.days[0].day, player.days[-1].day) for player in players}) > 1:
        raise ValueError("the players were analysed over different windows")
    days = zip(*(player.days for player in players), strict=True)
    weeks = zip(*(player.weeks for player in players), strict=True)
    return TeamWorkload(tuple(_day(each) for each in days), tuple(_week(each) for each in weeks))


def _day(players: Sequence[PlayerDay]) -> TeamDay:
    return TeamDay(
        players[0].day,
        len(players),
        sum(each.load.is_known for each in players),
        {metric: _mean(metric, [each.value(metric) for each in players]) for metric in DAY_METRICS},
        Counter(each.risk.band for each in players),
    )


def _week(players: Sequence[PlayerWeek]) -> TeamWeek:
    first = players[0]
    return TeamWeek(
        first.monday,
        first.iso_year,
        first.iso_week,
        len(players),
        sum(each.total_load.completeness > 0 for each in players),
        {metric: _mean(metric, [each.value(metric) for each in players]) for metric in WEEK_METRICS},
        Counter(each.highest_risk for each in players),
    )


def _mean(metric: Metric, values: Sequence[Value]) -> Value:
    """Completeness is the known share of what all players' values need: no player counts as a 0."""
    known = [each.value for each in values if each.value is not None]
    completeness = sum(each.completeness for each in values if each.value is not None) / len(values)
    return Value(
        sum(known) / len(known) if known else None,
        f"mean of the players of whom it is known: {METHODS[metric].text}",
        METHODS[metric].window_days,
        completeness,
        completeness < LEAST_SHARE or any(each.is_provisional for each in values if each.value is not None),
    )
