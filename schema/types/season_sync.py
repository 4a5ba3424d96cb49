from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain.access import Scope
from domain.planning import AdjustmentType
from domain.steps import StepState
from resolvers import sync_status
from resolvers.permissions import Has
from schema.fields import field
from schema.types.assignment import READS_ASSIGNMENTS, WorkoutAssignment
from schema.types.season import READS_SEASONS, SeasonPhase

if TYPE_CHECKING:
    from schema.types.people import Team


@strawberry.type(description="How many assignments are not as the phase wants them, in one respect.")
class AdjustmentTypeCount:
    type: AdjustmentType = field(description="In what they differ.")
    count: int = field(description="Number of assignments.")


@strawberry.type(description="An assignment that is not as the phase in force wants it.")
class AssignmentOutOfStep:
    types: list[AdjustmentType] = field(
        size=2,
        description="In what it differs from what the phase wants; empty if it should follow no phase.",
    )
    follows_past_phase: bool = field(description="Whether it follows a phase that it is not in any more.")
    assignment: WorkoutAssignment | None = field(
        sync_status.assignment_out_of_step, needs=READS_ASSIGNMENTS, description="The assignment."
    )
    phase: SeasonPhase | None = field(
        sync_status.phase_followed,
        needs=READS_SEASONS,
        description="The phase that it follows; null if it follows none, or one that is gone.",
    )


@strawberry.type(
    description="Whether a team's active assignments are as its phase wants them; of those that you see."
)
class SyncStatus:
    state: StepState = field(sync_status.state_of_status, description="It in a word.")
    phase: SeasonPhase | None = field(
        sync_status.phase_of_status, needs=READS_SEASONS, description="The phase in force; null for none."
    )
    in_phase_count: int = field(
        sync_status.in_phase_count, description="Number of active assignments that are in the phase today."
    )
    in_step_count: int = field(
        sync_status.in_step_count, description="Number of these that are as the phase wants them."
    )
    out_of_step_count: int = field(
        sync_status.out_of_step_count,
        description="Number of assignments that are not: in the phase, or following one that is over.",
    )
    counts_by_type: list[AdjustmentTypeCount] = field(
        sync_status.counts_by_type, size=4, description="In what those that are in the phase differ from it."
    )
    past_phase_count: int = field(
        sync_status.past_phase_count,
        description="Number of assignments that follow a phase that they are not in any more.",
    )
    last_adjusted_at: datetime | None = field(
        sync_status.last_adjusted_at,
        description="When a phase last changed any of them, UTC; null if none ever did.",
    )
    out_of_step: list[AssignmentOutOfStep] = field(
        sync_status.out_of_step,
        size=100,
        description="The first of those that are not as they should be, by their first day; at most 100.",
    )
    is_complete: bool = field(
        description="Whether all active assignments were looked at, or of very many the first 20,000."
    )
    team: Annotated["Team", strawberry.lazy("schema.types.people")] = field(
        sync_status.team_of_status, needs=[Has(Scope.TEAMS_READ)], description="The team."
    )
