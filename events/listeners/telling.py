"""What listeners have in common: how far one goes at once, and what is said of an event that was given up."""

from __future__ import annotations

from uuid import UUID

from db.database import Transaction
from db.teams import teams_by_id
from events.wire import Undeliverable

BATCH = 5_000
"""Assignments in one unit of work: a second or two, where the eight that it has would do for much more."""
NO_ORGANIZATION = UUID(int=0)
"""Of an event about a team that is unknown here: whoever sent it hears of it, and no subscriber does."""
FOR_OPERATORS = frozenset({"failed", "crashed"})


async def organization_of(tx: Transaction, team_id: UUID) -> UUID:
    team = (await teams_by_id(tx.db_session, [team_id])).get(team_id)
    return NO_ORGANIZATION if team is None else team.organization_id


def public(why: Undeliverable) -> tuple[str, str]:
    """A code and a reason that everybody may read."""
    if why.reason in FOR_OPERATORS:
        return "internal_error", "It could not be applied. An operator sees to it."
    return why.reason, str(why)


def progress_of(after: UUID | None) -> str | None:
    return None if after is None else str(after)


def after_of(progress: str | None) -> UUID | None:
    return None if progress is None else UUID(progress)
