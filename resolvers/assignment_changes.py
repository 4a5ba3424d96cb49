"""Changing what was assigned, and taking it back."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import strawberry

from db.adjustments import save_edited
from db.assignments import assignments_for_update, save_assignments
from db.database import Transaction
from db.people import lock_people
from db.workouts import workouts_by_id
from domain.access import Sight
from domain.adjustments import AdjustedAssignment, adjust, before_phases, restore
from domain.assigning import Situation, assign, facts_of, phase_for
from domain.assignment_edits import CHANGES_VALUES, MOVES, TERMS, edited
from domain.assignments import AS_THE_PHASE_SAYS, AssignmentStatus, WorkoutAssignment, with_status
from domain.days import today_in
from domain.errors import Conflict, InvalidInput
from domain.events import AssignmentPhaseAdjusted
from domain.people import Team
from domain.recurrence import ONCE
from resolvers.assignment_drafts import choices_of
from resolvers.assignment_inputs import CancelAssignmentInput, UpdateAssignmentInput
from resolvers.assignment_making import cancel, held, situation_for
from resolvers.assignment_outcomes import Held, Wanted
from resolvers.context import Context, Info
from resolvers.ids import Kind, global_id, uuid_of
from resolvers.running import actor_of, team_to_run
from resolvers.season_at_hand import NO_SEASON, plan_kept, season_at_hand
from resolvers.season_sight import assignment_in_sight
from resolvers.sight import granted

BY_HAND = frozenset({AssignmentStatus.ACTIVE, AssignmentStatus.CANCELLED, AssignmentStatus.ARCHIVED})
LEFT_BY_HAND = "The assignment was taken out of the phase."
NO_PHASE_THERE = "The assignment was moved to a day that is in no phase."


@dataclass(frozen=True, slots=True)
class Changed:
    """The assignment after it; ``adjustments_pending`` where its phase could not be asked for."""

    assignment: WorkoutAssignment
    adjustments_pending: bool = False


@dataclass(frozen=True, slots=True)
class Cancelled:
    assignment: WorkoutAssignment


async def update_assignment(info: Info, input: UpdateAssignmentInput) -> Changed | Held:
    context = info.context
    changes, status = _changes(input), _status(input)
    if not changes and status is None:
        raise InvalidInput.of("assignmentId", "Nothing is to be changed; give a status, a day or the like.")
    choices = choices_of(input.resolutions, 1)
    assignment_id = uuid_of(Kind.WORKOUT_ASSIGNMENT, input.assignment_id)
    seen, team = await _to_change(context, assignment_id)
    season = await season_at_hand(context, team) if input.follow_phase else NO_SEASON

    async def work(tx: Transaction) -> Changed | Held:
        plan = await plan_kept(tx, team, season)
        if MOVES & set(changes):
            await lock_people(tx.db_session, [seen.player_id])  # as whoever assigns to the player does
        before = await _locked(tx, assignment_id, input.expected_version)
        today = today_in(team.time_zone, tx.now)
        after = edited(before, changes, today) if changes else before
        if status is not None:
            after = with_status(after, status)
        if not changes and status is not AssignmentStatus.ACTIVE:
            stays = after == before
            return Changed(before if stays else await _saved(tx, AdjustedAssignment(after, after)))
        wanted = Wanted(
            drafts=(before_phases(after),),
            places={after.id: 0},
            workouts=await workouts_by_id(tx.db_session, [after.workout_id]),
            choices=choices,
            follow_phase=input.follow_phase,
        )
        situation = await situation_for(
            context.caller, tx, wanted, plan, today, actor_of(context), leave_out=after.id
        )
        if MOVES & set(changes):
            assigned = assign(wanted.drafts, wanted.places, choices, situation)
            if assigned.settlement.open:
                return held(wanted, assigned, season)
            if not assigned.settlement.create:
                return Changed(before)
            await cancel(tx, assigned.settlement.cancel)
            after = replace(after, scheduled_on=assigned.settlement.create[0].scheduled_on)
        is_pending = season.is_missing and input.follow_phase
        settled = _settled(after, changes, situation, is_pending=is_pending)
        stored = await _saved(tx, settled)
        _tell(tx, team, settled, stored)
        return Changed(stored, is_pending)

    return await context.unit_of_work(work)


async def cancel_assignment(info: Info, input: CancelAssignmentInput) -> Cancelled:
    """What is cancelled already stays so."""
    context = info.context
    assignment_id = uuid_of(Kind.WORKOUT_ASSIGNMENT, input.assignment_id)
    await _to_change(context, assignment_id)

    async def work(tx: Transaction) -> Cancelled:
        before = await _locked(tx, assignment_id, input.expected_version)
        after = with_status(before, AssignmentStatus.CANCELLED)
        if after == before:
            return Cancelled(before)
        await save_assignments(tx.db_session, [replace(after, updated_at=tx.now)])
        return Cancelled(replace(after, version=after.version + 1, updated_at=tx.now))

    return await context.unit_of_work(work)


async def _to_change(context: Context, assignment_id: UUID) -> tuple[WorkoutAssignment, Team]:
    """Who may not see the assignment is not told whose it is."""
    seen = await assignment_in_sight(context, assignment_id)
    return seen, await team_to_run(context, global_id(Kind.TEAM, seen.team_id))


async def _locked(tx: Transaction, assignment_id: UUID, expected_version: int | None) -> WorkoutAssignment:
    found = (await assignments_for_update(tx.db_session, [assignment_id])).get(assignment_id)
    before = granted(found, Sight.FULL, Kind.WORKOUT_ASSIGNMENT, assignment_id)
    if expected_version not in (None, before.version):
        raise Conflict("Somebody else changed this assignment first: read it again.", before.version)
    return before


def _settled(
    after: WorkoutAssignment, changes: dict[str, Any], situation: Situation, *, is_pending: bool
) -> AdjustedAssignment:
    """In step with the phase of its day; where that cannot be known, as it was before any phase."""
    if is_pending:
        if not CHANGES_VALUES & set(changes):
            return AdjustedAssignment(after, after)
        return restore(after, now=situation.now, by=situation.by, reason=NO_PHASE_THERE)
    phase = phase_for(after, situation.plan, situation.today)
    if phase is None:
        reason = LEFT_BY_HAND if situation.plan is None else NO_PHASE_THERE
        return restore(after, now=situation.now, by=situation.by, reason=reason)
    return adjust(after, phase, now=situation.now, by=situation.by, facts=facts_of(situation.circumstances))


async def _saved(tx: Transaction, settled: AdjustedAssignment) -> WorkoutAssignment:
    touched = replace(settled, assignment=replace(settled.assignment, updated_at=tx.now))
    await save_edited(tx.db_session, touched)
    return replace(touched.assignment, version=touched.assignment.version + 1)


def _tell(tx: Transaction, team: Team, settled: AdjustedAssignment, stored: WorkoutAssignment) -> None:
    if settled.changed and settled.phase_id is not None:
        tx.record(
            AssignmentPhaseAdjusted(
                aggregate_id=stored.id,
                version=stored.version,
                organization_id=team.organization_id,
                team_id=team.id,
                player_id=stored.player_id,
                phase_id=settled.phase_id,
                adjustment_timestamp=tx.now,
            )
        )


def _changes(input: UpdateAssignmentInput) -> dict[str, Any]:
    given = {name: getattr(input, name) for name in TERMS}
    changes = {name: value for name, value in given.items() if value is not strawberry.UNSET}
    if "scheduled_on" in changes and changes["scheduled_on"] is None:
        raise InvalidInput.of("scheduledOn", "An assignment has a first day; leave it out to keep it.")
    if "starts_at" in changes and changes["starts_at"] is not None:
        changes["starts_at"] = changes["starts_at"].replace(tzinfo=None)
    if "recurrence" in changes:
        recurrence = changes["recurrence"]
        changes["recurrence"] = ONCE if recurrence is None else recurrence.recurrence()
    if "customizations" in changes:
        customizations = changes["customizations"]
        changes["customizations"] = (
            AS_THE_PHASE_SAYS if customizations is None else customizations.customizations()
        )
    return changes


def _status(input: UpdateAssignmentInput) -> AssignmentStatus | None:
    status = input.status
    if status is strawberry.UNSET or status is None:
        return None
    if status not in BY_HAND:
        raise InvalidInput.of("status", "Make it active, cancelled or archived; it is completed by a report.")
    return status
