"""The kinds of value that a setting can have, and why one is refused."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from integrations.service_tokens import read_signing_key

SHORTEST_SECRET_BYTES = 32  # RFC 7518, 3.2: an HS256 key is at least as long as the hash
ALGORITHMS = ("HS256", "RS256", "ES256", "EdDSA")


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _split(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def check_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises for a port that is no number
    except ValueError as error:
        raise ValueError(f"{url} is not an address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url} is not an http address")
    return url


def is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent there."""
    parts = urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("localhost", "127.0.0.1", "::1")


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        if urlsplit(check_address(origin))._replace(scheme="", netloc="").geturl():
            raise ValueError(f"{origin} has more than scheme, host and port")
    return origins


def _check_database_url(secret: SecretStr) -> SecretStr:
    # The messages never hold the address: the password is in it.
    parts = urlsplit(secret.get_secret_value())
    if parts.scheme not in ("postgresql", "postgres", "postgresql+asyncpg"):
        raise ValueError("it does not begin with postgresql://")
    try:
        parts.port  # noqa: B018
    except ValueError:
        hint = "a # / ? or @ in the password is written %23 %2F %3F or %40"
        raise ValueError(f"its port is not a number ({hint})") from None
    if not parts.path.strip("/"):
        raise ValueError("it names no database")
    return secret


def _check_signing_secret(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().encode()) < SHORTEST_SECRET_BYTES:
        raise ValueError("it is too short to sign with")
    return secret


def _check_signing_key(secret: SecretStr) -> SecretStr:
    read_signing_key(secret.get_secret_value())
    return secret


def _check_algorithms(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in ALGORITHMS]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not accepted")
    return names


Environment = Annotated[Literal["development", "test", "production"], BeforeValidator(_lower)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)]
LogFormat = Annotated[Literal["auto", "console", "json"], BeforeValidator(_lower)]
Switch = Annotated[Literal["auto", "on", "off"], BeforeValidator(_lower)]

Address = Annotated[str, AfterValidator(check_address)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_check_origins)]
Algorithms = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split), AfterValidator(_check_algorithms)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_check_database_url)]
SigningSecret = Annotated[SecretStr, AfterValidator(_check_signing_secret)]
SigningKey = Annotated[SecretStr, AfterValidator(_check_signing_key)]
