from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.database import Database
from db.seasons import (
    active_season_plans,
    delete_season_plan,
    insert_season_plan,
    save_season_plan,
    season_phases_by_id,
    season_plan_for_update,
    season_plans_by_id,
    season_plans_by_team,
)
from domain.adjustments import adjust
from domain.errors import Conflict
from domain.phases import Objective, ObjectiveType, Priority
from domain.seasons import SeasonLoad, SeasonPlan, SeasonStatus
from tests.domain.season_cases import MONDAY, a_phase
from tests.factories import NOW, committed, make_organization, make_team
from tests.season_factories import Club, make_assignments, make_club, make_season
from tests.statements import count_statements

LATER = NOW + timedelta(hours=1)
DRAFT = SeasonStatus.DRAFT


@pytest.fixture
async def club(db: Database) -> Club:
    return await make_club(db)


async def stored(db: Database, plan: SeasonPlan) -> SeasonPlan | None:
    async with db.read() as read:
        return (await season_plans_by_id(read, [plan.id])).get(plan.id)


async def save(db: Database, plan: SeasonPlan, version: int = 1) -> SeasonPlan | None:
    return await committed(db, lambda one: save_season_plan(one, plan, expected_version=version, now=LATER))


async def test_a_plan_is_read_as_it_was_written(db: Database, club: Club) -> None:
    full = a_phase(
        load_multiplier=1.25,
        focus_areas=("strength", "speed"),
        game_frequency=1.5,
        game_weekdays=(2, 5),
        recovery_ratio=0.25,
        objectives=(Objective(ObjectiveType.SPEED, Priority.HIGH, 2.0),),
    )
    plan = club.season(full, load=SeasonLoad(2000, 5, (6, 7), (3,)))

    assert await make_season(db, plan) == plan
    assert await stored(db, plan) == plan
    async with db.read() as read:
        assert await season_phases_by_id(read, [plan.phases[0].id]) == {plan.phases[0].id: plan.phases[0]}


async def test_phases_come_by_their_start_and_a_plan_may_have_none(db: Database, club: Club) -> None:
    plan = club.season()
    bare = replace(club.season(), phases=(), status=DRAFT, starts_on=MONDAY - timedelta(days=7))
    await make_season(db, replace(plan, phases=plan.phases[::-1]))
    await make_season(db, bare)

    async with db.read() as read:
        found = await season_plans_by_team(read, [club.team.id])

    assert found == {club.team.id: [bare, plan]}


async def test_the_active_plan_of_each_team_is_one_read(db: Database, club: Club) -> None:
    other = await make_team(db, club.organization)
    resting = await make_team(db, club.organization)
    mine, theirs = club.season(), club.season(team_id=other.id)
    for plan in (mine, theirs, club.season(status=DRAFT), club.season(team_id=resting.id, status=DRAFT)):
        await make_season(db, plan)

    with count_statements(db) as sent:
        async with db.read() as read:
            found = await active_season_plans(read, [club.team.id, other.id, resting.id])

    assert found == {club.team.id: mine, other.id: theirs}
    assert len(sent) == 1


async def test_saving_changes_dates_and_phases_together_and_raises_the_version(
    db: Database, club: Club
) -> None:
    plan = await make_season(db, club.season())
    far = timedelta(days=800)  # neither the old dates nor both together would hold all of it
    moved = replace(
        plan,
        name="Next year",
        starts_on=plan.starts_on + far,
        ends_on=plan.ends_on + far,
        phases=tuple(
            replace(each, starts_on=each.starts_on + far, ends_on=each.ends_on + far) for each in plan.phases
        ),
    )

    with count_statements(db) as sent:
        after = await save(db, moved)

    assert after == replace(moved, version=2, updated_at=LATER) == await stored(db, plan)
    assert len(sent) == 4


async def test_phases_may_change_places_and_new_ones_come_and_old_ones_go(db: Database, club: Club) -> None:
    plan = await make_season(db, club.season())
    first, second = plan.phases
    swapped = replace(
        plan,
        phases=(
            replace(second, starts_on=first.starts_on, ends_on=first.ends_on),
            replace(first, id=uuid4(), starts_on=second.starts_on, ends_on=second.ends_on),
        ),
    )

    await save(db, swapped)

    found = await stored(db, plan)
    assert found is not None
    assert found.phases == swapped.phases


async def test_a_plan_that_somebody_else_changed_is_not_saved_over(db: Database, club: Club) -> None:
    plan = await make_season(db, club.season())
    await save(db, replace(plan, name="First"))

    with pytest.raises(Conflict) as refused:
        await save(db, replace(plan, name="Second"))
    with pytest.raises(Conflict):
        await committed(db, lambda one: delete_season_plan(one, plan.id, expected_version=1))

    assert refused.value.current_version == 2
    found = await stored(db, plan)
    assert found is not None
    assert found.name == "First"


async def test_a_plan_that_is_gone_is_nothing(db: Database, club: Club) -> None:
    plan = club.season()

    assert await save(db, plan) is None
    assert await committed(db, lambda one: delete_season_plan(one, plan.id, expected_version=1)) is None
    assert await committed(db, lambda one: season_plan_for_update(one, plan.id)) is None


async def test_deleting_gives_back_what_was_deleted_phases_included(db: Database, club: Club) -> None:
    plan = await make_season(db, club.season())

    gone = await committed(db, lambda one: delete_season_plan(one, plan.id, expected_version=1))

    assert gone == plan
    assert await stored(db, plan) is None
    async with db.read() as read:
        assert await season_phases_by_id(read, [each.id for each in plan.phases]) == {}


async def test_a_team_has_one_active_season_and_the_second_is_refused_in_words(
    db: Database, club: Club
) -> None:
    await make_season(db, club.season())
    draft = await make_season(db, club.season(status=DRAFT))

    with pytest.raises(Conflict, match="Another season of this team is active"):
        await make_season(db, club.season())
    with pytest.raises(Conflict, match="Another season of this team is active"):
        await save(db, replace(draft, status=SeasonStatus.ACTIVE))

    async with db.read() as read:
        assert len((await season_plans_by_team(read, [club.team.id]))[club.team.id]) == 2


# what no code can get round


def overlapping(club: Club) -> SeasonPlan:
    plan = club.season()
    first, second = plan.phases
    return replace(plan, phases=(first, replace(second, starts_on=first.ends_on)))


async def test_the_database_refuses_phases_that_share_a_day(db: Database, club: Club) -> None:
    async def store(db_session: Any) -> None:
        await insert_season_plan(db_session, overlapping(club))
        await db_session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    with pytest.raises(IntegrityError, match="ex_season_phases_overlap"):
        await committed(db, store)


async def test_the_same_days_in_two_seasons_are_no_overlap(db: Database, club: Club) -> None:
    for _ in range(3):
        await make_season(db, club.season(status=DRAFT))

    await committed(db, lambda one: one.execute(text("SET CONSTRAINTS ALL IMMEDIATE")))


async def test_two_coaches_at_once_cannot_make_an_overlap(fresh_db: Database) -> None:
    """Each of them alone would be right; the constraint is what a check in a trigger could not be."""
    club = await make_club(fresh_db)
    plan = await make_season(fresh_db, replace(club.season(), phases=()))
    phase = a_phase(season_plan_id=plan.id)

    async def add(number: int) -> None:
        async def work(db_session: Any) -> None:
            await db_session.execute(
                text(
                    "INSERT INTO season_phases SELECT r.* FROM season_plans p,"
                    " jsonb_populate_record(NULL::season_phases, jsonb_build_object('id', uuidv7(),"
                    " 'season_plan_id', p.id, 'season_number', p.number, 'season_starts_on', p.starts_on,"
                    " 'season_ends_on', p.ends_on, 'name', 'Camp', 'type', 'preseason', 'starts_on',"
                    " CAST(:first AS date), 'ends_on', CAST(:last AS date), 'intensity', 'high',"
                    " 'training_frequency', 3, 'game_frequency', 0, 'game_weekdays', '[]'::jsonb,"
                    " 'recovery_ratio', 0, 'focus_areas', '[]'::jsonb, 'objectives', '[]'::jsonb)) r"
                    " WHERE p.id = :plan"
                ),
                {"plan": plan.id, "first": phase.starts_on + timedelta(days=number), "last": phase.ends_on},
            )
            await asyncio.sleep(0.05)  # both have written before either commits

        await committed(fresh_db, work)

    outcomes = await asyncio.gather(*(add(number) for number in range(4)), return_exceptions=True)

    assert sum(outcome is None for outcome in outcomes) == 1
    found = await stored(fresh_db, plan)
    assert found is not None
    assert len(found.phases) == 1


@pytest.mark.parametrize(
    "changes", [{"starts_on": MONDAY - timedelta(days=1)}, {"ends_on": MONDAY + timedelta(weeks=31)}]
)
async def test_the_database_refuses_a_phase_outside_its_season(
    db: Database, club: Club, changes: Any
) -> None:
    plan = club.season()

    with pytest.raises(IntegrityError, match="ck_season_phases_inside_the_season"):
        await make_season(db, replace(plan, phases=(replace(plan.phases[0], **changes),)))


async def test_a_season_cannot_shrink_away_from_its_phases(db: Database, club: Club) -> None:
    plan = await make_season(db, club.season())

    with pytest.raises(IntegrityError, match="ck_season_phases_inside_the_season"):
        await committed(
            db,
            lambda one: one.execute(
                text("UPDATE season_plans SET ends_on = :day"),
                {"day": plan.phases[1].ends_on - timedelta(days=1)},
            ),
        )


async def test_a_phase_does_not_go_while_assignments_follow_it(db: Database, club: Club) -> None:
    plan = await make_season(db, club.season())
    inside = adjust(club.assignment(), plan.phases[0], now=NOW, by=club.by).assignment
    await make_assignments(db, inside)

    async def drop(db_session: Any) -> None:
        await delete_season_plan(db_session, plan.id, expected_version=1)
        await db_session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    with pytest.raises(IntegrityError, match="assignments still follow season phase"):
        await committed(db, drop)
    await committed(db, lambda one: one.execute(text("UPDATE workout_assignments SET status = 'cancelled'")))
    await committed(db, drop)

    assert await stored(db, plan) is None


async def test_a_team_that_goes_takes_its_season_and_assignments_with_it(db: Database, club: Club) -> None:
    plan = await make_season(db, club.season())
    await make_assignments(db, adjust(club.assignment(), plan.phases[0], now=NOW, by=club.by).assignment)

    async def drop(db_session: Any) -> None:
        await db_session.execute(text("DELETE FROM teams WHERE id = :id"), {"id": club.team.id})
        await db_session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))

    await committed(db, drop)

    assert await stored(db, plan) is None


async def test_a_season_belongs_to_a_team_of_its_organization(db: Database, club: Club) -> None:
    stranger = await make_organization(db)

    with pytest.raises(IntegrityError, match="fk_season_plans_organization_id_team_id"):
        await make_season(db, club.season(organization_id=stranger.id))
