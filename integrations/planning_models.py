"""The planning service's JSON as pydantic checks it, and the domain object that each answer becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from domain.phases import Intensity, Objective, ObjectiveType, PhaseType, Priority, SeasonPhase
from domain.seasons import (
    EARLIEST,
    LARGEST_MULTIPLIER,
    LATEST,
    LONGEST_NAME,
    MOST_FOCUS_AREAS,
    MOST_GAMES_A_WEEK,
    MOST_OBJECTIVES,
    MOST_PHASES,
    MOST_SESSIONS_A_WEEK,
    SeasonLoad,
    SeasonPlan,
    SeasonStatus,
)
from integrations.planning_errors import AnswerMalformed

MOST_PLAYERS = 1_000


class RiskBand(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class PlayerWorkload:
    """Loads in AU over the period, scores from 0 to 100; None is what the service could not say."""

    player_id: UUID
    total_load_au: float
    training_load_au: float
    game_load_au: float
    monotony: float | None
    strain_au: float | None
    acute_chronic_ratio: float | None
    recovery_score: float | None
    readiness_score: float | None
    risk_band: RiskBand | None


class Answer(BaseModel):
    """Strict: a number in quotes is no number. What we do not know is ignored: the service may grow."""

    model_config = ConfigDict(
        strict=True, frozen=True, extra="ignore", allow_inf_nan=False, alias_generator=to_camel
    )


_Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
_Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
_Load = Annotated[float, Field(ge=0, le=10_000_000)]
_Score = Annotated[float, Field(ge=0, le=100)]


class ObjectivePart(Answer):
    type: ObjectiveType
    priority: Priority
    target_improvement: float = Field(ge=0, le=100)


class PhasePart(Answer):
    id: UUID
    name: _Name
    type: PhaseType
    start_date: _Day
    end_date: _Day
    intensity: Intensity
    training_frequency: int = Field(ge=1, le=MOST_SESSIONS_A_WEEK)
    load_multiplier: float | None = Field(None, ge=0, le=LARGEST_MULTIPLIER)
    focus_areas: list[str] = Field([], max_length=MOST_FOCUS_AREAS)
    game_frequency: float = Field(0.0, ge=0, le=MOST_GAMES_A_WEEK)
    game_days: list[Annotated[int, Field(ge=0, le=6)]] = Field([], max_length=7)
    recovery_ratio: float = Field(0.0, ge=0, le=1)
    objectives: list[ObjectivePart] = Field([], max_length=MOST_OBJECTIVES)

    def to_domain(self, season_plan_id: UUID) -> SeasonPhase:
        if self.end_date < self.start_date:
            raise AnswerMalformed([f"endDate: {self.name} ends before it starts"])
        return SeasonPhase(
            id=self.id,
            season_plan_id=season_plan_id,
            name=self.name,
            type=self.type,
            starts_on=self.start_date,
            ends_on=self.end_date,
            intensity=self.intensity,
            training_frequency=self.training_frequency,
            load_multiplier=self.load_multiplier,
            focus_areas=tuple(self.focus_areas),
            game_frequency=self.game_frequency,
            game_weekdays=tuple(self.game_days),
            recovery_ratio=self.recovery_ratio,
            objectives=tuple(
                Objective(each.type, each.priority, each.target_improvement) for each in self.objectives
            ),
        )


class CurrentPhaseAnswer(PhasePart):
    season_plan_id: UUID
    team_id: UUID | None = None


class LoadProgressionPart(Answer):
    base_load: int = Field(ge=0)
    peak_week: int | None = None
    taper_weeks: list[int] = []
    recovery_weeks: list[int] = []


class SeasonPlanAnswer(Answer):
    id: UUID
    organization_id: UUID
    team_id: UUID
    name: _Name
    start_date: _Day
    end_date: _Day
    status: SeasonStatus
    load_progression: LoadProgressionPart
    phases: list[PhasePart] = Field(max_length=MOST_PHASES)
    version: int = Field(ge=1)
    created_at: AwareDatetime
    updated_at: AwareDatetime

    def to_domain(self) -> SeasonPlan:
        load = self.load_progression
        phases = (each.to_domain(self.id) for each in self.phases)
        return SeasonPlan(
            id=self.id,
            organization_id=self.organization_id,
            team_id=self.team_id,
            name=self.name,
            starts_on=self.start_date,
            ends_on=self.end_date,
            status=self.status,
            load=SeasonLoad(
                load.base_load, load.peak_week, tuple(load.taper_weeks), tuple(load.recovery_weeks)
            ),
            phases=tuple(sorted(phases, key=lambda each: (each.starts_on, each.id))),
            version=self.version,
            created_at=self.created_at,
            updated_at=self.updated_at,
        )


class TemplateAnswer(Answer):
    id: UUID
    organization_id: UUID | None = None
    version: int = Field(ge=1)
    created_at: AwareDatetime
    updated_at: AwareDatetime


class PlayerPart(Answer):
    player_id: UUID
    total_load: _Load
    training_load: _Load
    game_load: _Load
    monotony: _Load | None = None
    strain: _Load | None = None
    acute_chronic_ratio: _Load | None = None
    recovery_score: _Score | None = None
    readiness_score: _Score | None = None
    injury_risk: RiskBand | None = None

    def to_domain(self) -> PlayerWorkload:
        return PlayerWorkload(
            player_id=self.player_id,
            total_load_au=self.total_load,
            training_load_au=self.training_load,
            game_load_au=self.game_load,
            monotony=self.monotony,
            strain_au=self.strain,
            acute_chronic_ratio=self.acute_chronic_ratio,
            recovery_score=self.recovery_score,
            readiness_score=self.readiness_score,
            risk_band=self.injury_risk,
        )


class WorkloadAnswer(Answer):
    team_id: UUID
    start_date: _Day
    end_date: _Day
    players: list[PlayerPart] = Field(max_length=MOST_PLAYERS)
