"""What the changes of assignments answer."""

from datetime import date
from typing import Annotated

import strawberry

from domain.access import Scope
from domain.assignment_conflicts import ConflictKind, Resolution
from resolvers import assignment_answers as answers
from resolvers import assignment_changes, assignment_outcomes, completions, phase_sync, template_application
from resolvers.permissions import Has
from resolvers.statuses import ErrorCode
from schema.fields import field
from schema.types.assignment import READS_TEMPLATES, TrainingCompletion, WorkoutAssignment
from schema.types.errors import (
    ConflictError,
    Error,
    ForbiddenError,
    InvalidInputError,
    InvalidStateError,
    NotFoundError,
    SeasonDataUnavailableError,
)
from schema.types.people import Player, Team
from schema.types.season import READS_ADJUSTMENTS, READS_SEASONS, SeasonPhase
from schema.types.season_sync import SyncStatus
from schema.types.season_template import PhaseTemplate, TargetGroup
from schema.types.workout import Workout

SEES_PEOPLE = Has(Scope.TEAMS_READ)
SHOWN = assignment_outcomes.MOST_SHOWN
HIDDEN_PLAYER = "The player; null if you may not see them."


@strawberry.type(description="Something that stands in the way of an assignment to a player.")
class AssignmentConflict:
    kind: ConflictKind = field(answers.kind_of_conflict, description="What kind of thing.")
    index: int = field(
        description="The number of what was to be assigned in the list handed in, or in the template; from 0."
    )
    player_id: strawberry.ID = field(
        answers.id_of_player_in_conflict, description="Global id of the player, as resolutions name it."
    )
    player: Player | None = field(
        answers.player_in_conflict,
        needs=[SEES_PEOPLE],
        description=HIDDEN_PLAYER,
    )
    workout: Workout | None = field(
        answers.workout_in_conflict,
        description="What was to be assigned; null for a session of a plan that is no workout yet.",
    )
    day: date = field(answers.day_of_conflict, description="The first day with it, in the team's calendar.")
    message: str = field(answers.message_of_conflict, description="What it is, for people.")
    resolutions: list[Resolution] = field(answers.ways_out, description="The ways out that there are.")
    existing_assignments: list[WorkoutAssignment] = field(
        answers.in_the_way,
        size=2,
        description="What is there already and would be cancelled by replacing it, of what you may cancel.",
    )
    proposed_on: date | None = field(
        answers.proposed_day, description="The day that rescheduling would take; null where there is none."
    )
    resolution: Resolution | None = field(description="How it was resolved; null while it is open.")


@strawberry.type(description="What it comes to for one player.")
class PlayerAssignments:
    player_id: strawberry.ID = field(answers.id_of_player, description="Global id of the player.")
    player: Player | None = field(
        answers.player_of_outcome,
        needs=[SEES_PEOPLE],
        description=HIDDEN_PLAYER,
    )
    created_count: int = field(description="Assignments that the player was given.")
    skipped_count: int = field(description="Assignments that the player goes without, as was chosen.")
    conflict_count: int = field(description="Conflicts that were found for the player.")


@strawberry.type(
    description="What assigning comes to. Where nothing was stored it is what would be, and the ids of its "
    "assignments mean nothing."
)
class AssignmentOutcome:
    assignments: list[WorkoutAssignment] = field(
        size=60, description=f"The assignments, the first {SHOWN} at most: by day, player and id."
    )
    created_count: int = field(description="Number of assignments, all of them.")
    adjusted_count: int = field(description="Of these, how many follow a phase from the beginning.")
    cancelled_assignments: list[WorkoutAssignment] = field(
        answers.cancelled_assignments,
        size=10,
        description=f"What was replaced, as it is now, the first {SHOWN} at most.",
    )
    cancelled_count: int = field(description="Number of assignments that were replaced, all of them.")
    players: list[PlayerAssignments] = field(
        size=60, description="It player by player, for everybody it was meant for."
    )
    conflicts: list[AssignmentConflict] = field(
        size=60, description=f"Conflicts that were found, open ones first, the first {SHOWN} at most."
    )
    conflict_count: int = field(description="Number of conflicts, all of them.")
    adjustments_pending: bool = field(
        description="Whether the season could not be had, so that they are as planned: bring the team in "
        "step later."
    )
    season_is_stale: bool = field(
        description="Whether the season that they follow is an earlier answer of the planning system, past "
        "its time."
    )
    warnings: list[str] = field(size=1, description="What should be looked at, but stops nothing.")
    dry_run: bool = field(description="Whether nothing was stored because only this was asked for.")


@strawberry.type(description="Conflicts are open, so nothing was stored.")
class UnresolvedConflictsError(Error):
    message: str = field(answers.message_of_held, description="What it is and what helps, for people.")
    code: ErrorCode = field(answers.code_of_held, description="What it is, for programs.")
    open_count: int = field(description="Number of conflicts that are open.")
    outcome: AssignmentOutcome = field(description="What it would come to without these, with all conflicts.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, assignment_outcomes.Held)


@strawberry.type(description="The workout is assigned, or would be after a dry run.")
class CreateAssignmentSuccess:
    outcome: AssignmentOutcome = field(description="What it comes to.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, assignment_outcomes.Made)


@strawberry.type(description="The workouts are assigned, or would be after a dry run.")
class BulkAssignSuccess:
    outcome: AssignmentOutcome = field(description="What it comes to.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, assignment_outcomes.Made)


@strawberry.type(description="The template's workouts are assigned, or would be after a dry run.")
class ApplyPhaseTemplateSuccess:
    template: PhaseTemplate | None = field(
        answers.template_applied,
        needs=READS_TEMPLATES,
        description="The template; null if it is gone since.",
    )
    phase: SeasonPhase | None = field(
        answers.phase_of_answer,
        needs=READS_SEASONS,
        description="The phase in force on the start, if there is one.",
    )
    empty_groups: list[TargetGroup] = field(
        description="Groups that the template has workouts for and nobody in the team is in."
    )
    outcome: AssignmentOutcome = field(description="What it comes to.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, template_application.Applied)


@strawberry.type(description="The assignment is what this answer says.")
class UpdateAssignmentSuccess:
    assignment: WorkoutAssignment = field(description="The assignment as it is now.")
    adjustments_pending: bool = field(
        description="Whether the season could not be had: then it is as planned, in no phase."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, assignment_changes.Changed)


@strawberry.type(description="The assignment is taken back.")
class CancelAssignmentSuccess:
    assignment: WorkoutAssignment = field(description="The assignment as it is now.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, assignment_changes.Cancelled)


@strawberry.type(description="The day is completed.")
class NotifyTrainingCompletionSuccess:
    assignment: WorkoutAssignment = field(
        description="The assignment as it is now: completed when none of its days is to come."
    )
    completion: TrainingCompletion = field(description="What was recorded.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, completions.CompletionAnswer)


@strawberry.type(description="The team's assignments are in step with the phase.")
class SyncPhaseAdjustmentsSuccess:
    team: Team | None = field(answers.team_synced, needs=[SEES_PEOPLE], description="The team.")
    phase: SeasonPhase | None = field(answers.phase_of_answer, needs=READS_SEASONS, description="The phase.")
    adjusted_count: int = field(description="Assignments that follow it now as they should, and did not.")
    unchanged_count: int = field(description="Assignments that did already.")
    restored_count: int = field(description="Assignments that followed it and are as planned again.")
    more_after: strawberry.ID | None = field(
        description="There are more than are done at once: send it again with this as after. Null: all done."
    )
    season_is_stale: bool = field(
        description="Whether the season is an earlier answer of the planning system, past its time."
    )
    sync_status: SyncStatus | None = field(
        answers.status_after,
        needs=READS_ADJUSTMENTS,
        weight=50,
        description="Where the team stands now, of what you see.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, phase_sync.Synced)


@strawberry.type(description="The team's assignments are as its season wants them.")
class BringInStepSuccess:
    team: Team | None = field(answers.team_synced, needs=[SEES_PEOPLE], description="The team.")
    adjusted_count: int = field(
        description="Assignments that follow their phase as they should now, and did not before."
    )
    unchanged_count: int = field(description="Assignments that did already.")
    restored_count: int = field(
        description="Assignments that followed a phase that they are not in, and are as planned again."
    )
    more_after: strawberry.ID | None = field(
        description="There are more than are done at once: send it again with this as after. Null: all done."
    )
    season_is_stale: bool = field(
        description="Whether the season is an earlier answer of the planning system, past its time."
    )
    sync_status: SyncStatus | None = field(
        answers.status_after,
        needs=READS_ADJUSTMENTS,
        weight=50,
        description="Where the team stands now, of what you see.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, phase_sync.Synced)


CreateAssignmentResult = Annotated[
    CreateAssignmentSuccess
    | UnresolvedConflictsError
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | ConflictError,
    strawberry.union("CreateAssignmentResult", description="How a new assignment was answered."),
]
BulkAssignResult = Annotated[
    BulkAssignSuccess
    | UnresolvedConflictsError
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | ConflictError,
    strawberry.union("BulkAssignResult", description="How many new assignments were answered."),
]
ApplyPhaseTemplateResult = Annotated[
    ApplyPhaseTemplateSuccess
    | UnresolvedConflictsError
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | ConflictError
    | SeasonDataUnavailableError,
    strawberry.union("ApplyPhaseTemplateResult", description="How a template's application was answered."),
]
UpdateAssignmentResult = Annotated[
    UpdateAssignmentSuccess
    | UnresolvedConflictsError
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    strawberry.union("UpdateAssignmentResult", description="How a change of an assignment was answered."),
]
CancelAssignmentResult = Annotated[
    CancelAssignmentSuccess | NotFoundError | ForbiddenError | InvalidStateError | ConflictError,
    strawberry.union("CancelAssignmentResult", description="How taking an assignment back was answered."),
]
NotifyTrainingCompletionResult = Annotated[
    NotifyTrainingCompletionSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError,
    strawberry.union("NotifyTrainingCompletionResult", description="How a report of training was answered."),
]
SyncPhaseAdjustmentsResult = Annotated[
    SyncPhaseAdjustmentsSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | InvalidStateError
    | ConflictError
    | SeasonDataUnavailableError,
    strawberry.union("SyncPhaseAdjustmentsResult", description="How bringing in step was answered."),
]
BringInStepResult = Annotated[
    BringInStepSuccess
    | NotFoundError
    | ForbiddenError
    | InvalidInputError
    | ConflictError
    | SeasonDataUnavailableError,
    strawberry.union("BringInStepResult", description="How bringing a team in step was answered."),
]
