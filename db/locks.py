"""The advisory locks of the database, side by side, so that no two of them are one."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

ONE_SEED_AT_A_TIME = 7_402_021_119
"""Held by the transaction that writes the catalogue or the demo."""

RELAY_LEADER = 7_402_021_120
"""Held by the process that publishes events, for as long as it leads."""

PHASE_WATCH = 7_402_021_121
"""Held by the transaction that looks at the calendar of all teams."""

ALERT_WATCH = 7_402_021_122
"""Held by the transaction that looks at alerts which a new day may have ended."""


async def try_alone(db_session: AsyncSession, lock: int) -> bool:
    """Take the lock until the transaction ends; False if another has it."""
    return bool(await db_session.scalar(select(func.pg_try_advisory_xact_lock(lock))))
