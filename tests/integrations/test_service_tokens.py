"""Our tokens for other services: what they say, and which keys may sign them."""

from __future__ import annotations

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from jwt.types import Options

from integrations.service_tokens import LIFETIME_SECONDS, ServiceTokens, key_id, read_signing_key

NOW = 1_800_000_000.5


def pem_of(
    key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    encryption: KeySerializationEncryption | None = None,
) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption()).decode()


def test_a_token_is_for_one_audience_and_one_minute_and_no_two_are_alike() -> None:
    tokens = ServiceTokens(ed25519.Ed25519PrivateKey.generate(), audience="planning", clock=lambda: NOW)
    key = jwt.PyJWK(tokens.public_jwk(), "EdDSA")

    options: Options = {"verify_exp": False, "verify_iat": False}

    first, second = (
        jwt.decode(tokens.token(), key, ["EdDSA"], audience="planning", options=options) for _ in range(2)
    )

    assert first.pop("jti") != second.pop("jti")
    assert first == {
        "iss": "taper",
        "sub": "service:taper",
        "aud": "planning",
        "iat": 1_800_000_000,
        "exp": 1_800_000_000 + LIFETIME_SECONDS,
    }


def test_the_public_key_holds_no_private_part_and_the_token_names_it() -> None:
    tokens = ServiceTokens(ed25519.Ed25519PrivateKey.generate(), audience="planning")

    assert "d" not in tokens.public_jwk()
    assert jwt.get_unverified_header(tokens.token())["kid"] == key_id(tokens.public_jwk())


def test_the_name_of_a_key_is_the_standard_s_own_example() -> None:
    # RFC 8037, appendix A.3
    example = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

    assert key_id({**example, "use": "sig"}) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_key_is_read_from_one_line_as_well() -> None:
    key = ed25519.Ed25519PrivateKey.generate()

    for pem in (pem_of(key), pem_of(key).replace("\n", "\\n")):
        assert read_signing_key(pem).public_key() == key.public_key()


@pytest.mark.parametrize(
    "pem",
    [
        "",
        "secret",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
        pem_of(ec.generate_private_key(ec.SECP256R1())),
        pem_of(rsa.generate_private_key(65537, 2048)),
        pem_of(ed25519.Ed25519PrivateKey.generate(), BestAvailableEncryption(b"secret")),
    ],
)
def test_any_other_text_is_refused_without_a_word_of_it(pem: str) -> None:
    with pytest.raises(ValueError, match=r"it is not an? .*key") as refused:
        read_signing_key(pem)

    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
