"""``planning.season_plan.updated``: assignments are brought in step with a season plan that was changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from db.database import Transaction
from domain.events import SeasonPlanSyncFailed
from domain.planning_events import SeasonPlanUpdated, UpdateType
from domain.seasons import SeasonPlan
from events.handler import Received
from events.listeners.telling import BATCH, after_of, organization_of, progress_of, public
from events.season.announcing import next_version
from events.season.following import follow_season_plan
from events.season.lookup import SeasonLookup, actor_of
from events.wire import Undeliverable


@dataclass(frozen=True, slots=True)
class FollowSeasonPlan:
    """The event says which phases; what they are now is read from the plan. So one that comes late does no
    harm, and none is left out for it.

    That a phase was removed is believed of a plan that has not changed since.
    """

    seasons: SeasonLookup
    batch: int = BATCH

    async def __call__(self, tx: Transaction, received: Received[SeasonPlanUpdated]) -> str | None:
        event = received.event
        team = await self.seasons.team(tx, event.team_id)
        plan = await self.seasons.season_plan(tx, team, event.season_plan_id)
        _check_phases(plan, event)
        if event.update_type is UpdateType.PHASE_REMOVED and plan.updated_at <= received.occurred_at:
            phases = tuple(each for each in plan.phases if each.id not in event.updated_phases)
            plan = replace(plan, phases=phases)
        followed = await follow_season_plan(
            tx,
            team,
            plan,
            event.updated_phases,
            event.update_type,
            by=await actor_of(tx, team, event.triggered_by),
            after=after_of(received.progress),
            limit=self.batch,
        )
        return progress_of(followed.more_after)


async def tell_season_sync_failed(
    tx: Transaction, received: Received[SeasonPlanUpdated], why: Undeliverable
) -> None:
    event = received.event
    code, reason = public(why)
    tx.record(
        SeasonPlanSyncFailed(
            aggregate_id=event.team_id,
            version=next_version(tx, SeasonPlanSyncFailed, event.team_id),
            organization_id=await organization_of(tx, event.team_id),
            code=code,
            reason=reason,
            source_event_id=received.event_id,
            season_plan_id=event.season_plan_id,
        )
    )


def _check_phases(plan: SeasonPlan, event: SeasonPlanUpdated) -> None:
    """A phase that was added or changed has to be there. One that is gone may be gone here already."""
    if event.update_type is UpdateType.PHASE_REMOVED:
        return
    known = {each.id for each in plan.phases}
    unknown = [str(each) for each in event.updated_phases if each not in known]
    if unknown:
        raise Undeliverable("unknown_phase", f"The season plan has no phase {', '.join(unknown[:5])}.")
