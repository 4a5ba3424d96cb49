"""An operation of which one root has code is answered in parts: by a statement, and by resolvers."""

from __future__ import annotations

from db.seed import DEMO
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.app.api import Api

BESIDE = "query ($id: ID!) { featureFlags { key } plan(id: $id) { title microcycles { ordinal } } }"


async def test_the_answer_over_http_is_that_of_the_resolvers(api: Api) -> None:
    given = {"id": global_id(Kind.PLAN, DEMO.plans["phul-upper-power"])}

    beside = await api.post(BESIDE, given, token=api.token("coach"))
    alone = await api.post(BESIDE.replace("featureFlags { key }", ""), given, token=api.token("coach"))

    assert beside.headers["x-taper-lane"] == "field_with_code"
    assert alone.headers["x-taper-lane"] == "compiled"
    assert beside.json()["data"]["plan"] == alone.json()["data"]["plan"]
    assert {each["key"] for each in beside.json()["data"]["featureFlags"]} == {each.value for each in Flag}
