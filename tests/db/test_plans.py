from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from db import plans, prescriptions, sessions
from db.compressions import save_compression
from db.database import Database
from db.models.plans import (
    CompressionRow,
    MicrocycleRow,
    PlanRow,
    PrescriptionRow,
    SessionLogRow,
    SessionRow,
    SetPrescriptionRow,
)
from db.new_plans import insert_plan
from db.paging import PageRequest
from domain.errors import Conflict
from domain.people import Role
from domain.plan_document import PlanDraft
from domain.sessions import LoggedDuration, Prescription, SetKind, SetPrescription
from tests.db.compression_cases import a_cause, an_outcome
from tests.factories import (
    MONDAY,
    NOW,
    a_plan,
    a_prescription,
    a_session,
    an_exercise,
    committed,
    make_athlete,
    make_coach,
    make_exercise,
    make_organization,
    make_person,
    make_plan,
    make_team,
    make_viewer,
)
from tests.statements import count_statements

BELOW_A_PLAN = (MicrocycleRow, SessionRow, PrescriptionRow, SetPrescriptionRow, SessionLogRow, CompressionRow)


async def test_a_plan_is_read_as_it_was_written(db: Database) -> None:
    athlete = await make_athlete(db, await make_organization(db))

    made = await make_plan(db, athlete, starts_on=MONDAY)

    async with db.read() as read:
        assert await plans.plans_by_id(read, [made.id, uuid4()]) == {made.id: made}
    assert (made.version, made.owner_id, made.starts_on, made.created_at) == (1, athlete.id, MONDAY, NOW)


async def test_every_field_of_a_prescription_survives_storage(db: Database) -> None:
    athlete = await make_athlete(db, await make_organization(db))
    exercise = replace(an_exercise(), unilateral=True, aliases=("zz", "aa"))
    sets = (
        SetPrescription(1, SetKind.WARM_UP, reps_min=5, reps_max=5, load_kg=40),
        SetPrescription(2, SetKind.RAMP, reps_min=3, reps_max=3, percent_one_rep_max=72.5),
        SetPrescription(3, reps_min=6, reps_max=10, load_kg=62.55, rpe=8.5),
        SetPrescription(4, hold_seconds=45, reps_in_reserve=2),
    )
    full = replace(
        a_prescription(exercise),
        sets=sets,
        tempo="3-1-X-0",
        rest_seconds_min=0,
        rest_seconds_max=90,
        group_key="A",
        weight=1.7,
        notes="Elbows in – “tight”.",
    )
    plan = await make_plan(db, athlete, a_plan([a_session(full, a_prescription(exercise))]))

    async with db.read() as read:
        (session,) = (await sessions.sessions_by_plan(read, [plan.id]))[plan.id]
        first, second = (await prescriptions.prescriptions_by_session(read, [session.id]))[session.id]

    assert first == Prescription(
        id=first.id,
        session_id=session.id,
        position=1,
        exercise=exercise,
        role=full.role,
        intent=full.intent,
        sets=sets,
        unilateral=True,
        tempo="3-1-X-0",
        rest_seconds_min=0,
        rest_seconds_max=90,
        group_key="A",
        weight=1.7,
        notes="Elbows in – “tight”.",
    )
    assert (second.position, second.exercise, len(second.sets)) == (2, exercise, 3)
    assert all(isinstance(each.load_kg, float) for each in first.sets[:1] + first.sets[2:3])


async def test_weeks_and_sessions_are_dated_from_the_start(db: Database) -> None:
    athlete = await make_athlete(db, await make_organization(db))
    plan = await make_plan(db, athlete, starts_on=MONDAY)

    async with db.read() as read:
        weeks = (await plans.microcycles_by_plan(read, [plan.id]))[plan.id]
        dated = (await sessions.sessions_by_plan(read, [plan.id]))[plan.id]

    assert [(each.ordinal, each.starts_on) for each in weeks] == [
        (1, MONDAY),
        (2, MONDAY + timedelta(days=7)),
    ]
    assert [(each.ordinal, (each.scheduled_on or date.max) - MONDAY) for each in dated] == [
        (1, timedelta(days=0)),
        (2, timedelta(days=3)),
        (1, timedelta(days=7)),
        (2, timedelta(days=10)),
    ]


@pytest.mark.parametrize("weeks", [1, 30])
async def test_a_plan_is_written_in_six_statements_whatever_its_size(db: Database, weeks: int) -> None:
    athlete = await make_athlete(db, await make_organization(db))
    exercise = await make_exercise(db)
    draft = a_plan(*[[a_session(a_prescription(exercise), a_prescription(exercise))]] * weeks)

    with count_statements(db) as sent:
        await committed(db, lambda session: insert_plan(session, draft, athlete, MONDAY, NOW))

    assert len(sent) == 6, sent


async def test_a_plan_without_weeks_can_be_stored(db: Database) -> None:
    athlete = await make_athlete(db, await make_organization(db))

    plan = await make_plan(db, athlete, PlanDraft("Empty", ()))

    async with db.read() as read:
        assert await plans.microcycles_by_plan(read, [plan.id]) == {}
        assert await plans.plans_by_id(read, [plan.id]) == {plan.id: plan}


async def test_everything_in_a_plan_is_read_in_four_statements_however_long_it_is(db: Database) -> None:
    athlete = await make_athlete(db, await make_organization(db))
    exercise = await make_exercise(db)
    week = [a_session(a_prescription(exercise), a_prescription(await make_exercise(db)))] * 3
    long = await make_plan(db, athlete, a_plan(*[week] * 12))
    short = await make_plan(db, athlete, a_plan(week))

    with count_statements(db) as sent:
        async with db.read() as read:
            await plans.plans_by_id(read, [long.id, short.id])
            weeks = await plans.microcycles_by_plan(read, [long.id, short.id])
            dated = await sessions.sessions_by_plan(read, [long.id, short.id])
            found = await prescriptions.prescriptions_by_session(
                read, [each.id for each in dated[long.id] + dated[short.id]]
            )

    assert len(sent) == 4, sent
    assert (len(weeks[long.id]), len(dated[long.id]), len(dated[short.id])) == (12, 36, 3)
    assert all([each.position for each in found[one.id]] == [1, 2] for one in dated[long.id])


async def test_a_plan_knows_the_teams_that_its_owner_plays_in_and_not_those_they_coach(db: Database) -> None:
    organization = await make_organization(db)
    owner = await make_coach(db, organization)
    first = await make_team(db, organization, players=[owner])
    second = await make_team(db, organization, players=[owner], coaches=[owner])
    await make_team(db, organization, coaches=[owner])
    plan, nobodys = await make_plan(db, owner), await make_plan(db, await make_athlete(db, organization))

    with count_statements(db) as sent:
        async with db.read() as read:
            facts = await plans.plan_facts_by_id(read, [plan.id, nobodys.id])

    assert facts[plan.id].owner_team_ids == {first.id, second.id}
    assert facts[nobodys.id].owner_team_ids == frozenset()
    assert (facts[plan.id].organization_id, facts[plan.id].owner_id) == (organization.id, owner.id)
    assert len(sent) == 1


async def test_plans_of_many_people_come_a_page_each_in_one_statement(db: Database) -> None:
    organization = await make_organization(db)
    admin = await make_person(db, organization, Role.ADMIN)
    owners = [await make_athlete(db, organization) for _ in range(3)]
    for owner in owners[:2]:
        for week in range(3):
            await make_plan(
                db, owner, PlanDraft(f"Plan {week}", ()), starts_on=MONDAY + timedelta(weeks=week)
            )

    with count_statements(db) as sent:
        async with db.read() as read:
            pages = await plans.plans_of_people(
                read, make_viewer(admin), [each.id for each in owners], PageRequest(first=2)
            )

    assert len(sent) == 1
    for owner in owners[:2]:
        page = pages[owner.id]
        assert [each.title for each in page.items] == ["Plan 2", "Plan 1"]
        assert {each.owner_id for each in page.items} == {owner.id}
        assert (page.has_next, page.has_previous) == (True, False)
    assert pages[owners[2].id].items == ()


async def test_a_persons_plans_are_shown_only_to_who_may_see_them(db: Database) -> None:
    organization = await make_organization(db)
    owner, mate = await make_athlete(db, organization), await make_athlete(db, organization)
    team = await make_team(db, organization, players=[owner, mate])
    plan = await make_plan(db, owner)

    async with db.read() as read:
        own, mates = [
            (await plans.plans_of_people(read, make_viewer(each, played=[team]), [owner.id], PageRequest()))
            for each in (owner, mate)
        ]

    assert own[owner.id].items == (plan,)
    assert mates[owner.id].items == ()


async def test_updating_a_plan_raises_its_version_and_needs_the_version_that_was_read(db: Database) -> None:
    plan = await make_plan(db, await make_athlete(db, await make_organization(db)))
    wanted = replace(plan, title="Renamed", goal=None, notes="New", starts_on=date(2027, 1, 4))
    later = NOW + timedelta(minutes=5)

    changed = await committed(
        db, lambda session: plans.update_plan(session, wanted, expected_version=1, now=later)
    )
    with pytest.raises(Conflict) as refusal:
        await committed(db, lambda session: plans.update_plan(session, plan, expected_version=1, now=later))

    assert changed == replace(wanted, version=2, updated_at=later)
    assert refusal.value.current_version == 2
    async with db.read() as read:
        assert await plans.plans_by_id(read, [plan.id]) == {plan.id: changed}


async def test_what_is_gone_is_neither_updated_nor_deleted(db: Database) -> None:
    plan = await make_plan(db, await make_athlete(db, await make_organization(db)))
    nowhere = replace(plan, id=uuid4())

    async with db.read() as read:
        before = await plans.plans_by_id(read, [plan.id])
    updated = await committed(
        db, lambda session: plans.update_plan(session, nowhere, expected_version=1, now=NOW)
    )
    deleted = await committed(db, lambda session: plans.delete_plan(session, nowhere.id, expected_version=1))

    assert (updated, deleted) == (None, None)
    async with db.read() as read:
        assert await plans.plans_by_id(read, [plan.id]) == before


async def test_a_deleted_plan_takes_everything_in_it_along_history_included(db: Database) -> None:
    athlete = await make_athlete(db, await make_organization(db))
    doomed, kept = await make_plan(db, athlete), await make_plan(db, athlete)
    for plan in (doomed, kept):
        async with db.read() as read:
            session = (await sessions.sessions_by_plan(read, [plan.id]))[plan.id][0]
        log = LoggedDuration(session.id, athlete.id, 55, 3000.0, NOW)
        after = await committed(db, lambda one, log=log: sessions.insert_log(one, log))  # type: ignore[misc]
        await committed(
            db,
            lambda one, after=after: save_compression(one, after, an_outcome(), a_cause(athlete)),  # type: ignore[misc]
        )
    before = await _sizes(db)

    with pytest.raises(Conflict):
        await committed(db, lambda one: plans.delete_plan(one, doomed.id, expected_version=7))
    deleted = await committed(db, lambda one: plans.delete_plan(one, doomed.id, expected_version=1))

    assert deleted == doomed
    after_it = await _sizes(db)
    assert all(size > 0 and 2 * after_it[name] == size for name, size in before.items()), (before, after_it)
    async with db.read() as read:
        assert await plans.plans_by_id(read, [doomed.id, kept.id]) == {kept.id: kept}


async def _sizes(db: Database) -> dict[str, int]:
    async with db.read() as read:
        return {
            table.__tablename__: (await read.scalar(select(func.count()).select_from(table))) or 0
            for table in (PlanRow, *BELOW_A_PLAN)
        }
