"""A person's sessions as an iCalendar feed (RFC 5545, RFC 7986), for the calendar on their phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from domain.calendar import CalendarEntry

PRODUCT_ID = "-//Taper//Training plans//EN"
UID_DOMAIN = "sessions.taper"
REFRESH_EVERY = timedelta(hours=1)
MINUTES_WITHOUT_A_PLAN = 60
ZERO_WIDTH_JOINER = "\u200d"  # holds the parts of one emoji together
# Clients ask for more than the sessions' own days when they lay a time zone out.
ZONE_MARGIN = timedelta(days=366)


def calendar_feed(
    person_name: str, time_zone: ZoneInfo, entries: Sequence[CalendarEntry], now: datetime
) -> bytes:
    """The feed's bytes. ``now`` is aware; a session without a date is left out.

    A session keeps its UID for ever and its SEQUENCE is its version, so that a calendar moves and renames
    what it has instead of adding it again. A session without a time of day does not block the day.
    """
    calendar = Calendar.new(
        name=_safe(f"Training of {person_name}"), prodid=PRODUCT_ID, refresh_interval=REFRESH_EVERY
    )
    del calendar["uid"]  # a new one each time would make every feed look changed
    calendar.add("x-wr-timezone", time_zone.key)
    calendar.add("x-published-ttl", "PT1H")  # what Outlook reads in place of the standard one
    dated = [each for each in entries if each.session.scheduled_on is not None]
    for entry in sorted(
        dated, key=lambda each: (each.session.scheduled_on, each.session.ordinal, each.session.id)
    ):
        calendar.add_component(_event(entry, time_zone, now))
    days = [each.session.scheduled_on for each in dated if each.session.scheduled_on]
    if days:
        calendar.add_missing_timezones(first_date=min(days) - ZONE_MARGIN, last_date=max(days) + ZONE_MARGIN)
    feed: bytes = calendar.to_ical()
    return feed


def uid_of(session_id: UUID) -> str:
    return f"{session_id}@{UID_DOMAIN}"


def _event(entry: CalendarEntry, time_zone: ZoneInfo, now: datetime) -> Event:
    session = entry.session
    event = Event()
    event.add("uid", uid_of(session.id))
    event.add("dtstamp", now)
    event.add("sequence", session.version)
    event.add("summary", _safe(_title(entry)))
    event.add("description", _safe(_description(entry)))
    event.add("categories", ["Training"])
    event.add("status", "CONFIRMED")
    day = session.scheduled_on
    if entry.starts_at is None:
        event.add("dtstart", day)
        event.add("transp", "TRANSPARENT")
    elif day is not None:
        event.add("dtstart", datetime.combine(day, entry.starts_at, tzinfo=time_zone))
        # A duration, not an end: an end by the wall clock is an hour off when the clocks change.
        event.add("duration", timedelta(minutes=entry.minutes_now or MINUTES_WITHOUT_A_PLAN))
        event.add("transp", "OPAQUE")
    return event


def _title(entry: CalendarEntry) -> str:
    minutes = entry.minutes_now
    done = "✓ " if entry.session.completed_at is not None else ""
    return f"{done}{entry.session.title}" + (f" ({minutes} min)" if minutes is not None else "")


def _description(entry: CalendarEntry) -> str:
    session = entry.session
    lines = [entry.plan_title]
    if session.is_time_crunch_active and session.planned_minutes is not None:
        lines.append(f"Shortened to {entry.minutes_now} of {session.planned_minutes} minutes.")
    elif session.is_time_crunch_active:
        lines.append(f"Shortened to {entry.minutes_now} minutes.")
    return "\n".join(
        [*lines, "", *(f"{at}. {name}" for at, name in enumerate(entry.exercise_names, start=1))]
    )


def _safe(text: str) -> str:
    """Control characters have no place in a calendar, and a lone carriage return would end a line."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    spaced = "".join(" " if each.isspace() and each != "\n" else each for each in plain)
    return "".join(each for each in spaced if each in ("\n", ZERO_WIDTH_JOINER) or each.isprintable())
