"""Sessions that nobody should write, and somebody will: each has its answer or its refusal."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from time import process_time

import pytest

from domain.compression.compress import compress, curve, time_now
from domain.compression.model import (
    BlockRationale,
    ChangeKind,
    CoreProtection,
    Options,
    SegmentKind,
    Strategy,
)
from domain.errors import NotCompressible, PlanMissingContent
from domain.exercises import Intent, MovementPattern, Muscle
from domain.sessions import SetKind, SetPrescription
from tests.domain.compression.cases import LONG
from tests.domain.compression.independent import Model
from tests.domain.compression.judging import judge
from tests.domain.compression.sessions import Session, full_session, prescription, programmes, sets_of

WARM_UP_ONLY = tuple(SetPrescription(n, SetKind.WARM_UP, 10, 10) for n in (1, 2))


@pytest.mark.parametrize(
    "session",
    [(), (replace(prescription(1), sets=()),), (replace(prescription(1, core=True), sets=WARM_UP_ONLY),)],
)
def test_nothing_to_train_is_refused(session: Session) -> None:
    with pytest.raises(PlanMissingContent):
        compress(session, target_minutes=30, planned_minutes=60)
    with pytest.raises(PlanMissingContent):
        time_now(session, planned_minutes=60)
    with pytest.raises(PlanMissingContent):
        curve(session, planned_minutes=60)


def test_an_exercise_without_a_working_set_is_left_out_and_said() -> None:
    session = (
        replace(prescription(1, name="Band Walk"), sets=WARM_UP_ONLY),
        prescription(2),
        prescription(3),
    )
    answer = compress(session, target_minutes=10, planned_minutes=None)
    without = compress(session[1:], target_minutes=10, planned_minutes=None)
    assert any("Band Walk" in each for each in answer.warnings)
    assert answer.segments == without.segments
    assert answer.original_seconds == without.original_seconds


def test_without_core_lifts_something_remains_in_any_time() -> None:
    session = tuple(prescription(n, sets=5) for n in (1, 2, 3))
    answer = compress(session, target_minutes=1, planned_minutes=None)
    assert not answer.meets_time_constraint
    (segment,) = answer.segments
    assert [each.working_sets for each in segment.exercises] == [2]
    assert answer.compressed_seconds == answer.shortest_seconds[CoreProtection.FULL]


def test_of_the_shortest_sessions_the_one_of_most_value_is_the_answer() -> None:
    """Without core lifts two exercises may take as long, and one of them be worth more."""
    minor, major = prescription(1), replace(prescription(2, primary=[Muscle.BICEPS]), weight=3.0)
    answer = compress((minor, major), target_minutes=1, planned_minutes=None)
    assert [each.prescription_id for each in answer.segments[0].exercises] == [major.id]


@pytest.mark.parametrize(
    "options",
    [Options(strategy=Strategy.CORE_ONLY), Options(unavailable=frozenset({"open_floor"}))],
)
def test_without_core_lifts_and_with_every_accessory_ruled_out_it_is_refused(options: Options) -> None:
    session = tuple(prescription(n) for n in (1, 2, 3))
    with pytest.raises(NotCompressible):
        compress(session, target_minutes=10, planned_minutes=None, options=options)
    with pytest.raises(NotCompressible):
        curve(session, planned_minutes=None, options=options)


def test_without_accessories_only_sets_and_rest_can_give() -> None:
    session = tuple(prescription(n, core=True, sets=5, rest=240, equipment=["barbell"]) for n in (1, 2))
    answer = compress(session, target_minutes=25, planned_minutes=None)
    assert answer.strategy is Strategy.CORE_ONLY
    assert [each.exercises[0].working_sets for each in answer.segments] == [3, 3]
    assert {each.kind for each in answer.changes} <= {ChangeKind.SETS_REDUCED, ChangeKind.REST_REDUCED}


def test_core_lifts_that_cannot_give_anything_are_left_as_they_are() -> None:
    answer = compress((prescription(1, core=True, sets=3, rest=120),), target_minutes=3, planned_minutes=None)
    assert not answer.changed
    assert not answer.meets_time_constraint
    assert (
        answer.compressed_seconds == answer.original_seconds == answer.shortest_seconds[CoreProtection.FULL]
    )
    assert any("needs" in each for each in answer.warnings)


@pytest.mark.parametrize("core", [True, False])
@pytest.mark.parametrize("sets", [1, 2, 6])
def test_a_single_exercise(core: bool, sets: int) -> None:
    session = (prescription(1, core=core, sets=sets, rest=180),)
    for minutes in (1, 5, 10, 15, 40):
        answer = compress(session, target_minutes=minutes, planned_minutes=None)
        judge(Model(session), answer)
        assert len(answer.segments) == 1
        least = min(sets, 3 if core else 2)
        assert least <= answer.segments[0].exercises[0].working_sets <= sets


def test_everything_in_groups_of_two_and_three_stays_in_them() -> None:
    session = tuple(prescription(n, group=group) for n, group in enumerate("ABBCCCA", start=1))
    for minutes in range(5, 40, 5):
        answer = compress(session, target_minutes=minutes, planned_minutes=None)
        judge(Model(session), answer)
        for segment in answer.segments:
            assert segment.rationale is BlockRationale.COACH_DEFINED
            assert {each.position for each in segment.exercises} in ({1, 7}, {2, 3}, {4, 5, 6})


def test_a_circuit_of_everything_is_taken_apart() -> None:
    """Core lifts run first and alone; the seven others are no block of two or three."""
    session = tuple(prescription(n, group="circuit", core=n in (3, 6)) for n in range(1, 10))
    answer = compress(session, target_minutes=15, planned_minutes=None)
    judge(Model(session), answer)
    assert [each.exercises[0].position for each in answer.segments[:2]] == [3, 6]
    assert any(each.kind is ChangeKind.UNGROUPED for each in answer.changes)


def test_zero_rest_and_one_repetition() -> None:
    session = tuple(prescription(n, rest=0, reps=1, core=n == 1) for n in range(1, 6))
    for minutes in range(1, 12):
        answer = compress(session, target_minutes=minutes, planned_minutes=None)
        judge(Model(session), answer)
        assert answer.segments[0].rest_seconds_between == 0
        assert all(
            each.rest_seconds_between >= 45
            for each in answer.segments
            if each.kind is SegmentKind.ACCESSORY_SUPERSET
        )


def test_the_same_movement_twice_is_two_prescriptions() -> None:
    main, more = prescription(1, core=True, sets=5), prescription(2, sets=5)
    session = (main, replace(more, exercise=main.exercise))
    answer = compress(session, target_minutes=12, planned_minutes=None)
    judge(Model(session), answer)
    assert {each.prescription_ids for each in answer.changes} >= {(main.id,)}


def test_muscles_of_nobody_are_worth_nothing_and_break_nothing() -> None:
    session = tuple(prescription(n, primary=()) for n in (1, 2, 3))
    answer = compress(session, target_minutes=8, planned_minutes=None)
    judge(Model(session), answer)
    assert answer.value.per_muscle_percent == {}


def test_an_hour_of_holds_and_a_thousand_repetitions() -> None:
    session = (
        replace(prescription(1), sets=(SetPrescription(1, hold_seconds=7200),) * 3),
        replace(prescription(2), sets=sets_of(3, reps=1000), tempo="30-30-30-30"),
        prescription(3, core=True, rest=3600),
    )
    for minutes in (10, 60, 180):
        judge(Model(session), compress(session, target_minutes=minutes, planned_minutes=None))


def test_power_is_never_paired_even_where_it_would_fit_best() -> None:
    session = tuple(
        prescription(n, intent=Intent.POWER, primary=[muscle], pattern=pattern, rest=180)
        for n, muscle, pattern in (
            (1, Muscle.CHEST, MovementPattern.HORIZONTAL_PUSH),
            (2, Muscle.LATS, MovementPattern.HORIZONTAL_PULL),
        )
    )
    answer = compress(session, target_minutes=13, planned_minutes=None)
    assert {each.kind for each in answer.segments} == {SegmentKind.ACCESSORY_SINGLE}


def test_a_published_session_whose_every_exercise_is_grouped() -> None:
    session, planned_minutes = programmes()["bwf-recommended-routine"]
    options = Options(strategy=Strategy.CORE_PLUS_ACCESSORY)
    with pytest.raises(NotCompressible):
        compress(session, target_minutes=20, planned_minutes=planned_minutes, options=options)


@pytest.mark.parametrize(("cores", "minutes"), [(0, 10), (3, 45), (0, 120)])
def test_forty_exercises_are_answered_with_what_is_proven_of_the_answer(cores: int, minutes: int) -> None:
    session = full_session(Random(minutes), cores=cores, accessories=40 - cores)
    answer = compress(session, target_minutes=minutes, planned_minutes=None)
    judge(Model(session), answer)
    _assert_honest_about_its_proof(answer.proven_optimal, answer.optimality_gap_percent, answer.warnings)


@pytest.mark.parametrize("minutes", [10, 120] if LONG else [120])
def test_sixty_exercises_of_twenty_sets_are_answered_and_do_not_hang(minutes: int) -> None:
    """The most that an import takes."""
    session = full_session(Random(1), cores=4, accessories=56, sets=20)
    before = process_time()
    answer = compress(session, target_minutes=minutes, planned_minutes=None)
    assert process_time() - before < 30  # a hang, and no measure of speed: that is benchmarks/compression.py
    _assert_honest_about_its_proof(answer.proven_optimal, answer.optimality_gap_percent, answer.warnings)
    shortest = answer.shortest_seconds[CoreProtection.FULL]
    assert answer.meets_time_constraint == (shortest <= 60 * minutes)


def test_more_exercises_than_there_are_bits_in_a_word() -> None:
    """No import makes one; a plan that was built some other way must not be a fault."""
    session = tuple(prescription(n, sets=2) for n in range(1, 71))
    answer = compress(session, target_minutes=30, planned_minutes=None)
    assert answer.meets_time_constraint


def _assert_honest_about_its_proof(proven: bool, gap_percent: float, warnings: tuple[str, ...]) -> None:
    assert proven == (gap_percent == 0)
    assert proven != any(f"{gap_percent:.2f} points" in each for each in warnings)
