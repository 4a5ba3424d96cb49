"""Addresses of calendars: one for each person, found by the hash of its token."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.people import CalendarFeedRow


async def put_feed(db_session: AsyncSession, person_id: UUID, token_sha256: bytes, now: datetime) -> None:
    """From now on this is the person's address, and the former one is nobody's."""
    await db_session.execute(
        insert(CalendarFeedRow)
        .values(person_id=person_id, token_sha256=token_sha256, created_at=now)
        .on_conflict_do_update(
            index_elements=["person_id"], set_={"token_sha256": token_sha256, "created_at": now}
        )
    )


async def delete_feed(db_session: AsyncSession, person_id: UUID) -> bool:
    """Returns whether there was one."""
    gone = await db_session.scalar(
        delete(CalendarFeedRow)
        .where(CalendarFeedRow.person_id == person_id)
        .returning(CalendarFeedRow.person_id)
    )
    return gone is not None


async def person_of_feed(db_session: AsyncSession, token_sha256: bytes) -> UUID | None:
    return await db_session.scalar(
        select(CalendarFeedRow.person_id).where(CalendarFeedRow.token_sha256 == token_sha256)
    )
