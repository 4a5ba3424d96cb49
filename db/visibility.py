"""Who sees what in a list: the rules of ``domain/access.py`` as SQL. A test holds the two together."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import aliased

from db.models.people import MembershipRow, PersonRow, TeamRow
from db.models.plans import PlanRow
from domain.people import Role, TeamRole, Viewer


def plans_visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """For a query on plans: what ``sight_of_plan`` calls FULL."""
    within = PlanRow.organization_id == viewer.organization_id
    if _sees_the_organization(viewer):
        return within
    coached = viewer.coached_team_ids if viewer.role is Role.COACH else ()
    return and_(
        within,
        or_(
            PlanRow.owner_id == viewer.id if viewer.id is not None else false(),
            _belongs_to(PlanRow.owner_id.expression, coached, TeamRole.PLAYER),
        ),
    )


def teams_visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """For a query on teams: what ``sight_of_team`` calls FULL."""
    within = TeamRow.organization_id == viewer.organization_id
    if _sees_the_organization(viewer):
        return within
    return and_(within, TeamRow.id.in_(_own_teams(viewer)))


def people_visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """For a query on people: what ``sight_of_person`` calls FULL.

    Their teams are those that they play in or coach: a player knows who the coach is.
    """
    within = PersonRow.organization_id == viewer.organization_id
    if _sees_the_organization(viewer):
        return within
    return and_(
        within,
        or_(
            PersonRow.id == viewer.id if viewer.id is not None else false(),
            _belongs_to(PersonRow.id.expression, _own_teams(viewer), *TeamRole),
        ),
    )


def _sees_the_organization(viewer: Viewer) -> bool:
    return viewer.role in (Role.ADMIN, Role.SERVICE)


def _own_teams(viewer: Viewer) -> list[UUID]:
    return sorted(viewer.coached_team_ids | viewer.played_team_ids)


def _belongs_to(
    person_id: ColumnElement[UUID], team_ids: Collection[UUID], *roles: TeamRole
) -> ColumnElement[bool]:
    if not team_ids:
        return false()
    membership = aliased(MembershipRow)  # the query around it may speak of memberships, too
    return exists().where(
        membership.person_id == person_id,
        membership.team_id.in_(sorted(team_ids)),
        membership.role.in_(roles),
    )
