"""The audits of the npm package graphql-http, and those of the edition of September 2026, on a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.live.running import Running, running
from tests.npm.packages import node, script

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
MOST_AUDITS = 60


@pytest.fixture(params=["earlier", "2026-09"])
async def served(request: pytest.FixtureRequest, shared_url: str) -> AsyncIterator[Running]:
    async with running(shared_url, graphql_http_edition=request.param) as server:
        yield server


async def audits(url: str, *arguments: str) -> dict[str, dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        node(), str(script("graphql_http_audits.mjs")), url, *arguments, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await asyncio.wait_for(process.communicate(), 120)
    return {each["id"]: each for each in json.loads(printed)}


async def test_every_audit_of_graphql_http_passes(served: Running) -> None:
    found = await audits(served.http_url, "with-header")

    wrong = {key: each["name"] for key, each in found.items() if each["status"] != "ok"}
    assert len(found) >= MOST_AUDITS
    if served.application.settings.graphql_http_edition == "earlier":
        assert wrong == {}
    else:
        # The audit is of the earlier edition: a variable that does not fit is 422 in the later one.
        assert wrong.keys() == {"86EE"}


async def test_without_a_header_that_needs_leave_no_get_is_answered_and_all_else_passes(
    served: Running,
) -> None:
    found = await audits(served.http_url)

    wrong = {key: each["status"] for key, each in found.items() if each["status"] != "ok"}
    wrong.pop("86EE", None)
    assert wrong == {"5A70": "notice", "D6D5": "notice", "6A70": "notice"}


INT = "query ($n: Int!) { exercises(first: $n) { pageInfo { hasNextPage } } }"


@pytest.mark.parametrize(
    ("body", "earlier", "later"),
    [
        ({"query": "{ __typename }"}, 200, 200),
        ("NONSENSE", 400, 400),
        ({"qeury": "{ __typename }"}, 400, 400),
        ({"query": "{ __typename }", "variables": [7]}, 400, 400),
        ({"query": "{"}, 400, 400),
        ({"query": "{ " + "__typename " * 2_000 + "}"}, 400, 400),
        ({"query": "{ nothing }"}, 400, 422),
        ({"query": "query A { __typename } query B { __typename }"}, 400, 422),
        ({"query": "query A { __typename }", "operationName": "B"}, 400, 422),
        ({"query": INT, "variables": {"n": "many"}}, 400, 422),
        ({"query": INT, "variables": {}}, 400, 422),
        ({"query": "{ a: __typename exercises { pageInfo { hasNextPage } } }"}, 200, 294),
        ({"query": "{ viewer { id } }"}, 200, 294),
    ],
)
async def test_the_status_is_that_of_the_edition(
    served: Running, body: Any, earlier: int, later: int
) -> None:
    edition = served.application.settings.graphql_http_edition
    sent = body if isinstance(body, str) else json.dumps(body)
    async with httpx2.AsyncClient() as client:
        statuses = {}
        for accept in (GRAPHQL, JSON):
            answer = await client.post(
                served.http_url, content=sent, headers={"content-type": JSON, "accept": accept}
            )
            statuses[accept] = answer.status_code
            assert answer.headers["content-type"] == f"{accept}; charset=utf-8"

    assert statuses[GRAPHQL] == (earlier if edition == "earlier" else later)
    is_request = isinstance(body, dict) and "query" in body and not isinstance(body.get("variables"), list)
    assert statuses[JSON] == (200 if is_request else 400), "plain JSON is the same in both"
