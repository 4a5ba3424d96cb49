"""Plans from tables: what empty cells mean, and faults by row and column."""

from __future__ import annotations

from datetime import date

import pytest

from domain.plan_import import import_table
from domain.plan_table import Cell
from tests.domain.import_cases import (
    INDEX,
    of_table,
    the_plan,
    the_problem,
)


def test_a_table_names_week_day_and_session_once() -> None:
    plan = the_plan(
        of_table(
            """
            Week | Day | Workout | Minutes | # | Movement | Role | Set | Reps | Rest (s) | Weight (kg)
            1    | Mon | Lower   | 60      | 2 | RDL      |      | 3   | 8-10 | 2 min    | 62,5
                 |     |         |         | 1 | Squats   | core | 5   | 5    | 180-300  |
                 | Thu | Upper   |         |   | Bench    | main | 3   | 5/3/1|          | 60/70/80
            Week 2 | Mon | Lower |         |   | Squats   | core | 3x5 |      |          |
            """
        )
    )

    assert plan.describe() == [
        "Week 1, Mon: Lower, 2 exercises, 8 sets",
        "Week 1, Thu: Upper, 1 exercise, 3 sets",
        "Week 2, Mon: Lower, 1 exercise, 3 sets",
    ]
    lower = plan.weeks[0].sessions[0]
    assert [each.exercise.name for each in lower.prescriptions] == ["Back Squat", "Romanian Deadlift"]
    assert lower.planned_minutes == 60
    assert lower.prescriptions[1].sets[0].load_kg == 62.5
    assert [each.load_kg for each in plan.weeks[0].sessions[1].prescriptions[0].sets] == [60, 70, 80]


def test_a_table_needs_neither_weeks_nor_sessions() -> None:
    plan = the_plan(of_table("exercise | sets\nSquat | 3x5\nBench | 3x5"))

    assert plan.describe() == ["Week 1: Session 1, 2 exercises, 6 sets"]
    assert plan.title == "Session 1"


def test_a_table_with_dates_says_its_own_start() -> None:
    rows: list[list[Cell]] = [
        ["Plan", "Date", "Session", "Exercise", "Sets"],
        ["Camp", date(2026, 12, 2), "A", "Squat", "3x5"],
        ["", date(2026, 12, 8), "B", "Squat", "3x5"],
    ]

    plan = the_plan(import_table(rows, INDEX))

    assert (plan.title, plan.starts_on) == ("Camp", date(2026, 11, 30))
    assert [each.scheduled_on for week in plan.weeks for each in week.sessions] == [
        date(2026, 12, 2), date(2026, 12, 8),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "path", "advice"),
    [
        ("", "", "The table is empty"),
        ("exercise | sets", "", "no rows under the column names"),
        ("Squat | 3x5\nBench | 3x5", "row 1", "there is no column exercise and no column sets"),
        ("exercise | rest\nSquat | 90", "row 1", "there is no column sets"),
        ("exercise | Movement | sets\nSquat | Squat | 3x5", "row 1", "the same field; keep one"),
        ("exercise | sets\nSquat | 3x5\n\nSqut Jmpp | 3x5", "row 4.exercise", "Did you mean"),
        ("Movement | Set\nSquat | x", "row 2.Set", "write sets and repetitions"),
        ("exercise | sets\nSquat | 3x5 | 62 | 5", "row 2", "needs quotes around it"),
        ("week | exercise | sets\n99 | Squat | 3x5", "row 2.week", "from 1 to 52"),
        (
            "session | exercise | sets\nA | Squat | 3x5\nB | Squat | 3x5\nA | Bench | 3x5",
            "row 4",
            "began at row 2",
        ),
        ("plan | exercise | sets\nX | Squat | 3x5\nY | Squat | 3x5", "row 3.plan", "One table is one plan"),
        ("day | exercise | sets\nNever | Squat | 3x5", "row 2.day", "write Mon to Sun"),
        (
            "order | exercise | sets\n1 | Squat | 3x5\n1 | Bench | 3x5",
            "row 3.order",
            "Number 1 stands at row 2",
        ),
        ("order | exercise | sets\nA1 | Squat | 3x5", "row 2.order", "is not a number"),
        ("exercise | sets\n=A1 | 3x5", "row 2.exercise", "is a formula"),
    ],
)
def test_a_fault_in_a_table_is_told_with_its_row_and_column(table: str, path: str, advice: str) -> None:
    problem = the_problem(of_table(table))

    assert problem.path == tuple(path.split(".") if path else ())
    assert advice in problem.message


def test_a_range_that_the_spreadsheet_made_a_date_is_explained() -> None:
    rows: list[list[Cell]] = [["exercise", "sets", "reps"], ["Squat", 3, date(2026, 12, 8)]]

    problem = the_problem(import_table(rows, INDEX))

    assert problem.path == ("row 2", "reps")
    assert "turned it into a date" in problem.message


def test_unknown_columns_are_left_out_with_a_remark() -> None:
    outcome = of_table("exercise | sets | tempoo | Muscle\nSquat | 3x5 | | legs")

    assert outcome.problems == ()
    assert outcome.warnings[:2] == (
        "The column “tempoo” is not one that is read. Did you mean tempo?",
        "The column “Muscle” is not one that is read.",
    )


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2101, 1, 1), date.max])
def test_a_date_cell_far_from_any_season_is_refused(day: date) -> None:
    rows: list[list[Cell]] = [["date", "exercise", "sets"], [day, "Squat", "3x5"]]

    problem = the_problem(import_table(rows, INDEX))

    assert problem.path == ("row 2", "date")
    assert "it is from 2000 to 2100" in problem.message
