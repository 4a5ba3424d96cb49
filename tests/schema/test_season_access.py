"""Who sees what of a season: every kind of caller against every way to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.database import Database
from db.workouts import insert_workouts
from domain.access import Scope
from domain.people import Viewer
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import ALL, Api
from tests.factories import committed, make_organization
from tests.season_factories import make_assignments
from tests.season_world import Stage, assignment_of, make_stage, make_template, more_assignments
from tests.statements import count_statements
from tests.world import World

NODE = "query ($id: ID!) { node(id: $id) { __typename } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
ROOTS = {
    "current phase": "query ($id: ID!) { currentPhase(teamId: $id) { name } }",
    "season plan": "query ($id: ID!) { seasonPlan(teamId: $id) { name } }",
    "sync status": "query ($id: ID!) { syncStatus(teamId: $id) { state } }",
}
NESTED = """query ($id: ID!) { team(id: $id) {
  currentPhase { name adjustments(first: 100) { edges { node { id } } } } seasonPlan { name }
  seasonPlans { edges { node { id } } }
  assignments(first: 100) { edges { node { id adjustments { edges { node { id } } } } } }
  syncStatus { inPhaseCount } } }"""
OF_PLAYER = "query ($id: ID!) { player(id: $id) { assignments(first: 100) { edges { node { id } } } } }"
COACHES = {"plan", "draft", "phase", "draft phase", "own", "mates", "own draft", "record", "mates record",
           "template", "workout"}  # fmt: skip
PLAYERS = {"plan", "phase", "own", "record", "template", "workout"}
MATES = {"plan", "phase", "mates", "mates record", "template", "workout"}
NEIGHBOURS = {"template", "workout"}
SEEN_BY_ID = {
    "athlete": PLAYERS,
    "mate": MATES,
    "other_athlete": NEIGHBOURS | {"elsewhere"},
    "coach": COACHES,
    "other_coach": NEIGHBOURS | {"elsewhere"},
    "admin": COACHES | {"elsewhere"},
    "stranger": set(),
    "strange_admin": set(),
    "service": COACHES | {"elsewhere"},
    "strange_service": set(),
}


@pytest.fixture
async def stage(db: Database, world: World) -> Stage:
    return await make_stage(db, world)


def viewer_of(stage: Stage, name: str) -> Viewer:
    viewer: Viewer = getattr(stage if "service" in name else stage.world, name)
    return viewer


@pytest.mark.parametrize("name", SEEN_BY_ID)
async def test_by_its_id_everyone_sees_what_is_theirs_and_nothing_else(
    api: Api, stage: Stage, name: str
) -> None:
    caller = api.as_(viewer_of(stage, name))
    ids = stage.ids()

    found = {each for each, id in ids.items() if (await caller.run(NODE, id=id))["node"] is not None}
    at_once = (await caller.run(NODES, ids=list(ids.values())))["nodes"]

    assert found == SEEN_BY_ID[name]
    assert {each["id"] for each in at_once if each} == {ids[each] for each in found}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("athlete", "ok"), ("mate", "ok"), ("coach", "ok"), ("admin", "ok"), ("service", "ok"),
        ("other_athlete", "forbidden"), ("other_coach", "forbidden"),
        ("stranger", "team_not_found"), ("strange_admin", "team_not_found"),
        ("strange_service", "team_not_found"),
    ],
)  # fmt: skip
async def test_the_ways_by_a_team_are_for_those_who_see_the_team(
    api: Api, stage: Stage, name: str, code: str
) -> None:
    caller = api.as_(viewer_of(stage, name))

    found = {
        root: ",".join((await caller.send(document, id=stage.team_id)).codes) or "ok"
        for root, document in ROOTS.items()
    }

    assert found == dict.fromkeys(ROOTS, code)


@pytest.mark.parametrize("root", ROOTS)
async def test_a_team_that_one_may_not_know_of_is_told_like_one_that_is_not_there(
    api: Api, db: Database, stage: Stage, root: str
) -> None:
    stranger = api.as_(stage.world.stranger)
    missing_id = global_id(Kind.TEAM, uuid4())
    with count_statements(db) as for_hidden:
        hidden = await stranger.send(ROOTS[root], id=stage.team_id)
    with count_statements(db) as for_missing:
        missing = await stranger.send(ROOTS[root], id=missing_id)

    def told(reply: Any, id: str) -> str:
        return str([each.formatted for each in reply.errors]).replace(id, "…")

    assert told(hidden, stage.team_id) == told(missing, missing_id)
    assert for_hidden == for_missing


@pytest.mark.parametrize(
    "kind",
    [
        Kind.SEASON_PLAN, Kind.SEASON_PHASE, Kind.PHASE_TEMPLATE, Kind.WORKOUT, Kind.WORKOUT_ASSIGNMENT,
        Kind.PHASE_ADJUSTMENT,
    ],
)  # fmt: skip
async def test_what_is_hidden_costs_the_same_statements_as_what_is_missing(
    api: Api, db: Database, stage: Stage, kind: Kind
) -> None:
    hidden = {
        Kind.SEASON_PLAN: stage.plan.id,
        Kind.SEASON_PHASE: stage.phase.id,
        Kind.PHASE_TEMPLATE: stage.template.id,
        Kind.WORKOUT: stage.workout.id,
        Kind.WORKOUT_ASSIGNMENT: stage.own.id,
        Kind.PHASE_ADJUSTMENT: stage.record.id,
    }[kind]
    stranger = api.as_(stage.world.stranger)

    async def statements(id: UUID) -> int:
        with count_statements(db) as sent:
            assert (await stranger.run(NODE, id=global_id(kind, id)))["node"] is None
        return len(sent)

    assert await statements(hidden) == await statements(uuid4())


async def test_in_lists_an_athlete_finds_only_what_is_their_own(api: Api, stage: Stage) -> None:
    ids = stage.ids()

    team = (await api.as_(stage.world.athlete).run(NESTED, id=stage.team_id))["team"]

    [edge] = team["assignments"]["edges"]
    assert edge["node"]["id"] == ids["own"]
    assert {each["node"]["id"] for each in edge["node"]["adjustments"]["edges"]} > {ids["record"]}
    of_phase = {each["node"]["id"] for each in team["currentPhase"]["adjustments"]["edges"]}
    assert ids["record"] in of_phase
    assert ids["mates record"] not in of_phase
    assert [each["node"]["id"] for each in team["seasonPlans"]["edges"]] == [ids["plan"]]
    assert team["syncStatus"] == {"inPhaseCount": 1}


async def test_in_lists_a_coach_finds_the_whole_team(api: Api, stage: Stage) -> None:
    ids = stage.ids()

    team = (await api.as_(stage.world.coach).run(NESTED, id=stage.team_id))["team"]

    found = {each["node"]["id"] for each in team["assignments"]["edges"]}
    assert found == {ids["own"], ids["mates"], ids["own draft"]}
    of_phase = {each["node"]["id"] for each in team["currentPhase"]["adjustments"]["edges"]}
    assert of_phase >= {ids["record"], ids["mates record"]}
    assert {each["node"]["id"] for each in team["seasonPlans"]["edges"]} == {ids["plan"], ids["draft"]}
    assert team["syncStatus"] == {"inPhaseCount": 2}


async def test_a_players_assignments_are_for_themselves_and_their_coaches(
    api: Api, db: Database, stage: Stage
) -> None:
    world, owner = stage.world, global_id(Kind.PLAYER, stage.world.owner.id)
    ids = stage.ids()
    # In the other team, too: her coach there does not see what she does here.
    [there] = await make_assignments(db, assignment_of(world.other_team, world.owner.id, stage.workout))
    there_id = global_id(Kind.WORKOUT_ASSIGNMENT, there.id)

    async def seen(name: str) -> set[str]:
        found = await api.as_(viewer_of(stage, name)).run(OF_PLAYER, id=owner)
        return {each["node"]["id"] for each in found["player"]["assignments"]["edges"]}

    assert await seen("athlete") == {ids["own"], there_id}
    assert await seen("coach") == {ids["own"], ids["own draft"]}
    assert await seen("mate") == set()
    assert await seen("admin") == await seen("service") == {ids["own"], ids["own draft"], there_id}
    assert await api.as_(world.other_athlete).refused(OF_PLAYER, id=owner) == "forbidden"


async def test_what_was_made_of_somebodys_plan_is_not_everybodys_to_read(
    api: Api, db: Database, stage: Stage
) -> None:
    world = stage.world
    private = replace(stage.workout, id=uuid4(), session_id=world.session.id)
    await committed(db, lambda one: insert_workouts(one, [private]))
    id = global_id(Kind.WORKOUT, private.id)

    async def see_it() -> set[str]:
        return {
            name
            for name in SEEN_BY_ID
            if (await api.as_(viewer_of(stage, name)).run(NODE, id=id))["node"] is not None
        }

    assert await see_it() == {"athlete", "coach", "admin", "service"}
    await make_assignments(db, assignment_of(world.other_team, _id(world.other_athlete), private))
    assert await see_it() == {"athlete", "coach", "admin", "service", "other_athlete", "other_coach"}


async def test_templates_of_another_organization_are_not_there(api: Api, db: Database, stage: Stage) -> None:
    elsewhere = await make_organization(db)
    theirs = await make_template(db, elsewhere, stage.workout)
    admin = api.as_(stage.world.admin)

    listed = await admin.run("{ phaseTemplates(first: 100) { edges { node { id } } } }")
    found = await admin.run(NODE, id=global_id(Kind.PHASE_TEMPLATE, theirs.id))

    ids = {each["node"]["id"] for each in listed["phaseTemplates"]["edges"]}
    assert ids >= {stage.ids()["template"]}
    assert global_id(Kind.PHASE_TEMPLATE, theirs.id) not in ids
    assert found["node"] is None


KEYS = {
    "current phase": (Flag.SEASONS, Scope.SEASONS_READ),
    "season plan": (Flag.SEASONS, Scope.SEASONS_READ),
    "sync status": (Flag.PHASE_ADJUSTMENTS, Scope.ASSIGNMENTS_READ),
    "plan": (Flag.SEASONS, Scope.SEASONS_READ),
    "phase": (Flag.SEASONS, Scope.SEASONS_READ),
    "template": (Flag.PHASE_TEMPLATES, Scope.SEASONS_READ),
    "workout": (Flag.ASSIGNMENTS, Scope.ASSIGNMENTS_READ),
    "own": (Flag.ASSIGNMENTS, Scope.ASSIGNMENTS_READ),
    "record": (Flag.PHASE_ADJUSTMENTS, Scope.ASSIGNMENTS_READ),
    "templates": (Flag.PHASE_TEMPLATES, Scope.SEASONS_READ),
    "currentPhase { name }": (Flag.SEASONS, Scope.SEASONS_READ),
    "seasonPlan { name }": (Flag.SEASONS, Scope.SEASONS_READ),
    "seasonPlans { edges { cursor } }": (Flag.SEASONS, Scope.SEASONS_READ),
    "assignments { edges { cursor } }": (Flag.ASSIGNMENTS, Scope.ASSIGNMENTS_READ),
    "syncStatus { state }": (Flag.PHASE_ADJUSTMENTS, Scope.ASSIGNMENTS_READ),
}
UNDER_AN_ASSIGNMENT = {
    "adjustments { edges { cursor } }": Flag.PHASE_ADJUSTMENTS,
    "adjustmentsInForce { type }": Flag.PHASE_ADJUSTMENTS,
    "phase { name }": Flag.SEASONS,
    "seasonPlan { name }": Flag.SEASONS,
    "template { name }": Flag.PHASE_TEMPLATES,
}


def operation(stage: Stage, way: str) -> tuple[str, dict[str, Any]]:
    if way in ROOTS:
        return ROOTS[way], {"id": stage.team_id}
    if way == "templates":
        return "{ phaseTemplates { edges { cursor } } }", {}
    if way in stage.ids():
        return NODE, {"id": stage.ids()[way]}
    return f"query ($id: ID!) {{ team(id: $id) {{ {way} }} }}", {"id": stage.team_id}


@pytest.mark.parametrize("way", KEYS)
async def test_without_its_flag_a_way_is_closed_to_everyone(api: Api, stage: Stage, way: str) -> None:
    flag, _ = KEYS[way]
    document, variables = operation(stage, way)
    others = [each for each in ALL if each is not flag]

    for viewer in (stage.world.athlete, stage.world.admin):
        closed = await api.with_flags(*others).as_(viewer).send(document, **variables)
        opened = await api.with_flags(flag).as_(viewer).send(document, **variables)

        assert closed.codes == ["feature_not_available"]
        assert opened.codes == []


@pytest.mark.parametrize("way", KEYS)
async def test_without_its_scope_a_way_is_closed_whatever_the_role(api: Api, stage: Stage, way: str) -> None:
    _, scope = KEYS[way]
    document, variables = operation(stage, way)
    admin = stage.world.admin

    closed = await api.as_(replace(admin, scopes=admin.scopes - {scope})).send(document, **variables)
    opened = await api.as_(replace(admin, scopes=frozenset({scope, Scope.TEAMS_READ}))).send(
        document, **variables
    )

    assert closed.codes == ["forbidden"]
    assert opened.codes == []


@pytest.mark.parametrize("field", UNDER_AN_ASSIGNMENT)
async def test_what_hangs_on_an_assignment_has_keys_of_its_own(api: Api, stage: Stage, field: str) -> None:
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on WorkoutAssignment {{ {field} }} }} }}"
    without = [each for each in ALL if each is not UNDER_AN_ASSIGNMENT[field]]
    athlete = api.with_flags(*without).as_(stage.world.athlete)

    assert await athlete.refused(document, id=stage.ids()["own"]) == "feature_not_available"


@pytest.mark.parametrize("kind", Kind)
async def test_every_kind_of_id_has_a_way(api: Api, world: World, kind: Kind) -> None:
    assert (await api.as_(world.admin).run(NODE, id=global_id(kind, uuid4())))["node"] is None


async def test_who_is_not_signed_in_is_told_so_on_every_way(api: Api, stage: Stage) -> None:
    for way in KEYS:
        document, variables = operation(stage, way)
        assert (await api.send(document, **variables)).codes == ["unauthorized"], way


async def test_a_draft_season_is_no_ones_current_phase(api: Api, db: Database, stage: Stage) -> None:
    """Its phases have the same days as those of the season in force."""
    found = await api.as_(stage.world.coach).run(ROOTS["season plan"], id=stage.team_id)

    assert found == {"seasonPlan": {"name": stage.plan.name}}


async def test_an_id_of_another_kind_is_no_team(api: Api, stage: Stage) -> None:
    for id in (stage.ids()["plan"], "no id", ""):
        assert await api.as_(stage.world.coach).refused(ROOTS["season plan"], id=id) == "team_not_found"


async def test_more_assignments_change_nothing_of_who_sees_them(api: Api, db: Database, stage: Stage) -> None:
    await more_assignments(db, stage, [stage.world.owner] * 5)

    team = (await api.as_(stage.world.mate).run(NESTED, id=stage.team_id))["team"]

    assert [each["node"]["id"] for each in team["assignments"]["edges"]] == [stage.ids()["mates"]]


def _id(viewer: Viewer) -> UUID:
    assert viewer.id is not None
    return viewer.id
