"""The Coach's Amendment and docs/formulas.md as properties, over thousands of sessions and targets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from domain.compression.model import (
    BlockRationale,
    CoreProtection,
    PairPriority,
    Segment,
    SegmentExercise,
    SegmentKind,
    Strategy,
)
from domain.exercises import Intent
from domain.sessions import ExerciseRole, Prescription
from tests.domain.compression.cases import Answered, answers, how_many
from tests.domain.compression.independent_formulas import rest_of

COUNT = how_many(2000, 20_000)


def compressed() -> Iterator[tuple[Answered, tuple[Segment, ...]]]:
    for case, answer in answers(COUNT, compressed=True):
        yield case, answer.segments


def test_there_are_thousands_of_cases_of_every_kind() -> None:
    found = list(answers(COUNT))
    changed = [answer for _, answer in found if answer.changed]
    kinds = {segment.kind for answer in changed for segment in answer.segments}
    assert len(changed) > 0.6 * COUNT
    assert sum(not each.meets_time_constraint for each in changed) > 0.03 * COUNT
    assert kinds == set(SegmentKind)
    assert {each.strategy for each in changed} == set(Strategy)
    assert {s.priority for each in changed for s in each.segments} >= set(PairPriority)
    assert {s.rationale for each in changed for s in each.segments} >= set(BlockRationale)
    for protection in CoreProtection:
        assert sum(each.core_protection is protection for each in changed) > 0.1 * COUNT


def test_core_lifts_run_first_in_order_and_none_is_gone() -> None:
    for case, segments in compressed():
        cores = [each.id for each in case.session if each.role is ExerciseRole.CORE]
        first = [_only(each).prescription_id for each in segments[: len(cores)]]
        assert first == cores, case.name
        assert all(each.kind is SegmentKind.CORE_LIFT for each in segments[: len(cores)]), case.name
        assert all(each.kind is not SegmentKind.CORE_LIFT for each in segments[len(cores) :]), case.name


def test_a_core_lift_is_never_paired_and_never_in_a_block() -> None:
    for case, segments in compressed():
        for segment in segments:
            has_core = any(each.is_core for each in segment.exercises)
            assert has_core == (segment.kind is SegmentKind.CORE_LIFT), case.name
            assert not has_core or len(segment.exercises) == 1, case.name


def test_a_core_lift_has_exactly_three_sets_or_as_few_as_was_asked_for() -> None:
    least = {CoreProtection.FULL: 3, CoreProtection.REDUCED: 2, CoreProtection.MINIMAL: 1}
    for case, answer in answers(COUNT, compressed=True):
        below_three = False
        for segment in answer.segments:
            if segment.kind is SegmentKind.CORE_LIFT:
                prescribed = len(case_prescription(case, _only(segment)).working_sets)
                sets = _only(segment).working_sets
                floor = min(least[case.options.core_protection], prescribed)
                assert floor <= sets <= min(3, prescribed), case.name
                below_three |= sets < min(3, prescribed)
        assert answer.core_sets_below_three == below_three, case.name
        assert not below_three or any("fewer than three" in each for each in answer.warnings), case.name


def test_rest_between_core_sets_is_as_prescribed_or_150_seconds() -> None:
    for case, segments in compressed():
        for segment in segments:
            if segment.kind is SegmentKind.CORE_LIFT:
                prescribed = rest_of(case_prescription(case, _only(segment)))
                rest = segment.rest_seconds_between
                assert rest in (prescribed, 150), case.name
                assert min(150, prescribed) <= rest <= prescribed, case.name
                assert _only(segment).rest_seconds == rest, case.name
                if rest < prescribed and _only(segment).working_sets > 1:
                    assert segment.quality == 0.98, case.name
                else:
                    assert segment.quality == 1, case.name


def test_an_accessory_keeps_two_sets_or_all_it_had_and_never_gets_more() -> None:
    for case, segments in compressed():
        for segment in segments:
            rounds = max(each.working_sets for each in segment.exercises)
            for each in segment.exercises:
                prescribed = len(case_prescription(case, each).working_sets)
                least = min(2, prescribed)
                if not each.is_core:
                    assert least <= each.working_sets <= prescribed, case.name
                if segment.rationale is BlockRationale.COACH_DEFINED:
                    assert each.working_sets == min(rounds, prescribed), case.name


def test_each_exercise_stands_in_one_segment_at_most() -> None:
    for case, segments in compressed():
        done = [each.prescription_id for segment in segments for each in segment.exercises]
        assert len(done) == len(set(done)), case.name
        assert set(done) <= {each.id for each in case.session}, case.name
        assert done, case.name


def test_a_superset_is_two_accessories_that_may_be_paired() -> None:
    for case, segments in compressed():
        for segment in segments:
            if segment.kind is SegmentKind.ACCESSORY_SUPERSET:
                one, other = (case_prescription(case, each) for each in segment.exercises)
                _assert_may_share(case, one, other)
                assert segment.priority is not None, case.name
                assert segment.rationale is None, case.name
                sets = [each.working_sets for each in segment.exercises]
                assert abs(sets[0] - sets[1]) <= 1, case.name
                assert segment.rest_seconds_between >= 45, case.name
                if segment.priority is PairPriority.EQUIPMENT:
                    assert one.exercise.station == other.exercise.station, case.name
                if segment.priority is PairPriority.NON_COMPETING:
                    assert not _muscles(one) & _muscles(other), case.name


def test_a_block_is_three_accessories_or_the_coachs_two_or_three() -> None:
    for case, segments in compressed():
        for segment in segments:
            if segment.kind is not SegmentKind.ACCESSORY_BLOCK:
                assert segment.rationale is None, case.name
                continue
            members = [case_prescription(case, each) for each in segment.exercises]
            assert segment.rest_seconds_between >= 60, case.name
            assert segment.rounds == max(each.working_sets for each in segment.exercises), case.name
            if segment.rationale is BlockRationale.COACH_DEFINED:
                assert len(members) in (2, 3), case.name
                assert segment.quality == 1, case.name
                continue
            assert len(members) == 3, case.name
            assert len({each.working_sets for each in segment.exercises}) == 1, case.name
            one_station = len({each.exercise.station for each in members}) == 1
            assert (segment.rationale is BlockRationale.EQUIPMENT_CLUSTER) == one_station, case.name
            for one, other in combinations(members, 2):
                _assert_may_share(case, one, other)


def test_a_coachs_group_is_whole_or_gone() -> None:
    """Of two or three, once its core lifts have come out; a longer circuit is done one by one."""
    for case, segments in compressed():
        groups: dict[str, set[object]] = {}
        for each in case.session:
            if each.group_key is not None and each.role is ExerciseRole.ACCESSORY:
                groups.setdefault(each.group_key, set()).add(each.id)
        together = [{each.prescription_id for each in segment.exercises} for segment in segments]
        kept = set().union(*together)
        whole = [each for each in groups.values() if len(each) in (2, 3)]
        for group in whole:
            assert group in together or not group & kept, case.name
        coachs = [
            ids
            for ids, segment in zip(together, segments, strict=True)
            if segment.rationale is BlockRationale.COACH_DEFINED
        ]
        assert all(each in whole for each in coachs), case.name


def test_what_needs_unavailable_equipment_is_gone_but_never_a_core_lift() -> None:
    seen = 0
    for case, segments in compressed():
        for segment in segments:
            for each in segment.exercises:
                exercise = case_prescription(case, each).exercise
                needed = {exercise.station, *exercise.equipment} & case.options.unavailable
                seen += bool(needed)
                assert not needed or each.is_core, case.name
    assert seen > 0


def test_a_session_that_needs_unavailable_equipment_is_not_left_as_it_is() -> None:
    for case, answer in answers(COUNT):
        needs = [
            each
            for each in case.session
            if each.role is ExerciseRole.ACCESSORY
            and {each.exercise.station, *each.exercise.equipment} & case.options.unavailable
        ]
        assert answer.changed or not needs, case.name


def test_an_imposed_strategy_allows_no_other_segments() -> None:
    kinds = {
        Strategy.CORE_ONLY: set(),
        Strategy.CORE_PLUS_ACCESSORY: {SegmentKind.ACCESSORY_SINGLE},
        Strategy.CORE_PLUS_SUPERSET: {SegmentKind.ACCESSORY_SINGLE, SegmentKind.ACCESSORY_SUPERSET},
        Strategy.CORE_PLUS_BLOCK: {SegmentKind.ACCESSORY_SINGLE, SegmentKind.ACCESSORY_BLOCK},
    }
    for case, segments in compressed():
        imposed = case.options.strategy
        if imposed in kinds:
            done = {each.kind for each in segments} - {SegmentKind.CORE_LIFT}
            assert done <= kinds[imposed], case.name


def case_prescription(case: Answered, exercise: SegmentExercise) -> Prescription:
    (found,) = (each for each in case.session if each.id == exercise.prescription_id)
    return found


def _only(segment: Segment) -> SegmentExercise:
    (exercise,) = segment.exercises
    return exercise


def _assert_may_share(case: Answered, one: Prescription, other: Prescription) -> None:
    shared = set(one.exercise.primary_muscles) & set(other.exercise.primary_muscles)
    assert not shared, case.name
    assert Intent.POWER not in (one.intent, other.intent), case.name
    assert one.role is other.role is ExerciseRole.ACCESSORY, case.name


def _muscles(each: Prescription) -> set[object]:
    return {*each.exercise.primary_muscles, *each.exercise.secondary_muscles}
