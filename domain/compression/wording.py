"""The sentences of a compression, all in one place, so that they speak with one voice."""

from __future__ import annotations

from collections.abc import Sequence

from domain.compression.model import (
    BlockRationale,
    CoreProtection,
    PairPriority,
    Strategy,
    minutes_needed,
)

MOVED_FIRST = "Core lifts run first, in their programmed order, while the athlete is fresh."


NO_TIME_BUT_FOR_CORE = "The core lifts come first and leave no time for it."


def removed(saves_seconds: int, costs_percent: float) -> str:
    return (
        f"It would take {_minutes(saves_seconds)} for {costs_percent:.1f} % of the session's value; "
        "it does not fit beside what keeps more."
    )


def unavailable(needed: Sequence[str]) -> str:
    return f"It needs {_listed([each.replace('_', ' ') for each in needed])}, not available today."


def not_in_strategy(strategy: Strategy, is_coachs_block: bool) -> str:
    if is_coachs_block and strategy is not Strategy.CORE_ONLY:
        return f"{strategy.value} has no blocks, and a group that the coach defined is never split."
    return f"{strategy.value} was asked for, and this does not belong to it."


def core_sets(sets: int) -> str:
    if sets >= 3:
        return "A core lift keeps exactly three working sets in a compressed session."
    return f"Fewer than three sets were explicitly allowed today: {_sets(sets)} of this core lift remain."


def fewer_sets(sets: int, prescribed: int, kept: float) -> str:
    share = f"{sets} of {prescribed} keep {_percent(kept)}"
    return f"The first sets give the most: {share} of this exercise's own effect."


def core_rest(before: int, after: int) -> str:
    return (
        f"Rest between sets goes from {_clock(before)} to {_clock(after)}, the least a core lift may have; "
        "a small cost in quality (2 %)."
    )


def paired(priority: PairPriority, names: Sequence[str], quality: float) -> str:
    if priority is PairPriority.ANTAGONIST:
        return (
            f"{_listed(names)} oppose each other: one recovers while the other works, at no cost in quality."
        )
    why = (
        "are done at the same station"
        if priority is PairPriority.EQUIPMENT
        else "do not compete for any muscle"
    )
    return (
        f"{_listed(names)} {why}: one recovers while the other works, at {_percent(1 - quality)} of quality."
    )


def blocked(rationale: BlockRationale, quality: float) -> str:
    where = " at one station" if rationale is BlockRationale.EQUIPMENT_CLUSTER else ""
    return (
        f"Done in rounds{where}, each recovers while the others work, at {_percent(1 - quality)} of quality."
    )


def ungrouped(names: Sequence[str], is_core: Sequence[bool]) -> str:
    core = [name for name, core in zip(names, is_core, strict=True) if core]
    if core:
        return f"{_listed(core)} leaves its group: a core lift is never paired and never in a block."
    return f"A block holds two or three exercises, so this is no longer done as one circuit of {len(names)}."


def comes_back(name: str, sets: int) -> str:
    return f"{name} comes back with {_sets(sets)}."


def more_sets(name: str, before: int, after: int) -> str:
    return f"{name} gets {_sets(after)} instead of {before}."


def fuller_rest(name: str, before: float, after: float) -> str:
    return f"{name} rests {_clock(round(after))} instead of {_clock(round(before))} between sets."


def stands_alone(name: str) -> str:
    return f"{name} is done on its own, at full quality."


WHOLE_SESSION = "The whole session as planned."


def does_not_fit(target_minutes: int, shortest: dict[CoreProtection, float], asked: CoreProtection) -> str:
    sentence = (
        f"{target_minutes} minutes cannot hold it: the shortest session that keeps the rules needs "
        f"{minutes_needed(shortest[asked])}."
    )
    easier = [
        f"{minutes_needed(shortest[level])} with core protection {level.value}"
        for level in CoreProtection
        if shortest[level] < shortest[asked]
        and minutes_needed(shortest[level]) < minutes_needed(shortest[asked])
    ]
    return f"{sentence} It would be {' and '.join(easier)}." if easier else sentence


def core_not_available(name: str, needed: Sequence[str]) -> str:
    return (
        f"{name} is a core lift and stays, but needs {_listed([each.replace('_', ' ') for each in needed])}, "
        "not available today: ask your coach what to do instead."
    )


def power_in_a_group(name: str, group: str) -> str:
    return f"{name} trains power inside the coach's group {group}: fatigue takes away what it is there for."


def no_working_set(name: str) -> str:
    return f"{name} has no working set, so it is not counted."


def fewer_core_sets(names: Sequence[str]) -> str:
    return f"{_listed(names)}: fewer than three working sets, because it was explicitly allowed."


def another_strategy(asked: Strategy, taken: Strategy) -> str:
    return (
        f"{asked.value} was asked for; within its rules nothing better than {taken.value} is possible here."
    )


def needed_by_nothing(names: Sequence[str]) -> str:
    return f"No exercise of this session needs {' or '.join(each.replace('_', ' ') for each in names)}."


def not_proven(gap_percent: float) -> str:
    return (
        f"This is a very large session: nothing keeps more than {gap_percent:.2f} points above this answer."
    )


def _sets(count: int) -> str:
    return f"{count} set" if count == 1 else f"{count} sets"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:.1f} min"
