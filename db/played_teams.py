"""The teams that players play in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.people import MembershipRow, TeamRow
from domain.people import Team, TeamRole


async def played_teams_of_people(
    db_session: AsyncSession, person_ids: Collection[UUID]
) -> dict[UUID, list[Team]]:
    """By their ids."""
    rows = await db_session.execute(
        select(
            MembershipRow.person_id,
            TeamRow.id,
            TeamRow.organization_id,
            TeamRow.name,
            TeamRow.sport,
            TeamRow.time_zone,
        )
        .join(TeamRow, TeamRow.id == MembershipRow.team_id)
        .where(MembershipRow.person_id.in_(person_ids), MembershipRow.role == TeamRole.PLAYER)
        .order_by(MembershipRow.person_id, TeamRow.id)
    )
    found: dict[UUID, list[Team]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append(Team(row.id, row.organization_id, row.name, row.sport, row.time_zone))
    return found
