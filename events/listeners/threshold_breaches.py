"""``planning.workload.threshold_breach``: what the player has before them is eased as is recommended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from db.database import Transaction
from db.people import lock_people
from domain.errors import DomainError
from domain.events import WorkloadAdjustmentApplied, WorkloadAdjustmentFailed
from domain.planning import Actor
from domain.planning_events import WorkloadThresholdBreached
from events.handler import Received
from events.listeners.telling import organization_of, public
from events.season.announcing import next_version
from events.season.following import relieve_player
from events.season.lookup import SeasonLookup, check_players
from events.wire import Undeliverable
from events.workload.told import keep_told_breach

BY = Actor(None, "workload threshold")


@dataclass(frozen=True, slots=True)
class RelievePlayer:
    seasons: SeasonLookup

    async def __call__(self, tx: Transaction, received: Received[WorkloadThresholdBreached]) -> None:
        event = received.event
        team = await self.seasons.team(tx, event.team_id)
        await check_players(tx, team, [event.player_id])
        await lock_people(tx.db_session, [event.player_id])  # as whoever watches their numbers does
        try:
            relieved = await relieve_player(
                tx, team, event.player_id, event.recommended_adjustment, by=BY, reason=_reason(event)
            )
        except DomainError as error:
            raise Undeliverable(error.code, str(error)) from error
        await keep_told_breach(tx, team, event, by=BY, reason=_reason(event), is_relieved=bool(relieved))
        if relieved:
            tx.record(
                WorkloadAdjustmentApplied(
                    aggregate_id=team.id,
                    version=next_version(tx, WorkloadAdjustmentApplied, team.id),
                    organization_id=team.organization_id,
                    player_id=event.player_id,
                    threshold_type=event.threshold_type,
                    adjustment_type=event.recommended_adjustment.type,
                    adjustment_value=event.recommended_adjustment.value,
                    adjustments_count=len(relieved),
                )
            )


async def tell_relief_failed(
    tx: Transaction, received: Received[WorkloadThresholdBreached], why: Undeliverable
) -> None:
    event = received.event
    await tell_workload_failed(tx, received.event_id, event.team_id, [event.player_id], why)


async def tell_workload_failed(
    tx: Transaction, event_id: UUID, team_id: UUID, player_ids: Collection[UUID], why: Undeliverable
) -> None:
    """For each player of whom nothing was changed."""
    code, reason = public(why)
    organization_id = await organization_of(tx, team_id)
    for player_id in player_ids:
        tx.record(
            WorkloadAdjustmentFailed(
                aggregate_id=team_id,
                version=next_version(tx, WorkloadAdjustmentFailed, team_id),
                organization_id=organization_id,
                code=code,
                reason=reason,
                source_event_id=event_id,
                player_id=player_id,
            )
        )


def _reason(event: WorkloadThresholdBreached) -> str:
    what = event.threshold_type.replace("_", " ").capitalize()
    return f"{what}: {event.current_value:g} against a threshold of {event.threshold_value:g}."
