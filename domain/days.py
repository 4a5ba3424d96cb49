"""Calendar days and moments: a day belongs to a time zone, and some local times never come or come twice."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.errors import InvalidInput

DAYS_A_WEEK = 7


def today_in(time_zone: str, now: datetime) -> date:
    """The day that it is there. ``now`` knows its own zone."""
    if now.tzinfo is None:
        raise ValueError(f"{now!r} has no time zone; say which moment it is.")
    return now.astimezone(zone_of(time_zone)).date()


def todays_in(time_zones: Iterable[str], now: datetime) -> dict[str, date]:
    """By zone. A name that this machine's zones lack is left out: it stops nobody else's calendar."""
    found: dict[str, date] = {}
    for each in time_zones:
        with suppress(InvalidInput):
            found[each] = today_in(each, now)
    return found


def instant_of(day: date, at: time, time_zone: str) -> datetime:
    """The moment, in UTC, of a local time.

    A time that the clocks skip comes as much later as they skip (02:30 is 03:30 where 2 to 3 is left out);
    a time that comes twice means the first [RFC 5545, section 3.3.5].
    """
    local = datetime.combine(day, at.replace(tzinfo=None, fold=0), zone_of(time_zone))
    return local.astimezone(UTC)


@lru_cache(maxsize=128)
def zone_of(time_zone: str) -> ZoneInfo:
    """Raises InvalidInput for a name that is none of the IANA's."""
    try:
        return ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        raise InvalidInput.of(
            "timeZone", f"{time_zone[:64]!r} is no time zone; write one such as Europe/Oslo."
        ) from None


def monday_of(day: date) -> date:
    """The Monday of the day's ISO week; the first day of the calendar was one."""
    return date.fromordinal(day.toordinal() - day.weekday())
