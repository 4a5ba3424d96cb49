"""Who there is: the viewer, players and teams."""

from typing import Annotated

import strawberry

from db import teams as stored
from domain import access
from domain.access import Sight
from domain.people import Person, Team, Viewer
from domain.sessions import CompressionRecord
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Info
from resolvers.ids import Kind, uuid_of
from resolvers.sight import person_if_seen, person_in_sight, team_in_sight


async def viewer(info: Info) -> Viewer:
    return info.context.caller


async def organization_of_viewer(info: Info, parent: strawberry.Parent[Viewer]) -> str | None:
    found = await info.context.loaders.organization.load(parent.organization_id)
    return None if found is None else found.name


async def player_of_viewer(info: Info, parent: strawberry.Parent[Viewer]) -> Person | None:
    """None for a service."""
    return None if parent.id is None else await person_in_sight(info.context, parent.id)


async def visible_teams(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> ConnectionOf[Team]:
    request = page(first, after, last, before)
    async with info.context.services.db.read() as db_session:
        return connection_of(await stored.visible_teams(db_session, info.context.caller, request))


async def team(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Global id of the team.")]
) -> Team:
    return await team_in_sight(info.context, uuid_of(Kind.TEAM, id))


async def player(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Global id of the player.")]
) -> Person:
    return await person_in_sight(info.context, uuid_of(Kind.PLAYER, id))


async def actor_of_record(info: Info, parent: strawberry.Parent[CompressionRecord]) -> Person | None:
    return None if parent.actor_id is None else await person_if_seen(info.context, parent.actor_id)


def scopes_of_viewer(parent: strawberry.Parent[Viewer]) -> list[str]:
    return sorted(parent.scopes)


async def teams_of_player(info: Info, parent: strawberry.Parent[Person]) -> list[Team]:
    """Of the player's teams, those that the caller sees."""
    teams = await info.context.loaders.teams_of_person.load(parent.id)
    caller = info.context.caller
    return [
        each for each in teams if access.sight_of_team(caller, each.id, each.organization_id) is Sight.FULL
    ]


async def players_of_team(
    info: Info,
    parent: strawberry.Parent[Team],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[Person]:
    key = (parent.id, page(first, after, last, before))
    return connection_of(await info.context.loaders.players_of_team.load(key))


async def coaches_of_team(
    info: Info,
    parent: strawberry.Parent[Team],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[Person]:
    key = (parent.id, page(first, after, last, before))
    return connection_of(await info.context.loaders.coaches_of_team.load(key))
