"""A primal revised simplex for small dense linear programs; returns the prices of the rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

IMPROVES, RISES, TIE = 1e-9, 1e-9, 1e-12
PIVOTS_BEFORE_FRESH_INVERSE = 50
MOST_PIVOTS = 3_000


def maximise(gain: Array, columns: Array, right_side: Array, basis: NDArray[np.intp]) -> Array:
    """Prices that prove the best ``gain @ x`` with ``columns @ x = right_side``, ``x ≥ 0``.

    ``basis`` is a feasible start, one column for each row. Dantzig's rule; after a long stall Bland's, which
    cannot cycle. If the pivots run out the prices are merely worse: the caller makes them feasible.
    """
    basis = basis.copy()
    inverse, amounts = _fresh(columns, right_side, basis)
    stalled = 0
    for pivot in range(1, MOST_PIVOTS):
        worth_more = gain - (gain[basis] @ inverse) @ columns
        entering = int(np.argmax(worth_more))
        if worth_more[entering] <= IMPROVES:
            break
        if stalled > 2 * len(basis):
            entering = int(np.flatnonzero(worth_more > IMPROVES)[0])
        direction = inverse @ columns[:, entering]
        rises = direction > RISES
        if not rises.any():
            break  # unbounded: no program of ours is
        ratios = np.full(len(basis), np.inf)
        ratios[rises] = np.maximum(amounts[rises], 0.0) / direction[rises]
        step = float(ratios.min())
        ties = np.flatnonzero(ratios <= step + TIE)
        leaving = int(ties[np.argmax(direction[ties])])

        inverse[leaving] /= direction[leaving]
        amounts -= step * direction
        amounts[leaving] = step
        direction[leaving] = 0.0
        inverse -= np.outer(direction, inverse[leaving])
        basis[leaving] = entering
        stalled = 0 if step > TIE else stalled + 1
        if pivot % PIVOTS_BEFORE_FRESH_INVERSE == 0:
            inverse, amounts = _fresh(columns, right_side, basis)
    inverse, _ = _fresh(columns, right_side, basis)
    return np.asarray(gain[basis] @ inverse)


def _fresh(columns: Array, right_side: Array, basis: NDArray[np.intp]) -> tuple[Array, Array]:
    inverse: Array = np.linalg.inv(columns[:, basis]).astype(np.float64)
    return inverse, inverse @ right_side
