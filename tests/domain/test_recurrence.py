from __future__ import annotations

import time as clock
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.days import instant_of, monday_of, today_in, zone_of
from domain.errors import InvalidInput
from domain.recurrence import ONCE, Recurrence, RecurrencePattern, falls_on, issues_of, occurrences
from tests import patience
from tests.domain.season_cases import MONDAY, any_recurrence, weekly

any_day = st.dates(date(2020, 1, 1), date(2032, 12, 31))


def days(recurrence: Recurrence, start: date, first: date, last: date) -> list[date]:
    return list(occurrences(recurrence, start, first, last, limit=10_000))


def every(pattern: str, interval: int = 1, *weekdays: int) -> Recurrence:
    return Recurrence(RecurrencePattern(pattern), interval, weekdays)


def happens(recurrence: Recurrence, start: date, day: date) -> bool:
    """The rule once more, as a question about one day: nothing in common with how the days are found."""
    pattern, interval = recurrence.pattern, recurrence.interval
    if day < start or (recurrence.ends_on and day > recurrence.ends_on) or day in recurrence.exceptions:
        return False
    if pattern is RecurrencePattern.NONE:
        return day == start
    if pattern is RecurrencePattern.MONTHLY:
        months = (day.year - start.year) * 12 + day.month - start.month
        return months % interval == 0 and day.day == min(start.day, monthrange(day.year, day.month)[1])
    if pattern is RecurrencePattern.DAILY or (
        pattern is RecurrencePattern.CUSTOM and not recurrence.weekdays
    ):
        return (day - start).days % interval == 0
    weeks = (monday_of(day) - monday_of(start)).days // 7
    step = interval * (2 if pattern is RecurrencePattern.BIWEEKLY else 1)
    return weeks % step == 0 and day.weekday() in (recurrence.weekdays or (start.weekday(),))


@given(any_recurrence, any_day, any_day, st.integers(0, 500), st.sets(any_day, max_size=30))
def test_the_days_are_those_that_the_rule_names(
    recurrence: Recurrence, start: date, first: date, length: int, exceptions: set[date]
) -> None:
    recurrence = Recurrence(
        recurrence.pattern, recurrence.interval, recurrence.weekdays, None, tuple(sorted(exceptions))
    )
    window = [first + timedelta(days=n) for n in range(length)]

    found = days(recurrence, start, first, first + timedelta(days=length - 1))

    assert found == [day for day in window if happens(recurrence, start, day)]


@given(any_recurrence, any_day, any_day)
def test_a_window_shows_the_same_days_as_the_whole(recurrence: Recurrence, start: date, day: date) -> None:
    assert falls_on(recurrence, start, day) == (day in days(recurrence, start, start, day))


@pytest.mark.parametrize("pattern", ["daily", "weekly", "biweekly", "monthly", "custom"])
def test_the_end_of_the_calendar_is_as_near_as_tomorrow(pattern: str) -> None:
    began = clock.thread_time()

    found = days(every(pattern), date(1, 1, 1), date(9999, 11, 1), date.max)
    first = next(occurrences(every(pattern), date(1, 1, 1)))

    assert found
    assert first == date(1, 1, 1)
    assert clock.thread_time() - began < 0.05 * patience.slowness()


def test_no_more_than_the_limit_is_looked_for() -> None:
    found = list(occurrences(every("daily"), MONDAY, limit=3))

    assert found == [MONDAY + timedelta(days=n) for n in range(3)]
    assert list(occurrences(every("daily"), MONDAY, limit=0)) == []


def test_the_31st_is_the_last_day_of_a_shorter_month_and_comes_back() -> None:
    found = days(every("monthly"), date(2028, 1, 31), date(2028, 1, 1), date(2028, 5, 31))

    assert [day.isoformat() for day in found] == [
        "2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31",
    ]  # fmt: skip


def test_a_fortnight_is_kept_over_a_year_of_53_weeks() -> None:
    found = days(every("biweekly", 1, 0, 4), date(2026, 12, 14), date(2026, 12, 14), date(2027, 1, 31))

    assert date(2026, 12, 28).isocalendar().week == 53
    assert [day.isoformat() for day in found] == [
        "2026-12-14", "2026-12-18", "2026-12-28", "2027-01-01", "2027-01-11", "2027-01-15", "2027-01-25",
        "2027-01-29",
    ]  # fmt: skip


def test_weekdays_before_the_start_wait_for_the_next_week() -> None:
    assert days(weekly(0, 3), MONDAY + timedelta(days=2), MONDAY, MONDAY + timedelta(days=8)) == [
        MONDAY + timedelta(days=3),
        MONDAY + timedelta(days=7),
    ]


def test_the_end_counts_and_an_exception_pushes_nothing_back() -> None:
    ends = MONDAY + timedelta(days=14)
    recurrence = weekly(0, ends_on=ends, exceptions=(MONDAY + timedelta(days=7),))

    assert days(recurrence, MONDAY, MONDAY, date.max) == [MONDAY, ends]


@pytest.mark.parametrize(
    ("recurrence", "at", "words"),
    [
        (every("daily", 0), "interval", "from 1 to 365"),
        (every("weekly", 400), "interval", "from 1 to 365"),
        (Recurrence(interval=2), "interval", "once"),
        (every("weekly", 1, 7), "daysOfWeek", "0 (Monday)"),
        (every("weekly", 1, 3, 1), "daysOfWeek", "order"),
        (every("monthly", 1, 3), "daysOfWeek", "monthly"),
        (every("daily", 1, 3), "daysOfWeek", "daily"),
        (Recurrence(ends_on=MONDAY), "endsOn", "no end"),
        (weekly(0, ends_on=MONDAY - timedelta(days=1)), "endsOn", "before it starts"),
        (weekly(0, ends_on=date(9999, 1, 1)), "endsOn", "10 years at most"),
        (weekly(0, exceptions=(MONDAY, MONDAY)), "exceptions", "once"),
        (weekly(0, exceptions=tuple(MONDAY + timedelta(days=n) for n in range(401))), "exceptions", "400"),
        (weekly(0, ends_on=MONDAY, exceptions=(MONDAY,)), "recurrence", "never happens"),
        (weekly(3, ends_on=MONDAY), "recurrence", "never happens"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(recurrence: Recurrence, at: str, words: str) -> None:
    [issue] = issues_of(recurrence, MONDAY)

    assert issue.path[-1] == at
    assert words in issue.message


@given(any_recurrence, any_day)
def test_every_kind_that_is_sound_has_no_issue_and_happens(recurrence: Recurrence, start: date) -> None:
    assert issues_of(recurrence, start) == []
    assert list(occurrences(recurrence, start, limit=2)) == sorted(
        set(occurrences(recurrence, start, limit=2))
    )


@given(any_recurrence, any_day)
def test_the_days_rise(recurrence: Recurrence, start: date) -> None:
    assert all(a < b for a, b in pairwise(occurrences(recurrence, start, limit=60)))


def test_a_day_is_the_one_that_it_is_there() -> None:
    now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

    assert today_in("Europe/Oslo", now) == date(2026, 11, 21)
    assert today_in("America/Los_Angeles", now) == date(2026, 11, 20)
    assert today_in("Pacific/Kiritimati", now) == date(2026, 11, 21)
    with pytest.raises(ValueError, match="no time zone"):
        today_in("Europe/Oslo", now.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("day", "at", "zone", "instant"),
    [
        ("2026-03-28", "18:00", "Europe/Oslo", "2026-03-28T17:00"),
        ("2026-03-29", "18:00", "Europe/Oslo", "2026-03-29T16:00"),  # the same hour, after the clocks changed
        ("2026-03-29", "02:30", "Europe/Oslo", "2026-03-29T01:30"),  # never came: an hour later
        ("2026-10-25", "02:30", "Europe/Oslo", "2026-10-25T00:30"),  # came twice: the first
        ("2018-11-04", "00:00", "America/Sao_Paulo", "2018-11-04T03:00"),  # a day without a midnight
        ("2011-12-30", "09:00", "Pacific/Apia", "2011-12-30T19:00"),  # a day that Samoa left out
        ("2026-04-05", "01:45", "Australia/Lord_Howe", "2026-04-04T14:45"),  # half an hour comes twice
    ],
)
def test_a_local_time_is_one_moment(day: str, at: str, zone: str, instant: str) -> None:
    found = instant_of(date.fromisoformat(day), time.fromisoformat(at), zone)

    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "zone", ["Europe/Oslow", "", "../../etc/passwd", "/etc/localtime", "a\0b", "x" * 300]
)
def test_what_is_no_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        zone_of(zone)


def test_what_happens_once_happens_once() -> None:
    assert days(ONCE, MONDAY, date.min, date.max) == [MONDAY]
    assert days(ONCE, MONDAY, MONDAY + timedelta(days=1), date.max) == []
