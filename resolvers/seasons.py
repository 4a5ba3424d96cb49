"""Seasons and their phases, as they are read. How they are changed is in ``resolvers/season_changes.py``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from domain.adjustments import AdjustmentRecord
from domain.days import DAYS_A_WEEK
from domain.people import Team
from domain.phase_templates import PhaseTemplate
from domain.phases import Objective, SeasonPhase
from domain.seasons import SeasonLoad, SeasonPlan, planned_week_load_au
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Info
from resolvers.ids import Kind, uuid_of
from resolvers.season_loaders import Freshness
from resolvers.season_sight import season_plan_if_seen, team_if_seen
from resolvers.sight import team_in_sight

TeamId: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="Global id of the team.")]


async def current_phase(info: Info, team_id: TeamId) -> SeasonPhase | None:
    team = await team_in_sight(info.context, uuid_of(Kind.TEAM, team_id))
    return await current_phase_of_team(info, team)


async def current_phase_of_team(info: Info, parent: strawberry.Parent[Team]) -> SeasonPhase | None:
    context = info.context
    return await context.loaders.season.current_phase(parent, context.services.clock())


async def season_plan(info: Info, team_id: TeamId) -> SeasonPlan | None:
    team = await team_in_sight(info.context, uuid_of(Kind.TEAM, team_id))
    return await season_plan_of_team(info, team)


async def season_plan_of_team(info: Info, parent: strawberry.Parent[Team]) -> SeasonPlan | None:
    return await info.context.loaders.season.plan_of_team.load(parent)


async def seasons_of_team(
    info: Info,
    parent: strawberry.Parent[Team],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[SeasonPlan]:
    key = (parent.id, page(first, after, last, before))
    return connection_of(await info.context.loaders.season.plans_of_team.load(key))


async def team_of_season_plan(info: Info, parent: strawberry.Parent[SeasonPlan]) -> Team | None:
    return await team_if_seen(info.context, parent.team_id)


async def season_plan_of_phase(info: Info, parent: strawberry.Parent[SeasonPhase]) -> SeasonPlan | None:
    return await season_plan_if_seen(info.context, parent.season_plan_id)


async def adjustments_of_phase(
    info: Info,
    parent: strawberry.Parent[SeasonPhase],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[AdjustmentRecord]:
    key = (parent.id, page(first, after, last, before))
    return connection_of(await info.context.loaders.season.adjustments_of_phase.load(key))


@dataclass(frozen=True, slots=True)
class SeasonWeek:
    """A week of a season, from 1, and what a player's load in it is planned to come to."""

    number: int
    starts_on: date
    planned_load_au: int


def weeks_of_season_plan(parent: strawberry.Parent[SeasonPlan]) -> list[SeasonWeek]:
    return [
        SeasonWeek(
            number,
            parent.starts_on + timedelta(days=(number - 1) * DAYS_A_WEEK),
            planned_week_load_au(parent, number),
        )
        for number in range(1, parent.week_count + 1)
    ]


def base_load(parent: strawberry.Parent[SeasonLoad]) -> int:
    return parent.base_load_au


def planned_load(parent: strawberry.Parent[SeasonWeek]) -> int:
    return parent.planned_load_au


def effective_load_multiplier(parent: strawberry.Parent[SeasonPhase]) -> float:
    return parent.effective_load_multiplier


def own_load_multiplier(parent: strawberry.Parent[SeasonPhase]) -> float | None:
    return parent.load_multiplier


def game_days(parent: strawberry.Parent[SeasonPhase]) -> list[int]:
    return list(parent.game_weekdays)


def target_improvement(parent: strawberry.Parent[Objective]) -> float:
    return parent.target_improvement_percent


def freshness_of_season_plan(info: Info, parent: strawberry.Parent[SeasonPlan]) -> Freshness | None:
    return _freshness(info, parent.id)


def freshness_of_phase(info: Info, parent: strawberry.Parent[SeasonPhase]) -> Freshness | None:
    return _freshness(info, parent.id)


def freshness_of_template(info: Info, parent: strawberry.Parent[PhaseTemplate]) -> Freshness | None:
    return _freshness(info, parent.id)


def _freshness(info: Info, id: UUID) -> Freshness | None:
    return info.context.loaders.season.freshness(id)
