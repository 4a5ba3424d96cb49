"""Tokens verified by the public keys of an identity provider: rotation, outages, and keys that lie."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from integrations.jwks import FRESH_SECONDS, RETRY_SECONDS, STALE_SECONDS, Jwks
from integrations.tokens import Reason, TokenRefused, Tokens
from tests.doubles.jwks import IdentityProvider, PrivateKey, new_key
from tests.integrations.helpers import Log
from tests.integrations.test_tokens import ANNA, GOOD, NOW


class Clock:
    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Bench:
    def __init__(self, provider: IdentityProvider) -> None:
        self.provider = provider
        self.clock = Clock()
        self.log = Log()
        self.jwks = Jwks(provider.url + "/keys", log=self.log.logger, clock=self.clock)
        self.tokens = Tokens(issuer=GOOD["iss"], audience="taper", jwks=self.jwks, log=self.log.logger)

    async def outcome(
        self, key: PrivateKey, key_id: str | None = "one", algorithm: str = "RS256", **claims: Any
    ) -> str:
        """ "ok", or the reason for which a token signed so is refused."""
        token = self.provider.sign({**GOOD, **claims}, key, algorithm, key_id)
        return await self.outcome_of(token)

    async def outcome_of(self, token: str) -> str:
        try:
            claims = await self.tokens.verify(token, NOW)
        except TokenRefused as refused:
            return refused.reason.value
        assert claims.subject == ANNA
        return "ok"


@pytest.fixture(scope="module")
def keys() -> dict[str, PrivateKey]:
    return {algorithm: new_key(algorithm) for algorithm in ("RS256", "ES256", "EdDSA")}


@pytest.fixture(scope="module")
def stranger() -> PrivateKey:
    return new_key("RS256")


@pytest.fixture
def provider(keys: dict[str, PrivateKey]) -> Iterator[IdentityProvider]:
    with IdentityProvider() as double:
        double.publish("one", keys["RS256"], "RS256")
        yield double


@pytest.fixture
async def bench(provider: IdentityProvider) -> AsyncIterator[Bench]:
    bench = Bench(provider)
    yield bench
    await bench.tokens.close()


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_is_verified_by_a_published_key_of_each_kind(
    bench: Bench, keys: dict[str, PrivateKey], algorithm: str
) -> None:
    bench.provider.publish("two", keys[algorithm], algorithm)

    assert await bench.outcome(keys[algorithm], "two", algorithm) == "ok"


async def test_the_keys_are_fetched_once_for_many_callers(bench: Bench, keys: dict[str, PrivateKey]) -> None:
    bench.provider.delay_seconds = 0.05

    outcomes = await asyncio.gather(*(bench.outcome(keys["RS256"]) for _ in range(50)))

    assert outcomes == ["ok"] * 50
    assert await bench.outcome(keys["RS256"]) == "ok"
    assert bench.provider.fetches == 1


async def test_a_caller_who_goes_away_does_not_take_the_fetch_along(
    bench: Bench, keys: dict[str, PrivateKey]
) -> None:
    bench.provider.delay_seconds = 0.1
    impatient = asyncio.create_task(bench.outcome(keys["RS256"]))
    patient = asyncio.create_task(bench.outcome(keys["RS256"]))
    await asyncio.sleep(0.03)

    impatient.cancel()

    assert await patient == "ok"
    assert bench.provider.fetches == 1


async def test_another_key_under_a_published_name_is_a_bad_signature(
    bench: Bench, stranger: PrivateKey
) -> None:
    assert await bench.outcome(stranger) == Reason.BAD_SIGNATURE


async def test_a_token_without_a_key_id_is_verified_if_there_is_only_one_key_of_its_kind(
    bench: Bench, keys: dict[str, PrivateKey], stranger: PrivateKey
) -> None:
    assert await bench.outcome(keys["RS256"], key_id=None) == "ok"

    bench.provider.publish("two", stranger, "RS256")
    bench.clock.seconds += FRESH_SECONDS
    assert await bench.outcome(keys["RS256"], key_id=None) == Reason.BAD_SIGNATURE


async def test_a_rotated_key_is_fetched_when_a_token_names_it_and_the_old_one_ends(
    bench: Bench, keys: dict[str, PrivateKey], stranger: PrivateKey
) -> None:
    assert await bench.outcome(keys["RS256"]) == "ok"
    bench.provider.keys.clear()
    bench.provider.publish("two", stranger, "RS256")
    bench.clock.seconds += 1

    outcomes = await asyncio.gather(*(bench.outcome(stranger, "two") for _ in range(10)))

    assert outcomes == ["ok"] * 10
    assert await bench.outcome(keys["RS256"]) == Reason.BAD_SIGNATURE
    assert bench.provider.fetches == 2


async def test_a_withdrawn_key_ends_when_the_keys_are_no_longer_fresh(
    bench: Bench, keys: dict[str, PrivateKey], stranger: PrivateKey
) -> None:
    bench.provider.publish("two", stranger, "RS256")
    assert await bench.outcome(keys["RS256"]) == "ok"
    del bench.provider.keys["one"]

    bench.clock.seconds += FRESH_SECONDS

    assert await bench.outcome(keys["RS256"]) == Reason.BAD_SIGNATURE


async def test_made_up_key_ids_cost_one_fetch_in_thirty_seconds(
    bench: Bench, keys: dict[str, PrivateKey]
) -> None:
    assert await bench.outcome(keys["RS256"]) == "ok"

    for n in range(100):
        bench.clock.seconds += RETRY_SECONDS / 100
        assert await bench.outcome(keys["RS256"], f"made-up-{n}") == Reason.BAD_SIGNATURE
    assert bench.provider.fetches == 2

    bench.clock.seconds += RETRY_SECONDS
    await bench.outcome(keys["RS256"], "made-up-again")
    assert bench.provider.fetches == 3


async def test_in_an_outage_known_keys_serve_on_for_a_day_and_the_provider_is_left_in_peace(
    bench: Bench, keys: dict[str, PrivateKey], stranger: PrivateKey
) -> None:
    assert await bench.outcome(keys["RS256"]) == "ok"
    bench.provider.status = 503

    bench.clock.seconds += FRESH_SECONDS
    assert [await bench.outcome(keys["RS256"]) for _ in range(20)] == ["ok"] * 20
    assert bench.provider.fetches == 2
    assert await bench.outcome(stranger, "two") == Reason.KEYS_UNAVAILABLE, "it may be a new key"

    bench.clock.seconds += RETRY_SECONDS
    assert await bench.outcome(keys["RS256"]) == "ok"
    assert bench.provider.fetches == 3

    bench.clock.seconds += STALE_SECONDS
    assert await bench.outcome(keys["RS256"]) == Reason.KEYS_UNAVAILABLE

    bench.provider.status = 200
    bench.clock.seconds += RETRY_SECONDS
    assert await bench.outcome(keys["RS256"]) == "ok"


async def test_keys_that_were_never_had_are_a_fault_of_ours(
    bench: Bench, keys: dict[str, PrivateKey]
) -> None:
    bench.provider.stop()

    with pytest.raises(TokenRefused) as refused:
        await bench.tokens.verify(bench.provider.sign(GOOD, keys["RS256"], "RS256", "one"), NOW)

    assert refused.value.reason is Reason.KEYS_UNAVAILABLE
    assert refused.value.is_our_fault


async def test_a_provider_that_hangs_costs_one_wait_and_no_more(
    bench: Bench, keys: dict[str, PrivateKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.jwks.FETCH_TIMEOUT_SECONDS", 0.2)
    bench.provider.silent = True

    async with asyncio.timeout(1.0):
        outcomes = [await bench.outcome(keys["RS256"]) for _ in range(20)]

    assert outcomes == [Reason.KEYS_UNAVAILABLE] * 20
    assert bench.provider.fetches == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"keys": []}',
        b'{"keys": [7, {}]}',
        b'{"keys": {"a": 1}}',
        b"[" * 9_000,
    ],
)
async def test_an_answer_without_keys_does_not_replace_the_keys_that_we_have(
    bench: Bench, keys: dict[str, PrivateKey], answer: bytes
) -> None:
    assert await bench.outcome(keys["RS256"]) == "ok"
    bench.provider.answer = answer

    bench.clock.seconds += FRESH_SECONDS

    assert await bench.outcome(keys["RS256"]) == "ok"
    assert bench.log.named("token keys cannot be fetched")


async def test_the_public_key_is_no_secret_with_which_a_token_can_be_signed(
    bench: Bench, keys: dict[str, PrivateKey]
) -> None:
    pem = (
        keys["RS256"]
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    header = jwt.utils.base64url_encode(b'{"alg":"HS256","kid":"one"}')
    signed_part = header + b"." + jwt.utils.base64url_encode(json.dumps(GOOD).encode())
    hmac = jwt.get_algorithm_by_name("HS256").sign(signed_part, pem)

    token = (signed_part + b"." + jwt.utils.base64url_encode(hmac)).decode()

    assert await bench.outcome_of(token) == Reason.ALGORITHM


async def test_a_shared_secret_in_the_key_set_verifies_nothing(bench: Bench) -> None:
    secret = "a secret that somebody published by mistake"
    shared = jwt.utils.base64url_encode(secret.encode()).decode()
    bench.provider.keys["two"] = {"kty": "oct", "kid": "two", "alg": "HS256", "k": shared}

    assert await bench.outcome_of(jwt.encode(GOOD, secret, headers={"kid": "two"})) == Reason.ALGORITHM
    assert await bench.jwks.key("two", "HS256") is None


async def test_a_key_of_one_algorithm_does_not_verify_another(
    bench: Bench, keys: dict[str, PrivateKey]
) -> None:
    bench.provider.publish("two", keys["ES256"], "ES256")
    token = bench.provider.sign(GOOD, keys["RS256"], "RS256", "two")

    assert await bench.outcome_of(token) == Reason.BAD_SIGNATURE


@pytest.mark.filterwarnings("ignore:The RSA key is")
async def test_keys_for_encryption_weak_keys_and_published_private_keys_are_not_used(
    bench: Bench, keys: dict[str, PrivateKey], stranger: PrivateKey
) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  # that is the point
    assert isinstance(stranger, rsa.RSAPrivateKey)
    bench.provider.publish("encryption", stranger, "RS256", use="enc")
    bench.provider.publish("weak", weak, "RS256")
    private = jwt.get_algorithm_by_name("RS256").to_jwk(stranger, as_dict=True)
    bench.provider.keys["private"] = {**private, "kid": "private", "alg": "RS256"}

    assert await bench.outcome(stranger, "encryption") == Reason.BAD_SIGNATURE
    assert await bench.outcome(weak, "weak") == Reason.BAD_SIGNATURE
    assert await bench.outcome(stranger, "private") == Reason.BAD_SIGNATURE
    assert await bench.outcome(keys["RS256"]) == "ok"


async def test_a_client_that_was_lent_is_not_closed(provider: IdentityProvider) -> None:
    async with httpx2.AsyncClient() as client:
        await Jwks(provider.url, log=Log().logger, client=client).close()

        assert not client.is_closed
