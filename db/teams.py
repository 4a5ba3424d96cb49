"""Teams and who is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.people import MembershipRow, PersonRow, TeamRow
from db.paging import Order, Page, PageRequest, fetch_page, fetch_pages
from db.people import PERSON, person_of
from db.visibility import people_visible_to, teams_visible_to
from db.written_once import one_of
from domain.people import Person, Team, TeamRole, Viewer

TEAM = (TeamRow.id, TeamRow.organization_id, TeamRow.name, TeamRow.sport, TeamRow.time_zone)
_TEAMS = select(*TEAM).where(one_of(TeamRow.id, "team_ids"))
_MEMBERS = select(MembershipRow.person_id, MembershipRow.team_id).where(
    one_of(MembershipRow.person_id, "person_ids")
)


async def teams_by_id(db_session: AsyncSession, team_ids: Sequence[UUID]) -> dict[UUID, Team]:
    rows = await db_session.execute(_TEAMS, {"team_ids": list(team_ids)})
    return {row.id: _team(row) for row in rows}


async def visible_teams(db_session: AsyncSession, viewer: Viewer, request: PageRequest) -> Page[Team]:
    """The teams that the viewer may see, by name."""
    query = select(*TEAM).where(teams_visible_to(viewer))
    return await fetch_page(db_session, query, Order((TeamRow.name, TeamRow.id)), request, _team)


async def teams_of_people(db_session: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, list[Team]]:
    """The teams that each person plays in or coaches, by name."""
    rows = await db_session.execute(
        select(MembershipRow.person_id, *TEAM)
        .distinct()  # a player-coach is there once
        .join(TeamRow, TeamRow.id == MembershipRow.team_id)
        .where(MembershipRow.person_id.in_(person_ids))
        .order_by(MembershipRow.person_id, TeamRow.name, TeamRow.id)
    )
    found: dict[UUID, list[Team]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(_team(row))
    return found


async def team_ids_of_people(
    db_session: AsyncSession, person_ids: Sequence[UUID]
) -> dict[UUID, frozenset[UUID]]:
    """What ``access.sight_of_person`` rests on: the teams that each person plays in or coaches."""
    rows = await db_session.execute(_MEMBERS, {"person_ids": list(person_ids)})
    found: dict[UUID, set[UUID]] = {person_id: set() for person_id in person_ids}
    for person_id, team_id in rows:
        found[person_id].add(team_id)
    return {person_id: frozenset(team_ids) for person_id, team_ids in found.items()}


async def played_team_ids_of_people(
    db_session: AsyncSession, person_ids: Sequence[UUID]
) -> dict[UUID, frozenset[UUID]]:
    """What ``access.sight_of_athlete`` rests on: the teams that each person plays in."""
    rows = await db_session.execute(
        select(MembershipRow.person_id, MembershipRow.team_id).where(
            MembershipRow.person_id.in_(person_ids), MembershipRow.role == TeamRole.PLAYER
        )
    )
    found: dict[UUID, set[UUID]] = {person_id: set() for person_id in person_ids}
    for person_id, team_id in rows:
        found[person_id].add(team_id)
    return {person_id: frozenset(team_ids) for person_id, team_ids in found.items()}


async def time_zones(db_session: AsyncSession) -> list[str]:
    """Every zone that a team is in."""
    found = await db_session.scalars(select(TeamRow.time_zone).distinct().order_by(TeamRow.time_zone))
    return list(found)


async def players_of_teams(
    db_session: AsyncSession, viewer: Viewer, team_ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[Person]]:
    """A page of the players of each team that the viewer may see, by name."""
    return await _members(db_session, viewer, team_ids, TeamRole.PLAYER, request)


async def coaches_of_teams(
    db_session: AsyncSession, viewer: Viewer, team_ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[Person]]:
    """A page of the coaches of each team that the viewer may see, by name."""
    return await _members(db_session, viewer, team_ids, TeamRole.COACH, request)


async def _members(
    db_session: AsyncSession, viewer: Viewer, team_ids: Sequence[UUID], role: TeamRole, request: PageRequest
) -> dict[UUID, Page[Person]]:
    def members_of(team_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        return (
            select(*PERSON)
            .join(MembershipRow, MembershipRow.person_id == PersonRow.id)
            .where(MembershipRow.team_id == team_id, MembershipRow.role == role, people_visible_to(viewer))
        )

    order = Order((PersonRow.display_name, PersonRow.id))
    return await fetch_pages(db_session, team_ids, members_of, order, request, person_of)


def _team(row: Row[*tuple[Any, ...]]) -> Team:
    return Team(row.id, row.organization_id, row.name, row.sport, row.time_zone)
