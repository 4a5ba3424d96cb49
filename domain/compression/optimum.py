"""The exact optimum: the choices that keep the most value within the time (docs/formulas.md).

All sessions within a small margin of the relaxation's bound are enumerated, and the margin is widened until
the best one found lies inside it: nothing outside can be better. See docs/decisions/exact-optimum.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.compression.choices import Choice, Menu
from domain.compression.relaxation import Program, upper_bound
from domain.compression.search import EQUAL_VALUE, MOST_WORK, Search
from domain.compression.valuation import Valuation

FIRST_MARGIN, WIDENING = 0.001, 3.0  # shares of the bound
# What 15 exercises of 6 sets come to. Beyond that the search is given less, for laying it out takes more.
USUAL_CHOICES = 1_500


@dataclass(frozen=True, slots=True)
class Optimum:
    """``gap`` (in the units of ``value``) is 0 when the best is proven; else nothing is better by more."""

    choices: tuple[Choice, ...]
    value: float
    gap: float


class Problem:
    """All choices of one session as arrays, made once for every number of minutes that is asked about."""

    def __init__(self, menu: Menu, valuation: Valuation) -> None:
        self.menu, self.valuation = menu, valuation
        self.seconds = np.array([each.seconds for each in menu.choices])
        self.worth = np.array([valuation.of_exercises(each) for each in menu.choices])
        self.volume = np.array([valuation.volume(each) for each in menu.choices])
        self.cover = np.zeros((len(menu.units), len(menu.choices)))
        for number, each in enumerate(menu.choices):
            self.cover[list(each.units), number] = 1.0

    @property
    def is_very_large(self) -> bool:
        return len(self.menu.choices) > 2 * USUAL_CHOICES

    def best(self, budget_seconds: float) -> Optimum | None:
        """The best session within the budget; None when no session at all fits.

        Among equals the shorter, then the one with fewer changes, then the one that keeps more of the earlier
        exercises. A session without core lifts holds at least one exercise: an empty one is no session.
        """
        shortest = self.shortest()
        if shortest is None or sum(each.seconds for each in shortest) > budget_seconds + EQUAL_VALUE:
            return None
        fits = np.flatnonzero(self.seconds <= budget_seconds + EQUAL_VALUE)
        choices = [self.menu.choices[number] for number in fits]
        program = self._program(fits, budget_seconds)
        bound = upper_bound(program)
        most_work = MOST_WORK * USUAL_CHOICES // max(USUAL_CHOICES, len(self.menu.choices))
        search = Search(self.menu, self.valuation, choices, program, bound, most_work)
        margin = FIRST_MARGIN * bound.value
        while search.enumerate(margin) and search.least_loss > margin:
            margin *= WIDENING
        if search.best is None:
            search.dive()
        proven = search.work_left and search.least_loss <= margin
        chosen = tuple(choices[number] for number in search.best or ())
        return Optimum(chosen, self.valuation.total(chosen), 0.0 if proven else max(search.least_loss, 0.0))

    def shortest(self) -> list[Choice] | None:
        return shortest_choices(self.menu, self.valuation)

    def _program(self, fits: NDArray[np.intp], budget_seconds: float) -> Program:
        cover, seconds = self.cover[:, fits], self.seconds[fits]
        alone = np.where(cover.sum(axis=0) == 1, seconds, np.inf)
        return Program(
            worth=self.worth[fits],
            seconds=seconds,
            volume=self.volume[fits],
            cover=cover,
            budget=budget_seconds,
            full_volume=np.array(list(self.valuation.full_volume.values())),
            muscle_worth=np.array(self.valuation.muscle_worth),
            first_choices=np.array(
                [np.argmin(np.where(row > 0, alone, np.inf)) for row in cover], dtype=np.intp
            ),
        )


def shortest_choices(menu: Menu, valuation: Valuation) -> list[Choice] | None:
    """The shortest session that obeys the rules, of equals the best; None where nothing is left to do."""

    def shortness(each: Choice) -> tuple[float, float]:
        return each.seconds, -valuation.total([each])

    shortest = [
        min((each for each in menu.choices if each.units == (unit,)), key=shortness)
        for unit in range(len(menu.units))
    ]
    if any(each.kind is not None for each in shortest):
        return shortest
    least = min((each for each in menu.choices if each.kind is not None), key=shortness, default=None)
    if least is None:
        return None
    return [*(each for each in shortest if each.units[0] not in least.units), least]
