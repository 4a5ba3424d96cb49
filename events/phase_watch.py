"""Says that a team has come to another phase: once for each change, whoever notices it first.

The calendar is looked at every minute, for every team by the day that it is there; one process does it for
all. What happened while none was running is noticed by the next.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from db import phases_in_force as stored
from db.database import Database, Transaction
from db.locks import PHASE_WATCH, try_alone
from db.teams import time_zones
from domain.days import today_in, todays_in
from domain.events import PhaseEntered, PhaseNotice
from domain.people import Team
from domain.phases_in_force import PhaseInForce, by_calendar, by_planner

AT_ONCE = 500
DEADLINE_SECONDS = 8.0


async def look_at_calendar(db: Database, now: datetime) -> int:
    """Say of every team that has come to another phase by its own calendar that it has; how many have.

    Nothing is done while another process looks.
    """

    async def work(tx: Transaction) -> tuple[int, bool]:
        if not await try_alone(tx.db_session, PHASE_WATCH):
            return 0, False
        today = todays_in(await time_zones(tx.db_session), now)
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
