"""What other systems tell us: the fields are theirs, and so a contract (``events/contracts``).

On the wire a field has its name in camel case, beside ``eventId``, ``eventType`` and ``timestamp``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

Count = Annotated[int, Ge(0), Le(1_000_000)]
Name = Annotated[str, MinLen(1), MaxLen(200)]


class UpdateType(StrEnum):
    """What happened to a season plan."""

    PHASE_ADDED = "phase_added"
    PHASE_MODIFIED = "phase_modified"
    PHASE_REMOVED = "phase_removed"
    SCHEDULE_ADJUSTED = "schedule_adjusted"


class ThresholdType(StrEnum):
    HIGH_LOAD = "high_load"
    RECOVERY_NEEDED = "recovery_needed"
    INJURY_RISK = "injury_risk"


class AdjustmentKind(StrEnum):
    REDUCE_LOAD = "reduce_load"
    INCREASE_RECOVERY = "increase_recovery"
    SKIP_TRAINING = "skip_training"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendedAdjustment:
    """``value`` is in percent to reduce the load, hours to increase recovery, sessions to skip training."""

    type: AdjustmentKind
    value: Annotated[float, Gt(0), Le(1_000)]

    def __post_init__(self) -> None:
        if self.type is AdjustmentKind.REDUCE_LOAD and self.value > 100:
            raise ValueError("a load is reduced by at most 100 percent")
        if self.type is AdjustmentKind.SKIP_TRAINING and self.value != int(self.value):
            raise ValueError("sessions are skipped whole")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRecommendation:
    """One player's adjustment in a recommendation for a team."""

    player_id: UUID
    recommended_adjustment: RecommendedAdjustment
    reason: Annotated[str, MaxLen(500)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingEvent:
    """``order_matters``: one that is older than the last handled of its aggregate comes too late."""

    type: ClassVar[str]
    order_matters: ClassVar[bool] = False

    @property
    def aggregate_key(self) -> str:
        """What it is about: events with the same key are handled one after the other."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEvent(IncomingEvent):
    team_id: UUID

    @property
    def aggregate_key(self) -> str:
        return f"team:{self.team_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseChanged(TeamEvent):
    """A team entered a phase. ``old_phase_id`` is None at the first one of a season."""

    type: ClassVar[str] = "planning.phase.changed"
    order_matters: ClassVar[bool] = True

    old_phase_id: UUID | None
    new_phase_id: UUID
    phase_start_date: date
    phase_end_date: date
    auto_apply_adjustments: bool
    triggered_by: Name

    def __post_init__(self) -> None:
        if self.phase_end_date < self.phase_start_date:
            raise ValueError("the phase ends before it starts")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonPlanUpdated(TeamEvent):
    """``updated_phases`` are ids of phases: what they are by now, the season plan says."""

    type: ClassVar[str] = "planning.season_plan.updated"

    season_plan_id: UUID
    updated_phases: Annotated[tuple[UUID, ...], MaxLen(1_000)]
    update_type: UpdateType
    triggered_by: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadThresholdBreached(TeamEvent):
    """A player's workload left its bounds; the values are in the unit of the threshold."""

    type: ClassVar[str] = "planning.workload.threshold_breach"

    player_id: UUID
    threshold_type: ThresholdType
    current_value: Annotated[float, Ge(-1e9), Le(1e9)]
    threshold_value: Annotated[float, Ge(-1e9), Le(1e9)]
    recommended_adjustment: RecommendedAdjustment

    @property
    def aggregate_key(self) -> str:
        return f"player:{self.player_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateApplied(TeamEvent):
    """A phase template became assignments, elsewhere."""

    type: ClassVar[str] = "planning.template.applied"

    template_id: UUID
    phase_id: UUID
    applied_by: Name
    assignments_created: Count
    adjustments_applied: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadManagementRecommended(TeamEvent):
    type: ClassVar[str] = "planning.load_management.recommendation"

    recommendations: Annotated[tuple[LoadRecommendation, ...], MinLen(1), MaxLen(1_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanGenerationRequested(IncomingEvent):
    """Somebody asks for a plan. With ``time_crunch_target_minutes``, each of its sessions is within that."""

    type: ClassVar[str] = "PlanGenerationRequested"

    user_id: UUID
    job_id: Name
    proficiency: Literal["beginner", "intermediate", "advanced"]
    season: Literal["offseason", "preseason", "inseason"]
    availability_days: Annotated[int, Ge(1), Le(7)]
    weekly_goal_days: Annotated[int, Ge(1), Le(7)]
    equipment: Annotated[tuple[Name, ...], MaxLen(100)]
    purpose: Literal[
        "general_fitness", "sport_performance", "muscle_building", "weight_loss", "rehabilitation"
    ]
    competition_date: date | None = None
    fixed_schedules: Annotated[tuple[Name, ...], MaxLen(100)] = ()
    recovery_habits: Annotated[tuple[Name, ...], MaxLen(100)] = ()
    time_crunch_target_minutes: Annotated[int, Ge(15), Le(180)] | None = None

    @property
    def aggregate_key(self) -> str:
        return f"job:{self.job_id}"


INCOMING: tuple[type[IncomingEvent], ...] = (
    PhaseChanged,
    SeasonPlanUpdated,
    WorkloadThresholdBreached,
    TemplateApplied,
    LoadManagementRecommended,
    PlanGenerationRequested,
)
