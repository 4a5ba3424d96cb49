"""Reading: everything that the viewer reaches, nested and by id, in a fixed number of statements."""

from __future__ import annotations

import pytest

from db.database import Database
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.factories import make_plan
from tests.statements import count_statements
from tests.world import World

TREE = """
{
  viewer {
    id displayName role scopes timeZone organizationName
    player { id displayName }
    teams { edges { cursor node { id name sport timeZone
      players { edges { node { id displayName role } } }
      coaches { edges { node { id displayName role } } }
    } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
    featureFlags { key enabled source }
    plans(first: 5) { edges { node { id title goal version startsOn owner { id }
      microcycles { id ordinal startsOn sessions { id title ordinal scheduledOn plannedMinutes version
        prescriptions { id position role intent exercise { id name pattern primaryMuscles }
          sets { ordinal kind repsMin repsMax } } } }
    } } }
  }
}
"""
PLANS_ONLY = """
{ viewer { plans(first: 50) { edges { node { title microcycles { ordinal sessions { title
  prescriptions { position exercise { name } sets { ordinal } } } } } } } } }
"""


async def test_the_viewer_reaches_plans_down_to_the_single_set(api: Api, world: World) -> None:
    viewer = (await api.as_(world.athlete).run(TREE))["viewer"]

    [plan] = [edge["node"] for edge in viewer["plans"]["edges"]]
    assert plan["title"] == "Strength"
    assert plan["owner"]["id"] == viewer["player"]["id"]
    assert [week["ordinal"] for week in plan["microcycles"]] == [1, 2]
    session = plan["microcycles"][0]["sessions"][0]
    assert session["scheduledOn"] == "2026-11-16"
    assert [each["exercise"]["name"] for each in session["prescriptions"]] == [
        "Back squat", "Bench press", "Row 1", "Curl 2", "Press-down 3", "Leg curl 4",
    ]  # fmt: skip
    assert session["prescriptions"][0]["role"] == "core"
    assert [each["repsMin"] for each in session["prescriptions"][0]["sets"]] == [8] * 5
    [team] = [edge["node"] for edge in viewer["teams"]["edges"]]
    assert {edge["node"]["role"] for edge in team["coaches"]["edges"]} == {"coach"}
    assert len(team["players"]["edges"]) == 2


async def test_a_tree_costs_four_statements_however_large_it_is(db: Database, api: Api, world: World) -> None:
    with count_statements(db) as for_one:
        await api.as_(world.athlete).run(PLANS_ONLY)
    for _ in range(4):
        await make_plan(db, world.owner)

    with count_statements(db) as for_five:
        data = await api.as_(world.athlete).run(PLANS_ONLY)

    assert len(data["viewer"]["plans"]["edges"]) == 5
    assert len(for_one) == len(for_five) == 4, for_five


async def test_people_of_all_teams_and_their_plans_cost_a_statement_a_level(
    db: Database, api: Api, world: World
) -> None:
    document = """{ viewer { teams { edges { node { players { edges { node {
      displayName teams { name } plans { edges { node { title owner { displayName } } } } } } } } } } } }"""

    with count_statements(db) as sent:
        data = await api.as_(world.admin).run(document)

    assert len(data["viewer"]["teams"]["edges"]) == 2
    # teams, players, their teams, their plans, the owners, and the owners' teams for the verdict
    assert len(sent) == 6, sent


async def test_what_time_crunch_says_of_every_session_costs_a_statement_a_fact(
    db: Database, api: Api, world: World
) -> None:
    document = """{ viewer { plans { edges { node { microcycles { sessions { timeCrunch {
      available status originalMinutes currentMinutes shortest { minutes } history { edges { node { id } } }
    } } } } } } } }"""

    with count_statements(db) as sent:
        await api.as_(world.athlete).run(document)

    # plans, weeks, sessions; prescriptions, facts of the plan, durations; two pages of history (1 and 20)
    assert len(sent) == 8, sent


async def test_everything_reachable_is_reachable_by_its_id(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    viewer = (await mine.run(TREE))["viewer"]
    plan = viewer["plans"]["edges"][0]["node"]
    week = plan["microcycles"][0]
    prescription = week["sessions"][0]["prescriptions"][0]
    found = {
        "Viewer": viewer["id"],
        "Plan": plan["id"],
        "Microcycle": week["id"],
        "Session": week["sessions"][0]["id"],
        "Prescription": prescription["id"],
        "Exercise": prescription["exercise"]["id"],
        "Team": viewer["teams"]["edges"][0]["node"]["id"],
        "Player": viewer["player"]["id"],
    }

    for type_name, id in found.items():
        reply = await mine.run("query ($id: ID!) { node(id: $id) { __typename id } }", id=id)
        assert reply == {"node": {"__typename": type_name, "id": id}}
    many = await mine.run(
        "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename } }", ids=[*found.values(), "no id"]
    )
    assert [each and each["__typename"] for each in many["nodes"]] == [*found, None]


@pytest.mark.parametrize("field", ["plan", "session", "team", "player"])
async def test_root_fields_are_the_short_way_in(api: Api, world: World, field: str) -> None:
    ids = {
        "plan": world.plan_id,
        "session": world.session_id,
        "team": global_id(Kind.TEAM, world.team.id),
        "player": global_id(Kind.PLAYER, world.owner.id),
    }

    data = await api.as_(world.athlete).run(
        f"query ($id: ID!) {{ {field}(id: $id) {{ __typename id }} }}", id=ids[field]
    )

    assert data[field] == {"__typename": field.capitalize(), "id": ids[field]}


async def test_the_way_up_leads_from_a_set_to_the_plan(api: Api, world: World) -> None:
    id = global_id(Kind.PRESCRIPTION, world.prescriptions[0].id)
    document = """query ($id: ID!) { node(id: $id) { ... on Prescription {
      session { title microcycle { ordinal plan { title } } plan { title } } } } }"""

    data = await api.as_(world.athlete).run(document, id=id)

    session = data["node"]["session"]
    assert session["microcycle"] == {"ordinal": 1, "plan": {"title": "Strength"}}
    assert session["plan"] == {"title": "Strength"}


async def test_pages_of_plans_go_on_where_the_last_one_ended(db: Database, api: Api, world: World) -> None:
    for _ in range(4):
        await make_plan(db, world.owner)
    document = """query ($after: String) { viewer { plans(first: 2, after: $after) {
      edges { node { id } } pageInfo { hasNextPage endCursor } } } }"""

    seen, after = [], None
    for _ in range(3):
        page = (await api.as_(world.athlete).run(document, after=after))["viewer"]["plans"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]

    assert len(seen) == len(set(seen)) == 5
    assert page["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    "arguments", ["first: 0", "first: 101", "last: -1", 'after: "x"', "first: 1, last: 1"]
)
async def test_a_page_that_cannot_be_is_refused(api: Api, world: World, arguments: str) -> None:
    reply = await api.as_(world.athlete).send(
        f"{{ viewer {{ displayName plans({arguments}) {{ edges {{ cursor }} }} }} }}"
    )

    assert reply.codes == ["invalid_input"]
    assert reply.data is not None
    assert reply.data["viewer"]["displayName"], "the refusal takes nothing else with it"


async def test_the_catalogue_is_searched_by_words_pattern_and_muscle(api: Api, world: World) -> None:
    document = """query ($search: String, $pattern: MovementPattern, $muscle: Muscle) {
      exercises(search: $search, pattern: $pattern, muscle: $muscle) { edges { node { name } } } }"""

    async def names(**variables: str) -> set[str]:
        data = await api.as_(world.athlete).run(document, **variables)
        return {edge["node"]["name"] for edge in data["exercises"]["edges"]}

    assert await names(search="squat") == {"Back squat"}
    assert await names(pattern="elbow_flexion") == {"Curl 2"}
    assert await names(muscle="lats") == {"Row 1"}


async def test_flags_are_answered_by_key_with_who_decided(api: Api, world: World) -> None:
    keys = ["feature.v1_planning_time_crunch_ai", "feature.unheard_of"]

    data = await api.as_(world.athlete).run(
        "query ($keys: [String!]) { featureFlags(keys: $keys) { key enabled source evaluatedAt } }", keys=keys
    )

    assert data["featureFlags"] == [
        {
            "key": "feature.v1_planning_time_crunch_ai",
            "enabled": True,
            "source": "environment",
            "evaluatedAt": "2026-11-20T12:00:00+00:00",
        }
    ]


async def test_more_than_fifty_ids_are_refused(api: Api, world: World) -> None:
    document = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    assert await api.as_(world.athlete).refused(document, ids=[world.plan_id] * 51) == "invalid_input"


async def test_a_service_has_no_player_and_sees_the_organization(api: Api, world: World) -> None:
    data = await api.as_(world.service).run(
        "{ viewer { id role player { id } plans { edges { node { title } } } } }"
    )

    assert data["viewer"]["player"] is None
    assert [edge["node"]["title"] for edge in data["viewer"]["plans"]["edges"]] == ["Strength"]
    again = await api.as_(world.service).run(
        "query ($id: ID!) { node(id: $id) { id } }", id=data["viewer"]["id"]
    )
    assert again["node"] == {"id": data["viewer"]["id"]}
