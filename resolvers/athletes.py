"""What is known of players: bodies, groups, restrictions. For the player, who coaches them, and admins."""

from asyncio import gather
from typing import Annotated, Any
from uuid import UUID

import strawberry

from domain import access
from domain.access import Sight
from domain.days import today_in
from domain.people import Person, Team
from domain.physiology import MedicalRestriction, Physiology
from domain.player_groups import PlayerGroup, TeamGroup
from resolvers.context import Context, Info
from resolvers.ids import Kind
from resolvers.sight import NOBODY, granted

IncludeEnded = Annotated[
    bool, strawberry.argument(description="Also those that are over; only what is in force or to come else.")
]


async def profile_of_player(info: Info, parent: strawberry.Parent[Person]) -> Physiology | None:
    """None for who may know the player, but not what is known of their body."""
    context = info.context
    plays_in = await context.loaders.played_team_ids_of_person.load(parent.id)
    sight = access.sight_of_athlete(context.caller, parent.id, parent.organization_id, plays_in)
    if sight is not Sight.FULL:
        return None
    return await context.loaders.physiology_of_player.load(parent.id) or Physiology(parent.id)


def load_limit_of_profile(parent: strawberry.Parent[Physiology]) -> int | None:
    return parent.weekly_load_limit_au


async def restrictions_of_profile(
    info: Info, parent: strawberry.Parent[Physiology], include_ended: IncludeEnded = False
) -> list[MedicalRestriction]:
    loaders = info.context.loaders
    found, person = await gather(
        loaders.restrictions_of_player.load(parent.player_id), loaders.person.load(parent.player_id)
    )
    if include_ended or person is None:
        return list(found)
    today = today_in(person.time_zone, info.context.services.clock())
    return [each for each in found if each.ends_on is None or each.ends_on >= today]


async def groups_of_profile(info: Info, parent: strawberry.Parent[Physiology]) -> list[PlayerGroup]:
    """Of the teams that the caller sees: a coach of one team learns nothing of another."""
    caller, loaders = info.context.caller, info.context.loaders
    found = await loaders.groups_of_player.load(parent.player_id)
    teams = await loaders.team.load_many([each.team_id for each in found])
    return [
        group
        for group, team in zip(found, teams, strict=True)
        if team is not None and access.sight_of_team(caller, team.id, team.organization_id) is Sight.FULL
    ]


async def team_of_group(info: Info, parent: strawberry.Parent[Any]) -> Team | None:
    return await info.context.loaders.team.load(parent.team_id)


async def groups_of_team(info: Info, parent: strawberry.Parent[Team]) -> list[TeamGroup] | None:
    """None for who plays in the team without running it."""
    sight = access.sight_to_run_team(info.context.caller, parent.id, parent.organization_id)
    return list(await info.context.loaders.groups_of_team.load(parent.id)) if sight is Sight.FULL else None


async def players_of_group(info: Info, parent: strawberry.Parent[TeamGroup]) -> list[Person]:
    found = await info.context.loaders.person.load_many(list(parent.player_ids))
    return sorted((each for each in found if each is not None), key=lambda each: (each.display_name, each.id))


async def player_of_restriction(info: Info, parent: strawberry.Parent[MedicalRestriction]) -> Person | None:
    return await info.context.loaders.person.load(parent.player_id)


async def restriction_in_sight(context: Context, restriction_id: UUID) -> MedicalRestriction:
    found = await context.loaders.medical_restriction.load(restriction_id)
    player_id = NOBODY if found is None else found.player_id
    person, plays_in = await gather(
        context.loaders.person.load(player_id), context.loaders.played_team_ids_of_person.load(player_id)
    )
    sight = Sight.NONE
    if person is not None:
        sight = access.sight_of_athlete(context.caller, person.id, person.organization_id, plays_in)
    return granted(found, sight, Kind.MEDICAL_RESTRICTION, restriction_id)
