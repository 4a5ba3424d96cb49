"""Time Crunch Mode: the best session that fits the minutes at hand, and what it costs (docs/formulas.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from domain.compression import wording, worth
from domain.compression.buy_back import buy_back_of
from domain.compression.case import Case, case_of, shortest_seconds
from domain.compression.changes import changes_of
from domain.compression.choices import Choice
from domain.compression.curve import Curve, CurvePoint, curve
from domain.compression.layout import (
    compressed_segments,
    original_segments,
    original_whole_seconds,
    strategy_of,
)
from domain.compression.model import (
    MODEL_VERSION,
    Compression,
    CoreProtection,
    Options,
    Pace,
    Segment,
    SegmentKind,
    ValueRetained,
)
from domain.compression.optimum import Optimum
from domain.exercises import Intent
from domain.sessions import ExerciseRole, LoggedDuration, Prescription

__all__ = ["Curve", "CurvePoint", "SessionTimes", "compress", "curve", "time_now"]

AS_ASKED = Options()


def compress(
    prescriptions: Sequence[Prescription],
    *,
    target_minutes: int,
    planned_minutes: int | None,
    options: Options = AS_ASKED,
    logs: Sequence[LoggedDuration] = (),
) -> Compression:
    """The session that keeps the most training value within the target; always from the originals.

    ``prescriptions`` are one session's, in order. ``planned_minutes`` is the coach's own duration of it;
    ``logs`` are the athlete's, of any sessions. When even the shortest session that obeys the rules is
    longer than the target, that one is the answer, and it says that it does not fit; unless the session as
    planned is no longer than that.

    Raises PlanMissingContent (nothing to train) and NotCompressible (nothing would be left).
    """
    case = case_of(prescriptions, planned_minutes, options, logs)
    shortest = shortest_seconds(case)
    if case.fits_as_it_stands(target_minutes):
        return _unchanged(case, target_minutes, shortest)
    optimum = case.best(target_minutes)
    if optimum is None:
        chosen = tuple(case.shortest())
        if sum(each.seconds for each in chosen) >= case.modelled_seconds:
            # Core lifts that the coach paired take longer apart, as the rules want them: nothing is gained.
            return _unchanged(case, target_minutes, shortest)
        optimum = Optimum(chosen, case.valuation.total(chosen), 0.0)
    answer = _answer(case, target_minutes, shortest, optimum)
    return answer if answer.changes else _unchanged(case, target_minutes, shortest)


@dataclass(frozen=True)
class SessionTimes:
    """How long a session takes as planned, and at the shortest for each protection level; seconds.

    Each is worked out when it is first read: of whole lists of sessions nobody asks for more than the first.
    """

    case: Case

    @property
    def pace(self) -> Pace:
        return self.case.pace

    @cached_property
    def original_seconds(self) -> int:
        return original_whole_seconds(self.case.menu, self.case.pace.factor)

    @cached_property
    def original_segments(self) -> tuple[Segment, ...]:
        return original_segments(self.case.menu, self.case.pace.factor)

    @cached_property
    def shortest_seconds(self) -> Mapping[CoreProtection, int]:
        """No search, and with core lifts no choices either. Raises NotCompressible."""
        return _whole(shortest_seconds(self.case))


def time_now(
    prescriptions: Sequence[Prescription],
    *,
    planned_minutes: int | None,
    options: Options = AS_ASKED,
    logs: Sequence[LoggedDuration] = (),
) -> SessionTimes:
    """Raises PlanMissingContent."""
    return SessionTimes(case_of(prescriptions, planned_minutes, options, logs))


def _unchanged(case: Case, target_minutes: int, shortest: Mapping[CoreProtection, float]) -> Compression:
    """As planned: because it fits, or because there is nothing that the rules would let go."""
    segments = original_segments(case.menu, case.pace.factor)
    seconds = _total(segments)
    fits = seconds <= target_minutes * 60
    warnings = _warnings(case, segments)
    everything = ValueRetained(
        100.0,
        dict.fromkeys(case.valuation.muscles, 100.0),
        {each.intent: 100.0 for each in _by_intent(case)},
    )
    return Compression(
        model_version=MODEL_VERSION,
        target_minutes=target_minutes,
        original_seconds=seconds,
        compressed_seconds=seconds,
        meets_time_constraint=fits,
        changed=False,
        strategy=strategy_of(segments),
        imposed_strategy=case.options.strategy,
        core_protection=case.options.core_protection,
        core_sets_below_three=False,
        segments=segments,
        original_segments=segments,
        changes=(),
        value=everything,
        shortest_seconds=_whole(shortest),
        pace=case.pace,
        buy_back=None,
        warnings=warnings if fits else (_too_short(case, target_minutes, shortest), *warnings),
        proven_optimal=True,
        optimality_gap_percent=0.0,
    )


def _answer(
    case: Case, target_minutes: int, shortest: Mapping[CoreProtection, float], optimum: Optimum
) -> Compression:
    choices, pace, full_value = optimum.choices, case.pace.factor, case.valuation.full_value
    segments, before = compressed_segments(case.menu, choices, pace), original_segments(case.menu, pace)
    seconds = _total(segments)
    below_three = [
        case.menu.name(each.members[0])
        for each in choices
        if each.kind is SegmentKind.CORE_LIFT
        and each.sets[0] < min(3, case.valuation.prescribed[each.members[0]])
    ]
    warnings = _warnings(case, segments)
    asked, taken = case.options.strategy, strategy_of(segments)
    if asked is not None and asked is not taken:
        warnings = (*warnings, wording.another_strategy(asked, taken))
    if below_three:
        warnings = (wording.fewer_core_sets(below_three), *warnings)
    gap_percent = 100 * optimum.gap / full_value
    if optimum.gap > 0:
        warnings = (*warnings, wording.not_proven(gap_percent))
    if seconds > target_minutes * 60:
        warnings = (_too_short(case, target_minutes, shortest), *warnings)
    return Compression(
        model_version=MODEL_VERSION,
        target_minutes=target_minutes,
        original_seconds=_total(before),
        compressed_seconds=seconds,
        meets_time_constraint=seconds <= target_minutes * 60,
        changed=True,
        strategy=taken,
        imposed_strategy=asked,
        core_protection=case.options.core_protection,
        core_sets_below_three=bool(below_three),
        segments=segments,
        original_segments=before,
        changes=changes_of(case.menu, choices, case.valuation, case.options, pace),
        value=_retained(case, choices, optimum.value),
        shortest_seconds=_whole(shortest),
        pace=case.pace,
        buy_back=buy_back_of(case, optimum, seconds, target_minutes),
        warnings=warnings,
        proven_optimal=optimum.gap == 0,
        optimality_gap_percent=gap_percent,
    )


def _retained(case: Case, choices: Sequence[Choice], value: float) -> ValueRetained:
    valuation = case.valuation
    per_muscle = {
        muscle: 100 * worth.volume_effect(sets) / worth.volume_effect(valuation.full_volume[muscle])
        for muscle, sets in zip(valuation.muscles, valuation.volume_of(choices), strict=True)
    }
    kept, full = dict.fromkeys(Intent, 0.0), dict.fromkeys(Intent, 0.0)
    for index, each in enumerate(case.menu.prescriptions):
        full[each.intent] += valuation.worths[index]
    for choice in choices:
        for index, sets in zip(choice.members, choice.sets, strict=True):
            intent = case.menu.prescriptions[index].intent
            gain = worth.gain(intent, sets, valuation.prescribed[index])
            kept[intent] += valuation.worths[index] * choice.quality * gain
    per_quality = {intent: 100 * kept[intent] / full[intent] for intent in Intent if full[intent] > 0}
    return ValueRetained(100 * value / valuation.full_value, per_muscle, per_quality)


def _warnings(case: Case, segments: Sequence[Segment]) -> tuple[str, ...]:
    found = [wording.no_working_set(name) for name in case.left_out]
    grouped = {
        each.prescription_id for part in segments if len(part.exercises) > 1 for each in part.exercises
    }
    every_need: set[str] = set()
    for each in case.menu.prescriptions:
        needs = {each.exercise.station, *each.exercise.equipment}
        every_need |= needs
        needed = sorted(needs & case.options.unavailable)
        if needed and each.role is ExerciseRole.CORE:
            found.append(wording.core_not_available(each.exercise.name, needed))
        if each.id in grouped and each.intent is Intent.POWER:
            found.append(wording.power_in_a_group(each.exercise.name, str(each.group_key)))
    if idle := sorted(case.options.unavailable - every_need):
        found.append(wording.needed_by_nothing(idle))  # or a name misspelt, which must not look obeyed
    return tuple(found)


def _too_short(case: Case, target_minutes: int, shortest: Mapping[CoreProtection, float]) -> str:
    return wording.does_not_fit(target_minutes, dict(shortest), case.options.core_protection)


def _by_intent(case: Case) -> list[Prescription]:
    return list({each.intent: each for each in case.menu.prescriptions}.values())


def _whole(seconds: Mapping[CoreProtection, float]) -> dict[CoreProtection, int]:
    return {level: ceil(each - 1e-6) for level, each in seconds.items()}


def _total(segments: Sequence[Segment]) -> int:
    return sum(each.total_seconds for each in segments)
