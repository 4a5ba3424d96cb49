"""Windows of days that a caller asks for: inclusive, and never without an end."""

from __future__ import annotations

from datetime import date

import strawberry

from domain.day_windows import FOUR_WEEKS, LONGEST_WINDOW_DAYS, checked_window


@strawberry.input(description=f"Calendar days, inclusive, {LONGEST_WINDOW_DAYS} at most.")
class DateRangeInput:
    from_: date = strawberry.field(name="from", description="The first day.")
    to: date = strawberry.field(description="The last day.")


def window(range: DateRangeInput | None, today: date) -> tuple[date, date]:
    """First and last day; four weeks from today on unless the caller says. ``InvalidInput`` if it is none."""
    return (today, today + FOUR_WEEKS) if range is None else checked_window(range.from_, range.to)


def past_window(range: DateRangeInput | None, today: date) -> tuple[date, date]:
    """As ``window``, but the four weeks end today."""
    return (today - FOUR_WEEKS, today) if range is None else checked_window(range.from_, range.to)
