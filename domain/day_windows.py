"""Windows of days: inclusive, and never without an end."""

from __future__ import annotations

from datetime import date, timedelta

from domain.errors import InvalidInput
from domain.seasons import EARLIEST, LATEST

LONGEST_WINDOW_DAYS = 400
FOUR_WEEKS = timedelta(days=27)  # both ends count


def checked_window(first: date, last: date) -> tuple[date, date]:
    """Both of them, or ``InvalidInput``."""
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
