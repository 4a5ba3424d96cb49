"""Making assignments, however many: conflicts first, and while one is open nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from db.adjustments import insert_adjusted
from db.assignments import assignments_for_update, open_assignments_of_players, save_assignments
from db.athletes import physiology_of, restrictions_of
from db.database import Transaction
from db.people import lock_people
from db.workouts import insert_workouts, workouts_by_id
from domain import access
from domain.access import Sight
from domain.assigning import Assigned, Situation, assign
from domain.assignment_conflicts import HORIZON_DAYS, Circumstances
from domain.assignments import OPEN_STATUSES, AssignmentStatus, WorkoutAssignment, with_status
from domain.days import monday_of, today_in
from domain.events import AssignmentPhaseAdjusted
from domain.people import Team, Viewer
from domain.planning import Actor
from domain.seasons import SeasonPlan
from domain.workouts import Workout
from resolvers.assignment_outcomes import Held, Made, Outcome, Wanted, outcome_of
from resolvers.season_at_hand import SeasonAtHand

MANY = 100
MAKING_SECONDS = 8.0
"""Thousands of assignments take some seconds to be held against each other and to be stored."""


async def make(
    viewer: Viewer,
    tx: Transaction,
    team: Team,
    wanted: Wanted,
    season: SeasonAtHand,
    plan: SeasonPlan | None,
    by: Actor,
) -> Made | Held:
    """The same number of statements, however many are made. ``plan`` is kept in this transaction."""
    today = today_in(team.time_zone, tx.now)
    if not wanted.dry_run:
        # Two who assign to one player at once would not see each other's: they take turns.
        await lock_people(tx.db_session, {each.player_id for each in wanted.drafts})
    situation = await situation_for(viewer, tx, wanted, plan, today, by)
    work = partial(_worked_out, wanted, situation, season, team, tx.now)
    found = await asyncio.to_thread(work) if len(wanted.drafts) > MANY else work()
    settlement = found.assigned.settlement
    if settlement.open:
        return Held(outcome=found.outcome, open_count=len(settlement.open))
    if not wanted.dry_run:
        await insert_workouts(tx.db_session, _used(wanted.new_workouts, found.assigned.made))
        await insert_adjusted(tx.db_session, found.assigned.made, found.assigned.create)
        await cancel(tx, settlement.cancel)
        for event in found.events:
            tx.record(event)
    return Made(outcome=found.outcome)


@dataclass(frozen=True, slots=True)
class _WorkedOut:
    assigned: Assigned
    events: list[AssignmentPhaseAdjusted]
    outcome: Outcome


def _worked_out(
    wanted: Wanted, situation: Situation, season: SeasonAtHand, team: Team, now: datetime
) -> _WorkedOut:
    """All that takes long where there are many, and waits for nothing."""
    assigned = assign(wanted.drafts, wanted.places, wanted.choices, situation)
    return _WorkedOut(assigned, _told(assigned, team, now), outcome_of(wanted, assigned, season))


def held(wanted: Wanted, assigned: Assigned, season: SeasonAtHand) -> Held:
    return Held(outcome=outcome_of(wanted, assigned, season), open_count=len(assigned.settlement.open))


async def situation_for(
    viewer: Viewer,
    tx: Transaction,
    wanted: Wanted,
    plan: SeasonPlan | None,
    today: date,
    by: Actor,
    leave_out: UUID | None = None,
) -> Situation:
    """What the players have before them already, without the assignment ``leave_out``."""
    player_ids = sorted({each.player_id for each in wanted.drafts})
    first = min(each.scheduled_on for each in wanted.drafts)
    last = max(each.scheduled_on for each in wanted.drafts) + timedelta(days=HORIZON_DAYS)
    existing = await open_assignments_of_players(tx.db_session, player_ids, monday_of(first), last)
    existing = {
        player_id: [each for each in theirs if each.id != leave_out] for player_id, theirs in existing.items()
    }
    there = [each for theirs in existing.values() for each in theirs]
    others = await workouts_by_id(tx.db_session, {each.workout_id for each in there} - set(wanted.workouts))
    runs = {
        team_id: access.sight_to_run_team(viewer, team_id, viewer.organization_id) is Sight.FULL
        for team_id in {each.team_id for each in there}
    }
    return Situation(
        plan=plan,
        today=today,
        now=tx.now,
        by=by,
        circumstances=Circumstances(
            existing=existing,
            restrictions=await restrictions_of(tx.db_session, player_ids, first),
            physiology=await physiology_of(tx.db_session, player_ids),
            workouts={**others, **wanted.workouts},
        ),
        untouchable_ids={each.id for each in there if not runs[each.team_id]},
    )


async def cancel(tx: Transaction, assignment_ids: Collection[UUID]) -> None:
    """What was completed or cancelled meanwhile is in nobody's way any more."""
    if assignment_ids:
        locked = await assignments_for_update(tx.db_session, assignment_ids)
        cancelled = [
            replace(with_status(each, AssignmentStatus.CANCELLED), updated_at=tx.now)
            for each in locked.values()
            if each.status in OPEN_STATUSES
        ]
        await save_assignments(tx.db_session, cancelled)


def _used(workouts: Sequence[Workout], made: Sequence[WorkoutAssignment]) -> list[Workout]:
    used = {each.workout_id for each in made}
    return [each for each in workouts if each.id in used]


def _told(assigned: Assigned, team: Team, now: datetime) -> list[AssignmentPhaseAdjusted]:
    return [
        AssignmentPhaseAdjusted(
            aggregate_id=stored.id,
            version=stored.version,
            organization_id=team.organization_id,
            team_id=team.id,
            player_id=stored.player_id,
            phase_id=each.phase_id,
            adjustment_timestamp=now,
        )
        for each, stored in zip(assigned.create, assigned.made, strict=True)
        if each.phase_id is not None
    ]
