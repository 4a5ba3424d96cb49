from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from domain.calendar import CalendarEntry
from domain.sessions import Session
from integrations.calendar_feed import calendar_feed

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SESSION = Session(
    id=UUID(int=7),
    plan_id=UUID(int=1),
    microcycle_id=UUID(int=2),
    ordinal=1,
    title="Upper Power",
    scheduled_on=date(2026, 11, 23),
    planned_minutes=75,
    version=4,
)
ENTRY = CalendarEntry(SESSION, "Off-season block", ("Bench Press", "Bent Over Row"))


def an_entry(starts_at: time | None = None, **of_session: Any) -> CalendarEntry:
    return replace(ENTRY, session=replace(SESSION, **of_session), starts_at=starts_at)


def feed(*entries: CalendarEntry, time_zone: ZoneInfo = BERLIN, name: str = "Kim") -> Any:
    data = calendar_feed(name, time_zone, entries, NOW)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))  # RFC 5545 3.1
    return Calendar.from_ical(data)


def only_event(*entries: CalendarEntry) -> Any:
    (event,) = feed(*entries).events
    assert event.errors == []
    return event


def test_a_session_without_a_time_is_an_event_of_its_day_that_blocks_nothing() -> None:
    event = only_event(ENTRY)

    assert event["dtstart"].dt == date(2026, 11, 23)
    assert event["transp"] == "TRANSPARENT"
    assert event["summary"] == "Upper Power (75 min)"
    assert event["description"] == "Off-season block\n\n1. Bench Press\n2. Bent Over Row"
    assert event["dtstamp"].dt == NOW


def test_a_session_with_a_time_lasts_its_minutes_in_the_person_s_zone() -> None:
    calendar = feed(an_entry(time(17, 30)))
    (event,) = calendar.events

    assert event.start == datetime(2026, 11, 23, 17, 30, tzinfo=BERLIN)
    assert event.duration == timedelta(minutes=75)
    assert event["transp"] == "OPAQUE"
    assert [each.tz_name for each in calendar.timezones] == ["Europe/Berlin"]
    assert calendar.get_missing_tzids() == set()


def test_a_night_session_keeps_its_length_when_the_clocks_change() -> None:
    event = only_event(an_entry(time(1, 30), scheduled_on=date(2026, 3, 29)))

    start = event["dtstart"].dt
    assert start.utcoffset() == timedelta(hours=1)
    assert event["duration"].dt == timedelta(minutes=75)
    assert (start.astimezone(UTC) + event["duration"].dt).astimezone(BERLIN).time() == time(3, 45)


def test_a_shortened_session_shows_its_minutes_now_and_before() -> None:
    crunched = {"is_time_crunch_active": True, "time_crunch_minutes": 40}

    by_target = only_event(an_entry(time(17, 0), **crunched))
    by_result = only_event(
        an_entry(time(17, 0), **crunched, compressed_plan={"compressed_seconds": 37 * 60 + 1})
    )

    assert by_target["summary"] == "Upper Power (40 min)"
    assert by_result["summary"] == "Upper Power (38 min)"
    assert by_result["duration"].dt == timedelta(minutes=38)
    assert "Shortened to 38 of 75 minutes." in by_result["description"]


def test_a_session_keeps_its_uid_while_its_sequence_is_its_version() -> None:
    before, after = (
        only_event(ENTRY),
        only_event(an_entry(version=5, title="New", scheduled_on=date(2026, 12, 1))),
    )

    assert before["uid"] == after["uid"] == "00000000-0000-0000-0000-000000000007@sessions.taper"
    assert (before["sequence"], after["sequence"]) == (4, 5)


def test_a_session_without_planned_minutes_says_none() -> None:
    assert only_event(an_entry(planned_minutes=None))["summary"] == "Upper Power"
    assert only_event(an_entry(time(9, 0), planned_minutes=None))["duration"].dt == timedelta(hours=1)


def test_a_done_session_is_ticked() -> None:
    assert only_event(an_entry(completed_at=NOW))["summary"] == "✓ Upper Power (75 min)"


def test_a_session_without_a_date_is_left_out_and_the_rest_is_in_order() -> None:
    entries = [
        an_entry(id=UUID(int=9), scheduled_on=date(2026, 11, 25)),
        an_entry(id=UUID(int=8), scheduled_on=None),
        an_entry(id=UUID(int=6), ordinal=2),
        an_entry(id=UUID(int=7), ordinal=1),
    ]

    uids = [event["uid"].split("@")[0][-1] for event in feed(*entries).events]

    assert uids == ["7", "6", "9"]
    assert calendar_feed("Kim", BERLIN, entries, NOW) == calendar_feed("Kim", BERLIN, entries[::-1], NOW)


def test_a_person_without_sessions_has_an_empty_calendar() -> None:
    calendar = feed(name="Kim, the 1st")

    assert calendar.events == []
    assert calendar.calendar_name == "Training of Kim, the 1st"


def test_a_client_is_told_how_often_to_look() -> None:
    lines = calendar_feed("Kim", BERLIN, [], NOW).decode().split("\r\n")

    assert "REFRESH-INTERVAL:PT1H" in lines or "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert "X-PUBLISHED-TTL:PT1H" in lines
    assert lines.count("X-WR-CALNAME:Training of Kim") == 1


def test_a_text_cannot_add_lines_of_its_own() -> None:
    title = "Lift; heavy, 100% 🏋️‍♀️\r\nATTENDEE:mailto:a@b.c\rX\\n\x00\x07"

    event = only_event(an_entry(title=title))

    assert event["summary"] == "Lift; heavy, 100% 🏋️‍♀️\nATTENDEE:mailto:a@b.c\nX\\n (75 min)"
    assert "attendee" not in event


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=120))
def test_any_title_comes_back_as_it_went_in(title: str) -> None:
    spaced = "".join(" " if each.isspace() else each for each in title)
    expected = "".join(each for each in spaced if each.isprintable() or each == "\u200d")

    assert only_event(an_entry(title=title, planned_minutes=None))["summary"] == expected


@pytest.mark.parametrize("key", ["America/St_Johns", "Asia/Kathmandu", "Pacific/Auckland", "UTC"])
def test_every_zone_comes_with_its_rules(key: str) -> None:
    zone = ZoneInfo(key)

    calendar = feed(an_entry(time(17, 30)), time_zone=zone)

    assert calendar.events[0].start.astimezone(UTC) == datetime(2026, 11, 23, 17, 30, tzinfo=zone).astimezone(
        UTC
    )
    assert calendar.get_missing_tzids() == set()
