from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.catalogue import catalogue
from domain.exercise_matching import MOST_CANDIDATES, Confidence, index_of, match_exercise

INDEX = index_of(catalogue())

MEANT = {
    "Back Squat": "Squat, squats, SQUAT, BB back squat,"
    " BB Back Squats, back-squats, Squat (Barbell), Barbell Squat,"
    " High-Bar Squat, Back squat w/ barbell, backsquat",
    "Low-Bar Squat": "low bar squat, Low-Bar Back Squats",
    "Front Squat": "Front squats, frontsquat, Front Squat (Barbell)",
    "Pause Squat": "Paused Squats, paused back squat",
    "Safety Bar Squat": "SSB Squat, safety squat bar squats",
    "Bodyweight Squat": "BW squat, air squats, Squat (Bodyweight), Body-weight squat",
    "Squat Jump": "Squat Jump, jump squats, BW squat jumps",
    "Dumbbell Squat Jump": "DB squat jumps, Dumbbell jump squat",
    "Deadlift": "deads, DL, Dead lift, Deadlift (Barbell), conventional deadlifts, BB deadlift",
    "Sumo Deadlift": "sumo DL, Sumo Deadlifts",
    "Romanian Deadlift": "RDL, RDLs, Romanian DL, BB RDL, Romanian Deadlift (Barbell)",
    "Dumbbell Romanian Deadlift": "DB RDL, Dumbbell RDL, Romanian Deadlift (Dumbbell)",
    "Single-Leg Romanian Deadlift": "SL RDL, Single leg RDL, 1-leg RDL, one-legged Romanian deadlift",
    "Stiff-Leg Deadlift": "SLDL, Stiff legged deadlift, stiff-leg deadlifts",
    "Single-Leg Deadlift (bodyweight)": "SL DL, single-leg deadlift, BW single leg deadlift",
    "One-Arm One-Leg Deadlift": "single arm single leg deadlift, 1 arm 1 leg DL",
    "Trap Bar Deadlift": "Trap-bar deadlift, hex bar deadlift, Hexbar DL, trapbar deadlifts",
    "Bench Press": "bench, Bench Press, Bench Press (Barbell),"
    " flat bench, Flat Barbell Bench Press, BP, benchpress",
    "Close-Grip Bench Press": "CGBP, close grip bench, close-grip bench presses",
    "Incline Dumbbell Press": "Incline DB press, Incline Bench Press (Dumbbell), incline DB bench",
    "Dumbbell Bench Press": "Flat DB Press, DB bench,"
    " DB Bench Press, Bench Press (Dumbbell), Flat Dumbbell Press",
    "Overhead Press": "OHP, Military Press, overhead presses,"
    " Overhead Press (Barbell), Strict press, Standing OHP",
    "Seated Dumbbell Shoulder Press": "DB shoulder press, seated DB press, Shoulder Press (Dumbbell)",
    "Lateral Raise": "lateral raises, Side laterals, DB Lateral Raise, side raises, Lateral Raise (Dumbbell)",
    "Cable Lateral Raise": "Lateral Raise (Cable), cable lateral raises",
    "Triceps Pushdown": "tricep pushdowns, Tricep push-down, Rope pushdowns, Triceps Pushdown (Cable)",
    "Skullcrusher": "skull crushers, Skullcrushers, Skull Crusher, EZ bar skull crushers",
    "Overhead Triceps Extension": "Overhead tricep extension, OH tri ext, DB overhead triceps extension",
    "Pull-Up": "pullups, pull ups, Pull-ups, PULL UP, bodyweight pull-ups",
    "Wide-Grip Pull-Up": "Wide grip pull-ups, Pull Up (Wide Grip)",
    "Chin-Up": "chin ups, chinups, Chins",
    "Lat Pulldown": "Lat Pull-down, lat pull down,"
    " Lat Pulldown (Cable), lat pulldowns, wide-grip lat pulldown",
    "Bent Over Row": "bent-over rows, BB Row, Barbell rows, Bent Over Row (Barbell), bentover row",
    "One-Arm Dumbbell Row": "DB row, 1-arm DB row, single arm DB rows, one arm dumbbell row",
    "Barbell Curl": "BB curl, Barbell curls, Bicep Curl (Barbell)",
    "Dumbbell Curl": "Bicep curls, DB curls, Bicep Curl (Dumbbell), biceps curl",
    "Dip": "dips, Dip (Bodyweight), chest dips",
    "Bench Dip": "Bench dips, bench dip",
    "Push-Up": "push ups, pushups, Press-ups, press up",
    "Ab Wheel": "ab wheel rollouts, Ab roller, ab-wheel",
    "Leg Press": "Leg press, Leg Press (Machine), machine leg press",
    "Lying Leg Curl": "leg curls, Lying Leg Curl (Machine), hamstring curls",
    "Nordic Curl": "Nordics, nordic hamstring curls",
    "Rear-Foot-Elevated Split Squat": "Bulgarian split squats, BSS,"
    " RFESS, Rear foot elevated split squat, DB BSS",
    "Split Squat (bodyweight)": "Split squats, BW split squat, Split Squat (bodyweight)",
    "Dumbbell Walking Lunge": "DB walking lunges",
    "Kettlebell Swing": "KB swings, kettle bell swing, swings",
    "Goblet Squat": "Goblet squats, KB goblet squat, goblet squat (dumbbell)",
    "Hip Thrust": "Hip thrusts, BB hip thrust, Hip Thrust (Barbell)",
    "Standing Calf Raise": "calf raises, Standing Calf Raises",
    "Clean and Jerk": "Clean & Jerk, C&J, clean and jerks, clean n jerk",
    "Medicine Ball Chest Toss": "MB chest toss, med ball chest pass, medicine-ball chest pass",
    "Farmer's Carry": "Farmers walks, Farmer's Walk, Farmer’s carries",
    "Rowing Ergometer": "Row erg, rower, rowing machine",
    "Cable Fly": "Cable flyes, cable flies, High to low cable fly",
    "Low-to-High Cable Fly": "Low to high cable fly, low-to-high cable flyes",
    "Reverse Fly": "rear delt flies, reverse flyes, bent-over lateral raises",
    "Glute-Ham Raise": "GHR, glute ham raises",
    "Turkish Get-Up": "TGU, Turkish get ups, KB Turkish getup",
}
MISSPELLED = {
    "sqaut": "Back Squat",
    "front sqaut": "Front Squat",
    "deadlfit": "Deadlift",
    "romainian deadlift": "Romanian Deadlift",
    "bech press": "Bench Press",
    "incline dumbell press": "Incline Dumbbell Press",
    "hip trust": "Hip Thrust",
    "Palof press": "Pallof Press",
    "bulgarain split squats": "Rear-Foot-Elevated Split Squat",
    "overhaed press": "Overhead Press",
}
MEANS_NOTHING = [
    "asdf qwer", "Yoga", "Zzz", "", "   ", "---", "()", "卧推", "12345", "\x00", "🏋️",
]  # fmt: skip
MEANS_TOO_MUCH = ["Row", "Curl", "Press", "Extension", "Raise", "Machine", "Dumbbell", "Leg", "Cable", "Push"]


def pairs(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, meant) for meant, names in table.items() for name in names.split(", ")]


def test_the_table_holds_at_least_120_names_as_people_write_them() -> None:
    assert len(pairs(MEANT)) >= 120


@pytest.mark.parametrize(("written", "meant"), pairs(MEANT))
def test_a_usual_name_finds_its_exercise(written: str, meant: str) -> None:
    match = match_exercise(written, INDEX)

    assert match.exercise is not None, [each.name for each in match.candidates]
    assert match.exercise.name == meant
    assert match.confidence in (Confidence.EXACT, Confidence.ALIAS)


@pytest.mark.parametrize(("written", "meant"), MISSPELLED.items())
def test_a_slip_of_the_pen_is_a_close_match(written: str, meant: str) -> None:
    match = match_exercise(written, INDEX)

    assert match.exercise is not None
    assert (match.exercise.name, match.confidence) == (meant, Confidence.CLOSE)


@pytest.mark.parametrize("written", MEANS_NOTHING)
def test_nonsense_matches_nothing_and_suggests_nothing(written: str) -> None:
    match = match_exercise(written, INDEX)

    assert match.exercise is None
    assert match.candidates == ()


@pytest.mark.parametrize("written", MEANS_TOO_MUCH)
def test_a_word_that_many_exercises_share_is_left_to_the_coach(written: str) -> None:
    match = match_exercise(written, INDEX)

    assert match.exercise is None
    assert len(match.candidates) == MOST_CANDIDATES


@pytest.mark.parametrize(
    ("written", "never"),
    [
        ("Squat Jump", "Back Squat"),
        ("Bench Dip", "Bench Press"),
        ("Deficit reverse lunge", "Reverse Lunge"),
        ("Front foot elevated split squat", "Rear-Foot-Elevated Split Squat"),
        ("Tempo back squat", "Back Squat"),
        ("Landmine RDL", "Romanian Deadlift"),
        ("Cable Bench Press", "Bench Press"),
        ("Dumbbell Deadlift", "Deadlift"),
        ("Leg Press Calf Raise", "Leg Press"),
        ("Low to high cable fly", "Cable Fly"),
        ("Bench Squat", "Bench Press"),
        ("Reverse Pec Deck", "Pec Deck"),
    ],
)
def test_a_name_that_says_something_else_is_not_that_exercise(written: str, never: str) -> None:
    match = match_exercise(written, INDEX)

    assert match.exercise is None or match.exercise.name != never


def test_an_unknown_variant_suggests_what_it_is_a_variant_of_first() -> None:
    assert match_exercise("Tempo back squat", INDEX).candidates[0].name == "Back Squat"
    assert match_exercise("Deficit reverse lunge", INDEX).candidates[0].name == "Reverse Lunge"


def test_a_misspelling_that_could_mean_two_exercises_means_neither() -> None:
    press, dress = (replace(catalogue()[0], name=name, aliases=()) for name in ("Bench Press", "Bench Dress"))
    two = index_of([press, replace(dress, id=catalogue()[1].id)])

    match = match_exercise("Bench Tress", two)

    assert match.exercise is None
    assert {each.name for each in match.candidates} == {"Bench Press", "Bench Dress"}


def test_the_catalogue_s_own_name_is_an_exact_match_in_any_case() -> None:
    for exercise in catalogue():
        for written in (exercise.name, exercise.name.upper(), f"  {exercise.name.lower()} "):
            match = match_exercise(written, INDEX)
            assert match.exercise == exercise, written
            assert match.confidence is Confidence.EXACT


def test_every_alias_finds_its_exercise() -> None:
    lost = [
        (exercise.name, alias)
        for exercise in catalogue()
        for alias in exercise.aliases
        if match_exercise(alias, INDEX).exercise != exercise
    ]

    assert lost == []


def test_two_exercises_of_one_name_are_refused() -> None:
    one = catalogue()[0]

    with pytest.raises(ValueError, match="is a name of both"):
        index_of([one, replace(catalogue()[1], aliases=(one.name.upper(),))])


@given(st.text(max_size=300))
def test_no_text_breaks_the_matching(name: str) -> None:
    match = match_exercise(name, INDEX)

    assert (match.exercise is None) == (match.confidence is None)
    assert len(match.candidates) <= MOST_CANDIDATES


def test_a_thousand_names_are_looked_up_well_within_a_second() -> None:
    unknown = [f"{each.name} on a unicycle {number}" for number, each in enumerate(catalogue())]
    known = [name for name, _ in pairs(MEANT)]
    names = (unknown + known * 3)[:1000]

    began = time.process_time()
    for name in names:
        match_exercise(name, INDEX)

    assert time.process_time() - began < 1.0
