"""``training.phase.entered``: when the calendar begins a phase, the team's assignments follow it.

What a planner said is followed where it was heard (``phase_changes.py``), as far as the planner wanted it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from db.database import Transaction
from domain.events import PhaseEntered, PhaseNotice
from domain.people import Team
from domain.planning import Actor
from events.handler import Received
from events.listeners.phase_changes import tell_phase_failed
from events.listeners.telling import BATCH, after_of, progress_of
from events.season.following import Followed, change_phase, follow_phase
from events.season.lookup import SeasonLookup
from events.wire import Undeliverable

CALENDAR = Actor(None, "the season's calendar")


@dataclass(frozen=True, slots=True)
class FollowCalendar:
    seasons: SeasonLookup
    batch: int = BATCH

    async def __call__(self, tx: Transaction, received: Received[PhaseEntered]) -> str | None:
        event = received.event
        if event.noticed_by is not PhaseNotice.CALENDAR:
            return None
        team = await self.seasons.team(tx, event.team_id)
        if event.phase_id is None:
            followed = await self._leave(tx, team, event.previous_phase_id, received.progress)
            return None if followed is None else progress_of(followed.more_after)
        plan, phase = await self.seasons.phase(tx, team, event.phase_id)
        followed = await change_phase(
            tx,
            team,
            plan,
            event.previous_phase_id,
            phase,
            by=CALENDAR,
            is_followed=True,
            after=after_of(received.progress),
            limit=self.batch,
        )
        return progress_of(followed.more_after)

    async def _leave(
        self, tx: Transaction, team: Team, phase_id: UUID | None, progress: str | None
    ) -> Followed | None:
        """What goes on after the phase's end is as planned again; what was done in it stays in it.

        None where the season itself has changed: whoever changed it has seen to the assignments.
        """
        if phase_id is None:
            return None
        try:
            _, phase = await self.seasons.phase(tx, team, phase_id)
        except Undeliverable:
            return None
        return await follow_phase(tx, team, phase, by=CALENDAR, after=after_of(progress), limit=self.batch)


async def tell_phase_entry_failed(
    tx: Transaction, received: Received[PhaseEntered], why: Undeliverable
) -> None:
    event = received.event
    phase_id = event.phase_id or event.previous_phase_id
    if phase_id is not None:
        await tell_phase_failed(tx, received.event_id, event.team_id, phase_id, why)
