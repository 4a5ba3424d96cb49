"""Plans from JSON: what is understood, and that nothing breaks the reader."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.exercises import Intent
from domain.plan_import import import_json, import_table
from domain.plan_table import Cell
from domain.sessions import ExerciseRole, SetKind
from tests.domain.import_cases import (
    INDEX,
    SQUAT,
    check_answer,
    of_exercise,
    of_json,
    the_plan,
    the_prescription,
    weeks,
)


def test_a_plan_of_weeks_is_read_whole() -> None:
    plan = the_plan(
        of_json(
            {
                "title": "Block one",
                "goal": "Strength",
                "startsOn": "2026-11-25",  # a Wednesday
                "notes": "For the first line",
                "source": "Own",
                "weeks": [
                    {"title": "Build", "sessions": [{"title": "Lower", "day": "Mon", "exercises": [SQUAT]}]},
                    {"week": 3, "sessions": [{"day": 2, "plannedMinutes": "70-75", "exercises": [SQUAT]}]},
                ],
            }
        )
    )

    assert (plan.title, plan.goal, plan.notes) == ("Block one", "Strength", "For the first line\nSource: Own")
    assert [week.ordinal for week in plan.weeks] == [1, 2, 3]
    assert [week.starts_on for week in plan.weeks] == [
        date(2026, 11, 25),
        date(2026, 12, 2),
        date(2026, 12, 9),
    ]
    lower, second = plan.weeks[0].sessions[0], plan.weeks[2].sessions[0]
    assert lower.scheduled_on == date(2026, 11, 30)  # the first Monday of a week that starts on a Wednesday
    assert second.scheduled_on == date(2026, 12, 10)
    assert (second.title, second.planned_minutes) == ("Session 1", 73)
    assert plan.session_count == 2
    assert plan.describe() == [
        "Week 1, Mon: Lower, 1 exercise, 3 sets",
        "Week 3, day 2: Session 1, 1 exercise, 3 sets",
    ]


def test_a_single_session_and_a_list_of_sessions_are_plans_of_one_week() -> None:
    session = {"title": "Leg day", "exercises": [SQUAT]}

    for document in (session, {"title": "Leg day", "sessions": [session]}, [session]):
        plan = the_plan(of_json(document))
        assert plan.title == "Leg day"
        assert [len(week.sessions) for week in plan.weeks] == [1]
        assert plan.starts_on is None
        assert plan.weeks[0].sessions[0].scheduled_on is None


def test_what_the_caller_says_stands_in_where_the_document_is_silent() -> None:
    document = json.dumps({"sessions": [{"title": "A", "day": "Tue", "exercises": [SQUAT]}] * 2})

    plan = the_plan(import_json(document, INDEX, title="From the app", starts_on=date(2026, 11, 23)))

    assert (plan.title, plan.starts_on) == ("From the app", date(2026, 11, 23))
    assert {each.scheduled_on for each in plan.weeks[0].sessions} == {date(2026, 11, 24)}


def test_sessions_with_dates_alone_fall_into_the_weeks_of_their_dates() -> None:
    plan = the_plan(
        of_json([{"title": day, "date": day, "exercises": [SQUAT]} for day in ("2026-11-25", "2026-12-07")])
    )

    assert plan.starts_on == date(2026, 11, 23)
    assert [[each.title for each in week.sessions] for week in plan.weeks] == [
        ["2026-11-25"],
        [],
        ["2026-12-07"],
    ]


def test_everything_of_a_prescription_is_kept() -> None:
    prescription = the_prescription(
        of_exercise(
            exercise="Split squats",
            role="main",
            intent="core stability",
            sets="3x8",
            warm_up_sets=2,
            rest="2-3 min",
            tempo="31X0",
            load_kg="20/22,5/25",
            group="B",
            importance=2.5,
            unilateral="no",
            notes="knee out",
        )
    )

    assert prescription.exercise.name == "Split Squat (bodyweight)"
    assert prescription.role is ExerciseRole.CORE
    assert prescription.intent is Intent.TRUNK
    assert [(each.ordinal, each.kind, each.reps_min, each.load_kg) for each in prescription.sets] == [
        (1, SetKind.WARM_UP, 8, None),
        (2, SetKind.WARM_UP, 8, None),
        (3, SetKind.WORKING, 8, 20),
        (4, SetKind.WORKING, 8, 22.5),
        (5, SetKind.WORKING, 8, 25),
    ]
    assert prescription.working_set_count == 3
    assert (prescription.rest_seconds_min, prescription.rest_seconds_max) == (120, 180)
    assert prescription.tempo == "3-1-1-0"
    assert (prescription.group_key, prescription.weight, prescription.unilateral) == ("B", 2.5, False)
    assert prescription.notes == "knee out\nTempo 31X0: X is as fast as possible."


def test_what_is_not_said_comes_from_the_catalogue() -> None:
    prescription = the_prescription(of_exercise(exercise="BSS", role=None))

    assert prescription.role is ExerciseRole.ACCESSORY
    assert prescription.intent is Intent.STRENGTH
    assert prescription.unilateral
    assert prescription.rest_seconds_min is None
    assert prescription.weight == 1.0


def test_a_list_of_sets_keeps_each_set_s_own_kind_and_load() -> None:
    prescription = the_prescription(
        of_exercise(
            sets=[
                {"kind": "warm-up", "reps": 5, "loadKg": 60},
                {"kind": "ramp", "reps": "3-5", "percent1rm": 70},
                {"count": 2, "reps": 3, "rpe": 8.5},
                "1x10 @ 2 RIR",
                {"holdS": 30},
            ]
        )
    )

    assert [
        (
            s.kind,
            s.reps_min,
            s.reps_max,
            s.hold_seconds,
            s.load_kg,
            s.percent_one_rep_max,
            s.rpe,
            s.reps_in_reserve,
        )
        for s in prescription.sets
    ] == [
        (SetKind.WARM_UP, 5, 5, None, 60, None, None, None),
        (SetKind.RAMP, 3, 5, None, None, 70, None, None),
        (SetKind.WORKING, 3, 3, None, None, None, 8.5, None),
        (SetKind.WORKING, 3, 3, None, None, None, 8.5, None),
        (SetKind.WORKING, 10, 10, None, None, None, None, 2),
        (SetKind.WORKING, None, None, 30, None, None, None, None),
    ]


def test_an_open_set_is_noted_under_its_own_number() -> None:
    prescription = the_prescription(of_exercise(sets="5/5/5+", warm_up_sets="2x5"))

    assert prescription.notes == "Set 5: as many repetitions as possible, 5 at least."


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", (120, 120)), (90, (90, 90)), ("180-300", (180, 300)), ("2 min", (120, 120)),
        ("90s", (90, 90)),
        ("1:30", (90, 90)), ("1:30-2:00", (90, 120)), ("2–3 min", (120, 180)), ("1,5 min", (90, 90)),
        ("60s-90s", (60, 90)), ("0", (0, 0)), ("2min to 3min", (120, 180)),
    ],
)  # fmt: skip
def test_rest_is_read_as_a_coach_writes_it(written: object, seconds: tuple[int, int]) -> None:
    prescription = the_prescription(of_exercise(rest=written))

    assert (prescription.rest_seconds_min, prescription.rest_seconds_max) == seconds


@pytest.mark.parametrize(
    ("written", "tempo"),
    [
        ("3-1-1-0", "3-1-1-0"),
        ("3110", "3-1-1-0"),
        (3110, "3-1-1-0"),
        ("30x1", "3-0-1-1"),
        ("2-0-2", "2-0-2-0"),
    ],
)
def test_tempo_is_brought_to_one_form(written: object, tempo: str) -> None:
    assert the_prescription(of_exercise(tempo=written)).tempo == tempo


def test_a_field_that_is_not_read_is_remarked_on_with_what_it_may_mean() -> None:
    outcome = of_json({"title": "A", "plannedMinuts": 50, "exercises": [SQUAT | {"colour": "red"}]})

    assert outcome.problems == ()
    assert outcome.warnings == (
        "“plannedMinuts” is not a field that is read. Did you mean planned_minutes?",
        "exercises.0.“colour” is not a field that is read.",
    )


def test_what_looks_odd_but_can_be_meant_is_a_remark() -> None:
    remarks = [
        (of_exercise(role=None), "No exercise is a core lift"),
        (of_exercise(rest=2), "2 was read as seconds; write 2 min"),
        (of_exercise(percent_1rm=0.8), "0.8 was read as 80 %"),
        (of_exercise(group="A"), "group “A” has one exercise only"),
        (
            of_json(weeks({"date": "2026-12-20"}, startsOn="2026-11-23")),
            "stands in week 1, but falls in week 4",
        ),
    ]

    for outcome, remark in remarks:
        assert outcome.problems == ()
        assert any(remark in each for each in outcome.warnings), remark


FIELDS = ["title", "weeks", "sessions", "exercises", "exercise", "sets", "reps", "rest", "tempo", "load_kg"]
FIELDS += ["day", "date", "week", "notes", "order"]
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(FIELDS) | st.text(max_size=5),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(ANY_JSON)
def test_no_json_breaks_the_import(document: object) -> None:
    check_answer(import_json(json.dumps(document), INDEX))


@given(st.text(max_size=200))
def test_no_text_breaks_the_import(text: str) -> None:
    check_answer(import_json(text, INDEX))


CELLS = (
    st.none() | st.text(max_size=12) | st.floats() | st.integers() | st.booleans() | st.dates() | st.times()
)
HEADINGS = st.sampled_from(
    ["exercise", "sets", "reps", "week", "day", "date", "session", "order", "rest", "tempo"]
)


@given(st.lists(HEADINGS, max_size=10), st.lists(st.lists(CELLS, max_size=11), max_size=8))
def test_no_table_breaks_the_import(header: list[str], rows: list[list[Cell]]) -> None:
    check_answer(import_table([header, *rows], INDEX))
