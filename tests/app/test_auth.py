"""Who calls: every token that is not good is told why, and none of them stops the next request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest

from db.seed import DEMO
from tests.app.api import SECRET, Api, code_of
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema
from tests.doubles.jwks import IdentityProvider, new_key


@pytest.fixture
async def api(make_api: MakeApi) -> Api:
    made: Api = await make_api(schema=small_schema(Happenings()))
    return made


async def test_a_good_token_is_its_person(api: Api) -> None:
    answer = await api.post("{ who }", token=api.token("mia"))

    assert answer.json() == {"data": {"who": "Mia Halvorsen"}}


async def test_without_a_token_one_is_nobody_and_the_guards_decide(api: Api) -> None:
    assert (await api.post("{ who }")).json() == {"data": {"who": "nobody"}}


async def test_a_service_acts_for_its_organization(api: Api) -> None:
    token = api.token("service:reports", organization_id=DEMO.organization)

    assert (await api.post("{ who }", token=token)).json() == {"data": {"who": "reports"}}


BAD: dict[str, Callable[[Api], str]] = {
    "expired": lambda api: api.token(lifetime=timedelta(minutes=-1)),
    "not_yet_valid": lambda api: _signed(api, nbf=int(api.clock().timestamp()) + 600),
    "wrong_audience": lambda api: api.token(audience="another-service"),
    "wrong_issuer": lambda api: api.token(issuer="somebody-else"),
    "bad_signature": lambda api: api.token(secret="another secret, just as long as it has to be"),
    "missing_claim": lambda api: _signed(api, sub=None),
    "algorithm": lambda api: jwt.encode({"sub": "x"}, "", algorithm="none"),
    "unknown_subject": lambda api: api.token(str(uuid4())),
    "malformed": lambda _: "not-a-token",
}


@pytest.mark.parametrize("reason", BAD)
async def test_a_bad_token_is_401_with_its_reason_and_a_challenge(api: Api, reason: str) -> None:
    answer = await api.post("{ who }", token=BAD[reason](api))

    assert (answer.status_code, code_of(answer)) == (401, "unauthorized")
    assert answer.json()["errors"][0]["extensions"]["reason"] == reason
    assert answer.headers["www-authenticate"] == (
        f'Bearer realm="taper", error="invalid_token", error_description="{reason}"'
    )
    assert (await api.post("{ who }", token=api.token())).status_code == 200


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Basic bWlhOnB3", "bearer\tx", "Bearer a b c", "", "Bearer " + "x" * 20_000],
)
async def test_a_header_that_holds_no_token_is_malformed(api: Api, header: str) -> None:
    answer = await api.post("{ who }", authorization=header)

    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["reason"] == "malformed"


async def test_two_tokens_are_one_too_many(api: Api) -> None:
    answer = await api.client.post(
        "/graphql",
        json={"query": "{ who }"},
        headers=[
            ("authorization", f"Bearer {api.token()}"),
            ("authorization", f"Bearer {api.token('coach')}"),
        ],
    )

    assert answer.status_code == 401


async def test_the_role_is_the_stored_one_whatever_the_token_says(make_api: MakeApi) -> None:
    api: Api = await make_api()
    token = _signed(api, role="admin")

    answer = await api.post("{ viewer { role } }", token=token)

    assert answer.json() == {"data": {"viewer": {"role": "athlete"}}}


async def test_a_token_of_another_organization_is_for_nobody_here(api: Api) -> None:
    token = api.token("mia", organization_id=DEMO.other_organization)

    answer = await api.post("{ who }", token=token)

    assert answer.json()["errors"][0]["extensions"]["reason"] == "unknown_subject"


async def test_keys_that_cannot_be_had_are_our_fault_and_worth_another_try(make_api: MakeApi) -> None:
    key = new_key("EdDSA")
    with IdentityProvider() as issuer:
        issuer.publish("k1", key, "EdDSA")
        issuer.status = 500
        api: Api = await make_api(schema=small_schema(Happenings()), jwt_secret=None, jwt_jwks_url=issuer.url)
        token = issuer.sign(_claims(api), key, "EdDSA", "k1")

        answer = await api.post("{ who }", token=token)

        assert (answer.status_code, code_of(answer)) == (503, "unavailable")
        assert answer.headers["retry-after"] == "5"
        assert (await api.post("{ who }")).status_code == 200


async def test_published_keys_are_as_good_as_a_secret(make_api: MakeApi) -> None:
    key = new_key("EdDSA")
    with IdentityProvider() as issuer:
        issuer.publish("k1", key, "EdDSA")
        api: Api = await make_api(schema=small_schema(Happenings()), jwt_secret=None, jwt_jwks_url=issuer.url)

        answer = await api.post("{ who }", token=issuer.sign(_claims(api), key, "EdDSA", "k1"))

        assert answer.json() == {"data": {"who": "Mia Halvorsen"}}


def _claims(api: Api, **changes: Any) -> dict[str, Any]:
    now = int(api.clock().timestamp())
    settings = api.application.settings
    claims = {
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "sub": str(DEMO.athlete),
        "iat": now,
        "exp": now + 600,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def _signed(api: Api, **changes: Any) -> str:
    return jwt.encode(_claims(api, **changes), SECRET, algorithm="HS256")
