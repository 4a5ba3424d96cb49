"""Rolling windows over days, with holes: what was not reported is NaN, is left out, and is counted.

All of them take one number a day, oldest first, and give one a day, NaN where there is none. The window
ends today; before the first day there was nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

# A spread smaller than this share of the numbers is rounding, not variation.
ROUNDING = 1e-9


def windows(values: Numbers, days: int) -> Numbers:
    """Shape (number of days, ``days``)."""
    return sliding_window_view(np.concatenate([np.full(days - 1, np.nan), values]), days)


def counts(rolling: Numbers) -> Numbers:
    found: Numbers = np.sum(~np.isnan(rolling), axis=1).astype(np.float64)
    return found


def sums(rolling: Numbers) -> Numbers:
    """NaN, not 0, where nothing is known."""
    return np.where(counts(rolling) > 0, np.nansum(rolling, axis=1), np.nan)


def means(rolling: Numbers) -> Numbers:
    return ratio(np.nansum(rolling, axis=1), counts(rolling))


def sample_sds(rolling: Numbers) -> Numbers:
    """With n − 1; NaN under two values, and exactly 0 where only rounding varies."""
    known = counts(rolling)
    squares = np.nansum((rolling - means(rolling)[:, np.newaxis]) ** 2, axis=1)
    sd = np.sqrt(ratio(squares, known - 1))
    return np.where(sd <= ROUNDING * np.fmax.reduce(np.abs(rolling), axis=1), 0.0, sd)


def ratio(over: Numbers, under: Numbers) -> Numbers:
    """NaN, never infinity, where there is nothing to divide by."""
    found: Numbers = np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
    return found


def z_scores(values: Numbers, reference: Numbers, days: int, least: int) -> tuple[Numbers, Numbers]:
    """Each day's value against ``reference`` on the ``days`` before it, and how many of those were known.

    Today is left out, so that an unusual day does not excuse itself. NaN under ``least`` values or without
    any variation in them.
    """
    yesterday = np.concatenate([[np.nan], reference[:-1]])
    before = windows(yesterday, days)
    known = counts(before)
    z = ratio(values - means(before), sample_sds(before))
    return np.where(known >= least, z, np.nan), known
