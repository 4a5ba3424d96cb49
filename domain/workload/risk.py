"""The risk band: which of five signs are past the team's limits, by name."""

from __future__ import annotations

from collections.abc import Callable

from domain.workload.model import Metric, Risk, RiskBand, RiskFlag, RiskFlagKind, Value
from domain.workload.thresholds import WorkloadThresholds

_METRIC = {
    RiskFlagKind.ACUTE_CHRONIC: Metric.ACUTE_CHRONIC_EWMA,
    RiskFlagKind.MONOTONY: Metric.MONOTONY,
    RiskFlagKind.STRAIN: Metric.STRAIN_Z,
    RiskFlagKind.WEEK_CHANGE: Metric.WEEK_CHANGE,
    RiskFlagKind.WELLNESS: Metric.WELLNESS_Z,
}
# [prior] Signs of one family come from the same numbers and are one observation, not two.
FAMILY = {
    RiskFlagKind.ACUTE_CHRONIC: "a jump in load",
    RiskFlagKind.WEEK_CHANGE: "a jump in load",
    RiskFlagKind.MONOTONY: "days too much alike",
    RiskFlagKind.STRAIN: "days too much alike",
    RiskFlagKind.WELLNESS: "how the athlete feels",
}
FLAGS_FOR_HIGH = 2


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
        if flag := _flag(kind, found.value, thresholds):
            flags.append(flag)
    return Risk(_band(len(flags), known), tuple(flags), known / len(_METRIC))


def are_independent(flags: tuple[RiskFlag, ...]) -> bool:
    """Whether at least two of them are of different families."""
    return len({FAMILY[each.kind] for each in flags}) >= FLAGS_FOR_HIGH


def _band(flags: int, known: int) -> RiskBand | None:
    if not known:
        return None
    if flags >= FLAGS_FOR_HIGH:
        return RiskBand.HIGH
    return RiskBand.MEDIUM if flags else RiskBand.LOW


def _flag(kind: RiskFlagKind, value: float, thresholds: WorkloadThresholds) -> RiskFlag | None:
    match kind:
        case RiskFlagKind.ACUTE_CHRONIC:
            limit = thresholds.acute_chronic_limit
            words = f"The acute:chronic ratio is {value:.2f}, over {limit:g}."
        case RiskFlagKind.MONOTONY:
            limit = thresholds.monotony_limit
            words = f"Monotony is {value:.2f}, over {limit:g}: the days are too much alike."
        case RiskFlagKind.STRAIN:
            limit = thresholds.strain_z_limit
            words = f"Strain is {value:.1f} SD above the athlete's usual, over {limit:g}."
        case RiskFlagKind.WEEK_CHANGE:
            limit = thresholds.week_change_limit_percent
            words = f"The week's load is {value:.0f} % above the week before, over {limit:g} %."
        case RiskFlagKind.WELLNESS:
            limit = thresholds.wellness_z_floor
            words = f"Wellness is {-value:.1f} SD below the athlete's usual, past {-limit:g}."
    is_past = value < limit if kind is RiskFlagKind.WELLNESS else value > limit
    return RiskFlag(kind, value, limit, words) if is_past else None
