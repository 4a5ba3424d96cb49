"""How players feel in the morning, in their own words: five items on one scale, pain, illness and sleep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from domain.days import today_in
from domain.errors import InvalidInput, Issue
from domain.training_log import EARLIEST_DAY, LONGEST_NOTE

LOWEST_ITEM, HIGHEST_ITEM, ITEM_STEP = 1.0, 5.0, 0.5
"""How much of it: 5 is slept very well and in a very good mood, but also very tired, sore and stressed.
The items and steps are those of McLean et al. 2010, Int J Sports Physiol Perform 5(3):367-383, which turns
the last three around."""
ITEMS = ("sleep", "fatigue", "soreness", "stress", "mood")
MOST_HOURS_OF_SLEEP = 24.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wellness:
    """One morning. An item that is None was not answered; a flag that is None was not asked about."""

    sleep: float | None = None
    fatigue: float | None = None
    soreness: float | None = None
    stress: float | None = None
    mood: float | None = None
    has_pain: bool | None = None
    is_ill: bool | None = None
    hours_of_sleep: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WellnessVersion(Wellness):
    """A report as it was given or corrected at some moment, and by whom."""

    version: int
    recorded_at: datetime
    actor_id: UUID | None
    actor_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WellnessReport(WellnessVersion):
    """A player's report of a day, in its latest version. There is one for each day."""

    id: UUID
    organization_id: UUID
    player_id: UUID
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RestReport:
    """That a player said the day was for rest, or took that back. The highest version counts."""

    player_id: UUID
    day: date
    version: int
    is_rest: bool
    recorded_at: datetime
    actor_id: UUID | None
    actor_name: str

    @property
    def id(self) -> UUID:
        """One for each day of each player."""
        return uuid5(self.player_id, self.day.isoformat())


def check(wellness: Wellness, day: date, time_zone: str, now: datetime) -> None:
    """Raises InvalidInput with everything that is wrong."""
    flaws = (*_flaws_of_day(day, time_zone, now), *_flaws(wellness))
    if flaws:
        raise InvalidInput(tuple(Issue((name,), message) for name, message in flaws))


def check_day(day: date, time_zone: str, now: datetime) -> None:
    if flaws := list(_flaws_of_day(day, time_zone, now)):
        raise InvalidInput(tuple(Issue((name,), message) for name, message in flaws))


def _flaws_of_day(day: date, time_zone: str, now: datetime) -> Iterator[tuple[str, str]]:
    if day > today_in(time_zone, now):
        yield "day", f"{day} is still to come in {time_zone}."
    if day < EARLIEST_DAY:
        yield "day", f"A log begins on {EARLIEST_DAY}."


def _flaws(wellness: Wellness) -> Iterator[tuple[str, str]]:
    answers = [getattr(wellness, each) for each in ITEMS]
    for name, value in zip(ITEMS, answers, strict=True):
        if value is None:
            continue
        if not LOWEST_ITEM <= value <= HIGHEST_ITEM or value % ITEM_STEP:
            yield name, f"{name} is {value:g}; it must be from 1 to 5, in steps of a half."
    hours = wellness.hours_of_sleep
    if hours is not None and not 0 <= hours <= MOST_HOURS_OF_SLEEP:
        yield "hoursOfSleep", f"hoursOfSleep is {hours:g}; it must be from 0 to {MOST_HOURS_OF_SLEEP:g}."
    if wellness.note is not None and len(wellness.note) > LONGEST_NOTE:
        yield "note", f"A note has at most {LONGEST_NOTE} characters."
    if all(each is None for each in (*answers, hours, wellness.has_pain, wellness.is_ill)):
        yield "sleep", "Answer at least one of the questions."
