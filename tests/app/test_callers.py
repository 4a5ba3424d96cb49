"""A caller who is remembered sees what they may see now, never what they might have seen a moment ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.development import person_id
from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.app.api import Api, code_of

PLAN = "query ($id: ID!) { plan(id: $id) { title } }"
IDS = {"id": global_id(Kind.PLAN, DEMO.plans["phul-upper-power"])}


async def change(api: Api, statement: str, **values: Any) -> None:
    async def work(tx: Any) -> None:
        await tx.db_session.execute(text(statement), values)

    await api.application.services.db.unit_of_work(work)


async def lane(api: Api, who: str) -> str:
    answer = await api.post(PLAN, IDS, token=api.token(who))
    assert answer.json()["data"]["plan"], answer.text
    return answer.headers["x-taper-lane"]


@pytest.fixture
async def known(api: Api) -> Api:
    """The coach has been here before, and is remembered."""
    assert await lane(api, "coach") == "compiled"
    assert await lane(api, "coach") == "compiled"
    return api


async def test_who_coaches_a_team_no_longer_sees_nothing_of_it(known: Api) -> None:
    await change(known, "DELETE FROM memberships WHERE person_id = :id", id=person_id("coach"))

    answer = await known.post(PLAN, IDS, token=known.token("coach"))

    assert code_of(answer) == "forbidden"


async def test_who_was_made_an_athlete_is_one_at_once(known: Api) -> None:
    await change(known, "UPDATE people SET role = 'athlete' WHERE id = :id", id=person_id("coach"))

    answer = await known.post(PLAN, IDS, token=known.token("coach"))

    assert code_of(answer) == "forbidden"


async def test_who_joins_a_team_sees_it_at_once(api: Api) -> None:
    teams = "{ viewer { teams { edges { node { name } } } } }"
    before = await api.run(teams, who="admin")
    me = "INSERT INTO memberships (organization_id, team_id, role, person_id)"
    await change(
        api,
        f"{me} SELECT p.organization_id, t.id, 'coach', p.id FROM people p JOIN teams t"  # noqa: S608
        " ON t.organization_id = p.organization_id WHERE p.id = :id",
        id=person_id("admin"),
    )

    assert await api.run(teams, who="admin") == before  # the admin saw all of them already
    assert await lane(api, "admin") == "compiled"


async def test_who_is_gone_is_nobody(known: Api) -> None:
    token = known.token("coach")
    await change(known, "DELETE FROM people WHERE id = :id", id=person_id("coach"))

    answer = await known.post(PLAN, IDS, token=token)

    assert answer.status_code == 401
    assert code_of(answer) == "unauthorized"


async def test_a_mutation_never_goes_by_memory(known: Api) -> None:
    await change(known, "DELETE FROM memberships WHERE person_id = :id", id=person_id("coach"))
    update = """mutation ($input: UpdatePlanInput!) { updatePlan(input: $input) {
        __typename ... on Error { code } } }"""
    asked = {"input": {"planId": IDS["id"], "title": "Mine", "expectedVersion": 1}}

    answer = await known.post(update, asked, token=known.token("coach"))

    assert answer.json()["data"]["updatePlan"]["code"] == "forbidden"


async def test_the_lane_is_no_business_of_callers_in_production(make_api: Any) -> None:
    production = await make_api(taper_env="production")

    answer = await production.post(PLAN, IDS, token=production.token("coach"))

    assert "x-taper-lane" not in answer.headers


async def test_each_query_is_counted_once_by_its_lane_or_by_why_it_was_left(known: Api) -> None:
    def counted(lane: str) -> float:
        registry = known.application.services.metrics.registry
        return registry.get_sample_value("taper_graphql_lane_queries_total", {"lane": lane}) or 0.0

    before = {lane: counted(lane) for lane in ("compiled", "nothing_found", "field_with_code")}
    await known.post(PLAN, IDS, token=known.token("coach"))
    missing = {"id": global_id(Kind.PLAN, person_id("coach"))}
    answer = await known.post(PLAN, missing, token=known.token("coach"))
    await known.post("{ viewer { id } __typename }", token=known.token("coach"))

    assert {lane: counted(lane) - before[lane] for lane in before} == dict.fromkeys(before, 1.0)
    assert answer.headers["x-taper-lane"] == "nothing_found"


async def test_which_lane_answered_is_said_outside_of_production_only(make_api: Any, demo_url: str) -> None:
    settings = {"taper_env": "production", "jwt_issuer": "id", "jwt_audience": "taper"}
    api = await make_api(url=demo_url, **settings)

    answer = await api.post(PLAN, IDS, token=api.token("coach"))

    assert answer.json()["data"]["plan"]
    assert "x-taper-lane" not in answer.headers


async def test_no_more_callers_are_remembered_than_was_said(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.callers.MOST_REMEMBERED", 3)
    for n in range(6):
        token = api.token("coach", lifetime=timedelta(hours=1, seconds=n))
        assert (await api.post(PLAN, IDS, token=token)).json()["data"]["plan"]

    assert len(api.application.callers) == 3
