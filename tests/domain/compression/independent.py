"""docs/formulas.md a second time, from the page alone, without any of the product's arithmetic.

Only the types of sessions and the enums of the answer are shared. The product is held against this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from domain.compression.model import CoreProtection, Options, PairPriority, SegmentKind, Strategy
from domain.exercises import Intent, MovementPattern, Muscle
from domain.sessions import ExerciseRole, LoggedDuration, Prescription
from tests.domain.compression.independent_formulas import (
    effect,
    gain,
    pace_of,
    phase_weight,
    rest_of,
    warm_ups_of,
    work_of,
)

CORE_LEAST = {CoreProtection.FULL: 3, CoreProtection.REDUCED: 2, CoreProtection.MINIMAL: 1}

_P = MovementPattern
OPPOSED = {
    frozenset(each)
    for each in (
        (_P.HORIZONTAL_PUSH, _P.HORIZONTAL_PULL),
        (_P.VERTICAL_PUSH, _P.VERTICAL_PULL),
        (_P.HORIZONTAL_PUSH, _P.VERTICAL_PULL),
        (_P.VERTICAL_PUSH, _P.HORIZONTAL_PULL),
        (_P.ELBOW_FLEXION, _P.ELBOW_EXTENSION),
        (_P.KNEE_FLEXION, _P.KNEE_EXTENSION),
        (_P.TRUNK_FLEXION, _P.TRUNK_EXTENSION),
        (_P.HORIZONTAL_ADDUCTION, _P.HORIZONTAL_PULL),
    )
}


@dataclass(frozen=True)
class Column:
    """One thing that a compressed session may hold. ``members`` are places in the model's prescriptions."""

    kind: SegmentKind
    members: tuple[int, ...]
    sets: tuple[int, ...]
    quality: float
    seconds: float
    worth: float
    volume: Mapping[Muscle, float]
    coachs: bool = False
    rest_cut: bool = False


class Model:
    """A session with everything that may be done with it, in modelled seconds and units of U."""

    def __init__(
        self,
        prescriptions: Iterable[Prescription],
        options: Options | None = None,
        *,
        planned_minutes: int | None = None,
        logs: Sequence[LoggedDuration] = (),
    ) -> None:
        self.all = sorted(prescriptions, key=lambda each: each.position)
        self.options = options or Options()
        self.warm_ups = list(warm_ups_of(self.all))
        self.cores = [at for at, each in enumerate(self.all) if each.role is ExerciseRole.CORE]
        self.original_seconds = sum(self.seconds_as_prescribed(part) for part in self.original_parts())
        self.pace = pace_of(self.original_seconds, planned_minutes, logs)
        self.full_volume = self.volume_of((at, 1.0 * self.sets(at)) for at in range(len(self.all)))
        self.muscles = [muscle for muscle, volume in self.full_volume.items() if volume > 0]
        in_all = sum(self.full_volume.values())
        self.muscle_weight = {
            muscle: self.full_volume[muscle] / in_all * len(self.muscles) / 4 for muscle in self.muscles
        }
        self.whole = sum(self.own_worth(at, self.sets(at), 1.0) for at in range(len(self.all))) + sum(
            self.muscle_weight.values()
        )
        self.columns = [*self._core_columns(), *self._accessory_columns()]

    # How long: section 1

    def original_parts(self) -> list[tuple[int, ...]]:
        parts: dict[object, list[int]] = {}
        for at, each in enumerate(self.all):
            parts.setdefault(at if each.group_key is None else each.group_key, []).append(at)
        return [tuple(part) for part in parts.values()]

    def seconds_as_prescribed(self, part: tuple[int, ...]) -> float:
        sets = [self.sets(at) for at in part]
        if len(part) == 1:
            return self.straight_seconds(part[0], sets[0], rest_of(self.all[part[0]]))
        return self.group_seconds(part, sets, floor=60)

    def straight_seconds(self, at: int, sets: int, rest: float) -> float:
        return 60 + 70 * self.warm_ups[at] + sets * work_of(self.all[at]) + (sets - 1) * rest

    def group_seconds(self, members: Sequence[int], sets: Sequence[int], *, floor: float) -> float:
        stations = [self.all[at].exercise.station for at in members]
        setups = 60 + 60 * (len(set(stations)) - 1) + 20 * (len(stations) - len(set(stations)))
        work = [work_of(self.all[at]) for at in members]
        rest = [rest_of(self.all[at]) for at in members]
        size, rounds = len(members), min(sets)
        between = max([floor] + [rest[j] - (sum(work) - work[j] + size * 15) for j in range(size)])
        left = sum((sets[j] - rounds) * (work[j] + rest[j]) for j in range(size))
        warm_ups = 70 * sum(self.warm_ups[at] for at in members)
        return setups + warm_ups + rounds * (sum(work) + (size - 1) * 15) + (rounds - 1) * between + left

    # What it is worth: section 2

    def sets(self, at: int) -> int:
        return len(self.all[at].working_sets)

    def own_worth(self, at: int, sets: int, quality: float) -> float:
        each = self.all[at]
        weight = each.weight * self.options.weights.get(each.id, 1.0) * phase_weight(each, self.options.phase)
        share = 1.0 if each.role is ExerciseRole.CORE else 0.5
        return share * weight * quality * gain(each.intent, sets, self.sets(at))

    def volume_of(self, done: Iterable[tuple[int, float]]) -> dict[Muscle, float]:
        volume: dict[Muscle, float] = {}
        for at, sets in done:
            exercise = self.all[at].exercise
            for muscle in dict.fromkeys(exercise.primary_muscles + exercise.secondary_muscles):
                share = 1.0 if muscle in exercise.primary_muscles else 0.5
                volume[muscle] = volume.get(muscle, 0.0) + share * sets
        return volume

    def value(self, chosen: Iterable[Column]) -> float:
        chosen = list(chosen)
        muscles = 0.0
        for muscle in self.muscles:
            volume = sum(each.volume.get(muscle, 0.0) for each in chosen)
            muscles += self.muscle_weight[muscle] * effect(volume) / effect(self.full_volume[muscle])
        return sum(each.worth for each in chosen) + muscles

    # What is allowed: section 3

    def _core_columns(self) -> Iterator[Column]:
        for at in self.cores:
            most = min(3, self.sets(at))
            prescribed = rest_of(self.all[at])
            for sets in range(min(CORE_LEAST[self.options.core_protection], most), most + 1):
                yield self._straight(SegmentKind.CORE_LIFT, at, sets, prescribed, 1.0)
                if prescribed > 150 and sets > 1:
                    yield self._straight(SegmentKind.CORE_LIFT, at, sets, 150, 0.98, rest_cut=True)

    def _accessory_columns(self) -> Iterator[Column]:
        strategy = self.options.strategy
        if strategy is Strategy.CORE_ONLY:
            return
        with_blocks = strategy in (None, Strategy.CORE_PLUS_BLOCK, Strategy.CORE_PLUS_BLOCK_AND_SUPERSET)
        with_pairs = strategy in (None, Strategy.CORE_PLUS_SUPERSET, Strategy.CORE_PLUS_BLOCK_AND_SUPERSET)
        free, groups = self.free_and_groups()
        for at in free:
            for sets in self.set_counts(at):
                yield self._straight(SegmentKind.ACCESSORY_SINGLE, at, sets, rest_of(self.all[at]), 1.0)
        for pair in combinations(free, 2) if with_pairs else ():
            yield from self._supersets(*pair)
        for trio in combinations(free, 3) if with_blocks else ():
            yield from self._blocks(trio)
        for group in groups if with_blocks else ():
            most = max(self.sets(at) for at in group)
            for rounds in range(min(2, most), most + 1):
                done = tuple(min(rounds, self.sets(at)) for at in group)
                yield self._group(SegmentKind.ACCESSORY_BLOCK, group, done, 1.0, 60, coachs=True)

    def free_and_groups(self) -> tuple[list[int], list[tuple[int, ...]]]:
        """Accessories that can be had today: those that stand free, and the coach's groups of two or three.

        A group is gone with any of its members, since it is kept whole or not at all.
        """
        free: list[int] = []
        groups: list[tuple[int, ...]] = []
        for part in self.original_parts():
            left = tuple(at for at in part if at not in self.cores)
            if len(left) in (2, 3):
                groups.append(left)
            else:
                free += left
        return sorted(filter(self._can_be_had, free)), [g for g in groups if all(map(self._can_be_had, g))]

    def set_counts(self, at: int) -> range:
        return range(min(2, self.sets(at)), self.sets(at) + 1)

    def priority(self, one: int, other: int) -> PairPriority | None:
        a, b = self.all[one], self.all[other]
        if set(a.exercise.primary_muscles) & set(b.exercise.primary_muscles):
            return None
        if Intent.POWER in (a.intent, b.intent):
            return None
        if frozenset((a.exercise.pattern, b.exercise.pattern)) in OPPOSED:
            return PairPriority.ANTAGONIST
        if a.exercise.station == b.exercise.station:
            return PairPriority.EQUIPMENT
        return None if self._share_a_muscle(one, other) else PairPriority.NON_COMPETING

    def _supersets(self, one: int, other: int) -> Iterator[Column]:
        priority = self.priority(one, other)
        if priority is None:
            return
        quality = 0.90 if self._share_a_muscle(one, other) else 0.96
        if priority is PairPriority.ANTAGONIST:
            quality = 1.0
        for sets in product(self.set_counts(one), self.set_counts(other)):
            if abs(sets[0] - sets[1]) <= 1:
                yield self._group(SegmentKind.ACCESSORY_SUPERSET, (one, other), sets, quality, 45)

    def _blocks(self, trio: tuple[int, ...]) -> Iterator[Column]:
        if all(self.priority(*pair) is not None for pair in combinations(trio, 2)):
            for rounds in sorted(set.intersection(*(set(self.set_counts(at)) for at in trio))):
                yield self._group(SegmentKind.ACCESSORY_BLOCK, trio, (rounds,) * 3, 0.92, 60)

    def _straight(
        self, kind: SegmentKind, at: int, sets: int, rest: float, quality: float, *, rest_cut: bool = False
    ) -> Column:
        return Column(
            kind=kind,
            members=(at,),
            sets=(sets,),
            quality=quality,
            seconds=self.straight_seconds(at, sets, rest),
            worth=self.own_worth(at, sets, quality),
            volume=self.volume_of([(at, quality * sets)]),
            rest_cut=rest_cut,
        )

    def _group(
        self,
        kind: SegmentKind,
        members: tuple[int, ...],
        sets: tuple[int, ...],
        quality: float,
        floor: float,
        *,
        coachs: bool = False,
    ) -> Column:
        done = list(zip(members, sets, strict=True))
        return Column(
            kind=kind,
            members=members,
            sets=sets,
            quality=quality,
            seconds=self.group_seconds(members, sets, floor=floor),
            worth=sum(self.own_worth(at, count, quality) for at, count in done),
            volume=self.volume_of((at, quality * count) for at, count in done),
            coachs=coachs,
        )

    def _share_a_muscle(self, one: int, other: int) -> bool:
        a, b = self.all[one].exercise, self.all[other].exercise
        return bool({*a.primary_muscles, *a.secondary_muscles} & {*b.primary_muscles, *b.secondary_muscles})

    def _can_be_had(self, at: int) -> bool:
        exercise = self.all[at].exercise
        return not self.options.unavailable & {exercise.station, *exercise.equipment}
