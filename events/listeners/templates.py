"""``planning.template.applied``: what was made from a template comes in step with the phase it is for."""

from __future__ import annotations

from dataclasses import dataclass

from db.database import Transaction
from domain.events import PhaseTemplateProcessed
from domain.planning_events import TemplateApplied
from events.handler import Received
from events.listeners.phase_changes import tell_phase_failed
from events.listeners.telling import BATCH, after_of, progress_of
from events.season.announcing import next_version
from events.season.following import follow_template
from events.season.lookup import SeasonLookup, actor_of
from events.wire import Undeliverable


@dataclass(frozen=True, slots=True)
class FollowTemplate:
    """The assignments were made by whoever applied the template; how many, is theirs to say."""

    seasons: SeasonLookup
    batch: int = BATCH

    async def __call__(self, tx: Transaction, received: Received[TemplateApplied]) -> str | None:
        event = received.event
        team = await self.seasons.team(tx, event.team_id)
        _, phase = await self.seasons.phase(tx, team, event.phase_id)
        template = await self.seasons.template(team, event.template_id)
        by = await actor_of(tx, team, event.applied_by)
        followed = await follow_template(
            tx, team, phase, template.id, by=by, after=after_of(received.progress), limit=self.batch
        )
        if followed.changed_count:
            tx.record(
                PhaseTemplateProcessed(
                    aggregate_id=team.id,
                    version=next_version(tx, PhaseTemplateProcessed, team.id),
                    organization_id=team.organization_id,
                    template_id=template.id,
                    phase_id=phase.id,
                    assignments_created=event.assignments_created,
                    adjustments_count=followed.changed_count,
                    applied_by=by.name,
                )
            )
        return progress_of(followed.more_after)


async def tell_template_failed(
    tx: Transaction, received: Received[TemplateApplied], why: Undeliverable
) -> None:
    await tell_phase_failed(tx, received.event_id, received.event.team_id, received.event.phase_id, why)
