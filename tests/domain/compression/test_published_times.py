"""The model of time against trials that measured sessions, and its parts by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from domain.compression.compress import compress, time_now
from domain.compression.model import Options, Strategy
from domain.compression.timing import modelled_seconds
from domain.exercises import Intent, MovementPattern, Muscle
from domain.sessions import Prescription, SetKind, SetPrescription
from tests.domain.compression.sessions import Session, prescription, sets_of

PAIRS = (
    (MovementPattern.VERTICAL_PULL, Muscle.LATS, MovementPattern.HORIZONTAL_PUSH, Muscle.CHEST),
    (MovementPattern.KNEE_FLEXION, Muscle.HAMSTRINGS, MovementPattern.KNEE_EXTENSION, Muscle.QUADRICEPS),
    (MovementPattern.ELBOW_FLEXION, Muscle.BICEPS, MovementPattern.ELBOW_EXTENSION, Muscle.TRICEPS),
    (MovementPattern.VERTICAL_PUSH, Muscle.SHOULDERS, MovementPattern.HORIZONTAL_PULL, Muscle.MIDDLE_BACK),
)


def test_burke_2024_six_exercises_in_pairs_take_about_a_third_less() -> None:
    """43 lifters, six exercises × four sets of 8–12, 2 min rest: 69 min one by one, 44 in pairs, 36 % less.

    Set up with 10 repetitions, each exercise at a station of its own, and one warm-up set before each.
    Without the warm-up sets the model says 44 %: it lets the partner's set count as rest, while the trial
    rested two whole minutes after each pair.
    """
    straight = modelled_seconds(_warmed_up(_trial(pairs=3, sets=4)))
    paired = _modelled_in_pairs(_warmed_up(_trial(pairs=3, sets=4)))
    assert 0.30 <= 1 - paired / straight <= 0.42
    bare = 1 - _modelled_in_pairs(_trial(pairs=3, sets=4)) / modelled_seconds(_trial(pairs=3, sets=4))
    assert bare == pytest.approx(0.442, abs=0.001)


def test_burke_2024_lasts_as_long_as_it_did() -> None:
    """69 min one by one: 70 at the pace of 1.25 that is assumed of someone unknown."""
    times = time_now(_trial(pairs=3, sets=4), planned_minutes=None)
    assert times.original_seconds / 60 == pytest.approx(69, abs=3)


def test_andersen_2022_eight_exercises_in_pairs_take_23_minutes_less() -> None:
    """29 lifters, eight exercises × three sets, 2 min rest: 23 min (66 %) longer one by one than in pairs.

    Set up with 10 repetitions and each exercise at a station of its own; modelled minutes, at pace 1.
    """
    straight, paired = modelled_seconds(_trial(pairs=4, sets=3)), _modelled_in_pairs(_trial(pairs=4, sets=3))
    assert 18 <= (straight - paired) / 60 <= 26
    assert straight / paired - 1 == pytest.approx(0.66, abs=0.05)


@pytest.mark.parametrize(
    ("session", "seconds"),
    [
        # 60 + 3 × (10 × 3 + 5) + 2 × 90
        ([prescription(1)], 345),
        # strength: 60 + 3 × (5 × 3.5 + 5) + 2 × 180 (none prescribed)
        ([prescription(1, intent=Intent.STRENGTH, reps=5, rest=None)], 487.5),
        # power: 60 + 3 × (5 × 2 + 5) + 2 × 120
        ([prescription(1, intent=Intent.POWER, reps=5, rest=None)], 345),
        # both sides: 60 + 3 × (2 × 30 + 5) + 2 × 90
        ([replace(prescription(1), unilateral=True)], 435),
        # tempo 3-1-1-0: 60 + 3 × (10 × 5 + 5) + 2 × 90
        ([replace(prescription(1), tempo="3-1-1-0")], 405),
        # rest of 60 to 90: 60 + 3 × 35 + 2 × 75
        ([replace(prescription(1), rest_seconds_min=60, rest_seconds_max=90)], 315),
        # 12, 10 and 8 repetitions: the mean; and no rest
        ([replace(prescription(1, rest=0), sets=tuple(SetPrescription(n, reps_min=r, reps_max=r)
          for n, r in ((1, 12), (2, 10), (3, 8))))], 165),
        # 8 to 12 repetitions at their middle
        ([replace(prescription(1, rest=0), sets=tuple(SetPrescription(n, reps_min=8, reps_max=12)
          for n in (1, 2, 3)))], 165),
        # a hold of 40 s, one side and both: 60 + 3 × 45, 60 + 3 × 85
        ([replace(prescription(1, rest=0), sets=tuple(SetPrescription(n, hold_seconds=40)
          for n in (1, 2, 3)))], 195),
        ([replace(prescription(1, rest=0), unilateral=True, sets=tuple(SetPrescription(n, hold_seconds=40)
          for n in (1, 2, 3)))], 315),
        # two barbell core lifts: three warm-up sets of 70 s before the first, two before the second
        ([prescription(n, core=True, equipment=["barbell"]) for n in (1, 2)], 2 * 345 + 5 * 70),
        # a core lift without a barbell, and a barbell accessory, have none
        ([prescription(1, core=True), prescription(2, equipment=["barbell"])], 2 * 345),
        # every barbell that a core lift may be done with
        ([prescription(1, core=True, equipment=["trap bar"])], 345 + 210),
        ([prescription(1, core=True, equipment=["safety squat bar", "rack"])], 345 + 210),
        # a pair of the coach's, at one station and at two: 80 or 120 + 3 × (70 + 15) + 2 × max(60, 90 − 65)
        ([prescription(n, group="A") for n in (1, 2)], 80 + 255 + 120),
        ([prescription(1, group="A"), prescription(2, group="A", station="bench")], 120 + 255 + 120),
        # two rounds together; the third set of the first alone, with its rest after
        ([prescription(1, group="A"), prescription(2, sets=2, group="A")], 80 + 170 + 60 + 35 + 90),
        # four in a circuit: 60 + 3 × 20, 3 × (140 + 45), 2 × max(60, 90 − 165)
        ([prescription(n, group="A") for n in (1, 2, 3, 4)], 120 + 555 + 120),
        # long rest shows: 80 + 3 × 85 + 2 × (240 − 65)
        ([prescription(n, rest=240, group="A") for n in (1, 2)], 80 + 255 + 350),
    ],
)  # fmt: skip
def test_the_parts_of_a_sessions_time(session: Sequence[Prescription], seconds: float) -> None:
    assert modelled_seconds(tuple(session)) == pytest.approx(seconds)


def test_ramp_and_prescribed_warm_up_sets_replace_the_models_own() -> None:
    """Three by default; a ramp set that counts is timed as a set; prescribed ones replace one for one."""
    squat = prescription(1, core=True, equipment=["barbell"])
    for warm_ups, ramps, done in (
        (0, 0, 3),
        (1, 0, 3),
        (3, 0, 3),
        (5, 0, 5),
        (0, 2, 1),
        (0, 3, 0),
        (2, 2, 2),
    ):
        kinds = [SetKind.WARM_UP] * warm_ups + [SetKind.RAMP] * ramps + [SetKind.WORKING] * (3 - ramps)
        sets = tuple(SetPrescription(n, kind, 10, 10) for n, kind in enumerate(kinds, start=1))
        assert modelled_seconds((replace(squat, sets=sets),)) == 345 + 70 * done, (warm_ups, ramps)


def _trial(*, pairs: int, sets: int) -> Session:
    """Opposed exercises next to each other, each at its own station, 10 repetitions, 2 min rest."""
    exercises = [half for pair in PAIRS[:pairs] for half in (pair[:2], pair[2:])]
    return tuple(
        prescription(at, sets=sets, rest=120, pattern=pattern, primary=[muscle], station=f"station {at}")
        for at, (pattern, muscle) in enumerate(exercises, start=1)
    )


def _warmed_up(session: Session) -> Session:
    warm_up = SetPrescription(1, SetKind.WARM_UP, reps_min=10, reps_max=10)
    return tuple(
        replace(
            each, sets=(warm_up, *(replace(one, ordinal=one.ordinal + 1) for one in sets_of(len(each.sets))))
        )
        for each in session
    )


def _modelled_in_pairs(session: Session) -> float:
    """The shortest that keeps every set: all of the pairs as supersets."""
    options = Options(strategy=Strategy.CORE_PLUS_SUPERSET, weights={each.id: 10.0 for each in session})
    best = min(
        (
            answer
            for minutes in range(25, 80)
            for answer in [compress(session, target_minutes=minutes, planned_minutes=None, options=options)]
            if answer.meets_time_constraint and answer.value.overall_percent > 100 - 1e-9
        ),
        key=lambda answer: answer.compressed_seconds,
    )
    assert all(len(each.exercises) == 2 for each in best.segments)
    return best.compressed_seconds / best.pace.factor
