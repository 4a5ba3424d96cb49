"""Two solvers for the independent model: every session one by one, and HiGHS with tangent cuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, vstack

from tests.domain.compression.independent import Column, Model
from tests.domain.compression.independent_formulas import effect

Array = NDArray[np.float64]
EQUAL = 1e-9  # modelled seconds and units of U that floating point does not tell apart
SLACK = 1e-5  # HiGHS takes a constraint as kept that is broken by 1e-6


@dataclass(frozen=True)
class Best:
    value: float
    seconds: float


def shortest_seconds(model: Model) -> float | None:
    """Modelled seconds of the shortest session that obeys the rules; None where there is none."""
    cores = sum(min(each.seconds for each in model.columns if each.members == (at,)) for at in model.cores)
    least = min((each.seconds for each in model.columns), default=None)
    return cores if model.cores else least


def exhaustive(model: Model, budget_seconds: float) -> Best | None:
    """The best of every session there is, and the shortest among those as good; None when none fits."""
    seconds, worth, volume = _every_session(model, budget_seconds)
    if not len(seconds):
        return None
    value = worth.copy()
    for muscle, done in zip(model.muscles, volume.T, strict=True):
        value += (
            model.muscle_weight[muscle] * np.minimum(done, 11) ** 0.38 / effect(model.full_volume[muscle])
        )
    best = value.max()
    return Best(float(best), float(seconds[value >= best - EQUAL].min()))


def _every_session(model: Model, budget_seconds: float) -> tuple[Array, Array, Array]:
    """Seconds, own worth and sets for each muscle of every session that fits.

    The lowest exercise that is still open is left out, or done in each way that there is; then the next.
    """
    by_first: dict[int, list[Column]] = {}
    for each in model.columns:
        by_first.setdefault(min(each.members), []).append(each)
    start = np.zeros((1, 2 + len(model.muscles)))
    states: dict[frozenset[int], list[Array]] = {frozenset(): [start]}  # by the exercises taken ahead
    for at in range(len(model.all)):
        following: dict[frozenset[int], list[Array]] = {}
        for taken, parts in states.items():
            rows = np.concatenate(parts)
            if at in taken or at not in model.cores:
                following.setdefault(taken - {at}, []).append(rows)
            for each in by_first.get(at, ()) if at not in taken else ():
                if taken & set(each.members):
                    continue
                more = rows + _row(model, each)
                more = more[more[:, 0] <= budget_seconds + EQUAL]
                following.setdefault((taken | set(each.members)) - {at}, []).append(more)
        states = following
    (parts,) = states.values() if states else ([start[:0]],)
    rows = np.concatenate(parts)
    rows = rows[rows[:, 0] > 0]  # an empty session is no session
    return rows[:, 0], rows[:, 1], rows[:, 2:]


def _row(model: Model, column: Column) -> Array:
    return np.array([column.seconds, column.worth, *(column.volume.get(each, 0.0) for each in model.muscles)])


class IntegerProgram:
    """The same as a mixed integer program: a 0/1 variable for each column, each muscle's value by cuts.

    A muscle's value is concave in its sets, so a tangent is never below it. Tangents are added where the
    program's answer claims more than the true value, until it claims no more than 1e-7 too much, or what
    is left is HiGHS's own tolerance.
    """

    def __init__(self, model: Model, budget_seconds: float) -> None:
        self.model = model
        self.budget_seconds = budget_seconds
        self.tangents: list[tuple[int, float, float]] = []  # muscle, slope, height at 0
        self._hold([each for each in model.columns if each.seconds <= budget_seconds + EQUAL])
        for number, muscle in enumerate(model.muscles):
            done = self.volume[:, number]
            least = float(done[done > 0].min(initial=11.0))
            self.tangents += [(number, effect(least) / least, 0.0), (number, 0.0, effect(11.0))]
            for sets in np.linspace(least, min(model.full_volume[muscle], 11.0), 8):
                self._cut(number, float(sets))

    def best(self) -> tuple[float, list[Column]] | None:
        """The best value with its columns; None where no session fits."""
        return self._search(-np.inf)

    def better_than(self, value: float) -> tuple[float, list[Column]] | None:
        """A session of more than this value; None is the proof that there is none.

        Columns that the linear relaxation's prices rule out are dropped first: with one of them in it, no
        session is worth as much.
        """
        while self.columns:
            claimed, loss, done = self._relaxed()
            if claimed <= value:
                return None
            tighter = self._cut_where_overstated(done, 1e-4)
            self._hold(
                [each for each, lost in zip(self.columns, loss, strict=True) if claimed - lost > value]
            )
            if not tighter:
                break
        return self._search(value)

    def _hold(self, columns: list[Column]) -> None:
        self.columns = columns
        rows = [_row(self.model, each)[2:] for each in columns]
        self.volume = np.array(rows).reshape(len(columns), len(self.model.muscles))

    def _search(self, floor: float) -> tuple[float, list[Column]] | None:
        while True:
            answer = self._integer(floor)
            if answer is None:
                return None
            claimed, chosen = answer
            true = self.model.value(self.columns[each] for each in chosen)
            if true > floor > -np.inf:
                return true, [self.columns[each] for each in chosen]
            exact = claimed - true < 1e-7
            if exact or not self._cut_where_overstated(self.volume[chosen].sum(axis=0), 1e-9):
                return (true, [self.columns[each] for each in chosen]) if true > floor else None

    def _cut_where_overstated(self, done: Array, claimed_too_much: float) -> bool:
        """Tangents at these sets for each muscle whose present ones leave more than this above the truth."""
        cut = False
        for number, sets in enumerate(done):
            height = min(slope * sets + at_0 for muscle, slope, at_0 in self.tangents if muscle == number)
            if sets > 0 and height - effect(float(sets)) > claimed_too_much:
                self._cut(number, float(sets))
                cut = True
        return cut

    def _cut(self, number: int, sets: float) -> None:
        at = min(sets, 11.0)
        slope = 0.38 * at ** (0.38 - 1)
        self.tangents.append((number, slope, effect(at) - slope * at))

    def _relaxed(self) -> tuple[float, Array, Array]:
        """The relaxation's value, what each column would lose of it, and its sets for each muscle."""
        gain = self._gain()
        rows, low, high = self._rows()
        equal = low == high
        above, below = np.isfinite(low) & ~equal, np.isfinite(high) & ~equal
        found = linprog(
            -gain,
            A_ub=vstack([rows[below], -rows[above]]),
            b_ub=np.concatenate([high[below], -low[above]]),
            A_eq=rows[equal] if equal.any() else None,
            b_eq=low[equal] if equal.any() else None,
            bounds=[(0, None)] * len(gain),
        )
        if found.status == 2:
            return -np.inf, np.zeros(len(self.columns)), np.zeros(len(self.model.muscles))
        assert found.status == 0, found.message
        assert found.x is not None
        assert found.fun is not None
        taken = found.x[: len(self.columns)]
        loss = found.lower.marginals[: len(self.columns)]
        return -float(found.fun), loss, taken @ self.volume

    def _integer(self, floor: float) -> tuple[float, list[int]] | None:
        if not self.columns:
            return None
        gain, columns, muscles = self._gain(), len(self.columns), len(self.model.muscles)
        rows, low, high = self._rows()
        found = milp(
            -gain,
            integrality=np.concatenate([np.ones(columns), np.zeros(muscles)]),
            bounds=Bounds(0.0, np.concatenate([np.ones(columns), np.full(muscles, np.inf)])),
            constraints=[
                LinearConstraint(rows, low, high),
                LinearConstraint(gain[None, :], floor - SLACK, np.inf),
            ],
            options={"mip_rel_gap": 1e-9},
        )
        if found.status == 2:
            return None
        assert found.status == 0, found.message
        assert found.fun is not None
        return -float(found.fun), [int(each) for each in np.flatnonzero(found.x[:columns] > 0.5)]

    def _gain(self) -> Array:
        model = self.model
        for_muscles = [model.muscle_weight[each] / effect(model.full_volume[each]) for each in model.muscles]
        return np.array([*(each.worth for each in self.columns), *for_muscles])

    def _rows(self) -> tuple[csr_array, Array, Array]:
        """Every exercise once (core lifts) or at most once, the time, at least one exercise, the tangents."""
        model, columns, exercises = self.model, len(self.columns), len(self.model.all)
        rows = np.zeros((exercises + 2 + len(self.tangents), columns + len(model.muscles)))
        for number, each in enumerate(self.columns):
            rows[list(each.members), number] = 1
            rows[exercises, number] = each.seconds
            rows[exercises + 1, number] = 1
        for at, (muscle, slope, _) in enumerate(self.tangents, start=exercises + 2):
            rows[at, :columns] = -slope * self.volume[:, muscle]
            rows[at, columns + muscle] = 1
        heights = [at_0 for _, _, at_0 in self.tangents]
        once = [1.0 if at in model.cores else 0.0 for at in range(exercises)]
        low = np.array([*once, -np.inf, 1.0, *(-np.inf for _ in heights)])
        high = np.array([*(1.0 for _ in once), self.budget_seconds + EQUAL, np.inf, *heights])
        return csr_array(rows), low, high
