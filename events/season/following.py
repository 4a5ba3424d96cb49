"""Bringing a team's assignments in step with its season, within a caller's unit of work.

However many there are: one statement locks and reads them, two read what the rules need to know, one writes
them, one their history, and one, before the commit, the events. The rules are Python's
(``domain/adjustments.py``) and run off the event loop where there are many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from db.adjustments import MOST_AT_ONCE, facts_for, save_adjustments
from db.database import Transaction
from db.following import lock_assignments_around
from domain.adjustments import AdjustedAssignment, Facts, adjust, restore
from domain.assignments import WorkoutAssignment, day_that_counts
from domain.days import today_in
from domain.events import AssignmentPhaseAdjusted, PhaseAdjustmentsApplied, SeasonPlanSynced
from domain.people import Team
from domain.phases import SeasonPhase
from domain.planning import ALL_TYPES, Actor, AdjustmentType
from domain.planning_events import UpdateType
from domain.seasons import SeasonPlan, SeasonStatus
from events.season.announcing import next_version
from events.season.relief import relieve_player, relieve_players, undo_relief

__all__ = [
    "Followed",
    "follow_phase",
    "follow_season_plan",
    "leave_phases",
    "relieve_player",
    "relieve_players",
    "undo_relief",
]

MANY = 500
NOT_IN_IT = "The assignment is not in this phase any more."
NO_PHASE = "The season has no phase for this day any more."

PhaseOf = Callable[[WorkoutAssignment], SeasonPhase | None]


@dataclass(frozen=True, slots=True)
class Followed:
    """``adjusted`` follow a phase as it is now, ``restored_count`` follow none any more; both were written.

    ``more_after``: there are more than were asked for at once; go on after this id.
    """

    adjusted: tuple[AdjustedAssignment, ...]
    unchanged_count: int
    restored_count: int
    more_after: UUID | None = None

    @property
    def changed_count(self) -> int:
        return len(self.adjusted) + self.restored_count


async def follow_phase(
    tx: Transaction,
    team: Team,
    phase: SeasonPhase,
    *,
    by: Actor,
    types: frozenset[AdjustmentType] = ALL_TYPES,
    player_ids: Collection[UUID] | None = None,
    force: bool = False,
    template_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = MOST_AT_ONCE,
) -> Followed:
    """Bring what is in the phase in step with it, and restore what follows it and is not in it any more.

    Whether an assignment is in it is judged by today in the team's zone. ``player_ids`` and ``template_id``
    narrow it to theirs. Announced if anything changed.
    """
    followed = await _follow(
        tx,
        team,
        await lock_assignments_around(
            tx.db_session,
            team.id,
            today_in(team.time_zone, tx.now),
            phases=[phase],
            followed_ids=[phase.id],
            player_ids=player_ids,
            template_id=template_id,
            after=after,
            limit=limit,
        ),
        _phase_in([phase], team, tx),
        _Manner(by, NOT_IN_IT, types, force),
        limit,
    )
    if followed.changed_count and template_id is None:
        tx.record(
            PhaseAdjustmentsApplied(
                aggregate_id=team.id,
                version=next_version(tx, PhaseAdjustmentsApplied, team.id),
                organization_id=team.organization_id,
                phase_id=phase.id,
                adjustments_count=followed.changed_count,
                triggered_by=by.name,
            )
        )
    return followed


async def leave_phases(
    tx: Transaction,
    team: Team,
    phase_ids: Collection[UUID],
    *,
    by: Actor,
    reason: str,
    at_most: int | None = None,
) -> int:
    """Restore what follows these phases in the team, each announced by itself; how many.

    All of them, or ``at_most`` so many: then there may be more.
    """
    count = 0
    while True:
        limit = min(MOST_AT_ONCE, at_most or MOST_AT_ONCE)
        followers = await lock_assignments_around(
            tx.db_session,
            team.id,
            today_in(team.time_zone, tx.now),
            followed_ids=phase_ids,
            limit=limit,
        )
        left = await _follow(tx, team, followers, _no_phase, _Manner(by, reason), limit)
        count += left.restored_count
        if left.more_after is None or at_most is not None:
            return count


async def follow_season_plan(
    tx: Transaction,
    team: Team,
    plan: SeasonPlan,
    changed_phase_ids: Collection[UUID],
    update_type: UpdateType,
    *,
    by: Actor,
    after: UUID | None = None,
    limit: int = MOST_AT_ONCE,
) -> Followed:
    """Bring what these phases concern in step with the plan as it is now: what is in one of them, and what
    follows one of them and may be in another by now, or in none.

    Phases that are not in the plan are left, and so are all phases of a plan that is not active and those
    that an update says are removed. A schedule that was adjusted without naming phases concerns all of them.
    Announced if anything changed.
    """
    changed = frozenset(changed_phase_ids)
    if update_type is UpdateType.SCHEDULE_ADJUSTED and not changed:
        changed = frozenset(each.id for each in plan.phases)
    gone = changed if update_type is UpdateType.PHASE_REMOVED else frozenset()
    in_force = [each for each in plan.phases if plan.status is SeasonStatus.ACTIVE and each.id not in gone]
    followed = await _follow(
        tx,
        team,
        await lock_assignments_around(
            tx.db_session,
            team.id,
            today_in(team.time_zone, tx.now),
            phases=[each for each in in_force if each.id in changed],
            followed_ids=changed,
            after=after,
            limit=limit,
        ),
        _phase_in(in_force, team, tx),
        _Manner(by, NO_PHASE),
        limit,
    )
    if followed.changed_count:
        tx.record(
            SeasonPlanSynced(
                aggregate_id=team.id,
                version=next_version(tx, SeasonPlanSynced, team.id),
                organization_id=team.organization_id,
                season_plan_id=plan.id,
                update_type=update_type,
                updated_phases=tuple(sorted(changed)),
                adjustments_count=followed.changed_count,
                triggered_by=by.name,
            )
        )
    return followed


@dataclass(frozen=True, slots=True)
class _Manner:
    by: Actor
    why_restored: str
    types: frozenset[AdjustmentType] = ALL_TYPES
    force: bool = False


def _phase_in(phases: Sequence[SeasonPhase], team: Team, tx: Transaction) -> PhaseOf:
    today = today_in(team.time_zone, tx.now)

    def phase_of(assignment: WorkoutAssignment) -> SeasonPhase | None:
        day = day_that_counts(assignment, today)
        return next((each for each in phases if each.includes(day)), None)

    return phase_of


def _no_phase(_: WorkoutAssignment) -> None:
    return None


async def _follow(
    tx: Transaction,
    team: Team,
    assignments: list[WorkoutAssignment],
    phase_of: PhaseOf,
    manner: _Manner,
    limit: int,
) -> Followed:
    if not assignments:
        return Followed((), 0, 0)
    facts = await facts_for(tx.db_session, assignments)
    work = partial(_settled, assignments, phase_of, manner, facts, tx)
    changed = await asyncio.to_thread(work) if len(assignments) > MANY else work()
    await save_adjustments(tx.db_session, changed, tx.now)
    for event in _told(changed, team, tx):
        tx.record(event)
    adjusted = tuple(each for each in changed if each.assignment.planning.planning_phase_id is not None)
    return Followed(
        adjusted=adjusted,
        unchanged_count=len(assignments) - len(changed),
        restored_count=len(changed) - len(adjusted),
        more_after=assignments[-1].id if len(assignments) == limit else None,
    )


def _settled(
    assignments: Iterable[WorkoutAssignment],
    phase_of: PhaseOf,
    manner: _Manner,
    facts: Facts,
    tx: Transaction,
) -> list[AdjustedAssignment]:
    """Those that change, as they are then."""
    found = []
    for each in assignments:
        phase = phase_of(each)
        if phase is None:
            settled = restore(each, now=tx.now, by=manner.by, reason=manner.why_restored)
        else:
            settled = adjust(
                each, phase, now=tx.now, by=manner.by, facts=facts, types=manner.types, force=manner.force
            )
        if settled.changed:
            found.append(settled)
    return found


def _told(
    changed: Iterable[AdjustedAssignment], team: Team, tx: Transaction
) -> Iterable[AssignmentPhaseAdjusted]:
    for each in changed:
        if each.phase_id is not None:
            yield AssignmentPhaseAdjusted(
                aggregate_id=each.assignment.id,
                version=each.assignment.version + 1,
                organization_id=team.organization_id,
                team_id=team.id,
                player_id=each.assignment.player_id,
                phase_id=each.phase_id,
                adjustment_timestamp=tx.now,
            )
