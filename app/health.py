"""Is the process alive, can it serve, and how is each thing that it leans on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import structlog

from db import migrate
from db.database import Database
from events.bus import EventBus
from integrations.flags import Flags
from integrations.planning_service import PlanningService, state_of

_log = structlog.get_logger(__name__)

PENDING_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """``reasons`` say why not; ``degraded`` names what is worse than it should be and still no reason."""

    reasons: tuple[str, ...]
    degraded: tuple[str, ...]
    checks: dict[str, str]

    @property
    def payload(self) -> dict[str, Any]:
        return {
            "status": "not_ready" if self.reasons else "ready",
            "reasons": self.reasons,
            "degraded": self.degraded,
            "checks": self.checks,
        }


class Health:
    """Only the database, its migrations and our own leaving make us unready: without the rest we serve."""

    def __init__(
        self,
        database: Database,
        database_url: str,
        flags: Flags,
        event_bus: EventBus,
        planning: PlanningService | None,
    ) -> None:
        self._database = database
        self._database_url = database_url
        self._flags = flags
        self._event_bus = event_bus
        self._planning = planning
        self._is_migrated = False
        self.is_draining = False

    async def readiness(self) -> Readiness:
        database, migrations = await self._database_state()
        flags = self._flags.state()
        reasons = [] if database == "ok" else ["the database does not answer"]
        if migrations == "pending":
            reasons.append("migrations are pending")
        if self.is_draining:
            reasons.append("draining: this process is about to end")
        event_bus, planning = self._event_bus.state, state_of(self._planning).value
        checks = {
            "database": database,
            "migrations": migrations,
            "cache": "off",
            "event_bus": event_bus,
            "planning_service": planning,
            "flags": flags,
        }
        leaned_on = ("event_bus", "planning_service", "flags")
        degraded = tuple(name for name in leaned_on if checks[name] in ("degraded", "unreachable"))
        return Readiness(tuple(reasons), degraded, checks)

    async def _database_state(self) -> tuple[str, str]:
        try:
            await self._database.check()
            return "ok", "done" if await self._migrated() else "pending"
        except Exception as error:  # whatever can go wrong with a database, it is not ready
            _log.warning("not ready", error=repr(error))
            return "unreachable", "done" if self._is_migrated else "unknown"

    async def _migrated(self) -> bool:
        """Once they are done they stay done: nobody asks again."""
        if not self._is_migrated:
            async with asyncio.timeout(PENDING_SECONDS):
                self._is_migrated = not await migrate.pending(self._database_url)
        return self._is_migrated
