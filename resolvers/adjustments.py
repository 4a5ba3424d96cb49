"""What phases did to assignments, as it is read: from which value to which, why, when and by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

import strawberry

from domain.adjustments import AdjustmentRecord
from domain.assignments import WorkoutAssignment
from domain.people import Person
from domain.phases import SeasonPhase
from domain.physiology import PerformanceThresholds
from domain.planning import Actor, AdjustmentType, Cadence, PhaseAdjustment, thresholds_of
from domain.workouts import SelectedExercise
from resolvers.context import Info
from resolvers.season_sight import phase_if_seen
from resolvers.sight import person_if_seen


@dataclass(frozen=True, slots=True)
class PlannedLoad:
    load_au: int


@dataclass(frozen=True, slots=True)
class PlannedSelection:
    """``exercises`` None is the workout as it stands."""

    exercises: tuple[SelectedExercise, ...] | None


PlannedValue: TypeAlias = PlannedLoad | Cadence | PerformanceThresholds | PlannedSelection
Adjustment: TypeAlias = AdjustmentRecord | PhaseAdjustment


def type_of_adjustment(parent: strawberry.Parent[Any]) -> AdjustmentType:
    return _change(parent).type


def original_value(parent: strawberry.Parent[Any]) -> PlannedValue:
    change = _change(parent)
    return _VALUES[change.type](change.original)


def adjusted_value(parent: strawberry.Parent[Any]) -> PlannedValue:
    change = _change(parent)
    return _VALUES[change.type](change.adjusted)


def load_of_value(parent: strawberry.Parent[PlannedLoad]) -> int:
    return parent.load_au


def reason_of_adjustment(parent: strawberry.Parent[Any]) -> str:
    return _change(parent).reason


def moment_of_adjustment(parent: strawberry.Parent[Any]) -> datetime:
    return _change(parent).at


def actor_of_adjustment(parent: strawberry.Parent[Any]) -> Actor:
    return _change(parent).by


async def person_of_actor(info: Info, parent: strawberry.Parent[Actor]) -> Person | None:
    return None if parent.id is None else await person_if_seen(info.context, parent.id)


async def assignment_of_adjustment(
    info: Info, parent: strawberry.Parent[AdjustmentRecord]
) -> WorkoutAssignment | None:
    """Who sees an adjustment sees what was adjusted."""
    return await info.context.loaders.season.assignment.load(parent.assignment_id)


async def phase_of_adjustment(info: Info, parent: strawberry.Parent[AdjustmentRecord]) -> SeasonPhase | None:
    assignment = await assignment_of_adjustment(info, parent)
    if assignment is None:
        return None
    return await phase_if_seen(info.context, assignment.team_id, parent.phase_id)


def adjustments_in_force(parent: strawberry.Parent[WorkoutAssignment]) -> list[PhaseAdjustment]:
    return list(parent.planning.adjustments)


def last_adjusted_at(parent: strawberry.Parent[WorkoutAssignment]) -> datetime | None:
    return parent.planning.last_phase_adjustment


def _change(parent: Adjustment) -> PhaseAdjustment:
    return parent.adjustment if isinstance(parent, AdjustmentRecord) else parent


def _cadence(value: Mapping[str, Any]) -> Cadence:
    return Cadence(value["interval"], tuple(value["daysOfWeek"]))


def _selection(value: list[dict[str, int]] | None) -> PlannedSelection:
    return PlannedSelection(
        None if value is None else tuple(SelectedExercise(each["position"], each["sets"]) for each in value)
    )


_VALUES: Mapping[AdjustmentType, Callable[[Any], PlannedValue]] = MappingProxyType(
    {
        AdjustmentType.LOAD: PlannedLoad,
        AdjustmentType.FREQUENCY: _cadence,
        AdjustmentType.INTENSITY: thresholds_of,
        AdjustmentType.EXERCISE_SELECTION: _selection,
    }
)
