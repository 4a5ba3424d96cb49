"""What Prometheus is told about the planning service and the cache before it."""

from __future__ import annotations

from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from integrations.breaker import BreakerState
from integrations.planning_errors import Reason

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2)


class Operation(StrEnum):
    CURRENT_PHASE = "current_phase"
    SEASON_PLAN = "season_plan"
    TEMPLATE = "template"
    WORKLOAD = "workload"
    COMPLETION = "completion"


class PlanningMetrics:
    """Calls are what reached for the service; answers are what our own callers got, from the cache or not."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._calls = Counter(
            "taper_planning_service_calls_total",
            "Calls to the planning service, by how they ended; left_alone was not made.",
            ("operation", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "taper_planning_service_duration_seconds",
            "Seconds that a call to the planning service took, its retries included.",
            ("operation",),
            buckets=SECONDS,
            registry=registry,
        )
        self._answers = Counter(
            "taper_planning_service_answers_total",
            "Answers that were given, by whether they were fresh, stale or none.",
            ("operation", "freshness"),
            registry=registry,
        )
        self._rejected = Counter(
            "taper_planning_service_rejected_total",
            "Answers that were not what was agreed, and so were neither kept nor given.",
            ("operation",),
            registry=registry,
        )
        self._breaker = Gauge(
            "taper_planning_service_breaker",
            "0: calls are made, 1: one is tried, 2: the service is left alone.",
            registry=registry,
        )
        self._redis_errors = Counter(
            "taper_cache_redis_errors_total",
            "Times that the cache in Redis did not answer.",
            registry=registry,
        )
        for operation in Operation:
            self._calls.labels(operation.value, "ok")
            self._rejected.labels(operation.value)
            for freshness in ("fresh", "stale", "none") if operation is not Operation.COMPLETION else ():
                self._answers.labels(operation.value, freshness)

    def call(self, operation: Operation, failure: Reason | None, seconds: float) -> None:
        """``failure`` None is a good one."""
        self._calls.labels(operation.value, "ok" if failure is None else failure.value).inc()
        if failure not in (Reason.LEFT_ALONE, Reason.TOO_MANY):
            self._seconds.labels(operation.value).observe(seconds)

    def answer(self, operation: Operation, *, is_stale: bool | None) -> None:
        """``is_stale`` None: there was none to give."""
        freshness = "none" if is_stale is None else "stale" if is_stale else "fresh"
        self._answers.labels(operation.value, freshness).inc()

    def rejected(self, operation: Operation) -> None:
        self._rejected.labels(operation.value).inc()

    def breaker(self, state: BreakerState) -> None:
        self._breaker.set(_LEVELS.index(state))

    def redis_error(self) -> None:
        self._redis_errors.inc()


_LEVELS = (BreakerState.CLOSED, BreakerState.HALF_OPEN, BreakerState.OPEN)
