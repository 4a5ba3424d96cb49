from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sessions import SetKind, SetPrescription
from domain.set_notation import MOST_SETS, CannotRead, read_sets


def short(one: SetPrescription) -> str:
    """A set in a few letters: kind, amount, load."""
    mark = {SetKind.WARM_UP: "w", SetKind.RAMP: "r", SetKind.WORKING: ""}[one.kind]
    amount = f"{one.hold_seconds}s" if one.hold_seconds else f"{one.reps_min}-{one.reps_max}"
    loads = [
        f"{value:g}{unit}"
        for value, unit in (
            (one.load_kg, "kg"),
            (one.percent_one_rep_max, "%"),
            (one.rpe, "rpe"),
            (one.reps_in_reserve, "rir"),
        )
        if value is not None
    ]
    return "@".join([mark + amount, *loads])


@pytest.mark.parametrize(
    ("written", "sets"),
    [
        ("3x5", "5-5 5-5 5-5"),
        ("3 X 5", "5-5 5-5 5-5"),
        ("2×8–12", "8-12 8-12"),
        ("2 sets of 10 reps", "10-10 10-10"),
        ("2x30s", "30s 30s"),
        ("1x20 min", "1200s"),
        ("5/3/1", "5-5 3-3 1-1"),
        ("3x5/3/1", "5-5 3-3 1-1"),
        ("5,5,5", "5-5 5-5 5-5"),
        ("1x5, 2x3", "5-5 3-3 3-3"),
        ("1x5+2x3", "5-5 3-3 3-3"),
        ("w:2x5, 1x5", "w5-5 w5-5 5-5"),
        ("warm-up: 1x10 + 1x5", "w10-10 5-5"),
        ("r:1x5 @ 60%, 1x5 @ 80%", "r5-5@60% 5-5@80%"),
        ("2x5 @ 62,5 kg", "5-5@62.5kg 5-5@62.5kg"),
        ("2x5 @ RPE 7,5", "5-5@7.5rpe 5-5@7.5rpe"),
        ("2x5@8 rpe", "5-5@8rpe 5-5@8rpe"),
        ("2x5 @ 2 RIR", "5-5@2rir 5-5@2rir"),
        ("2x5 @ 60/70 kg", "5-5@60kg 5-5@70kg"),
        ("1x5 @ 60kg, 1x3 @ 70kg", "5-5@60kg 3-3@70kg"),
        ("3x5+ @ 80% 1RM", "5-5@80% 5-5@80% 5-5@80%"),
    ],
)
def test_sets_are_read_as_a_coach_means_them(written: str, sets: str) -> None:
    read = read_sets(written)

    assert " ".join(short(each) for each in read.sets) == sets
    assert [each.ordinal for each in read.sets] == list(range(1, len(read.sets) + 1))


@pytest.mark.parametrize(
    "written", ["3x10/leg", "3x8 each side", "3 x 8 per arm", "3x8 each", "3x30s/side", "3x8 e/s"]
)
def test_each_side_is_understood(written: str) -> None:
    assert read_sets(written).each_side


def test_only_the_last_of_three_times_five_or_more_is_open() -> None:
    assert read_sets("3x5+").open_ended == (3,)
    assert read_sets("5/5/5+").open_ended == (3,)
    assert read_sets("5+, 5+").open_ended == (1, 2)
    assert read_sets("3x5").open_ended == ()


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("", "write them such as 3x5"),
        ("heavy", "write sets and repetitions such as 3x5"),
        ("AMRAP", "needs a number"),
        ("0x5", "There are 0 sets"),
        ("21x5", "from 1 to 20"),
        ("11x5, 10x5", "at most 20 sets"),
        ("3x0", "from 1 to 500"),
        ("3x501", "from 1 to 500"),
        ("3x12-8", "low to high"),
        ("3x7201s", "from 1 to 7200 s"),
        ("3x5/3", "2 amounts for 3 sets"),
        ("4x20m", "is a distance"),
        ("3x5 @ 8", "does not say what it is"),
        ("3x5 @ 135 lb", "61.2 kg"),
        ("3x5 @ 1001 kg", "from 0 to 1000"),
        ("3x5 @ 151%", "from 1 to 150"),
        ("3x5 @ RPE 11", "from 0 to 10"),
        ("3x5 @ 1.5 RIR", "not a whole number"),
        ("3x5 @ 60/70 kg", "2 values for 3 sets"),
        ("3x5 @ nan kg", "is not a load in kg"),
        ("999999999999x5", "write sets"),
        ("3x5 @", None),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way_to_write_it(written: str, advice: str | None) -> None:
    if advice is None:
        assert len(read_sets(written).sets) == 3
        return

    with pytest.raises(CannotRead, match=advice):
        read_sets(written)


@given(st.text(alphabet="0123456789x×/+-,.@%: wrskgmRPEI", max_size=40))
def test_no_notation_breaks_the_reader(written: str) -> None:
    try:
        read = read_sets(written)
    except CannotRead:
        return

    assert 1 <= len(read.sets) <= MOST_SETS
    assert all((each.reps_min is None) != (each.hold_seconds is None) for each in read.sets)
