"""Who sees and does what: every kind of caller against every way to a plan, its parts and its people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.database import Database
from domain.access import Scope
from domain.people import Viewer
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.schema.documents import COMPRESS, PREVIEW, REVERT, STATUS
from tests.statements import count_statements
from tests.world import World

INSIDERS = ("athlete", "coach", "admin")
NEIGHBOURS = ("mate", "other_athlete", "other_coach")
STRANGERS = ("stranger", "strange_admin", "strange_service")

NODE = "query ($id: ID!) { node(id: $id) { __typename } }"
PLAN = "query ($id: ID!) { plan(id: $id) { title } }"
SESSION = "query ($id: ID!) { session(id: $id) { title } }"
UPDATE = """mutation ($input: UpdatePlanInput!) { updatePlan(input: $input) {
  __typename ... on Error { code } ... on UpdatePlanSuccess { plan { title } } } }"""
DELETE = """mutation ($input: DeletePlanInput!) { deletePlan(input: $input) {
  __typename ... on Error { code } ... on DeletePlanSuccess { deletedPlanId } } }"""
LOG = """mutation ($input: LogSessionInput!) { logSession(input: $input) {
  __typename ... on Error { code } ... on LogSessionSuccess { session { actualMinutes } } } }"""
DECLINE = """mutation ($input: DeclineTimeCrunchPreviewInput!) { declineTimeCrunchPreview(input: $input) {
  __typename ... on Error { code } } }"""
CURVE = """query ($planId: ID!, $sessionId: ID!) {
  timeCrunchCurve(planId: $planId, sessionId: $sessionId) { kneeMinutes } }"""


def viewer_of(world: World, name: str) -> Viewer:
    viewer: Viewer = getattr(world, name)
    return viewer


async def outcomes(api: Api, world: World) -> dict[str, str]:
    """How each operation on the plan ends: ``ok``, or its code."""
    plan, session = world.plan_id, world.session_id
    queries: dict[str, tuple[str, dict[str, Any]]] = {
        "plan": (PLAN, {"id": plan}),
        "session": (SESSION, {"id": session}),
        "status": (STATUS, world.ids),
        "curve": (CURVE, world.ids),
        "preview": (PREVIEW, {"planId": plan, "targetMinutes": 60}),
    }
    mutations = {
        "compress": (COMPRESS, {**world.ids, "targetMinutes": 45}),
        "revert": (REVERT, world.ids),
        "log": (LOG, {"sessionId": session, "actualMinutes": 70}),
        "decline": (DECLINE, {"planId": plan, "targetMinutes": 45}),
        "update": (UPDATE, {"planId": plan, "expectedVersion": 1, "title": "New"}),
        "delete": (DELETE, {"planId": plan, "expectedVersion": 2}),
    }
    found = {}
    for name, (document, variables) in queries.items():
        found[name] = ",".join((await api.send(document, **variables)).codes) or "ok"
    for name, (document, input) in mutations.items():
        reply = await api.send(document, input=input)
        [answer] = (reply.data or {"": {"code": ",".join(reply.codes)}}).values()
        found[name] = answer.get("code", "ok")
    return found


@pytest.mark.parametrize("name", INSIDERS)
async def test_the_owner_their_coach_and_an_admin_may_do_all(api: Api, world: World, name: str) -> None:
    found = await outcomes(api.as_(viewer_of(world, name)), world)

    assert set(found.values()) == {"ok"}, found


@pytest.mark.parametrize("name", NEIGHBOURS)
async def test_others_of_the_organization_are_told_that_it_is_not_theirs(
    api: Api, world: World, name: str
) -> None:
    found = await outcomes(api.as_(viewer_of(world, name)), world)

    assert set(found.values()) == {"forbidden"}, found


@pytest.mark.parametrize("name", ["stranger", "strange_admin"])
async def test_strangers_are_not_told_that_it_exists(api: Api, world: World, name: str) -> None:
    found = await outcomes(api.as_(viewer_of(world, name)), world)

    assert found == {
        "plan": "plan_not_found",
        "session": "session_not_found",
        "status": "plan_not_found",
        "curve": "plan_not_found",
        "preview": "plan_not_found",
        "compress": "plan_not_found",
        "revert": "plan_not_found",
        "log": "session_not_found",
        "decline": "plan_not_found",
        "update": "plan_not_found",
        "delete": "plan_not_found",
    }


async def test_a_service_reads_its_organization_and_writes_nothing(api: Api, world: World) -> None:
    found = await outcomes(api.as_(world.service), world)

    assert {each for each, code in found.items() if code == "ok"} == {
        "plan", "session", "status", "curve", "preview", "decline",
    }  # fmt: skip
    assert {code for code in found.values() if code != "ok"} == {"forbidden"}


async def test_a_service_writes_what_its_token_names(api: Api, world: World) -> None:
    scopes = world.service.scopes | {Scope.SESSIONS_COMPRESS}
    service = replace(world.service, scopes=scopes)

    reply = await api.as_(service).run(COMPRESS, input={**world.ids, "targetMinutes": 45})

    assert reply["compressSession"]["status"] == "compressed"
    assert reply["compressSession"]["entry"]["actorName"] == "reports"


async def test_nobody_is_let_in_without_a_token(api: Api, world: World) -> None:
    found = await outcomes(api.as_(None), world)

    assert set(found.values()) == {"unauthorized"}, found
    for document in ("{ viewer { id } }", "{ featureFlags { key } }", '{ node(id: "x") { id } }'):
        assert await api.as_(None).refused(document) == "unauthorized"


@pytest.mark.parametrize("name", [*NEIGHBOURS, *STRANGERS])
async def test_no_id_is_a_way_around(db: Database, api: Api, world: World, name: str) -> None:
    history = await _compressed(api, world)
    viewer = api.as_(viewer_of(world, name))
    ids = [
        world.plan_id,
        global_id(Kind.MICROCYCLE, world.microcycles[0].id),
        world.session_id,
        global_id(Kind.PRESCRIPTION, world.prescriptions[0].id),
        history,
    ]

    for id in ids:
        assert (await viewer.run(NODE, id=id)) == {"node": None}
    many = await viewer.run("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert many == {"nodes": [None] * len(ids)}


@pytest.mark.parametrize(
    ("name", "team", "player"),
    [
        ("athlete", "Team", "Player"),
        ("mate", "Team", "Player"),
        ("coach", "Team", "Player"),
        ("admin", "Team", "Player"),
        ("service", "Team", "Player"),
        ("other_athlete", "forbidden", "forbidden"),
        ("other_coach", "forbidden", "forbidden"),
        ("stranger", "team_not_found", "player_not_found"),
        ("strange_admin", "team_not_found", "player_not_found"),
    ],
)
async def test_teams_and_people_are_seen_by_those_around_them(
    api: Api, world: World, name: str, team: str, player: str
) -> None:
    viewer = api.as_(viewer_of(world, name))
    ids = {"team": global_id(Kind.TEAM, world.team.id), "player": global_id(Kind.PLAYER, world.owner.id)}

    for field, expected in (("team", team), ("player", player)):
        reply = await viewer.send(f"query ($id: ID!) {{ {field}(id: $id) {{ __typename }} }}", id=ids[field])
        seen = (reply.data or {}).get(field)
        assert (seen["__typename"] if seen else reply.codes[0]) == expected
        node = await viewer.run(NODE, id=ids[field])
        assert (node["node"] is not None) == (expected[0].isupper())


async def test_lists_hold_what_one_may_see(api: Api, world: World) -> None:
    async def titles(name: str) -> list[str]:
        data = await api.as_(viewer_of(world, name)).run("{ viewer { plans { edges { node { title } } } } }")
        return [edge["node"]["title"] for edge in data["viewer"]["plans"]["edges"]]

    for name in (*INSIDERS, "service"):
        assert await titles(name) == ["Strength"]
    for name in (*NEIGHBOURS, *STRANGERS):
        assert await titles(name) == []


async def test_a_team_mates_plans_stay_hidden_behind_their_name(api: Api, world: World) -> None:
    data = await api.as_(world.mate).run(
        "query ($id: ID!) { player(id: $id) { displayName plans { edges { node { id } } } } }",
        id=global_id(Kind.PLAYER, world.owner.id),
    )

    assert data["player"] == {"displayName": world.owner.display_name, "plans": {"edges": []}}


@pytest.mark.parametrize(
    ("scope", "document"),
    [
        (Scope.PLANS_READ, "{ viewer { plans { edges { cursor } } } }"),
        (Scope.PLANS_READ, "{ viewer { player { plans { edges { cursor } } } } }"),
        (Scope.TEAMS_READ, "{ viewer { teams { edges { cursor } } } }"),
        (Scope.TEAMS_READ, "{ viewer { player { id } } }"),
        (Scope.TEAMS_READ, "{ viewer { organizationName } }"),
        (Scope.TEAMS_READ, "{ viewer { plans { edges { node { owner { id } } } } } }"),
        (Scope.CATALOGUE_READ, "{ exercises { edges { cursor } } }"),
        (Scope.FLAGS_READ, "{ featureFlags { key } }"),
        (Scope.FLAGS_READ, "{ viewer { featureFlags { key } } }"),
    ],
)
async def test_a_narrow_token_closes_nested_fields_like_root_fields(
    api: Api, world: World, scope: Scope, document: str
) -> None:
    narrow = replace(world.athlete, scopes=world.athlete.scopes - {scope})

    assert await api.as_(narrow).refused(document) == "forbidden"
    await api.as_(world.athlete).run(document)


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        (Kind.PLAN, Scope.PLANS_READ),
        (Kind.SESSION, Scope.PLANS_READ),
        (Kind.PRESCRIPTION, Scope.PLANS_READ),
        (Kind.TEAM, Scope.TEAMS_READ),
        (Kind.EXERCISE, Scope.CATALOGUE_READ),
    ],
)
async def test_a_node_needs_what_its_type_needs(api: Api, world: World, kind: Kind, scope: Scope) -> None:
    keys = {
        Kind.PLAN: world.plan.id,
        Kind.SESSION: world.session.id,
        Kind.PRESCRIPTION: world.prescriptions[0].id,
        Kind.TEAM: world.team.id,
        Kind.EXERCISE: world.prescriptions[0].exercise.id,
    }
    narrow = api.as_(replace(world.athlete, scopes=world.athlete.scopes - {scope}))
    id = global_id(kind, keys[kind])

    assert await narrow.refused(NODE, id=id) == "forbidden"
    reply = await narrow.send(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }",
        ids=[id, global_id(Kind.VIEWER, world.athlete.key)],
    )
    assert reply.codes == ["forbidden"]
    assert reply.data == {"nodes": [None, {"__typename": "Viewer"}]}


async def test_compressing_is_no_way_to_read_the_plan(api: Api, world: World) -> None:
    narrow = replace(world.athlete, scopes=frozenset({Scope.SESSIONS_COMPRESS}))
    document = """mutation ($input: CompressSessionInput!) { compressSession(input: $input) {
      ... on CompressSessionSuccess { status session { plan { title } } } } }"""

    reply = await api.as_(narrow).send(document, input={**world.ids, "targetMinutes": 45})

    assert reply.codes == ["forbidden"]
    assert reply.data is not None
    assert reply.data["compressSession"] == {"status": "compressed", "session": {"plan": None}}


@pytest.mark.parametrize(
    ("document", "variables"),
    [
        (PLAN, {"id": "plan"}),
        (SESSION, {"id": "session"}),
        (NODE, {"id": "plan"}),
        (NODE, {"id": "session"}),
        (NODE, {"id": "prescription"}),
        (NODE, {"id": "team"}),
        (NODE, {"id": "player"}),
        (STATUS, {"planId": "plan", "sessionId": "session"}),
        (PREVIEW, {"planId": "plan", "targetMinutes": 60}),
    ],
)
async def test_missing_and_invisible_cost_the_same_reads_and_read_the_same(
    db: Database, api: Api, world: World, document: str, variables: dict[str, object]
) -> None:
    real = {
        "plan": (Kind.PLAN, world.plan.id),
        "session": (Kind.SESSION, world.session.id),
        "prescription": (Kind.PRESCRIPTION, world.prescriptions[0].id),
        "team": (Kind.TEAM, world.team.id),
        "player": (Kind.PLAYER, world.owner.id),
    }
    stranger = api.as_(world.stranger)

    def filled(exists: bool) -> dict[str, object]:
        return {
            name: global_id(real[word][0], real[word][1] if exists else world.stranger.organization_id)
            if isinstance(word, str)
            else word
            for name, word in variables.items()
        }

    with count_statements(db) as for_invisible:
        invisible = await stranger.send(document, **filled(exists=True))
    with count_statements(db) as for_missing:
        missing = await stranger.send(document, **filled(exists=False))

    assert for_invisible == for_missing
    assert for_invisible
    assert invisible.codes == missing.codes
    assert invisible.data == missing.data
    assert [each.formatted["message"] for each in invisible.errors] == [
        each.formatted["message"] for each in missing.errors
    ]


async def test_a_mutation_tells_missing_from_invisible_neither(db: Database, api: Api, world: World) -> None:
    stranger = api.as_(world.stranger)
    missing_ids = {
        "planId": global_id(Kind.PLAN, world.stranger.organization_id),
        "sessionId": global_id(Kind.SESSION, world.stranger.organization_id),
    }

    with count_statements(db) as for_invisible:
        invisible = await stranger.run(COMPRESS, input={**world.ids, "targetMinutes": 45})
    with count_statements(db) as for_missing:
        missing = await stranger.run(COMPRESS, input={**missing_ids, "targetMinutes": 45})

    assert for_invisible == for_missing
    invisible["compressSession"].pop("id")
    missing["compressSession"].pop("id")
    assert invisible == missing


async def _compressed(api: Api, world: World) -> str:
    """The id of an entry in the session's history."""
    reply = await api.as_(world.athlete).run(COMPRESS, input={**world.ids, "targetMinutes": 45})
    id: str = reply["compressSession"]["entry"]["id"]
    return id
