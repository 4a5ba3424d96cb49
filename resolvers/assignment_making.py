"""Making assignments, however many: conflicts first, and while one is open nothing is stored."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
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
from domain.adjustments import AdjustedAssignment
from domain.assigning import Assigned, Choices, Situation, assign
from domain.assignment_conflicts import HORIZON_DAYS, AssignmentConflict, Circumstances, Resolution
from domain.assignments import OPEN_STATUSES, AssignmentStatus, WorkoutAssignment, with_status
from domain.days import monday_of, today_in
from domain.events import AssignmentPhaseAdjusted
from domain.people import Team, Viewer
from domain.planning import Actor
from domain.seasons import SeasonPlan
from domain.workouts import Workout
from resolvers.season_at_hand import SeasonAtHand

MANY = 100
MOST_SHOWN = 200
MAKING_SECONDS = 8.0
"""Thousands of assignments take some seconds to be held against each other and to be stored."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made: ``drafts`` as asked for, each from a place of the list that was handed in.

    ``new_workouts`` are stored with the first assignment of them.
    """

    drafts: tuple[WorkoutAssignment, ...]
    places: Mapping[UUID, int]
    workouts: Mapping[UUID, Workout]
    new_workouts: tuple[Workout, ...] = ()
    choices: Choices = field(default_factory=Choices)
    follow_phase: bool = True
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ConflictFound:
    """A conflict as it is told; ``resolution`` is how it was settled, None while it is open."""

    conflict: AssignmentConflict
    index: int
    workout_id: UUID
    resolution: Resolution | None


@dataclass(frozen=True, slots=True)
class PlayerOutcome:
    """What it comes to for one player."""

    player_id: UUID
    created_count: int
    skipped_count: int
    conflict_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of lists, the first ``MOST_SHOWN`` are kept; the counts are of all.

    ``created_count`` and ``assignments`` are, where nothing was stored, those that would be made.
    """

    assignments: tuple[WorkoutAssignment, ...]
    created_count: int
    adjusted_count: int
    cancelled_ids: tuple[UUID, ...]
    cancelled_count: int
    players: tuple[PlayerOutcome, ...]
    conflicts: tuple[ConflictFound, ...]
    conflict_count: int
    adjustments_pending: bool
    season_is_stale: bool
    warnings: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """Everything was stored, unless it was a dry run."""

    outcome: Outcome
    is_settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Conflicts are open, so nothing was stored."""

    outcome: Outcome
    open_count: int


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
    work = partial(assign, wanted.drafts, wanted.places, wanted.choices, situation)
    assigned = await asyncio.to_thread(work) if len(wanted.drafts) > MANY else work()
    if assigned.settlement.open:
        return held(wanted, assigned, season)
    if wanted.dry_run:
        return Made(outcome=_outcome(wanted, assigned, _planned(assigned), season))
    await insert_workouts(tx.db_session, _used(wanted.new_workouts, assigned.create))
    made = await insert_adjusted(tx.db_session, assigned.create)
    await cancel(tx, assigned.settlement.cancel)
    for event in _told(assigned.create, made, team, tx):
        tx.record(event)
    return Made(outcome=_outcome(wanted, assigned, made, season))


def held(wanted: Wanted, assigned: Assigned, season: SeasonAtHand) -> Held:
    outcome = _outcome(wanted, assigned, _planned(assigned), season)
    return Held(outcome=outcome, open_count=len(assigned.settlement.open))


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


def _used(workouts: Sequence[Workout], create: Sequence[AdjustedAssignment]) -> list[Workout]:
    used = {each.assignment.workout_id for each in create}
    return [each for each in workouts if each.id in used]


def _told(
    create: Sequence[AdjustedAssignment], made: Sequence[WorkoutAssignment], team: Team, tx: Transaction
) -> list[AssignmentPhaseAdjusted]:
    return [
        AssignmentPhaseAdjusted(
            aggregate_id=stored.id,
            version=stored.version,
            organization_id=team.organization_id,
            team_id=team.id,
            player_id=stored.player_id,
            phase_id=each.phase_id,
            adjustment_timestamp=tx.now,
        )
        for each, stored in zip(create, made, strict=True)
        if each.phase_id is not None
    ]


def _planned(assigned: Assigned) -> list[WorkoutAssignment]:
    return [each.assignment for each in assigned.create]


def _outcome(
    wanted: Wanted,
    assigned: Assigned,
    made: Sequence[WorkoutAssignment],
    season: SeasonAtHand,
) -> Outcome:
    is_pending = wanted.follow_phase and season.is_missing
    drafts = {each.id: each for each in wanted.drafts}
    created = Counter(each.player_id for each in made)
    skipped = Counter(each.player_id for each in assigned.settlement.skipped)
    conflicting = Counter(each.player_id for each in assigned.conflicts)
    cancelled = sorted(assigned.settlement.cancel)
    in_order = sorted(made, key=lambda each: (each.scheduled_on, each.player_id, each.id))
    return Outcome(
        assignments=tuple(in_order[:MOST_SHOWN]),
        created_count=len(made),
        adjusted_count=sum(each.phase_id is not None for each in assigned.create),
        cancelled_ids=tuple(cancelled[:MOST_SHOWN]),
        cancelled_count=len(cancelled),
        players=tuple(
            PlayerOutcome(each, created[each], skipped[each], conflicting[each])
            for each in sorted({draft.player_id for draft in wanted.drafts})
        ),
        conflicts=tuple(
            ConflictFound(
                each,
                wanted.places[each.assignment_id],
                drafts[each.assignment_id].workout_id,
                assigned.settlement.ways.get(each),
            )
            for each in _worst_first(assigned)[:MOST_SHOWN]
        ),
        conflict_count=len(assigned.conflicts),
        adjustments_pending=is_pending,
        season_is_stale=season.is_stale and wanted.follow_phase,
        warnings=tuple(_warnings(assigned, is_pending)),
        dry_run=wanted.dry_run,
    )


def _worst_first(assigned: Assigned) -> list[AssignmentConflict]:
    """Open ones first: they are what is to be done something about."""
    still_open = set(assigned.settlement.open)
    return sorted(
        assigned.conflicts,
        key=lambda each: (each not in still_open, each.day, each.player_id, each.kind, each.assignment_id),
    )


def _warnings(assigned: Assigned, is_pending: bool) -> list[str]:
    waiting = sum(
        each.phase_id is None
        and (each.assignment.customizations.load_multiplier, each.assignment.customizations.intensity_steps)
        != (1.0, 0)
        for each in assigned.create
    )
    if not waiting or is_pending:
        return []
    return [
        f"{waiting} of them are in no phase: load multiplier and intensity adjustment take effect when one "
        "covers them."
    ]
