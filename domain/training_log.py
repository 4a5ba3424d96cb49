"""What training and games were done: what a report must hold, and what it comes to in load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.days import today_in
from domain.errors import InvalidInput, InvalidState, Issue

LONGEST_MINUTES = 600
HIGHEST_RPE = 10.0
LARGEST_LOAD_AU = 10_000.0
LOWEST_BPM, HIGHEST_BPM = 25, 250
LONGEST_NOTE = 1000
MOST_A_DAY = 10
EARLIEST_DAY = date(2000, 1, 1)
CLOCKS_DIFFER = timedelta(minutes=5)


class TrainingKind(StrEnum):
    TRAINING = "training"
    GAME = "game"


class TrainingSource(StrEnum):
    """How it came in."""

    MANUAL = "manual"
    PLAN_SESSION = "plan_session"
    COMPLETION = "completion"
    CSV = "csv"
    XLSX = "xlsx"
    FIT = "fit"


class LoadMethod(StrEnum):
    """Where a load is from: session RPE × minutes, or a scale of the source's own."""

    SESSION_RPE = "session_rpe"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody says was done, before it is held to the rules. ``load_au`` is a load of its own."""

    day: date | None = None
    occurred_at: datetime | None = None
    kind: TrainingKind = TrainingKind.TRAINING
    minutes: int | None = None
    session_rpe: float | None = None
    load_au: float | None = None
    average_bpm: int | None = None
    maximum_bpm: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One bout of training or one game. ``day`` is that of the player's own time zone.

    ``load_au`` None: it was done, but how hard is not known. That is not a load of 0.
    """

    day: date
    kind: TrainingKind
    occurred_at: datetime | None = None
    minutes: int | None = None
    session_rpe: float | None = None
    load_au: float | None = None
    load_method: LoadMethod | None = None
    average_bpm: int | None = None
    maximum_bpm: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingVersion(Training):
    """A training as it was reported, corrected or withdrawn at some moment, by whom and why."""

    version: int
    recorded_at: datetime
    actor_id: UUID | None
    actor_name: str
    reason: str | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingEntry(TrainingVersion):
    """A training in a player's log, in its latest version.

    ``session_id`` and ``assignment_id`` with ``occurrence_on`` say which planned training it was.
    """

    id: UUID
    organization_id: UUID
    player_id: UUID
    source: TrainingSource
    team_id: UUID | None = None
    session_id: UUID | None = None
    assignment_id: UUID | None = None
    occurrence_on: date | None = None


def training_of(report: Report, time_zone: str, now: datetime, *, needs_load: bool = True) -> Training:
    """The report as it is kept: its day in ``time_zone``, its load worked out.

    ``needs_load`` False is for what a device or a plan knows of: how hard it was may be said later.
    Raises InvalidInput with everything that is wrong.
    """
    if issues := issues_of(report, time_zone, now, needs_load=needs_load):
        raise InvalidInput(tuple(issues))
    day, occurred_at = report.day, report.occurred_at
    if occurred_at is not None:
        occurred_at = occurred_at.astimezone(UTC)
        day = day or today_in(time_zone, occurred_at)
    assert day is not None  # noqa: S101 - a report without any is an issue
    load_au, method = load_of(report)
    return Training(
        day=day,
        kind=report.kind,
        occurred_at=occurred_at,
        minutes=report.minutes,
        session_rpe=report.session_rpe,
        load_au=load_au,
        load_method=method,
        average_bpm=report.average_bpm,
        maximum_bpm=report.maximum_bpm,
        note=(report.note or "").strip() or None,
    )


def load_of(report: Report | Training) -> tuple[float | None, LoadMethod | None]:
    """A load of its own, else session RPE × minutes, in AU [Foster 2001]; None where neither is known."""
    if report.load_au is not None:
        return report.load_au, LoadMethod.OWN
    if report.session_rpe is not None and report.minutes is not None:
        return round(report.session_rpe * report.minutes, 2), LoadMethod.SESSION_RPE
    return None, None


def with_load(reported: TrainingEntry) -> TrainingEntry:
    """The entry with what its load comes to; ``load_au`` of what is reported is a load of its own."""
    load_au, method = load_of(reported)
    return replace(reported, load_au=load_au, load_method=method)


def report_of(training: Training) -> Report:
    """What was reported, to be changed in places: a load that was worked out is worked out again."""
    values = {each.name: getattr(training, each.name) for each in fields(Report)}
    if training.load_method is not LoadMethod.OWN:
        values["load_au"] = None
    return Report(**values)


def issues_of(report: Report, time_zone: str, now: datetime, *, needs_load: bool = True) -> list[Issue]:
    """Everything that is wrong with it; empty if nothing is."""
    flaws = (*_flaws_of_time(report, time_zone, now), *_flaws_of_effort(report, needs_load=needs_load))
    return [Issue((name,), message) for name, message in flaws]


def check_day_has_room(count: int, day: date) -> None:
    """``count`` with the one that is to be added."""
    if count > MOST_A_DAY:
        raise InvalidInput.of("day", f"{day} would have {count} sessions; {MOST_A_DAY} is the most in a day.")


def check_not_withdrawn(entry: TrainingEntry) -> None:
    if entry.withdrawn_at is not None:
        raise InvalidState("It was withdrawn; log it anew if it was done after all.", "withdrawn")


def _flaws_of_time(report: Report, time_zone: str, now: datetime) -> Iterator[tuple[str, str]]:
    day, at = report.day, report.occurred_at
    if day is None and at is None:
        yield "day", "Say on which day it was, or when."
    if at is not None and at.tzinfo is None:
        yield "occurredAt", "Give the time with its zone, as in 2026-11-20T18:30:00Z."
    elif at is not None and at > now + CLOCKS_DIFFER:
        yield "occurredAt", f"{at.isoformat()} is still to come."
    elif at is not None and (at.year < EARLIEST_DAY.year or today_in(time_zone, at) < EARLIEST_DAY):
        yield "occurredAt", f"A log begins on {EARLIEST_DAY}."
    elif day is not None and at is not None and today_in(time_zone, at) != day:
        yield "day", f"At that time it was {today_in(time_zone, at)} in {time_zone}, not {day}."
    if day is not None and day < EARLIEST_DAY:
        yield "day", f"A log begins on {EARLIEST_DAY}."
    if day is not None and day > today_in(time_zone, now):
        yield "day", f"{day} is still to come in {time_zone}."


def _flaws_of_effort(report: Report, *, needs_load: bool) -> Iterator[tuple[str, str]]:
    rpe, minutes, load_au = report.session_rpe, report.minutes, report.load_au
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        yield "minutes", f"minutes is {minutes}; it must be from 1 to {LONGEST_MINUTES}."
    if rpe is not None and not 0 <= rpe <= HIGHEST_RPE:
        yield "sessionRpe", f"sessionRpe is {rpe:g}; it must be from 0 to {HIGHEST_RPE:g} (CR-10)."
    if load_au is not None and not 0 <= load_au <= LARGEST_LOAD_AU:
        yield "loadAu", f"loadAu is {load_au:g}; it must be from 0 to {LARGEST_LOAD_AU:g} AU."
    if needs_load and load_au is None and (rpe is None or minutes is None):
        yield (
            "sessionRpe" if rpe is None else "minutes",
            "Say how hard it was: sessionRpe with minutes, or loadAu.",
        )
    low, high = report.average_bpm, report.maximum_bpm
    for name, bpm in (("averageBpm", low), ("maximumBpm", high)):
        if bpm is not None and not LOWEST_BPM <= bpm <= HIGHEST_BPM:
            yield name, f"{name} is {bpm}; it must be from {LOWEST_BPM} to {HIGHEST_BPM} beats a minute."
    if low is not None and high is not None and low > high:
        yield "averageBpm", f"An average of {low} is above the maximum of {high} beats a minute."
    if report.note is not None and len(report.note) > LONGEST_NOTE:
        yield "note", f"A note has at most {LONGEST_NOTE} characters."
