"""From choices to segments: the session in the order it is done, with its timing at the athlete's pace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from domain.compression import timing
from domain.compression.choices import Choice, Menu
from domain.compression.model import BlockRationale, Segment, SegmentExercise, SegmentKind, Strategy
from domain.sessions import ExerciseRole

NOISE_SECONDS = 1e-6


def compressed_segments(menu: Menu, choices: Iterable[Choice], pace: float) -> tuple[Segment, ...]:
    """Core lifts first, in their programmed order; then the rest by their earliest exercise."""
    done = sorted(
        (each for each in choices if each.kind is not None),
        key=lambda each: (each.kind is not SegmentKind.CORE_LIFT, min(each.members)),
    )
    return _laid_out(menu, done, pace)


def original_segments(menu: Menu, pace: float) -> tuple[Segment, ...]:
    """As prescribed: in the coach's order and in the coach's own groups."""
    return _laid_out(menu, [_as_prescribed(menu, part) for part in _parts(menu)], pace)


def original_whole_seconds(menu: Menu, pace: float) -> int:
    """What ``original_segments`` come to, without laying them out."""
    passed = 0.0
    for each in timing.durations_as_prescribed(menu.prescriptions, menu.timed):
        passed += each.total * pace
    return _whole(passed)


def strategy_of(segments: Iterable[Segment]) -> Strategy:
    kinds = {each.kind for each in segments}
    with_superset, with_block = SegmentKind.ACCESSORY_SUPERSET in kinds, SegmentKind.ACCESSORY_BLOCK in kinds
    if with_superset and with_block:
        return Strategy.CORE_PLUS_BLOCK_AND_SUPERSET
    if with_superset:
        return Strategy.CORE_PLUS_SUPERSET
    if with_block:
        return Strategy.CORE_PLUS_BLOCK
    return Strategy.CORE_PLUS_ACCESSORY if SegmentKind.ACCESSORY_SINGLE in kinds else Strategy.CORE_ONLY


def _parts(menu: Menu) -> list[tuple[int, ...]]:
    return timing.parts_as_prescribed(menu.prescriptions)


def _as_prescribed(menu: Menu, part: tuple[int, ...]) -> Choice:
    sets = tuple(len(menu.prescriptions[i].working_sets) for i in part)
    duration = timing.duration_of_part([menu.timed[i] for i in part], sets)
    if len(part) > 1:
        rationale = BlockRationale.COACH_DEFINED
        return Choice((), part, sets, SegmentKind.ACCESSORY_BLOCK, duration, 1.0, 0, rationale=rationale)
    is_core = menu.prescriptions[part[0]].role is ExerciseRole.CORE
    kind = SegmentKind.CORE_LIFT if is_core else SegmentKind.ACCESSORY_SINGLE
    return Choice((), part, sets, kind, duration, 1.0, 0)


def _laid_out(menu: Menu, choices: Sequence[Choice], pace: float) -> tuple[Segment, ...]:
    """Whole seconds whose sums are right: each segment ends at the rounded-up end of the time until then."""
    segments, passed = [], 0.0
    for order, choice in enumerate(choices, start=1):
        begins, passed = passed, passed + choice.seconds * pace
        total = _whole(passed) - _whole(begins)
        setup = min(round(choice.duration.setup * pace), total)
        work = min(round(choice.duration.work * pace), total - setup)
        segments.append(_segment(menu, choice, pace, order, setup, work, total))
    return tuple(segments)


def _segment(
    menu: Menu, choice: Choice, pace: float, order: int, setup: int, work: int, total: int
) -> Segment:
    assert choice.kind is not None  # a removal is no segment  # noqa: S101
    grouped = len(choice.members) > 1
    return Segment(
        order=order,
        kind=choice.kind,
        exercises=tuple(
            _exercise(menu, choice, pace, index, sets)
            for index, sets in zip(choice.members, choice.sets, strict=True)
        ),
        rounds=max(choice.sets) if grouped else None,
        priority=choice.priority,
        rationale=choice.rationale,
        rest_seconds_between=choice.duration.round_rest,
        quality=choice.quality,
        setup_seconds=setup,
        work_seconds=work,
        rest_seconds=total - setup - work,
        total_seconds=total,
    )


def _exercise(menu: Menu, choice: Choice, pace: float, index: int, sets: int) -> SegmentExercise:
    prescription, timed = menu.prescriptions[index], menu.timed[index]
    return SegmentExercise(
        prescription_id=prescription.id,
        exercise_name=prescription.exercise.name,
        position=prescription.position,
        is_core=prescription.role is ExerciseRole.CORE,
        warm_up_sets=timed.warm_ups,
        working_sets=sets,
        working_sets_before=len(prescription.working_sets),
        work_seconds_per_set=timed.work * pace,
        rest_seconds=choice.duration.round_rest if len(choice.members) == 1 else timed.rest,
    )


def _whole(seconds: float) -> int:
    return ceil(seconds - NOISE_SECONDS)
