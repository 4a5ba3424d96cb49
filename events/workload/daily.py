"""Alerts that nobody's report touches: a breach may end, or go on, only because days pass.

Every alert that lasts is looked at once on each day of its team, as a report of its player would look at it
(``watch.py``). An alert that still holds then has the day as its last one, and one that does not is over: so
what is stored says what remains to be done, whichever process does it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from structlog.typing import FilteringBoundLogger

from db.database import Database, Fault, Transaction, classify
from db.locks import ALERT_WATCH, try_alone
from db.teams import time_zones
from db.workload_alerts import players_to_look_at
from domain.days import todays_in
from events.workload.watch import watch_players

AT_ONCE = 25
DEADLINE_SECONDS = 8.0


async def look_at_alerts(db: Database, now: datetime, log: FilteringBoundLogger) -> int:
    """Of how many players the alerts that last were looked at, because a day has come since they were last.

    Nothing is done while another process looks. A player of whom that fails is left for the next time, and
    keeps nobody else from it.
    """
    async with db.read() as db_session:
        today = todays_in(await time_zones(db_session), now)
        player_ids = await players_to_look_at(db_session, today)
    total = 0
    for first in range(0, len(player_ids), AT_ONCE):
        total += await _watched(db, player_ids[first : first + AT_ONCE], today, log)
    return total


async def _watched(
    db: Database, player_ids: Sequence[UUID], today: Mapping[str, date], log: FilteringBoundLogger
) -> int:
    async def work(tx: Transaction) -> int:
        if not await try_alone(tx.db_session, ALERT_WATCH):
            return 0
        remaining = await players_to_look_at(tx.db_session, today, among=player_ids)
        if remaining:
            await watch_players(tx, remaining)
        return len(remaining)

    try:
        return await db.unit_of_work(work, deadline_seconds=DEADLINE_SECONDS)
    except Exception as error:
        if not isinstance(classify(error), Fault):
            raise  # the database is in trouble, and so would be the next
        if len(player_ids) == 1:
            log.error("alerts_not_looked_at", player_id=str(player_ids[0]), error=repr(error))
            return 0
        return sum([await _watched(db, [each], today, log) for each in player_ids])
