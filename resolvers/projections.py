"""The coming week as it would be: under the plan as it is, and under what is tried. Nothing is stored."""

from __future__ import annotations

import asyncio
from asyncio import gather
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID, uuid4

import strawberry

from db.athletes import target_players
from domain import access
from domain.access import Scope, Sight
from domain.assignments import is_in_phase
from domain.days import today_in
from domain.errors import InvalidInput, SeasonDataUnavailable
from domain.people import Person, Team
from domain.phases import SeasonPhase
from domain.planning import Actor
from domain.seasons import phase_on
from domain.template_expansion import Application, expand
from domain.workload.coming import Coming, Shortened, in_phase, of_player, planned_loads
from domain.workload.model import DayLoad
from domain.workload.projection import Projection, project
from domain.workload.thresholds import WorkloadThresholds
from integrations.flags import Flag
from resolvers.context import Context, Info
from resolvers.ids import Kind, uuid_of
from resolvers.permissions import Behind, Has, let_in
from resolvers.projection_inputs import (
    LONGEST_MINUTES,
    SHORTEST_MINUTES,
    ShorterWorkoutInput,
    TemplateScenarioInput,
    WorkloadScenarioInput,
)
from resolvers.reporting import may_read_reports
from resolvers.season_sight import phase_in_sight, template_in_sight, workout_in_sight
from resolvers.workload import limits_of_player, limits_of_team
from resolvers.workload_loaders import AskedComing

Scenario = Annotated[
    WorkloadScenarioInput | None,
    strawberry.argument(description="What to try; only the plan as it is unless given."),
]
Change = Callable[[UUID, Coming], Coming]
WEEK = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Projected:
    """``projected`` None: nothing was to be tried."""

    player: Person
    as_planned: Projection
    projected: Projection | None


async def project_workload_of_player(
    info: Info, parent: strawberry.Parent[Person], scenario: Scenario = None
) -> Projected | None:
    """None for who may know the player, but not what they do."""
    context = info.context
    if not await may_read_reports(context, parent):
        return None
    first = today_in(parent.time_zone, context.services.clock()) + timedelta(days=1)
    team = None
    if scenario is not None and scenario.template:
        team = await _only_team(context, parent)
    change = await _change(context, scenario, team, first)
    limits = await limits_of_player(context, parent)
    [found] = await _projected(context, [parent], first, limits, change)
    return found


async def project_workload_of_team(
    info: Info, parent: strawberry.Parent[Team], scenario: Scenario = None
) -> list[Projected]:
    """Of the players whose training the caller sees."""
    context = info.context
    first = today_in(parent.time_zone, context.services.clock()) + timedelta(days=1)
    players = await context.loaders.workload.athletes_of_team.load(parent.id)
    change = await _change(context, scenario, parent, first)
    limits = await limits_of_team(context, parent.id)
    return await _projected(context, players, first, limits, change)


def player_of_projection(parent: strawberry.Parent[Projected]) -> Person:
    return parent.player


async def _projected(
    context: Context,
    players: Sequence[Person],
    first: date,
    limits: WorkloadThresholds,
    change: Change | None,
) -> list[Projected]:
    loader = context.loaders.workload.coming
    found = await gather(*(loader.load(AskedComing(each.id, first)) for each in players))

    def work() -> list[Projected]:
        return [
            Projected(
                player,
                _project(history, coming, first, limits),
                None if change is None else _project(history, change(player.id, coming), first, limits),
            )
            for player, (history, coming) in zip(players, found, strict=True)
        ]

    return await asyncio.to_thread(work)


def _project(
    history: Sequence[DayLoad], coming: Coming, first: date, limits: WorkloadThresholds
) -> Projection:
    return project(history, planned_loads(coming, first, first + WEEK), first, thresholds=limits)


async def _change(
    context: Context, scenario: WorkloadScenarioInput | None, team: Team | None, first: date
) -> Change | None:
    """What the scenario makes of one player's coming week."""
    if scenario is None:
        return None
    if scenario.phase_id:
        return await _under_phase(context, uuid_of(Kind.SEASON_PHASE, scenario.phase_id))
    if scenario.template and team is not None:
        return await _with_template(context, team, scenario.template, first)
    if scenario.shorter_workout:
        return await _shorter(context, scenario.shorter_workout)
    raise InvalidInput.of("scenario", "Say what to try, or leave it out.")


async def _under_phase(context: Context, phase_id: UUID) -> Change:
    let_in(context, (Has(Scope.SEASONS_READ), Behind(Flag.SEASONS)))
    phase = await phase_in_sight(context, phase_id)
    plan = await context.loaders.season.plan(phase.season_plan_id)
    now, by = context.services.clock(), _by(context)

    def change(_: UUID, coming: Coming) -> Coming:
        if plan is None:
            return coming
        return replace(coming, assignments=in_phase(coming.assignments, phase, plan.team_id, now, by))

    return change


async def _with_template(context: Context, team: Team, input: TemplateScenarioInput, first: date) -> Change:
    """As it would be applied: for whom its groups name, and in step with the phase of its start."""
    let_in(context, (Has(Scope.SEASONS_READ), Behind(Flag.PHASE_TEMPLATES)))
    starts_on = input.start_date or first
    if not first - timedelta(weeks=52) <= starts_on <= first + WEEK:
        raise InvalidInput.of("startDate", f"It reaches the week from {first} if it starts by its end.")
    template = await template_in_sight(context, uuid_of(Kind.PHASE_TEMPLATE, input.template_id))
    phase = await _phase_on(context, team, starts_on)
    async with context.services.db.read() as db_session:
        players = (await target_players(db_session, [team.id])).get(team.id, [])
    application = Application(
        team.organization_id,
        team.id,
        starts_on,
        context.services.clock(),
        game_weekdays=() if phase is None else phase.game_weekdays,
    )
    made = (await asyncio.to_thread(expand, template, players, application, uuid4)).assignments
    now, by = context.services.clock(), _by(context)

    def change(player_id: UUID, coming: Coming) -> Coming:
        own = of_player(made, player_id)
        if phase is not None:
            there = [each for each in own if is_in_phase(each, phase, starts_on)]
            rest = tuple(each for each in own if each not in there)
            own = (*in_phase(there, phase, team.id, now, by), *rest)
        return replace(coming, assignments=(*coming.assignments, *own))

    return change


async def _shorter(context: Context, input: ShorterWorkoutInput) -> Change:
    let_in(context, (Has(Scope.ASSIGNMENTS_READ), Behind(Flag.ASSIGNMENTS)))
    if not SHORTEST_MINUTES <= input.minutes <= LONGEST_MINUTES:
        raise InvalidInput.of(
            "minutes", f"Minutes are {input.minutes}; they are {SHORTEST_MINUTES} to {LONGEST_MINUTES}."
        )
    workout = await workout_in_sight(context, uuid_of(Kind.WORKOUT, input.workout_id))
    shortened = Shortened(workout.planned_minutes, input.minutes, input.day)

    def change(_: UUID, coming: Coming) -> Coming:
        return replace(coming, shortened={**coming.shortened, workout.id: shortened})

    return change


async def _phase_on(context: Context, team: Team, day: date) -> SeasonPhase | None:
    try:
        plan = await context.loaders.season.plan_of_team.load(team)
    except SeasonDataUnavailable:
        return None
    return None if plan is None else phase_on(plan, day)


async def _only_team(context: Context, player: Person) -> Team:
    """The one that the player plays in, as far as the caller sees it."""
    team_ids = await context.loaders.played_team_ids_of_person.load(player.id)
    teams = await gather(*(context.loaders.team.load(each) for each in sorted(team_ids)))
    seen = [
        each
        for each in teams
        if each is not None
        and access.sight_of_team(context.caller, each.id, each.organization_id) is Sight.FULL
    ]
    if len(seen) != 1:
        raise InvalidInput.of("template", "A template is for a team: ask for the team's projection instead.")
    return seen[0]


def _by(context: Context) -> Actor:
    return Actor(context.caller.id, context.caller.display_name)
