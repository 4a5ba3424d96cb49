"""A document may be asked for by a name: an id of the manifest, or the hash of one that was sent before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import CollectorRegistry

from app.graphql_request import GraphQLRequest
from app.known_documents import MOST_BYTES_KEPT, Known, KnownDocuments, hash_of
from app.settings_problems import SettingsError
from integrations.edge_metrics import EdgeMetrics
from tests.app.api import Api, code_of
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema

HELLO = "query Hello { hello }"
ECHO = "query Echo($t: String!) { echo(text: $t) }"
GRAPHQL = "application/graphql-response+json"
MAY_GET = {"x-requested-with": "tests", "accept": GRAPHQL}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"hello": HELLO, hash_of(ECHO): ECHO}), "utf-8")
    return path


@pytest.fixture
async def make(make_api: MakeApi, manifest: Path) -> Any:
    async def made(**settings: Any) -> Api:
        found: Api = await make_api(
            schema=small_schema(Happenings()), trusted_documents_file=manifest, **settings
        )
        return found

    return made


async def send(
    api: Api, *, method: str = "POST", headers: dict[str, str] | None = None, **body: Any
) -> httpx2.Response:
    if method == "POST":
        return await api.client.post("/graphql", json=body, headers=headers or {"accept": GRAPHQL})
    params = {name: each if isinstance(each, str) else json.dumps(each) for name, each in body.items()}
    return await api.client.get("/graphql", params=params, headers={**MAY_GET, **(headers or {})})


def persisted(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash_of(text)}}


class TestTrusted:
    @pytest.mark.parametrize("method", ["POST", "GET"])
    async def test_a_trusted_document_is_run_by_its_id(self, make: Any, method: str) -> None:
        api = await make(trusted_documents="enforce")

        by_name = await send(api, method=method, documentId="hello")
        by_hash = await send(api, method=method, documentId=f"sha256:{hash_of(ECHO)}", variables={"t": "x"})
        as_persisted = await send(api, method=method, extensions=persisted(HELLO))

        assert by_name.json() == as_persisted.json() == {"data": {"hello": "world"}}
        assert by_hash.json() == {"data": {"echo": "x"}}

    async def test_its_text_is_as_good_as_its_id_and_any_other_is_refused(self, make: Any) -> None:
        api = await make(trusted_documents="enforce")

        trusted = await send(api, query=HELLO)
        refused = await send(api, query="{ hello }")
        with_hash = await send(api, query="{ hello }", extensions=persisted("{ hello }"))

        assert trusted.json() == {"data": {"hello": "world"}}
        assert (refused.status_code, code_of(refused)) == (400, "document_not_trusted")
        assert code_of(with_hash) == "document_not_trusted"
        assert code_of(await send(api, extensions=persisted("{ hello }"))) == "document_not_trusted"
        assert await api.metric("taper_untrusted_documents_total", outcome="refused") == 3

    async def test_first_they_are_only_counted_and_run(self, make: Any) -> None:
        api = await make(trusted_documents="log")

        assert (await send(api, query="{ hello }")).json() == {"data": {"hello": "world"}}
        assert (await send(api, query=HELLO)).json() == {"data": {"hello": "world"}}
        assert await api.metric("taper_untrusted_documents_total", outcome="run") == 1

    async def test_an_id_that_nobody_knows_is_refused(self, make: Any) -> None:
        assert code_of(await send(await make(), documentId="goodbye")) == "unknown_document"

    @pytest.mark.parametrize(
        "body",
        [
            {"documentId": 5},
            {"documentId": "hello", "query": HELLO},
            {"extensions": {"persistedQuery": 1}},
            {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "a"}}},
            {"extensions": {"persistedQuery": {"version": 1}}},
            {"documentId": ""},
        ],
    )
    async def test_a_name_that_is_none_is_a_bad_request(self, make: Any, body: dict[str, Any]) -> None:
        refused = await send(await make(), **body)

        assert (refused.status_code, code_of(refused)) == (400, "bad_request")

    async def test_the_earlier_routes_run_documents_of_our_own(
        self, make_api: MakeApi, manifest: Path
    ) -> None:
        api: Api = await make_api(trusted_documents="enforce", trusted_documents_file=manifest)
        plan = "7d9f3c34-0000-4000-8000-000000000000"

        answer = await api.client.get(
            f"/api/v1/plans/{plan}/sessions/{plan}/time-crunch",
            headers={"authorization": f"Bearer {api.token('mia')}"},
        )

        assert answer.json()["error"]["code"] == "plan_not_found"


class TestPersisted:
    @pytest.mark.parametrize("method", ["POST", "GET"])
    async def test_a_hash_is_enough_once_the_text_was_sent(self, make: Any, method: str) -> None:
        api = await make()
        text = "query Mine { hello }"

        unknown = await send(api, method=method, extensions=persisted(text))
        sent = await send(api, method=method, query=text, extensions=persisted(text))
        known = await send(api, method=method, extensions=persisted(text))

        [error] = unknown.json()["errors"]
        assert (error["message"], error["extensions"]["code"]) == (
            "PersistedQueryNotFound",
            "PERSISTED_QUERY_NOT_FOUND",
        )
        assert sent.json() == known.json() == {"data": {"hello": "world"}}

    async def test_a_hash_of_another_text_is_refused_and_not_kept(self, make: Any) -> None:
        api = await make()

        refused = await send(api, query="{ hello }", extensions=persisted("query Victim { hello }"))

        assert (refused.status_code, code_of(refused)) == (400, "persisted_query_mismatch")
        assert code_of(await send(api, extensions=persisted("query Victim { hello }"))) == (
            "PERSISTED_QUERY_NOT_FOUND"
        )

    async def test_a_wrong_document_takes_no_place(self, make: Any) -> None:
        api = await make()
        await send(api, query="{ nothing }", extensions=persisted("{ nothing }"))

        assert code_of(await send(api, extensions=persisted("{ nothing }"))) == "PERSISTED_QUERY_NOT_FOUND"

    async def test_asking_for_an_unknown_hash_is_no_offence(self, make: Any) -> None:
        api = await make(rate_refusals_per_minute=1)

        codes = {code_of(await send(api, extensions=persisted(f"{{ a{n} }}"))) for n in range(5)}

        assert codes == {"PERSISTED_QUERY_NOT_FOUND"}

    def test_what_is_kept_has_a_bound_and_the_last_used_stay(self) -> None:
        documents = KnownDocuments({}, "off", EdgeMetrics(CollectorRegistry()))
        texts = [f"# {number} {'x' * 100_000}" for number in range(MOST_BYTES_KEPT // 100_000 + 10)]
        for text in texts:
            documents.keep(Known(text, True, new_hash=hash_of(text)))
            documents.resolve(GraphQLRequest("", sha256_hash=hash_of(texts[0])))

        assert sum(len(each) for each in documents._kept.values()) <= MOST_BYTES_KEPT
        assert documents.resolve(GraphQLRequest("", sha256_hash=hash_of(texts[0]))).text == texts[0]
        assert hash_of(texts[1]) not in documents._kept


class TestCopiesOfAnswers:
    @pytest.mark.parametrize("name", [{"documentId": "hello"}, {"extensions": persisted(HELLO)}])
    async def test_a_client_may_ask_whether_its_copy_still_holds(
        self, make: Any, name: dict[str, Any]
    ) -> None:
        api = await make()
        first = await send(api, method="GET", **name)
        etag = first.headers["etag"]

        same = await send(api, method="GET", headers={"if-none-match": f'"other", {etag}'}, **name)
        other = await send(api, method="GET", headers={"if-none-match": 'W/"other"'}, **name)

        assert first.headers["cache-control"] == "private, no-cache"
        assert {"Accept", "Authorization"} <= set(first.headers["vary"].split(", "))
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
        assert (other.status_code, other.json()) == (200, {"data": {"hello": "world"}})

    async def test_another_answer_has_another_tag(self, make: Any) -> None:
        api = await make()
        tags = [
            (await send(api, method="GET", documentId=hash_of(ECHO), variables={"t": each})).headers["etag"]
            for each in "aab"
        ]

        assert tags[0] == tags[1] != tags[2]

    @pytest.mark.parametrize(
        ("method", "body"),
        [
            ("GET", {"query": HELLO}),
            ("POST", {"documentId": "hello"}),
            ("GET", {"documentId": hash_of(ECHO), "variables": {"t": None}}),
            ("GET", {"documentId": "unknown"}),
        ],
    )
    async def test_nothing_else_is_kept(self, make: Any, method: str, body: dict[str, Any]) -> None:
        answer = await send(await make(), method=method, **body)

        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', None])
async def test_a_manifest_that_is_none_stops_the_start(
    make_api: MakeApi, tmp_path: Path, text: str | None
) -> None:

    path = tmp_path / "manifest.json"
    if text is not None:
        path.write_text(text)

    with pytest.raises(SettingsError, match="TRUSTED_DOCUMENTS_FILE"):
        await make_api(trusted_documents_file=path)
