"""A history as columns says what its days say, one by one."""

from __future__ import annotations

from datetime import date, timedelta
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.workload.analysis import analyse
from domain.workload.history import LoadHistory
from domain.workload.model import DayLoad, DayState, Metric
from tests.domain.workload.cases import MONDAY, analysed, unhurried

loads_au = st.floats(0, 2000)


@st.composite
def some_days(draw: st.DrawFn) -> list[DayLoad]:
    found = []
    for at in sorted(draw(st.sets(st.integers(0, 40), max_size=30))):
        state = draw(st.sampled_from(DayState))
        loads = (draw(loads_au), draw(loads_au)) if state is DayState.REPORTED else (0.0, 0.0)
        found.append(DayLoad(MONDAY + timedelta(days=at), state, *loads))
    return found


def on(history: LoadHistory, day: date) -> DayLoad:
    [found] = history.between(day, day)
    return found


@unhurried
@given(some_days(), st.integers(-10, 50), st.integers(-1, 60))
def test_between_two_days_each_is_there_as_it_was_or_unreported(
    days: list[DayLoad], begin: int, length: int
) -> None:
    first = MONDAY + timedelta(days=begin)
    by_day = {each.day: each for each in days}

    found = LoadHistory.of(days).between(first, first + timedelta(days=length))

    dates = [first + timedelta(days=at) for at in range(length + 1)]
    assert list(found) == [by_day.get(day, DayLoad(day, DayState.UNREPORTED)) for day in dates]
    assert found[-3:] == list(found)[-3:]


@unhurried
@given(some_days(), some_days(), st.integers(-50, 50))
def test_what_follows_comes_instead_of_what_was_there(
    days: list[DayLoad], others: list[DayLoad], later: int
) -> None:
    moved = [
        DayLoad(each.day + timedelta(days=later), each.state, each.training_load_au, each.game_load_au)
        for each in others
    ]
    before, after = LoadHistory.of(days), LoadHistory.of(moved)

    found = before.followed_by(after)

    for at in range(-60, 100):
        day = MONDAY + timedelta(days=at)
        assert on(found, day) == (on(after, day) if len(after) and day >= after.first else on(before, day))


@pytest.mark.parametrize("load", [-1.0, 100_001.0, inf])
def test_a_load_that_no_day_can_hold_is_refused(load: float) -> None:
    with pytest.raises(ValueError, match="is not from 0 to"):
        LoadHistory(MONDAY, np.array([nan, load]), np.array([nan, 0.0]), np.array([False, True]))


def test_a_day_that_comes_twice_is_refused() -> None:
    twice = [DayLoad(MONDAY, DayState.REST), DayLoad(MONDAY, DayState.UNREPORTED)]

    with pytest.raises(ValueError, match="comes twice"):
        LoadHistory.of(twice)


@unhurried
@given(some_days(), st.permutations(list(Metric)))
def test_in_which_order_numbers_are_read_changes_none(days: list[DayLoad], order: list[Metric]) -> None:
    last = MONDAY + timedelta(days=50)

    one = analyse(days, (), MONDAY, last, at_once=list(Metric))
    other = analyse(days, (), MONDAY, last)

    for metric in order:
        mine, theirs = one.table.column(metric), other.table.column(metric)
        np.testing.assert_array_equal(mine.values, theirs.values)
        np.testing.assert_array_equal(mine.completeness, theirs.completeness)
        np.testing.assert_array_equal(mine.provisional, theirs.provisional)


def test_the_last_days_are_the_windows_own() -> None:
    workload = analysed([100.0] * 10)

    assert [each.day for each in workload.last_days(3)] == [each.day for each in workload.days[-3:]]
    assert [each.row for each in workload.last_days(400)] == [each.row for each in workload.days]
