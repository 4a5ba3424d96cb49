"""What a day is: rest apart from silence, in the team's zone, whatever the clocks and the calendar do."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest

from domain.errors import InvalidInput
from domain.workload.analysis import analyse
from domain.workload.loads import check_range, daily_loads, session_load_au, training_day
from domain.workload.model import DayLoad, DayState, Metric, WellnessDay, WellnessItem
from tests.domain.workload.cases import MONDAY, analysed, history_of


def test_a_days_load_is_the_sum_of_its_sessions_split_by_training_and_game() -> None:
    tuesday, wednesday, thursday = (MONDAY + timedelta(days=at) for at in (1, 2, 3))

    days = daily_loads(
        MONDAY, thursday, {MONDAY: 300.0, tuesday: 120.0}, {tuesday: 600.0}, {wednesday, MONDAY}
    )

    assert [day.total_load_au for day in days] == [300.0, 720.0, 0.0, None]
    assert [day.state for day in days] == [
        DayState.REPORTED,
        DayState.REPORTED,
        DayState.REST,
        DayState.UNREPORTED,
    ]
    thursdays = analyse(days, (), MONDAY, thursday).days[-1]
    assert thursdays.week_training_load.value == 420
    assert thursdays.week_game_load.value == 600
    assert thursdays.week_load.value == 1020
    assert thursdays.week_load.completeness == pytest.approx(3 / 7)
    assert thursdays.total_load.value is None


def test_an_unreported_day_is_no_rest_day() -> None:
    silent, resting = (analysed([300, 500, 400, 0, 600, 200, day]).days[-1] for day in (None, 0))

    assert silent.monotony.value != resting.monotony.value
    assert silent.monotony.completeness == pytest.approx(6 / 7)
    assert resting.monotony.completeness == 1
    assert silent.acute_load.value == pytest.approx(
        analysed([300, 500, 400, 0, 600, 200]).days[-1].acute_load.value
    )
    assert resting.acute_load.value is not None
    assert silent.acute_load.value is not None
    assert resting.acute_load.value < silent.acute_load.value
    assert silent.total_load.value is None
    assert resting.total_load.value == 0


def test_too_many_silent_days_make_a_value_provisional() -> None:
    four_of_seven = analysed([300.0, 500, 400, 200] * 7 + [300, None, 500, None, 400, None, 200]).days[-1]
    five_of_seven = analysed([300.0, 500, 400, 200] * 7 + [300, None, 500, 100, 400, None, 200]).days[-1]

    assert four_of_seven.monotony.is_provisional
    assert not five_of_seven.monotony.is_provisional


def test_what_nobody_reported_for_a_whole_window_has_no_value() -> None:
    days = analysed([400.0, 300.0] * 21 + [None] * 43).days

    assert days[-1].week_load.value is None
    assert days[-1].acute_load.value is None
    assert days[-1].fitness.value is None
    assert days[-3].fitness.value == days[41].fitness.value
    assert days[-1].risk.band is None


def test_weeks_are_compared_only_if_both_are_complete_and_the_first_has_a_load() -> None:
    def change(before: float, hole: int | None) -> float | None:
        loads: list[float | None] = [*[before] * 7, *[130.0] * 7]
        if hole is not None:
            loads[hole] = None
        return analysed(loads).days[-1].week_change.value

    assert change(100, None) == pytest.approx(30)
    assert change(0, None) is None
    assert change(100, 2) is None
    assert change(100, 9) is None


def test_a_single_day() -> None:
    (day,) = analysed([450.0]).days

    assert day.total_load.value == 450
    assert day.week_load.value == 450
    assert day.acute_chronic_ewma.value == 1
    assert day.form.value == 0
    assert (day.monotony.value, day.week_change.value, day.recovery.value) == (None, None, None)
    assert day.readiness.score.value is None
    assert day.risk.band is None
    assert all(day.value(metric).is_provisional for metric in Metric if metric not in _OF_A_DAY)


_OF_A_DAY = {Metric.TOTAL_LOAD, Metric.TRAINING_LOAD, Metric.GAME_LOAD}


def test_nothing_but_rest() -> None:
    day = analysed([0.0] * 60).days[-1]

    assert day.week_load.value == 0
    assert day.week_load.completeness == 1
    assert (day.fitness.value, day.form.value) == (0, 0)
    for metric in (
        Metric.ACUTE_CHRONIC_EWMA,
        Metric.ACUTE_CHRONIC_COUPLED,
        Metric.ACUTE_CHRONIC_UNCOUPLED,
        Metric.MONOTONY,
        Metric.STRAIN,
        Metric.WEEK_CHANGE,
        Metric.RECOVERY,
    ):
        assert day.value(metric).value is None


def test_a_player_of_whom_nothing_is_known() -> None:
    found = analyse([], (), MONDAY, MONDAY + timedelta(days=9))

    assert len(found.days) == 10
    for day in found.days:
        assert day.load.state is DayState.UNREPORTED
        assert all(day.value(metric).value is None for metric in Metric)
        assert all(day.value(metric).completeness == 0 for metric in Metric)


@pytest.mark.parametrize("load", [math.nan, math.inf, -math.inf, -1.0, 1e9])
def test_what_is_no_load_is_refused(load: float) -> None:
    with pytest.raises(ValueError, match="is not from 0"):
        DayLoad(MONDAY, DayState.REPORTED, load)
    with pytest.raises(ValueError, match="is not from 0"):
        DayLoad(MONDAY, DayState.REPORTED, 0.0, load)


@pytest.mark.parametrize("state", [DayState.REST, DayState.UNREPORTED])
def test_a_day_without_training_has_no_load(state: DayState) -> None:
    with pytest.raises(ValueError, match="has no load"):
        DayLoad(MONDAY, state, 100.0)


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="sleep"):
        WellnessDay(MONDAY, {WellnessItem.SLEEP: math.nan})


def test_a_day_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        analyse([*history_of([100, 200]), *history_of([100])], (), MONDAY, MONDAY)


@pytest.mark.parametrize(
    ("rpe", "minutes", "names"),
    [
        (11, 60, ["rpe"]),
        (-1, 60, ["rpe"]),
        (math.nan, 60, ["rpe"]),
        (5, 0, ["minutes"]),
        (5, math.inf, ["minutes"]),
        (11, -5, ["rpe", "minutes"]),
    ],
)
def test_an_effort_outside_the_scale_is_refused(rpe: float, minutes: float, names: list[str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        session_load_au(rpe, minutes)

    assert [issue.path[0] for issue in refused.value.issues] == names


def test_a_range_is_a_season_at_most() -> None:
    check_range(MONDAY, MONDAY + timedelta(days=399))

    with pytest.raises(InvalidInput, match="10000 days"):
        check_range(MONDAY, MONDAY + timedelta(days=9999))
    with pytest.raises(InvalidInput, match="before it starts"):
        check_range(MONDAY, MONDAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (
            datetime(2026, 3, 28, 22, 59, tzinfo=UTC),
            date(2026, 3, 28),
        ),  # the night before the clocks go forward
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),  # that day has 23 hours
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # this one has 25
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_a_session_counts_for_the_day_it_begins_on_where_the_team_is(utc: datetime, day: date) -> None:
    assert training_day(utc, "Europe/Oslo") == day


def test_a_day_of_23_hours_is_one_day_in_every_window() -> None:
    first = date(2026, 3, 16)

    days = analysed([100.0] * 14 + [200.0] * 7, first=first).days

    assert [day.day for day in days] == [first + timedelta(days=at) for at in range(21)]
    assert days[13].day == date(2026, 3, 29)
    assert days[-1].week_load.value == 1400
    assert days[-1].week_change.value == pytest.approx(100)


def test_week_53_is_a_week_of_its_own_and_belongs_to_the_old_year() -> None:
    first = date(2026, 12, 21)  # of week 52

    weeks = analysed([100.0] * 7 + [200.0] * 7 + [300.0] * 4, first=first).weeks

    assert [(week.iso_year, week.iso_week) for week in weeks] == [(2026, 52), (2026, 53), (2027, 1)]
    assert [week.monday for week in weeks] == [date(2026, 12, 21), date(2026, 12, 28), date(2027, 1, 4)]
    assert [week.total_load.value for week in weeks] == [700, 1400, 1200]
    assert [week.total_load.completeness for week in weeks] == [1, 1, pytest.approx(4 / 7)]
    assert [week.change.value for week in weeks] == [None, pytest.approx(100), None]


def test_a_week_that_the_window_cuts_is_whole_where_the_history_knows_it() -> None:
    first, last = MONDAY + timedelta(days=9), MONDAY + timedelta(days=15)

    weeks = analyse(history_of([100.0] * 16), (), first, last).weeks

    assert [week.total_load.value for week in weeks] == [700, 200]
    assert [len(week.days) for week in weeks] == [5, 2]
    assert weeks[1].closing.day == last


def test_a_day_after_the_window_is_not_looked_at() -> None:
    (day,) = analyse(history_of([100.0, 900.0]), (), MONDAY, MONDAY).days

    assert day.week_load.value == 100


def test_a_team_of_60_over_a_year_takes_well_under_a_second() -> None:
    history = history_of([float(100 + 37 * at % 500) if at % 3 else 0.0 for at in range(365)])
    wellness = [WellnessDay(each.day, dict.fromkeys(WellnessItem, 1 + each.day.day % 5)) for each in history]

    def seconds() -> float:
        started = process_time()
        for _ in range(60):
            analyse(history, wellness, MONDAY, history[-1].day)
        return process_time() - started

    assert min(seconds() for _ in range(3)) < 0.9  # the best of three: the machine may be busy
