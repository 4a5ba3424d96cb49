"""What can be set from outside: one field, one environment variable of the same name in upper case.

``docs/settings.md`` and ``.env.example`` are written from this class by ``./dev settings-doc``.
"""

import os
import re
from pathlib import Path
from typing import Self

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from app.settings_documents import DocumentSettings
from app.settings_door import DoorSettings
from app.settings_fields import seconds as _seconds
from app.settings_fields import setting as _setting
from app.settings_limits import LimitSettings
from app.settings_live import LiveSettings
from app.settings_problems import SettingsError, problems_of, warn_of_unknown
from app.settings_types import (
    ALGORITHMS,
    SHORTEST_SECRET_BYTES,
    Address,
    Algorithms,
    DatabaseUrl,
    Environment,
    LogFormat,
    LogLevel,
    Origins,
    SigningKey,
    SigningSecret,
    Switch,
    is_private,
)

ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = ROOT / ".env"


class Settings(LimitSettings, DoorSettings, DocumentSettings, LiveSettings):
    """Read once at start and handed on; frozen. Secrets print as ``**********``."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, validate_default=True, case_sensitive=False
    )

    # The order matters to the validators: one sees only the fields above it.
    taper_env: Environment = _setting(
        "Server",
        "development",
        "What this process is for. Production refuses to start without a key for tokens and keeps GraphiQL "
        "and introspection closed unless they are opened.",
        "development, test or production",
        "production",
    )
    host: str = _setting(
        "Server",
        "127.0.0.1",
        "Address to listen on. Behind a container's port mapping: 0.0.0.0.",
        "an IP address or a host name",
        "0.0.0.0",  # noqa: S104  an example in a page, not a socket
        min_length=1,
    )
    port: int = _setting(
        "Server",
        8000,
        "TCP port to listen on; 0 takes a free one and prints it.",
        "a whole number from 0 to 65535",
        "8080",
        ge=0,
        le=65535,
    )
    cors_origins: Origins = _setting(
        "Server",
        (),
        "Origins whose pages may call the API from a browser, separated by commas.",
        "origins such as https://app.example.com, without a path, separated by commas",
        "https://app.example.com,https://coach.example.com",
    )
    operation_seconds: float = _seconds(
        "Server", 3.0, "Time budget of one GraphQL operation, in seconds; clean-up may add two."
    )
    shutdown_delay_seconds: float = _setting(
        "Server",
        0.0,
        "After SIGTERM, how long requests are still taken while `/readyz` says that we are leaving, so that "
        "a balancer can look elsewhere.",
        "seconds, from 0 to 60",
        "5",
        ge=0,
        le=60,
    )
    shutdown_grace_seconds: float = _seconds(
        "Server",
        8.0,
        "From the last request taken to the end, in seconds: what has begun is finished within it.",
        at_most=300,
    )
    solver_workers: int = _setting(
        "Server",
        1,
        "Workers that compute compressions beside the server's loop, so that a long one holds nobody up.",
        "a whole number from 1 to 64",
        "2",
        ge=1,
        le=64,
    )

    taper_data_dir: Path = _setting(
        "Database",
        Path(".taper"),
        "Folder for the embedded PostgreSQL's data and the development secret. A relative path starts at the "
        "project's root.",
        "a folder that can be written to",
        "/var/lib/taper",
    )
    database_url: DatabaseUrl | None = _setting(
        "Database",
        None,
        "PostgreSQL 18 or newer to use instead of the embedded one. A password left out of it is taken from "
        "PGPASSWORD.",
        "postgresql://user:password@host:5432/database, or nothing for the embedded PostgreSQL",
        "postgresql://taper@db.example.com:5432/taper?sslmode=require",
    )
    db_pool_size: int = _setting(
        "Database",
        10,
        "Connections that this process keeps and never exceeds.",
        "a whole number from 1 to 200",
        "20",
        ge=1,
        le=200,
    )
    db_read_pool_size: int = _setting(
        "Database",
        10,
        "Further connections, for queries that one statement answers. 0 leaves every query to the resolvers.",
        "a whole number from 0 to 200",
        "20",
        ge=0,
        le=200,
    )
    db_pool_seconds: float = _seconds("Database", 1.0, "Longest wait for a free connection, in seconds.")
    db_connect_seconds: float = _seconds("Database", 2.0, "Longest wait for a new connection, in seconds.")
    db_lock_seconds: float = _seconds(
        "Database", 2.0, "Longest wait for a row that another holds, in seconds."
    )
    db_statement_seconds: float = _seconds("Database", 3.0, "Longest run of one SQL statement, in seconds.")
    db_idle_seconds: float = _seconds(
        "Database", 5.0, "A transaction that does nothing for so long is ended by the server, in seconds."
    )
    db_transaction_seconds: float = _seconds("Database", 10.0, "Longest transaction, in seconds.")

    redis_host: str | None = _setting(
        "Redis",
        None,
        "Redis, where other systems write events for us and read ours, and which caches. Without it, "
        "PostgreSQL alone serves this process and any others.",
        "a host name or an IP address, or nothing for no Redis",
        "redis.example.com",
        min_length=1,
    )
    redis_port: int = _setting(
        "Redis", 6379, "Its TCP port.", "a whole number from 1 to 65535", "6379", ge=1, le=65535
    )
    redis_db: int = _setting(
        "Redis", 4, "Number of the database in it.", "a whole number from 0 to 15", "4", ge=0, le=15
    )
    redis_password: SecretStr | None = _setting(
        "Redis", None, "Its password, if it wants one.", "the password", '"$(cat /run/secrets/redis)"'
    )

    planning_service_url: Address | None = _setting(
        "Planning service",
        None,
        "Service that phases, season plans, templates and workload come from. Without it they come from the "
        "database.",
        "an http:// or https:// address (https in production, but for one on this machine)",
        "https://planning.example.com",
    )
    planning_service_key: SigningKey | None = _setting(
        "Planning service",
        None,
        "Private key that signs our tokens for it. PLANNING_SERVICE_URL needs one.",
        "an Ed25519 private key in PEM form, e.g. from: openssl genpkey -algorithm ed25519",
        '"$(cat /run/secrets/planning_service_key.pem)"',
    )
    planning_service_audience: str = _setting(
        "Planning service",
        "planning-service",
        "The `aud` of our tokens for it.",
        "a name",
        "planning-service",
        min_length=1,
    )
    planning_service_rate: int = _setting(
        "Planning service",
        20,
        "Calls a second that this process makes to it at most.",
        "a whole number from 1 to 10000",
        "50",
        ge=1,
        le=10_000,
    )

    jwt_jwks_url: Address | None = _setting(
        "Tokens",
        None,
        "Where the public keys of the token issuer are (a JWKS document).",
        "an http:// or https:// address (https in production)",
        "https://id.example.com/.well-known/jwks.json",
    )
    jwt_secret: SigningSecret | None = _setting(
        "Tokens",
        None,
        "Shared key of HS256 tokens. Outside production a random one is made per checkout and kept in "
        "the data folder. Production needs this or JWT_JWKS_URL.",
        f"at least {SHORTEST_SECRET_BYTES} random bytes, e.g. from: openssl rand -base64 48",
        '"$(openssl rand -base64 48)"',
    )
    jwt_issuer: str = _setting(
        "Tokens",
        "taper",
        "The `iss` that a token must carry.",
        "the issuer's name or address",
        "https://id.example.com",
        min_length=1,
    )
    jwt_audience: str = _setting(
        "Tokens",
        "taper-api",
        "The `aud` that a token must carry.",
        "a name",
        "taper-api",
        min_length=1,
    )
    jwt_algorithms: Algorithms = _setting(
        "Tokens",
        ("HS256", "RS256", "ES256", "EdDSA"),
        "Signature algorithms that are accepted. HS256 is only ever tried with JWT_SECRET, the others "
        "only with keys of JWT_JWKS_URL.",
        f"one or more of {', '.join(ALGORITHMS)}, separated by commas",
        "EdDSA",
        min_length=1,
    )

    launchdarkly_sdk_key: SecretStr | None = _setting(
        "Feature flags",
        None,
        "Server-side SDK key. Without it every flag has its default or its override.",
        "the server-side SDK key of a LaunchDarkly environment",
        "sdk-…",
    )
    launchdarkly_base_url: Address | None = _setting(
        "Feature flags",
        None,
        "Polling address of a relay; nothing for LaunchDarkly's own.",
        "an http:// or https:// address",
        "https://ld-relay.example.com",
    )
    launchdarkly_stream_url: Address | None = _setting(
        "Feature flags",
        None,
        "Streaming address of a relay; nothing for LaunchDarkly's own.",
        "an http:// or https:// address",
        "https://ld-relay.example.com",
    )
    launchdarkly_events_url: Address | None = _setting(
        "Feature flags",
        None,
        "Events address of a relay; nothing for LaunchDarkly's own.",
        "an http:// or https:// address",
        "https://ld-relay.example.com",
    )

    segment_write_key: SecretStr | None = _setting(
        "Analytics",
        None,
        "Write key of the Segment source. Without it the events are logged instead.",
        "the write key of a Segment source",
        "wk_…",
    )
    segment_host: Address | None = _setting(
        "Analytics",
        None,
        "Address to send analytics to; nothing for Segment's own.",
        "an http:// or https:// address",
        "https://events.example.com",
    )

    log_level: LogLevel = _setting(
        "Logs", "info", "The least severe level that is written.", "debug, info, warning or error", "warning"
    )
    log_format: LogFormat = _setting(
        "Logs",
        "auto",
        "One JSON object a line, or lines for a person; auto is JSON in production only.",
        "auto, console or json",
        "json",
    )

    graphiql: Switch = _setting(
        "Developer tools",
        "auto",
        "GraphiQL at the endpoint for a browser; auto is on except in production.",
        "auto, on or off",
        "on",
    )
    introspection: Switch = _setting(
        "Developer tools",
        "auto",
        "Whether the schema may be asked for; auto is on except in production.",
        "auto, on or off",
        "off",
    )

    @field_validator("trusted_documents_file")
    @classmethod
    def _manifest_from_the_root(cls, path: Path | None) -> Path | None:
        return None if path is None else ROOT / path.expanduser()

    @field_validator("taper_data_dir")
    @classmethod
    def _from_the_root(cls, path: Path) -> Path:
        return ROOT / path.expanduser()

    @field_validator("jwt_jwks_url")
    @classmethod
    def _keys_come_encrypted(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url and not url.startswith("https:") and info.data.get("taper_env") == "production":
            raise ValueError("keys fetched without encryption can be replaced on the way")
        return url

    @field_validator("planning_service_url")
    @classmethod
    def _tokens_go_encrypted(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url and info.data.get("taper_env") == "production" and not is_private(url):
            raise ValueError("a token sent without encryption can be taken on the way")
        return url

    @field_validator("planning_service_key")
    @classmethod
    def _calls_are_signed(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if key is None and info.data.get("planning_service_url"):
            raise ValueError("PLANNING_SERVICE_URL needs PLANNING_SERVICE_KEY")
        return key

    @field_validator("jwt_secret")
    @classmethod
    def _production_has_a_key(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        no_jwks = "jwt_jwks_url" in info.data and info.data["jwt_jwks_url"] is None
        if secret is None and no_jwks and info.data.get("taper_env") == "production":
            raise ValueError("production needs JWT_SECRET or JWT_JWKS_URL")
        return secret

    @property
    def is_production(self) -> bool:
        return self.taper_env == "production"

    @property
    def graphiql_on(self) -> bool:
        return self._on(self.graphiql)

    @property
    def introspection_on(self) -> bool:
        return self._on(self.introspection)

    @property
    def logs_as_json(self) -> bool:
        return self.log_format == "json" or (self.log_format == "auto" and self.is_production)

    @property
    def sqlalchemy_url(self) -> str | None:
        """``DATABASE_URL`` as SQLAlchemy's asyncpg dialect wants it; None means the embedded PostgreSQL."""
        if self.database_url is None:
            return None
        address = self.database_url.get_secret_value().split("://", 1)[1]
        # libpq, and so every hosting company, says sslmode; asyncpg calls the same values ssl.
        return "postgresql+asyncpg://" + re.sub(r"(?<=[?&])sslmode=", "ssl=", address)

    def _on(self, switch: str) -> bool:
        return switch == "on" or (switch == "auto" and not self.is_production)

    @classmethod
    def load(cls, env_file: Path | None = ENV_FILE) -> Self:
        """The settings of this process. Raises ``SettingsError`` with everything that is wrong at once."""
        warn_of_unknown(environment(env_file), cls)
        try:
            return cls(_env_file=env_file)
        except ValidationError as error:
            raise SettingsError(problems_of(error, cls)) from None


def environment(env_file: Path | None = ENV_FILE) -> dict[str, str]:
    """The environment over ``.env``: what settings are read from, and the overrides of flags (FEATURE_…)."""
    from_file = dotenv_values(env_file) if env_file is not None and env_file.is_file() else {}
    return {name: value for name, value in (from_file | os.environ).items() if value}
