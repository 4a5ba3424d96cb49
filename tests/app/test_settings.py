"""What the environment may say, and what the person hears who said it wrong."""

import logging
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from app.commands import settings_doc
from app.dev_secret import signing_secret
from app.settings import ROOT, Settings, environment
from app.settings_problems import SettingsError, expects, group, is_secret
from tests.app.test_planning_settings import KEY

SECRET = "correct-horse-battery-staple-correct"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower() in Settings.model_fields or name.startswith(("TAPER_", "FEATURE_")):
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings.load(env_file=None)


def problems(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **variables)
    return str(caught.value)


def test_nothing_set_is_a_server_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)

    assert (settings.taper_env, settings.host, settings.port) == ("development", "127.0.0.1", 8000)
    assert settings.taper_data_dir == ROOT / ".taper"
    assert settings.sqlalchemy_url is None
    assert settings.graphiql_on
    assert settings.introspection_on
    assert not settings.logs_as_json


def test_everything_that_is_wrong_is_said_at_once_and_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    message = problems(monkeypatch, PORT="eighty", TAPER_ENV="prod", DB_POOL_SIZE="0", LOG_LEVEL="loud")

    assert message.startswith("4 settings are wrong")
    assert (
        "PORT is 'eighty'\n    expected  a whole number from 0 to 65535\n    example   PORT=8080" in message
    )
    assert "TAPER_ENV is 'prod'\n    expected  development, test or production" in message
    assert "DB_POOL_SIZE is '0'" in message
    assert "LOG_LEVEL is 'loud'" in message
    assert "docs/settings.md" in message


def test_a_wrong_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    message = problems(monkeypatch, JWT_SECRET="hunter2", DATABASE_URL="mysql://me:pa55word@db/taper")

    assert "hunter2" not in message
    assert "pa55word" not in message
    assert "JWT_SECRET has a value that cannot be used" in message
    assert "at least 32 random bytes" in message
    assert "does not begin with postgresql://" in message


def test_every_field_whose_name_says_secret_is_one() -> None:
    named = {name for name in Settings.model_fields if name.endswith(("secret", "_key", "password"))} | {
        "database_url"
    }

    assert {name for name, field in Settings.model_fields.items() if is_secret(field)} == named


def test_a_right_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        JWT_SECRET=SECRET,
        DATABASE_URL="postgresql://me:pa55word@db/taper",
        LAUNCHDARKLY_SDK_KEY="sdk-very-secret",
        SEGMENT_WRITE_KEY="wk-very-secret",
    )

    printed = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    for secret in (SECRET, "pa55word", "sdk-very-secret", "wk-very-secret"):
        assert secret not in printed


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        ({}, "production needs JWT_SECRET or JWT_JWKS_URL"),
        ({"JWT_JWKS_URL": "http://id.example.com/keys"}, "without encryption"),
        ({"JWT_SECRET": "short"}, "too short to sign with"),
    ],
)
def test_production_does_not_start_without_a_safe_key(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], reason: str
) -> None:
    message = problems(monkeypatch, TAPER_ENV="production", **variables)

    assert reason in message
    assert message.startswith("One setting is wrong")


@pytest.mark.parametrize(
    "variables", [{"JWT_SECRET": SECRET}, {"JWT_JWKS_URL": "https://id.example.com/keys"}]
)
def test_production_starts_with_either_key_and_closed_tools(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    settings = load(monkeypatch, TAPER_ENV="Production", **variables)

    assert settings.is_production
    assert not settings.graphiql_on
    assert not settings.introspection_on
    assert settings.logs_as_json
    assert load(monkeypatch, GRAPHIQL="ON", INTROSPECTION="on", LOG_FORMAT="console").graphiql_on


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgresql://u:p%23@db:5432/taper", "postgresql+asyncpg://u:p%23@db:5432/taper"),
        ("postgres://u@db/taper?sslmode=require", "postgresql+asyncpg://u@db/taper?ssl=require"),
        (
            "postgresql+asyncpg://u@db/taper?a=1&sslmode=verify-full",
            "postgresql+asyncpg://u@db/taper?a=1&ssl=verify-full",
        ),
        ("postgresql:///taper?host=/run/pg", "postgresql+asyncpg:///taper?host=/run/pg"),
    ],
)
def test_a_database_address_of_any_common_form_is_understood(
    monkeypatch: pytest.MonkeyPatch, given: str, used: str
) -> None:
    assert load(monkeypatch, DATABASE_URL=given).sqlalchemy_url == used


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://me:p#ss@db:5432/taper"),
        ("DATABASE_URL", "postgresql://db:5432"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://app.example.com/login"),
        ("JWT_ALGORITHMS", "none"),
        ("JWT_ALGORITHMS", ","),
        ("SEGMENT_HOST", "events.example.com"),
        ("LAUNCHDARKLY_STREAM_URL", "https://relay:port"),
        ("DB_LOCK_SECONDS", "nan"),
        ("DB_LOCK_SECONDS", "0"),
        ("PORT", "65536"),
        ("GRAPHIQL", "yes"),
    ],
)
def test_a_value_that_could_not_work_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    message = problems(monkeypatch, **{name: value})

    assert message.startswith("One setting is wrong")
    assert f"  {name} " in message


def test_lists_are_written_with_commas_and_an_empty_value_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch, CORS_ORIGINS="https://a.example, http://localhost:5173,", DATABASE_URL="", PORT=""
    )

    assert settings.cors_origins == ("https://a.example", "http://localhost:5173")
    assert settings.database_url is None
    assert settings.port == 8000


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9000\nHOST=10.0.0.1\nFEATURE_STREAM5_TIME_CRUNCH_MODE=true\n")
    monkeypatch.setenv("PORT", "9001")

    settings = Settings.load(env_file=file)

    assert (settings.host, settings.port) == ("10.0.0.1", 9001)
    assert environment(file)["FEATURE_STREAM5_TIME_CRUNCH_MODE"] == "true"
    assert environment(file)["PORT"] == "9001"


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [("TAPER_DATADIR", "TAPER_DATA_DIR"), ("TAPER_PORT", "PORT"), ("TAPER_XYZZY", None)],
)
def test_a_misspelt_variable_is_pointed_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, misspelt: str, meant: str | None
) -> None:
    with caplog.at_level(logging.WARNING):
        load(monkeypatch, TAPER_ENV="test", TAPER_CALLED_FROM="/home", **{misspelt: "x"})

    hint = f"; is {meant} meant?" if meant else ""
    assert caplog.messages == [f"{misspelt} is set but is not a setting{hint}"]


def test_settings_cannot_be_changed() -> None:
    settings = Settings(taper_env="test")

    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


def test_the_development_secret_is_random_private_and_stays(tmp_path: Path) -> None:
    here, elsewhere = Settings(taper_data_dir=tmp_path / "a"), Settings(taper_data_dir=tmp_path / "b")

    first = signing_secret(here)

    assert first is not None
    assert first == signing_secret(here) != signing_secret(elsewhere)
    assert len(first.get_secret_value()) >= 43  # 32 bytes in base64
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["dev-secret"]
    assert stat.S_IMODE((tmp_path / "a" / "dev-secret").stat().st_mode) == 0o600


def test_two_that_start_together_share_one_development_secret(tmp_path: Path) -> None:
    for attempt in range(20):
        settings = Settings(taper_data_dir=tmp_path / str(attempt))
        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(lambda _: signing_secret(settings), range(8)))  # noqa: B023

        assert len(found) == 1


def test_a_given_secret_is_used_and_production_makes_none(tmp_path: Path) -> None:
    given: dict[str, Any] = {"taper_data_dir": tmp_path, "jwt_secret": SECRET}
    production = Settings(
        taper_env="production", jwt_jwks_url="https://id.example.com", taper_data_dir=tmp_path
    )

    assert signing_secret(Settings(**given)) == SecretStr(SECRET)
    assert signing_secret(production) is None
    assert list(tmp_path.iterdir()) == []


def test_the_page_and_the_example_are_in_step_with_the_settings() -> None:
    assert settings_doc.run(check=True) == 0, "run ./dev settings-doc"


def test_a_page_out_of_step_is_found_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings_doc.run(check=False, root=tmp_path)
    assert settings_doc.run(check=True, root=tmp_path) == 0

    (tmp_path / ".env.example").write_text("PORT=1\n")

    assert settings_doc.run(check=True, root=tmp_path) == 1
    assert ".env.example is not in step" in capsys.readouterr().err


def test_every_setting_is_explained_and_its_example_works() -> None:
    page = settings_doc.page()
    keys = {"jwt_secret": SECRET, "planning_service_key": KEY}  # their examples are commands to run
    for name, field in Settings.model_fields.items():
        assert field.description
        assert expects(field)
        assert group(field)
        assert field.examples
        assert f"| `{name.upper()}` |" in page
        example = keys.get(name, field.examples[0])
        Settings.model_validate(keys | {name: example})
    assert "FEATURE_STREAM5_TIME_CRUNCH_MODE" in page
