"""What is read off the answer to a request to compress; without a compression there is nothing to read."""

import strawberry

from domain.compression.model import ChangeKind, Compression, Strategy
from resolvers.compressions import CompressAnswer
from resolvers.outlines import ExerciseChange, SessionOutline, exercise_changes

Parent = strawberry.Parent[CompressAnswer]


def compression(parent: Parent) -> Compression | None:
    return parent.compression


def achieved_minutes(parent: Parent) -> int | None:
    return None if parent.compression is None else parent.compression.achieved_minutes


def total_minutes_saved(parent: Parent) -> int:
    return 0 if parent.compression is None else parent.compression.minutes_saved


def meets_time_constraint(parent: Parent) -> bool | None:
    return None if parent.compression is None else parent.compression.meets_time_constraint


def minimum_minutes(parent: Parent) -> int | None:
    return None if parent.compression is None else parent.compression.shortest_minutes


def strategy(parent: Parent) -> Strategy | None:
    return None if parent.compression is None else parent.compression.strategy


def removed_exercises(parent: Parent) -> list[ExerciseChange]:
    return _changes(parent, ChangeKind.REMOVED)


def reduced_exercises(parent: Parent) -> list[ExerciseChange]:
    return _changes(parent, ChangeKind.SETS_REDUCED)


def original_session(parent: Parent) -> SessionOutline | None:
    found = parent.compression
    return None if found is None else SessionOutline(found.original_seconds, found.original_segments)


def compressed_session(parent: Parent) -> SessionOutline | None:
    found = parent.compression
    return None if found is None else SessionOutline(found.compressed_seconds, found.segments)


def _changes(answer: CompressAnswer, kind: ChangeKind) -> list[ExerciseChange]:
    return [] if answer.compression is None else list(exercise_changes(answer.compression, kind))
