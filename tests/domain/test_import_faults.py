"""What a document is refused for: every fault with its place and how to mend it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from domain.import_problems import MOST_PROBLEMS
from domain.plan_import import import_json
from tests.domain.import_cases import (
    INDEX,
    SQUAT,
    check_answer,
    of_exercise,
    of_json,
    the_problem,
    weeks,
)


@pytest.mark.parametrize(
    ("fields", "path", "advice"),
    [
        (
            {"exercise": "Squat Jmp Pres"},
            "exercise",
            "Did you mean “Squat Jump”, “Back Squat” or “Split Squat Jump”?",
        ),
        ({"exercise": "qqqq"}, "exercise", "Look it up in the catalogue"),
        ({"exercise": ""}, "exercise", "has no name"),
        ({"exercise": "x" * 121}, "exercise", "120 is the most"),
        ({"sets": None}, "sets", "There are no sets"),
        ({"sets": 3}, "reps", "There are no repetitions"),
        ({"sets": 3, "reps": 5, "hold_s": 10}, "hold_s", "not both"),
        ({"sets": "3x5", "reps": 5}, "reps", "leave this empty"),
        ({"sets": "three", "reps": 5}, "sets", "not a number of sets"),
        ({"sets": "x", "hold_s": 30}, "sets", "not a number of sets"),
        ({"sets": 3, "reps": "many"}, "reps", "is not understood"),
        ({"sets": 3, "hold_s": "4x"}, "hold_s", "is not understood"),
        ({"sets": 21, "reps": 5}, "sets", "from 1 to 20"),
        ({"sets": None, "reps": 5}, "sets", "write how many"),
        ({"sets": []}, "sets", "There are no sets"),
        ({"sets": [{}]}, "sets.0", "one of the two"),
        ({"sets": [{"reps": 5, "holdS": 5}]}, "sets.0", "one of the two"),
        ({"sets": [7]}, "sets.0", "A set is an object"),
        ({"sets": [{"reps": 0}]}, "sets.0", "from 1 to 500"),
        ({"sets": ["3x5"] * 21}, "sets", "at most 20"),
        ({"sets": "18x5", "warm_up_sets": 3}, "sets", "21 sets with the warm-up"),
        ({"sets": "w:3x5"}, "sets", "only warm-up sets"),
        ({"sets": {"reps": 5}}, "sets", "should be text or a number"),
        ({"sets": True}, "sets", "should be text or a number"),
        ({"warm_up_sets": "lots"}, "warm_up_sets", "not understood"),
        ({"rest": "a while"}, "rest", "is not a rest"),
        ({"rest": "5-2 min"}, "rest", "short to long"),
        ({"rest": 1801}, "rest", "from 0 to 1800"),
        ({"rest": -5}, "rest", "is not a rest"),
        ({"tempo": "fast"}, "tempo", "such as 3-1-1-0"),
        ({"tempo": "0000"}, "tempo", "such as 3-1-1-0"),
        ({"tempo": "3-1-1-99"}, "tempo", "such as 3-1-1-0"),
        ({"role": "star"}, "role", "is not one of: core, accessory"),
        ({"intent": "fun"}, "intent", "is not one of: strength"),
        ({"unilateral": "perhaps"}, "unilateral", "yes or no"),
        ({"importance": 11}, "importance", "from 0.1 to 10"),
        ({"importance": "high"}, "importance", "is not a number"),
        ({"group": "the very first superset"}, "group", "20 is the most"),
        ({"load_kg": "135 lb"}, "load_kg", "61.2 kg"),
        ({"load_kg": 1e999}, None, "Infinity is not a number"),
        ({"load_kg": -1}, "load_kg", "from 0 to 1000"),
        ({"load_kg": "60/70"}, "load_kg", "2 values for 3 sets"),
        ({"percent_1rm": 151}, "percent_1rm", "from 1 to 150"),
        ({"rpe": 10.5}, "rpe", "from 0 to 10"),
        ({"rpe": "7-8"}, "rpe", "is not a RPE"),
        ({"rir": 1.5}, "rir", "whole number"),
        ({"sets": "3x5 @ 80%", "percent_1rm": 80}, "percent_1rm", "say this already"),
        ({"notes": "n" * 2001}, "notes", "2000 is the most"),
        ({"notes": "a\x00b"}, "notes", "control character (number 0)"),
        ({"notes": "a\ud800b"}, "notes", "lone surrogate"),
        ({"notes": "=HYPERLINK(1)"}, "notes", "is a formula"),
        ({"notes": ["a"]}, "notes", "should be text"),
    ],
)
def test_a_fault_in_an_exercise_is_told_with_its_place_and_how_to_mend_it(
    fields: dict[str, Any], path: str | None, advice: str
) -> None:
    problem = the_problem(of_exercise(**fields))

    assert problem.path == (() if path is None else ("exercises", "0", *path.split(".")))
    assert advice in problem.message


@pytest.mark.parametrize(
    ("document", "path", "advice"),
    [
        ("", "", "Line 1, column 1: this is not JSON"),
        ("{", "", "this is not JSON"),
        ("1", "", "should be a JSON object"),
        ('"x"', "", "should be a JSON object"),
        ("null", "", "should be a JSON object"),
        ("{}", "", "no weeks, no sessions and no exercises"),
        ("[]", "weeks", "There is no session"),
        ('{"weeks": null}', "weeks", "There is no session"),
        ('{"weeks": 5}', "weeks", "should be a list"),
        ('{"weeks": [5]}', "weeks.0", "should be an object"),
        ('{"weeks": [{"sessions": {}}]}', "weeks.0.sessions", "should be a list"),
        ('{"sessions": [{}]}', "sessions.0.exercises", "has no exercises"),
        ('{"exercises": []}', "exercises", "has no exercises"),
        ('{"exercises": [[]]}', "exercises.0", "should be an object"),
        ('{"exercises": NaN}', "", "NaN is not a number in JSON"),
        ('{"exercises": [-Infinity]}', "", "Infinity is not a number"),
        ("[" * 100_000, "", "nested more than 32 deep"),
        ('{"a":' * 40 + "1" + "}" * 40, "", "nested more than 32 deep"),
    ],
)
def test_a_document_that_is_no_plan_is_told_apart_from_one_with_faults(
    document: str, path: str, advice: str
) -> None:
    problem = the_problem(of_json(document))

    assert problem.path == tuple(path.split(".") if path else ())
    assert advice in problem.message


@pytest.mark.parametrize(
    ("document", "path", "advice"),
    [
        (weeks({}, title="t" * 201), "title", "200 is the most"),
        (weeks({}, goal="g" * 501), "goal", "500 is the most"),
        (weeks({}, startsOn="23.11.2026"), "startsOn", "such as 2026-11-23"),
        (weeks({}, startsOn="2026-02-30"), "startsOn", "is not a date"),
        (weeks({}, startsOn="1066-10-14"), "startsOn", "The year 1066 is out of range"),
        (weeks({"day": "Someday"}), "weeks.0.sessions.0.day", "write Mon to Sun"),
        (weeks({"day": 8}), "weeks.0.sessions.0.day", "write Mon to Sun"),
        (weeks({"day": "T"}), "weeks.0.sessions.0.day", "write Mon to Sun"),
        (weeks({"day": "Tue", "date": "2026-11-23"}), "weeks.0.sessions.0.day", "is a Mon, not a Tue"),
        (weeks({"plannedMinutes": 4}), "weeks.0.sessions.0.plannedMinutes", "from 5 to 600"),
        (weeks({"plannedMinutes": 10**19}), "weeks.0.sessions.0.plannedMinutes", "is not a number"),
        (weeks({"plannedMinutes": 52.5}), "weeks.0.sessions.0.plannedMinutes", "whole number"),
        (weeks({"plannedMinutes": "90-60"}), "weeks.0.sessions.0.plannedMinutes", "5 to 600"),
        (weeks({"exercises": [SQUAT] * 61}), "weeks.0.sessions.0.exercises", "60 a session is the most"),
        (weeks(*[{}] * 15), "weeks.0.sessions", "14 is the most"),
        ({"weeks": [{"week": 53, "sessions": [{"exercises": [SQUAT]}]}]}, "weeks.0.week", "from 1 to 52"),
        ({"weeks": [{"week": 2, "sessions": []}, {"sessions": []}]}, "weeks.1.week", "Week 2 is there twice"),
        ({"sessions": [{"exercises": [SQUAT]}] * 15}, "sessions.14.week", "number the weeks"),
        (
            weeks({"exercises": [SQUAT | {"order": 1}, SQUAT | {"order": 1}]}),
            "weeks.0.sessions.0.exercises.1.order",
            "Number 1 stands at weeks.0.sessions.0.exercises.0 already",
        ),
        (
            weeks({"exercises": [SQUAT | {"order": 1}, SQUAT]}),
            "weeks.0.sessions.0.exercises.1.order",
            "all exercises of a session, or none",
        ),
        ({"sessions": [{"date": d, "exercises": [SQUAT]} for d in ("2026-01-05", "2027-01-04")]},
         "sessions.1.date", "not within 52 weeks"),
        (weeks(*[{"notes": "n" * 2000}] * 11), "notes", "20000 is the most"),
        ({"title": "A", "Title": "B", "exercises": [SQUAT]}, "Title", "says the same as “title”"),
        ('{"title": "A", "title": "B", "sessions": []}', "", "The key “title” stands twice"),
    ],
)  # fmt: skip
def test_a_fault_in_a_plan_or_session_is_told_with_its_place(document: Any, path: str, advice: str) -> None:
    problem = the_problem(of_json(document))

    assert problem.path == tuple(path.split(".") if path else ())
    assert advice in problem.message


def test_all_problems_are_told_at_once() -> None:
    outcome = of_json(
        {
            "exercises": [SQUAT | {"rest": "x"}, {"exercise": "qqqq", "sets": "0x0", "rpe": 99}],
            "plannedMinutes": 1,
        }
    )

    assert {".".join(each.path) for each in outcome.problems} == {
        "exercises.0.rest", "exercises.1.exercise", "exercises.1.sets", "plannedMinutes",
    }  # fmt: skip
    assert outcome.plan is None


def test_no_more_than_two_hundred_problems_are_listed() -> None:
    outcome = of_json([{"title": "A", "exercises": [{"exercise": "qqqq", "sets": "x"}] * 60}] * 14)

    assert len(outcome.problems) == MOST_PROBLEMS
    assert outcome.problems[-1].message == "There are more problems than are listed; mend these first."


@pytest.mark.parametrize(
    "exercise",
    [
        {"exercise": "qwrt ysdf ghjk zxcv bnml", "sets": "3x5"},
        {"exercise": "b" * 120, "sets": "3x5"},
        {"exercise": "Squat", "sets": " " * 100 + "3x5 each"},
        {"exercise": "Squat", "sets": ["1x5"] * 20},
        {"exercise": "Squat", "sets": "1/" * 59 + "1"},
    ],
)
def test_a_hostile_document_of_full_size_costs_less_than_two_seconds(exercise: dict[str, Any]) -> None:
    count = 200_000 // len(json.dumps(exercise))
    document = json.dumps([{"exercises": [exercise | {"notes": str(at)}] * 60} for at in range(count // 60)])

    began = time.process_time()
    check_answer(import_json(document, INDEX))

    assert time.process_time() - began < 2.0
