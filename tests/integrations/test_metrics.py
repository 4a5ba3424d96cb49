"""What a scrape of /metrics reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from domain.compression.model import Strategy
from integrations.flags import Flag
from integrations.metrics import (
    MOST_OPERATION_NAMES,
    CompressResult,
    EngineStatus,
    Metrics,
    OperationKind,
    Outcome,
)

Labels = dict[str, str]


def scraped(metrics: Metrics) -> list[tuple[str, Labels, float]]:
    body, content_type = metrics.render()
    assert content_type.startswith("text/plain")
    return [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    ]


def value(metrics: Metrics, name: str, **labels: str) -> float:
    [found] = [v for n, at, v in scraped(metrics) if (n, at) == (name, labels)]
    return found


def test_requests_are_counted_by_result_and_source() -> None:
    metrics = Metrics()

    metrics.time_crunch_request(CompressResult.COMPRESSED, "cta")
    metrics.time_crunch_request(CompressResult.COMPRESSED, "cta")
    metrics.time_crunch_request(CompressResult.NOT_FOUND, None)
    metrics.time_crunch_request(CompressResult.NOT_FOUND, "CTA; DROP TABLE")

    name = "planning_time_crunch_requests_total"
    assert value(metrics, name, result="compressed", source="cta") == 2
    assert value(metrics, name, result="not_found", source="unknown") == 2
    assert value(metrics, name, result="failed", source="auto") == 0, "counters begin at nought, not unseen"


def test_the_labels_are_those_that_the_dashboards_know() -> None:
    samples = scraped(Metrics())

    def seen(name: str, label: str) -> set[str]:
        return {labels[label] for n, labels, _ in samples if n == name}

    assert seen("planning_time_crunch_requests_total", "result") == {
        "compressed", "unchanged", "disabled", "not_found", "forbidden", "invalid", "failed",
    }  # fmt: skip
    assert seen("planning_time_crunch_requests_total", "source") == {"cta", "auto", "manual", "unknown"}
    engine = "planning_engine_time_crunch_requests_total"
    assert seen(engine, "status") == {"success", "error", "disabled"}
    assert seen(engine, "strategy") == {*Strategy, "none"}
    assert seen("taper_flag_errors_total", "flag") == set(Flag)


@pytest.mark.parametrize(
    "name", ["planning_time_crunch_duration_seconds", "planning_engine_time_crunch_duration_seconds"]
)
def test_durations_fall_into_the_buckets_that_the_dashboards_know(name: str) -> None:
    metrics = Metrics()

    metrics.time_crunch_duration(0.3)
    metrics.engine_duration(0.3)

    buckets = {float(at["le"]): v for n, at, v in scraped(metrics) if n == f"{name}_bucket"}
    assert {0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, float("inf")} <= set(buckets)
    assert (buckets[0.2], buckets[0.5]) == (0, 1)
    assert value(metrics, f"{name}_sum") == pytest.approx(0.3)


def test_the_engine_counts_status_strategy_and_error_code() -> None:
    metrics = Metrics()

    metrics.engine_request(EngineStatus.SUCCESS, Strategy.CORE_PLUS_BLOCK)
    metrics.engine_request(EngineStatus.ERROR, None)
    metrics.engine_error("plan_not_compressible")
    metrics.engine_error("no such code")

    engine = "planning_engine_time_crunch_requests_total"
    errors = "planning_engine_time_crunch_errors_total"
    assert value(metrics, engine, status="success", strategy="core_plus_block") == 1
    assert value(metrics, engine, status="error", strategy="none") == 1
    assert value(metrics, errors, code="plan_not_compressible") == 1
    assert value(metrics, errors, code="other") == 1


def test_operations_are_counted_by_a_name_that_is_safe_and_among_the_first() -> None:
    metrics = Metrics()
    for n in range(MOST_OPERATION_NAMES + 50):
        metrics.graphql_operation(f"Query{n}", OperationKind.QUERY, Outcome.OK, 0.01)
    metrics.graphql_operation("Query0", OperationKind.QUERY, Outcome.OK, 0.01)
    metrics.graphql_operation(None, OperationKind.SUBSCRIPTION, Outcome.CANCELLED)
    metrics.graphql_operation('x"} 1\nfake_total 1', OperationKind.MUTATION, Outcome.FAULT, 0.01)

    name = "taper_graphql_operations_total"
    assert value(metrics, name, operation="Query0", kind="query", outcome="ok") == 2
    assert value(metrics, name, operation="other", kind="query", outcome="ok") == 50
    assert value(metrics, name, operation="other", kind="mutation", outcome="fault") == 1
    assert value(metrics, name, operation="anonymous", kind="subscription", outcome="cancelled") == 1
    seconds = "taper_graphql_duration_seconds_count"
    assert value(metrics, seconds, operation="Query0", kind="query") == 2
    assert not [at for n, at, _ in scraped(metrics) if n == seconds and at["operation"] == "anonymous"]


def test_faults_flag_errors_lost_analytics_and_requests_in_flight_are_counted() -> None:
    metrics = Metrics()

    metrics.fault("OVERLOADED")
    metrics.flag_error(Flag.TIME_CRUNCH)
    metrics.analytics_dropped(7)
    with metrics.http_in_flight(), metrics.http_in_flight():
        during = value(metrics, "taper_http_in_flight")

    assert during == 2
    assert value(metrics, "taper_http_in_flight") == 0
    assert value(metrics, "taper_faults_total", code="overloaded") == 1
    assert value(metrics, "taper_flag_errors_total", flag=Flag.TIME_CRUNCH.value) == 1
    assert value(metrics, "taper_analytics_dropped_total") == 7


def test_a_label_value_that_is_no_member_of_its_enum_is_refused() -> None:
    metrics = Metrics()

    with pytest.raises(ValueError, match="anything"):
        metrics.time_crunch_request("anything", "cta")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="anything"):
        metrics.engine_request(EngineStatus.SUCCESS, "anything")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="anything"):
        metrics.graphql_operation("Name", "anything", Outcome.OK)  # type: ignore[arg-type]


def test_two_registries_do_not_share_a_thing() -> None:
    one, other = Metrics(), Metrics()

    one.analytics_dropped(1)

    assert value(other, "taper_analytics_dropped_total") == 0


@given(st.lists(st.text(max_size=80), max_size=30))
def test_no_text_of_a_caller_makes_a_series_beyond_the_bounds(texts: list[str]) -> None:
    metrics = Metrics()

    for text in texts:
        metrics.time_crunch_request(CompressResult.INVALID, text)
        metrics.engine_error(text)
        metrics.fault(text)
        metrics.graphql_operation(text, OperationKind.UNKNOWN, Outcome.INVALID)

    samples = scraped(metrics)
    assert len([n for n, _, _ in samples if n == "planning_time_crunch_requests_total"]) == 28
    for labels in (labels for _, labels, _ in samples):
        assert all(v.isascii() and v.isprintable() and len(v) <= 64 for v in labels.values())
