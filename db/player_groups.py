"""The groups of a team: its lines, positions, age groups and groups of its own, and who is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.athletes import PlayerGroupRow
from db.models.people import MembershipRow
from domain.assignments import AssignmentType
from domain.people import TeamRole
from domain.phase_templates import TargetGroup
from domain.player_groups import PlayerGroup, TeamGroup


async def groups_of_teams(
    db_session: AsyncSession, team_ids: Collection[UUID]
) -> dict[UUID, list[TeamGroup]]:
    """By type and name; a group that nobody is in does not exist."""
    row = PlayerGroupRow
    rows = await db_session.execute(
        select(row.team_id, row.type, row.name, row.person_id)
        .where(row.team_id.in_(team_ids))
        .order_by(row.team_id, row.type, row.name, row.person_id)
    )
    members: dict[tuple[UUID, TargetGroup], list[UUID]] = defaultdict(list)
    for team_id, type_, name, person_id in rows:
        members[team_id, TargetGroup(AssignmentType(type_), name)].append(person_id)
    found: dict[UUID, list[TeamGroup]] = defaultdict(list)
    for (team_id, group), player_ids in members.items():
        found[team_id].append(TeamGroup(team_id, group, tuple(player_ids)))
    return found


async def groups_of_players(
    db_session: AsyncSession, player_ids: Collection[UUID]
) -> dict[UUID, list[PlayerGroup]]:
    """The groups that each player is in, of whatever team, by team, type and name."""
    row = PlayerGroupRow
    rows = await db_session.execute(
        select(row.person_id, row.team_id, row.type, row.name)
        .where(row.person_id.in_(player_ids))
        .order_by(row.person_id, row.team_id, row.type, row.name)
    )
    found: dict[UUID, list[PlayerGroup]] = defaultdict(list)
    for player_id, team_id, type_, name in rows:
        found[player_id].append(PlayerGroup(team_id, TargetGroup(AssignmentType(type_), name)))
    return found


async def change_group(
    db_session: AsyncSession,
    team_id: UUID,
    group: TargetGroup,
    *,
    joining: Collection[UUID] = (),
    leaving: Collection[UUID] = (),
) -> TeamGroup:
    """Put players into the group and take others out; returns who is in it now. All are players of the team.

    Two who change it at once both have their way: nobody is taken out whom no one named.
    """
    row = PlayerGroupRow
    is_group = (row.team_id == team_id, row.type == group.type, row.name == group.name)
    if leaving:
        await db_session.execute(delete(row).where(*is_group, row.person_id.in_(leaving)))
    if joining:
        values = [
            {"team_id": team_id, "type": group.type, "name": group.name, "person_id": each}
            for each in sorted(joining)
        ]
        await db_session.execute(insert(row).values(values).on_conflict_do_nothing())
    members = await db_session.scalars(select(row.person_id).where(*is_group).order_by(row.person_id))
    return TeamGroup(team_id, group, tuple(members))


async def players_among(
    db_session: AsyncSession, team_id: UUID, person_ids: Sequence[UUID]
) -> frozenset[UUID]:
    """Of these people, those who play in the team."""
    found = await db_session.scalars(
        select(MembershipRow.person_id).where(
            MembershipRow.team_id == team_id,
            MembershipRow.role == TeamRole.PLAYER,
            MembershipRow.person_id.in_(person_ids),
        )
    )
    return frozenset(found)
