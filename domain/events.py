"""What happened, in the past tense: ids and numbers, no rows. Recorded with the change, published after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.planning_events import AdjustmentKind, ThresholdType, UpdateType
from domain.seasons import SeasonStatus
from domain.workload.breaches import Severity
from domain.workload.model import RiskBand


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``version`` is the aggregate's version after the change: one event of a type for each."""

    type: ClassVar[str]
    aggregate_type: ClassVar[str]

    aggregate_id: UUID
    version: int
    organization_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCompressed(Event):
    """A session was made to fit. The aggregate is the session."""

    type: ClassVar[str] = "session.compressed"
    aggregate_type: ClassVar[str] = "session"

    plan_id: UUID
    athlete_id: UUID
    compression_id: UUID
    target_minutes: int
    achieved_minutes: int
    total_minutes_saved: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCompressionReverted(Event):
    """A compression was undone: by a person, or (``reset``) because the feature was switched off."""

    type: ClassVar[str] = "session.compression_reverted"
    aggregate_type: ClassVar[str] = "session"

    plan_id: UUID
    athlete_id: UUID
    compression_id: UUID
    reset: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanImported(Event):
    """A plan was made from a document. The aggregate is the plan."""

    type: ClassVar[str] = "plan.imported"
    aggregate_type: ClassVar[str] = "plan"

    owner_id: UUID
    session_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanged(Event):
    """A plan's own data were changed. The aggregate is the plan."""

    type: ClassVar[str] = "plan.changed"
    aggregate_type: ClassVar[str] = "plan"

    owner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDeleted(Event):
    """A plan was deleted with everything in it. The aggregate is the plan."""

    type: ClassVar[str] = "plan.deleted"
    aggregate_type: ClassVar[str] = "plan"

    owner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonPlanChanged(Event):
    """A season plan was made (version 1) or changed, or its status was. The aggregate is the season plan."""

    type: ClassVar[str] = "season_plan.changed"
    aggregate_type: ClassVar[str] = "season_plan"

    team_id: UUID
    status: SeasonStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonPlanDeleted(Event):
    """A season plan was deleted with its phases. The aggregate is the season plan."""

    type: ClassVar[str] = "season_plan.deleted"
    aggregate_type: ClassVar[str] = "season_plan"

    team_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentPhaseAdjusted(Event):
    """A phase changed an assignment, which follows it now or has left it. The aggregate is the assignment."""

    type: ClassVar[str] = "assignment.phase_adjusted"
    aggregate_type: ClassVar[str] = "assignment"

    team_id: UUID
    player_id: UUID
    phase_id: UUID
    adjustment_timestamp: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCompleted(Event):
    """A player did what was assigned for ``occurrence_on``. The aggregate is the assignment.

    The load is null where none was reported. ``reported_by_id`` is null for a program.
    """

    type: ClassVar[str] = "training.completed"
    aggregate_type: ClassVar[str] = "assignment"

    team_id: UUID
    player_id: UUID
    occurrence_on: date
    completed_at: datetime
    actual_load_au: float | None
    completion_rate: float
    reported_by_id: UUID | None
    reported_by_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLogged(Event):
    """A training came into a player's log; the load is null if unknown. The aggregate is the entry."""

    type: ClassVar[str] = "training.logged"
    aggregate_type: ClassVar[str] = "training_entry"

    player_id: UUID
    day: date
    load_au: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingCorrected(Event):
    """An entry of a log says something else now. Numbers from the earlier of the two days on may change."""

    type: ClassVar[str] = "training.corrected"
    aggregate_type: ClassVar[str] = "training_entry"

    player_id: UUID
    day: date
    previous_day: date
    load_au: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingWithdrawn(Event):
    """An entry of a log counts no more. The aggregate is the entry."""

    type: ClassVar[str] = "training.withdrawn"
    aggregate_type: ClassVar[str] = "training_entry"

    player_id: UUID
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingImported(Event):
    """A file brought entries into a player's log. The aggregate is what came of it for this player."""

    type: ClassVar[str] = "training.imported"
    aggregate_type: ClassVar[str] = "training_import"

    player_id: UUID
    first_day: date
    last_day: date
    entry_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WellnessReported(Event):
    """A player's report of a day is new or says something else. The aggregate is the report."""

    type: ClassVar[str] = "wellness.reported"
    aggregate_type: ClassVar[str] = "wellness_report"

    player_id: UUID
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RestDayReported(Event):
    """A player said that a day was for rest, or took that back. The aggregate is this player's day."""

    type: ClassVar[str] = "rest_day.reported"
    aggregate_type: ClassVar[str] = "rest_day"

    player_id: UUID
    day: date
    is_rest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadUpdated(Event):
    """A player's numbers were worked out anew, by a team's limits. The aggregate is the player.

    ``day`` is the team's today. Numbers that are not known are null: what each is, docs/formulas.md says.
    """

    type: ClassVar[str] = "workload.updated"
    aggregate_type: ClassVar[str] = "player"

    team_id: UUID
    day: date
    week_load_au: float | None
    acute_chronic_ratio: float | None
    readiness_score: float | None
    recovery_score: float | None
    risk_band: RiskBand | None
    model_version: str

    @property
    def player_id(self) -> UUID:
        return self.aggregate_id


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadThresholdPassed(Event):
    """A player is past a limit of a team: once for each breach, and again if it becomes critical.

    The aggregate is the alert. Values are in the metric's unit; of ``injury_risk`` they count signs. An
    adjustment is in percent, hours or sessions, as its type says; null if the week needs none.
    """

    type: ClassVar[str] = "workload.threshold_breached"
    aggregate_type: ClassVar[str] = "workload_alert"

    team_id: UUID
    player_id: UUID
    threshold_type: ThresholdType
    severity: Severity
    day: date
    current_value: float
    threshold_value: float
    reason: str
    adjustment_type: AdjustmentKind | None
    adjustment_value: float | None
    model_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadThresholdsChanged(Event):
    """A team has other limits: its players are held to them from now on. The aggregate is the team."""

    type: ClassVar[str] = "workload.thresholds_changed"
    aggregate_type: ClassVar[str] = "team"

    @property
    def team_id(self) -> UUID:
        return self.aggregate_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonEvent(Event):
    """Something about a team's season. The aggregate is the team; ``version_at`` gives its version."""

    aggregate_type: ClassVar[str] = "team"

    @property
    def team_id(self) -> UUID:
        return self.aggregate_id


class PhaseNotice(StrEnum):
    """Who noticed first that a team has come to another phase."""

    CALENDAR = "calendar"
    PLANNER = "planner"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseEntered(SeasonEvent):
    """A team is in another phase now, or in none; told once, whether the calendar or a planner said it.

    ``entered_on`` is the team's day. ``version`` counts these changes of the team.
    """

    type: ClassVar[str] = "training.phase.entered"

    phase_id: UUID | None
    previous_phase_id: UUID | None
    entered_on: date
    noticed_by: PhaseNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseAdjustmentsApplied(SeasonEvent):
    type: ClassVar[str] = "training.phase_adjustments.applied"

    phase_id: UUID
    adjustments_count: int
    triggered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonPlanSynced(SeasonEvent):
    """Assignments are in step with a changed season plan again."""

    type: ClassVar[str] = "training.season_plan.synced"

    season_plan_id: UUID
    update_type: UpdateType
    updated_phases: tuple[UUID, ...]
    adjustments_count: int
    triggered_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadAdjustmentApplied(SeasonEvent):
    """A breach was answered. ``adjustment_value`` is in percent, hours or sessions, as its type says."""

    type: ClassVar[str] = "training.workload_adjustment.applied"

    player_id: UUID
    threshold_type: ThresholdType
    adjustment_type: AdjustmentKind
    adjustment_value: float
    adjustments_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseTemplateProcessed(SeasonEvent):
    """A template became assignments. The phase is that of the start; null if none is in force then."""

    type: ClassVar[str] = "training.phase_template.processed"

    template_id: UUID
    phase_id: UUID | None
    assignments_created: int
    adjustments_count: int
    applied_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadManagementApplied(SeasonEvent):
    """Recommendations for some players of a team were followed."""

    type: ClassVar[str] = "training.load_management.applied"

    player_ids: tuple[UUID, ...]
    adjustments_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonFailure(SeasonEvent):
    """Nothing was applied; ``reason`` is public. ``source_event_id`` names the event that caused it."""

    code: str
    reason: str
    source_event_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChangeFailed(SeasonFailure):
    type: ClassVar[str] = "training.phase_change.error"

    phase_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonPlanSyncFailed(SeasonFailure):
    type: ClassVar[str] = "training.season_plan.sync_error"

    season_plan_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadAdjustmentFailed(SeasonFailure):
    type: ClassVar[str] = "training.workload_adjustment.error"

    player_id: UUID


OUTGOING: tuple[type[Event], ...] = (
    SessionCompressed,
    SessionCompressionReverted,
    PlanImported,
    PlanChanged,
    PlanDeleted,
    SeasonPlanChanged,
    SeasonPlanDeleted,
    AssignmentPhaseAdjusted,
    TrainingCompleted,
    TrainingLogged,
    TrainingCorrected,
    TrainingWithdrawn,
    TrainingImported,
    WellnessReported,
    RestDayReported,
    WorkloadUpdated,
    WorkloadThresholdPassed,
    WorkloadThresholdsChanged,
    PhaseEntered,
    PhaseAdjustmentsApplied,
    SeasonPlanSynced,
    WorkloadAdjustmentApplied,
    PhaseTemplateProcessed,
    LoadManagementApplied,
    PhaseChangeFailed,
    SeasonPlanSyncFailed,
    WorkloadAdjustmentFailed,
)


def version_at(now: datetime) -> int:
    """A version for an aggregate that has no counter of its own: microseconds since 1970.

    Two events of one type for one aggregate need two units of work, and those have two instants.
    """
    return int(now.timestamp() * 1_000_000)
