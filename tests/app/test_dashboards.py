"""The dashboard: what it asks exists, the file is in step, and it reaches a Grafana unchanged."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app import dashboards, metric_names
from app.cli import cli
from integrations.grafana_api import differences
from integrations.metrics import CompressResult, Metrics, OperationKind, Outcome
from tests.doubles.grafana import Grafana
from tests.doubles.prometheus import Prometheus

STORED = dashboards.stored()
PANELS: list[dict[str, Any]] = STORED["panels"]


@pytest.fixture
def grafana(monkeypatch: pytest.MonkeyPatch) -> Iterator[Grafana]:
    with Grafana() as server:
        monkeypatch.setenv("GRAFANA_TOKEN", server.token)
        yield server


@pytest.fixture
def prometheus() -> Iterator[Prometheus]:
    with Prometheus() as server:
        for name, rule in dashboards.alert_rules().items():
            server.load(name, rule["expr"])
        yield server


def dev(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["dashboards", *arguments])


def test_the_file_is_what_the_code_makes() -> None:
    assert dashboards.DASHBOARD.read_text("utf-8") == dashboards.text()
    assert dev("write", "--check").exit_code == 0


def test_a_file_out_of_step_is_said_and_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "time-crunch.json"
    path.write_text("{}")
    monkeypatch.setattr(dashboards, "DASHBOARD", path)

    checked, wrote = dev("write", "--check"), dev("write")

    assert checked.exit_code == 1
    assert "./dev dashboards write" in checked.stderr
    assert wrote.exit_code == 0
    assert path.read_text("utf-8") == dashboards.text()


def test_panels_are_many_described_and_lie_side_by_side() -> None:
    assert len(PANELS) >= 9
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, f"{panel['title']} lies on another"
        assert place["x"] + place["w"] <= 24
        taken |= cells
        assert len(panel["description"]) > 20
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["targets"]


@pytest.mark.parametrize(
    "metric",
    [
        "planning_time_crunch_requests_total",
        "planning_time_crunch_duration_seconds_bucket",
        "planning_engine_time_crunch_requests_total",
        "planning_engine_time_crunch_duration_seconds_bucket",
        "planning_engine_time_crunch_errors_total",
        "taper_graphql_operations_total",
        "taper_graphql_duration_seconds_bucket",
        "taper_faults_total",
        "taper_flag_errors_total",
        "taper_analytics_dropped_total",
        "taper_http_in_flight",
        "taper_ready",
    ],
)
def test_each_metric_that_operators_go_by_has_a_panel(metric: str) -> None:
    assert any(metric in query for _, query in dashboards.panel_queries(STORED))


@pytest.mark.parametrize("name", ["planning_time_crunch", "planning_engine_time_crunch"])
def test_three_quantiles_of_both_durations_are_shown(name: str) -> None:
    asked = [query for _, query in dashboards.panel_queries(STORED)]

    for quantile in (0.5, 0.95, 0.99):
        rate = f"rate({name}_duration_seconds_bucket[$__rate_interval])"
        assert f"histogram_quantile({quantile}, sum by (le) ({rate}))" in asked


def test_every_name_in_panels_and_alerts_is_one_that_the_server_exports() -> None:
    assert dashboards.problems_of_files() == []
    asked = [*dashboards.panel_queries(STORED), *dashboards.alert_queries()]
    assert len(asked) > 30, "or nothing was looked at"


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        (
            "sum(rate(planning_time_crunch_request_total[5m]))",
            "there is no metric planning_time_crunch_request",
        ),
        ('taper_faults_total{kode="timeout"}', "taper_faults_total has no label kode"),
        ('taper_faults_total{code="timeuot"}', "taper_faults_total is never code=timeuot"),
        ('taper_faults_total{code=~"timeout|overlaoded"}', "taper_faults_total is never code=overlaoded"),
        ("sum by (result) (taper_faults_total)", "nothing that is aggregated has a label result"),
        ("sum by (code) (rate(taper_faults_total{a='b'}[5m])) > 0", "taper_faults_total has no label a"),
        ("sum(rate(taper_faults_total[5m])", "does not parse: unclosed left parenthesis"),
        ("rate(taper_faults_total)", "does not parse: expected type matrix"),
        ("taper_ready / on (kind) taper_http_in_flight", "nothing that is aggregated has a label kind"),
    ],
)
def test_a_name_that_nothing_exports_is_found(query: str, problem: str) -> None:
    [found] = metric_names.problems(query, metric_names.exported())

    assert found.startswith(problem)


def test_what_counts_as_exported_is_what_a_scrape_holds() -> None:
    """An untouched server shows fewer labels: the dashboard must not depend on what has happened yet."""
    body, _ = Metrics().render()
    scraped = {line.split("{")[0].split(" ")[0] for line in body.decode().splitlines() if line[0] != "#"}

    assert scraped <= set(metric_names.exported())
    assert metric_names.exported()["taper_graphql_duration_seconds_bucket"] == {"operation", "kind", "le"}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_every_panel_has_something_to_show_once_there_is_traffic(panel: dict[str, Any]) -> None:
    prometheus, metrics = Prometheus(), metric_names.touched()
    prometheus.scrape(metrics, minutes=0)
    metrics.time_crunch_request(CompressResult.COMPRESSED, "cta")
    metrics.time_crunch_duration(0.1)
    metrics.engine_duration(0.1)
    metrics.graphql_operation("Name", OperationKind.QUERY, Outcome.OK, 0.1)
    prometheus.scrape(metrics, minutes=4)

    for target in panel["targets"]:
        found = prometheus.evaluate(target["expr"].replace("$__rate_interval", "5m"))
        assert isinstance(found, dict)
        assert found, target["expr"]
        assert any(value == value for value in found.values()), "only NaN"
        for label in {"result", "source", "strategy", "code", "outcome", "operation", "instance"}:
            if f"{{{{{label}}}}}" in target["legendFormat"]:
                assert all(label in dict(labels) for labels in found)


def test_deploying_makes_the_folder_and_reads_back_the_same(grafana: Grafana) -> None:
    first, second = dev("deploy", "--url", grafana.url), dev("deploy", "--url", grafana.url + "/")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert grafana.folders == {"taper": "Taper"}
    assert grafana.folder_of == {STORED["uid"]: "taper"}
    assert grafana.dashboards[STORED["uid"]]["version"] == 2
    assert f"{grafana.url}/d/{STORED['uid']}/taper" in second.output
    assert dev("verify", "--url", grafana.url).exit_code == 0


def test_a_panel_that_somebody_moved_by_hand_is_found(grafana: Grafana) -> None:
    dev("deploy", "--url", grafana.url)
    there = grafana.dashboards[STORED["uid"]]
    there["panels"][0]["gridPos"]["w"] = 24
    there["panels"][1]["fieldConfig"]["defaults"]["thresholds"]["steps"].pop()

    verified = dev("verify", "--url", grafana.url)

    assert verified.exit_code == 1
    assert "panels[0].gridPos.w: 6 in the file, 24 there" in verified.stderr
    assert "panels[1].fieldConfig.defaults.thresholds.steps: 3 in the file, 2 there" in verified.stderr
    assert len(verified.stderr.splitlines()) == 3


def test_a_grafana_without_the_dashboard_is_said(grafana: Grafana) -> None:
    verified = dev("verify", "--url", grafana.url)

    assert verified.exit_code == 1
    assert "there is no dashboard taper-time-crunch" in verified.stderr


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (lambda it: it.update(title="Other"), "title"),
        (lambda it: it["panels"].append({"id": 99}), "panels"),
        (lambda it: it["panels"][4]["targets"][0].update(expr="up"), "panels[4].targets[0].expr"),
        (lambda it: it.update(links=[{"title": "Wiki"}]), "links"),
        (lambda it: it.update(editable=False), "editable"),
        (lambda it: it.update(annotations={"list": [1]}), "annotations"),
    ],
)
def test_any_difference_that_means_something_is_one(change: Any, path: str) -> None:
    found = copy.deepcopy(STORED) | {"id": 12, "version": 34, "schemaVersion": 99, "weekStart": ""}
    assert differences(STORED, found) == []

    change(found)

    [line] = differences(STORED, found)
    assert line.startswith(f"{path}: ")


@pytest.mark.parametrize("command", ["deploy", "verify"])
def test_a_wrong_token_an_absent_one_and_an_absent_grafana_are_said_in_a_sentence(
    command: str, grafana: Grafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFANA_TOKEN", "wrong-token")
    refused = dev(command, "--url", grafana.url)
    unset = dev(command, "--url", grafana.url, "--token-env", "NO_SUCH_VARIABLE")
    grafana.stop()
    gone = dev(command, "--url", grafana.url)
    in_the_clear = dev(command, "--url", "http://grafana.example.com")

    assert [each.exit_code for each in (refused, unset, gone, in_the_clear)] == [1, 2, 1, 1]
    assert "Grafana answered 401: Invalid API key" in refused.stderr
    assert "NO_SUCH_VARIABLE is not set" in unset.stderr
    assert "Grafana does not answer" in gone.stderr
    assert "use https://" in in_the_clear.stderr
    assert "wrong-token" not in refused.output + gone.output + in_the_clear.output


def test_a_grafana_that_reads_the_file_itself_refuses_and_that_is_said(grafana: Grafana) -> None:
    grafana.provisioned = True

    deployed = dev("deploy", "--url", grafana.url)

    assert deployed.exit_code == 1
    assert "Cannot save provisioned dashboard" in deployed.stderr


def test_nothing_is_deployed_that_asks_for_what_is_not_there(
    grafana: Grafana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = copy.deepcopy(STORED)
    broken["panels"][0]["targets"][0]["expr"] = "sum(rate(no_such_thing_total[5m]))"
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(broken))
    monkeypatch.setattr(dashboards.problems_of_files, "__defaults__", (path, dashboards.ALERTS))

    deployed = dev("deploy", "--url", grafana.url)

    assert deployed.exit_code == 1
    assert "there is no metric no_such_thing_total" in deployed.stderr
    assert grafana.dashboards == {}


def test_prometheus_has_the_alerts_of_the_file(prometheus: Prometheus) -> None:
    verified = dev("verify", "--prometheus-url", prometheus.url)

    assert verified.exit_code == 0, verified.output
    assert verified.stdout.splitlines() == ["✓ the files", "✓ Prometheus"]


def test_alerts_that_prometheus_lacks_or_has_otherwise_are_found(prometheus: Prometheus) -> None:
    prometheus.load("TimeCrunchErrors", "vector(1)")
    prometheus.load("TaperOfOld", "vector(1)")
    prometheus.load("DiskOfAnotherTeam", "vector(1)")
    del prometheus.loaded["TaperDown"]

    verified = dev("verify", "--prometheus-url", prometheus.url)

    assert verified.exit_code == 1
    assert verified.stderr.splitlines() == [
        "✗ Prometheus",
        "  alert TaperDown is not loaded",
        "  alert TimeCrunchErrors is loaded with another query",
        "  alert TaperOfOld is loaded but not in the file",
    ]
