"""One pass over a team's assignments: each brought in step with the phase that it is in, or restored."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

from db.adjustments import facts_for, save_adjustments
from db.database import Transaction
from db.following import lock_assignments_around
from domain.adjustments import AdjustedAssignment, Facts, adjust, restore
from domain.assignments import WorkoutAssignment, is_in_phase
from domain.events import AssignmentPhaseAdjusted
from domain.people import Team
from domain.phases import SeasonPhase
from domain.planning import ALL_TYPES, Actor, AdjustmentType

MANY = 500
"""Beyond so many the rules' work would hold the event loop for longer than others should wait."""


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


@dataclass(frozen=True, slots=True)
class Scope:
    """Which assignments: what is in any phase of ``entered`` on the day ``today``, and what follows any of
    ``left_ids``. Each then follows the one of ``in_force`` that it is in, or none.
    """

    today: date
    entered: tuple[SeasonPhase, ...]
    in_force: tuple[SeasonPhase, ...]
    left_ids: frozenset[UUID]
    player_ids: Collection[UUID] | None
    template_id: UUID | None
    after: UUID | None
    limit: int

    def phase_of(self, assignment: WorkoutAssignment) -> SeasonPhase | None:
        return next((each for each in self.in_force if is_in_phase(assignment, each, self.today)), None)


@dataclass(frozen=True, slots=True)
class Manner:
    """Who does it, why what leaves a phase does, and which of the four are adjusted."""

    by: Actor
    why_restored: str
    types: frozenset[AdjustmentType] = ALL_TYPES
    force: bool = False


async def settle(tx: Transaction, team: Team, scope: Scope, manner: Manner) -> Followed:
    """Each assignment that changes is written, with its history, and announced."""
    assignments = await lock_assignments_around(
        tx.db_session,
        team.id,
        scope.today,
        phases=scope.entered,
        followed_ids=scope.left_ids,
        player_ids=scope.player_ids,
        template_id=scope.template_id,
        after=scope.after,
        limit=scope.limit,
    )
    if not assignments:
        return Followed((), 0, 0)
    facts = await facts_for(tx.db_session, assignments)
    work = partial(_settled, assignments, scope, manner, facts, team, tx)
    changed, events = await asyncio.to_thread(work) if len(assignments) > MANY else work()
    await save_adjustments(tx.db_session, changed, tx.now)
    for event in events:
        tx.record(event)
    adjusted = tuple(each for each in changed if each.assignment.planning.planning_phase_id is not None)
    return Followed(
        adjusted=adjusted,
        unchanged_count=len(assignments) - len(changed),
        restored_count=len(changed) - len(adjusted),
        more_after=assignments[-1].id if len(assignments) == scope.limit else None,
    )


def _settled(
    assignments: Iterable[WorkoutAssignment],
    scope: Scope,
    manner: Manner,
    facts: Facts,
    team: Team,
    tx: Transaction,
) -> tuple[list[AdjustedAssignment], list[AssignmentPhaseAdjusted]]:
    """Those that change, as they are then, and what is to be said of them."""
    settled = (_one(each, scope.phase_of(each), manner, facts, tx) for each in assignments)
    changed = [each for each in settled if each.changed]
    return changed, list(_told(changed, team, tx))


def _one(
    assignment: WorkoutAssignment, phase: SeasonPhase | None, manner: Manner, facts: Facts, tx: Transaction
) -> AdjustedAssignment:
    if phase is None:
        return restore(assignment, now=tx.now, by=manner.by, reason=manner.why_restored)
    return adjust(
        assignment,
        phase,
        now=tx.now,
        by=manner.by,
        facts=facts,
        types=manner.types,
        force=manner.force,
    )


def _told(
    changed: Iterable[AdjustedAssignment], team: Team, tx: Transaction
) -> Iterator[AssignmentPhaseAdjusted]:
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
