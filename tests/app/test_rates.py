"""Every caller has a bucket of cost: what is left is told with each answer, and who is out of it waits."""

from __future__ import annotations

import pytest

from app.rates import Caller
from tests.app.api import Api, code_of
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema

TEAMS = "query Teams($n: Int) { viewer { teams(first: $n) { edges { node { id } } } } }"


@pytest.fixture
async def poor(make_api: MakeApi) -> Api:
    """Everybody has 100, and next to nothing comes back."""
    made: Api = await make_api(
        limit_cost=100, rate_burst=100, rate_per_second=1, rate_anonymous_burst=3, rate_anonymous_per_second=1
    )
    return made


async def test_an_answer_tells_what_it_cost_and_what_is_left_in_its_headers(poor: Api) -> None:
    answer = await poor.post(TEAMS, {"n": 10}, token=poor.token("mia"))

    assert "errors" not in answer.json()
    assert answer.headers["x-operation-cost"] == "12"
    assert answer.headers["ratelimit-policy"] == '"cost";q=100;w=100'
    assert answer.headers["ratelimit"] == '"cost";r=88;t=12'
    assert "extensions" not in answer.json()


async def test_who_asks_is_told_it_in_the_answer_too(poor: Api) -> None:
    answer = await poor.client.post(
        "/graphql",
        json={"query": "{ viewer { id } }", "extensions": {"cost": True}},
        headers={"authorization": f"Bearer {poor.token('mia')}"},
    )

    assert answer.json()["extensions"] == {
        "cost": {"requested": 1, "limit": 100, "remaining": 99, "resetSeconds": 1}
    }


async def test_a_bucket_is_spent_to_the_last_and_then_refuses_with_the_time_to_wait(poor: Api) -> None:
    token = poor.token("mia")
    for _ in range(2):
        assert "errors" not in (await poor.post(TEAMS, {"n": 48}, token=token)).json()

    refused = await poor.post(TEAMS, {"n": 48}, token=token)

    assert (refused.status_code, code_of(refused)) == (429, "rate_limited")
    [error] = refused.json()["errors"]
    assert 48 <= int(refused.headers["retry-after"]) <= 50
    assert error["extensions"]["cost"]["requested"] == 50
    assert error["extensions"]["cost"]["remaining"] <= 2
    assert error["extensions"]["outcome"] == "refused"
    assert (await poor.post(TEAMS, {"n": 48}, token=poor.token("coach"))).status_code == 200
    assert await poor.metric("taper_rate_limited_total", caller="signed_in") == 1


async def test_what_cannot_be_afforded_at_all_says_what_it_costs(poor: Api) -> None:
    refused = await poor.post(TEAMS, {"n": 99}, token=poor.token("mia"))

    [error] = refused.json()["errors"]
    assert (error["extensions"]["code"], error["extensions"]["actual"]) == ("operation_too_costly", 101)
    assert (await poor.post(TEAMS, {"n": 98}, token=poor.token("mia"))).headers["x-operation-cost"] == "100"


async def test_who_is_not_signed_in_is_known_by_their_address(poor: Api) -> None:
    for _ in range(3):
        assert (await poor.post("{ __typename }")).status_code == 200

    refused = await poor.post("{ __typename }")

    assert (refused.status_code, code_of(refused)) == (429, "rate_limited")
    assert (await poor.post("{ __typename }", token=poor.token("mia"))).status_code == 200
    assert await poor.metric("taper_rate_limited_total", caller="anonymous") == 1


async def test_the_earlier_routes_are_paid_for_from_the_same_bucket(make_api: MakeApi) -> None:
    api: Api = await make_api(rate_burst=10_000, rate_per_second=1)
    headers = {"authorization": f"Bearer {api.token('mia')}"}
    plan = "7d9f3c34-0000-4000-8000-000000000000"
    path = f"/api/v1/plans/{plan}/sessions/{plan}/time-crunch"
    answers = [await api.client.get(path, headers=headers) for _ in range(120)]

    refused = [each for each in answers if each.status_code == 429]

    assert 0 < len(refused) < 120
    assert {each.json()["error"]["code"] for each in refused} == {"rate_limited"}
    assert all(int(each.headers["retry-after"]) > 0 for each in refused)


async def test_too_many_requests_that_are_none_are_not_looked_at(
    make_api: MakeApi, happenings: Happenings
) -> None:
    api: Api = await make_api(schema=small_schema(happenings), rate_refusals_per_minute=3)
    codes = [code_of(await api.post("{ nothingLikeIt }")) for _ in range(5)]

    assert codes == ["graphql_validation_failed"] * 3 + ["rate_limited"] * 2
    assert code_of(await api.post("{ hello }")) == "rate_limited"


@pytest.fixture
def happenings() -> Happenings:
    return Happenings()


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        (None, "no address", True),
    ],
)
def test_an_address_of_ipv6_is_its_network(one: str | None, other: str, is_same: bool) -> None:
    assert (Caller.of(None, one) == Caller.of(None, other)) is is_same


async def test_a_viewer_is_the_same_from_everywhere_and_no_other(poor: Api) -> None:
    for address in ("192.0.2.1", "192.0.2.2"):
        headers = {"x-forwarded-for": address}
        answer = await poor.post(TEAMS, {"n": 28}, token=poor.token("mia"), **headers)
        remaining = answer.headers["ratelimit"]

    assert remaining.startswith('"cost";r=40')
