"""``@defer``: in parts for clients that ask for them, whole for everybody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from app.deferred import Form, form_asked_for
from app.listening import listening_socket
from app.server import Server, build_app
from db.seed import DEMO
from domain.errors import TargetMinutesOutOfRange
from resolvers.ids import Kind, global_id
from tests import patience
from tests.app.api import Api, code_of
from tests.app.conftest import MakeApi

OF_2022 = "multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9"
WITH_IDS = OF_2022.replace("deferSpec=20220824", "incrementalSpec=v0.2")
BOTH = [OF_2022, WITH_IDS]
SECRET = "the password is swordfish"


@dataclass
class Gate:
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)


@strawberry.type
class Thing:
    gate: strawberry.Private[Gate]
    name: str = "thing"

    @strawberry.field
    async def late(self) -> str:
        await asyncio.sleep(0)
        return "late"

    @strawberry.field
    async def waits(self) -> str:
        self.gate.begun.set()
        try:
            await self.gate.opened.wait()
        except asyncio.CancelledError:
            self.gate.cancelled.set()
            raise
        return "at last"

    @strawberry.field
    def fails(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def fails_whole(self) -> str:
        raise RuntimeError(SECRET)

    @strawberry.field
    def refuses(self) -> str | None:
        raise TargetMinutesOutOfRange(500, 10, 180)

    @strawberry.field
    def inner(self) -> Thing:
        return Thing(gate=self.gate, name="inner")


def schema_with(gate: Gate) -> strawberry.Schema:
    @strawberry.type
    class Query:
        @strawberry.field
        def things(self) -> list[Thing]:
            return [Thing(gate=gate, name="first"), Thing(gate=gate, name="second")]

        @strawberry.field
        def thing(self) -> Thing:
            return Thing(gate=gate)

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def change(self) -> Thing:
            return Thing(gate=gate, name="changed")

    config = StrawberryConfig(enable_experimental_incremental_execution=True)
    return strawberry.Schema(Query, Mutation, config=config)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def small(make_api: MakeApi, gate: Gate) -> Api:
    made: Api = await make_api(schema=schema_with(gate))
    return made


def parts_of(answer: httpx2.Response) -> list[dict[str, Any]]:
    """What a multipart parser finds between the boundaries; the end has to be there, and nothing after it."""
    assert answer.headers["content-type"].startswith('multipart/mixed; boundary="graphql"; '), answer.text
    preamble, *parts, end = answer.text.split("\r\n--graphql")
    assert (preamble, end) == ("", "--\r\n")
    found = []
    for part in parts:
        head, _, body = part.partition("\r\n\r\n")
        assert head == "\r\ncontent-type: application/json"
        found.append(json.loads(body))
    assert [each["hasNext"] for each in found] == [True] * (len(found) - 1) + [False]
    return found


def merged(parts: list[dict[str, Any]]) -> tuple[Any, list[dict[str, Any]]]:
    """The data of all parts together, in either form, and all errors."""
    data, errors, places = parts[0]["data"], list(parts[0].get("errors", ())), {}
    for part in parts:
        places.update({each["id"]: each["path"] for each in part.get("pending", ())})
        for each in part.get("incremental", ()):
            path = each["path"] if "path" in each else [*places[each["id"]], *each.get("subPath", ())]
            target = data
            for key in path:
                target = target[key]
            _merge(target, each["data"] or {})
            errors.extend(each.get("errors", ()))
        for each in part.get("completed", ()):
            errors.extend(each.get("errors", ()))
    return data, errors


def _merge(target: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = value


NESTED = """
query Nested($deferred: Boolean! = true) {
  things { name ...Late @defer(label: "late") }
  thing { ... @defer(if: $deferred) { late inner { name ... @defer(label: "innermost") { late } } } }
}
fragment Late on Thing { late inner { late } }
"""


@pytest.mark.parametrize("accept", BOTH)
async def test_the_parts_together_are_the_answer_of_who_did_not_ask_for_parts(
    small: Api, accept: str
) -> None:
    whole = await small.post(NESTED, accept="application/json")
    parts = parts_of(await small.post(NESTED, accept=accept))

    assert len(parts) > 1
    assert parts[0]["data"] == {"things": [{"name": "first"}, {"name": "second"}], "thing": {}}
    assert merged(parts) == (whole.json()["data"], [])


async def test_in_the_form_of_2022_each_increment_has_its_path_and_label(small: Api) -> None:
    parts = parts_of(await small.post(NESTED, accept=OF_2022))

    assert set(parts[0]) == {"data", "hasNext"}
    told = [each for part in parts[1:] for each in part.get("incremental", ())]
    assert all(set(part) <= {"incremental", "hasNext"} for part in parts[1:])
    assert {(json.dumps(each["path"]), each.get("label")) for each in told} == {
        ('["things", 0]', "late"),
        ('["things", 1]', "late"),
        ('["thing"]', None),
        ('["thing", "inner"]', "innermost"),
    }


async def test_in_the_form_with_ids_all_that_is_promised_is_completed(small: Api) -> None:
    parts = parts_of(await small.post(NESTED, accept=WITH_IDS))

    promised = [each for part in parts for each in part.get("pending", ())]
    assert {each.get("label") for each in promised} == {"late", "innermost", None}
    completed = [each for part in parts for each in part.get("completed", ())]
    assert sorted(each["id"] for each in completed) == sorted(each["id"] for each in promised)


@pytest.mark.parametrize("accept", BOTH)
@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (NESTED.replace('@defer(label: "late")', "").replace('@defer(label: "innermost")', ""), False),
        ("{ thing { name ... @defer(if: false) { late } } }", None),
        ("{ thing { name late } }", None),
    ],
)
async def test_what_defers_nothing_after_all_is_one_answer(
    small: Api, accept: str, query: str, variables: bool | None
) -> None:
    answer = await small.post(query, {} if variables is None else {"deferred": variables}, accept=accept)

    assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert answer.json()["data"]["thing"]["late"] == "late"


@pytest.mark.parametrize(
    "accept",
    ["application/json", "*/*", "multipart/mixed, application/json", f"{OF_2022.split(',')[0]};q=0,*/*"],
)
async def test_for_everybody_else_the_answer_is_whole(small: Api, accept: str) -> None:
    answer = await small.post("{ thing { ... @defer { late } } }", accept=accept)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == {"data": {"thing": {"late": "late"}}}


async def test_a_get_and_a_mutation_are_answered_whole(small: Api) -> None:
    asked = {"query": "{ thing { ... @defer { late } } }"}
    headers = {"accept": OF_2022, "x-requested-with": "tests"}

    got = await small.client.get("/graphql", params=asked, headers=headers)
    changed = await small.post("mutation { change { name ... @defer { late } } }", accept=OF_2022)

    assert got.json() == {"data": {"thing": {"late": "late"}}}
    assert changed.json() == {"data": {"change": {"name": "changed", "late": "late"}}}


@pytest.mark.parametrize("accept", BOTH)
async def test_errors_in_a_deferred_part_are_told_and_masked_as_elsewhere(small: Api, accept: str) -> None:
    query = "query Failing { thing { name ... @defer { fails refuses } } }"
    before = await small.metric("taper_faults_total", code="internal_error")
    answer = await small.post(query, accept=accept)
    whole = await small.post(query, accept="application/json")

    data, errors = merged(parts_of(answer))
    assert SECRET not in answer.text
    assert data == whole.json()["data"] == {"thing": {"name": "thing", "fails": None, "refuses": None}}
    assert [_without_id(each) for each in errors] == [_without_id(each) for each in whole.json()["errors"]]
    assert await small.metric("taper_faults_total", code="internal_error") == before + 2


def _without_id(error: dict[str, Any]) -> dict[str, Any]:
    return {**error, "extensions": {**error["extensions"], "correlationId": None}}


@pytest.mark.parametrize("accept", BOTH)
async def test_where_a_part_cannot_be_null_it_fails_alone(small: Api, accept: str) -> None:
    parts = parts_of(
        await small.post('{ thing { name ... @defer(label: "no") { failsWhole } } }', accept=accept)
    )

    data, [error] = merged(parts)
    assert data == {"thing": {"name": "thing"}}
    assert error["path"] == ["thing", "failsWhole"]
    assert error["extensions"]["code"] == "internal_error"
    if accept == OF_2022:
        [told] = parts[1]["incremental"]
        assert (told["path"], told["label"], told["data"]) == (["thing"], "no", None)


@pytest.mark.parametrize("accept", BOTH)
async def test_a_part_that_takes_too_long_is_given_up_with_the_rest(
    make_api: MakeApi, gate: Gate, accept: str
) -> None:
    small: Api = await make_api(schema=schema_with(gate), operation_seconds=1.5)
    parts = parts_of(await small.post("query Slow { thing { name ... @defer { waits } } }", accept=accept))

    data, [error] = merged(parts)
    assert (data, error["extensions"]["code"]) == ({"thing": {"name": "thing"}}, "timeout")
    assert gate.cancelled.is_set()
    labels = {"kind": "query", "operation": "Slow", "outcome": "fault"}
    assert await small.metric("taper_graphql_operations_total", **labels) == 1


async def test_there_is_no_stream(api: Api) -> None:
    query = "{ viewer { plans(first: 1) { edges @stream(initialCount: 0) { cursor } } } }"
    answer = await api.post(query, token=api.token(), accept=OF_2022)

    assert code_of(answer) == "graphql_validation_failed"


async def test_what_is_refused_before_it_runs_has_the_status_of_ever(small: Api) -> None:
    wrong = await small.post("{ thing { ... @defer { nothing } } }", accept=OF_2022)

    assert (wrong.status_code, code_of(wrong)) == (400, "graphql_validation_failed")


async def test_it_costs_and_counts_as_one_operation(small: Api) -> None:
    body = {"query": NESTED, "extensions": {"cost": True}}
    answer = await small.client.post("/graphql", json=body, headers={"accept": OF_2022})
    whole = await small.client.post("/graphql", json=body, headers={"accept": "application/json"})

    told, expected = parts_of(answer)[0]["extensions"]["cost"], whole.json()["extensions"]["cost"]
    assert told["requested"] == expected["requested"] > 1
    assert answer.headers["x-operation-cost"] == whole.headers["x-operation-cost"]
    labels = {"kind": "query", "operation": "Nested", "outcome": "ok"}
    assert await small.metric("taper_graphql_operations_total", **labels) == 2


@asynccontextmanager
async def over_a_socket(api: Api) -> AsyncIterator[str]:
    with listening_socket("127.0.0.1", 0) as listener:
        server = Server(build_app(api.application), api.application)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.is_listening.wait()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        finally:
            server.should_exit = True
            await serving


async def test_the_first_part_is_there_before_the_rest_and_who_leaves_ends_the_work_on_it(
    make_api: MakeApi, gate: Gate
) -> None:
    api: Api = await make_api(schema=schema_with(gate))
    query = {"query": "query Left { thing { name ... @defer { waits } } }"}
    labels = {"kind": "query", "operation": "Left", "outcome": "cancelled"}
    headers = {"accept": OF_2022}
    client = httpx2.AsyncClient(timeout=patience.SECONDS)
    async with over_a_socket(api) as url, client, asyncio.timeout(patience.SECONDS):
        async with client.stream("POST", url, json=query, headers=headers) as response:
            text = ""
            async for more in response.aiter_text():
                text += more
                if text.endswith("\r\n--graphql") and "hasNext" in text:
                    break
            assert '{"data":{"thing":{"name":"thing"}},"hasNext":true}' in text
            assert not gate.opened.is_set()
            await gate.begun.wait()
        await gate.cancelled.wait()
    assert await api.metric("taper_graphql_operations_total", **labels) == 1


PLANS = """
query Plans($id: ID!) {
  viewer { displayName ... @defer { plans(first: 3) { edges { node { id ...More @defer } } } } }
  ... @defer { session(id: $id) { id title } }
}
fragment More on Plan { title microcycles { id } }
"""


@pytest.mark.parametrize("accept", BOTH)
async def test_the_products_own_answer_in_parts_is_the_same(api: Api, accept: str) -> None:
    variables = {"id": global_id(Kind.SESSION, DEMO.sessions["phul-upper-power"])}
    whole = await api.post(PLANS, variables, token=api.token())
    parts = parts_of(await api.post(PLANS, variables, token=api.token(), accept=accept))

    assert "errors" not in whole.json()
    assert "plans" not in parts[0]["data"]["viewer"]
    assert merged(parts) == (whole.json()["data"], [])


@pytest.mark.parametrize("accept", BOTH)
async def test_who_may_not_see_it_does_not_see_it_in_a_part(api: Api, accept: str) -> None:
    variables = {"id": global_id(Kind.SESSION, DEMO.sessions["phul-upper-power"])}
    query = "query Mine($id: ID!) { __typename ... @defer { session(id: $id) { id title } } }"
    whole = await api.post(query, variables)
    data, errors = merged(parts_of(await api.post(query, variables, accept=accept)))

    assert data == {"__typename": "Query", "session": None}
    assert [each["extensions"]["code"] for each in errors] == [code_of(whole)]
    assert errors[0]["path"] == ["session"]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (OF_2022, Form.OF_2022),
        (WITH_IDS, Form.WITH_IDS),
        ("Multipart/Mixed; DEFERSPEC=20220824", Form.OF_2022),
        ("multipart/mixed;deferSpec=2023", None),
        ("multipart/mixed;deferSpec=20220824;q=0", None),
        ('multipart/mixed;subscriptionSpec="1.0"', None),
        ("*/*", None),
    ],
)
def test_a_form_has_to_be_named(accept: str, form: Form | None) -> None:
    assert form_asked_for(accept) is form


async def test_there_is_no_stream_and_asking_for_it_anywhere_is_no_fault(small: Api) -> None:
    answer = await small.post("{ ... on Query @stream(initialCount: 1) { thing { name } } }")

    assert [each["extensions"]["code"] for each in answer.json()["errors"]] == ["graphql_validation_failed"]
