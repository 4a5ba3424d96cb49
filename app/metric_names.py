"""Do the names in a PromQL query exist? A misspelt one gives no error anywhere, only silence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import promql_parser
from prometheus_client.parser import text_string_to_metric_families
from promql_parser import AggregateExpr, BinaryExpr, Expr, MatrixSelector, VectorSelector

from domain.compression.model import Strategy
from domain.sessions import CompressionSource
from integrations.flags import Flag
from integrations.metrics import CompressResult, EngineStatus, ErrorCode, Metrics, OperationKind, Outcome

Names = Mapping[str, frozenset[str]]
"""Sample names with their labels."""

GIVEN_BY_PROMETHEUS = frozenset({"job", "instance"})
VALUES: Mapping[str, frozenset[str]] = {
    "result": frozenset(CompressResult),
    "source": frozenset(CompressionSource),
    "status": frozenset(EngineStatus),
    "strategy": frozenset(Strategy) | {"none"},
    "code": frozenset(ErrorCode),
    "kind": frozenset(OperationKind),
    "outcome": frozenset(Outcome),
    "flag": frozenset(Flag),
}
"""What labels with a fixed set of values may be compared with."""

LINUX_ONLY = ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds")


def exported() -> Names:
    """What a scrape of a server that has met everything holds, and what Prometheus adds to it."""
    body, _ = touched().render()
    names: dict[str, frozenset[str]] = {"up": frozenset(), **dict.fromkeys(LINUX_ONLY, frozenset())}
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            names[sample.name] = names.get(sample.name, frozenset()) | frozenset(sample.labels)
    return names


def problems(query: str, names: Names) -> list[str]:
    """In words; empty where the query parses and names only what exists."""
    try:
        expression = parse(query)
    except ValueError as error:
        return [f"does not parse: {error}"]
    return list(dict.fromkeys(_problems(expression, names)))


def parse(query: str) -> Expr:
    """``ValueError`` for what is no PromQL. Grafana's variables stand for durations."""
    expression: Expr = promql_parser.parse(re.sub(r"\$__(rate_interval|interval|range)\b", "5m", query))
    return expression


def touched() -> Metrics:
    """A labelled series may appear with its first event only, so each kind of event happens once."""
    metrics = Metrics()
    metrics.time_crunch_request(CompressResult.COMPRESSED, "cta")
    metrics.time_crunch_duration(0.1)
    metrics.engine_request(EngineStatus.SUCCESS, Strategy.CORE_ONLY)
    metrics.engine_duration(0.1)
    metrics.engine_error(ErrorCode.INTERNAL_ERROR)
    metrics.graphql_operation("Name", OperationKind.QUERY, Outcome.OK, 0.1)
    metrics.fault(ErrorCode.INTERNAL_ERROR)
    metrics.flag_error(Flag.TIME_CRUNCH)
    metrics.analytics_dropped(1)
    metrics.ready(True)
    return metrics


def _problems(expression: Expr, names: Names) -> Iterator[str]:
    selectors = list(_selectors(expression))
    for selector in selectors:
        if selector.name is None or selector.name not in names:
            yield f"there is no metric {selector.name}"
            continue
        labels = names[selector.name] | GIVEN_BY_PROMETHEUS
        for matcher in selector.matchers.matchers:
            if matcher.name not in labels:
                yield f"{selector.name} has no label {matcher.name}"
            for value in matcher.value.split("|"):
                if value not in VALUES.get(matcher.name, {value}):
                    yield f"{selector.name} is never {matcher.name}={value}"
    for aggregate, labels_asked in _groupings(expression):
        there = {name for s in _selectors(aggregate) for name in names.get(s.name or "", ())}
        for label in labels_asked:
            if label not in there | GIVEN_BY_PROMETHEUS:
                yield f"nothing that is aggregated has a label {label}"


def _selectors(expression: Expr) -> Iterator[VectorSelector]:
    found: list[VectorSelector] = []

    def visit(node: Expr) -> None:
        if isinstance(node, MatrixSelector):
            found.append(node.vector_selector)
        elif isinstance(node, VectorSelector):
            found.append(node)

    promql_parser.walk(expression, visit)
    yield from found


def _groupings(expression: Expr) -> Iterator[tuple[Expr, list[str]]]:
    found: list[tuple[Expr, list[str]]] = []

    def visit(node: Expr) -> None:
        if isinstance(node, AggregateExpr) and node.modifier is not None:
            found.append((node.expr, node.modifier.labels))
        elif isinstance(node, BinaryExpr) and node.modifier is not None and node.modifier.matching:
            found.append((node, node.modifier.matching.labels))

    promql_parser.walk(expression, visit)
    yield from found
