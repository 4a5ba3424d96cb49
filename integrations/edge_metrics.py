"""What Prometheus is told of the door: who was turned away, and why."""

from __future__ import annotations

from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

COSTS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)


class Limit(Protocol):
    @property
    def limit(self) -> int: ...

    @property
    def inside(self) -> int: ...


class EdgeMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._rate_limited = Counter(
            "taper_rate_limited_total",
            "Operations of callers who had spent what they have, by whether they were signed in.",
            ("caller",),
            registry=registry,
        )
        self._shed = Counter(
            "taper_requests_shed_total",
            "Requests that were turned away because too many were being served, by where.",
            ("at",),
            registry=registry,
        )
        self._cost = Histogram(
            "taper_operation_cost",
            "Cost of the operations that were let in.",
            buckets=COSTS,
            registry=registry,
        )
        self._untrusted = Counter(
            "taper_untrusted_documents_total",
            "Documents that are not in the manifest, by whether they were run.",
            ("outcome",),
            registry=registry,
        )
        self._redis_errors = Counter(
            "taper_rate_limit_redis_errors_total",
            "Times that Redis did not say what a caller has left, so that this process did.",
            registry=registry,
        )
        self._limit = Gauge(
            "taper_door_limit", "Requests that are let in at a time, as learned just now.", registry=registry
        )
        self._inside = Gauge("taper_door_inside", "Requests that are being served now.", registry=registry)
        for caller in ("anonymous", "signed_in"):
            self._rate_limited.labels(caller)
        for at in ("door", "operation"):
            self._shed.labels(at)
        for outcome in ("refused", "run"):
            self._untrusted.labels(outcome)

    def rate_limited(self, *, signed_in: bool) -> None:
        self._rate_limited.labels("signed_in" if signed_in else "anonymous").inc()

    def shed(self, at: str) -> None:
        """``door``: before the body was read; ``operation``: when it was known what was asked."""
        self._shed.labels(at).inc()

    def cost(self, cost: int) -> None:
        self._cost.observe(cost)

    def untrusted(self, *, was_run: bool) -> None:
        self._untrusted.labels("run" if was_run else "refused").inc()

    def redis_error(self) -> None:
        self._redis_errors.inc()

    def watch(self, limit: Limit) -> None:
        """Read when it is scraped."""
        self._limit.set_function(lambda: limit.limit)
        self._inside.set_function(lambda: limit.inside)
