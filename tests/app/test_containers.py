"""docker-compose.yml and Dockerfile, as far as they can be held without a container engine."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import ROOT, Settings

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")

# What the image's own libraries read, beside our settings.
READ_BY_OTHERS = {"PGPASSWORD"}


def test_the_services_are_the_ones_promised() -> None:
    assert set(SERVICES) == {"app", "postgres", "valkey", "prometheus", "grafana"}


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_has_a_health_check_and_an_exact_version(name: str) -> None:
    service = SERVICES[name]

    assert service["healthcheck"]["test"]
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-\w+)?$", service["image"]), service["image"]


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_keeps_is_in_a_named_volume_or_read_only(name: str) -> None:
    for volume in SERVICES[name]["volumes"]:
        source, _, target = volume.partition(":")
        if source.startswith("./"):
            assert target.endswith(":ro")
            assert (ROOT / source).is_dir(), source
        else:
            assert source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_listens_beyond_this_machine(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_every_secret_comes_from_outside_and_its_absence_is_said() -> None:
    found = 0
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD", name):
                found += 1
                assert re.fullmatch(r"\$\{[A-Z_]+:\?.+\}", value), name

    assert found == 4


def test_the_app_is_given_only_settings_that_exist() -> None:
    given = set(SERVICES["app"]["environment"]) | set(
        re.findall(r"^\s*(?:ENV )?((?:TAPER_\w+|HOST|PORT))=", DOCKERFILE, re.M)
    )

    assert given - READ_BY_OTHERS <= {name.upper() for name in Settings.model_fields}


def test_the_apps_environment_is_one_that_production_starts_with(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.setenv("TAPER_ENV", "production")
    for name, value in SERVICES["app"]["environment"].items():
        filled = re.sub(r"\$\{\w+:\?.*\}", "s" * 64, value)
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:-(.*)\}", r"\1", filled))

    settings = Settings.load(env_file=None)

    assert settings.sqlalchemy_url == "postgresql+asyncpg://taper@postgres:5432/taper"
    grace = int(SERVICES["app"]["stop_grace_period"].removesuffix("s"))
    assert grace > settings.shutdown_grace_seconds


def test_prometheus_scrapes_the_app_and_grafana_asks_prometheus() -> None:
    scraped = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text("utf-8"))["scrape_configs"]
    provisioning = ROOT / "ops/grafana/provisioning"
    sources = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text("utf-8"))["datasources"]
    folders = yaml.safe_load((provisioning / "dashboards/taper.yml").read_text("utf-8"))["providers"]

    assert scraped[0]["metrics_path"] == "/metrics"
    assert scraped[0]["static_configs"][0]["targets"] == ["app:8000"]
    assert sources[0]["url"] == "http://prometheus:9090"
    mounted = [volume.split(":")[1] for volume in SERVICES["grafana"]["volumes"]]
    assert folders[0]["options"]["path"] in mounted


def test_the_image_holds_what_the_server_imports_and_does_not_run_as_root() -> None:
    let_in = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.M))
    layers = re.search(r"^layers = \[(.*)\]$", (ROOT / "pyproject.toml").read_text("utf-8"), re.M)

    assert layers is not None
    assert set(re.findall(r'"(\w+)"', layers[1])) | {"migrations", "web"} <= let_in
    assert re.search(r"^USER taper$", DOCKERFILE, re.M)
    assert not re.search(r"^FROM \S+:latest|^FROM [^:\s]+( AS|$)", DOCKERFILE, re.M)


def test_ci_is_a_script_that_bash_can_read() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert "./dev test" in script.read_text("utf-8").splitlines()


def test_the_packages_of_the_page_are_locked_without_an_address() -> None:
    lock = (ROOT / "web" / "package-lock.json").read_text("utf-8")

    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 100
    assert "omit-lockfile-registry-resolved=true" in Path(ROOT / "web" / ".npmrc").read_text("utf-8")
