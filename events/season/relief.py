"""Easing what players have before them, and giving it back, within a caller's unit of work.

A constant number of statements, however many players and assignments.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from db.adjustments import save_adjustments
from db.athletes import restrictions_of
from db.completions import completions_of_players
from db.database import Transaction
from db.following import lock_coming_assignments, lock_relieved_assignments
from domain.adjustments import AdjustedAssignment
from domain.assignments import AssignmentStatus, WorkoutAssignment
from domain.days import today_in
from domain.people import Team
from domain.planning import Actor
from domain.planning_events import RecommendedAdjustment
from domain.relief import LONGEST_AHEAD_DAYS, Outlook, eased, merged, uneased

MANY_PLAYERS = 20


@dataclass(frozen=True, slots=True)
class Relief:
    """What is to be eased for a player, and why, in words that the history keeps."""

    adjustment: RecommendedAdjustment
    reason: str


async def relieve_player(
    tx: Transaction,
    team: Team,
    player_id: UUID,
    adjustment: RecommendedAdjustment,
    *,
    by: Actor,
    reason: str,
) -> tuple[WorkoutAssignment, ...]:
    """Ease the player's coming assignments in the team; those that changed, by their ids.

    ``reduce_load`` takes so many percent off the coming week's; ``increase_recovery`` keeps so many hours
    from now on free; ``skip_training`` leaves out the next so many sessions. The rules are in
    ``domain/relief.py``, and so is ``InvalidState``.
    """
    changed = await relieve_players(tx, team, {player_id: [Relief(adjustment, reason)]}, by=by)
    return changed.get(player_id, ())


async def relieve_players(
    tx: Transaction, team: Team, reliefs: Mapping[UUID, Sequence[Relief]], *, by: Actor
) -> dict[UUID, tuple[WorkoutAssignment, ...]]:
    """The same for many players; those of whom anything changed. A player's reliefs come in their order."""
    today = today_in(team.time_zone, tx.now)
    player_ids = sorted(reliefs)
    coming = await lock_coming_assignments(tx.db_session, team.id, player_ids, today)
    if not coming:
        return {}
    last = today + timedelta(days=LONGEST_AHEAD_DAYS)
    done = await completions_of_players(tx.db_session, player_ids, today, last)
    restrictions = await restrictions_of(tx.db_session, player_ids, today)
    theirs: dict[UUID, list[WorkoutAssignment]] = defaultdict(list)
    for assignment in coming:
        theirs[assignment.player_id].append(assignment)

    def work() -> list[AdjustedAssignment]:
        found: list[AdjustedAssignment] = []
        for player_id, assignments in sorted(theirs.items()):
            outlook = Outlook(
                team.time_zone,
                tx.now,
                by,
                "",
                frozenset((each.assignment_id, each.occurrence_on) for each in done.get(player_id, ())),
                restrictions.get(player_id, ()),
            )
            found += _relieved(assignments, reliefs[player_id], outlook)
        return found

    changed = await asyncio.to_thread(work) if len(theirs) > MANY_PLAYERS else work()
    await save_adjustments(tx.db_session, changed, tx.now)
    return _by_player(changed, tx)


async def undo_relief(
    tx: Transaction, team: Team, player_id: UUID, *, by: Actor, reason: str
) -> tuple[WorkoutAssignment, ...]:
    """Take back what reliefs did to the player's assignments in the team, as far as it lies ahead; those that
    changed, by their ids. Days and sessions that a coach left out stay left out.
    """
    outlook = Outlook(team.time_zone, tx.now, by, reason)
    relieved = await lock_relieved_assignments(tx.db_session, team.id, player_id)
    changed = [uneased(each, history, outlook) for each, history in relieved]
    changed = [each for each in changed if each.changed]
    await save_adjustments(tx.db_session, changed, tx.now)
    return _by_player(changed, tx).get(player_id, ())


def _relieved(
    assignments: Sequence[WorkoutAssignment], reliefs: Sequence[Relief], outlook: Outlook
) -> list[AdjustedAssignment]:
    """One player's, each with all that was done to it."""
    now_there = {each.id: AdjustedAssignment(each, each) for each in assignments}
    for relief in reliefs:
        still_active = [
            each.assignment
            for each in now_there.values()
            if each.assignment.status is AssignmentStatus.ACTIVE
        ]
        for each in eased(still_active, relief.adjustment, replace(outlook, reason=relief.reason)):
            id = each.assignment.id
            now_there[id] = merged(now_there[id], each)
    return [each for _, each in sorted(now_there.items()) if each.changed]


def _by_player(
    changed: Sequence[AdjustedAssignment], tx: Transaction
) -> dict[UUID, tuple[WorkoutAssignment, ...]]:
    """As they are stored now."""
    found: dict[UUID, list[WorkoutAssignment]] = defaultdict(list)
    for each in changed:
        stored = replace(each.assignment, version=each.before.version + 1, updated_at=tx.now)
        found[stored.player_id].append(stored)
    return {player_id: tuple(assignments) for player_id, assignments in found.items()}
