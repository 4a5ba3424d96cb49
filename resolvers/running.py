"""Running a team: whose teams a caller decides over, and as whom they do it."""

from __future__ import annotations

from domain import access
from domain.access import Sight
from domain.errors import Forbidden
from domain.people import Team
from domain.planning import Actor
from resolvers.context import Context
from resolvers.ids import Kind, uuid_of
from resolvers.sight import granted


async def team_to_run(context: Context, team_id: str) -> Team:
    """The team by its global id, if the caller coaches it, or runs its organization."""
    key = uuid_of(Kind.TEAM, team_id)
    team = await context.loaders.team.load(key)
    if team is None:
        return granted(None, Sight.NONE, Kind.TEAM, key)
    sight = access.sight_to_run_team(context.caller, key, team.organization_id)
    if sight is Sight.EXISTS:
        raise Forbidden("Only who coaches this team decides over its season and its assignments.")
    return granted(team, sight, Kind.TEAM, key)


def actor_of(context: Context) -> Actor:
    caller = context.caller
    return Actor(caller.id, caller.display_name)
