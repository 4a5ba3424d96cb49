"""What must be set for the planning service, and what is said when it is not."""

import os

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.settings import Settings
from app.settings_problems import SettingsError

KEY = (
    ed25519.Ed25519PrivateKey.generate()
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)
URL = "https://planning.example.com"


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings.load(env_file=None)


def problem(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **variables)
    return str(caught.value)


def test_without_an_address_there_is_no_planning_service(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, PLANNING_SERVICE_URL="")

    assert settings.planning_service_url is None
    assert settings.planning_service_key is None


@pytest.mark.parametrize("key", [KEY, KEY.replace("\n", "\\n")])
def test_an_address_and_a_key_are_enough(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    settings = load(monkeypatch, PLANNING_SERVICE_URL=URL, PLANNING_SERVICE_KEY=key)

    assert settings.planning_service_url == URL
    assert settings.planning_service_audience == "planning-service"
    assert settings.planning_service_rate == 20
    assert "PRIVATE" not in repr(settings)


def test_an_address_without_a_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    said = problem(monkeypatch, PLANNING_SERVICE_URL=URL)

    assert "PLANNING_SERVICE_KEY is not set" in said
    assert "openssl genpkey -algorithm ed25519" in said


def test_another_kind_of_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    said = problem(monkeypatch, PLANNING_SERVICE_URL=URL, PLANNING_SERVICE_KEY=pem)

    assert "it is not an Ed25519 key" in said
    assert pem.splitlines()[1] not in said


@pytest.mark.parametrize("url", ["http://planning.example.com", "http://10.0.0.7:8080"])
def test_production_sends_no_token_in_the_clear(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    production = {"TAPER_ENV": "production", "JWT_SECRET": "x" * 48, "PLANNING_SERVICE_KEY": KEY}

    said = problem(monkeypatch, **production, PLANNING_SERVICE_URL=url)

    assert "PLANNING_SERVICE_URL" in said
    assert "without encryption" in said
    beside_us = load(monkeypatch, **production, PLANNING_SERVICE_URL="http://localhost:8080")
    assert beside_us.planning_service_url == "http://localhost:8080"


@pytest.mark.parametrize("rate", ["0", "-1", "2.5", "many"])
def test_a_rate_is_a_whole_number_of_calls(monkeypatch: pytest.MonkeyPatch, rate: str) -> None:
    assert "PLANNING_SERVICE_RATE is" in problem(monkeypatch, PLANNING_SERVICE_RATE=rate)
