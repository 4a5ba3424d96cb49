"""Workload and readiness as they are read: of a player, and of a team's players together."""

from __future__ import annotations

from asyncio import gather
from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from domain import access
from domain.access import Sight
from domain.days import today_in
from domain.errors import InvalidInput, SeasonDataUnavailable
from domain.people import Person, Team
from domain.seasons import EARLIEST, LATEST
from domain.workload.loads import check_range
from domain.workload.model import Readiness, RiskBand
from domain.workload.summary import NOTHING_KNOWN, Summary
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds
from events.season.source import Sourced
from integrations.planning_answers import TeamWorkload as Told
from integrations.planning_models import PlayerWorkload as PlayerTold
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.reporting import may_read_reports
from resolvers.season_at_hand import on_behalf_of
from resolvers.season_loaders import Freshness
from resolvers.sight import team_in_sight
from resolvers.windows import DateRangeInput, past_window
from resolvers.workload_fields import MOST_DAYS, PlayerAnalytics, TeamAnalytics
from resolvers.workload_loaders import Asked
from resolvers.workload_wanted import wanted_metrics

TeamId = Annotated[strawberry.ID, strawberry.argument(description="Global id of the team.")]
StartDate = Annotated[date, strawberry.argument(description="First day.")]
EndDate = Annotated[
    date,
    strawberry.argument(
        description=f"Last day, inclusive: at most {MOST_DAYS} days in all. Days to come have no numbers yet."
    ),
]
Range = Annotated[
    DateRangeInput | None,
    strawberry.argument(description="Which days; the four weeks that end today unless given."),
]


async def workload_analytics(
    info: Info, team_id: TeamId, start_date: StartDate, end_date: EndDate
) -> TeamAnalytics:
    if not (EARLIEST <= start_date <= LATEST and EARLIEST <= end_date <= LATEST):
        raise InvalidInput.of("startDate", f"Days are from {EARLIEST} to {LATEST}.")
    check_range(start_date, end_date)
    _look_ahead(info)
    team = await team_in_sight(info.context, uuid_of(Kind.TEAM, team_id))
    return await _of_team(info.context, team, start_date, end_date)


async def workload_of_team(info: Info, parent: strawberry.Parent[Team], range: Range = None) -> TeamAnalytics:
    _look_ahead(info)
    today = today_in(parent.time_zone, info.context.services.clock())
    return await _of_team(info.context, parent, *past_window(range, today))


async def workload_of_player(
    info: Info, parent: strawberry.Parent[Person], range: Range = None
) -> PlayerAnalytics | None:
    """None for who may know the player, but not what they did."""
    context = info.context
    if not await may_read_reports(context, parent):
        return None
    _look_ahead(info)
    today = today_in(parent.time_zone, context.services.clock())
    limits = await limits_of_player(context, parent)
    return await _of_player(context, parent, *past_window(range, today), limits)


async def readiness_of_player(info: Info, parent: strawberry.Parent[Person]) -> Readiness | None:
    """Today's, in their zone."""
    context = info.context
    if not await may_read_reports(context, parent):
        return None
    _look_ahead(info)
    today = today_in(parent.time_zone, context.services.clock())
    asked = Asked(parent.id, today, today, await limits_of_player(context, parent))
    found = await context.loaders.workload.analysis.load(asked)
    return found.days[-1].readiness


def _look_ahead(info: Info) -> None:
    """Once for an operation, and before anything of it is analysed."""
    loaders = info.context.loaders.workload
    if not loaders.wanted:
        loaders.wanted = wanted_metrics(info)


async def _of_team(context: Context, team: Team, first: date, last: date) -> TeamAnalytics:
    limits = await limits_of_team(context, team.id)
    sight = access.sight_to_run_team(context.caller, team.id, team.organization_id)
    players, told = await gather(
        context.loaders.workload.athletes_of_team.load(team.id), _told(context, team, first, last)
    )
    said = {} if told is None else {each.player_id: each for each in told.value.players}
    found = await gather(
        *(_of_player(context, each, first, last, limits, team.time_zone) for each in players)
    )
    if told is not None:
        found = [replace(each, told=_as_told(said.get(each.player.id))) for each in found]
    age = None if told is None else told.age_seconds
    return TeamAnalytics(
        team,
        first,
        last,
        tuple(found),
        sight is Sight.FULL,
        None if told is None else Freshness(age or 0.0, told.is_stale),
    )


async def _of_player(
    context: Context,
    player: Person,
    first: date,
    last: date,
    limits: WorkloadThresholds,
    time_zone: str | None = None,
) -> PlayerAnalytics:
    """Up to today in ``time_zone``, the player's unless given: a team's players go by one calendar."""
    now = context.services.clock()
    known_last = min(last, today_in(time_zone or player.time_zone, now))
    workload = None
    if first <= known_last:
        workload = await context.loaders.workload.analysis.load(Asked(player.id, first, known_last, limits))
    return PlayerAnalytics(player, first, last, workload, today_in(player.time_zone, now))


async def limits_of_team(context: Context, team_id: UUID) -> WorkloadThresholds:
    found = await context.loaders.workload.limits_of_team.load(team_id)
    return DEFAULT_THRESHOLDS if found is None else found.thresholds


async def limits_of_player(context: Context, player: Person) -> WorkloadThresholds:
    """Those of their team; who plays in several is held to the usual ones, as none of them is the one."""
    team_ids = await context.loaders.played_team_ids_of_person.load(player.id)
    if len(team_ids) != 1:
        return DEFAULT_THRESHOLDS
    return await limits_of_team(context, next(iter(team_ids)))


async def _told(context: Context, team: Team, first: date, last: date) -> Sourced[Told] | None:
    """What the planning service says. Where it gives nothing our own numbers stand in; nothing waits."""
    try:
        return await context.services.season_source.workload(team, first, last, on_behalf_of(context))
    except SeasonDataUnavailable:
        return None


def _as_told(said: PlayerTold | None) -> Summary:
    """Of a player whom the service does not know, nothing is known."""
    if said is None:
        return NOTHING_KNOWN
    return Summary(
        said.total_load_au,
        said.training_load_au,
        said.game_load_au,
        said.monotony,
        said.strain_au,
        said.acute_chronic_ratio,
        said.recovery_score,
        said.readiness_score,
        None if said.risk_band is None else RiskBand(said.risk_band.value),
    )
