"""Pages of other origins: which may ask, what they may read, and what a page of ours tells its browser."""

from __future__ import annotations

import pytest

from tests.app.api import Api, code_of
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema

OURS, THEIRS = "https://app.example.com", "https://evil.example"


@pytest.fixture
async def api(make_api: MakeApi) -> Api:
    made: Api = await make_api(
        schema=small_schema(Happenings()),
        cors_origins=OURS,
        rate_anonymous_burst=1,
        rate_anonymous_per_second=1,
    )
    return made


async def test_a_page_of_a_named_origin_may_ask_and_read_what_clients_act_on(api: Api) -> None:
    answer = await api.post("{ hello }", origin=OURS)

    assert answer.headers["access-control-allow-origin"] == OURS
    exposed = {each.strip() for each in answer.headers["access-control-expose-headers"].split(",")}
    assert {"retry-after", "ratelimit", "x-operation-cost", "etag"} <= exposed
    refused = await api.post("{ hello }", origin=OURS)
    assert (code_of(refused), refused.headers["access-control-allow-origin"]) == ("rate_limited", OURS)


async def test_a_page_of_another_origin_is_told_nothing(api: Api) -> None:
    answer = await api.post("{ hello }", origin=THEIRS)
    leave = await api.client.options(
        "/graphql",
        headers={"origin": THEIRS, "access-control-request-method": "POST"},
    )

    assert "access-control-allow-origin" not in answer.headers
    assert leave.status_code == 400
    assert "access-control-allow-origin" not in leave.headers


@pytest.mark.parametrize("header", ["authorization", "content-type", "x-requested-with", "idempotency-key"])
async def test_leave_is_given_for_the_headers_of_clients(api: Api, header: str) -> None:
    leave = await api.client.options(
        "/graphql",
        headers={
            "origin": OURS,
            "access-control-request-method": "POST",
            "access-control-request-headers": header,
        },
    )

    assert (leave.status_code, leave.headers["access-control-allow-origin"]) == (200, OURS)


async def test_without_the_setting_no_other_origin_may_read(make_api: MakeApi) -> None:
    api: Api = await make_api(schema=small_schema(Happenings()))

    assert "access-control-allow-origin" not in (await api.post("{ hello }", origin=OURS)).headers


@pytest.mark.parametrize(("scheme", "is_secure"), [("https", True), ("http", False)])
async def test_a_page_is_guarded_by_its_headers(make_api: MakeApi, scheme: str, is_secure: bool) -> None:
    api: Api = await make_api(graphiql="on")

    page = await api.client.get(f"{scheme}://localhost:8000/graphql", headers={"accept": "text/html"})

    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert ("strict-transport-security" in page.headers) is is_secure
