"""Depth-first search over the units of a session, the most promising choice first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.compression.choices import Choice, Menu
from domain.compression.relaxation import Array, Bound, Program
from domain.compression.valuation import Valuation

EQUAL_VALUE = 1e-9
# Keeps an answer under half a second; counted and not by a clock, so that an answer is the same everywhere.
MOST_WORK = 1_200_000
WORK_OF_A_STEP = 25  # besides one for each choice that is looked at


@dataclass(frozen=True, slots=True)
class _Table:
    """The choices listed at one unit, as arrays. ``mask`` has a bit for each unit that a choice covers.

    ``reach`` (sets for each muscle) and ``may_take`` (seconds) are the most that its units could add,
    ``must_take`` the least; subtracted from what is open once the choice is made.
    """

    number: NDArray[np.intp]
    mask: NDArray[Any]
    shortfall: Array
    seconds: Array
    volume: Array
    reach: Array
    may_take: Array
    must_take: Array


@dataclass(frozen=True, slots=True)
class _Node:
    """A partial session: what it covers, has lost, takes and gives, and what is still open."""

    covered: int
    lost: float
    seconds: float
    sets_for: Array
    reach: Array
    may_take: float
    must_take: float
    chosen: tuple[int, ...]


class Search:
    """A partial session is cut as soon as what it is sure to lose against the bound exceeds the margin:

    its choices' shortfalls, the seconds that must stay unused, and what the tangents overstate for each
    muscle at the sets that it can still reach. For a whole session that sum is exactly the bound less its
    value, so the least loss is the optimum.
    """

    def __init__(
        self,
        menu: Menu,
        valuation: Valuation,
        choices: Sequence[Choice],
        program: Program,
        bound: Bound,
        most_work: int,
    ) -> None:
        self.menu, self.valuation, self.choices = menu, valuation, choices
        self.program, self.bound = program, bound
        self.has_core = any(unit.is_core for unit in menu.units)
        self.everything = (1 << len(menu.units)) - 1
        self.work, self.most_work = 0, most_work
        self.best: tuple[int, ...] | None = None
        self.least_loss = float("inf")
        self.best_key: tuple[object, ...] = ()

    @property
    def work_left(self) -> bool:
        return self.work < self.most_work

    def enumerate(self, margin: float) -> bool:
        """Looks at every session that loses no more than the margin; False when the work ran out."""
        self.limit = min(margin, self.least_loss) + EQUAL_VALUE
        self.tables, root = self._tables(margin)
        return self._visit(root)

    def dive(self) -> None:
        """Takes the most promising choice at every unit: a session, if not the best."""
        self.limit = float("inf")
        self.tables, node = self._tables(self.limit)
        while node.covered != self.everything:
            node, loss = next(self._children(node))
        self._take(node, loss)

    def _visit(self, node: _Node) -> bool:
        for child, loss in self._children(node):
            if loss > self.limit:
                break
            if child.covered == self.everything:
                self._take(child, loss)
            elif not self._visit(child):
                return False
        return self.work_left

    def _children(self, node: _Node) -> Iterator[tuple[_Node, float]]:
        """Partial sessions with the first open unit decided, least loss first."""
        table = self.tables[(~node.covered & (node.covered + 1)).bit_length() - 1]
        self.work += WORK_OF_A_STEP + len(table.number)
        seconds = table.seconds + node.seconds
        must_take = node.must_take - table.must_take
        keep = np.flatnonzero(
            ((table.mask & node.covered) == 0)
            & (seconds + must_take <= self.program.budget + EQUAL_VALUE)
            & (table.shortfall <= self.limit - node.lost)
        )
        if not keep.size:
            return
        lost = node.lost + table.shortfall[keep]
        seconds, must_take = seconds[keep], must_take[keep]
        sets_for, reach = node.sets_for + table.volume[keep], node.reach - table.reach[keep]
        may_take = node.may_take - table.may_take[keep]
        unused = np.maximum(self.program.budget - seconds - may_take, 0.0)
        loss = lost + self.bound.second_price * unused + self.bound.overstated(sets_for, reach)
        for row in np.argsort(loss, kind="stable"):
            listed = keep[row]
            yield (
                _Node(
                    node.covered | int(table.mask[listed]),
                    float(lost[row]),
                    float(seconds[row]),
                    sets_for[row],
                    reach[row],
                    float(may_take[row]),
                    float(must_take[row]),
                    (*node.chosen, int(table.number[listed])),
                ),
                float(loss[row]),
            )

    def _take(self, node: _Node, loss: float) -> None:
        choices = [self.choices[number] for number in node.chosen]
        if not self.has_core and all(each.kind is None for each in choices):
            return
        key = preference(choices)
        if loss < self.least_loss - EQUAL_VALUE or (
            loss <= self.least_loss + EQUAL_VALUE and key < self.best_key
        ):
            self.best, self.best_key = node.chosen, key
            self.least_loss = min(loss, self.least_loss)
            self.limit = min(self.limit, self.least_loss + EQUAL_VALUE)

    def _tables(self, margin: float) -> tuple[list[_Table], _Node]:
        """The choices that are within the margin on their own, listed at the first of their units.

        Units with the fewest such choices come first: they leave the fewest branches.
        """
        kept = np.flatnonzero(self.bound.shortfall <= margin + EQUAL_VALUE)
        units, muscles = self.program.cover.shape[0], self.program.volume.shape[1]
        rank = np.empty(units, dtype=np.intp)
        rank[np.argsort(self.program.cover[:, kept].sum(axis=1), kind="stable")] = np.arange(units)

        reach, may_take = np.zeros((units, muscles)), np.zeros(units)
        must_take = np.full(units, np.inf)
        listed: list[list[int]] = [[] for _ in range(units)]
        ranks_of: dict[int, list[int]] = {}
        for number in kept.tolist():
            choice = self.choices[number]
            ranks_of[number] = ranks = [int(rank[unit]) for unit in choice.units]
            listed[min(ranks)].append(number)
            share = choice.seconds / len(ranks)
            for place, at in enumerate(ranks):
                may_take[at] = max(may_take[at], share)
                must_take[at] = min(must_take[at], share)
                own = (
                    self.program.volume[number]
                    if len(ranks) == 1
                    else np.array(self.valuation.volume_of_member(choice, place))
                )
                np.maximum(reach[at], own, out=reach[at])
        must_take = np.where(np.isinf(must_take), 0.0, must_take)

        # A machine word has a bit for 62 units; beyond that Python's own integers, which are slower.
        bits: type[Any] = np.int64 if units < 63 else object

        def table(numbers: list[int]) -> _Table:
            number = np.array(numbers, dtype=np.intp)
            ranks = [ranks_of[each] for each in numbers]
            return _Table(
                number,
                np.array([sum(1 << at for at in each) for each in ranks], dtype=bits),
                self.bound.shortfall[number],
                self.program.seconds[number],
                self.program.volume[number],
                np.array([reach[each].sum(axis=0) for each in ranks]).reshape(len(numbers), muscles),
                np.array([may_take[each].sum() for each in ranks]),
                np.array([must_take[each].sum() for each in ranks]),
            )

        nothing = np.zeros(muscles)
        root = _Node(
            0, 0.0, 0.0, nothing, reach.sum(axis=0), float(may_take.sum()), float(must_take.sum()), ()
        )
        return [table(numbers) for numbers in listed], root


def preference(choices: Sequence[Choice]) -> tuple[object, ...]:
    """Smaller is better: shorter, fewer changes, more of the earlier exercises, then any fixed order."""
    kept = sorted((i, -n) for each in choices for i, n in zip(each.members, each.sets, strict=True))
    return (
        round(sum(each.seconds for each in choices), 6),
        sum(each.changes for each in choices),
        tuple(sets for _, sets in kept),
        tuple(sorted(each.members for each in choices)),
    )
