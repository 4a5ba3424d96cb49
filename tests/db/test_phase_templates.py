from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.athletes import (
    insert_restriction,
    physiology_of,
    restrictions_of,
    save_physiology,
    target_players,
)
from db.database import Database
from db.own_templates import our_templates
from db.paging import PageRequest
from db.phase_templates import (
    delete_phase_template,
    insert_phase_templates,
    phase_templates_by_id,
    phase_templates_page,
    save_phase_template,
)
from db.player_groups import change_group
from db.prescriptions import prescriptions_by_session
from db.seed import seed_catalogue
from db.sessions import sessions_by_plan
from db.workouts import insert_workouts, workouts_by_id, workouts_of_sessions
from domain.assignments import AssignmentType
from domain.errors import Conflict, InvalidInput
from domain.exercises import MovementPattern
from domain.load_progression import ProgressionKind
from domain.people import Person
from domain.phase_templates import PhaseTemplate, TargetGroup, TemplateWorkout
from domain.phases import PhaseType
from domain.physiology import MedicalRestriction, Physiology, RestrictionKind
from domain.template_expansion import TargetPlayer
from domain.workouts import workout_of_session
from tests.domain.season_cases import MONDAY
from tests.factories import NOW, committed, make_athlete, make_organization, make_plan
from tests.season_factories import Club, make_assignments, make_club
from tests.statements import count_statements

LATER = NOW + timedelta(hours=1)
GOALTENDERS = TargetGroup(AssignmentType.POSITION, "Goaltenders")
FIRST_LINE = TargetGroup(AssignmentType.LINE, "First line")


@pytest.fixture
async def club(db: Database) -> Club:
    return await make_club(db)


def a_template(club: Club, name: str = "Base", **changes: Any) -> PhaseTemplate:
    """Its workouts are fresh copies of the club's, the second with everything that a template can say."""
    first, second = (replace(each, id=uuid4()) for each in (club.workout, club.other_workout))
    workouts = (
        TemplateWorkout(first, 1, 4, (0, 3)),
        TemplateWorkout(second, 2, 3, (5,), GOALTENDERS, time(7, 30), (60, 70), ProgressionKind.WAVE, 5.0),
    )
    template = PhaseTemplate(
        uuid4(), club.organization.id, name, PhaseType.PRESEASON, 4, workouts, 1, NOW, NOW, "Four weeks"
    )
    return replace(template, **changes)


async def store(db: Database, *templates: PhaseTemplate) -> None:
    await committed(db, lambda one: insert_phase_templates(one, templates))


async def by_id(db: Database, club: Club, *templates: PhaseTemplate) -> list[PhaseTemplate]:
    async with db.read() as read:
        found = await phase_templates_by_id(read, club.organization.id, [each.id for each in templates])
    return [found[each.id] for each in templates if each.id in found]


async def save(db: Database, template: PhaseTemplate, version: int = 1) -> PhaseTemplate | None:
    return await committed(
        db, lambda one: save_phase_template(one, template, expected_version=version, now=LATER)
    )


async def test_a_template_is_read_as_it_was_written(db: Database, club: Club) -> None:
    template = a_template(club)
    await store(db, template)

    assert await by_id(db, club, template) == [template]


async def test_our_own_are_everybodys_and_stored_to_the_last_set(db: Database, club: Club) -> None:
    await committed(db, seed_catalogue)
    copies = [
        replace(
            each,
            id=uuid4(),
            workouts=tuple(replace(one, workout=replace(one.workout, id=uuid4())) for one in each.workouts),
        )
        for each in (template.owned_by(club.organization.id) for template in our_templates())
    ]

    with count_statements(db) as written:
        await store(db, *copies)
    with count_statements(db) as read:
        found = await by_id(db, club, *our_templates(), *copies)

    assert found == [*our_templates(), *copies]
    assert (len(written), len(read)) == (4, 3)


async def test_a_template_of_another_organization_is_not_there(db: Database, club: Club) -> None:
    other = await make_club(db)
    await store(db, template := a_template(other))

    assert await by_id(db, club, template) == []
    async with db.read() as session:
        assert (await phase_templates_page(session, club.organization.id, PageRequest())).items == ()


async def test_templates_are_listed_by_name_and_by_type_of_phase(db: Database, club: Club) -> None:
    base, camp = a_template(club, "Base"), a_template(club, "Camp", phase_type=PhaseType.OFFSEASON)
    everyones = a_template(club, "All year", organization_id=None)
    await store(db, camp, base, everyones)

    async with db.read() as session:
        page = await phase_templates_page(session, club.organization.id, PageRequest(first=2))
        off = await phase_templates_page(
            session, club.organization.id, PageRequest(), phase_type=PhaseType.OFFSEASON
        )

    assert page.items == (everyones, base)
    assert page.has_next
    assert off.items == (camp,)


async def test_saving_replaces_the_workouts_and_assigned_ones_stay(db: Database, club: Club) -> None:
    template = a_template(club)
    await store(db, template)
    assigned, unassigned = (each.workout for each in template.workouts)
    await make_assignments(db, club.assignment(workout_id=assigned.id, template_id=template.id))
    changed = replace(template, name="Better", workouts=template.workouts[::-1])

    after = await save(db, changed)

    assert after is not None
    assert (after.version, after.name, after.updated_at) == (2, "Better", LATER)
    assert await by_id(db, club, template) == [after]
    assert [each.workout.title for each in after.workouts] == ["Upper body", "Lower body"]
    async with db.read() as session:
        assert set(await workouts_by_id(session, [assigned.id, unassigned.id])) == {assigned.id}


async def test_a_template_that_somebody_else_changed_is_not_saved_over(db: Database, club: Club) -> None:
    template = a_template(club)
    await store(db, template)
    await save(db, template)

    with pytest.raises(Conflict) as refused:
        await save(db, template)
    with pytest.raises(Conflict):
        await committed(db, lambda one: delete_phase_template(one, template.id, expected_version=1))

    assert refused.value.current_version == 2


async def test_a_name_is_one_templates_of_each_owner(db: Database, club: Club) -> None:
    other = await make_club(db)
    first, second = a_template(club, "Base"), a_template(club, "Camp")
    await store(db, first, second, a_template(other, "Base"))

    with pytest.raises(InvalidInput, match="of this name already"):
        await store(db, a_template(club, "Base"))
    with pytest.raises(InvalidInput, match="of this name already"):
        await save(db, replace(second, name="Base"))

    assert await by_id(db, club, second) == [second]


async def test_deleting_takes_what_nobody_was_assigned_and_leaves_the_rest(db: Database, club: Club) -> None:
    template = a_template(club)
    await store(db, template)
    assigned, unassigned = (each.workout for each in template.workouts)
    await make_assignments(db, club.assignment(workout_id=assigned.id, template_id=template.id))

    assert await committed(db, lambda one: delete_phase_template(one, template.id, expected_version=1))
    assert (
        await committed(db, lambda one: delete_phase_template(one, template.id, expected_version=1)) is None
    )
    assert await save(db, template) is None

    async with db.read() as session:
        assert set(await workouts_by_id(session, [assigned.id, unassigned.id])) == {assigned.id}
        assert (
            await session.scalar(text("SELECT count(*) FROM workout_assignments WHERE template_id IS NULL"))
            == 1
        )


async def test_a_workout_is_read_as_it_was_written_also_by_its_session(db: Database, club: Club) -> None:
    async with db.read() as session:
        found = await workouts_by_id(session, [club.workout.id, club.other_workout.id])
        assert await workouts_of_sessions(session, [uuid4()]) == {}

    assert found == {each.id: each for each in (club.workout, club.other_workout)}


async def test_a_session_of_a_plan_becomes_a_workout_once(db: Database, club: Club) -> None:
    plan = await make_plan(db, club.players[0])
    async with db.read() as read:
        session = (await sessions_by_plan(read, [plan.id]))[plan.id][0]
        prescriptions = (await prescriptions_by_session(read, [session.id]))[session.id]
    workout = workout_of_session(session, prescriptions, uuid4(), club.organization.id, 7.5)

    await committed(db, lambda one: insert_workouts(one, [workout]))
    with pytest.raises(IntegrityError, match="uq_workouts_session_id"):
        await committed(db, lambda one: insert_workouts(one, [replace(workout, id=uuid4())]))

    async with db.read() as read:
        assert await workouts_of_sessions(read, [session.id]) == {session.id: workout}
    assert (workout.title, workout.load_au) == (session.title, 450)
    assert [each.exercise for each in workout.prescriptions] == [each.exercise for each in prescriptions]


# players


async def test_players_come_with_their_groups_and_leave_them_with_the_team(db: Database, club: Club) -> None:
    anna, bea = club.players
    await change(db, club, GOALTENDERS, joining=[anna, bea])
    await change(db, club, FIRST_LINE, joining=[anna])
    await change(db, club, GOALTENDERS, leaving=[anna])

    async with db.read() as session:
        found = await target_players(session, [club.team.id])
    assert set(found[club.team.id]) == {
        TargetPlayer(anna.id, frozenset({FIRST_LINE})),
        TargetPlayer(bea.id, frozenset({GOALTENDERS})),
    }

    leaving = text("DELETE FROM memberships WHERE person_id = :id")
    await committed(db, lambda one: one.execute(leaving, {"id": bea.id}))
    async with db.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM player_groups")) == 1


async def change(
    db: Database,
    club: Club,
    group: TargetGroup,
    *,
    joining: Sequence[Person] = (),
    leaving: Sequence[Person] = (),
) -> None:
    ins, outs = ([each.id for each in people] for people in (joining, leaving))
    await committed(db, lambda one: change_group(one, club.team.id, group, joining=ins, leaving=outs))


async def test_nobody_is_in_a_group_of_a_team_they_do_not_play_in(db: Database, club: Club) -> None:
    stranger = await make_athlete(db, club.organization)

    with pytest.raises(IntegrityError, match="fk_player_groups_membership"):
        await change(db, club, FIRST_LINE, joining=[stranger])
    with pytest.raises(IntegrityError, match="fk_player_groups_membership"):
        await change(db, club, FIRST_LINE, joining=[club.coach])


async def test_an_empty_group_is_nobody(db: Database, club: Club) -> None:
    await change(db, club, FIRST_LINE, joining=club.players[:1])
    await change(db, club, FIRST_LINE, leaving=club.players[:1])

    async with db.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM player_groups")) == 0


async def test_what_is_known_of_a_body_replaces_what_was(db: Database, club: Club) -> None:
    anna, bea = club.players
    for body in (Physiology(anna.id, 60, 190, 2500), Physiology(anna.id, 55, None)):
        await committed(db, lambda one, body=body: save_physiology(one, club.organization.id, body, NOW))  # type: ignore[misc]

    async with db.read() as session:
        assert await physiology_of(session, [anna.id, bea.id]) == {anna.id: Physiology(anna.id, 55, None)}


async def test_restrictions_are_those_still_to_be_kept_to(db: Database, club: Club) -> None:
    anna, bea = club.players
    over = MedicalRestriction(
        uuid4(), anna.id, RestrictionKind.NO_TRAINING, MONDAY, MONDAY + timedelta(days=3)
    )
    now = MedicalRestriction(
        uuid4(), anna.id, RestrictionKind.NO_TRAINING, MONDAY, MONDAY + timedelta(days=4)
    )
    endless = MedicalRestriction(
        uuid4(), bea.id, RestrictionKind.LIMITED, MONDAY, None, (MovementPattern.JUMP, MovementPattern.SPRINT)
    )
    for each in (over, now, endless):
        await committed(
            db,
            lambda one, each=each: insert_restriction(one, club.organization.id, each, NOW),  # type: ignore[misc]
        )

    async with db.read() as session:
        found = await restrictions_of(session, [anna.id, bea.id], MONDAY + timedelta(days=4))

    assert found == {anna.id: [now], bea.id: [endless]}


async def test_a_body_belongs_to_somebody_of_the_organization(db: Database, club: Club) -> None:
    elsewhere = await make_organization(db)

    with pytest.raises(IntegrityError, match="fk_player_physiology_organization_id_person_id"):
        await committed(
            db, lambda one: save_physiology(one, elsewhere.id, Physiology(club.players[0].id, 50, 190), NOW)
        )
