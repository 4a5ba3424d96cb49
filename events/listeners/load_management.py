"""``planning.load_management.recommendation``: what some players of a team have before them is eased."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from db.database import Transaction
from domain.errors import DomainError
from domain.events import LoadManagementApplied
from domain.planning import Actor
from domain.planning_events import LoadManagementRecommended
from events.handler import Received
from events.listeners.threshold_breaches import tell_workload_failed
from events.season.announcing import next_version
from events.season.lookup import SeasonLookup, check_players
from events.season.relief import Relief, relieve_players
from events.wire import Undeliverable

BY = Actor(None, "load management")
UNEXPLAINED = "Recommended by load management."


@dataclass(frozen=True, slots=True)
class FollowRecommendations:
    """All of them or none: one player who is not the team's makes the whole event undeliverable."""

    seasons: SeasonLookup

    async def __call__(self, tx: Transaction, received: Received[LoadManagementRecommended]) -> None:
        event = received.event
        team = await self.seasons.team(tx, event.team_id)
        reliefs: dict[UUID, list[Relief]] = defaultdict(list)
        for each in event.recommendations:
            relief = Relief(each.recommended_adjustment, each.reason or UNEXPLAINED)
            reliefs[each.player_id].append(relief)
        await check_players(tx, team, reliefs)
        try:
            relieved = await relieve_players(tx, team, reliefs, by=BY)
        except DomainError as error:
            raise Undeliverable(error.code, str(error)) from error
        if relieved:
            tx.record(
                LoadManagementApplied(
                    aggregate_id=team.id,
                    version=next_version(tx, LoadManagementApplied, team.id),
                    organization_id=team.organization_id,
                    player_ids=tuple(sorted(relieved)),
                    adjustments_count=sum(map(len, relieved.values())),
                )
            )


async def tell_recommendation_failed(
    tx: Transaction, received: Received[LoadManagementRecommended], why: Undeliverable
) -> None:
    event = received.event
    players = dict.fromkeys(each.player_id for each in event.recommendations)
    await tell_workload_failed(tx, received.event_id, event.team_id, players, why)
