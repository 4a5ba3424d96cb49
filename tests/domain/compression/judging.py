"""An answer of the product, read back into the independent model: allowed, and true in all it says?"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import pytest

from domain.compression.model import (
    BlockRationale,
    Compression,
    Segment,
    SegmentKind,
    Strategy,
)
from tests.domain.compression.independent import Column, Model
from tests.domain.compression.independent_formulas import rest_of

NOISE_SECONDS = 1e-6


def judge(model: Model, answer: Compression) -> float:
    """Checks every number that the independent model can make too; returns the value in units of U."""
    assert answer.original_seconds == whole(model.original_seconds * model.pace)
    assert answer.pace.factor == pytest.approx(model.pace, rel=1e-12)
    assert answer.meets_time_constraint == (answer.compressed_seconds <= 60 * answer.target_minutes)
    _judge_sums(answer)
    if not answer.changed:
        assert answer.segments == answer.original_segments
        assert answer.value.overall_percent == 100
        return model.whole
    chosen = columns_of(model, answer)
    assert answer.compressed_seconds == whole(sum(each.seconds for each in chosen) * model.pace)
    value = model.value(chosen)
    assert answer.value.overall_percent == pytest.approx(100 * value / model.whole, abs=1e-9)
    assert answer.strategy is strategy_of(chosen)
    _judge_shares(model, answer, chosen)
    return value


def columns_of(model: Model, answer: Compression) -> list[Column]:
    """Each segment as the column of the independent model that it is; one that is none is refused."""
    place = {each.id: at for at, each in enumerate(model.all)}
    allowed = {(each.kind, each.members, each.sets, each.rest_cut): each for each in model.columns}
    chosen = []
    for segment in answer.segments:
        members = tuple(place[each.prescription_id] for each in segment.exercises)
        sets = tuple(each.working_sets for each in segment.exercises)
        rest_cut = (
            segment.kind is SegmentKind.CORE_LIFT
            and sets[0] > 1
            and segment.rest_seconds_between < rest_of(model.all[members[0]])
        )
        key = segment.kind, members, sets, rest_cut
        assert key in allowed, f"The rules do not allow {segment}"
        chosen.append(allowed[key])
        _judge_segment(model, segment, allowed[key])
    taken = [at for each in chosen for at in each.members]
    assert len(taken) == len(set(taken)), "An exercise stands in two segments."
    assert set(model.cores) <= set(taken), "A core lift is gone."
    return chosen


def strategy_of(chosen: Iterable[Column]) -> Strategy:
    kinds = {each.kind for each in chosen}
    names = {
        (True, True): Strategy.CORE_PLUS_BLOCK_AND_SUPERSET,
        (True, False): Strategy.CORE_PLUS_BLOCK,
        (False, True): Strategy.CORE_PLUS_SUPERSET,
    }
    alone = SegmentKind.ACCESSORY_SINGLE in kinds
    return names.get(
        (SegmentKind.ACCESSORY_BLOCK in kinds, SegmentKind.ACCESSORY_SUPERSET in kinds),
        Strategy.CORE_PLUS_ACCESSORY if alone else Strategy.CORE_ONLY,
    )


def whole(seconds: float) -> int:
    return ceil(seconds - NOISE_SECONDS)


def _judge_segment(model: Model, segment: Segment, column: Column) -> None:
    assert abs(segment.total_seconds - column.seconds * model.pace) < 1 + NOISE_SECONDS
    assert segment.quality == column.quality
    priority = None
    if segment.kind is SegmentKind.ACCESSORY_SUPERSET:
        priority = model.priority(*column.members)
    assert segment.priority is priority
    rationale = None
    if segment.kind is SegmentKind.ACCESSORY_BLOCK:
        one_station = len({model.all[at].exercise.station for at in column.members}) == 1
        rationale = BlockRationale.EQUIPMENT_CLUSTER if one_station else BlockRationale.METABOLIC_STRESS
        rationale = BlockRationale.COACH_DEFINED if column.coachs else rationale
    assert segment.rationale is rationale
    assert segment.rounds == (max(column.sets) if len(column.members) > 1 else None)
    for each, at in zip(segment.exercises, column.members, strict=True):
        assert each.exercise_name == model.all[at].exercise.name
        assert each.position == model.all[at].position
        assert each.is_core == (at in model.cores)
        assert each.warm_up_sets == model.warm_ups[at]
        assert each.working_sets_before == model.sets(at)


def _judge_sums(answer: Compression) -> None:
    for segments, seconds in (
        (answer.segments, answer.compressed_seconds),
        (answer.original_segments, answer.original_seconds),
    ):
        assert [each.order for each in segments] == list(range(1, len(segments) + 1))
        assert sum(each.total_seconds for each in segments) == seconds
        for each in segments:
            parts = each.setup_seconds, each.work_seconds, each.rest_seconds
            assert min(parts) >= 0
            assert sum(parts) == each.total_seconds


def _judge_shares(model: Model, answer: Compression, chosen: list[Column]) -> None:
    """Value per muscle and per quality, once more."""
    done = model.volume_of(
        (at, each.quality * sets) for each in chosen for at, sets in zip(each.members, each.sets, strict=True)
    )
    assert set(answer.value.per_muscle_percent) == set(model.muscles)
    for muscle, percent in answer.value.per_muscle_percent.items():
        volumes = done.get(muscle, 0.0), model.full_volume[muscle]
        kept = (min(volumes[0], 11) / min(volumes[1], 11)) ** 0.38
        assert percent == pytest.approx(100 * kept, abs=1e-9)
        assert 0 <= percent <= 100 + 1e-9
    kept_of: dict[object, float] = {}
    full_of: dict[object, float] = {}
    for at, each in enumerate(model.all):
        full_of[each.intent] = full_of.get(each.intent, 0.0) + model.own_worth(at, model.sets(at), 1.0)
    for column in chosen:
        for at, sets in zip(column.members, column.sets, strict=True):
            intent = model.all[at].intent
            kept_of[intent] = kept_of.get(intent, 0.0) + model.own_worth(at, sets, column.quality)
    assert answer.value.per_quality_percent == pytest.approx(
        {intent: 100 * kept_of.get(intent, 0.0) / full for intent, full in full_of.items()}, abs=1e-9
    )
