"""Players by the names that a file has for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.people import MembershipRow, PersonRow
from db.people import PERSON, person_of
from db.visibility import athletes_visible_to
from domain.log_import import PlayerName
from domain.people import Person, TeamRole, Viewer


async def reportable_players(
    db_session: AsyncSession, viewer: Viewer, names: Collection[PlayerName], team_id: UUID | None
) -> dict[PlayerName, list[Person]]:
    """Those whom the viewer may report of, in one statement; with ``team_id``, only players of that team.

    ``names`` are by ``email``, ``player`` (the name as shown) or ``player_id`` (as in the database).
    """
    emails, shown = (sorted({each.text for each in names if each.by == by}) for by in ("email", "player"))
    ids = [UUID(each.text) for each in names if each.by == "player_id"]
    as_shown = func.lower(func.regexp_replace(func.trim(PersonRow.display_name), r"\s+", " ", "g"))
    query = select(*PERSON, PersonRow.email, as_shown.label("as_shown")).where(
        athletes_visible_to(viewer),
        or_(PersonRow.email.in_(emails), PersonRow.id.in_(ids), as_shown.in_(shown)),
    )
    if team_id is not None:
        plays = exists().where(
            MembershipRow.person_id == PersonRow.id,
            MembershipRow.team_id == team_id,
            MembershipRow.role == TeamRole.PLAYER,
        )
        query = query.where(plays)
    found: dict[PlayerName, list[Person]] = defaultdict(list)
    for row in await db_session.execute(query.order_by(PersonRow.id)):
        for by, text in (("player_id", str(row.id)), ("email", row.email), ("player", row.as_shown)):
            if text is not None:
                found[PlayerName(by, text)].append(person_of(row))
    return found
