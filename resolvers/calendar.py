"""A person's sessions for a calendar, by signing in or by an address that is the key itself.

A calendar client cannot send a token in a header. So a person may have an address with a long random token in
it: it opens this one calendar, for reading, until the person takes a new address or none.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from db import calendar_feeds, people
from db.sessions import sessions_of_person_between
from domain import access
from domain.access import PlanFacts, Scope
from domain.calendar import CalendarEntry
from domain.errors import Forbidden, NotFound
from domain.people import Membership, Person, TeamRole
from resolvers.context import Context
from resolvers.ids import Kind
from resolvers.permissions import Has
from resolvers.services import Services
from resolvers.sight import NOBODY, refuse_unless_seen

BEFORE, AHEAD = timedelta(days=90), timedelta(days=400)
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class PersonCalendar:
    person: Person
    entries: tuple[CalendarEntry, ...]


async def calendar_of(context: Context, person_id: UUID) -> PersonCalendar:
    """For a caller who may see the person's plans: what stands in a calendar stands in those."""
    Has(Scope.PLANS_READ).check(context)
    async with context.services.db.read() as db_session:
        found = await people.viewer_facts(db_session, person_id)
    sight = access.Sight.NONE
    if found is not None:
        sight = access.sight_of_plan(context.caller, _facts_of_plans(*found))
    refuse_unless_seen(sight, Kind.PLAYER, person_id)
    assert found is not None  # noqa: S101 - without it, nothing is seen
    return await _calendar(context.services, found[0])


async def calendar_by_token(services: Services, person_id: UUID, token: str) -> PersonCalendar:
    """``NotFound`` for a token that opens nothing, or another person's calendar."""
    async with services.db.read() as db_session:
        owner_id = await calendar_feeds.person_of_feed(db_session, _hash(token)) or NOBODY
        found = await people.people_by_id(db_session, [owner_id])
    person = found.get(owner_id)
    if person is None or person.id != person_id:
        raise NotFound("calendar", str(person_id))
    return await _calendar(services, person)


async def take_calendar_token(context: Context) -> tuple[UUID, str]:
    """A new token of the caller's own calendar; the former one opens nothing any more."""
    Has(Scope.PLANS_READ).check(context)
    person_id = _own_id(context)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    await context.unit_of_work(
        lambda tx: calendar_feeds.put_feed(tx.db_session, person_id, _hash(token), tx.now)
    )
    return person_id, token


async def give_up_calendar_token(context: Context) -> None:
    person_id = _own_id(context)
    await context.unit_of_work(lambda tx: calendar_feeds.delete_feed(tx.db_session, person_id))


async def _calendar(services: Services, person: Person) -> PersonCalendar:
    today = services.clock().astimezone(ZoneInfo(person.time_zone)).date()
    async with services.db.read() as db_session:
        entries = await sessions_of_person_between(db_session, person.id, today - BEFORE, today + AHEAD)
    return PersonCalendar(person, tuple(entries))


def _facts_of_plans(person: Person, memberships: tuple[Membership, ...]) -> PlanFacts:
    """What every plan of the person has in common."""
    plays_in = frozenset(each.team_id for each in memberships if each.role is TeamRole.PLAYER)
    return PlanFacts(NOBODY, person.organization_id, person.id, plays_in)


def _own_id(context: Context) -> UUID:
    if context.caller.id is None:
        raise Forbidden("A service has no calendar.")
    return context.caller.id


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
