"""Rolling windows over days, with holes: what was not reported is NaN, is left out, and is counted.

All of them take one number a day, oldest first, and give one a day, NaN where there is none. The window
ends today; before the first day there was nothing. Days are the last axis of an array but for the windows
themselves: what stands before it (items, say) is worked out alike, in one go.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

# A spread smaller than this share of the numbers is rounding, not variation.
ROUNDING = 1e-9


def windows(values: Numbers, days: int, rows: int | None = None) -> Numbers:
    """Shape (…, ``rows``, ``days``): those of the last ``rows`` days, of every day unless told."""
    *others, known = values.shape
    rows = known if rows is None else rows
    looked_at = values[..., max(0, known - rows - days + 1) :]
    before = np.full((*others, rows + days - 1 - looked_at.shape[-1]), np.nan)
    padded = np.concatenate([before, looked_at], axis=-1)
    # The same numbers seen once for each window that they are in: nothing is copied.
    return np.ndarray((*others, rows, days), np.float64, padded, strides=(*padded.strides, padded.itemsize))


def counts(rolling: Numbers) -> Numbers:
    return np.asarray((rolling == rolling).sum(axis=-1, dtype=np.float64))


def sums(rolling: Numbers) -> Numbers:
    """NaN, not 0, where nothing is known."""
    return np.where(counts(rolling) > 0, _totals(rolling), np.nan)


def means(rolling: Numbers) -> Numbers:
    return ratio(_totals(rolling), counts(rolling))


def sample_sds(rolling: Numbers) -> Numbers:
    """With n − 1; NaN under two values, and exactly 0 where only rounding varies."""
    return _sample_sds(rolling, means(rolling), counts(rolling))


def ratio(over: Numbers, under: Numbers) -> Numbers:
    """NaN, never infinity, where there is nothing to divide by."""
    found: Numbers = np.divide(over, under, out=np.full(over.shape, np.nan), where=under > 0)
    return found


def z_scores(
    values: Numbers, reference: Numbers, days: int, least: int, rows: int | None = None
) -> tuple[Numbers, Numbers]:
    """Each day's value against ``reference`` on the ``days`` before it, and how many of those were known.

    Of the last ``rows`` days, of every day unless told. Today is left out, so that an unusual day does not
    excuse itself. NaN under ``least`` values or without any variation in them.
    """
    rows = values.shape[-1] if rows is None else rows
    before = windows(reference[..., :-1], days, rows)
    known = counts(before)
    usual = ratio(_totals(before), known)
    z = ratio(values[..., -rows:] - usual, _sample_sds(before, usual, known))
    return np.where(known >= least, z, np.nan), known


def _totals(rolling: Numbers) -> Numbers:
    return np.asarray(np.where(rolling == rolling, rolling, 0.0).sum(axis=-1))


def _sample_sds(rolling: Numbers, usual: Numbers, known: Numbers) -> Numbers:
    apart = rolling - usual[..., np.newaxis]
    sd = np.sqrt(ratio(_totals(apart * apart), known - 1))
    return np.where(sd <= ROUNDING * np.fmax.reduce(np.abs(rolling), axis=-1), 0.0, sd)
