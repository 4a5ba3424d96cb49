"""What is to be assigned, and what that comes to: player by player, conflict by conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain.assigning import Assigned, Choices
from domain.assignment_conflicts import AssignmentConflict, Resolution
from domain.assignments import WorkoutAssignment
from domain.workouts import Workout
from resolvers.season_at_hand import SeasonAtHand

MOST_SHOWN = 200


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


def outcome_of(wanted: Wanted, assigned: Assigned, season: SeasonAtHand) -> Outcome:
    made = assigned.made
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
    return [*([] if is_pending else _waiting(assigned)), *_given_twice(assigned.made)]


def _waiting(assigned: Assigned) -> Iterator[str]:
    waiting = sum(
        each.phase_id is None
        and (each.assignment.customizations.load_multiplier, each.assignment.customizations.intensity_steps)
        != (1.0, 0)
        for each in assigned.create
    )
    if waiting:
        yield (
            f"{waiting} of them are in no phase: load multiplier and intensity adjustment take effect when "
            "one covers them."
        )


def _given_twice(made: Sequence[WorkoutAssignment]) -> Iterator[str]:
    """Two on a day may be meant. Who is in two of the groups that are named may be given it by mistake."""
    given = Counter((each.player_id, each.workout_id, each.scheduled_on) for each in made)
    twice = {player_id for (player_id, _, _), count in given.items() if count > 1}
    if twice:
        who = "1 player is" if len(twice) == 1 else f"{len(twice)} players are"
        yield f"{who} given the same workout twice on one day by this request."
