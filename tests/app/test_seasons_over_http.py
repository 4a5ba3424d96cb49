"""The demo's season and our templates over HTTP: out as documents, in again, and changed by their coach."""

from __future__ import annotations

import json
from typing import Any

import pytest

from db.demo.cast import HOCKEY
from integrations.flag_overrides import variable_names
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.app.api import Api, code_of
from tests.app.conftest import MakeApi
from tests.schema.season_cases import DELETE, IMPORT, STATUS, UPDATE, kept

TEAM = global_id(Kind.TEAM, HOCKEY.id)
SEASON = """query ($id: ID!) { seasonPlan(teamId: $id) { id version document
  phases { id name type startsOn endsOn intensity trainingFrequency ownLoadMultiplier focusAreas
    gameFrequency gameDays recoveryRatio objectives { type priority targetImprovement } } } }"""
TEMPLATES = "{ phaseTemplates(first: 10) { edges { node { name document } } } }"
TAKE_HOME = """mutation ($input: ImportPhaseTemplateInput!) { importPhaseTemplate(input: $input) {
  ... on ImportPhaseTemplateSuccess { phaseTemplate { document isOwn } } ... on Error { message } } }"""
STEP = """query ($id: ID!) { syncStatus(teamId: $id) { state } }"""


@pytest.fixture
async def api(make_api: MakeApi, demo_url: str) -> Api:
    flags = {variable_names(each.value)[0]: "true" for each in Flag}
    made: Api = await make_api(url=demo_url, flags=flags)
    return made


async def asked(api: Api, operation: str, /, **input: Any) -> dict[str, Any]:
    [answer] = (await api.run(operation, {"input": input}, who="dana")).values()
    return answer  # type: ignore[no-any-return]


async def season(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = (await api.run(SEASON, {"id": TEAM}, who="dana"))["seasonPlan"]
    return found


async def test_the_demos_season_goes_out_and_comes_in_as_a_draft(api: Api) -> None:
    there = await season(api)

    made = (await asked(api, IMPORT, teamId=TEAM, document=there["document"]))["seasonPlan"]

    assert (made["document"], made["status"]) == (there["document"], "draft")
    answer = await asked(api, STATUS, seasonPlanId=made["id"], expectedVersion=1, status="active")
    assert answer["code"] == "conflict"


async def test_the_demos_assignments_move_with_their_season_and_are_in_step_after_each_change(
    api: Api,
) -> None:
    plan = await season(api)
    phases = [kept(each, intensity="low", loadMultiplier=None) for each in plan["phases"]]

    api.clock.advance(seconds=1)
    changed = await asked(api, UPDATE, seasonPlanId=plan["id"], expectedVersion=1, phases=phases)
    assert changed["changedAssignmentCount"] > 50
    assert (await api.run(STEP, {"id": TEAM}, who="dana"))["syncStatus"]["state"] == "in_step"

    api.clock.advance(seconds=1)
    gone = await asked(api, DELETE, seasonPlanId=plan["id"], expectedVersion=2)
    assert gone["changedAssignmentCount"] >= changed["changedAssignmentCount"]
    assert (await api.run(STEP, {"id": TEAM}, who="dana"))["syncStatus"]["state"] == "no_phase"


async def test_our_templates_go_out_and_become_the_clubs_own(api: Api) -> None:
    edges = (await api.run(TEMPLATES, who="mia"))["phaseTemplates"]["edges"]
    documents = [each["node"]["document"] for each in edges]
    assert len(documents) == 5

    for each in documents:
        taken = await asked(api, TAKE_HOME, document=each)
        assert taken == {"phaseTemplate": {"document": each, "isOwn": True}}


async def test_a_document_longer_than_other_texts_is_read_and_a_huge_one_is_not(api: Api) -> None:
    plan = json.loads((await season(api))["document"])
    blanks = " " * 100_000

    read = await asked(api, IMPORT, teamId=TEAM, document=json.dumps(plan) + blanks, dryRun=True)
    too_long = {"input": {"teamId": TEAM, "document": json.dumps(plan) + blanks * 2}}
    refused = await api.post(IMPORT, too_long, token=api.token("dana"))

    assert read["warnings"] == []
    assert code_of(refused) in ("text_too_long", "request_too_large")


async def test_half_a_character_and_nul_do_not_reach_the_season(api: Api) -> None:
    before = await season(api)

    for name in ("a\x00b", "half \udfff"):
        body = json.dumps(
            {
                "query": UPDATE,
                "variables": {"input": {"seasonPlanId": "x", "expectedVersion": 1, "name": name}},
            }
        )
        answer = await api.client.post(
            "/graphql",
            content=body,
            headers={"content-type": "application/json", "authorization": f"Bearer {api.token('dana')}"},
        )
        assert answer.status_code == 400, answer.text

    assert await season(api) == before
