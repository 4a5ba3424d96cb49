"""Averages that forget: one step for each day that was reported, none for a day that was not."""

from __future__ import annotations

import math

import numpy as np

from domain.workload.windows import Numbers


def ewma(daily_load_au: Numbers, days: int) -> Numbers:
    """Exponentially weighted moving average, weight 2/(days + 1), seeded with the first known day.

    AU in, AU out; rest days are 0. Source: Williams et al. 2017, Br J Sports Med 51(3):209-210.
    An unreported day (NaN) is left out: the average stays where it was.
    """
    return _forgetting(daily_load_au, 2 / (days + 1), None)


def exponential(daily_load_au: Numbers, time_constant_days: float) -> Numbers:
    """Fitness and fatigue: factor 1 − e^(−1/τ), from 0 before the first known day.

    Source: the impulse-response model of Banister 1975 in the recursive form of GoldenCheetah. An unreported
    day is left out.
    """
    return _forgetting(daily_load_au, 1 - math.exp(-1 / time_constant_days), 0.0)


def _forgetting(loads: Numbers, weight: float, seed: float | None) -> Numbers:
    """From the first known load itself where there is no seed."""
    is_known = loads == loads
    known: list[float] = loads[is_known].tolist()
    levels = [math.nan]  # before the first known day
    level = seed if seed is not None else next(iter(known), math.nan)
    for load in known:
        level += weight * (load - level)
        levels.append(level)
    found: Numbers = np.array(levels)[np.cumsum(is_known)]
    return found
