from __future__ import annotations

import csv
from collections import Counter

from db.catalogue import CATALOGUE_FILE, catalogue, exercise_id
from domain.exercise_matching import index_of
from domain.exercises import Exercise, Intent, MovementPattern, Muscle

MACHINES_AND_PLACES = {
    "rack", "bench", "platform", "dumbbell_area", "cable", "pulldown", "cable_row", "pullup_bar", "dip_bars",
    "open_floor", "landmine", "preacher_bench", "back_extension_bench", "glute_ham_bench", "captains_chair",
    "leg_press", "hack_squat", "belt_squat", "smith_machine", "leg_extension", "lying_leg_curl",
    "seated_leg_curl", "chest_press_machine", "shoulder_press_machine", "row_machine", "pec_deck",
    "lateral_raise_machine", "assisted_pullup_machine", "hip_abduction_machine", "hip_adduction_machine",
    "hip_thrust_machine", "standing_calf_machine", "seated_calf_machine", "ab_crunch_machine", "sled",
    "track", "rower", "ski_erg", "air_bike", "stationary_bike", "treadmill", "elliptical", "stair_climber",
    "pool", "slide_board",
}  # fmt: skip

STANDS_AT = {
    "rack": {"rack", "bar"},
    "bench": {"bench", "incline bench", "decline bench"},
    "platform": {"barbell", "trap bar"},
    "dumbbell_area": {"dumbbell"},
    "cable": {"cable"},
    "pulldown": {"cable"},
    "pullup_bar": {"pull-up bar"},
    "dip_bars": {"dip bars"},
    "landmine": {"landmine"},
}

# Which muscles may lead a pattern: a row that strays from this is a slip of the pen.
LEADING_MUSCLES: dict[MovementPattern, set[Muscle]] = {
    MovementPattern.ELBOW_FLEXION: {Muscle.BICEPS, Muscle.FOREARMS},
    MovementPattern.ELBOW_EXTENSION: {Muscle.TRICEPS},
    MovementPattern.KNEE_EXTENSION: {Muscle.QUADRICEPS},
    MovementPattern.KNEE_FLEXION: {Muscle.HAMSTRINGS},
    MovementPattern.HIP_EXTENSION: {Muscle.GLUTES},
    MovementPattern.HIP_ABDUCTION: {Muscle.ABDUCTORS},
    MovementPattern.HIP_ADDUCTION: {Muscle.ADDUCTORS},
    MovementPattern.CALF_RAISE: {Muscle.CALVES},
    MovementPattern.HORIZONTAL_PUSH: {Muscle.CHEST, Muscle.TRICEPS},
    MovementPattern.VERTICAL_PUSH: {Muscle.SHOULDERS, Muscle.CHEST, Muscle.TRICEPS},
    MovementPattern.HORIZONTAL_PULL: {Muscle.MIDDLE_BACK, Muscle.LATS, Muscle.SHOULDERS},
    MovementPattern.VERTICAL_PULL: {Muscle.LATS, Muscle.CHEST},
    MovementPattern.HORIZONTAL_ADDUCTION: {Muscle.CHEST},
    MovementPattern.SHOULDER_ABDUCTION: {Muscle.SHOULDERS, Muscle.TRAPS},
    MovementPattern.SHOULDER_ROTATION: {Muscle.SHOULDERS},
    MovementPattern.SHRUG: {Muscle.TRAPS},
    MovementPattern.WRIST: {Muscle.FOREARMS},
    MovementPattern.NECK: {Muscle.NECK},
    MovementPattern.TRUNK_FLEXION: {Muscle.ABDOMINALS},
    MovementPattern.TRUNK_ROTATION: {Muscle.ABDOMINALS},
    MovementPattern.TRUNK_EXTENSION: {Muscle.LOWER_BACK},
    MovementPattern.ANTI_EXTENSION: {Muscle.ABDOMINALS},
    MovementPattern.SQUAT: {Muscle.QUADRICEPS, Muscle.GLUTES, Muscle.SHOULDERS},
    MovementPattern.LUNGE: {Muscle.QUADRICEPS, Muscle.ADDUCTORS},
}


def test_there_is_an_exercise_for_any_programme() -> None:
    assert len(catalogue()) >= 170
    assert {each.pattern for each in catalogue()} == set(MovementPattern)
    assert {each.intent for each in catalogue()} == set(Intent)
    assert {muscle for each in catalogue() for muscle in each.primary_muscles} == set(Muscle)


def test_no_name_or_alias_can_mean_two_exercises() -> None:
    index_of(catalogue())  # raises if one does

    names = Counter(each.name for each in catalogue())
    assert max(names.values()) == 1


def test_no_exercise_has_an_alias_that_says_nothing_new() -> None:
    """Neither its own name again nor one alias twice; abbreviations stay, for searches that know none."""
    said_twice = [
        (each.name, alias)
        for each in catalogue()
        for alias, count in Counter(alias.casefold() for alias in (each.name, *each.aliases)).items()
        if count > 1
    ]

    assert said_twice == []


def test_every_exercise_trains_something_first_and_nothing_twice() -> None:
    def is_sound(each: Exercise) -> bool:
        muscles = (*each.primary_muscles, *each.secondary_muscles)
        return 1 <= len(each.primary_muscles) <= 3 and len(set(muscles)) == len(muscles)

    assert [each.name for each in catalogue() if not is_sound(each)] == []


def test_every_exercise_is_led_by_a_muscle_that_makes_its_movement() -> None:
    led_by_another = [
        each.name
        for each in catalogue()
        if each.pattern in LEADING_MUSCLES and not LEADING_MUSCLES[each.pattern] & set(each.primary_muscles)
    ]

    assert led_by_another == []


def test_every_exercise_has_a_known_place_and_real_equipment() -> None:
    def is_sound(each: Exercise) -> bool:
        return (
            each.station in MACHINES_AND_PLACES
            and "none" not in each.equipment
            and len(set(each.equipment)) == len(each.equipment)
            and all(thing == thing.casefold().strip() for thing in each.equipment)
        )

    assert [each.name for each in catalogue() if not is_sound(each)] == []


def test_what_stands_at_a_place_is_among_the_equipment_of_what_is_done_there() -> None:
    without = [
        each.name
        for each in catalogue()
        if each.station in STANDS_AT and not STANDS_AT[each.station] & set(each.equipment)
    ]

    assert without == []


def test_power_and_olympic_work_is_meant_for_power() -> None:
    explosive = {MovementPattern.JUMP, MovementPattern.THROW, MovementPattern.OLYMPIC_LIFT}

    assert [e.name for e in catalogue() if e.pattern in explosive and e.intent is not Intent.POWER] == []


def test_an_id_depends_on_the_name_alone() -> None:
    squat = next(each for each in catalogue() if each.name == "Back Squat")

    assert squat.id == exercise_id("Back Squat")
    assert str(squat.id) == "6901c7fc-002b-56cb-bfb3-5997a9d97018"  # stored plans refer to it
    assert len({each.id for each in catalogue()}) == len(catalogue())


def test_the_file_is_written_one_way() -> None:
    with CATALOGUE_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))

    for row in rows:
        for column in ("primary_muscles", "secondary_muscles", "equipment", "aliases"):
            assert row[column] == "; ".join(each.strip() for each in row[column].split(";")), row["name"]
        for column in ("primary_muscles", "secondary_muscles"):
            assert row[column].split("; ") == sorted(row[column].split("; ")), row["name"]
