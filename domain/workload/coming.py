"""The load that a player has before them: what is assigned, as it is or as it would be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from domain.adjustments import adjust
from domain.assignments import AssignmentStatus, WorkoutAssignment, days_of, load_on
from domain.days import DAYS_A_WEEK
from domain.phases import SeasonPhase
from domain.planning import Actor, AdjustmentType
from domain.workload.planned_load import compressed_load_au

WHAT_LOADS = frozenset({AdjustmentType.LOAD, AdjustmentType.FREQUENCY})


@dataclass(frozen=True, slots=True)
class Shortened:
    """A workout of ``planned_minutes`` that is done in ``minutes``; on ``day`` only, if there is one."""

    planned_minutes: float
    minutes: float
    day: date | None = None

    def load_au(self, load_au: float, day: date) -> float:
        if self.day not in (None, day):
            return load_au
        return compressed_load_au(load_au, self.planned_minutes, self.minutes)


@dataclass(frozen=True, slots=True)
class Coming:
    """One player's: what is assigned, which of its days are done, and which workouts are made shorter."""

    assignments: tuple[WorkoutAssignment, ...] = ()
    done: frozenset[tuple[UUID, date]] = frozenset()
    shortened: Mapping[UUID, Shortened] = field(default_factory=dict)


def planned_loads(coming: Coming, first: date, last: date) -> dict[date, float]:
    """By day, in AU, of active assignments and what of them is not done; a day without any is not in it."""
    found: dict[date, float] = defaultdict(float)
    for each in coming.assignments:
        if each.status is not AssignmentStatus.ACTIVE:
            continue
        for day in days_of(each, first, last, DAYS_A_WEEK * 2):
            if (each.id, day) not in coming.done:
                shortened = coming.shortened.get(each.workout_id)
                load = float(load_on(each, day))
                found[day] += load if shortened is None else shortened.load_au(load, day)
    return dict(found)


def in_phase(
    assignments: Sequence[WorkoutAssignment], phase: SeasonPhase, team_id: UUID, now: datetime, by: Actor
) -> tuple[WorkoutAssignment, ...]:
    """What the team has assigned, as it would load under the phase; the rest stays as it is."""
    return tuple(
        adjust(each, phase, now=now, by=by, types=WHAT_LOADS).assignment if each.team_id == team_id else each
        for each in assignments
    )


def of_player(assignments: Collection[WorkoutAssignment], player_id: UUID) -> tuple[WorkoutAssignment, ...]:
    return tuple(each for each in assignments if each.player_id == player_id)
