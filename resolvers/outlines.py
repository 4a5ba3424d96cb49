"""Views of a compression: the same object from the side that a type of the schema shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import strawberry

from domain.compression.model import (
    Change,
    ChangeKind,
    Compression,
    Segment,
    SegmentExercise,
    ValueRetained,
    minutes_needed,
)
from domain.exercises import Intent, Muscle
from domain.plan_preview import PlanPreview, SessionPreview
from domain.sessions import Prescription
from resolvers.context import Info
from resolvers.ids import Kind, global_id
from resolvers.time_crunch import ShortestSession, shortest_of


@dataclass(frozen=True, slots=True)
class SessionOutline:
    duration_seconds: int
    segments: tuple[Segment, ...]

    @property
    def minutes(self) -> int:
        return minutes_needed(self.duration_seconds)


@dataclass(frozen=True, slots=True)
class ExerciseChange:
    prescription_uuid: UUID
    exercise_name: str
    sets_before: int
    sets_after: int
    reason: str


@dataclass(frozen=True, slots=True)
class MuscleValue:
    muscle: Muscle
    percent: float


@dataclass(frozen=True, slots=True)
class QualityValue:
    quality: Intent
    percent: float


Parent = strawberry.Parent[Compression]


def itself(parent: Parent) -> Compression:
    return parent


def original_seconds(parent: Parent) -> int:
    return parent.original_seconds


def compressed_seconds(parent: Parent) -> int:
    return parent.compressed_seconds


def minimum_minutes(parent: Parent) -> int:
    return parent.shortest_minutes


def shortest_of_compression(parent: Parent) -> list[ShortestSession]:
    return shortest_of(parent.shortest_seconds)


def original_outline(parent: Parent) -> SessionOutline:
    return SessionOutline(parent.original_seconds, parent.original_segments)


def compressed_outline(parent: Parent) -> SessionOutline:
    return SessionOutline(parent.compressed_seconds, parent.segments)


def removed_exercises(parent: Parent) -> list[ExerciseChange]:
    return list(exercise_changes(parent, ChangeKind.REMOVED))


def reduced_exercises(parent: Parent) -> list[ExerciseChange]:
    return list(exercise_changes(parent, ChangeKind.SETS_REDUCED))


def exercise_changes(compression: Compression, kind: ChangeKind) -> Iterator[ExerciseChange]:
    """One for each exercise: a group that is removed whole is one change of several."""
    before = _sets(compression.original_segments)
    after = _sets(compression.segments)
    for change in compression.changes:
        if change.kind is not kind:
            continue
        for id, name in zip(change.prescription_ids, change.exercise_names, strict=True):
            yield ExerciseChange(id, name, before[id], after.get(id, 0), change.reason)


def value_per_muscle(parent: strawberry.Parent[ValueRetained]) -> list[MuscleValue]:
    return [MuscleValue(muscle, percent) for muscle, percent in sorted(parent.per_muscle_percent.items())]


def value_per_quality(parent: strawberry.Parent[ValueRetained]) -> list[QualityValue]:
    return [QualityValue(quality, percent) for quality, percent in sorted(parent.per_quality_percent.items())]


def prescription_ids_of_change(parent: strawberry.Parent[Change]) -> list[strawberry.ID]:
    return [global_id(Kind.PRESCRIPTION, each) for each in parent.prescription_ids]


def prescription_id_of_change(parent: strawberry.Parent[ExerciseChange]) -> strawberry.ID:
    return global_id(Kind.PRESCRIPTION, parent.prescription_uuid)


def prescription_id(parent: strawberry.Parent[SegmentExercise]) -> strawberry.ID:
    return global_id(Kind.PRESCRIPTION, parent.prescription_id)


async def prescription(info: Info, parent: strawberry.Parent[SegmentExercise]) -> Prescription | None:
    """Who sees the session's compression sees the session, and so what it prescribes."""
    return await info.context.loaders.prescription.load(parent.prescription_id)


def plan_id_of_preview(parent: strawberry.Parent[PlanPreview]) -> strawberry.ID:
    return global_id(Kind.PLAN, parent.plan_id)


def original_seconds_of_preview(parent: strawberry.Parent[PlanPreview]) -> int:
    return parent.original_seconds


def compressed_seconds_of_preview(parent: strawberry.Parent[PlanPreview]) -> int:
    return parent.compressed_seconds


def title_of_preview(parent: strawberry.Parent[SessionPreview]) -> str:
    return parent.session.title


def day_of_preview(parent: strawberry.Parent[SessionPreview]) -> date | None:
    return parent.session.scheduled_on


def segments_of_preview(parent: strawberry.Parent[SessionPreview]) -> list[Segment]:
    return list(parent.compression.segments)


def decisions_of_preview(parent: strawberry.Parent[SessionPreview]) -> list[Change]:
    return list(parent.compression.changes)


def preview_itself(parent: strawberry.Parent[SessionPreview]) -> SessionPreview:
    return parent


def compression_of_preview(parent: strawberry.Parent[SessionPreview]) -> Compression:
    return parent.compression


def _sets(segments: tuple[Segment, ...]) -> dict[UUID, int]:
    return {each.prescription_id: each.working_sets for segment in segments for each in segment.exercises}
