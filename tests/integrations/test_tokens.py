"""Tokens signed with a shared secret: what is let in, and what is refused with which reason."""

from __future__ import annotations

import base64
import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.jwks import Jwks
from integrations.tokens import Claims, Reason, TokenRefused, Tokens, issue_development_token
from tests.integrations.helpers import Log

SECRET = "a secret of more than thirty-two bytes"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANNA = "018f0000-0000-7000-8000-00000000000a"
CLUB = UUID("018f0000-0000-7000-8000-0000000000ff")
GOOD: dict[str, Any] = {
    "iss": "https://id.example",
    "aud": "taper",
    "sub": ANNA,
    "org": str(CLUB),
    "exp": int(NOW.timestamp()) + 600,
}


def tokens_of(secret: str = SECRET) -> Tokens:
    return Tokens(issuer="https://id.example", audience="taper", secret=secret, log=Log().logger)


def token_with(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """A good token, but for the claims given; None leaves one out."""
    payload = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyJWT warns of the short keys that some tests are about
        return jwt.encode(payload, secret, algorithm)


async def reason_for(token: str, now: datetime = NOW, tokens: Tokens | None = None) -> Reason:
    with pytest.raises(TokenRefused) as refused:
        await (tokens or tokens_of()).verify(token, now)
    return refused.value.reason


def handmade(header: object, payload: object, signature: bytes = b"x") -> str:
    parts = [json.dumps(part).encode() if not isinstance(part, bytes) else part for part in (header, payload)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, signature))


async def test_a_person_is_let_in_with_what_the_token_says() -> None:
    claims = await tokens_of().verify(token_with(scope="plans:read plans:write", role="coach"), NOW)

    assert claims == Claims(
        subject=ANNA,
        kind="person",
        person_id=UUID(ANNA),
        service_name=None,
        organization_id=CLUB,
        scopes=frozenset({"plans:read", "plans:write"}),
        role_hint="coach",
        expires_at=NOW + timedelta(minutes=10),
    )


async def test_a_service_is_let_in_by_its_name() -> None:
    claims = await tokens_of().verify(token_with(sub="service:plan-generator"), NOW)

    assert (claims.kind, claims.service_name, claims.person_id) == ("service", "plan-generator", None)
    assert claims.organization_id == CLUB


async def test_a_service_must_say_for_which_organization_it_acts_and_a_person_need_not() -> None:
    assert await reason_for(token_with(sub="service:plan-generator", org=None)) == Reason.MISSING_CLAIM

    assert (await tokens_of().verify(token_with(org=None), NOW)).organization_id is None


async def test_no_scope_narrows_nothing_and_an_empty_one_permits_nothing() -> None:
    assert (await tokens_of().verify(token_with(), NOW)).scopes is None
    assert (await tokens_of().verify(token_with(scope=""), NOW)).scopes == frozenset()


async def test_a_token_for_several_audiences_is_good_if_we_are_one() -> None:
    assert (await tokens_of().verify(token_with(aud=["other", "taper"]), NOW)).subject == ANNA


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "another"}, Reason.WRONG_AUDIENCE),
        ({"aud": ["another", "yet-another"]}, Reason.WRONG_AUDIENCE),
        ({"aud": 7}, Reason.WRONG_AUDIENCE),
        ({"iss": "https://evil.example"}, Reason.WRONG_ISSUER),
        ({"exp": None}, Reason.MISSING_CLAIM),
        ({"aud": None}, Reason.MISSING_CLAIM),
        ({"iss": None}, Reason.MISSING_CLAIM),
        ({"sub": None}, Reason.MISSING_CLAIM),
        ({"exp": "tomorrow"}, Reason.MALFORMED),
        ({"exp": True}, Reason.MALFORMED),
        ({"exp": float("nan")}, Reason.MALFORMED),
        ({"exp": float("inf")}, Reason.MALFORMED),
        ({"exp": 10**400}, Reason.MALFORMED),
        ({"exp": -1}, Reason.MALFORMED),
        ({"nbf": "now"}, Reason.MALFORMED),
        ({"sub": "anna"}, Reason.MALFORMED),
        ({"sub": "{" + ANNA + "}"}, Reason.MALFORMED),
        ({"sub": "service:"}, Reason.MALFORMED),
        ({"sub": "service:Näme\n"}, Reason.MALFORMED),
        ({"org": "the club"}, Reason.MALFORMED),
        ({"org": [str(CLUB)]}, Reason.MALFORMED),
        ({"scope": ["plans:read"]}, Reason.MALFORMED),
        ({"role": 1}, Reason.MALFORMED),
    ],
)
async def test_a_wrong_claim_is_refused_with_its_reason(claims: dict[str, Any], reason: Reason) -> None:
    assert await reason_for(token_with(**claims)) == reason


async def test_a_token_ends_thirty_seconds_after_its_expiry_and_not_before() -> None:
    token = token_with(exp=int(NOW.timestamp()))

    assert await tokens_of().verify(token, NOW + timedelta(seconds=29))
    assert await reason_for(token, NOW + timedelta(seconds=30)) == Reason.EXPIRED


@pytest.mark.parametrize("claim", ["nbf", "iat"])
async def test_a_token_begins_thirty_seconds_before_its_start_and_not_before(claim: str) -> None:
    claims: dict[str, Any] = {claim: int(NOW.timestamp())}
    token = token_with(**claims)

    assert await tokens_of().verify(token, NOW - timedelta(seconds=30))
    assert await reason_for(token, NOW - timedelta(seconds=31)) == Reason.NOT_YET_VALID


async def test_another_secret_or_a_changed_payload_is_a_bad_signature() -> None:
    head, _, signature = token_with().split(".")
    _, payload, _ = token_with(sub="service:root").split(".")

    assert await reason_for(token_with(secret=SECRET[::-1])) == Reason.BAD_SIGNATURE
    assert await reason_for(f"{head}.{payload}.{signature}") == Reason.BAD_SIGNATURE
    assert await reason_for(f"{head}.{payload}.") == Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "", "HS384", "RS256", "ES256", "EdDSA", None, 1, []]
)
async def test_only_the_one_algorithm_is_taken(algorithm: object) -> None:
    assert await reason_for(handmade({"alg": algorithm}, GOOD)) == Reason.ALGORITHM
    assert await reason_for(handmade({"alg": algorithm}, GOOD, b"")) == Reason.ALGORITHM


async def test_a_stronger_algorithm_with_the_right_secret_is_refused_all_the_same() -> None:
    assert await reason_for(token_with(secret=SECRET * 2, algorithm="HS512")) == Reason.ALGORITHM


@pytest.mark.parametrize(
    "token",
    [
        "", ".", "..", "...", "Bearer x", "a.b.c", "é.é.é", "\ud800.x.y", "a" * 10_000, "\0",
        handmade([], GOOD), handmade(b"[" * 4_000, GOOD), handmade(b"\xff", GOOD),
        handmade({"alg": "HS256", "kid": 7}, GOOD),
        handmade({"alg": "HS256", "crit": ["exp"], "exp": 1}, GOOD),
        handmade({"alg": "HS256", "b64": False, "crit": ["b64"]}, b""),
    ],
)  # fmt: skip
async def test_what_is_no_token_is_malformed(token: str) -> None:
    assert await reason_for(token) == Reason.MALFORMED


@pytest.mark.parametrize("payload", ['"text"', "[]", "7", "{", "[" * 3_000])
async def test_a_signed_payload_that_is_no_object_is_malformed(payload: str) -> None:
    assert await reason_for(jwt.PyJWS().encode(payload.encode(), SECRET, "HS256")) == Reason.MALFORMED


@given(st.one_of(st.text(), st.lists(st.text(), min_size=3, max_size=3).map(".".join)))
async def test_no_text_makes_anything_but_a_refusal(text: str) -> None:
    assert isinstance(await reason_for(text), Reason)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(["alg", "kid", "crit", "b64", "typ", "x"]), JSON | st.just("HS256")),
    st.dictionaries(st.sampled_from([*GOOD, "nbf", "iat", "jti", "scope", "role"]), JSON),
    st.binary(max_size=40),
)
async def test_no_unsigned_token_is_let_in(
    header: dict[str, Any], payload: dict[str, Any], sig: bytes
) -> None:
    assert isinstance(await reason_for(handmade(header, {**GOOD, **payload}, sig)), Reason)


@given(st.dictionaries(st.sampled_from([*GOOD, "nbf", "iat", "jti", "scope", "role"]), JSON))
async def test_a_signed_token_with_any_claims_is_let_in_or_refused(claims: dict[str, Any]) -> None:
    try:
        verified = await tokens_of().verify(
            jwt.PyJWS().encode(json.dumps({**GOOD, **claims}).encode(), SECRET), NOW
        )
    except TokenRefused:
        return
    assert verified.expires_at > NOW - timedelta(seconds=30)
    assert (verified.person_id is None) != (verified.service_name is None)


async def test_a_refusal_says_nothing_of_the_token_itself() -> None:
    log = Log()
    tokens = Tokens(issuer="https://id.example", audience="taper", secret=SECRET, log=log.logger)
    token = token_with(secret=SECRET[::-1], sub="service:private-name")

    with pytest.raises(TokenRefused) as refused:
        await tokens.verify(token, NOW)

    told = f"{refused.value} {log.entries}"
    assert log.named("token refused")[0]["reason"] == "bad_signature"
    assert not any(part in told for part in (*token.split("."), "private-name", SECRET))


async def test_a_development_token_is_let_in_by_the_secret_it_was_made_with_until_it_ends() -> None:
    tokens = Tokens(issuer="taper-development", audience="taper", secret=SECRET, log=Log().logger)
    token = issue_development_token(SECRET, ANNA, CLUB, NOW, timedelta(hours=8), frozenset({"plans:read"}))

    claims = await tokens.verify(token, NOW)

    assert (claims.subject, claims.organization_id, claims.scopes) == (ANNA, CLUB, frozenset({"plans:read"}))
    assert claims.expires_at == NOW + timedelta(hours=8)
    assert await reason_for(token, NOW + timedelta(hours=9), tokens) == Reason.EXPIRED
    assert await reason_for(token) == Reason.WRONG_ISSUER


def test_a_weak_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        tokens_of("short")
    with pytest.raises(ValueError, match="at least 32 bytes"):
        issue_development_token("short", ANNA, CLUB, NOW, timedelta(hours=1))


async def test_there_is_exactly_one_way_to_verify() -> None:
    jwks = Jwks("http://127.0.0.1:1/keys", log=Log().logger)

    for both_or_none in ({}, {"secret": SECRET, "jwks": jwks}):
        with pytest.raises(ValueError, match="exactly one"):
            Tokens(issuer="i", audience="a", log=Log().logger, **both_or_none)  # type: ignore[arg-type]
    await jwks.close()


async def test_a_remembered_token_still_ends_and_still_has_to_be_the_very_same_text() -> None:
    tokens, token = tokens_of(), token_with()

    assert await tokens.verify(token, NOW) == await tokens.verify(token, NOW)
    assert await reason_for(token, NOW + timedelta(seconds=631), tokens) is Reason.EXPIRED
    assert await reason_for(token[:-1] + ("A" if token[-1] != "A" else "B"), NOW, tokens) in (
        Reason.BAD_SIGNATURE,
        Reason.MALFORMED,
    )


async def test_no_more_tokens_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.tokens.MOST_REMEMBERED", 3)
    tokens = tokens_of()
    for n in range(10):
        await tokens.verify(token_with(jti=str(n)), NOW)

    assert len(tokens._verified) == 3
