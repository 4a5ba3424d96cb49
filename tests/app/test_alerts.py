"""The alert rules: held to the rollout's guard rails, and evaluated on both sides of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from app import dashboards, metric_names
from app.settings import ROOT
from domain.rollout import GUARD_RAILS
from integrations.flags import Flag
from integrations.metrics import SECONDS, CompressResult, ErrorCode, Metrics, OperationKind, Outcome
from integrations.promql import TIME_CRUNCH
from tests.doubles.prometheus import Prometheus

ALERTS: dict[str, dict[str, Any]] = dashboards.alert_rules()
Happenings = Callable[[Metrics], None]


def test_prometheus_loads_the_file_that_is_mounted_beside_its_configuration() -> None:
    configuration = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text("utf-8"))
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))

    assert configuration["rule_files"] == [dashboards.ALERTS.name]
    assert dashboards.ALERTS.parent == ROOT / "ops" / "prometheus"
    assert "./ops/prometheus:/etc/prometheus:ro" in compose["services"]["prometheus"]["volumes"]


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_says_how_bad_since_when_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]

    assert rule["labels"]["severity"] in ("warning", "critical")
    assert rule["for"].endswith("m")
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    assert len(rule["annotations"]["runbook"]) > 80, "a runbook says what to do"


def normal(query: str) -> str:
    return metric_names.parse(query).prettify()


@pytest.mark.parametrize(
    ("rail", "query", "warning", "critical"),
    [
        (GUARD_RAILS[0], TIME_CRUNCH.success_share("10m"), "SuccessLow", "SuccessVeryLow"),
        (GUARD_RAILS[1], TIME_CRUNCH.error_share("10m"), "Errors", "ManyErrors"),
        (GUARD_RAILS[2], TIME_CRUNCH.quantile_seconds(0.95, "10m"), "Slow", "VerySlow"),
    ],
)
def test_alerts_and_rollout_ask_the_same_question_and_draw_the_line_at_the_same_place(
    rail: Any, query: str, warning: str, critical: str
) -> None:
    sign = "<" if rail.healthy > rail.unbearable else ">"
    for name, bound, severity in (
        (warning, rail.healthy, "warning"),
        (critical, rail.unbearable, "critical"),
    ):
        rule = ALERTS[f"TimeCrunch{name}"]
        enough = rule["expr"].rpartition("and")[2]
        assert normal(rule["expr"]) == normal(f"{query} {sign} {bound:g} and {enough}")
        assert enough.strip().endswith(">= 20")
        assert rule["labels"]["severity"] == severity


def test_no_duration_is_compared_with_more_than_a_quantile_can_be() -> None:
    """``histogram_quantile`` never exceeds the last finite bucket, so a line beyond it is never crossed."""
    assert max(SECONDS) > GUARD_RAILS[2].unbearable


def requests(**counts: int) -> Happenings:
    def happen(metrics: Metrics) -> None:
        for result, count in counts.items():
            for _ in range(count):
                metrics.time_crunch_request(CompressResult(result), "cta")

    return happen


def durations(**seconds: int) -> Happenings:
    """As in ``s4=95``: 95 requests of 4 seconds."""

    def happen(metrics: Metrics) -> None:
        for name, count in seconds.items():
            for _ in range(count):
                metrics.time_crunch_duration(float(name.removeprefix("s")))

    return happen


def operations(**counts: int) -> Happenings:
    def happen(metrics: Metrics) -> None:
        for outcome, count in counts.items():
            for _ in range(count):
                metrics.graphql_operation("Plan", OperationKind.QUERY, Outcome(outcome), 0.01)

    return happen


def at_the_door(*, let_in: int, turned_away: int, at: str = "door") -> Happenings:
    def happen(metrics: Metrics) -> None:
        for _ in range(let_in):
            metrics.edge.cost(10)
        for _ in range(turned_away):
            metrics.edge.shed(at)

    return happen


NOTHING: Happenings = lambda metrics: None  # noqa: E731

SUCCESS_LOW, SUCCESS_VERY_LOW = "TimeCrunchSuccessLow", "TimeCrunchSuccessVeryLow"
ERRORS, MANY_ERRORS = "TimeCrunchErrors", "TimeCrunchManyErrors"
SLOW, VERY_SLOW = "TimeCrunchSlow", "TimeCrunchVerySlow"


@pytest.mark.parametrize(
    ("happenings", "firing"),
    [
        (NOTHING, set()),
        (requests(compressed=1000), set()),
        (requests(compressed=900, unchanged=51, invalid=49), set()),
        (requests(compressed=900, unchanged=49, invalid=51), {SUCCESS_LOW}),
        (requests(compressed=901, not_found=99), {SUCCESS_LOW}),
        (requests(compressed=899, not_found=101), {SUCCESS_LOW, SUCCESS_VERY_LOW}),
        (requests(compressed=991, failed=9), set()),
        (requests(compressed=989, failed=11), {ERRORS}),
        (requests(compressed=951, failed=49), {ERRORS}),
        (requests(compressed=949, failed=51), {ERRORS, MANY_ERRORS, SUCCESS_LOW}),
        (requests(disabled=5000, compressed=989, failed=11), {ERRORS}),
        (requests(disabled=5000), set()),
        (requests(compressed=10, failed=10), {ERRORS, MANY_ERRORS, SUCCESS_LOW, SUCCESS_VERY_LOW}),
        (requests(compressed=9, failed=10), set()),
        (durations(s0=100), set()),
        (durations(s4=96, s9=4), set()),
        (durations(s4=90, s9=10), {SLOW}),
        (durations(s4=90, s15=10), {SLOW, VERY_SLOW}),
        (durations(s4=90, s600=10), {SLOW, VERY_SLOW}),
        (durations(s600=19), set()),
        (operations(ok=990, refused=500, fault=14), set()),
        (operations(ok=990, fault=11), {"TaperFaults"}),
        (at_the_door(let_in=1981, turned_away=19), set()),
        (at_the_door(let_in=2000, turned_away=20), set()),
        (at_the_door(let_in=1979, turned_away=21), {"TaperShedding"}),
        (at_the_door(let_in=1979, turned_away=21, at="operation"), {"TaperShedding"}),
        (at_the_door(let_in=0, turned_away=20), {"TaperShedding"}),
        (at_the_door(let_in=0, turned_away=19), set()),
        (lambda metrics: metrics.engine_error("plan_not_compressible"), set()),
        (lambda metrics: metrics.engine_error(ErrorCode.INTERNAL_ERROR), {"TimeCrunchEngineFaults"}),
        (lambda metrics: metrics.flag_error(Flag.TIME_CRUNCH), {"TaperFlagErrors"}),
        (lambda metrics: metrics.analytics_dropped(1), {"TaperAnalyticsDropped"}),
        (lambda metrics: metrics.ready(True), set()),
        (lambda metrics: metrics.ready(False), {"TaperNotReady"}),
    ],
)
def test_an_alert_fires_beyond_its_line_and_not_before(happenings: Happenings, firing: set[str]) -> None:
    prometheus, metrics = Prometheus(), Metrics()
    operations(ok=1, refused=1, fault=1)(metrics)  # a series that appears later has no increase yet
    prometheus.scrape(metrics, minutes=0)
    happenings(metrics)
    prometheus.scrape(metrics, minutes=10)

    assert {name for name, rule in ALERTS.items() if prometheus.evaluate(rule["expr"])} == firing


def test_silence_is_an_alert_of_its_own() -> None:
    prometheus, metrics = Prometheus(), Metrics()
    prometheus.scrape(metrics, minutes=0)
    prometheus.scrape_fails(minutes=10)

    assert {name for name, rule in ALERTS.items() if prometheus.evaluate(rule["expr"])} == {
        "TaperMetricsAbsent"
    }
