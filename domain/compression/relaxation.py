"""The relaxed problem: a linear program over the choices, for prices and for a proven upper bound.

Fractions of choices are allowed and each muscle's concave return is replaced by a tangent, so its optimum is
never below the true one. Its prices (seconds, units, sets per muscle) say how much each choice falls short of
the best use of what it takes: its *shortfall*. A whole session's value is at most the bound less the
shortfalls of its choices, which is what the exact search prunes by. See docs/decisions/0003-exact-optimum.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.compression.worth import SETS_THAT_COUNT, VOLUME_EXPONENT

Array = NDArray[np.float64]

TOLERANCE = 1e-10
ROUNDS_OF_TANGENTS = 6
FEWEST_SETS_FOR_A_TANGENT = 0.25  # a tangent at 0 would be vertical


@dataclass(frozen=True, slots=True)
class Program:
    """Choices as columns. ``cover`` is units by choices (0 or 1); ``volume`` is choices by muscles.

    ``worth`` is the value of a choice's exercises; ``first_basis`` one choice for each unit that together
    fit: the removal of each accessory, the shortest form of each core lift. ``full_volume`` is F⁰,
    ``muscle_worth`` ω/C(F⁰).
    """

    worth: Array
    seconds: Array
    volume: Array
    cover: Array
    budget: float
    full_volume: Array
    muscle_worth: Array
    first_basis: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Bound:
    """``value`` is never below the optimum; ``shortfall`` is ≥ 0 for each choice; ``second_price`` ≥ 0."""

    value: float
    shortfall: Array
    second_price: float


def upper_bound(program: Program) -> Bound:
    """The lowest bound that a few rounds of tangents find; each round starts where the last one ended."""
    cap = np.minimum(program.full_volume, SETS_THAT_COUNT)
    touch = 0.7 * cap
    simplex = _Simplex(program)
    best: Bound | None = None
    for round_number in range(ROUNDS_OF_TANGENTS):
        touch = np.clip(touch, np.minimum(FEWEST_SETS_FOR_A_TANGENT, cap), cap)
        set_price = program.muscle_worth * VOLUME_EXPONENT * touch ** (VOLUME_EXPONENT - 1)
        gain = program.worth + program.volume @ set_price
        simplex.maximise(gain)
        second_price, unit_prices = simplex.prices(gain)
        shortfall = unit_prices @ program.cover + second_price * program.seconds - gain
        # Float noise in the prices is paid for by the bound, so that no shortfall is below zero.
        noise = np.minimum(shortfall, 0.0).sum()
        intercept = program.muscle_worth * touch**VOLUME_EXPONENT - set_price * touch
        value = second_price * program.budget + unit_prices.sum() + intercept.sum() - noise
        if best is None or value < best.value:
            best = Bound(float(value), np.maximum(shortfall, 0.0), float(second_price))
        solution = simplex.volume()
        touch = touch + (solution - touch) / (1 + round_number * 0.5)
    assert best is not None  # at least one round  # noqa: S101
    return best


class _Simplex:
    """Primal revised simplex: rows are one per unit (covered once) and the seconds (at most the budget)."""

    def __init__(self, program: Program) -> None:
        self.program = program
        units, choices = program.cover.shape
        self.columns = np.vstack([program.cover, program.seconds])
        self.unused_seconds = choices  # the slack column's number
        self.slack = np.zeros(units + 1)
        self.slack[-1] = 1.0
        self.right_side = np.append(np.ones(units), program.budget)
        self.basis = np.append(program.first_basis, self.unused_seconds)
        self._refactor()

    def maximise(self, gain: Array) -> None:
        """Pivots until no choice is worth more than it takes; Bland's rule after long stalls ends cycles."""
        gains = np.append(gain, 0.0)
        stalled = 0
        for step in range(50 * len(self.basis)):
            prices = gains[self.basis] @ self.inverse
            reduced = gain - prices @ self.columns
            reduced_slack = -prices[-1]
            if stalled > 2 * len(self.basis):
                candidates = np.flatnonzero(reduced > TOLERANCE)
                entering = int(candidates[0]) if candidates.size else self.unused_seconds
            else:
                entering = int(np.argmax(reduced))
                if reduced_slack > reduced[entering]:
                    entering = self.unused_seconds
            if (reduced_slack if entering == self.unused_seconds else reduced[entering]) <= TOLERANCE:
                return
            stalled = 0 if self._pivot(entering) > TOLERANCE else stalled + 1
            if step % 40 == 39:
                self._refactor()

    def prices(self, gain: Array) -> tuple[float, Array]:
        """Price of a second, and of each unit."""
        self._refactor()
        prices = np.append(gain, 0.0)[self.basis] @ self.inverse
        return max(float(prices[-1]), 0.0), prices[:-1]

    def volume(self) -> Array:
        amounts = self.inverse @ self.right_side
        chosen = self.basis != self.unused_seconds
        return np.asarray(amounts[chosen] @ self.program.volume[self.basis[chosen]])

    def _pivot(self, entering: int) -> float:
        direction = self.inverse @ self._column(entering)
        amounts = self.inverse @ self.right_side
        rising = direction > 1e-9
        if not rising.any():
            return 0.0
        ratios = np.where(rising, np.maximum(amounts, 0.0) / np.where(rising, direction, 1.0), np.inf)
        step = float(ratios.min())
        ties = np.flatnonzero(ratios <= step + 1e-12)
        leaving = int(ties[np.argmax(direction[ties])])
        self.inverse[leaving] /= direction[leaving]
        others = np.arange(len(self.basis)) != leaving
        self.inverse[others] -= np.outer(direction[others], self.inverse[leaving])
        self.basis[leaving] = entering
        return step

    def _column(self, number: int) -> Array:
        return self.slack if number == self.unused_seconds else self.columns[:, number]

    def _refactor(self) -> None:
        self.inverse = np.linalg.inv(np.column_stack([self._column(number) for number in self.basis]))
