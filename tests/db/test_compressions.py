from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError

from db.compressions import clear_compression, compressions_by_id, compressions_by_session, save_compression
from db.database import Database, Transaction
from db.models.people import PersonRow
from db.paging import PageRequest
from db.prescriptions import prescriptions_by_session
from db.sessions import session_for_update, sessions_by_plan
from domain.errors import Conflict, InvalidState
from domain.people import Person
from domain.plans import Plan
from domain.sessions import CompressionAction, CompressionRecord, Prescription, Session
from tests.db.compression_cases import a_cause, an_outcome
from tests.factories import NOW, committed, make_athlete, make_coach, make_organization, make_plan
from tests.statements import count_statements


@pytest.fixture
async def athlete(db: Database) -> Person:
    return await make_athlete(db, await make_organization(db))


@pytest.fixture
async def plan(db: Database, athlete: Person) -> Plan:
    return await make_plan(db, athlete)


async def test_a_compression_is_put_on_the_session_and_in_its_history(
    db: Database, plan: Plan, athlete: Person
) -> None:
    session = await first_session(db, plan)
    outcome, cause = an_outcome(25), a_cause(athlete)

    after, record = await committed(db, lambda one: save_compression(one, session, outcome, cause))

    assert after == replace(
        session,
        version=2,
        is_time_crunch_active=True,
        time_crunch_minutes=25,
        time_crunch_applied_at=NOW,
        compressed_plan=outcome.plan,
        compression_diff=outcome.diff,
        compression_summary=outcome.summary,
    )
    assert record == CompressionRecord(
        id=record.id,
        session_id=session.id,
        session_version=2,
        action=CompressionAction.COMPRESSED,
        source=cause.source,
        reason="late bus",
        target_minutes=25,
        achieved_minutes=24,
        model_version="compression/1",
        plan=outcome.plan,
        diff=outcome.diff,
        summary=outcome.summary,
        actor_id=athlete.id,
        actor_name=athlete.display_name,
        created_at=NOW,
    )
    assert await first_session(db, plan) == after
    async with db.read() as read:
        assert await compressions_by_id(read, [record.id]) == {record.id: record}


@pytest.mark.parametrize("action", [CompressionAction.REVERTED, CompressionAction.RESET])
async def test_undoing_restores_the_session_and_keeps_what_was_undone(
    db: Database, plan: Plan, athlete: Person, action: CompressionAction
) -> None:
    original, prescribed = await first_session(db, plan), await prescriptions_of(db, plan)
    cause = a_cause(None, at=NOW + timedelta(hours=1), reason=None)

    compressed, _ = await committed(
        db, lambda one: save_compression(one, original, an_outcome(), a_cause(athlete))
    )
    undone, record = await committed(db, lambda one: clear_compression(one, compressed, action, cause))

    assert undone == replace(original, version=3)
    assert await prescriptions_of(db, plan) == prescribed
    assert (record.action, record.session_version, record.actor_id, record.actor_name) == (
        action,
        3,
        None,
        "system",
    )
    assert (record.target_minutes, record.diff, record.plan) == (30, an_outcome().diff, None)


async def test_what_is_not_compressed_cannot_be_undone(db: Database, plan: Plan, athlete: Person) -> None:
    session = await first_session(db, plan)

    with pytest.raises(InvalidState):
        await committed(
            db, lambda one: clear_compression(one, session, CompressionAction.REVERTED, a_cause(athlete))
        )

    assert await first_session(db, plan) == session


async def test_a_writer_that_read_an_older_version_is_refused(
    db: Database, plan: Plan, athlete: Person
) -> None:
    stale = await first_session(db, plan)
    current, _ = await committed(
        db, lambda one: save_compression(one, stale, an_outcome(40), a_cause(athlete))
    )

    with pytest.raises(Conflict):
        await committed(db, lambda one: save_compression(one, stale, an_outcome(20), a_cause(athlete)))

    assert await first_session(db, plan) == current


async def test_compressions_of_one_session_at_the_same_time_lose_nothing(fresh_db: Database) -> None:
    athlete = await make_athlete(fresh_db, await make_organization(fresh_db))
    plan = await make_plan(fresh_db, athlete)
    session = await first_session(fresh_db, plan)
    original = await prescriptions_of(fresh_db, plan)

    async def compress(tx: Transaction, minutes: int) -> None:
        locked = await session_for_update(tx.db_session, plan.id, session.id)
        assert locked is not None
        await save_compression(tx.db_session, locked, an_outcome(minutes), a_cause(athlete))

    await asyncio.gather(
        *(fresh_db.unit_of_work(lambda tx, minutes=20 + n: compress(tx, minutes)) for n in range(40))  # type: ignore[misc]
    )

    after = await first_session(fresh_db, plan)
    history = await history_of(fresh_db, session.id)
    assert after.version == 41
    assert [each.session_version for each in history] == list(range(41, 1, -1))
    assert {each.target_minutes for each in history} == set(range(20, 60))
    assert after.time_crunch_minutes == history[0].target_minutes
    assert await prescriptions_of(fresh_db, plan) == original


async def test_the_history_is_paged_newest_first_for_many_sessions_in_one_statement(
    db: Database, plan: Plan, athlete: Person
) -> None:
    async with db.read() as read:
        first, second, *_ = (await sessions_by_plan(read, [plan.id]))[plan.id]
    await compress_times(db, first, athlete, 5)
    await compress_times(db, second, athlete, 1)

    with count_statements(db) as sent:
        async with db.read() as read:
            pages = await compressions_by_session(read, [first.id, second.id], PageRequest(first=2))
    async with db.read() as read:
        older = await compressions_by_session(
            read, [first.id], PageRequest(first=9, after=pages[first.id].cursors[-1])
        )

    assert len(sent) == 1
    assert [each.session_version for each in pages[first.id].items] == [6, 5]
    assert [each.session_version for each in pages[second.id].items] == [2]
    assert [each.session_version for each in older[first.id].items] == [4, 3, 2]
    assert {each.session_id for each in older[first.id].items} == {first.id}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE compressions SET reason = 'better'",
        "UPDATE compressions SET actor_id = NULL",
        "UPDATE compressions SET actor_id = NULL, reason = 'better'",
        "DELETE FROM compressions",
    ],
)
async def test_the_history_is_never_rewritten(
    db: Database, plan: Plan, athlete: Person, statement: str
) -> None:
    session = await first_session(db, plan)
    await compress_times(db, session, athlete, 2)
    before = await history_of(db, session.id)

    with pytest.raises(IntegrityError, match="never rewritten"):
        await committed(db, lambda one: one.execute(text(statement)))

    assert await history_of(db, session.id) == before


async def test_the_history_outlives_who_made_it_and_keeps_the_name(
    db: Database, plan: Plan, athlete: Person
) -> None:
    coach = await make_coach(db, await make_organization(db))
    session = await first_session(db, plan)
    await compress_times(db, session, coach, 2)
    before = await history_of(db, session.id)

    await committed(db, lambda one: one.execute(delete(PersonRow).where(PersonRow.id == coach.id)))

    assert await history_of(db, session.id) == [replace(each, actor_id=None) for each in before]
    assert before[0].actor_name == coach.display_name
    with pytest.raises(IntegrityError, match="never rewritten"):  # not even now that it is nobody's
        await committed(db, lambda one: one.execute(text("UPDATE compressions SET reason = 'better'")))


async def test_who_is_deleted_with_their_own_plans_takes_their_history_along(
    db: Database, plan: Plan, athlete: Person
) -> None:
    session = await first_session(db, plan)
    await compress_times(db, session, athlete, 2)

    await committed(db, lambda one: one.execute(delete(PersonRow).where(PersonRow.id == athlete.id)))

    assert await history_of(db, session.id) == []


async def first_session(db: Database, plan: Plan) -> Session:
    async with db.read() as read:
        return (await sessions_by_plan(read, [plan.id]))[plan.id][0]


async def prescriptions_of(db: Database, plan: Plan) -> list[Prescription]:
    session = await first_session(db, plan)
    async with db.read() as read:
        return (await prescriptions_by_session(read, [session.id]))[session.id]


async def history_of(db: Database, session_id: UUID) -> list[CompressionRecord]:
    async with db.read() as read:
        page = (await compressions_by_session(read, [session_id], PageRequest(first=100)))[session_id]
    return list(page.items)


async def compress_times(db: Database, session: Session, actor: Person, times: int) -> None:
    for n in range(times):
        session, _ = await _compress(db, session, actor, 30 + n)


async def _compress(
    db: Database, session: Session, actor: Person, minutes: int
) -> tuple[Session, CompressionRecord]:
    return await committed(
        db, lambda one: save_compression(one, session, an_outcome(minutes), a_cause(actor))
    )
