"""New assignments: in step with the phase of their day, held against what is there, settled as was chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from domain.adjustments import AdjustedAssignment, Facts, adjust
from domain.assignment_conflicts import (
    AssignmentConflict,
    Circumstances,
    ConflictKind,
    Resolution,
    conflicts_of,
)
from domain.assignments import WorkoutAssignment, day_that_counts
from domain.conflict_resolution import Settlement, settle
from domain.phases import SeasonPhase
from domain.planning import Actor
from domain.seasons import SeasonPlan, SeasonStatus, phase_on


@dataclass(frozen=True, slots=True)
class Choices:
    """What a coach has chosen for a kind of conflict, and for a player, which goes before.

    A player's choice is for one place of the list that was handed in, or, at None, for all of it.
    """

    by_kind: Mapping[ConflictKind, Resolution] = field(default_factory=dict)
    by_player: Mapping[tuple[UUID, int | None], Resolution] = field(default_factory=dict)

    def of(self, player_id: UUID, place: int) -> Resolution | None:
        return self.by_player.get((player_id, place), self.by_player.get((player_id, None)))


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the new assignments come to: the season (None is none), the day there, and what is there.

    ``untouchable_ids`` are existing assignments that whoever asks may not cancel.
    """

    plan: SeasonPlan | None
    today: date
    now: datetime
    by: Actor
    circumstances: Circumstances
    untouchable_ids: Collection[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Assigned:
    """``create`` is what ``settlement.create`` comes to in its phases.

    ``made`` is that as it is stored: what a phase changed has version 2, for it was made and then adjusted.
    """

    conflicts: tuple[AssignmentConflict, ...]
    settlement: Settlement
    create: tuple[AdjustedAssignment, ...]
    made: tuple[WorkoutAssignment, ...]


def assign(
    drafts: Sequence[WorkoutAssignment], places: Mapping[UUID, int], choices: Choices, situation: Situation
) -> Assigned:
    """``drafts`` as they were asked for, in no phase; ``places`` says which of the list each comes from.

    Loads are held against the limits as the phases make them. What is moved to another day follows the
    phase of that day.
    """
    facts = facts_of(situation.circumstances)
    adjusted = [in_step(each, situation, facts) for each in drafts]
    conflicts = {
        player_id: [_within_reach(each, situation.untouchable_ids) for each in of_player]
        for player_id, of_player in conflicts_of(
            [each.assignment for each in adjusted], situation.circumstances
        ).items()
    }
    chosen = {each.id: choices.of(each.player_id, places[each.id]) for each in drafts}
    settlement = settle(
        [each.assignment for each in adjusted],
        conflicts,
        choices.by_kind,
        {assignment_id: way for assignment_id, way in chosen.items() if way is not None},
    )
    at_first = {each.assignment.id: each for each in adjusted}
    create = tuple(_moved(at_first[each.id], each, situation, facts) for each in settlement.create)
    return Assigned(
        conflicts=tuple(each for of_player in conflicts.values() for each in of_player),
        settlement=settlement,
        create=create,
        made=tuple(_as_stored(each) for each in create),
    )


def in_step(assignment: WorkoutAssignment, situation: Situation, facts: Facts) -> AdjustedAssignment:
    """As the phase of its day wants it; as it is, where there is none."""
    phase = phase_for(assignment, situation.plan, situation.today)
    if phase is None:
        return AdjustedAssignment(assignment, assignment)
    return adjust(assignment, phase, now=situation.now, by=situation.by, facts=facts)


def phase_for(assignment: WorkoutAssignment, plan: SeasonPlan | None, today: date) -> SeasonPhase | None:
    """The phase that the assignment follows today; a plan that is not active has none."""
    if plan is None or plan.status is not SeasonStatus.ACTIVE:
        return None
    return phase_on(plan, day_that_counts(assignment, today))


def facts_of(circumstances: Circumstances) -> Facts:
    """What the rules of phases need to know, of what is known anyway."""
    prescriptions = {each.id: each.prescriptions for each in circumstances.workouts.values()}
    return Facts(circumstances.physiology, prescriptions)


def _within_reach(conflict: AssignmentConflict, untouchable_ids: Collection[UUID]) -> AssignmentConflict:
    """Nobody replaces what is not theirs to cancel, and is not told what it is."""
    reachable = tuple(each for each in conflict.existing_assignment_ids if each not in untouchable_ids)
    if reachable == conflict.existing_assignment_ids:
        return conflict
    ways = tuple(each for each in conflict.resolutions if each is not Resolution.REPLACE)
    message = conflict.message
    if conflict.kind is ConflictKind.SCHEDULING and conflict.existing_assignment_ids[0] in untouchable_ids:
        message = f"Another team has this player on {conflict.day} already."
    return replace(conflict, message=message, resolutions=ways, existing_assignment_ids=reachable)


def _as_stored(adjusted: AdjustedAssignment) -> WorkoutAssignment:
    assignment = adjusted.assignment
    return replace(assignment, version=assignment.version + 1) if adjusted.changed else assignment


def _moved(
    at_first: AdjustedAssignment, settled: WorkoutAssignment, situation: Situation, facts: Facts
) -> AdjustedAssignment:
    if settled.scheduled_on == at_first.assignment.scheduled_on:
        return at_first
    return in_step(replace(at_first.before, scheduled_on=settled.scheduled_on), situation, facts)
