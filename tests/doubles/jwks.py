"""An identity provider: it publishes keys and signs tokens with them."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.doubles.server import LocalServer, Request

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def new_key(algorithm: str) -> PrivateKey:
    if algorithm == "RS256":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if algorithm == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


class IdentityProvider(LocalServer):
    """``publish`` puts a key in the set, ``sign`` makes a token with any key, published or not.

    ``answer`` replaces the set by other bytes, ``status`` its status; ``silent`` answers nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.status = 200
        self.answer: bytes | None = None
        self.silent = False
        self.delay_seconds = 0.0
        self.fetches = 0
        self.keys: dict[str, dict[str, Any]] = {}

    def publish(self, key_id: str, key: PrivateKey, algorithm: str, **more: Any) -> None:
        public = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
        self.keys[key_id] = {**public, "kid": key_id, "alg": algorithm, "use": "sig", **more}

    def sign(self, payload: dict[str, Any], key: PrivateKey, algorithm: str, key_id: str | None) -> str:
        return jwt.encode(payload, key, algorithm, headers={"kid": key_id} if key_id is not None else None)

    def get(self, request: Request) -> None:
        self.fetches += 1
        if self.silent:
            self.stopping.wait()
            return
        time.sleep(self.delay_seconds)
        body = self.answer
        if body is None:
            body = json.dumps({"keys": list(self.keys.values())}).encode()
        request.reply(self.status, body)
