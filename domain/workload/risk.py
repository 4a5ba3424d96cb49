"""The risk band: which of five signs are past the team's limits, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from domain.workload.columns import Column
from domain.workload.model import Metric, Risk, RiskBand, RiskFlag, RiskFlagKind, Value
from domain.workload.thresholds import WorkloadThresholds

_METRIC = {
    RiskFlagKind.ACUTE_CHRONIC: Metric.ACUTE_CHRONIC_EWMA,
    RiskFlagKind.MONOTONY: Metric.MONOTONY,
    RiskFlagKind.STRAIN: Metric.STRAIN_Z,
    RiskFlagKind.WEEK_CHANGE: Metric.WEEK_CHANGE,
    RiskFlagKind.WELLNESS: Metric.WELLNESS_Z,
}
METRICS = tuple(_METRIC.values())
# [prior] Signs of one family come from the same numbers and are one observation, not two.
FAMILY = {
    RiskFlagKind.ACUTE_CHRONIC: "a jump in load",
    RiskFlagKind.WEEK_CHANGE: "a jump in load",
    RiskFlagKind.MONOTONY: "days too much alike",
    RiskFlagKind.STRAIN: "days too much alike",
    RiskFlagKind.WELLNESS: "how the athlete feels",
}
FLAGS_FOR_HIGH = 2
UNKNOWN = -1


def risk_of(value_of: Callable[[Metric], Value], thresholds: WorkloadThresholds) -> Risk:
    """None of the five is low, one medium, two or more high; None if none of them could be told.

    A provisional value raises no flag: nobody is warned on a few days' numbers. It counts as not known.
    """
    flags: list[RiskFlag] = []
    known = 0
    for kind, metric in _METRIC.items():
        found = value_of(metric)
        if found.value is None or found.is_provisional:
            continue
        known += 1
        limit = _limit(kind, thresholds)
        if _sign(kind) * found.value > _sign(kind) * limit:
            flags.append(RiskFlag(kind, found.value, limit, _reason(kind, found.value, limit)))
    band = band_of(len(flags)) if known else None
    return Risk(band, tuple(flags), known / len(_METRIC))


def flag_counts(column_of: Callable[[Metric], Column], thresholds: WorkloadThresholds) -> NDArray[np.int64]:
    """How many flags each day has, by the same rule as ``risk_of``; UNKNOWN where none could be told."""
    days = len(column_of(Metric.ACUTE_CHRONIC_EWMA).values)
    flags, known = np.zeros(days, dtype=np.int64), np.zeros(days, dtype=np.int64)
    for kind, metric in _METRIC.items():
        column = column_of(metric)
        is_known = ~np.isnan(column.values) & ~column.provisional
        known = known + is_known
        flags = flags + (is_known & (_sign(kind) * column.values > _sign(kind) * _limit(kind, thresholds)))
    return np.where(known > 0, flags, UNKNOWN)


def band_of(flags: int) -> RiskBand | None:
    if flags == UNKNOWN:
        return None
    if flags >= FLAGS_FOR_HIGH:
        return RiskBand.HIGH
    return RiskBand.MEDIUM if flags else RiskBand.LOW


def are_independent(flags: Sequence[RiskFlag]) -> bool:
    """Whether at least two of them are of different families."""
    return len({FAMILY[each.kind] for each in flags}) >= FLAGS_FOR_HIGH


def _sign(kind: RiskFlagKind) -> int:
    """Of wellness less is worse."""
    return -1 if kind is RiskFlagKind.WELLNESS else 1


def _limit(kind: RiskFlagKind, thresholds: WorkloadThresholds) -> float:
    return {
        RiskFlagKind.ACUTE_CHRONIC: thresholds.acute_chronic_limit,
        RiskFlagKind.MONOTONY: thresholds.monotony_limit,
        RiskFlagKind.STRAIN: thresholds.strain_z_limit,
        RiskFlagKind.WEEK_CHANGE: thresholds.week_change_limit_percent,
        RiskFlagKind.WELLNESS: thresholds.wellness_z_floor,
    }[kind]


def _reason(kind: RiskFlagKind, value: float, limit: float) -> str:
    match kind:
        case RiskFlagKind.ACUTE_CHRONIC:
            return f"The acute:chronic ratio is {value:.2f}, over {limit:g}."
        case RiskFlagKind.MONOTONY:
            return f"Monotony is {value:.2f}, over {limit:g}: the days are too much alike."
        case RiskFlagKind.STRAIN:
            return f"Strain is {value:.1f} SD above the athlete's usual, over {limit:g}."
        case RiskFlagKind.WEEK_CHANGE:
            return f"The week's load is {value:.0f} % above the week before, over {limit:g} %."
        case RiskFlagKind.WELLNESS:
            return f"Wellness is {-value:.1f} SD below the athlete's usual, past {-limit:g}."
