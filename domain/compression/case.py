"""One session laid out for compression: what compressing, timing and the curve all start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.compression import timing
from domain.compression.choices import (
    CORE_REST_FLOOR_SECONDS,
    LEAST_CORE_SETS,
    Choice,
    Menu,
    menu_of,
)
from domain.compression.model import CoreProtection, Options, Pace
from domain.compression.optimum import Optimum, Problem, shortest_choices
from domain.compression.pace import pace_of
from domain.compression.valuation import Valuation
from domain.errors import NotCompressible, PlanMissingContent
from domain.sessions import LoggedDuration, Prescription


@dataclass(frozen=True)
class Case:
    """``modelled_seconds`` is at pace 1; what people wait for is that times ``pace.factor``.

    ``left_out`` names the exercises without a working set, which the model does not count.
    """

    menu: Menu
    options: Options
    modelled_seconds: float
    pace: Pace
    left_out: tuple[str, ...]

    @property
    def original_seconds(self) -> float:
        return self.modelled_seconds * self.pace.factor

    @cached_property
    def valuation(self) -> Valuation:
        return Valuation(self.menu, self.options)

    def fits_as_it_stands(self, target_minutes: int) -> bool:
        """An exercise whose equipment is missing cannot stand as it is."""
        missing = any(unit.is_unavailable for unit in self.menu.units)
        return not missing and self.original_seconds <= target_minutes * 60 + 1e-6

    @cached_property
    def problem(self) -> Problem:
        return Problem(self.menu, self.valuation)

    def best(self, target_minutes: int) -> Optimum | None:
        return self.problem.best(target_minutes * 60 / self.pace.factor)

    def shortest(self) -> list[Choice]:
        chosen = shortest_choices(self.menu, self.valuation)
        if chosen is None:
            raise NotCompressible(
                "Nothing would be left: this session has no core lift, and every accessory is ruled out by "
                "the strategy or by the equipment that is not available. Allow more of either."
            )
        return chosen


def case_of(
    prescriptions: Sequence[Prescription],
    planned_minutes: int | None,
    options: Options,
    logs: Sequence[LoggedDuration],
) -> Case:
    """Raises PlanMissingContent when no exercise has a working set."""
    content = [each for each in prescriptions if each.working_sets]
    if not content:
        raise PlanMissingContent
    menu = menu_of(content, options)
    modelled = sum(each.total for each in timing.durations_as_prescribed(content, menu.timed))
    pace = pace_of(modelled, planned_minutes, logs)
    left_out = tuple(each.exercise.name for each in prescriptions if not each.working_sets)
    return Case(menu, options, modelled, pace, left_out)


def shortest_seconds(case: Case) -> dict[CoreProtection, float]:
    """The shortest session for each protection level, with the strategy and equipment of the case."""
    core = [unit.members[0] for unit in case.menu.units if unit.is_core]
    if not core:
        least = sum(each.seconds for each in case.shortest()) * case.pace.factor
        return dict.fromkeys(CoreProtection, least)
    return {
        level: case.pace.factor
        * sum(
            timing.straight_sets(
                case.menu.timed[i],
                min(sets, case.valuation.prescribed[i]),
                min(case.menu.timed[i].rest, CORE_REST_FLOOR_SECONDS),
            ).total
            for i in core
        )
        for level, sets in LEAST_CORE_SETS.items()
    }
