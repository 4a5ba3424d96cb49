"""``planning.phase.changed``: a team's assignments leave its old phase and follow the new one."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from db.database import Transaction
from domain.events import PhaseChangeFailed
from domain.planning_events import PhaseChanged
from events.handler import Received
from events.listeners.telling import BATCH, after_of, organization_of, progress_of, public
from events.phase_watch import enter_phase
from events.season.announcing import next_version
from events.season.following import change_phase
from events.season.lookup import SeasonLookup, actor_of
from events.wire import Undeliverable


@dataclass(frozen=True, slots=True)
class FollowPhaseChange:
    """The phase's days are those of the season plan, whatever the event says of them.

    Without ``autoApplyAdjustments`` the old phase is left and the new one waits for a coach: until then its
    assignments are reported as out of step.
    """

    seasons: SeasonLookup
    batch: int = BATCH

    async def __call__(self, tx: Transaction, received: Received[PhaseChanged]) -> str | None:
        event = received.event
        team = await self.seasons.team(tx, event.team_id)
        plan, phase = await self.seasons.phase(tx, team, event.new_phase_id)
        await enter_phase(tx, team, phase.id)
        followed = await change_phase(
            tx,
            team,
            plan,
            event.old_phase_id,
            phase,
            by=await actor_of(tx, team, event.triggered_by),
            is_followed=event.auto_apply_adjustments,
            after=after_of(received.progress),
            limit=self.batch,
        )
        return progress_of(followed.more_after)


async def tell_phase_change_failed(
    tx: Transaction, received: Received[PhaseChanged], why: Undeliverable
) -> None:
    await tell_phase_failed(tx, received.event_id, received.event.team_id, received.event.new_phase_id, why)


async def tell_phase_failed(
    tx: Transaction, event_id: UUID, team_id: UUID, phase_id: UUID, why: Undeliverable
) -> None:
    """The team was not brought in step with the phase."""
    code, reason = public(why)
    tx.record(
        PhaseChangeFailed(
            aggregate_id=team_id,
            version=next_version(tx, PhaseChangeFailed, team_id),
            organization_id=await organization_of(tx, team_id),
            code=code,
            reason=reason,
            source_event_id=event_id,
            phase_id=phase_id,
        )
    )
