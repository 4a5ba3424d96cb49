"""From what was logged and scheduled to a load for every day: of sessions, 0 for rest, or not known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.days import DAYS_A_WEEK, monday_of
from domain.workload.history import LoadHistory


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """The sums of one player's day in AU. ``is_whole`` False: of some training it is not known how hard."""

    day: date
    training_load_au: float
    game_load_au: float
    is_whole: bool


def day_loads_of(
    first: date,
    last: date,
    logged: Mapping[date, LoggedDay],
    rest_reported: Collection[date],
    due: Collection[date],
) -> LoadHistory:
    """One player's days from ``first`` to ``last`` inclusive, each of them there.

    What was logged is the load, also on a day for rest. A day on which a training was logged whose load is
    not known is unreported: a sum without it would be too low. With nothing logged, a day is rest if the
    player said so or was scheduled off: nothing assigned was due, though something was on another day of
    that week, from Monday. Where nothing is assigned in a week, there is no schedule to be off from. ``due``
    covers ``whole_weeks``. Ask up to today: a day to come is no rest yet.
    """
    mondays = {monday_of(day) for day in due}
    scheduled = {monday + timedelta(days=n) for monday in mondays for n in range(DAYS_A_WEEK)}
    rest = (scheduled.difference(due) | set(rest_reported)).difference(logged)
    done = [(each.day, each.training_load_au, each.game_load_au) for each in logged.values() if each.is_whole]
    return LoadHistory.laid_out(first, last, done, rest)


def whole_weeks(first: date, last: date) -> tuple[date, date]:
    """From the Monday before to the Sunday after: what ``due`` has to know."""
    return monday_of(first), monday_of(last) + timedelta(days=DAYS_A_WEEK - 1)
