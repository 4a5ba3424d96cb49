"""A plan as a document describes it: complete and checked, but not yet stored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.errors import Issue
from domain.exercises import Exercise, Intent
from domain.sessions import ExerciseRole, SetPrescription

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class PrescriptionDraft:
    """One exercise of a session; its position is its place in the session, from 1."""

    exercise: Exercise
    role: ExerciseRole
    intent: Intent
    sets: tuple[SetPrescription, ...]
    unilateral: bool = False
    tempo: str | None = None
    rest_seconds_min: int | None = None
    rest_seconds_max: int | None = None
    group_key: str | None = None
    weight: float = 1.0
    notes: str | None = None

    @property
    def working_set_count(self) -> int:
        return sum(each.counts_as_volume for each in self.sets)


@dataclass(frozen=True, slots=True)
class TrainingDay:
    """When in its week a session falls: a weekday (0 is Monday), or the day's number in the week (from 1)."""

    weekday: int | None = None
    number: int | None = None

    def within(self, week_starts_on: date) -> date:
        """A weekday is the first one of its name from the start of the week on."""
        if self.number is not None:
            return week_starts_on + timedelta(days=self.number - 1)
        ahead = ((self.weekday or 0) - week_starts_on.weekday()) % 7
        return week_starts_on + timedelta(days=ahead)

    def __str__(self) -> str:
        return WEEKDAYS[self.weekday] if self.weekday is not None else f"day {self.number}"


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """``scheduled_on`` is None as long as the plan has no start, or the document names no day."""

    title: str
    prescriptions: tuple[PrescriptionDraft, ...]
    day: TrainingDay | None = None
    scheduled_on: date | None = None
    planned_minutes: int | None = None
    notes: str | None = None

    @property
    def working_set_count(self) -> int:
        return sum(each.working_set_count for each in self.prescriptions)


@dataclass(frozen=True, slots=True)
class WeekDraft:
    """A microcycle. Weeks count from 1 without a gap; one that the document leaves out has no sessions."""

    ordinal: int
    sessions: tuple[SessionDraft, ...]
    title: str | None = None
    starts_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlanDraft:
    title: str
    weeks: tuple[WeekDraft, ...]
    goal: str | None = None
    notes: str | None = None
    starts_on: date | None = None

    @property
    def session_count(self) -> int:
        return sum(len(week.sessions) for week in self.weeks)

    @property
    def notes_with_sessions(self) -> str | None:
        """The plan's notes followed by its sessions', for a plan that keeps them in one place."""
        lines = [self.notes] if self.notes else []
        for week in self.weeks:
            lines += [f"{each.title}: {each.notes}" for each in week.sessions if each.notes]
        return "\n".join(lines) or None

    def starting(self, starts_on: date) -> PlanDraft:
        """The plan with its start and, from it, the date of every week and session that names its day.

        A date that the document gives for a session stands.
        """
        weeks = []
        for week in self.weeks:
            week_starts_on = starts_on + timedelta(weeks=week.ordinal - 1)
            sessions = tuple(
                replace(each, scheduled_on=each.day.within(week_starts_on))
                if each.day is not None and each.scheduled_on is None
                else each
                for each in week.sessions
            )
            weeks.append(replace(week, starts_on=week_starts_on, sessions=sessions))
        return replace(self, starts_on=starts_on, weeks=tuple(weeks))

    def describe(self) -> list[str]:
        """One line a session, as a dry run shows them."""
        return [
            f"Week {week.ordinal}{_day_of(session)}: {session.title}, "
            f"{_counted(len(session.prescriptions), 'exercise')}, "
            f"{_counted(session.working_set_count, 'set')}"
            for week in self.weeks
            for session in week.sessions
        ]


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What a document says. With a single problem there is no plan: an import is all or nothing."""

    plan: PlanDraft | None
    problems: tuple[Issue, ...] = ()
    warnings: tuple[str, ...] = ()


def _day_of(session: SessionDraft) -> str:
    if session.day is not None:
        return f", {session.day}"
    if session.scheduled_on is not None:
        return f", {WEEKDAYS[session.scheduled_on.weekday()]}"
    return ""


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"
