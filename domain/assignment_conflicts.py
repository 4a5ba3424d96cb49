"""What stands in the way of new assignments, player by player, and the ways out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from domain.assignments import OPEN_STATUSES, WorkoutAssignment, days_of, load_on
from domain.days import DAYS_A_WEEK, monday_of
from domain.physiology import MedicalRestriction, Physiology, RestrictionKind
from domain.workouts import USUAL_MINUTES, Workout

# A recurring assignment is held against the calendar this far ahead; beyond it much will change anyway.
HORIZON_DAYS = 8 * DAYS_A_WEEK


class ConflictKind(StrEnum):
    SCHEDULING = "scheduling"
    MEDICAL = "medical"
    LOAD_LIMIT = "load_limit"
    DUPLICATE = "duplicate"


class Resolution(StrEnum):
    SKIP = "skip"  # this player is not given it
    REPLACE = "replace"  # the assignment in the way is cancelled
    OVERRIDE = "override"  # it is given all the same
    RESCHEDULE = "reschedule"  # it is given on the day that is proposed


@dataclass(frozen=True, slots=True)
class AssignmentConflict:
    """``assignment_id`` is the new one's. ``day`` is the first day with this conflict.

    ``existing_assignment_ids`` are all that replacing it would cancel, in the order of their days.
    """

    kind: ConflictKind
    assignment_id: UUID
    player_id: UUID
    day: date
    message: str
    resolutions: tuple[Resolution, ...]
    existing_assignment_ids: tuple[UUID, ...] = ()
    proposed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the players have before them. Mappings go by player, workouts by their id."""

    existing: Mapping[UUID, Sequence[WorkoutAssignment]] = field(default_factory=dict)
    restrictions: Mapping[UUID, Sequence[MedicalRestriction]] = field(default_factory=dict)
    physiology: Mapping[UUID, Physiology] = field(default_factory=dict)
    workouts: Mapping[UUID, Workout] = field(default_factory=dict)


def conflicts_of(
    new: Sequence[WorkoutAssignment], circumstances: Circumstances
) -> dict[UUID, list[AssignmentConflict]]:
    """The conflicts of each player who has any, one of a kind for each new assignment.

    New assignments are held against what is there already, and their loads against the weeks that they fill
    together; one another they do not get in the way of: who gives two on a day means two on a day.
    """
    found: dict[UUID, list[AssignmentConflict]] = defaultdict(list)
    by_player: dict[UUID, list[WorkoutAssignment]] = defaultdict(list)
    for assignment in new:
        by_player[assignment.player_id].append(assignment)
    for player_id, theirs in by_player.items():
        calendar = _Calendar(player_id, theirs, circumstances)
        for assignment in theirs:
            found[player_id] += calendar.conflicts(assignment)
        if not found[player_id]:
            del found[player_id]
    return dict(found)


class _Calendar:
    """One player's days: what is on them, and what must not be."""

    def __init__(
        self, player_id: UUID, new: Sequence[WorkoutAssignment], circumstances: Circumstances
    ) -> None:
        self._workouts = circumstances.workouts
        self._restrictions = circumstances.restrictions.get(player_id, ())
        physiology = circumstances.physiology.get(player_id)
        self._limit_au = None if physiology is None else physiology.weekly_load_limit_au
        first = min(each.scheduled_on for each in new)
        last = max(each.scheduled_on for each in new) + timedelta(days=HORIZON_DAYS)
        self._on: dict[date, list[WorkoutAssignment]] = defaultdict(list)
        self._week_load_au: dict[date, int] = defaultdict(int)
        self._proposed: dict[UUID, date | None] = {}
        self._proposed_load_au: dict[date, int] = defaultdict(int)
        for each in circumstances.existing.get(player_id, ()):
            if each.status in OPEN_STATUSES:
                for day in days_of(each, monday_of(first), last):
                    self._on[day].append(each)
                    self._week_load_au[monday_of(day)] += load_on(each, day)

    def conflicts(self, new: WorkoutAssignment) -> list[AssignmentConflict]:
        """Those of ``new``, whose load counts from here on in the weeks that it fills."""
        days = list(days_of(new, new.scheduled_on, new.scheduled_on + timedelta(days=HORIZON_DAYS)))
        found = [
            *self._duplicate(new, days),
            *self._scheduling(new, days),
            *self._first(self._medical(new, day) for day in days),
        ]
        loads: dict[date, int] = defaultdict(int)
        for day in days:
            loads[monday_of(day)] += load_on(new, day)
        found += self._first(self._load_limit(new, week, load) for week, load in loads.items())
        for week, load in loads.items():
            self._week_load_au[week] += load
        return found

    def _first(self, conflicts: Iterator[AssignmentConflict | None]) -> Iterator[AssignmentConflict]:
        first = next((each for each in conflicts if each is not None), None)
        if first is not None:
            yield first

    def _duplicate(self, new: WorkoutAssignment, days: Sequence[date]) -> Iterator[AssignmentConflict]:
        same = [(day, each) for day in days for each in self._on[day] if each.workout_id == new.workout_id]
        if same:
            day = same[0][0]
            message = f"{self._title(new)} is assigned on {day} already."
            ways = (Resolution.SKIP, Resolution.REPLACE)
            yield self._conflict(ConflictKind.DUPLICATE, new, day, message, ways, same)

    def _scheduling(self, new: WorkoutAssignment, days: Sequence[date]) -> Iterator[AssignmentConflict]:
        others = [
            (day, each)
            for day in days
            for each in self._on[day]
            if each.workout_id != new.workout_id and self._overlap(new, each)
        ]
        if others:
            day, there = others[0]
            at = "" if there.starts_at is None else f" at {there.starts_at:%H:%M}"
            message = f"{self._title(there)} is on {day}{at} already."
            ways = (Resolution.SKIP, Resolution.REPLACE, Resolution.OVERRIDE)
            yield self._conflict(ConflictKind.SCHEDULING, new, day, message, ways, others)

    def _medical(self, new: WorkoutAssignment, day: date) -> AssignmentConflict | None:
        """Nobody overrides a ban on training; that is for medical staff to lift."""
        restriction = self._restriction(new, day)
        if restriction is None:
            return None
        until = "until further notice" if restriction.ends_on is None else f"until {restriction.ends_on}"
        if restriction.kind is RestrictionKind.NO_TRAINING:
            return self._conflict(ConflictKind.MEDICAL, new, day, f"No training {until}.", (Resolution.SKIP,))
        avoided = ", ".join(each.replace("_", " ") for each in restriction.avoided_patterns)
        message = f"{self._title(new)} has movements to be avoided {until}: {avoided}."
        ways = (Resolution.SKIP, Resolution.OVERRIDE)
        return self._conflict(ConflictKind.MEDICAL, new, day, message, ways)

    def _load_limit(self, new: WorkoutAssignment, week: date, load_au: int) -> AssignmentConflict | None:
        total = self._week_load_au[week] + load_au
        if self._limit_au is None or total <= self._limit_au:
            return None
        message = f"The week of {week} would come to {total} AU; the limit is {self._limit_au}."
        day = max(week, new.scheduled_on)
        ways = (Resolution.SKIP, Resolution.OVERRIDE)
        return self._conflict(ConflictKind.LOAD_LIMIT, new, day, message, ways)

    def _conflict(
        self,
        kind: ConflictKind,
        new: WorkoutAssignment,
        day: date,
        message: str,
        ways: tuple[Resolution, ...],
        there: Sequence[tuple[date, WorkoutAssignment]] = (),
    ) -> AssignmentConflict:
        proposed = None if new.is_recurring else self._proposal(new)
        if proposed is not None:
            ways = (*ways, Resolution.RESCHEDULE)
        existing = tuple(dict.fromkeys(each.id for _, each in there))
        return AssignmentConflict(kind, new.id, new.player_id, day, message, ways, existing, proposed)

    def _proposal(self, new: WorkoutAssignment) -> date | None:
        """One day for an assignment, whatever stands in its way, and each day for one assignment only.

        What recurs cannot be moved for the sake of a day. All that is proposed can be taken: together, too,
        it keeps to the limits of the weeks.
        """
        if new.id not in self._proposed:
            day = self._free_day(new, new.scheduled_on)
            self._proposed[new.id] = day
            if day is not None:
                self._proposed_load_au[monday_of(day)] += load_on(new, new.scheduled_on)
        return self._proposed[new.id]

    def _free_day(self, new: WorkoutAssignment, after: date) -> date | None:
        for ahead in range(1, HORIZON_DAYS + 1):
            day = after + timedelta(days=ahead)
            if new.expires_on is not None and day > new.expires_on:
                return None
            week = monday_of(day)
            total = self._week_load_au[week] + self._proposed_load_au[week] + load_on(new, new.scheduled_on)
            fits = self._limit_au is None or total <= self._limit_au
            is_free = not self._on.get(day) and day not in self._proposed.values()
            if fits and is_free and self._restriction(new, day) is None:
                return day
        return None

    def _restriction(self, new: WorkoutAssignment, day: date) -> MedicalRestriction | None:
        workout = self._workouts.get(new.workout_id)
        patterns = {each.exercise.pattern for each in workout.prescriptions} if workout is not None else set()
        for each in self._restrictions:
            rules_out = each.kind is RestrictionKind.NO_TRAINING or patterns & set(each.avoided_patterns)
            if rules_out and each.is_in_force(day):
                return each
        return None

    def _overlap(self, one: WorkoutAssignment, other: WorkoutAssignment) -> bool:
        """Without a time of day, one a day is taken to be enough."""
        if one.starts_at is None or other.starts_at is None:
            return True
        first, second = self._span(one, one.starts_at), self._span(other, other.starts_at)
        return first[0] < second[1] and second[0] < first[1]

    def _span(self, assignment: WorkoutAssignment, starts_at: time) -> tuple[datetime, datetime]:
        workout = self._workouts.get(assignment.workout_id)
        minutes = USUAL_MINUTES if workout is None else workout.planned_minutes
        start = datetime.combine(date.min, starts_at)
        return start, start + timedelta(minutes=minutes)

    def _title(self, assignment: WorkoutAssignment) -> str:
        workout = self._workouts.get(assignment.workout_id)
        return "The workout" if workout is None else workout.title
