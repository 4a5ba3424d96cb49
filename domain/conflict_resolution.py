"""Settling the conflicts of new assignments in the ways that a coach has chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from uuid import UUID

from domain.assignment_conflicts import AssignmentConflict, ConflictKind, Resolution
from domain.assignments import WorkoutAssignment

NO_CHOICES: Mapping[UUID, Resolution] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settlement:
    """What is made, what is cancelled for it, who goes without; and the conflicts that are still open.

    What is moved may have come into another phase: adjust after this. Where ``open`` is not empty, whoever
    asked has to choose first: nothing should be stored. ``ways`` is how each of the others was settled.
    """

    create: tuple[WorkoutAssignment, ...]
    cancel: frozenset[UUID]
    skipped: tuple[WorkoutAssignment, ...]
    open: tuple[AssignmentConflict, ...]
    ways: Mapping[AssignmentConflict, Resolution] = field(default_factory=dict)


def settle(
    new: Sequence[WorkoutAssignment],
    conflicts: Mapping[UUID, Sequence[AssignmentConflict]],
    by_kind: Mapping[ConflictKind, Resolution],
    by_assignment: Mapping[UUID, Resolution] = NO_CHOICES,
) -> Settlement:
    """The coach's choices for each kind of conflict, and for single assignments, which go before.

    A way that a conflict does not offer settles nothing: it stays open. One conflict that is skipped skips
    the assignment; of two that move it, the later day counts.
    """
    of_assignment: dict[UUID, list[AssignmentConflict]] = defaultdict(list)
    for of_player in conflicts.values():
        for each in of_player:
            of_assignment[each.assignment_id].append(each)
    create: list[WorkoutAssignment] = []
    skipped: list[WorkoutAssignment] = []
    still_open: list[AssignmentConflict] = []
    cancel: set[UUID] = set()
    settled: dict[AssignmentConflict, Resolution] = {}
    for assignment in new:
        its = of_assignment[assignment.id]
        ways = {each: _way(each, by_assignment.get(assignment.id, by_kind.get(each.kind))) for each in its}
        settled |= {each: way for each, way in ways.items() if way is not None}
        if unsettled := [each for each, way in ways.items() if way is None]:
            still_open += unsettled
        elif Resolution.SKIP in ways.values():
            skipped.append(assignment)
        else:
            cancel |= _cancelled(ways)
            create.append(_moved(assignment, ways))
    return Settlement(tuple(create), frozenset(cancel), tuple(skipped), tuple(still_open), settled)


def _way(conflict: AssignmentConflict, chosen: Resolution | None) -> Resolution | None:
    return chosen if chosen in conflict.resolutions else None


def _cancelled(ways: Mapping[AssignmentConflict, Resolution | None]) -> set[UUID]:
    return {
        existing_id
        for conflict, way in ways.items()
        if way is Resolution.REPLACE
        for existing_id in conflict.existing_assignment_ids
    }


def _moved(
    assignment: WorkoutAssignment, ways: Mapping[AssignmentConflict, Resolution | None]
) -> WorkoutAssignment:
    proposed = [
        conflict.proposed_on
        for conflict, way in ways.items()
        if way is Resolution.RESCHEDULE and conflict.proposed_on is not None
    ]
    return replace(assignment, scheduled_on=max(proposed)) if proposed else assignment
