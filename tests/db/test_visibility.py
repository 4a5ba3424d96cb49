from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID, uuid4

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Select, exists, false, func, insert, not_, select
from sqlalchemy.orm import aliased

from db.database import Database
from db.models.people import MembershipRow, OrganizationRow, PersonRow, TeamRow
from db.models.plans import PlanRow
from db.paging import PageRequest
from db.plans import plan_facts_by_id, visible_plans
from db.season_shapes import SEASON_SHAPES
from db.shape_links import Many, One, Paged, Worked
from db.shapes import SHAPES
from db.teams import played_team_ids_of_people, team_ids_of_people, visible_teams
from db.visibility import (
    athletes_visible_to,
    people_visible_to,
    plans_visible_to,
    teams_run_by,
    teams_visible_to,
)
from domain.access import (
    Sight,
    sight_of_athlete,
    sight_of_person,
    sight_of_plan,
    sight_of_team,
    sight_to_run_team,
)
from domain.people import Person, Role, Team, TeamRole, Viewer
from tests.factories import (
    MONDAY,
    NOW,
    committed,
    make_athlete,
    make_coach,
    make_organization,
    make_plan,
    make_service,
    make_team,
    make_viewer,
)

ROLES = (Role.ATHLETE, Role.ATHLETE, Role.COACH, Role.COACH, Role.ADMIN)
TEAMS, PEOPLE = 3, len(ROLES)
ALL_SHAPES = {**SHAPES, **SEASON_SHAPES}
IMPLIED = [
    (type_, name)
    for type_, shape in ALL_SHAPES.items()
    for name, link in shape.links.items()
    if isinstance(link, One | Many | Paged) and link.implied
]


@dataclass(frozen=True)
class World:
    """Two organizations of the same shape; in each everyone has a plan, and anyone may be in any team."""

    people: list[Person]
    teams: list[Team]
    memberships: list[tuple[Team, Person, TeamRole]]

    def viewers(self) -> list[Viewer]:
        """Everyone in it, and a service of each organization."""
        people = [
            make_viewer(
                person,
                coached=[t for t, p, role in self.memberships if p == person and role is TeamRole.COACH],
                played=[t for t, p, role in self.memberships if p == person and role is TeamRole.PLAYER],
            )
            for person in self.people
        ]
        return people + [make_service(each) for each in {person.organization_id for person in self.people}]


# Which of the organizations, teams, people and roles; numbers, so that a failure shrinks to a readable world.
bonds = st.tuples(
    st.integers(0, 1), st.integers(0, TEAMS - 1), st.integers(0, PEOPLE - 1), st.sampled_from(TeamRole)
)


@given(bonds=st.sets(bonds, max_size=14))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_lists_show_exactly_what_the_domain_gives_full_sight_of(
    db: Database, bonds: set[tuple[int, int, int, TeamRole]]
) -> None:
    world = await _build(db, bonds)
    async with db.read() as read:
        plan_ids = (await read.scalars(select(PlanRow.id))).all()
        facts = await plan_facts_by_id(read, plan_ids)
        teams_of = await team_ids_of_people(read, [each.id for each in world.people])
        plays_in = await played_team_ids_of_people(read, [each.id for each in world.people])

        for viewer in world.viewers():
            plans = set(await read.scalars(select(PlanRow.id).where(plans_visible_to(viewer))))
            teams = set(await read.scalars(select(TeamRow.id).where(teams_visible_to(viewer))))
            run = set(await read.scalars(select(TeamRow.id).where(teams_run_by(viewer))))
            people = set(await read.scalars(select(PersonRow.id).where(people_visible_to(viewer))))
            athletes = set(await read.scalars(select(PersonRow.id).where(athletes_visible_to(viewer))))

            assert plans == {
                each.plan_id for each in facts.values() if sight_of_plan(viewer, each) is Sight.FULL
            }
            assert teams == {
                each.id
                for each in world.teams
                if sight_of_team(viewer, each.id, each.organization_id) is Sight.FULL
            }
            assert run == {
                each.id
                for each in world.teams
                if sight_to_run_team(viewer, each.id, each.organization_id) is Sight.FULL
            }
            assert people == {
                each.id
                for each in world.people
                if sight_of_person(viewer, each.id, each.organization_id, teams_of[each.id]) is Sight.FULL
            }
            assert athletes == {
                each.id
                for each in world.people
                if sight_of_athlete(viewer, each.id, each.organization_id, plays_in[each.id]) is Sight.FULL
            }
            event(f"a viewer sees {len(plans)} plans")


@given(bonds=st.sets(bonds, max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whoever_sees_a_row_sees_what_its_links_say_is_implied(
    db: Database, bonds: set[tuple[int, int, int, TeamRole]]
) -> None:
    world = await _build(db, bonds)
    async with db.read() as read:
        for viewer in world.viewers():
            for type_, name in IMPLIED:
                assert await read.scalar(_hidden_behind(viewer, type_, name)) == 0, (viewer, type_, name)


async def test_what_is_not_implied_is_found_out(db: Database) -> None:
    """By the same question as in the test above: who sees a player need not see their plans."""
    organization = await make_organization(db)
    player, mate = [await make_athlete(db, organization) for _ in range(2)]
    team = await make_team(db, organization, players=[player, mate])
    await make_plan(db, mate)

    async with db.read() as read:
        hidden = await read.scalar(_hidden_behind(make_viewer(player, played=[team]), "Player", "plans"))

    assert ("Player", "plans") not in IMPLIED
    assert hidden == 1


async def test_a_coach_sees_the_plans_of_their_players_and_a_player_sees_only_their_own(db: Database) -> None:
    organization = await make_organization(db)
    coach, player, other = [
        await make_coach(db, organization),
        await make_athlete(db, organization),
        await make_athlete(db, organization),
    ]
    team = await make_team(db, organization, players=[player], coaches=[coach])
    of_player, of_other = await make_plan(db, player), await make_plan(db, other)

    async with db.read() as read:
        coachs = await visible_plans(read, make_viewer(coach, coached=[team]), PageRequest())
        players = await visible_plans(read, make_viewer(player, played=[team]), PageRequest())
        others = await visible_plans(read, make_viewer(other), PageRequest())
        teams = await visible_teams(read, make_viewer(player, played=[team]), PageRequest())

    assert list(coachs.items) == list(players.items) == [of_player]
    assert list(others.items) == [of_other]
    assert list(teams.items) == [team]


async def test_who_coaches_without_the_role_of_a_coach_sees_no_plans_of_players(db: Database) -> None:
    organization = await make_organization(db)
    helper, player = await make_athlete(db, organization), await make_athlete(db, organization)
    team = await make_team(db, organization, players=[player], coaches=[helper])
    await make_plan(db, player)

    async with db.read() as read:
        page = await visible_plans(read, make_viewer(helper, coached=[team]), PageRequest())

    assert page.items == ()


def _hidden_behind(viewer: Viewer, type_: str, name: str) -> Select[int]:
    """How many rows the viewer does not see to which the link leads from rows that they see."""
    shape, link = ALL_SHAPES[type_], ALL_SHAPES[type_].links[name]
    assert isinstance(link, One | Many | Paged)
    near: Any = aliased(shape.rows)
    far: Any = aliased(ALL_SHAPES[link.type].rows)
    if isinstance(link, One):
        assert not isinstance(link.by, Worked)
        leads = far.id == getattr(near, link.by.key)
    elif link.through is not None:
        between, through = aliased(link.through.near.class_), link.through
        leads = exists().where(
            getattr(between, through.near.key) == near.id,
            getattr(between, through.far.key) == far.id,
            *(getattr(between, column) == value for column, value in through.only.items()),
        )
    else:
        assert link.by is not None
        leads = getattr(far, link.by.key) == near.id
    sees_far = func.coalesce(_seen(link.type, viewer, far), false())
    both = select(func.count()).select_from(near).join(far, leads)
    return both.where(_seen(type_, viewer, near), not_(sees_far))


def _seen(type_: str, viewer: Viewer, rows: Any) -> ColumnElement[bool]:
    rule: Any = ALL_SHAPES[type_].seen  # for one caller, or for the terms of one
    assert rule is not None, f"{type_} is not seen by a rule of its own"
    return cast("ColumnElement[bool]", rule(viewer, rows))


async def _build(db: Database, bonds: set[tuple[int, int, int, TeamRole]]) -> World:
    """Few statements, because it runs once an example. Earlier worlds stay: nobody here may see into them."""
    organization_ids = [uuid4(), uuid4()]
    people = [[Person(uuid4(), each, "Somebody", role, "UTC") for role in ROLES] for each in organization_ids]
    teams = [
        [Team(uuid4(), each, f"Team {n}", "Ice hockey", "UTC") for n in range(TEAMS)]
        for each in organization_ids
    ]
    everyone = [person for group in people for person in group]
    memberships = [(teams[o][t], people[o][p], role) for o, t, p, role in sorted(bonds)]
    world = World(everyone, [team for group in teams for team in group], memberships)

    async def store(db_session: Any) -> None:
        await db_session.execute(
            insert(OrganizationRow).values([{"id": each, "name": "Club"} for each in organization_ids])
        )
        await db_session.execute(insert(PersonRow).values([_row(each, Person) for each in everyone]))
        await db_session.execute(insert(TeamRow).values([_row(each, Team) for each in world.teams]))
        await db_session.execute(insert(PlanRow).values([_plan_row(each) for each in everyone]))
        if memberships:
            await db_session.execute(
                insert(MembershipRow).values([_membership_row(*each) for each in memberships])
            )

    await committed(db, store)
    return world


def _row(thing: Person | Team, kind: type[Person | Team]) -> dict[str, object]:
    return {each: getattr(thing, each) for each in kind.__slots__}


def _plan_row(owner: Person) -> dict[str, object]:
    return {
        "organization_id": owner.organization_id,
        "owner_id": owner.id,
        "title": "Plan",
        "starts_on": MONDAY,
        "created_at": NOW,
        "updated_at": NOW,
    }


def _membership_row(team: Team, person: Person, role: TeamRole) -> dict[str, UUID | TeamRole]:
    return {
        "organization_id": team.organization_id,
        "team_id": team.id,
        "person_id": person.id,
        "role": role,
    }
