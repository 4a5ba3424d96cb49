"""A club to follow, and the documents it is followed with."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from db.database import Database, Transaction
from db.link import notify
from domain.events import Event, SessionCompressed
from events.relay import OUTBOX_CHANNEL
from resolvers.ids import Kind, global_id
from tests.world import World, make_world

SESSION_EVENTS = """
    subscription ($sessionId: ID, $teamId: ID, $after: String) {
      sessionCompressed(sessionId: $sessionId, teamId: $teamId, after: $after) {
        id cursor occurredAt action sessionId athleteId targetMinutes achievedMinutes minutesSaved source
      }
    }
"""
NUMBERS = """
    subscription ($teamId: ID, $after: String) {
      sessionCompressed(teamId: $teamId, after: $after) { cursor targetMinutes }
    }
"""


@dataclass(frozen=True)
class Stage:
    db: Database
    world: World

    async def compressed(self, minutes: int = 40, *, session: int = 0, count: int = 1) -> None:
        """What a compression records, without the computing: one unit of work for each."""
        for number in range(count):
            await self.commit(self.event(minutes + number, session=session))

    def event(self, minutes: int, *, session: int = 0) -> SessionCompressed:
        found = self.world.sessions[session]
        return SessionCompressed(
            aggregate_id=found.id,
            version=uuid4().int >> 66,
            organization_id=self.world.organization.id,
            plan_id=found.plan_id,
            athlete_id=self.world.owner.id,
            compression_id=UUID(int=1),
            target_minutes=minutes,
            achieved_minutes=minutes,
            total_minutes_saved=90 - minutes,
            source="manual",
        )

    async def commit(self, *events: Event) -> None:
        await commit(self.db, *events)


async def commit(db: Database, *events: Event) -> None:
    async def work(tx: Transaction) -> None:
        for event in events:
            tx.record(event)
        await notify(tx.db_session, OUTBOX_CHANNEL)  # as the relay of a server's own process is told

    await db.unit_of_work(work)


async def make_stage(db: Database) -> Stage:
    return Stage(db, await make_world(db))


def team_of(stage: Stage) -> str:
    return global_id(Kind.TEAM, stage.world.team.id)
