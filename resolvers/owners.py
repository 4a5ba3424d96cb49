"""For whom a caller may make a plan: exactly for those whose plans they may then see."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from db import people
from domain import access
from domain.access import PlanFacts, Sight
from domain.errors import InvalidInput
from domain.people import Person, TeamRole
from resolvers.context import Context
from resolvers.ids import Kind, uuid_of
from resolvers.sight import NOBODY, granted


async def owner_for(context: Context, db_session: AsyncSession, owner_id: str | None) -> Person:
    """Without an ``owner_id``, the caller. ``NotFound`` or ``Forbidden`` where it is not theirs to give."""
    owner = context.caller.id if owner_id is None else uuid_of(Kind.PLAYER, owner_id)
    if owner is None:
        raise InvalidInput.of("ownerId", "A service has no plans of its own: say whose it is to be.")
    found = await people.viewer_facts(db_session, owner)
    if found is None:
        return granted(None, Sight.NONE, Kind.PLAYER, owner)
    person, memberships = found
    plays_in = frozenset(each.team_id for each in memberships if each.role is TeamRole.PLAYER)
    facts = PlanFacts(NOBODY, person.organization_id, person.id, plays_in)
    return granted(person, access.sight_of_plan(context.caller, facts), Kind.PLAYER, owner)
