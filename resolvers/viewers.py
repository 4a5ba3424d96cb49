"""From a verified token to the caller of an operation."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from db import people
from domain.access import effective_scopes
from domain.errors import Unauthorized
from domain.people import Membership, Person, Role, TeamRole, Viewer
from integrations.tokens import Claims
from resolvers.services import Services


async def viewer_of(services: Services, claims: Claims) -> Viewer:
    """The caller that the claims speak of, with the role that is stored: the token's is not believed.

    ``Unauthorized`` for a person or an organization that is unknown here, or that do not belong together;
    which of these it was is not said.
    """
    if claims.kind == "service":
        return await _service(services, claims)
    return await _person(services, claims)


async def viewers_again(services: Services, viewers: Sequence[tuple[Viewer, Claims]]) -> list[Viewer | None]:
    """The same callers as they stand now, in that order, with one statement; None for who is gone.

    A service is what its token says for as long as that is good.
    """
    ids = {viewer.id for viewer, _ in viewers if viewer.id is not None}
    async with services.db.read() as db_session:
        facts = await people.viewers_facts(db_session, sorted(ids)) if ids else {}
    return [
        viewer if viewer.id is None else _again(facts.get(viewer.id), viewer, claims)
        for viewer, claims in viewers
    ]


def _again(
    found: tuple[Person, tuple[Membership, ...]] | None, before: Viewer, claims: Claims
) -> Viewer | None:
    if found is None or found[0].organization_id != before.organization_id:
        return None
    return _viewer_from(*found, claims)


async def _person(services: Services, claims: Claims) -> Viewer:
    if claims.person_id is None:
        raise _unknown()
    async with services.db.read() as db_session:
        found = await people.viewer_facts(db_session, claims.person_id)
    if found is None:
        raise _unknown()
    person, memberships = found
    if claims.organization_id not in (None, person.organization_id):
        raise _unknown()
    return _viewer_from(person, memberships, claims)


async def _service(services: Services, claims: Claims) -> Viewer:
    if claims.organization_id is None:
        raise _unknown()
    async with services.db.read() as db_session:
        known = await people.organizations_by_id(db_session, [claims.organization_id])
    if claims.organization_id not in known:
        raise _unknown()
    return Viewer(
        id=None,
        service_name=claims.service_name,
        organization_id=claims.organization_id,
        display_name=claims.service_name or claims.subject,
        role=Role.SERVICE,
        time_zone="UTC",
        scopes=effective_scopes(Role.SERVICE, claims.scopes),
        coached_team_ids=frozenset(),
        played_team_ids=frozenset(),
        token_expires_at=claims.expires_at,
    )


def _viewer_from(person: Person, memberships: tuple[Membership, ...], claims: Claims) -> Viewer:
    return Viewer(
        id=person.id,
        service_name=None,
        organization_id=person.organization_id,
        display_name=person.display_name,
        role=person.role,
        time_zone=person.time_zone,
        scopes=effective_scopes(person.role, claims.scopes),
        coached_team_ids=_teams(memberships, TeamRole.COACH),
        played_team_ids=_teams(memberships, TeamRole.PLAYER),
        token_expires_at=claims.expires_at,
    )


def _teams(memberships: tuple[Membership, ...], role: TeamRole) -> frozenset[UUID]:
    return frozenset(each.team_id for each in memberships if each.role is role)


def _unknown() -> Unauthorized:
    return Unauthorized("This token is for nobody that is known here.", reason="unknown_subject")
