"""Says that a team has come to another phase: once for each change, whoever notices it first.

The calendar is looked at every minute, for every team by the day that it is there; one process does it for
all. What happened while none was running is noticed by the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from structlog.typing import FilteringBoundLogger

from db import phases_in_force as stored
from db.database import Database, Transaction
from db.locks import PHASE_WATCH
from domain.days import today_in
from domain.errors import InvalidInput
from domain.events import PhaseEntered, PhaseNotice
from domain.people import Team
from domain.phases_in_force import PhaseInForce, by_calendar, by_planner
from events.pace import ended

FIRST_SECONDS = 5.0  # a process that starts has those who come back to serve first
EVERY_SECONDS = 60.0
CLOSE_SECONDS = 2.0
AT_ONCE = 500
DEADLINE_SECONDS = 8.0


class PhaseWatch:
    def __init__(
        self,
        db: Database,
        *,
        clock: Callable[[], datetime],
        log: FilteringBoundLogger,
        first_seconds: float = FIRST_SECONDS,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._log = log
        self._first_seconds = first_seconds
        self._every_seconds = every_seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns at once."""
        self._task = asyncio.create_task(self._run(), name="events.phase_watch")

    async def close(self) -> None:
        """A look that is under way is finished: it is short, and a unit of work goes on without us anyhow."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)
            await ended(self._task)

    async def _run(self) -> None:
        seconds = self._first_seconds
        while not await _stopped(self._stopping, seconds):
            try:
                await look_at_calendar(self._db, self._clock())
            except Exception as error:
                self._log.warning("calendar_not_looked_at", error=repr(error))
            seconds = self._every_seconds


async def look_at_calendar(db: Database, now: datetime) -> int:
    """Say of every team that has come to another phase by its own calendar that it has; how many have.

    Nothing is done while another process looks.
    """

    async def work(tx: Transaction) -> tuple[int, bool]:
        if not await stored.try_alone(tx.db_session, PHASE_WATCH):
            return 0, False
        today = dict(_today(await stored.time_zones(tx.db_session), now))
        turned = await stored.turns(tx.db_session, today, AT_ONCE)
        known = await stored.phases_in_force_for_update(tx.db_session, [each.team_id for each in turned])
        after = {each.team_id: by_calendar(known[each.team_id], each.phase_id) for each in turned}
        await stored.save_phases_in_force(tx.db_session, list(after.values()))
        for each in turned:
            before = known[each.team_id]
            _tell(tx, before, after[each.team_id], each.organization_id, each.day, PhaseNotice.CALENDAR)
        return len(turned), len(turned) == AT_ONCE

    total, is_more = await db.unit_of_work(work, deadline_seconds=DEADLINE_SECONDS)
    while is_more:
        count, is_more = await db.unit_of_work(work, deadline_seconds=DEADLINE_SECONDS)
        total += count
    return total


async def enter_phase(tx: Transaction, team: Team, phase_id: UUID) -> None:
    """Whoever plans the season says that the team is in this phase now. What was said is not said again."""
    known = (await stored.phases_in_force_for_update(tx.db_session, [team.id]))[team.id]
    after = by_planner(known, phase_id)
    if after is not known:
        await stored.save_phases_in_force(tx.db_session, [after])
        today = today_in(team.time_zone, tx.now)
        _tell(tx, known, after, team.organization_id, today, PhaseNotice.PLANNER)


async def _stopped(stopping: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until it is set; whether it is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
    return stopping.is_set()


def _today(time_zones: Sequence[str], now: datetime) -> Iterator[tuple[str, date]]:
    for time_zone in time_zones:
        with suppress(InvalidInput):  # a name that this machine's zones lack stops nobody else's calendar
            yield time_zone, today_in(time_zone, now)


def _tell(
    tx: Transaction,
    before: PhaseInForce,
    after: PhaseInForce,
    organization_id: UUID,
    day: date,
    noticed_by: PhaseNotice,
) -> None:
    if after.version == before.version:
        return
    tx.record(
        PhaseEntered(
            aggregate_id=after.team_id,
            version=after.version,
            organization_id=organization_id,
            phase_id=after.phase_id,
            previous_phase_id=before.phase_id,
            entered_on=day,
            noticed_by=noticed_by,
        )
    )
