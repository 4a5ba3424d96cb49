"""The season that a change of assignments goes by: asked for before the change, kept while it is made."""

from __future__ import annotations

from dataclasses import dataclass

from db.database import Transaction
from db.seasons import active_season_plan_kept
from domain.errors import SeasonDataUnavailable
from domain.people import Team
from domain.seasons import SeasonPlan
from integrations.planning_http import OnBehalfOf
from resolvers.context import Context


@dataclass(frozen=True, slots=True)
class SeasonAtHand:
    """``plan`` is what a planning service gave, None for no season. With ``is_own`` the transaction reads it.

    ``is_missing``: there is a planning service, and not even an earlier answer of it.
    """

    plan: SeasonPlan | None = None
    is_own: bool = False
    is_stale: bool = False
    is_missing: bool = False


NO_SEASON = SeasonAtHand()


async def season_at_hand(context: Context, team: Team) -> SeasonAtHand:
    """Outside of any transaction: another system may take a second to answer, and nothing waits for that."""
    source = context.services.season_source
    if source.is_own:
        return SeasonAtHand(is_own=True)
    try:
        found = await source.season_plan(team, on_behalf_of(context))
    except SeasonDataUnavailable:
        return SeasonAtHand(is_missing=True)
    return SeasonAtHand(found.value, is_stale=found.is_stale)


async def plan_kept(tx: Transaction, team: Team, season: SeasonAtHand) -> SeasonPlan | None:
    """The season as it stays until the transaction ends, where it is ours to keep.

    What is assigned while somebody changes the season would otherwise miss the change.
    """
    if season.is_own:
        return await active_season_plan_kept(tx.db_session, team.id)
    return season.plan


def on_behalf_of(context: Context) -> OnBehalfOf:
    caller = context.caller
    return OnBehalfOf(caller.id, caller.role.value, caller.organization_id, context.correlation_id)
