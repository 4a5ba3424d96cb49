"""The product as it is served: its examples, its metrics, and that it goes on whatever it is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.graphiql import examples_in
from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.app.api import Api, code_of
from tests.app.conftest import MakeApi

COMPRESS = """
mutation Compress($input: CompressSessionInput!) {
  compressSession(input: $input) {
    __typename
    ... on CompressSessionSuccess { status achievedMinutes strategy }
    ... on Error { code }
  }
}
"""


def asked(programme: str = "phul-upper-power", **changes: Any) -> dict[str, Any]:
    given = {
        "planId": global_id(Kind.PLAN, DEMO.plans[programme]),
        "sessionId": global_id(Kind.SESSION, DEMO.sessions[programme]),
        "targetMinutes": 30,
        "source": "cta",
    }
    return {"input": {**given, **changes}}


async def test_every_example_of_graphiql_works_with_the_demo_in_the_order_of_its_tabs(api: Api) -> None:
    examples = examples_in()
    assert len(examples) >= 5

    for example in examples:
        variables = json.loads(example.variables) if example.variables else None
        data = await api.run(example.query, variables)

        for answer in data.values():
            assert answer, example.title
            if isinstance(answer, dict) and "__typename" in answer:
                assert answer["__typename"].endswith("Success"), (example.title, answer)


async def test_a_compression_is_counted_by_the_names_that_the_dashboards_read(api: Api) -> None:
    data = await api.run(COMPRESS, asked())

    strategy = data["compressSession"]["strategy"]
    assert data["compressSession"]["status"] == "compressed"
    requests = "planning_time_crunch_requests_total"
    assert await api.metric(requests, result="compressed", source="cta") == 1
    assert await api.metric("planning_time_crunch_duration_seconds_count") == 1
    for bound in ("0.05", "0.1", "0.2", "0.5", "1.0", "2.0", "5.0", "10.0"):
        await api.metric("planning_time_crunch_duration_seconds_bucket", le=bound)
    engine = "planning_engine_time_crunch_requests_total"
    assert await api.metric(engine, status="success", strategy=strategy) == 1
    assert await api.metric("planning_engine_time_crunch_duration_seconds_count") == 1
    assert await api.metric("planning_engine_time_crunch_errors_total", code="internal_error") == 0
    labels = {"kind": "mutation", "operation": "Compress", "outcome": "ok"}
    assert await api.metric("taper_graphql_operations_total", **labels) == 1


async def test_whatever_it_is_sent_it_goes_on(api: Api, tmp_path: Path) -> None:
    """Every kind of bad input in a row; then a good one, as if nothing had been."""
    token = api.token()
    signed = {"authorization": f"Bearer {token}"}
    as_json = {**signed, "content-type": "application/json"}
    statuses = [
        (await api.client.post("/graphql", content=body, headers=as_json)).status_code
        for body in (b"", b"1", b'"x"', b"{", b"\xff", b"[" * 90_000, b'{"query": "\\ud800"}', b" " * 300_000)
    ]
    statuses += [
        (await api.post(query, token=token)).status_code
        for query in ("{", "{ nope }", "{ viewer " * 900, "{ ...F } fragment F on Query { ...F }", "#")
    ]
    statuses += [
        (await api.post("{ viewer { id } }", token=bad)).status_code for bad in ("x", token[:-5], token * 90)
    ]
    statuses += [
        (await api.client.request(method, "/graphql", headers=signed)).status_code
        for method in ("GET", "PUT", "HEAD")
    ]
    refusals = [
        (await api.run(COMPRESS, asked(**changes)))["compressSession"]["code"]
        for changes in (
            {"targetMinutes": 5},
            {"targetMinutes": 2_000_000_000},
            {"planId": "x"},
            {"sessionId": asked("mppl-push")["input"]["sessionId"]},
            {"reason": "x" * 241},
        )
    ]

    after = await api.run(COMPRESS, asked())

    assert {*statuses} == {200, 400, 401, 405, 413}
    assert refusals == [
        "target_minutes_out_of_range",
        "target_minutes_out_of_range",
        "plan_not_found",
        "session_not_found",
        "invalid_input",
    ]
    assert after["compressSession"]["status"] == "compressed"
    assert await api.metric("taper_faults_total", code="internal_error") == 0


@pytest.mark.parametrize("introspection", ["on", "off"])
async def test_who_may_not_introspect_learns_no_names_from_errors_either(
    make_api: MakeApi, introspection: str
) -> None:
    api: Api = await make_api(introspection=introspection)

    schema = await api.post("{ __schema { types { name } } }")
    guess = await api.post("{ viewr { id } }")

    if introspection == "on":
        assert "CompressSessionResult" in schema.text
        assert "Did you mean 'viewer'" in guess.text
    else:
        assert schema.json()["errors"][0]["extensions"]["code"] == "graphql_validation_failed"
        assert "Did you mean" not in guess.text
        assert "viewer" not in guess.text


async def test_graphiqls_own_introspection_is_within_the_limits(make_api: MakeApi) -> None:
    from graphql import get_introspection_query

    api: Api = await make_api()

    answer = await api.post(
        get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True)
    )

    assert "errors" not in answer.json()


async def test_a_stream_within_a_union_is_an_unknown_directive_and_no_fault(api: Api) -> None:
    spoilt = COMPRESS.replace("... on CompressSessionSuccess", "... on CompressSessionSuccess @stream")

    answer = await api.post(spoilt, asked(), token=api.token())

    assert code_of(answer) == "graphql_validation_failed"
