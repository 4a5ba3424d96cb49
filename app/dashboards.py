"""The files of ``ops/`` held against the code, and against a Grafana and a Prometheus that run them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from app import dashboard, metric_names
from app.settings import ROOT
from integrations.grafana_api import GrafanaApi, differences
from integrations.prometheus_api import PrometheusApi

DASHBOARD = ROOT / "ops" / "grafana" / "dashboards" / "time-crunch.json"
ALERTS = ROOT / "ops" / "prometheus" / "alerts.yml"
FOLDER_UID, FOLDER_TITLE = "taper", "Taper"


def text() -> str:
    """What the dashboard's file should hold."""
    return json.dumps(dashboard.dashboard(), indent=2, ensure_ascii=False) + "\n"


def stored(path: Path = DASHBOARD) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def problems_of_files(dashboard_path: Path = DASHBOARD, alerts_path: Path = ALERTS) -> list[str]:
    """Queries of panels and alerts that do not parse or name what the server does not export."""
    names = metric_names.exported()
    return [
        f"{where}: {problem}"
        for where, query in (*panel_queries(stored(dashboard_path)), *alert_queries(alerts_path))
        for problem in metric_names.problems(query, names)
    ]


def panel_queries(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for panel in content["panels"]:
        for target in panel["targets"]:
            yield f"panel {panel['title']!r}", target["expr"]


def alert_queries(path: Path = ALERTS) -> Iterator[tuple[str, str]]:
    for name, rule in alert_rules(path).items():
        yield f"alert {name}", rule["expr"]


def alert_rules(path: Path = ALERTS) -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load(path.read_text("utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def deploy(grafana: GrafanaApi, message: str) -> str:
    """The path to open the dashboard at."""
    return grafana.save(stored(), folder_uid=FOLDER_UID, folder_title=FOLDER_TITLE, message=message)


def problems_of_grafana(grafana: GrafanaApi) -> list[str]:
    """Where Grafana has something else than the file."""
    wanted = stored()
    found = grafana.dashboard(wanted["uid"])
    if found is None:
        return [f"there is no dashboard {wanted['uid']}: deploy it first"]
    return differences(wanted, found)


def problems_of_prometheus(prometheus: PrometheusApi) -> list[str]:
    """Alerts that it has not loaded, has loaded otherwise, or that are no longer in the file."""
    wanted = {name: rule["expr"] for name, rule in alert_rules().items()}
    loaded = prometheus.alerts()
    missing = [f"alert {name} is not loaded" for name in wanted if name not in loaded]
    other = [
        f"alert {name} is loaded with another query"
        for name, query in wanted.items()
        if name in loaded and _normal(loaded[name]) != _normal(query)
    ]
    gone = [
        f"alert {name} is loaded but not in the file"
        for name in loaded
        if name.startswith(_OURS) and name not in wanted
    ]
    return [*missing, *other, *gone]


_OURS = ("TimeCrunch", "Taper")  # that Prometheus may watch others as well


def _normal(query: str) -> str:
    """Prometheus prints a query in a layout of its own."""
    return metric_names.parse(query).prettify()
