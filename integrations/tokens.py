"""Bearer tokens: who calls, on whose word, and until when."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import jwt
from structlog.typing import FilteringBoundLogger

from integrations.jwks import ALGORITHMS as PUBLIC_KEY_ALGORITHMS
from integrations.jwks import Jwks, KeysUnavailable

LEEWAY_SECONDS = 30
SHORTEST_SECRET_BYTES = 32
LONGEST_TOKEN_CHARACTERS = 8_192
MOST_REMEMBERED = 2_000
DEVELOPMENT_ISSUER = "taper-development"
DEVELOPMENT_AUDIENCE = "taper"

_SHARED_KEY_ALGORITHM = "HS256"
_SERVICE = re.compile(r"service:([a-z0-9][a-z0-9._-]{0,62})")
_END_OF_TIME_SECONDS = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
_REQUIRED = ("exp", "aud", "iss", "sub")


class Reason(StrEnum):
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_ISSUER = "wrong_issuer"
    BAD_SIGNATURE = "bad_signature"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    MISSING_CLAIM = "missing_claim"
    KEYS_UNAVAILABLE = "keys_unavailable"


class TokenRefused(Exception):
    """``reason`` is for the caller; ``detail`` for the log, and never holds a part of the token."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail

    @property
    def is_our_fault(self) -> bool:
        """The token may well be good: ask to try again, do not ask to sign in."""
        return self.reason is Reason.KEYS_UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. ``scopes`` None: it does not narrow what the role may do.

    ``role_hint`` is what the issuer believes; what counts is the role that we have stored.
    """

    subject: str
    kind: Literal["person", "service"]
    person_id: UUID | None
    service_name: str | None
    organization_id: UUID | None
    scopes: frozenset[str] | None
    role_hint: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Verified:
    """A token whose signature was found to be right, by this very key.

    Its times are good from ``begins`` until ``ends``, leeway included.
    """

    algorithm: str
    key_id: str | None
    key: jwt.PyJWK | str
    payload: Mapping[str, Any]
    claims: Claims
    begins: datetime
    ends: datetime


class Tokens:
    """Verifies tokens of one issuer for one audience, by a shared secret or by the issuer's public keys.

    Exactly one of the two, so that no token can choose how it is verified.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        log: FilteringBoundLogger,
        secret: str | None = None,
        jwks: Jwks | None = None,
        algorithms: frozenset[str] | None = None,
    ) -> None:
        """``algorithms`` narrows those that the kind of key permits."""
        self._keys: str | Jwks
        if secret is not None and jwks is None:
            self._keys, self._algorithms = _strong(secret), frozenset({_SHARED_KEY_ALGORITHM})
        elif jwks is not None and secret is None:
            self._keys, self._algorithms = jwks, PUBLIC_KEY_ALGORITHMS
        else:
            raise ValueError("tokens are verified by a secret or by a JWKS address: set exactly one")
        if algorithms is not None:
            permitted, self._algorithms = self._algorithms, self._algorithms & algorithms
            if not self._algorithms:
                raise ValueError(f"with this kind of key, one of {', '.join(sorted(permitted))} is needed")
        self._issuer = issuer
        self._audience = audience
        self._log = log
        self._verified: OrderedDict[str, _Verified] = OrderedDict()

    async def verify(self, token: str, now: datetime) -> Claims:
        """The claims of a good token; ``TokenRefused`` for any other text whatsoever.

        ``now`` is aware. It may be 30 s past the expiry or before the start: clocks differ.
        """
        try:
            known = self._verified.get(token)
            if known is not None and await self._key(known.algorithm, known.key_id) is known.key:
                self._verified.move_to_end(token)
                if not known.begins <= now < known.ends:
                    _check_times(known.payload, now)  # says which of them it is
                return known.claims
            algorithm, key_id = self._header(token)
            key = await self._key(algorithm, key_id)
            payload = self._payload(token, key, algorithm)
            claims = _claims(payload, now)
            self._remember(token, _Verified(algorithm, key_id, key, payload, claims, *_times(payload)))
            return claims
        except TokenRefused as refusal:
            self._log.info("token refused", reason=refusal.reason.value, detail=refusal.detail)
            raise

    def at_hand(self, token: str, now: datetime) -> Claims | None:
        """As ``verify``, of a token that it has verified and that is good without asking anybody; or None."""
        known = self._verified.get(token)
        if known is None or not known.begins <= now < known.ends:
            return None
        keys = self._keys
        key = keys if isinstance(keys, str) else keys.at_hand(known.key_id, known.algorithm)
        if key is not known.key:
            return None
        self._verified.move_to_end(token)
        return known.claims

    async def close(self) -> None:
        if isinstance(self._keys, Jwks):
            await self._keys.close()

    def _remember(self, token: str, verified: _Verified) -> None:
        """The signature of a text stays good for as long as the key does. Its times are judged each time."""
        self._verified[token] = verified
        while len(self._verified) > MOST_REMEMBERED:
            self._verified.popitem(last=False)

    def _header(self, token: str) -> tuple[str, str | None]:
        if len(token) > LONGEST_TOKEN_CHARACTERS:
            raise TokenRefused(Reason.MALFORMED, "too long")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:  # ValueError: lone surrogates
            raise TokenRefused(Reason.MALFORMED, type(error).__name__) from error
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            raise TokenRefused(Reason.ALGORITHM, f"not one of {', '.join(sorted(self._algorithms))}")
        return algorithm, header.get("kid")

    async def _key(self, algorithm: str, key_id: str | None) -> jwt.PyJWK | str:
        if isinstance(self._keys, str):
            return self._keys
        try:
            key = await self._keys.key(key_id, algorithm)
        except KeysUnavailable as error:
            raise TokenRefused(Reason.KEYS_UNAVAILABLE, str(error)) from error
        if key is None:
            raise TokenRefused(Reason.BAD_SIGNATURE, "signed with a key that the issuer does not publish")
        return key

    def _payload(self, token: str, key: jwt.PyJWK | str, algorithm: str) -> Mapping[str, Any]:
        try:
            payload: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=self._issuer,
                audience=self._audience,
                # Times are checked against our own "now" below; PyJWT would read the clock.
                options={
                    "require": list(_REQUIRED),
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.MissingRequiredClaimError as error:
            raise TokenRefused(Reason.MISSING_CLAIM, error.claim) from error
        except jwt.InvalidAudienceError as error:
            raise TokenRefused(Reason.WRONG_AUDIENCE) from error
        except jwt.InvalidIssuerError as error:
            raise TokenRefused(Reason.WRONG_ISSUER) from error
        except jwt.InvalidSignatureError as error:
            raise TokenRefused(Reason.BAD_SIGNATURE) from error
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise TokenRefused(Reason.MALFORMED, type(error).__name__) from error
        return payload


def issue_development_token(
    secret: str,
    subject: str,
    organization_id: UUID | None,
    now: datetime,
    lifetime: timedelta,
    scopes: frozenset[str] | None = None,
    *,
    issuer: str = DEVELOPMENT_ISSUER,
    audience: str = DEVELOPMENT_AUDIENCE,
) -> str:
    """A token for local work, for the command line alone: no operation of the API hands one out."""
    _strong(secret)
    payload: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    if organization_id is not None:
        payload["org"] = str(organization_id)
    if scopes is not None:
        payload["scope"] = " ".join(sorted(scopes))
    return jwt.encode(payload, secret, algorithm=_SHARED_KEY_ALGORITHM)


def _claims(payload: Mapping[str, Any], now: datetime) -> Claims:
    expires_at = _check_times(payload, now)
    subject: str = payload["sub"]  # PyJWT has seen that it is text
    service = _SERVICE.fullmatch(subject)
    organization_id = _uuid("org", payload["org"]) if payload.get("org") is not None else None
    if service is not None and organization_id is None:
        raise TokenRefused(Reason.MISSING_CLAIM, "org")
    person_id = _uuid("sub", subject) if service is None else None
    return Claims(
        subject=subject if service is not None else str(person_id),
        kind="person" if service is None else "service",
        person_id=person_id,
        service_name=service[1] if service is not None else None,
        organization_id=organization_id,
        scopes=_scopes(payload),
        role_hint=_text(payload, "role"),
        expires_at=expires_at,
    )


def _check_times(payload: Mapping[str, Any], now: datetime) -> datetime:
    """When it expires; ``TokenRefused`` if that is past, or if it has not begun."""
    expires_at = _time(payload, "exp")
    if now >= expires_at + timedelta(seconds=LEEWAY_SECONDS):
        raise TokenRefused(Reason.EXPIRED, f"at {expires_at.isoformat()}")
    for claim in ("nbf", "iat"):
        if claim in payload and now < _time(payload, claim) - timedelta(seconds=LEEWAY_SECONDS):
            raise TokenRefused(Reason.NOT_YET_VALID, claim)
    return expires_at


def _times(payload: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """From when until when ``_check_times`` is content."""
    leeway = timedelta(seconds=LEEWAY_SECONDS)
    begins = [_time(payload, claim) - leeway for claim in ("nbf", "iat") if claim in payload]
    return max(begins, default=datetime.min.replace(tzinfo=UTC)), _time(payload, "exp") + leeway


def _time(payload: Mapping[str, Any], claim: str) -> datetime:
    seconds = payload[claim]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TokenRefused(Reason.MALFORMED, f"{claim} is no number")
    # Python's JSON knows NaN, Infinity and integers without an end; none of them passes this comparison.
    if not 0 <= seconds < _END_OF_TIME_SECONDS:
        raise TokenRefused(Reason.MALFORMED, f"{claim} is no date")
    return datetime.fromtimestamp(seconds, UTC)


def _uuid(claim: str, value: object) -> UUID:
    try:
        parsed = UUID(value) if isinstance(value, str) else None
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != str(value).lower():  # UUID() also reads braces, URNs, no hyphens
        raise TokenRefused(Reason.MALFORMED, f"{claim} is no UUID")
    return parsed


def _scopes(payload: Mapping[str, Any]) -> frozenset[str] | None:
    """RFC 8693: one text, scopes parted by spaces. An empty one permits nothing; without one, None."""
    scope = _text(payload, "scope")
    return None if scope is None else frozenset(scope.split())


def _text(payload: Mapping[str, Any], claim: str) -> str | None:
    value = payload.get(claim)
    if value is not None and not isinstance(value, str):
        raise TokenRefused(Reason.MALFORMED, f"{claim} is no text")
    return value


def _strong(secret: str) -> str:
    if len(secret.encode()) < SHORTEST_SECRET_BYTES:
        raise ValueError(f"the token secret must have at least {SHORTEST_SECRET_BYTES} bytes")
    return secret
