from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import delete

from db import people, plans, teams
from db.database import Database
from db.models.people import PersonRow
from db.paging import PageRequest
from domain.people import Membership, Role, TeamRole
from tests.factories import (
    committed,
    make_athlete,
    make_coach,
    make_organization,
    make_person,
    make_plan,
    make_team,
    make_viewer,
)
from tests.statements import count_statements


async def test_people_and_teams_are_read_as_they_were_written(db: Database) -> None:
    organization = await make_organization(db, "Harbour City")
    person = await make_person(db, organization, Role.COACH, time_zone="America/Argentina/Buenos_Aires")
    team = await make_team(db, organization)

    async with db.read() as read:
        assert await people.people_by_id(read, [person.id, uuid4()]) == {person.id: person}
        assert await people.organizations_by_id(read, [organization.id]) == {organization.id: organization}
        assert await teams.teams_by_id(read, [team.id, uuid4()]) == {team.id: team}


async def test_what_is_known_of_a_person_who_signs_in_is_one_statement(db: Database) -> None:
    organization = await make_organization(db)
    person = await make_coach(db, organization)
    coached = await make_team(
        db, organization, coaches=[person], players=[await make_athlete(db, organization)]
    )
    both = await make_team(db, organization, coaches=[person], players=[person])

    with count_statements(db) as sent:
        async with db.read() as read:
            facts = await people.viewer_facts(read, person.id)

    assert len(sent) == 1
    assert facts is not None
    assert facts[0] == person
    assert set(facts[1]) == {
        Membership(coached.id, person.id, TeamRole.COACH),
        Membership(both.id, person.id, TeamRole.COACH),
        Membership(both.id, person.id, TeamRole.PLAYER),
    }
    assert len(facts[1]) == 3


async def test_a_person_without_a_team_can_sign_in_and_nobody_cannot(db: Database) -> None:
    person = await make_athlete(db, await make_organization(db))

    async with db.read() as read:
        assert await people.viewer_facts(read, person.id) == (person, ())
        assert await people.viewer_facts(read, uuid4()) is None


async def test_an_address_is_one_person_however_it_is_cased_and_within_its_organization(db: Database) -> None:
    here, there = await make_organization(db), await make_organization(db)
    ours = await make_person(db, here, email="mia@example.org")
    theirs = await make_person(db, there, email="mia@example.org")

    async with db.read() as read:
        assert await people.person_id_by_email(read, here.id, "Mia@Example.org") == ours.id
        assert await people.person_id_by_email(read, there.id, "mia@example.org") == theirs.id
        assert await people.person_id_by_email(read, here.id, "nobody@example.org") is None


async def test_players_of_many_teams_come_by_name_a_page_each_in_one_statement(db: Database) -> None:
    organization = await make_organization(db)
    coach = await make_coach(db, organization)
    players = [await make_person(db, organization, display_name=name) for name in ("Cleo", "Ada", "Bo")]
    first = await make_team(db, organization, players=players, coaches=[coach])
    second = await make_team(db, organization, players=players[:1])
    viewer = make_viewer(coach, coached=[first])

    with count_statements(db) as sent:
        async with db.read() as read:
            pages = await teams.players_of_teams(read, viewer, [first.id, second.id], PageRequest(first=2))
    async with db.read() as read:
        rest = await teams.players_of_teams(
            read, viewer, [first.id], PageRequest(first=2, after=pages[first.id].cursors[-1])
        )
        coaches = await teams.coaches_of_teams(read, viewer, [first.id, second.id], PageRequest())

    assert len(sent) == 1
    assert [each.display_name for each in pages[first.id].items] == ["Ada", "Bo"]
    assert [each.display_name for each in rest[first.id].items] == ["Cleo"]
    assert [each.display_name for each in pages[second.id].items] == [
        "Cleo"
    ]  # plays in the coach's team, too
    assert (coaches[first.id].items, coaches[second.id].items) == ((coach,), ())


async def test_a_list_of_players_holds_only_those_that_the_viewer_may_see(db: Database) -> None:
    organization = await make_organization(db)
    stranger, player = await make_athlete(db, organization), await make_athlete(db, organization)
    team = await make_team(db, organization, players=[player])

    async with db.read() as read:
        seen = await teams.players_of_teams(read, make_viewer(stranger), [team.id], PageRequest())
        by_player = await teams.players_of_teams(
            read, make_viewer(player, played=[team]), [team.id], PageRequest()
        )

    assert seen[team.id].items == ()
    assert by_player[team.id].items == (player,)


async def test_a_player_coach_has_a_team_once(db: Database) -> None:
    organization = await make_organization(db)
    both, nobody = await make_coach(db, organization), await make_athlete(db, organization)
    second = await make_team(db, organization, name="Seniors", players=[both], coaches=[both])
    first = await make_team(db, organization, name="Juniors", coaches=[both])

    with count_statements(db) as sent:
        async with db.read() as read:
            found = await teams.teams_of_people(read, [both.id, nobody.id])
            ids = await teams.team_ids_of_people(read, [both.id, nobody.id])

    assert len(sent) == 2
    assert found == {both.id: [first, second]}
    assert ids == {both.id: {first.id, second.id}, nobody.id: frozenset()}


@pytest.mark.parametrize("role", [Role.ATHLETE, Role.COACH])
async def test_a_person_who_is_deleted_takes_plans_and_memberships_along(db: Database, role: Role) -> None:
    organization = await make_organization(db)
    person = await make_person(db, organization, role)
    await make_team(db, organization, players=[person], coaches=[person])
    plan = await make_plan(db, person)

    await committed(db, lambda one: one.execute(delete(PersonRow).where(PersonRow.id == person.id)))

    async with db.read() as read:
        assert await plans.plans_by_id(read, [plan.id]) == {}
        assert await teams.teams_of_people(read, [person.id]) == {}
