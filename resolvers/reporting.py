"""Of whom a caller may report and read what they did and how they felt: it is as personal as their plans."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.people import lock_people, viewer_facts
from domain import access
from domain.access import Sight
from domain.errors import InvalidInput
from domain.people import Person, TeamRole
from resolvers.context import Context
from resolvers.ids import Kind, uuid_of
from resolvers.sight import granted


def player_id_of(context: Context, player_id: str | None) -> UUID:
    """Without a ``player_id``, the caller."""
    if player_id is not None:
        return uuid_of(Kind.PLAYER, player_id)
    if context.caller.id is None:
        raise InvalidInput.of("playerId", "A service does not train: say whose report it is.")
    return context.caller.id


async def player_to_report_of(
    context: Context,
    db_session: AsyncSession,
    player_id: UUID,
    *,
    named: tuple[Kind, UUID] | None = None,
) -> Person:
    """The player, locked: reports of one player take turns.

    ``NotFound`` or ``Forbidden`` if they are not the caller's to report of; it speaks of what was ``named``,
    the player unless given.
    """
    kind, key = named or (Kind.PLAYER, player_id)
    found = await viewer_facts(db_session, player_id)
    if found is None:
        return granted(None, Sight.NONE, kind, key)
    person, memberships = found
    plays_in = frozenset(each.team_id for each in memberships if each.role is TeamRole.PLAYER)
    sight = access.sight_of_athlete(context.caller, person.id, person.organization_id, plays_in)
    player = granted(person, sight, kind, key)
    await lock_people(db_session, [player.id])
    return player


async def may_read_reports(context: Context, player: Person) -> bool:
    return await _sight(context, player) is Sight.FULL


async def sight_of_reports(context: Context, player_id: UUID) -> Sight:
    """By the loaders, for what belongs to a player; none for a player who is not there."""
    person = await context.loaders.person.load(player_id)
    return Sight.NONE if person is None else await _sight(context, person)


async def _sight(context: Context, player: Person) -> Sight:
    plays_in = await context.loaders.played_team_ids_of_person.load(player.id)
    return access.sight_of_athlete(context.caller, player.id, player.organization_id, plays_in)
