"""What a report must hold, and what it comes to; and how a day's load is told from rest and from silence."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import wellness
from domain.errors import InvalidInput
from domain.training_days import LoggedDay, day_loads_of, whole_weeks
from domain.training_log import (
    LoadMethod,
    Report,
    check_day_has_room,
    issues_of,
    report_of,
    training_of,
)
from domain.wellness import Wellness
from domain.workload.model import DayLoad, DayState

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
OSLO = "Europe/Oslo"
MONDAY = date(2026, 11, 16)
# In UTC, either would be beyond the calendar.
END_OF_TIME = datetime.max.replace(tzinfo=timezone(-timedelta(hours=12)))
BEGINNING_OF_TIME = datetime.min.replace(tzinfo=timezone(timedelta(hours=12)))
NEW_YEAR_IN_TOKYO = datetime(2000, 1, 1, tzinfo=timezone(timedelta(hours=9)))
HARD = Report(day=TODAY, minutes=60, session_rpe=7)


def flaws(report: Report, time_zone: str = OSLO, now: datetime = NOW, **rules: Any) -> list[str]:
    return [each.path[0] for each in issues_of(report, time_zone, now, **rules)]


class TestLoad:
    def test_it_is_session_rpe_times_minutes(self) -> None:
        """Foster 2001, J Strength Cond Res 15(1):109-115: 60 minutes at 7 are 420."""
        training = training_of(HARD, OSLO, NOW)

        assert (training.load_au, training.load_method) == (420, LoadMethod.SESSION_RPE)

    def test_a_load_of_its_own_comes_first(self) -> None:
        training = training_of(replace(HARD, load_au=100), OSLO, NOW)

        assert (training.load_au, training.load_method) == (100, LoadMethod.OWN)

    @pytest.mark.parametrize("report", [replace(HARD, session_rpe=0), replace(HARD, load_au=0)])
    def test_nothing_at_all_is_a_load_too(self, report: Report) -> None:
        assert training_of(report, OSLO, NOW).load_au == 0

    def test_without_effort_it_is_not_known(self) -> None:
        training = training_of(Report(day=TODAY, minutes=60), OSLO, NOW, needs_load=False)

        assert (training.load_au, training.load_method) == (None, None)

    @given(minutes=st.integers(1, 600), rpe=st.floats(0, 10), own=st.none() | st.floats(0, 10_000, width=32))
    def test_what_was_kept_can_be_reported_again(self, minutes: int, rpe: float, own: float | None) -> None:
        training = training_of(Report(day=TODAY, minutes=minutes, session_rpe=rpe, load_au=own), OSLO, NOW)

        assert training_of(report_of(training), OSLO, NOW) == training

    def test_a_corrected_length_changes_the_load_that_was_worked_out(self) -> None:
        training = training_of(HARD, OSLO, NOW)

        shorter = training_of(replace(report_of(training), minutes=50), OSLO, NOW)

        assert shorter.load_au == 350


class TestFlaws:
    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"minutes": 0}, "minutes"),
            ({"minutes": 601}, "minutes"),
            ({"session_rpe": 10.01}, "sessionRpe"),
            ({"session_rpe": -0.01}, "sessionRpe"),
            ({"session_rpe": math.nan}, "sessionRpe"),
            ({"load_au": -0.5}, "loadAu"),
            ({"load_au": math.inf}, "loadAu"),
            ({"load_au": math.nan}, "loadAu"),
            ({"average_bpm": 251}, "averageBpm"),
            ({"maximum_bpm": 24}, "maximumBpm"),
            ({"day": TODAY + timedelta(days=1)}, "day"),
            ({"day": date(1999, 12, 31)}, "day"),
            ({"day": date.max}, "day"),
            ({"day": None}, "day"),
            ({"day": None, "occurred_at": datetime(2026, 11, 20, 11, 0)}, "occurredAt"),  # noqa: DTZ001
            ({"day": None, "occurred_at": NOW + timedelta(minutes=6)}, "occurredAt"),
            ({"day": None, "occurred_at": END_OF_TIME}, "occurredAt"),
            ({"day": None, "occurred_at": NEW_YEAR_IN_TOKYO}, "occurredAt"),  # still 1999 in Oslo
            ({"day": None, "occurred_at": BEGINNING_OF_TIME}, "occurredAt"),
        ],
    )  # fmt: skip
    def test_each_has_its_place(self, changes: dict[str, Any], name: str) -> None:
        assert flaws(replace(HARD, **changes)) == [name]

    @pytest.mark.parametrize(
        "changes",
        [
            {"minutes": 1},
            {"minutes": 600},
            {"session_rpe": 10},
            {"load_au": 10_000},
            {"average_bpm": 150, "maximum_bpm": 150},
            {"day": None, "occurred_at": NOW + timedelta(minutes=4)},
        ],
    )
    def test_the_edges_are_allowed(self, changes: dict[str, Any]) -> None:
        assert flaws(replace(HARD, **changes)) == []

    def test_every_flaw_is_told_at_once(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            training_of(Report(day=TODAY + timedelta(days=1), minutes=0, session_rpe=11), OSLO, NOW)

        assert [each.path for each in refused.value.issues] == [("day",), ("minutes",), ("sessionRpe",)]

    def test_ten_in_a_day_are_enough(self) -> None:
        check_day_has_room(10, TODAY)
        with pytest.raises(InvalidInput):
            check_day_has_room(11, TODAY)


class TestDays:
    @pytest.mark.parametrize(
        ("zone", "today"),
        [
            ("Pacific/Kiritimati", date(2026, 11, 21)),  # UTC+14: tomorrow already
            ("Europe/Oslo", date(2026, 11, 20)),
            ("Pacific/Pago_Pago", date(2026, 11, 20)),
        ],
    )
    def test_the_future_begins_where_the_player_lives(self, zone: str, today: date) -> None:
        now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

        assert flaws(replace(HARD, day=today), zone, now) == []
        assert flaws(replace(HARD, day=today + timedelta(days=1)), zone, now) == ["day"]

    @pytest.mark.parametrize(
        ("at", "day"),
        [
            (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),
            (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),  # a day of 23 hours
            (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),  # and one of 25
            (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
        ],
    )
    def test_a_day_is_as_long_as_the_clocks_make_it(self, at: datetime, day: date) -> None:
        training = training_of(replace(HARD, day=None, occurred_at=at), OSLO, NOW)

        assert (training.day, training.occurred_at) == (day, at)

    def test_a_zone_of_travel_does_not_move_the_day(self) -> None:
        """Written down in Denver on Wednesday evening, when it was Thursday morning at home."""
        at = datetime(2026, 11, 18, 20, 0, tzinfo=timezone(timedelta(hours=-7)))

        training = training_of(replace(HARD, day=None, occurred_at=at), OSLO, NOW)

        assert training.day == date(2026, 11, 19)


class TestDayLoads:
    def states(
        self, *, logged: dict[date, LoggedDay] | None = None, rest: set[date] | None = None, due: set[date]
    ) -> list[DayState]:
        week = day_loads_of(MONDAY, MONDAY + timedelta(days=6), logged or {}, rest or set(), due)
        return [each.state for each in week]

    def test_silence_is_not_rest(self) -> None:
        assert self.states(due=set()) == [DayState.UNREPORTED] * 7

    def test_what_is_due_and_not_reported_is_not_rest(self) -> None:
        every_day = {MONDAY + timedelta(days=n) for n in range(7)}

        assert self.states(due=every_day) == [DayState.UNREPORTED] * 7

    def test_a_word_counts_against_the_schedule(self) -> None:
        assert self.states(due={MONDAY}, rest={MONDAY})[0] is DayState.REST

    def test_what_was_done_counts_against_both(self) -> None:
        done = {MONDAY: LoggedDay(MONDAY, 100, 50, is_whole=True)}

        [monday] = day_loads_of(MONDAY, MONDAY, done, {MONDAY}, set())

        assert monday == DayLoad(MONDAY, DayState.REPORTED, 100, 50)

    def test_a_sum_that_would_be_too_low_is_none(self) -> None:
        done = {MONDAY: LoggedDay(MONDAY, 100, 0, is_whole=False)}

        [monday] = day_loads_of(MONDAY, MONDAY, done, {MONDAY}, set())

        assert monday == DayLoad(MONDAY, DayState.UNREPORTED)

    def test_a_schedule_is_of_its_week_from_monday(self) -> None:
        sunday = MONDAY - timedelta(days=1)

        assert whole_weeks(sunday, MONDAY) == (MONDAY - timedelta(days=7), MONDAY + timedelta(days=6))
        assert self.states(due={sunday}) == [DayState.UNREPORTED] * 7


class TestWellness:
    @pytest.mark.parametrize("value", [0.5, 5.5, 1.25, math.nan, -math.inf])
    @pytest.mark.parametrize("item", wellness.ITEMS)
    def test_an_item_goes_from_one_to_five_in_halves(self, item: str, value: float) -> None:
        answer: dict[str, Any] = {item: value}

        with pytest.raises(InvalidInput) as refused:
            wellness.check(Wellness(**answer), TODAY, OSLO, NOW)

        assert refused.value.issues[0].path == (item,)

    @pytest.mark.parametrize(
        "answer",
        [{"is_ill": False}, {"has_pain": True}, {"hours_of_sleep": 0}, {"mood": 1}, {"sleep": 4.5}],
    )
    def test_one_answer_is_enough(self, answer: dict[str, Any]) -> None:
        wellness.check(Wellness(**answer), TODAY, OSLO, NOW)

    def test_no_answer_is_no_report(self) -> None:
        with pytest.raises(InvalidInput):
            wellness.check(Wellness(note="Tired"), TODAY, OSLO, NOW)
