"""Tokens by which another service knows that it is we who call."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm
from jwt.utils import base64url_encode

ALGORITHM = "EdDSA"
LIFETIME_SECONDS = 60
ISSUER = "taper"
SUBJECT = "service:taper"


def read_signing_key(pem: str) -> Ed25519PrivateKey:
    r"""``pem`` may have ``\n`` for its line ends, as in an environment variable.

    ValueError, which says nothing of the key, for any other text.
    """
    try:
        key = load_pem_private_key(pem.replace("\\n", "\n").encode(), password=None)
    except (ValueError, TypeError):
        raise ValueError("it is not a private key in PEM form without a password") from None
    except Exception:  # what the library makes of a kind of key that it does not know
        raise ValueError("it is not a private key that can be used") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("it is not an Ed25519 key")
    return key


class ServiceTokens:
    """Each call has a token of its own, for one audience and one minute: one that leaks is soon worthless."""

    def __init__(
        self, key: Ed25519PrivateKey, *, audience: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._key = key
        self._audience = audience
        self._clock = clock
        self._headers = {"kid": key_id(self.public_jwk())}

    def token(self) -> str:
        now_seconds = int(self._clock())
        claims = {
            "iss": ISSUER,
            "sub": SUBJECT,
            "aud": self._audience,
            "iat": now_seconds,
            "exp": now_seconds + LIFETIME_SECONDS,
            "jti": uuid4().hex,
        }
        return jwt.encode(claims, self._key, ALGORITHM, headers=self._headers)

    def public_jwk(self) -> dict[str, Any]:
        """The key by which the other service verifies our tokens."""
        return OKPAlgorithm.to_jwk(self._key.public_key(), as_dict=True)


def key_id(public_jwk: dict[str, Any]) -> str:
    """The key's own thumbprint [RFC 7638], so that both sides name it alike without agreeing on a name."""
    required = {name: public_jwk[name] for name in ("crv", "kty", "x")}
    canonical = json.dumps(required, separators=(",", ":"), sort_keys=True)
    return base64url_encode(sha256(canonical.encode()).digest()).decode()
