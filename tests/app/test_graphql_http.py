"""GraphQL over HTTP: what is asked for in which way, and the status, type and code of every answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import structlog

from app.limits import Limits
from tests import patience
from tests.app.api import Api, code_of
from tests.app.conftest import MakeApi
from tests.app.small_schema import SECRET, Happenings, small_schema

MOST_BODY_BYTES = Limits().body_bytes
GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
SENDS_JSON = {"content-type": JSON}


@pytest.fixture
def happenings() -> Happenings:
    return Happenings()


@pytest.fixture
async def api(make_api: MakeApi, happenings: Happenings) -> Api:
    made: Api = await make_api(schema=small_schema(happenings))
    return made


async def test_a_query_is_answered_with_its_data_and_nobody_keeps_the_answer(api: Api) -> None:
    answer = await api.post("{ hello }")

    assert (answer.status_code, answer.json()) == (200, {"data": {"hello": "world"}})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("accept", "media_type", "status"),
    [(GRAPHQL, GRAPHQL, 400), (JSON, JSON, 200), ("*/*", JSON, 200), (f"{JSON}, {GRAPHQL}", GRAPHQL, 400)],
)
@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", None, "graphql_syntax_error"),
        ("{ nothingLikeIt }", None, "graphql_validation_failed"),
        ("query ($n: Int!) { number(value: $n) }", {"n": "many"}, "bad_user_input"),
        ("query ($n: Int!) { number(value: $n) }", {"n": 10**30}, "bad_user_input"),
        ("query A { hello } query B { hello }", None, "ambiguous_operation"),
        ("fragment F on Query { hello }", None, "graphql_validation_failed"),
        ("{ " + "hello " * 2_000 + "}", None, "too_many_tokens"),
        ("{ thing " + "{ inner " * 12 + "{ name }" + "}" * 13, None, "operation_too_deep"),
        ("{ " + " ".join(f"h{n}: hello" for n in range(16)) + " }", None, "too_many_aliases"),
        ('{ echo(text: "\\u0000") }', None, "bad_user_input"),
        ('{ echo(text: "\\uD800") }', None, "graphql_syntax_error"),
        ("{ ...F } fragment F on Query { ...F }", None, "graphql_validation_failed"),
    ],
)
async def test_a_wrong_request_is_400_or_for_clients_of_plain_json_200(
    api: Api, query: str, variables: Any, code: str, accept: str, media_type: str, status: int
) -> None:
    answer = await api.post(query, variables, accept=accept)

    assert answer.status_code == status
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert code in {each["extensions"]["code"] for each in answer.json()["errors"]}
    assert "data" not in answer.json()


async def test_the_operation_is_chosen_by_its_name(api: Api) -> None:
    both = 'query A { hello } query B { echo(text: "b") }'

    chosen = await api.client.post("/graphql", json={"query": both, "operationName": "B"})
    unknown = await api.client.post("/graphql", json={"query": both, "operationName": "C"})

    assert chosen.json() == {"data": {"echo": "b"}}
    assert code_of(unknown) == "unknown_operation"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"query": "{ hello',
        b"1",
        b'"x"',
        b"null",
        b"true",
        b"NaN",
        b'[{"query": "{ hello }"}]',
        b"{}",
        b'{"query": 1}',
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": "{ hello }", "variables": "x"}',
        b'{"query": "{ hello }", "variables": [1]}',
        b'{"query": "{ hello }", "operationName": 5}',
        b'{"query": "{ hello }", "extensions": []}',
        b'{"query": "{ hello }\xff"}',
        b'{"query": "{ hello } # \\ud800"}',
        b'{"query": "{ hello } # \\u0000"}',
        b'{"query": "{ hello }", "variables": {"a": "\\u0000"}}',
        b'{"query": "{ hello }", "variables": {"\\u0000": 1}}',
        b'{"query": "{ hello }", "variables": {"a": 1e999}}',
    ],
    ids=lambda body: body[:40],
)
async def test_a_body_that_is_no_request_is_400_with_a_code_and_the_server_goes_on(
    api: Api, body: bytes
) -> None:
    for accept in (GRAPHQL, JSON, "*/*"):
        refused = await api.client.post("/graphql", content=body, headers={**SENDS_JSON, "accept": accept})

        assert (refused.status_code, code_of(refused)) == (400, "bad_request")
    assert (await api.post("{ hello }")).json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize("levels", [500, 100_000])
async def test_json_nested_without_end_is_refused(api: Api, levels: int) -> None:
    for body in (b"[" * levels + b"]" * levels, b'{"a":' * 500 + b"1" + b"}" * 500):
        refused = await api.client.post("/graphql", content=body, headers=SENDS_JSON)

        assert (refused.status_code, code_of(refused)) == (400, "json_too_deep")


@pytest.mark.parametrize("parameter", ["variables", "operationName", "extensions"])
async def test_null_is_as_good_as_left_out(api: Api, parameter: str) -> None:
    answer = await api.client.post("/graphql", json={"query": "{ hello }", parameter: None})

    assert answer.json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
        "text/plain; application/json",
    ],
)
async def test_what_a_browser_may_send_unasked_is_not_read(api: Api, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}

    answer = await api.client.post("/graphql", content=b'{"query": "{ hello }"}', headers=headers)

    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


async def test_a_compressed_body_is_refused_and_not_misread(api: Api) -> None:
    answer = await api.client.post(
        "/graphql", content=b"\x1f\x8b", headers={**SENDS_JSON, "content-encoding": "gzip"}
    )

    assert (answer.status_code, code_of(answer)) == (415, "unsupported_media_type")


@pytest.mark.parametrize("size", [MOST_BODY_BYTES, MOST_BODY_BYTES + 1])
@pytest.mark.parametrize("states_its_length", [True, False])
async def test_a_body_may_have_256_kib_and_no_more(api: Api, size: int, states_its_length: bool) -> None:
    body = b'{"query": "{ hello }"}'.ljust(size)

    async def in_parts() -> AsyncIterator[bytes]:
        for at in range(0, size, 65_536):
            yield body[at : at + 65_536]

    answer = await api.client.post(
        "/graphql", content=body if states_its_length else in_parts(), headers=SENDS_JSON
    )

    if size <= MOST_BODY_BYTES:
        assert answer.json() == {"data": {"hello": "world"}}
    else:
        assert (answer.status_code, code_of(answer)) == (413, "body_too_large")
        assert answer.json()["errors"][0]["extensions"]["limit"] == MOST_BODY_BYTES


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
async def test_other_methods_are_told_which_there_are(api: Api, method: str) -> None:
    answer = await api.client.request(method, "/graphql")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    assert code_of(answer) == "method_not_allowed"


async def test_a_client_that_takes_no_json_is_told_so(api: Api) -> None:
    answer = await api.post("{ hello }", accept="text/html")

    assert (answer.status_code, code_of(answer)) == (406, "not_acceptable")


class TestGet:
    async def test_a_query_may_be_in_the_address(self, api: Api) -> None:
        answer = await api.client.get(
            "/graphql",
            params={
                "query": "query A($t: String!) { echo(text: $t) } query B { hello }",
                "variables": json.dumps({"t": "œuvre"}),
                "operationName": "A",
            },
            headers={"x-requested-with": "tests", "accept": GRAPHQL},
        )

        assert (answer.status_code, answer.json()) == (200, {"data": {"echo": "œuvre"}})
        assert answer.headers["cache-control"] == "no-store"

    async def test_a_mutation_may_not(self, api: Api, happenings: Happenings) -> None:
        answer = await api.client.get(
            "/graphql", params={"query": "mutation { change }"}, headers={"x-requested-with": "tests"}
        )

        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert code_of(answer) == "method_not_allowed"
        assert not happenings.begun.is_set()

    @pytest.mark.parametrize("accept", ["*/*", JSON, GRAPHQL, "image/png, */*"])
    async def test_a_page_of_another_site_cannot_ask(self, api: Api, accept: str) -> None:
        answer = await api.client.get(
            "/graphql",
            params={"query": "{ hello }"},
            headers={"accept": accept, "origin": "https://evil.example"},
        )

        assert (answer.status_code, code_of(answer)) == (400, "csrf_refused")

    @pytest.mark.parametrize(
        "header", ["x-requested-with", "apollo-require-preflight", "x-apollo-operation-name"]
    )
    async def test_a_header_that_needs_leave_shows_that_there_was_leave(self, api: Api, header: str) -> None:
        answer = await api.client.get("/graphql", params={"query": "{ hello }"}, headers={header: "1"})

        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "query_string",
        [
            "",
            "query=",
            "query=%7Bhello%7D&query=%7Bhello%7D",
            "query=%FF",
            "query=%ED%A0%80",
            "query=%7Bhello%7D%00",
            "query=%7Bhello%7D&variables=x",
            "query=%7Bhello%7D&variables=1",
            "query=%7Bhello%7D&variables=%5B%5D",
            "&".join(f"p{n}=1" for n in range(50)),
        ],
    )
    async def test_an_address_that_is_no_request_is_400(self, api: Api, query_string: str) -> None:
        answer = await api.client.get(f"/graphql?{query_string}", headers={"x-requested-with": "tests"})

        assert (answer.status_code, code_of(answer)) == (400, "bad_request")

    async def test_an_address_that_is_too_long_is_414(self, api: Api) -> None:
        answer = await api.client.get(
            "/graphql", params={"query": "#" * 20_000}, headers={"x-requested-with": "tests"}
        )

        assert (answer.status_code, code_of(answer)) == (414, "url_too_long")


class TestFaults:
    async def test_a_fault_is_masked_logged_once_and_counted(self, api: Api) -> None:
        with structlog.testing.capture_logs() as logged:
            answer = await api.post("query Broken { a: fail b: fail }", x_request_id="one-of-many")

        assert answer.status_code == 200
        assert answer.json()["data"] == {"a": None, "b": None}
        assert SECRET not in answer.text
        for error in answer.json()["errors"]:
            assert error["extensions"]["code"] == "internal_error"
            assert error["extensions"]["correlationId"] == "one-of-many"
        assert answer.headers["x-request-id"] == "one-of-many"
        [fault] = [each for each in logged if each["log_level"] == "error"]
        assert (fault["code"], fault["faults"], str(fault["exc_info"])) == ("internal_error", 2, SECRET)
        assert await api.metric("taper_faults_total", code="internal_error") == 2
        labels = {"kind": "query", "operation": "Broken", "outcome": "fault"}
        assert await api.metric("taper_graphql_operations_total", **labels) == 1

    async def test_a_refusal_says_what_the_caller_can_do_and_is_no_fault(self, api: Api) -> None:
        answer = await api.post("query Refused { refuse }")

        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "target_minutes_out_of_range"
        assert error["extensions"]["highestMinutes"] == 180
        assert await api.metric("taper_faults_total", code="internal_error") == 0
        labels = {"kind": "query", "operation": "Refused", "outcome": "refused"}
        assert await api.metric("taper_graphql_operations_total", **labels) == 1

    async def test_a_database_that_is_away_is_worth_another_try(self, api: Api) -> None:
        answer = await api.post("{ databaseAway }")

        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "unavailable"
        assert error["extensions"]["outcome"] == "not_applied"

    async def test_a_commit_that_nobody_saw_is_said_to_be_unknown(self, api: Api) -> None:
        answer = await api.post("mutation { loseCommit }")

        [error] = answer.json()["errors"]
        assert error["extensions"]["outcome"] == "unknown"

    async def test_an_operation_that_takes_too_long_is_ended(
        self, make_api: MakeApi, happenings: Happenings
    ) -> None:
        api: Api = await make_api(schema=small_schema(happenings), operation_seconds=0.3)
        answer = await api.post("query Slow { wait }")

        assert (answer.status_code, code_of(answer)) == (503, "timeout")
        assert answer.headers["retry-after"] == "1"
        assert happenings.cancelled.is_set()

    async def test_every_operation_is_counted_by_its_name_and_what_is_none_as_invalid(self, api: Api) -> None:
        await api.post("query Hello { hello }")
        await api.post("query Hello { hello }")
        await api.post("{ hello }")
        await api.post("query Hello { goodbye }")

        count = "taper_graphql_operations_total"
        assert await api.metric(count, kind="query", operation="Hello", outcome="ok") == 2
        assert await api.metric(count, kind="query", operation="anonymous", outcome="ok") == 1
        assert await api.metric(count, kind="unknown", operation="anonymous", outcome="invalid") == 1


class TestClientsThatLeave:
    """The client is one that hangs up once the server has begun."""

    async def test_a_read_is_given_up(self, make_api: MakeApi, happenings: Happenings) -> None:
        api: Api = await make_api(schema=small_schema(happenings))

        await hang_up(api, "query Left { wait }", happenings)

        assert happenings.cancelled.is_set()
        labels = {"kind": "query", "operation": "Left", "outcome": "cancelled"}
        assert await api.metric("taper_graphql_operations_total", **labels) == 1

    async def test_a_mutation_is_finished(self, api: Api, happenings: Happenings) -> None:
        asyncio.get_running_loop().call_later(0.05, happenings.may_end.set)

        await hang_up(api, "mutation Kept { change }", happenings)

        assert happenings.ended.is_set()
        assert not happenings.cancelled.is_set()
        labels = {"kind": "mutation", "operation": "Kept", "outcome": "ok"}
        assert await api.metric("taper_graphql_operations_total", **labels) == 1


async def hang_up(api: Api, query: str, happenings: Happenings) -> None:
    """As an HTTP server tells it: the request whole, then, as soon as it is being worked on, a disconnect."""
    body = json.dumps({"query": query}).encode()
    told = False

    async def receive() -> dict[str, Any]:
        nonlocal told
        if not told:
            told = True
            return {"type": "http.request", "body": body, "more_body": False}
        await happenings.begun.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        return

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"content-type", b"application/json"), (b"host", b"localhost")],
        "client": ("127.0.0.1", 50_000),
        "server": ("localhost", 8000),
    }
    transport = api.client._transport
    assert isinstance(transport, httpx2.ASGITransport)
    async with asyncio.timeout(patience.SECONDS):
        await transport.app(scope, receive, send)


async def test_a_subscription_is_not_served_this_way(api: Api) -> None:
    answer = await api.post("subscription { ticks }")

    assert (answer.status_code, code_of(answer)) == (400, "operation_not_supported")


async def test_a_document_is_parsed_once_and_a_wrong_one_takes_no_place(api: Api) -> None:
    documents = api.application.operations._documents
    for _ in range(3):
        await api.post("query Same { hello }")
        await api.post("query Wrong { goodbye }")

    assert len(documents) == 1
    assert documents.read("query Same { hello }") is documents.read("query Same { hello }")
