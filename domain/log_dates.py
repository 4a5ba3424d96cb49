"""Days and times of day as people write them, where only one reading is possible; nothing is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime, time

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})", re.ASCII)
WITH_DOTS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
WITH_SLASHES = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
DAY_AND_WORD = re.compile(r"(\d{1,2})[ .-]+([a-z]+)[ .,-]+(\d{4})", re.ASCII)
WORD_AND_DAY = re.compile(r"([a-z]+)[ .]+(\d{1,2}),? +(\d{4})", re.ASCII)
TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?::([0-5]\d))?(?: ?([ap])\.?m\.?)?", re.ASCII)


def day_in(text: str) -> tuple[date, datetime | time | None]:
    """The day that the text is, with its time if that stands behind it: a moment where it has a zone.

    2026-11-20, 20261120, 20.11.2026, 20 Nov 2026, Nov 20, 2026, 20/11/2026 (nothing else can be meant), each
    with or without 18:30. Raises ValueError with words to go behind the text.
    """
    moment = _moment(text)
    if moment is not None:
        return moment.date(), moment
    written, at = _without_time(text)
    found = _day(written.lower())
    if found is None:
        raise ValueError("is not a date; write year-month-day, such as 2026-11-23")
    try:
        return date(*found), at
    except ValueError:
        raise ValueError("is not a day of the calendar") from None


def time_in(text: str) -> time | None:
    """18:30, 18.30, 18:30:15 or 6:30 pm; None for anything else."""
    found = TIME.fullmatch(text.strip().lower())
    if found is None:
        return None
    hour, minute, second, half = found.groups()
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "p" else 0)
    return time(hours, int(minute), int(second or 0))


def _moment(text: str) -> datetime | None:
    """ISO 8601 with its zone."""
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text, re.ASCII):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _without_time(text: str) -> tuple[str, time | None]:
    head, _, tail = text.replace("T", " ", 1).rpartition(" ") if "T" in text[8:12] else text.rpartition(" ")
    if tail.lower() in ("am", "pm"):
        head, _, clock = head.rpartition(" ")
        tail = f"{clock} {tail}"
    at = time_in(tail) if ":" in tail else None
    return (head.rstrip(","), at) if at is not None else (text, None)


def _day(text: str) -> tuple[int, int, int] | None:
    if found := YEAR_FIRST.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := WITH_DOTS.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := DAY_AND_WORD.fullmatch(text):
        return _with_month(found[3], found[2], found[1])
    if found := WORD_AND_DAY.fullmatch(text):
        return _with_month(found[3], found[1], found[2])
    if found := WITH_SLASHES.fullmatch(text):
        return _one_reading(int(found[1]), int(found[2]), int(found[3]))
    return None


def _with_month(year: str, word: str, day: str) -> tuple[int, int, int] | None:
    at = next((n for n, each in enumerate(MONTHS, start=1) if word.startswith(each)), None)
    return None if at is None else (int(year), at, int(day))


def _one_reading(first: int, second: int, year: int) -> tuple[int, int, int]:
    if first == second or second > 12:
        return year, first, second
    if first > 12:
        return year, second, first
    raise ValueError(f"can be two days; write {year}-{first:02}-{second:02} or {year}-{second:02}-{first:02}")
