"""The relaxed problem: a linear program over the choices, for prices and for a proven upper bound.

Fractions of choices are allowed, so its optimum is never below the true one. Each muscle's concave return is
laid out as levels, of which fractions may be taken as well. From the program's prices (of a second, of each
unit, of a set for each muscle) follows how far each choice falls short of the best use of what it takes, its
*shortfall*; a whole session's value is at most the bound less the shortfalls of its choices. The exact search
prunes by that. The bound holds for any prices at all: the program only makes it tight, so a rounding error
here can cost time, never the optimum. See docs/decisions/exact-optimum.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.compression.simplex import maximise
from domain.compression.worth import SETS_THAT_COUNT, VOLUME_EXPONENT

Array = NDArray[np.float64]

# Levels of sets at which a muscle's return is laid out; between them a little is lost, but not of the bound.
LEVELS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.5, SETS_THAT_COUNT, np.inf)


@dataclass(frozen=True, slots=True)
class Program:
    """Choices as columns. ``cover`` is units by choices (0 or 1); ``volume`` is choices by muscles.

    ``worth`` is the value of a choice's exercises. ``full_volume`` is F⁰, ``muscle_worth`` ω/C(F⁰).
    ``first_choices`` has one choice for each unit, together within the budget: where to start from.
    """

    worth: Array
    seconds: Array
    volume: Array
    cover: Array
    budget: float
    full_volume: Array
    muscle_worth: Array
    first_choices: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Bound:
    """``value`` is never below the optimum. Prices and shortfalls are not below zero.

    A muscle's return is bounded by the tangent that touches it at ``touch`` sets.
    """

    value: float
    shortfall: Array
    second_price: float
    set_price: Array
    touch: Array
    muscle_worth: Array

    def overstated(self, sets_for: Array, still: Array) -> Array:
        """What the tangents overstate at the least, if each muscle ends with at most ``still`` sets more.

        Shapes: sessions by muscles in, one number a session out; exact where nothing is still to come.
        """
        ends = np.maximum(np.minimum(np.maximum(self.touch, sets_for), sets_for + still), 0.0)
        tangent = returns(self.muscle_worth, self.touch) + self.set_price * (ends - self.touch)
        return np.asarray((tangent - returns(self.muscle_worth, ends)).sum(axis=-1))


def returns(muscle_worth: Array, sets: Array) -> Array:
    """Value of the sets that each muscle gets."""
    return np.asarray(muscle_worth * np.minimum(sets, SETS_THAT_COUNT) ** VOLUME_EXPONENT)


def upper_bound(program: Program) -> Bound:
    """Prices by the linear program; then the bound that these prices prove, whatever they are."""
    second_price, unit_price, set_price = _prices(program)
    touch = _touch(program, set_price)
    gain = program.worth + program.volume @ set_price
    shortfall = unit_price @ program.cover + second_price * program.seconds - gain
    # Float noise in the prices is paid for by the bound, so that no shortfall is below zero.
    noise = -np.minimum(shortfall, 0.0).sum()
    intercept = returns(program.muscle_worth, touch) - set_price * touch
    value = second_price * program.budget + unit_price.sum() + intercept.sum() + noise
    return Bound(
        float(value), np.maximum(shortfall, 0.0), second_price, set_price, touch, program.muscle_worth
    )


def _prices(program: Program) -> tuple[float, Array, Array]:
    """Rows: each unit covered once; the seconds; each muscle's sets; each muscle's fractions of levels."""
    units, choices = program.cover.shape
    muscles = len(program.full_volume)
    levels = [np.unique(np.minimum(LEVELS, most)) for most in program.full_volume]
    widths = [len(each) for each in levels]
    first_level = choices + np.concatenate([[0], np.cumsum(widths)]).astype(np.intp)
    slack = int(first_level[-1])
    sets_row, share_row = units + 1, units + 1 + muscles

    columns = np.zeros((units + 1 + 2 * muscles, slack + 1 + muscles))
    gain = np.zeros(columns.shape[1])
    columns[:units, :choices] = program.cover
    columns[units, :choices] = program.seconds
    columns[sets_row:share_row, :choices] = -program.volume.T
    gain[:choices] = program.worth
    for muscle, (start, at) in enumerate(zip(first_level[:-1], levels, strict=True)):
        here = slice(start, start + len(at))
        columns[sets_row + muscle, here] = at
        columns[share_row + muscle, here] = 1.0
        gain[here] = program.muscle_worth[muscle] * np.minimum(at, SETS_THAT_COUNT) ** VOLUME_EXPONENT
    columns[units:share_row, slack:] = np.eye(1 + muscles)

    right_side = np.concatenate([np.ones(units), [program.budget], np.zeros(muscles), np.ones(muscles)])
    basis = np.concatenate([program.first_choices, np.arange(slack, slack + 1 + muscles), first_level[:-1]])
    prices = maximise(gain, columns, right_side, basis)
    return (
        max(float(prices[units]), 0.0),
        prices[:units],
        np.maximum(prices[sets_row:share_row], 0.0),
    )


def _touch(program: Program, set_price: Array) -> Array:
    """Where the return rises exactly as steeply as the price; at most at the last set that still counts."""
    cap = np.minimum(program.full_volume, SETS_THAT_COUNT)
    steepness = program.muscle_worth * VOLUME_EXPONENT
    with np.errstate(divide="ignore"):
        level = (steepness / set_price) ** (1 / (1 - VOLUME_EXPONENT))
    return np.minimum(level, cap)
