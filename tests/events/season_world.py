"""A club in its season, the listeners that follow it, and the events of the planning system that move it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from db.adjustments import adjustments_of_assignments
from db.assignments import assignments_by_id
from db.database import Database
from db.paging import PageRequest
from domain.adjustments import AdjustmentRecord
from domain.assignments import WorkoutAssignment
from domain.days import today_in
from domain.phases import Intensity
from domain.planning_events import (
    LoadManagementRecommended,
    PhaseChanged,
    SeasonPlanUpdated,
    TemplateApplied,
    WorkloadThresholdBreached,
)
from domain.seasons import SeasonPlan
from events.listeners.wiring import season_handlers
from events.season.lookup import SeasonLookup
from events.season.source import SeasonSource
from integrations.planning_service import PlanningService
from integrations.redis_clients import RedisAddress
from tests import patience
from tests.domain.season_cases import MONDAY
from tests.events.world import World, until
from tests.season_factories import Club, make_club, make_season

ENTERED = "training.phase.entered"
MONDAY_NOON = datetime.fromisoformat("2026-11-16T12:00:00+00:00")


class RunningClock:
    """Runs on from a moment, so that leases and pauses end; ``advance`` sets it forward."""

    def __init__(self, start: datetime = MONDAY_NOON) -> None:
        self._start = start
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def advance(self, **span: float) -> None:
        self._start += timedelta(**span)


class SeasonWorld(World):
    """One process with the season's listeners, as ``app/bootstrap.py`` wires them."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime],
        *,
        planning: PlanningService | None = None,
        wrap: Callable[[Any], Any] = lambda handlers: handlers,
        redis: RedisAddress | None = None,
        **options: Any,
    ) -> None:
        source = SeasonSource(Database(url, clock=clock, pool_size=2), planning, clock)
        self.source = source
        handlers = wrap(season_handlers(SeasonLookup(source, planning)))
        super().__init__(url, handlers, redis=redis, clock=clock, **options)

    async def dead(self) -> list[Any]:
        return await self.rows("SELECT consumer, event_type, reason, detail FROM dead_letters ORDER BY id")

    async def said(self, *event_types: str) -> list[Any]:
        """What was committed for others, in its order; without types, all but that a phase was entered."""
        return [
            each
            for each in await self.rows("SELECT * FROM outbox ORDER BY id")
            if each.event_type in event_types or not (event_types or each.event_type == ENTERED)
        ]

    async def stored(self, *assignments: WorkoutAssignment) -> list[WorkoutAssignment]:
        async with self.db.read() as db_session:
            found = await assignments_by_id(db_session, [each.id for each in assignments])
        return [found[each.id] for each in assignments]

    async def history(self, assignment: WorkoutAssignment) -> list[AdjustmentRecord]:
        """The newest first."""
        async with self.db.read() as db_session:
            pages = await adjustments_of_assignments(db_session, [assignment.id], PageRequest())
        return list(pages[assignment.id].items)

    async def settled(self, handled: int, dead: int = 0, seconds: float = patience.SECONDS) -> None:
        """So many events are handled (entries of phases aside), so many are dead, and none is left."""

        async def is_so() -> bool:
            [row] = await self.rows(
                "SELECT (SELECT count(*) FROM event_inbox"
                " WHERE consumer <> 'season.phase_entries') AS handled,"
                " (SELECT count(*) FROM dead_letters WHERE status = 'open') AS dead,"
                " (SELECT count(*) FROM event_deliveries) AS waiting"
            )
            return (row.handled, row.dead, row.waiting) == (handled, dead, 0)

        await until(is_so, seconds)

    async def numbers(self) -> tuple[int, int, int]:
        """Assignments' versions added up, entries of the history, outgoing events as of ``said``."""
        [row] = await self.rows(
            "SELECT (SELECT coalesce(sum(version), 0) FROM workout_assignments) AS versions,"
            " (SELECT count(*) FROM assignment_adjustments) AS entries,"
            " (SELECT count(*) FROM outbox WHERE event_type <> :entered) AS said",
            entered=ENTERED,
        )
        return int(row.versions), row.entries, row.said

    async def close(self) -> None:
        await self.db.dispose()
        await self.source._db.dispose()


@dataclass
class Season:
    """A club with a plan of two phases: Build from this Monday for four weeks, then the easier Season."""

    club: Club
    plan: SeasonPlan
    clock: RunningClock

    def sent(self, event_type: str, **fields: Any) -> dict[str, Any]:
        """As a planning system sends it, now; a field with the value ``...`` is left out."""
        sent = {
            "eventId": str(uuid4()),
            "eventType": event_type,
            "timestamp": self.clock().isoformat(),
            "correlationId": "c-1",
            "teamId": str(self.club.team.id),
        } | {name: _wire(value) for name, value in fields.items()}
        return {name: value for name, value in sent.items() if value is not ...}

    def phase_changed(self, new: int = 0, old: int | None = None, **fields: Any) -> dict[str, Any]:
        phase = self.plan.phases[new]
        values = {
            "newPhaseId": phase.id,
            "oldPhaseId": None if old is None else self.plan.phases[old].id,
            "phaseStartDate": phase.starts_on.isoformat(),
            "phaseEndDate": phase.ends_on.isoformat(),
            "autoApplyAdjustments": True,
            "triggeredBy": "scheduler",
        }
        return self.sent(PhaseChanged.type, **values | fields)

    def plan_updated(self, update_type: str, *phase_ids: UUID, **fields: Any) -> dict[str, Any]:
        values = {
            "seasonPlanId": self.plan.id,
            "updatedPhases": [str(each) for each in phase_ids],
            "updateType": update_type,
            "triggeredBy": str(self.club.coach.id),
        }
        return self.sent(SeasonPlanUpdated.type, **values | fields)

    def breach(self, kind: str, value: float, player: int = 0, **fields: Any) -> dict[str, Any]:
        values = {
            "playerId": self.club.players[player].id,
            "thresholdType": "high_load",
            "currentValue": 1.62,
            "thresholdValue": 1.5,
            "recommendedAdjustment": {"type": kind, "value": value},
        }
        return self.sent(WorkloadThresholdBreached.type, **values | fields)

    def template_applied(self, template_id: UUID, phase: int = 0, **fields: Any) -> dict[str, Any]:
        values = {
            "templateId": template_id,
            "phaseId": self.plan.phases[phase].id,
            "appliedBy": "planner",
            "assignmentsCreated": 3,
            "adjustmentsApplied": 0,
        }
        return self.sent(TemplateApplied.type, **values | fields)

    def recommended(self, *each: tuple[UUID, str, float], **fields: Any) -> dict[str, Any]:
        recommendations = [
            {"playerId": str(player), "recommendedAdjustment": {"type": kind, "value": value}}
            for player, kind, value in each
        ]
        return self.sent(LoadManagementRecommended.type, recommendations=recommendations, **fields)

    @property
    def today(self) -> Any:
        return today_in(self.club.team.time_zone, self.clock())


async def make_season_of(db: Database, clock: RunningClock, player_count: int = 2) -> Season:
    club = await make_club(db, player_count)
    plan = club.season(created_at=clock(), updated_at=clock())
    build, season = plan.phases
    easier = replace(season, intensity=Intensity.LOW, training_frequency=2)
    plan = await make_season(db, replace(plan, phases=(build, easier)))
    assert plan.phases[0].starts_on == MONDAY
    return Season(club, plan, clock)


@asynccontextmanager
async def following(world: SeasonWorld) -> AsyncIterator[SeasonWorld]:
    await world.bus.start()
    try:
        yield world
    finally:
        await world.bus.close()
        await world.close()


async def accepted(world: SeasonWorld, *events: dict[str, Any]) -> list[str]:
    return [(await world.bus.accept(event)).value for event in events]


def _wire(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


Sender = Callable[..., Awaitable[Any]]
