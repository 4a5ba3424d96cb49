"""Every way to do each part of a session: the choices that the optimum picks from.

A *unit* is what is decided as one: a core lift, an accessory, or a group that the coach defined. A *choice*
covers one unit, or two or three accessories together. A compressed session covers every unit exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from domain.compression import pairing, timing
from domain.compression.model import (
    BlockRationale,
    CoreProtection,
    Options,
    PairPriority,
    SegmentKind,
    Strategy,
)
from domain.compression.timing import Duration, Timed
from domain.sessions import ExerciseRole, Prescription

MOST_CORE_SETS = 3
LEAST_CORE_SETS = {CoreProtection.FULL: 3, CoreProtection.REDUCED: 2, CoreProtection.MINIMAL: 1}
LEAST_ACCESSORY_SETS = 2
CORE_REST_FLOOR_SECONDS = 150.0
MOST_IN_A_COACHS_BLOCK = 3

WITH_ACCESSORIES = frozenset(Strategy) - {Strategy.CORE_ONLY}
WITH_SUPERSETS = frozenset({Strategy.CORE_PLUS_SUPERSET, Strategy.CORE_PLUS_BLOCK_AND_SUPERSET})
WITH_BLOCKS = frozenset({Strategy.CORE_PLUS_BLOCK, Strategy.CORE_PLUS_BLOCK_AND_SUPERSET})


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to do some units. ``sets`` are aligned with ``members`` (indices of prescriptions).

    A removal has kind None and covers its unit with nothing. ``seconds`` is at pace 1.
    """

    units: tuple[int, ...]
    members: tuple[int, ...]
    sets: tuple[int, ...]
    kind: SegmentKind | None
    duration: Duration
    quality: float
    changes: int
    priority: PairPriority | None = None
    rationale: BlockRationale | None = None

    @property
    def seconds(self) -> float:
        return self.duration.total


NOTHING = Duration(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Unit:
    members: tuple[int, ...]
    is_core: bool
    is_coachs_block: bool
    is_unavailable: bool


@dataclass(frozen=True)
class Menu:
    """A session laid out for compression: its prescriptions with their timing, its units, all choices.

    Units and choices are made when they are first asked for: how long a session takes, asked for whole
    lists of sessions, needs none of them.
    """

    prescriptions: tuple[Prescription, ...]
    timed: tuple[Timed, ...]
    options: Options

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return tuple(_units(self.prescriptions, self.options.unavailable))

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """All that the rules (docs/formulas.md) and the options allow, in a fixed order."""
        return tuple(_Table(self.prescriptions, self.timed, self.units, self.options).choices())

    def name(self, index: int) -> str:
        """The exercise's name, with its place in the session where the same name stands there twice."""
        each = self.prescriptions[index]
        alike = sum(other.exercise.name == each.exercise.name for other in self.prescriptions)
        return each.exercise.name if alike == 1 else f"{each.exercise.name} (no. {each.position})"


def menu_of(prescriptions: Sequence[Prescription], options: Options) -> Menu:
    return Menu(tuple(prescriptions), tuple(timing.timed_prescriptions(prescriptions)), options)


def _units(prescriptions: Sequence[Prescription], unavailable: frozenset[str]) -> Iterator[Unit]:
    """Core lifts leave their groups. What is left of a group stays whole if it can be a block at all.

    A circuit of four or more is no block (those hold two or three), so its members stand alone; so does the
    last one left of a pair.
    """
    for part in sorted(_parts(prescriptions), key=min):
        gone = not all(_is_available(prescriptions[i], unavailable) for i in part)
        is_core = prescriptions[part[0]].role is ExerciseRole.CORE
        yield Unit(part, is_core, len(part) > 1, gone and not is_core)


def _parts(prescriptions: Sequence[Prescription]) -> Iterator[tuple[int, ...]]:
    for part in timing.parts_as_prescribed(prescriptions):
        accessories = tuple(i for i in part if prescriptions[i].role is not ExerciseRole.CORE)
        yield from ((i,) for i in part if i not in accessories)
        if 1 < len(accessories) <= MOST_IN_A_COACHS_BLOCK:
            yield accessories
        else:
            yield from ((i,) for i in accessories)


def _is_available(prescription: Prescription, unavailable: frozenset[str]) -> bool:
    return unavailable.isdisjoint((prescription.exercise.station, *prescription.exercise.equipment))


class _Table:
    """Builds the choices of one session."""

    def __init__(
        self,
        prescriptions: tuple[Prescription, ...],
        timed: tuple[Timed, ...],
        units: tuple[Unit, ...],
        options: Options,
    ) -> None:
        self.prescriptions, self.timed, self.units, self.options = prescriptions, timed, units, options
        self.prescribed = [len(each.working_sets) for each in prescriptions]
        self.least = [min(LEAST_ACCESSORY_SETS, sets) for sets in self.prescribed]
        strategy = options.strategy
        self.with_accessories = strategy is None or strategy in WITH_ACCESSORIES
        self.with_supersets = strategy is None or strategy in WITH_SUPERSETS
        self.with_blocks = strategy is None or strategy in WITH_BLOCKS

    def choices(self) -> Iterator[Choice]:
        free: list[int] = []
        for number, unit in enumerate(self.units):
            if unit.is_core:
                yield from self._core(number, unit.members[0])
                continue
            yield Choice((number,), unit.members, (0,) * len(unit.members), None, NOTHING, 1.0, 1)
            if unit.is_unavailable or not self.with_accessories:
                continue
            if unit.is_coachs_block:
                if self.with_blocks:
                    yield from self._coachs_block(number, unit.members)
            else:
                free.append(number)
                yield from self._single(number, unit.members[0])
        yield from self._together(free)

    def _core(self, unit: int, index: int) -> Iterator[Choice]:
        """Straight sets, as many as the protection says; rest as prescribed or cut to 150 s, never below."""
        prescribed, timed = self.prescribed[index], self.timed[index]
        most = min(MOST_CORE_SETS, prescribed)
        for sets in range(min(LEAST_CORE_SETS[self.options.core_protection], most), most + 1):
            fewer = int(sets < prescribed)
            yield self._straight(unit, index, sets, SegmentKind.CORE_LIFT, timed.rest, 1.0, fewer)
            if sets > 1 and timed.rest > CORE_REST_FLOOR_SECONDS:
                cut = pairing.CORE_REST_CUT_QUALITY
                rest = CORE_REST_FLOOR_SECONDS
                yield self._straight(unit, index, sets, SegmentKind.CORE_LIFT, rest, cut, fewer + 1)

    def _single(self, unit: int, index: int) -> Iterator[Choice]:
        rest = self.timed[index].rest
        for sets in range(self.least[index], self.prescribed[index] + 1):
            fewer = int(sets < self.prescribed[index])
            yield self._straight(unit, index, sets, SegmentKind.ACCESSORY_SINGLE, rest, 1.0, fewer)

    def _straight(
        self, unit: int, index: int, sets: int, kind: SegmentKind, rest: float, quality: float, changes: int
    ) -> Choice:
        duration = timing.straight_sets(self.timed[index], sets, rest)
        return Choice((unit,), (index,), (sets,), kind, duration, quality, changes)

    def _coachs_block(self, unit: int, members: tuple[int, ...]) -> Iterator[Choice]:
        """Kept whole with fewer rounds: nobody does more rounds than prescribed, nor fewer than two."""
        most = max(self.prescribed[i] for i in members)
        for rounds in range(min(LEAST_ACCESSORY_SETS, most), most + 1):
            sets = tuple(min(rounds, self.prescribed[i]) for i in members)
            yield self._group(
                (unit,), members, sets, timing.BLOCK_FLOOR_SECONDS, SegmentKind.ACCESSORY_BLOCK,
                pairing.COACH_QUALITY, rationale=BlockRationale.COACH_DEFINED, made_by_us=0,
            )  # fmt: skip

    def _together(self, free: list[int]) -> Iterator[Choice]:
        index_of = {number: self.units[number].members[0] for number in free}
        allowed: dict[tuple[int, int], PairPriority] = {}
        for one, other in combinations(free, 2):
            priority = pairing.pair_priority(
                self.prescriptions[index_of[one]], self.prescriptions[index_of[other]]
            )
            if priority is not None:
                allowed[one, other] = priority
        if self.with_supersets:
            for (one, other), priority in allowed.items():
                yield from self._supersets((one, other), (index_of[one], index_of[other]), priority)
        if self.with_blocks:
            for trio in combinations(free, 3):
                if all(pair in allowed for pair in combinations(trio, 2)):
                    yield from self._blocks(trio, tuple(index_of[number] for number in trio))

    def _supersets(
        self, units: tuple[int, int], members: tuple[int, int], priority: PairPriority
    ) -> Iterator[Choice]:
        one, other = members
        quality = pairing.superset_quality(priority, self.prescriptions[one], self.prescriptions[other])
        for first in range(self.least[one], self.prescribed[one] + 1):
            for second in range(
                max(self.least[other], first - 1), min(self.prescribed[other], first + 1) + 1
            ):
                yield self._group(
                    units, members, (first, second), timing.SUPERSET_FLOOR_SECONDS,
                    SegmentKind.ACCESSORY_SUPERSET, quality, priority=priority,
                )  # fmt: skip

    def _blocks(self, units: tuple[int, ...], members: tuple[int, ...]) -> Iterator[Choice]:
        rationale = pairing.block_rationale([self.prescriptions[i] for i in members])
        fewest = max(self.least[i] for i in members)
        for rounds in range(fewest, min(self.prescribed[i] for i in members) + 1):
            yield self._group(
                units, members, (rounds,) * len(members), timing.BLOCK_FLOOR_SECONDS,
                SegmentKind.ACCESSORY_BLOCK, pairing.BLOCK_QUALITY, rationale=rationale,
            )  # fmt: skip

    def _group(
        self,
        units: tuple[int, ...],
        members: tuple[int, ...],
        sets: tuple[int, ...],
        floor: float,
        kind: SegmentKind,
        quality: float,
        *,
        priority: PairPriority | None = None,
        rationale: BlockRationale | None = None,
        made_by_us: int = 1,
    ) -> Choice:
        duration = timing.group_sets([self.timed[i] for i in members], sets, floor)
        fewer = sum(n < self.prescribed[i] for i, n in zip(members, sets, strict=True))
        return Choice(units, members, sets, kind, duration, quality, made_by_us + fewer, priority, rationale)
