from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from db import sessions
from db.database import Database, Transaction
from db.plans import microcycles_by_id, microcycles_by_plan
from domain.errors import Conflict
from domain.people import Person
from domain.plan_document import SessionDraft
from domain.plans import Plan
from domain.sessions import LoggedDuration, Session
from tests.factories import (
    MONDAY,
    NOW,
    a_plan,
    a_prescription,
    a_session,
    an_exercise,
    committed,
    make_athlete,
    make_organization,
    make_plan,
)
from tests.statements import count_statements


@pytest.fixture
async def athlete(db: Database) -> Person:
    return await make_athlete(db, await make_organization(db))


async def sessions_of(db: Database, plan: Plan) -> list[Session]:
    async with db.read() as read:
        return (await sessions.sessions_by_plan(read, [plan.id]))[plan.id]


async def test_sessions_are_found_by_id_by_microcycle_and_by_plan(db: Database, athlete: Person) -> None:
    plan = await make_plan(db, athlete)

    in_order = await sessions_of(db, plan)
    async with db.read() as read:
        weeks = (await microcycles_by_plan(read, [plan.id]))[plan.id]
        by_week = await sessions.sessions_by_microcycle(read, [each.id for each in weeks])
        by_id = await sessions.sessions_by_id(read, [each.id for each in in_order] + [uuid4()])
        assert await microcycles_by_id(read, [weeks[0].id]) == {weeks[0].id: weeks[0]}

    assert by_week == {weeks[0].id: in_order[:2], weeks[1].id: in_order[2:]}
    assert by_id == {each.id: each for each in in_order}
    first = in_order[0]
    assert first == Session(
        id=first.id,
        plan_id=plan.id,
        microcycle_id=weeks[0].id,
        ordinal=1,
        title="Lower body",
        scheduled_on=MONDAY,
        planned_minutes=60,
        version=1,
    )


async def test_a_session_of_another_plan_is_not_there_to_be_changed(db: Database, athlete: Person) -> None:
    plan, other = await make_plan(db, athlete), await make_plan(db, athlete)
    session = (await sessions_of(db, plan))[0]

    async def find(plan_id: UUID, session_id: UUID) -> Session | None:
        return await committed(db, lambda one: sessions.session_for_update(one, plan_id, session_id))

    assert await find(plan.id, session.id) == session
    assert await find(other.id, session.id) is None
    assert await find(plan.id, uuid4()) is None


async def test_the_lock_makes_the_second_writer_wait_and_see_what_the_first_wrote(fresh_db: Database) -> None:
    plan = await make_plan(fresh_db, await make_athlete(fresh_db, await make_organization(fresh_db)))
    session = (await sessions_of(fresh_db, plan))[0]
    in_hand, order = asyncio.Event(), []

    async def first(tx: Transaction) -> None:
        await sessions.session_for_update(tx.db_session, plan.id, session.id)
        in_hand.set()
        await asyncio.sleep(0.1)
        await tx.db_session.execute(text("UPDATE sessions SET version = version + 1"))
        order.append("first")

    async def second(tx: Transaction) -> Session | None:
        await in_hand.wait()
        found = await sessions.session_for_update(tx.db_session, plan.id, session.id)
        order.append("second")
        return found

    _, seen = await asyncio.gather(fresh_db.unit_of_work(first), fresh_db.unit_of_work(second))

    assert order == ["first", "second"]
    assert seen == replace(session, version=2)


async def test_the_calendar_has_the_dated_sessions_of_all_plans_between_two_days_in_one_statement(
    db: Database, athlete: Person
) -> None:
    squat, press = an_exercise("Squat of the day"), an_exercise("Press of the day")
    day = a_session(a_prescription(press), a_prescription(squat), a_prescription(press), title="Full body")
    undated = SessionDraft("Any day", (a_prescription(squat),))
    mine = await make_plan(db, athlete, a_plan([day, undated], [day], [day], title="Autumn"))
    other = await make_plan(db, athlete, a_plan([replace(day, title="Extra")], title="Zeal"))
    await make_plan(db, await make_athlete(db, await make_organization(db)))

    with count_statements(db) as sent:
        async with db.read() as read:
            entries = await sessions.sessions_of_person_between(
                read, athlete.id, MONDAY, MONDAY + timedelta(days=7)
            )

    assert len(sent) == 1
    assert sorted(
        (each.session.scheduled_on or date.max, each.plan_title, each.session.title) for each in entries
    ) == [
        (MONDAY, "Autumn", "Full body"),
        (MONDAY, "Zeal", "Extra"),
        (MONDAY + timedelta(days=7), "Autumn", "Full body"),
    ]
    assert [each.session.scheduled_on for each in entries] == [MONDAY, MONDAY, MONDAY + timedelta(days=7)]
    assert {each.session.plan_id for each in entries} == {mine.id, other.id}
    assert all(
        each.exercise_names == ("Press of the day", "Squat of the day", "Press of the day")
        for each in entries
    )
    assert entries[0].session in await sessions_of(db, mine) + await sessions_of(db, other)


async def test_a_logged_session_is_completed_and_cannot_be_logged_twice(
    db: Database, athlete: Person
) -> None:
    plan = await make_plan(db, athlete)
    session, untouched, *_ = await sessions_of(db, plan)
    log = LoggedDuration(session.id, athlete.id, 71, 3210.5, NOW)

    completed = await committed(db, lambda one: sessions.insert_log(one, log, session_rpe=7.5))
    with pytest.raises(Conflict):
        await committed(db, lambda one: sessions.insert_log(one, replace(log, actual_minutes=5)))

    assert completed == replace(session, completed_at=NOW, actual_minutes=71, version=2)
    assert (await sessions_of(db, plan))[:2] == [completed, untouched]
    async with db.read() as read:
        assert await sessions.durations_of_athletes(read, [athlete.id]) == {athlete.id: [log]}


async def test_the_newest_thirty_durations_of_each_athlete_come_in_one_statement(db: Database) -> None:
    organization = await make_organization(db)
    busy, fresh, idle = [await make_athlete(db, organization) for _ in range(3)]
    exercise = an_exercise()
    logged: dict[UUID, list[LoggedDuration]] = {}
    for athlete, count in ((busy, 33), (fresh, 2)):
        plan = await make_plan(db, athlete, a_plan(*[[a_session(a_prescription(exercise))]] * count))
        logged[athlete.id] = [
            LoggedDuration(each.id, athlete.id, 40 + n, 2400.0 + n, NOW + timedelta(days=n))
            for n, each in enumerate(await sessions_of(db, plan))
        ]
        for log in logged[athlete.id]:
            await _log(db, log)

    with count_statements(db) as sent:
        async with db.read() as read:
            found = await sessions.durations_of_athletes(read, [busy.id, fresh.id, idle.id, busy.id])

    assert len(sent) == 1
    assert found == {busy.id: logged[busy.id][:2:-1], fresh.id: logged[fresh.id][::-1]}
    assert len(found[busy.id]) == 30


async def _log(db: Database, log: LoggedDuration) -> None:
    await committed(db, lambda one: sessions.insert_log(one, log))
