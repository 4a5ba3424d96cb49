"""The six published programmes at 10 to 60 minutes: what is kept, computed by the independent solver."""

from __future__ import annotations

from textwrap import dedent

import pytest

from domain.compression.compress import compress
from domain.compression.model import Compression
from tests.domain.compression.independent import Model
from tests.domain.compression.independent_solvers import IntegerProgram
from tests.domain.compression.judging import judge
from tests.domain.compression.programme_table import MINUTES, line, rows
from tests.domain.compression.sessions import programmes

KEPT = {
    "531-bbb-squat": """
        10 min: too long   20 min   39.37 %  core_only
        15 min: too long   20 min   39.37 %  core_only
        20 min: fits       20 min   39.37 %  core_only
        30 min: fits       30 min   67.58 %  core_plus_superset
        45 min: fits       44 min   88.73 %  core_plus_superset
        60 min: fits       60 min   98.39 %  core_plus_superset
    """,
    "bwf-recommended-routine": """
        10 min: fits       10 min   25.94 %  core_plus_block
        15 min: fits       11 min   35.08 %  core_plus_block
        20 min: fits       20 min   55.41 %  core_plus_block
        30 min: fits       30 min   71.51 %  core_plus_block
        45 min: fits       45 min   92.54 %  core_plus_block
        60 min: unchanged  53 min  100.00 %  as planned
    """,
    "hockey-offseason-day1": """
        10 min: fits        9 min   18.55 %  core_only
        15 min: fits       15 min   33.83 %  core_plus_superset
        20 min: fits       20 min   43.76 %  core_plus_block
        30 min: fits       30 min   63.60 %  core_plus_block
        45 min: fits       45 min   88.64 %  core_plus_block
        60 min: unchanged  53 min  100.00 %  as planned
    """,
    "mppl-push": """
        10 min: too long   13 min   30.52 %  core_only
        15 min: fits       13 min   30.52 %  core_only
        20 min: fits       18 min   51.33 %  core_plus_superset
        30 min: fits       30 min   81.27 %  core_plus_superset
        45 min: fits       45 min   93.10 %  core_plus_superset
        60 min: fits       59 min   96.45 %  core_plus_accessory
    """,
    "phul-upper-power": """
        10 min: too long   30 min   50.11 %  core_only
        15 min: too long   30 min   50.11 %  core_only
        20 min: too long   30 min   50.11 %  core_only
        30 min: fits       30 min   50.11 %  core_only
        45 min: fits       44 min   78.42 %  core_plus_superset
        60 min: fits       60 min  100.00 %  core_plus_superset
    """,
    "starting-strength-1a": """
        10 min: too long   28 min   99.05 %  core_only
        15 min: too long   28 min   99.05 %  core_only
        20 min: too long   28 min   99.05 %  core_only
        30 min: fits       28 min   99.05 %  core_only
        45 min: unchanged  35 min  100.00 %  as planned
        60 min: unchanged  35 min  100.00 %  as planned
    """,
}


def test_it_is_all_six() -> None:
    assert sorted(programmes()) == sorted(KEPT)


@pytest.mark.parametrize("name", KEPT)
def test_the_product_keeps_as_much(name: str) -> None:
    assert [_row(_at(name, each)) for each in MINUTES] == _lines(name)


@pytest.mark.parametrize("name", KEPT)
def test_the_table_is_what_the_independent_solver_says(name: str) -> None:
    assert rows(name) == _lines(name)


@pytest.mark.parametrize("name", KEPT)
def test_nothing_better_fits_to_the_last_digit(name: str) -> None:
    """The table has two decimals; this holds every minute from 10 to 60 to a millionth."""
    session, planned_minutes = programmes()[name]
    model = Model(session, planned_minutes=planned_minutes)
    for minutes in range(11, 60, 6):
        answer = _at(name, minutes)
        value = judge(model, answer)
        if answer.changed and answer.meets_time_constraint:
            program = IntegerProgram(model, minutes * 60 / model.pace)
            assert program.better_than(value + 1e-6) is None, minutes


def _at(name: str, minutes: int) -> Compression:
    session, planned_minutes = programmes()[name]
    return compress(session, target_minutes=minutes, planned_minutes=planned_minutes)


def _row(answer: Compression) -> str:
    status = "fits" if answer.meets_time_constraint else "too long"
    return line(
        answer.target_minutes,
        status if answer.changed else "unchanged",
        answer.compressed_seconds,
        answer.value.overall_percent,
        answer.strategy.value if answer.changed else "as planned",
    )


def _lines(name: str) -> list[str]:
    return dedent(KEPT[name]).strip("\n").splitlines()
