from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import exc, select
from structlog.contextvars import bound_contextvars

from db import outbox
from db.database import Database, Transaction
from db.models.operations import OutboxRow
from domain.errors import NotFound
from domain.events import PlanChanged, SessionCompressed
from tests.databases import Clock


def compressed(session_id: UUID, version: int = 1) -> SessionCompressed:
    return SessionCompressed(
        aggregate_id=session_id,
        version=version,
        organization_id=UUID(int=1),
        plan_id=UUID(int=2),
        athlete_id=UUID(int=3),
        compression_id=UUID(int=4),
        target_minutes=40,
        achieved_minutes=39,
        total_minutes_saved=36,
        source="cta",
    )


async def commit(db: Database, *events: SessionCompressed | PlanChanged) -> None:
    async def work(tx: Transaction) -> None:
        for event in events:
            tx.record(event)

    await db.unit_of_work(work)


async def stored(db: Database, session_id: UUID) -> list[outbox.StoredEvent]:
    async with db.read() as db_session:
        return await outbox.events_of(db_session, "session", session_id)


async def test_a_committed_event_is_stored_with_everything_a_reader_needs(db: Database, clock: Clock) -> None:
    session_id = uuid4()
    with bound_contextvars(correlation_id="c-1"):
        await commit(db, compressed(session_id))

    [event] = await stored(db, session_id)

    assert event.event_id.version == 7
    assert event == outbox.StoredEvent(
        id=event.id,
        seq=None,
        event_id=event.event_id,
        event_type="session.compressed",
        aggregate_type="session",
        aggregate_id=session_id,
        aggregate_version=1,
        payload={
            "aggregate_id": str(session_id),
            "version": 1,
            "organization_id": str(UUID(int=1)),
            "plan_id": str(UUID(int=2)),
            "athlete_id": str(UUID(int=3)),
            "compression_id": str(UUID(int=4)),
            "target_minutes": 40,
            "achieved_minutes": 39,
            "total_minutes_saved": 36,
            "source": "cta",
        },
        occurred_at=clock.now,
        correlation_id="c-1",
        organization_id=UUID(int=1),
        team_id=None,
    )


async def test_an_event_of_work_that_failed_is_not_stored(db: Database) -> None:
    session_id = uuid4()

    async def work(tx: Transaction) -> None:
        tx.record(compressed(session_id))
        raise NotFound("session", session_id)

    with pytest.raises(NotFound):
        await db.unit_of_work(work)
    assert await stored(db, session_id) == []


async def test_nobody_sees_an_event_before_its_commit(fresh_db: Database) -> None:
    session_id = uuid4()
    written, go_on = asyncio.Event(), asyncio.Event()

    async def work(tx: Transaction) -> None:
        await outbox.append(tx.db_session, [compressed(session_id)], tx.now)
        written.set()
        await go_on.wait()

    unit = asyncio.create_task(fresh_db.unit_of_work(work))
    await written.wait()
    assert await stored(fresh_db, session_id) == []
    go_on.set()
    await unit
    assert len(await stored(fresh_db, session_id)) == 1


async def test_events_of_one_unit_keep_the_order_in_which_they_were_recorded(db: Database) -> None:
    session_id = uuid4()
    await commit(db, *(compressed(session_id, version) for version in range(1, 6)))

    events = await stored(db, session_id)

    assert [event.aggregate_version for event in events] == [1, 2, 3, 4, 5]
    assert [event.id for event in events] == sorted(event.id for event in events)
    assert len({event.event_id for event in events}) == 5


async def test_one_version_of_an_aggregate_has_one_event_of_a_type(db: Database) -> None:
    session_id = uuid4()
    await commit(db, compressed(session_id))

    with pytest.raises(exc.IntegrityError, match="uq_outbox_aggregate_event"):
        await commit(db, compressed(session_id))
    assert len(await stored(db, session_id)) == 1


async def test_other_aggregates_are_not_read_along(db: Database) -> None:
    one, other = uuid4(), uuid4()
    await commit(db, compressed(one), compressed(other))
    await commit(
        db, PlanChanged(aggregate_id=one, version=1, organization_id=UUID(int=1), owner_id=UUID(int=3))
    )

    assert [event.aggregate_id for event in await stored(db, one)] == [one]


async def test_work_without_events_writes_no_row(db: Database) -> None:
    await commit(db)
    async with db.read() as db_session:
        assert (await db_session.scalars(select(OutboxRow.id))).all() == []
