"""What a compression changed, why, what it saves and what it costs, in words that a coach accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.compression import timing, wording, worth
from domain.compression.choices import CORE_REST_FLOOR_SECONDS, Choice, Menu, Unit
from domain.compression.model import Change, ChangeKind, Options, SegmentKind
from domain.compression.valuation import Valuation


def changes_of(
    menu: Menu, choices: Sequence[Choice], valuation: Valuation, options: Options, pace: float
) -> tuple[Change, ...]:
    """In the order of the session's exercises; core lifts' changes first."""
    book = _Book(menu, choices, valuation, options, pace)
    return tuple(sorted(book.entries(), key=book.order_of))


class _Book:
    def __init__(
        self, menu: Menu, choices: Sequence[Choice], valuation: Valuation, options: Options, pace: float
    ) -> None:
        self.menu, self.choices, self.valuation = menu, choices, valuation
        self.options, self.pace = options, pace
        self.value = valuation.total(choices)
        self.place = {each.id: number for number, each in enumerate(menu.prescriptions)}
        self.core = {unit.members[0] for unit in menu.units if unit.is_core}

    def order_of(self, change: Change) -> tuple[bool, int]:
        first = min(self.place[each] for each in change.prescription_ids)
        return first not in self.core, first

    def entries(self) -> Iterator[Change]:
        yield from self._moves()
        for choice in self.choices:
            if choice.kind is None:
                yield self._removed(choice)
                continue
            if choice.priority is not None:
                why = wording.paired(choice.priority, self._names(choice.members), choice.quality)
                yield self._apart(ChangeKind.PAIRED, choice, why)
            elif choice.rationale is not None and len(choice.units) > 1:
                why = wording.blocked(choice.rationale, choice.quality)
                yield self._apart(ChangeKind.BLOCKED, choice, why)
            yield from self._sets(choice)
            if choice.kind is SegmentKind.CORE_LIFT:
                yield from self._rest(choice)

    def _moves(self) -> Iterator[Change]:
        """What the rules alone require, whatever the minutes: no price, because there is no choice."""
        kept = {i for choice in self.choices if choice.kind is not None for i in choice.members}
        in_a_unit = {unit.members for unit in self.menu.units}
        first_accessory = min(
            (i for i in range(len(self.menu.prescriptions)) if i not in self.core), default=None
        )
        for part in timing.parts_as_prescribed(self.menu.prescriptions):
            if len(part) > 1 and part not in in_a_unit and kept & set(part):
                reason = wording.ungrouped(self._names(part), [i in self.core for i in part])
                yield self._free(ChangeKind.UNGROUPED, part, reason)
        for index in sorted(self.core):
            if first_accessory is not None and first_accessory < index:
                yield self._free(ChangeKind.MOVED_FIRST, (index,), wording.MOVED_FIRST)

    def _removed(self, choice: Choice) -> Change:
        unit = self.menu.units[choice.units[0]]
        full = self._in_full(unit)
        saves, costs = self._taken_back(choice, [full])
        reason = self._why_removed(unit, saves, costs)
        before = sum(self.valuation.prescribed[i] for i in choice.members)
        return self._change(ChangeKind.REMOVED, choice.members, before, 0, saves, costs, reason)

    def _why_removed(self, unit: Unit, saves: int, costs: float) -> str:
        prescriptions = [self.menu.prescriptions[i] for i in unit.members]
        if unit.is_unavailable:
            needed = sorted(
                {word for each in prescriptions for word in (each.exercise.station, *each.exercise.equipment)}
                & self.options.unavailable
            )
            return wording.unavailable(needed)
        if self.options.strategy is not None and not self._is_allowed(unit):
            return wording.not_in_strategy(self.options.strategy, unit.is_coachs_block)
        if all(each.kind in (None, SegmentKind.CORE_LIFT) for each in self.choices):
            return wording.NO_TIME_BUT_FOR_CORE
        return wording.removed(saves, costs)

    def _is_allowed(self, unit: Unit) -> bool:
        number = self.menu.units.index(unit)
        return any(number in each.units and each.kind is not None for each in self.menu.choices)

    def _sets(self, choice: Choice) -> Iterator[Change]:
        for place, (index, sets) in enumerate(zip(choice.members, choice.sets, strict=True)):
            prescribed = self.valuation.prescribed[index]
            if sets == prescribed:
                continue
            more = tuple(prescribed if at == place else n for at, n in enumerate(choice.sets))
            saves, costs = self._taken_back(choice, [self._with_sets(choice, more)])
            kept = worth.gain(self.menu.prescriptions[index].intent, sets, prescribed)
            core = choice.kind is SegmentKind.CORE_LIFT
            reason = wording.core_sets(sets) if core else wording.fewer_sets(sets, prescribed, kept)
            yield self._change(ChangeKind.SETS_REDUCED, (index,), prescribed, sets, saves, costs, reason)

    def _rest(self, choice: Choice) -> Iterator[Change]:
        index = choice.members[0]
        prescribed = self.menu.timed[index].rest
        if choice.duration.round_rest >= prescribed or choice.sets[0] < 2:
            return
        duration = timing.straight_sets(self.menu.timed[index], choice.sets[0], prescribed)
        saves, costs = self._taken_back(choice, [replace(choice, duration=duration, quality=1.0)])
        before, after = round(prescribed), round(CORE_REST_FLOOR_SECONDS)
        reason = wording.core_rest(before, after)
        yield self._change(ChangeKind.REST_REDUCED, (index,), before, after, saves, costs, reason)

    def _apart(self, kind: ChangeKind, choice: Choice, reason: str) -> Change:
        saves, costs = self._taken_back(
            choice, [self._straight(i, n) for i, n in zip(choice.members, choice.sets, strict=True)]
        )
        return self._change(kind, choice.members, None, None, saves, costs, reason)

    def _taken_back(self, choice: Choice, instead: Sequence[Choice]) -> tuple[int, float]:
        """Seconds that the change saves and points of value that it costs, all else as it is."""
        others = [each for each in self.choices if each is not choice]
        seconds = sum(each.seconds for each in instead) - choice.seconds
        value = self.valuation.total([*others, *instead]) - self.value
        return round(seconds * self.pace), 100 * value / self.valuation.full_value

    def _in_full(self, unit: Unit) -> Choice:
        sets = tuple(self.valuation.prescribed[i] for i in unit.members)
        if len(unit.members) == 1:
            return self._straight(unit.members[0], sets[0])
        timed = [self.menu.timed[i] for i in unit.members]
        duration = timing.group_sets(timed, sets, timing.BLOCK_FLOOR_SECONDS)
        return Choice((), unit.members, sets, SegmentKind.ACCESSORY_BLOCK, duration, 1.0, 0)

    def _with_sets(self, choice: Choice, sets: tuple[int, ...]) -> Choice:
        timed = [self.menu.timed[i] for i in choice.members]
        if len(sets) == 1:
            duration = timing.straight_sets(timed[0], sets[0], choice.duration.round_rest)
        else:
            superset = choice.kind is SegmentKind.ACCESSORY_SUPERSET
            floor = timing.SUPERSET_FLOOR_SECONDS if superset else timing.BLOCK_FLOOR_SECONDS
            duration = timing.group_sets(timed, sets, floor)
        return replace(choice, sets=sets, duration=duration)

    def _straight(self, index: int, sets: int) -> Choice:
        timed = self.menu.timed[index]
        duration = timing.straight_sets(timed, sets, timed.rest)
        return Choice((), (index,), (sets,), SegmentKind.ACCESSORY_SINGLE, duration, 1.0, 0)

    def _names(self, members: Sequence[int]) -> list[str]:
        return [self.menu.name(i) for i in members]

    def _free(self, kind: ChangeKind, members: tuple[int, ...], reason: str) -> Change:
        return self._change(kind, members, None, None, 0, 0.0, reason)

    def _change(
        self,
        kind: ChangeKind,
        members: tuple[int, ...],
        before: int | None,
        after: int | None,
        saves_seconds: int,
        costs_percent: float,
        reason: str,
    ) -> Change:
        ids = tuple(self.menu.prescriptions[i].id for i in members)
        names = tuple(self._names(members))
        return Change(kind, ids, names, before, after, saves_seconds, costs_percent, reason)
