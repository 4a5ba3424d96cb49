"""The players of teams whose training and health a viewer sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.people import MembershipRow, PersonRow
from db.people import PERSON, person_of
from db.visibility import athletes_visible_to
from domain.people import Person, TeamRole, Viewer


async def athletes_of_teams(
    db_session: AsyncSession, team_ids: Sequence[UUID], viewer: Viewer | None = None
) -> dict[UUID, list[Person]]:
    """By name. Of those whose training ``viewer`` sees; None: of all."""
    query = (
        select(MembershipRow.team_id, *PERSON)
        .join(PersonRow, PersonRow.id == MembershipRow.person_id)
        .where(MembershipRow.team_id.in_(team_ids), MembershipRow.role == TeamRole.PLAYER)
        .order_by(MembershipRow.team_id, PersonRow.display_name, PersonRow.id)
    )
    if viewer is not None:
        query = query.where(athletes_visible_to(viewer))
    found: dict[UUID, list[Person]] = defaultdict(list)
    for row in await db_session.execute(query):
        found[row.team_id].append(person_of(row))
    return found
