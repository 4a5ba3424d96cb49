"""The exact optimum: which choices, one for each unit, keep the most value within the time (DOMAIN section 4).

The relaxation prices every choice; a session's value is at most its bound less its choices' shortfalls. So all
sessions within a small margin of the bound are enumerated, and the margin is widened until the best one found
lies inside it: then nothing outside can be better. See docs/decisions/0003-exact-optimum.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.compression import worth
from domain.compression.choices import Choice, Menu
from domain.compression.relaxation import Bound, Program, upper_bound
from domain.exercises import Muscle

EQUAL_VALUE = 1e-9
FIRST_MARGIN, WIDENING = 0.002, 3.0  # of the bound
# Keeps an answer under half a second; counted in steps, not by a clock, so that it is the same everywhere.
MOST_STEPS = 250_000


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best set of choices. ``gap`` (same unit as ``value``) is 0 when it is proven to be the best."""

    choices: tuple[Choice, ...]
    value: float
    gap: float
    steps: int


class Valuation:
    """``U`` of sets of choices for one session with its weights."""

    def __init__(self, menu: Menu, worths: Sequence[float]) -> None:
        self.menu, self.worths = menu, worths
        self.prescribed = [len(each.working_sets) for each in menu.prescriptions]
        self.full_volume = worth.prescribed_volume(menu.prescriptions)
        self.muscles: tuple[Muscle, ...] = tuple(self.full_volume)
        weights = worth.muscle_weights(self.full_volume)
        self.muscle_worth = [
            weights[muscle] / worth.volume_effect(self.full_volume[muscle]) for muscle in self.muscles
        ]
        place = {muscle: number for number, muscle in enumerate(self.muscles)}
        self.shares = [
            [(place[muscle], share) for muscle, share in worth.muscle_shares(each).items()]
            for each in menu.prescriptions
        ]
        self.gains = [
            [
                worths[i] * worth.gain(each.intent, n, self.prescribed[i])
                for n in range(self.prescribed[i] + 1)
            ]
            for i, each in enumerate(menu.prescriptions)
        ]
        self.full_value = sum(worths) + sum(weights.values())

    def of_exercises(self, choice: Choice) -> float:
        return choice.quality * sum(
            self.gains[i][n] for i, n in zip(choice.members, choice.sets, strict=True)
        )

    def volume(self, choice: Choice) -> list[float]:
        sets_for = [0.0] * len(self.muscles)
        for i, n in zip(choice.members, choice.sets, strict=True):
            for muscle, share in self.shares[i]:
                sets_for[muscle] += choice.quality * share * n
        return sets_for

    def of_volume(self, sets_for: Sequence[float]) -> float:
        cap, exponent = worth.SETS_THAT_COUNT, worth.VOLUME_EXPONENT
        value = 0.0
        for muscle_worth, sets in zip(self.muscle_worth, sets_for, strict=True):
            value += muscle_worth * (sets if sets < cap else cap) ** exponent
        return value

    def total(self, choices: Sequence[Choice]) -> float:
        volumes = [self.volume(each) for each in choices]
        return sum(self.of_exercises(each) for each in choices) + self.of_volume(
            [sum(column) for column in zip(*volumes, strict=True)] if volumes else [0.0] * len(self.muscles)
        )


def best_choices(menu: Menu, valuation: Valuation, budget_seconds: float) -> Optimum | None:
    """The best session within the budget; None when no session at all fits.

    Among equals the shorter, then the one with fewer changes, then the one that keeps more of the earlier
    exercises. A session without core lifts holds at least one exercise: an empty one is no session.
    """
    shortest = shortest_choices(menu)
    if shortest is None or sum(each.seconds for each in shortest) > budget_seconds + EQUAL_VALUE:
        return None
    fits = [each for each in menu.choices if each.seconds <= budget_seconds + EQUAL_VALUE]
    program = _program(menu, valuation, fits, budget_seconds)
    bound = upper_bound(program)
    search = _Search(menu, valuation, fits, program, bound)
    return search.run()


def shortest_choices(menu: Menu) -> list[Choice] | None:
    """The shortest session that obeys the rules; None where nothing is left to do at all."""
    shortest: dict[tuple[int, ...], Choice] = {}
    for each in menu.choices:
        if len(each.units) == 1 and (
            each.units not in shortest or each.seconds < shortest[each.units].seconds
        ):
            shortest[each.units] = each
    chosen = list(shortest.values())
    if any(each.kind is not None for each in chosen):
        return chosen
    least = min(
        (each for each in menu.choices if each.kind is not None), key=lambda c: c.seconds, default=None
    )
    if least is None:
        return None
    return [*(each for each in chosen if not set(each.units) & set(least.units)), least]


def _program(menu: Menu, valuation: Valuation, choices: list[Choice], budget: float) -> Program:
    cover = np.zeros((len(menu.units), len(choices)))
    for number, each in enumerate(choices):
        cover[list(each.units), number] = 1.0
    seconds = np.array([each.seconds for each in choices])
    alone: dict[int, int] = {}
    for number, each in enumerate(choices):
        if len(each.units) == 1:
            unit = each.units[0]
            if unit not in alone or seconds[number] < seconds[alone[unit]]:
                alone[unit] = number
    return Program(
        worth=np.array([valuation.of_exercises(each) for each in choices]),
        seconds=seconds,
        volume=np.array([valuation.volume(each) for each in choices]),
        cover=cover,
        budget=budget,
        full_volume=np.array([valuation.full_volume[muscle] for muscle in valuation.muscles]),
        muscle_worth=np.array(valuation.muscle_worth),
        first_basis=np.array([alone[unit] for unit in range(len(menu.units))]),
    )


class _Search:
    """Depth-first over the units; cut as soon as the shortfalls together exceed the margin."""

    def __init__(
        self, menu: Menu, valuation: Valuation, choices: list[Choice], program: Program, bound: Bound
    ) -> None:
        self.menu, self.valuation, self.choices, self.bound = menu, valuation, choices, bound
        self.program = program
        self.has_core = any(unit.is_core for unit in menu.units)
        self.steps = 0
        self.best: list[int] | None = None
        self.best_value = -np.inf
        self.best_key: tuple[object, ...] = ()

    def run(self) -> Optimum | None:
        margin = FIRST_MARGIN * self.bound.value
        while True:
            complete = self._enumerate(margin)
            proven = complete and self.best_value >= self.bound.value - margin
            if proven or not complete or margin > self.bound.value * 2:
                break
            margin *= WIDENING
        if self.best is None:
            return None
        gap = 0.0 if proven else max(self.bound.value - self.best_value, 0.0)
        chosen = tuple(self.choices[number] for number in self.best)
        return Optimum(chosen, float(self.best_value), gap, self.steps)

    def _enumerate(self, margin: float) -> bool:
        """All sessions within the margin of the bound; False when the steps ran out."""
        keep = np.flatnonzero(self.bound.shortfall <= margin + EQUAL_VALUE)
        units = len(self.menu.units)
        order, lists = self._layout(keep, units)
        program, seconds_of = self.program, self.program.seconds
        shortfall = self.bound.shortfall
        masks = {int(n): sum(1 << order[u] for u in self.choices[n].units) for n in keep}
        # The most seconds that the units still open can add, to see time that must stay unused.
        most = np.zeros(units)
        for n in keep:
            share = seconds_of[n] / len(self.choices[n].units)
            for unit in self.choices[n].units:
                most[order[unit]] = max(most[order[unit]], share)
        rows = [
            [
                (
                    masks[n],
                    float(shortfall[n]),
                    float(seconds_of[n]),
                    sum(most[order[u]] for u in self.choices[n].units),
                    n,
                )
                for n in numbers
            ]
            for numbers in lists
        ]
        full, price, budget = (1 << units) - 1, self.bound.second_price, program.budget
        chosen: list[int] = []
        limit = margin + EQUAL_VALUE

        def visit(covered: int, lost: float, seconds: float, open_most: float) -> bool:
            nonlocal limit
            if covered == full:
                self._take(chosen, seconds)
                limit = min(limit, self.bound.value - self.best_value + EQUAL_VALUE)
                return True
            unit = (~covered & (covered + 1)).bit_length() - 1
            for mask, short, takes, most_here, number in rows[unit]:
                if lost + short > limit:
                    break
                self.steps += 1
                if covered & mask:
                    continue
                after = seconds + takes
                if after > budget + EQUAL_VALUE:
                    continue
                rest_most = open_most - most_here
                unused = budget - after - rest_most
                if unused > 0 and lost + short + price * unused > limit:
                    continue
                chosen.append(number)
                finished = visit(covered | mask, lost + short, after, rest_most)
                chosen.pop()
                if not finished:
                    return False
            return self.steps < MOST_STEPS

        return visit(0, 0.0, 0.0, float(most.sum()))

    def _layout(self, keep: np.ndarray, units: int) -> tuple[list[int], list[list[int]]]:
        """Units with the fewest choices first; each choice listed at its first unit, best first."""
        counts = [0] * units
        for n in keep:
            for unit in self.choices[n].units:
                counts[unit] += 1
        ranked = sorted(range(units), key=lambda unit: (counts[unit], unit))
        order = [0] * units
        for rank, unit in enumerate(ranked):
            order[unit] = rank
        lists: list[list[int]] = [[] for _ in range(units)]
        for n in keep:
            lists[min(order[unit] for unit in self.choices[n].units)].append(int(n))
        for numbers in lists:
            numbers.sort(key=lambda n: (self.bound.shortfall[n], n))
        return order, lists

    def _take(self, chosen: list[int], seconds: float) -> None:
        choices = [self.choices[n] for n in chosen]
        if not self.has_core and all(each.kind is None for each in choices):
            return
        value = self.program.worth[chosen].sum() + self.valuation.of_volume(
            self.program.volume[chosen].sum(axis=0).tolist()
        )
        if value < self.best_value - EQUAL_VALUE:
            return
        key = _preference(choices, seconds)
        if value > self.best_value + EQUAL_VALUE or key < self.best_key:
            self.best, self.best_value, self.best_key = list(chosen), max(value, self.best_value), key


def _preference(choices: Sequence[Choice], seconds: float) -> tuple[object, ...]:
    """Smaller is better: shorter, fewer changes, more of the earlier exercises, and then any fixed order."""
    kept = sorted((i, -n) for each in choices for i, n in zip(each.members, each.sets, strict=True))
    return (
        round(seconds, 6),
        sum(each.changes for each in choices),
        tuple(n for _, n in kept),
        tuple(sorted(each.members for each in choices)),
    )
