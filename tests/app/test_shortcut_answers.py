"""What the shortcut answers is what the layers answer, and what it may not answer goes to them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.app.both_ways import both_ways, connected, request, taking, token_for
from tests.live.running import Running, running

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
PLAN = global_id(Kind.PLAN, DEMO.plans["phul-upper-power"])
SESSION = global_id(Kind.SESSION, DEMO.sessions["phul-upper-power"])
TEAM = global_id(Kind.TEAM, DEMO.team)
OTHER_PLAN = global_id(Kind.PLAN, DEMO.other_plan)

UNSPENT: dict[str, Any] = {"rate_burst": 10_000_000, "rate_per_second": 1}

TRUSTED = "query Trusted { viewer { displayName } }"
TRUSTED_ID = hashlib.sha256(TRUSTED.encode()).hexdigest()
BIG = """query Big($id: ID!) { plan(id: $id) { id title startsOn microcycles { ordinal sessions { id title
    plannedMinutes prescriptions { id exercise { id name } sets { ordinal repsMin repsMax } } } } } }"""
PLAN_BY_ID = {"query": "query Plan($id: ID!) { plan(id: $id) { id title } }", "variables": {"id": PLAN}}
VIEWER = {"query": "{ viewer { id displayName } }"}


@pytest.fixture(scope="module")
async def served(shared_url: str) -> AsyncIterator[Running]:
    async with running(shared_url, **UNSPENT) as server:
        yield server


ANSWERED: dict[str, Any] = {
    "the viewer": VIEWER,
    "a plan by a variable": PLAN_BY_ID,
    "a plan by its text": {"query": f'{{ plan(id: "{PLAN}") {{ id title goal }} }}'},
    "a big plan": {"query": BIG, "variables": {"id": PLAN}},
    "a session": {
        "query": "query ($id: ID!) { session(id: $id) { id title plannedMinutes } }",
        "variables": {"id": SESSION},
    },
    "a node": {"query": "query ($id: ID!) { node(id: $id) { __typename id } }", "variables": {"id": PLAN}},
    "nodes of several types": {
        "query": "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Plan { title } } }",
        "variables": {"ids": [PLAN, SESSION, PLAN]},
    },
    "a page of a list": {
        "query": "query ($n: Int) { viewer { plans(first: $n) { edges { cursor node { id } } pageInfo"
        " { hasNextPage endCursor } } } }",
        "variables": {"n": 2},
    },
    "what goes by today": {
        "query": "query ($id: ID!) { currentPhase(teamId: $id) { name endsOn } team(id: $id) {"
        " assignments(first: 3) { edges { node { scheduledOn } } } } }",
        "variables": {"id": TEAM},
    },
    "one of two operations": {
        "query": "query A { viewer { id } } query B { viewer { displayName } }",
        "operationName": "B",
    },
    "fragments, aliases and directives": {
        "query": "query ($yes: Boolean!) { me: viewer { ...F name: displayName @skip(if: $yes) } }"
        " fragment F on Viewer { id @include(if: $yes) }",
        "variables": {"yes": True},
    },
    "nulls and empties for what is optional": {
        **VIEWER, "variables": None, "operationName": "", "extensions": None,
    },
    "extensions that say nothing": {**VIEWER, "extensions": {"cost": False, "client": {"name": "it"}}},
    "a query in more bytes than one has to": json.dumps(VIEWER, indent=4).encode(),
    "variables that nobody asked for": {**VIEWER, "variables": {"unused": [1, {"a": "ü🏒"}]}},
}  # fmt: skip


@pytest.mark.parametrize("accept", [None, JSON, GRAPHQL, "*/*"])
@pytest.mark.parametrize("name", ANSWERED)
async def test_both_ways_answer_alike(served: Running, name: str, accept: str | None) -> None:
    reply = await both_ways(served, token_for(served), ANSWERED[name], accept=accept)

    assert reply.status == 200
    assert "errors" not in reply.json
    assert reply.header("content-type") == f"{GRAPHQL if accept == GRAPHQL else JSON}; charset=utf-8"


@pytest.mark.parametrize("coding", ["gzip", "gzip, deflate, br", "identity", "br", "gzip;q=0"])
@pytest.mark.parametrize("payload", [VIEWER, ANSWERED["a big plan"]], ids=["small", "big"])
async def test_what_is_compressed_is_compressed_alike(served: Running, payload: Any, coding: str) -> None:
    reply = await both_ways(served, token_for(served), payload, ("accept-encoding", coding))

    is_big = len(reply.body) >= 1_400
    assert (reply.header("vary") is not None) is is_big
    assert (reply.header("content-encoding") == "gzip") is (is_big and "gzip" in coding)


@pytest.mark.parametrize("who", ["mia", "coach", "admin", "service:calendar"])
async def test_every_kind_of_caller_gets_the_same_by_both_ways(served: Running, who: str) -> None:
    scopes = frozenset({"plans:read"}) if who.startswith("service:") else None

    reply = await both_ways(served, token_for(served, who, scopes=scopes), PLAN_BY_ID)

    assert reply.json["data"]["plan"]["id"] == PLAN


REFUSED: dict[str, Any] = {
    "an unknown id": {**PLAN_BY_ID, "variables": {"id": global_id(Kind.PLAN, DEMO.team)}},
    "another organization's": {**PLAN_BY_ID, "variables": {"id": OTHER_PLAN}},
    "an id of another type": {**PLAN_BY_ID, "variables": {"id": TEAM}},
    "what is no id": {**PLAN_BY_ID, "variables": {"id": "x\u2028y"}},
    "a variable left out": {"query": PLAN_BY_ID["query"]},
    "a variable of another type": {**PLAN_BY_ID, "variables": {"id": ["a"]}},
    "a number that is too big": {
        "query": "query ($n: Int) { viewer { plans(first: $n) { edges { cursor } } } }",
        "variables": {"n": 2**40},
    },
    "introspection": {"query": "{ __schema { queryType { name } } }"},
    "introspection beside data": {"query": "{ viewer { id } __type(name: \"Plan\") { name } }"},
    "a syntax error": {"query": "{ viewer { id }"},
    "an unknown field": {"query": "{ viewer { nothing } }"},
    "an unknown operation": {**VIEWER, "operationName": "Missing"},
    "one of two without a name": {"query": "query A { viewer { id } } query B { viewer { id } }"},
    "a text that is too long": {**PLAN_BY_ID, "variables": {"id": "a" * 10_001}},
    "too many variables": {**VIEWER, "variables": {f"v{n}": n for n in range(201)}},
    "more than an operation may cost": {
        "query": "query ($n: Int) { viewer { plans(first: $n) { edges { node { microcycles { sessions"
        " { prescriptions { id sets { ordinal } } } } } } } } }",
        "variables": {"n": 100},
    },
    "a subscription": {"query": "subscription { sessionCompressed { id } }"},
    "a mutation that is refused": {
        "query": "mutation ($i: UpdatePlanInput!) { updatePlan(input: $i) { __typename } }",
        "variables": {"i": {"planId": OTHER_PLAN, "title": "Mine", "expectedVersion": 1}},
    },
    "an unknown hash": {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}},
    "an unknown document": {"documentId": "nobody"},
    "a batch": [VIEWER, VIEWER],
    "no object": b"3",
    "no JSON": b"{",
    "nothing": b"",
    "NUL": b'{"query": "{ viewer { id } }", "variables": {"a": "\\u0000"}}',
    "a lone surrogate": b'{"query": "{ viewer { id } }", "variables": {"a": "\\ud800"}}',
    "what is nested deeply": b'{"query": "{ viewer { id } }", "a": ' + b"[" * 40 + b"]" * 40 + b"}",
    "a document with an id": {**VIEWER, "documentId": "both"},
    "a part that is deferred": {"query": "{ viewer { id ... @defer { displayName } } }"},
}  # fmt: skip


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_not_plain_is_the_layers_and_the_same(served: Running, name: str, accept: str) -> None:
    await both_ways(served, token_for(served), REFUSED[name], accept=accept, answered=False)


async def test_what_an_answer_cost_is_said_by_the_layers(served: Running) -> None:
    asked = request(token_for(served), {**VIEWER, "extensions": {"cost": True}})

    async with connected(served) as wire:
        with taking(served, answered=0):
            replies = [await wire.ask(asked) for _ in range(3)]

    assert [each.json["extensions"]["cost"]["requested"] for each in replies] == [1, 1, 1]


HEADERS: dict[str, list[tuple[str, str]]] = {
    "no token": [("authorization", "")],
    "two tokens": [("authorization", "Bearer x")],
    "another kind of token": [("authorization", "Basic eDp5")],
    "a stream is asked for": [("accept", "text/event-stream")],
    "a stream or an answer": [("accept", "application/json, Text/Event-Stream")],
    "parts are asked for": [("accept", "multipart/mixed; deferSpec=20220824, application/json")],
    "parts are asked for in capitals": [("accept", "Multipart/Mixed; deferSpec=20220824, application/json")],
    "nothing that we have": [("accept", "text/html")],
    "another content type": [("content-type", "text/plain")],
    "a coded body": [("content-encoding", "gzip")],
    "a body that is not coded": [("content-encoding", "identity")],
}


@pytest.mark.parametrize("name", HEADERS)
async def test_headers_that_decide_something_are_read_by_the_layers(served: Running, name: str) -> None:
    await both_ways(served, token_for(served), VIEWER, *HEADERS[name], answered=False)


@pytest.mark.parametrize(
    "header",
    [("connection", "close"), ("connection", "Close"), ("connection", "keep-alive, close"),
     ("proxy-connection", "close"), ("connection", "upgrade")],
)  # fmt: skip
async def test_who_wants_no_other_answer_gets_no_other(served: Running, header: tuple[str, str]) -> None:
    token = token_for(served)
    await both_ways(served, token, VIEWER)  # so that caller and document are known

    for _ in range(3):
        async with connected(served) as wire:
            reply = await wire.ask(request(token, VIEWER, header))

            assert reply.status == 200
            if header[1] != "upgrade":
                assert reply.header("connection") == "close"
                assert await wire.rest() == b""


async def test_a_narrowed_token_opens_no_more_by_the_shortcut(served: Running) -> None:
    token = token_for(served, "mia", scopes=frozenset({"teams:read"}))

    refused = await both_ways(served, token, PLAN_BY_ID, answered=False)
    await both_ways(served, token, VIEWER)

    assert refused.code == "forbidden"


async def test_what_a_flag_closes_stays_closed(shared_url: str) -> None:
    gated = {"query": "query ($t: ID!) { seasonPlan(teamId: $t) { id } }", "variables": {"t": TEAM}}
    async with running(shared_url, flags={}) as served:
        reply = await both_ways(served, token_for(served, "coach"), gated, answered=False)
        await both_ways(served, token_for(served, "coach"), VIEWER)

    assert reply.json["errors"]


@pytest.mark.parametrize("mode", ["off", "log", "enforce"])
async def test_documents_that_have_to_be_trusted(shared_url: str, tmp_path: Path, mode: str) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({TRUSTED_ID: TRUSTED}))
    async with running(shared_url, trusted_documents=mode, trusted_documents_file=str(manifest)) as served:
        token = token_for(served)

        named = await both_ways(served, token, {"documentId": TRUSTED_ID})
        text = await both_ways(served, token, {"query": TRUSTED}, answered=mode == "off")
        other = await both_ways(served, token, VIEWER, answered=mode == "off")
        untrusted = served.metric("taper_untrusted_documents_total", outcome="run")

    assert named.json == text.json == {"data": {"viewer": {"displayName": "Mia Halvorsen"}}}
    assert (other.status == 200 and "errors" not in other.json) is (mode != "enforce")
    assert untrusted == (5 if mode == "log" else 0), "each of them is logged and counted"


async def test_pages_of_other_origins_hear_the_same_of_what_they_may_read(shared_url: str) -> None:
    async with running(shared_url, cors_origins="https://app.example", **UNSPENT) as served:
        token = token_for(served)

        reply = await both_ways(served, token, VIEWER, ("origin", "https://app.example"))
        stranger = await both_ways(served, token, VIEWER, ("origin", "https://elsewhere.example"))
        small = await both_ways(served, token, VIEWER)
        big = await both_ways(served, token, ANSWERED["a big plan"], ("accept-encoding", "gzip"))

    assert (small.header("vary"), big.header("vary")) == ("Origin", "Accept-Encoding, Origin")
    assert reply.header("access-control-allow-origin") == "https://app.example"
    assert stranger.header("access-control-allow-origin") is None


async def test_where_no_other_origin_may_read_none_is_spoken_of(served: Running) -> None:
    reply = await both_ways(served, token_for(served), VIEWER, ("origin", "https://elsewhere.example"))

    assert not [name for name, _ in reply.headers if name.startswith("access-control")]


TRACES = [
    [("x-request-id", "one.{n}")],
    [("traceparent", "00-{n:032x}-00f067aa0ba902b7-01"), ("tracestate", "vendor={n}")],
    [("X-Amzn-Trace-Id", "Root=1-67891233-{n:024x}"), ("X-Request-Id", "{n:032x}")],
]


@pytest.mark.parametrize("headers", TRACES)
async def test_what_is_different_each_time_stands_in_nobodys_way(
    served: Running, headers: list[tuple[str, str]]
) -> None:
    token = token_for(served)
    await both_ways(served, token, VIEWER)  # so that caller and document are known

    async with connected(served) as wire:
        await wire.ask(request(token, VIEWER, *_numbered(headers, 0)))
        with taking(served, answered=3):
            replies = [await wire.ask(request(token, VIEWER, *_numbered(headers, n))) for n in (1, 2, 3)]

    given = [{name.lower(): value for name, value in _numbered(headers, n)} for n in (1, 2, 3)]
    for reply, sent in zip(replies, given, strict=True):
        assert reply.status == 200
        assert reply.header("x-request-id") == sent.get("x-request-id", reply.header("x-request-id"))
    assert len({each.header("x-request-id") for each in replies}) == 3


@pytest.mark.parametrize("name", ["a b", "x" * 65, "é", ""])
async def test_a_name_that_could_forge_a_record_is_replaced(served: Running, name: str) -> None:
    reply = await both_ways(served, token_for(served), VIEWER, ("x-request-id", name))

    assert re.fullmatch("[0-9a-f]{32}", reply.header("x-request-id") or "")


async def test_a_good_name_that_is_written_unusually_is_read_by_the_layers(served: Running) -> None:
    token = token_for(served)
    await both_ways(served, token, VIEWER)
    asked = request(token, VIEWER, ("x-request-id", " two.blanks"))

    async with connected(served) as wire:
        with taking(served, answered=0):
            replies = [await wire.ask(asked) for _ in range(3)]

    assert {each.header("x-request-id") for each in replies} == {"two.blanks"}


def _numbered(headers: list[tuple[str, str]], n: int) -> list[tuple[str, str]]:
    return [(name, value.format(n=n)) for name, value in headers]


async def test_graphiql_is_for_who_opens_the_endpoint_only(shared_url: str) -> None:
    async with running(shared_url, graphiql="on") as served:
        await both_ways(served, token_for(served), VIEWER, accept="text/html, */*")


async def test_in_production_nobody_is_told_which_lane_it_was(shared_url: str) -> None:
    async with running(shared_url, taper_env="production", jwt_issuer="id", jwt_audience="it") as served:
        reply = await both_ways(served, token_for(served), VIEWER)

    assert reply.header("x-taper-lane") is None
