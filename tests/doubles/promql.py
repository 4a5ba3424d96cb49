"""PromQL over a few scrapes, as far as our dashboard, alerts and rollout use it.

The one simplification: ``rate`` and ``increase`` take the difference of the first and the last scrape in the
window and do not extrapolate to its edges.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

import promql_parser as ql
from prometheus_client.parser import text_string_to_metric_families

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
Scrape = tuple[timedelta, dict[str, Vector]]

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "/": lambda a, b: a / b if b else math.nan if a == 0 or math.isnan(a) else math.inf,
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
}


def read(text: str, job: str = "taper") -> dict[str, Vector]:
    """A body of /metrics, with the labels that Prometheus adds."""
    samples: dict[str, Vector] = defaultdict(dict)
    own = {"job": job, "instance": "app:8000"}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            samples[sample.name][frozenset((sample.labels | own).items())] = sample.value
    samples["up"] = {frozenset(own.items()): 1.0}
    return samples


def evaluate(query: str, scrapes: list[Scrape]) -> Vector | float:
    """At the time of the last scrape; a scrape is the time since the first, and its samples."""
    return _value(ql.parse(query), scrapes)


def _value(node: ql.Expr, scrapes: list[Scrape]) -> Vector | float:
    match node:
        case ql.NumberLiteral():
            return node.val
        case ql.ParenExpr():
            return _value(node.expr, scrapes)
        case ql.VectorSelector():
            return _selected(node, scrapes[-1][1]) if scrapes else {}
        case ql.Call():
            return _called(node, scrapes)
        case ql.AggregateExpr():
            return _aggregated(node, scrapes)
        case ql.BinaryExpr():
            return _combined(str(node.op), _value(node.lhs, scrapes), _value(node.rhs, scrapes))
    raise NotImplementedError(type(node))


def _selected(selector: ql.VectorSelector, samples: dict[str, Vector]) -> Vector:
    return {
        labels: value
        for labels, value in samples.get(selector.name or "", {}).items()
        if all(
            _matches(matcher, dict(labels).get(matcher.name, "")) for matcher in selector.matchers.matchers
        )
    }


def _matches(matcher: ql.Matcher, value: str) -> bool:
    if matcher.op in (ql.MatchOp.Equal, ql.MatchOp.NotEqual):
        return (matcher.value == value) is (matcher.op == ql.MatchOp.Equal)
    return bool(re.fullmatch(matcher.value, value)) is (matcher.op == ql.MatchOp.Re)


def _called(call: ql.Call, scrapes: list[Scrape]) -> Vector:
    match call.func.name:
        case "rate" | "increase":
            return _increase(call.args[0], scrapes, per_second=call.func.name == "rate")
        case "histogram_quantile":
            buckets = _value(call.args[1], scrapes)
            assert isinstance(buckets, dict)
            return _quantile(call.args[0].val, buckets)
        case "absent":
            return {} if _value(call.args[0], scrapes) else {frozenset(): 1.0}
    raise NotImplementedError(call.func.name)


def _increase(matrix: ql.MatrixSelector, scrapes: list[Scrape], *, per_second: bool) -> Vector:
    """A series that is gone by now still has its samples in the window, as in Prometheus."""
    samples: dict[Labels, list[float]] = defaultdict(list)
    for at, scrape in scrapes:
        if scrapes[-1][0] - at <= matrix.range:
            for labels, value in _selected(matrix.vector_selector, scrape).items():
                samples[labels].append(value)
    per = matrix.range.total_seconds() if per_second else 1.0
    return {labels: (values[-1] - values[0]) / per for labels, values in samples.items() if len(values) > 1}


def _quantile(quantile: float, buckets: Vector) -> Vector:
    groups: dict[Labels, list[tuple[float, float]]] = defaultdict(list)
    for labels, count in buckets.items():
        bound = float(dict(labels)["le"])
        groups[frozenset(pair for pair in labels if pair[0] != "le")].append((bound, count))
    return {labels: _interpolated(quantile, sorted(group)) for labels, group in groups.items()}


def _interpolated(quantile: float, buckets: list[tuple[float, float]]) -> float:
    """As Prometheus has it: linear within a bucket, and never above the last finite bound."""
    total = buckets[-1][1]
    if total == 0:
        return math.nan
    rank, lower, below = quantile * total, 0.0, 0.0
    for bound, count in buckets:
        if count >= rank:
            if math.isinf(bound):
                return lower
            return lower + (bound - lower) * (rank - below) / (count - below)
        lower, below = bound, count
    raise AssertionError("the last bucket holds everything")


def _aggregated(node: ql.AggregateExpr, scrapes: list[Scrape]) -> Vector:
    inner = _value(node.expr, scrapes)
    assert isinstance(inner, dict)
    if str(node.op) == "topk":
        assert node.param is not None
        return dict(sorted(inner.items(), key=lambda item: -item[1])[: int(node.param.val)])
    kept = set(node.modifier.labels) if node.modifier else set()
    groups: dict[Labels, list[float]] = defaultdict(list)
    for labels, value in inner.items():
        groups[frozenset(pair for pair in labels if pair[0] in kept)].append(value)
    if str(node.op) == "count":
        return {labels: float(len(values)) for labels, values in groups.items()}
    assert str(node.op) == "sum", node.op
    return {labels: sum(values) for labels, values in groups.items()}


def _combined(op: str, left: Vector | float, right: Vector | float) -> Vector | float:
    assert isinstance(left, dict), "a scalar on the left is not used"
    if op == "or":
        assert isinstance(right, dict)
        return left | {labels: value for labels, value in right.items() if labels not in left}
    pairs = {
        labels: (value, right if isinstance(right, float) else right[labels])
        for labels, value in left.items()
        if isinstance(right, float) or labels in right
    }
    if op == "and":
        return {labels: value for labels, (value, _) in pairs.items()}
    if op in _COMPARISONS:
        return {labels: a for labels, (a, b) in pairs.items() if _COMPARISONS[op](a, b)}
    return {labels: _ARITHMETIC[op](a, b) for labels, (a, b) in pairs.items()}
