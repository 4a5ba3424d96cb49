"""Windows of days that a caller asks for: inclusive, and never without an end."""

from __future__ import annotations

from datetime import date, timedelta

import strawberry

from domain.errors import InvalidInput
from domain.seasons import EARLIEST, LATEST

LONGEST_WINDOW_DAYS = 400
FOUR_WEEKS = timedelta(days=27)  # both ends count


@strawberry.input(description=f"Calendar days, inclusive, {LONGEST_WINDOW_DAYS} at most.")
class DateRangeInput:
    from_: date = strawberry.field(name="from", description="The first day.")
    to: date = strawberry.field(description="The last day.")


def window(range: DateRangeInput | None, today: date) -> tuple[date, date]:
    """First and last day; four weeks from today on unless the caller says. ``InvalidInput`` if it is none."""
    return (today, today + FOUR_WEEKS) if range is None else _checked(range)


def past_window(range: DateRangeInput | None, today: date) -> tuple[date, date]:
    """As ``window``, but the four weeks end today."""
    return (today - FOUR_WEEKS, today) if range is None else _checked(range)


def _checked(range: DateRangeInput) -> tuple[date, date]:
    first, last = range.from_, range.to
    if not (EARLIEST <= first <= LATEST and EARLIEST <= last <= LATEST):
        raise InvalidInput.of("range", f"Days are from {EARLIEST} to {LATEST}.")
    if last < first:
        raise InvalidInput.of("range.to", f"The window ends on {last}, before it begins on {first}.")
    if (last - first).days >= LONGEST_WINDOW_DAYS:
        raise InvalidInput.of(
            "range.to",
            f"A window has {LONGEST_WINDOW_DAYS} days at most; this one has {(last - first).days + 1}.",
        )
    return first, last
