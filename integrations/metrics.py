"""What Prometheus is told. Every label has few values by construction: an enum, or a set with a bound."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from domain.compression.model import Strategy
from domain.sessions import CompressionSource
from integrations.edge_metrics import EdgeMetrics
from integrations.event_metrics import EventMetrics
from integrations.flags import Flag
from integrations.lane_metrics import LaneMetrics
from integrations.live_metrics import LiveMetrics

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
"""The dashboards' buckets from 0.05 on, three below them, as most compressions take milliseconds, one above:
a quantile never exceeds the last bound, so without it nothing could be seen to take more than 10 s."""

MOST_OPERATION_NAMES = 200
_SAFE_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,63}")


class CompressResult(StrEnum):
    """How a request to compress ended."""

    COMPRESSED = "compressed"
    UNCHANGED = "unchanged"
    DISABLED = "disabled"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    FAILED = "failed"


class EngineStatus(StrEnum):
    """How a call of the solver ended."""

    SUCCESS = "success"
    ERROR = "error"
    DISABLED = "disabled"


class ErrorCode(StrEnum):
    """The codes that are counted by name. Any other is ``other``: a sign that it is missing here."""

    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    PLAN_NOT_FOUND = "plan_not_found"
    SESSION_NOT_FOUND = "session_not_found"
    PLAN_MISSING_CONTENT = "plan_missing_content"
    PLAN_NOT_COMPRESSIBLE = "plan_not_compressible"
    TARGET_MINUTES_OUT_OF_RANGE = "target_minutes_out_of_range"
    FEATURE_NOT_AVAILABLE = "feature_not_available"
    INVALID_INPUT = "invalid_input"
    INVALID_STATE = "invalid_state"
    CONFLICT = "conflict"
    SEASON_DATA_UNAVAILABLE = "season_data_unavailable"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"
    OVERLOADED = "overloaded"
    INTERNAL_ERROR = "internal_error"
    OTHER = "other"

    @classmethod
    def of(cls, code: str) -> ErrorCode:
        try:
            return cls(code.lower())
        except ValueError:
            return cls.OTHER


class OperationKind(StrEnum):
    QUERY = "query"
    MUTATION = "mutation"
    SUBSCRIPTION = "subscription"
    UNKNOWN = "unknown"  # refused before it was understood


class Outcome(StrEnum):
    """``refused``: an answer that the caller can act on; ``invalid``: no valid operation; ``fault``: ours."""

    OK = "ok"
    REFUSED = "refused"
    INVALID = "invalid"
    FAULT = "fault"
    CANCELLED = "cancelled"


class InFlight:
    """A number that is read when it is scraped, and changed by one thread without a lock."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0

    def inc(self) -> None:
        self.count += 1

    def dec(self) -> None:
        self.count -= 1


class Metrics:
    """One registry of our own. Others may register further collectors with ``registry``."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._operation_names: set[str] = set()
        self._counter_of: dict[tuple[str, str, str], Counter] = {}
        self._seconds_of: dict[tuple[str, str], Histogram] = {}
        self._time_crunch()
        self._engine()
        self._graphql()
        self.events = EventMetrics(self.registry)
        self.lanes = LaneMetrics(self.registry)
        self.edge = EdgeMetrics(self.registry)
        self.live = LiveMetrics(self.registry)

    def time_crunch_request(self, result: CompressResult, source: str | None) -> None:
        """A source that is not ``cta``, ``auto`` or ``manual`` counts as ``unknown``."""
        self._requests.labels(CompressResult(result).value, CompressionSource.of(source).value).inc()

    def time_crunch_duration(self, seconds: float) -> None:
        """Of a whole request to compress or to preview, the database included."""
        self._request_seconds.observe(seconds)

    def engine_request(self, status: EngineStatus, strategy: Strategy | None) -> None:
        """Without a strategy, because there was no result, it counts as ``none``."""
        name = "none" if strategy is None else Strategy(strategy).value
        self._engine_requests.labels(EngineStatus(status).value, name).inc()

    def engine_duration(self, seconds: float) -> None:
        """Of the computation alone."""
        self._engine_seconds.observe(seconds)

    def engine_error(self, code: str) -> None:
        self._engine_errors.labels(ErrorCode.of(code).value).inc()

    def graphql_operation(
        self, name: str | None, kind: OperationKind, outcome: Outcome, seconds: float | None = None
    ) -> None:
        """``seconds`` is left out for a subscription, whose length says nothing about us."""
        operation = self._operation(name)
        key = (operation, kind, outcome)
        counter = self._counter_of.get(key)
        if counter is None:
            labels = (operation, OperationKind(kind).value, Outcome(outcome).value)
            counter = self._counter_of[key] = self._operations.labels(*labels)
        counter.inc()
        if seconds is not None:
            self._seconds(operation, kind).observe(seconds)

    def _seconds(self, operation: str, kind: OperationKind) -> Histogram:
        found = self._seconds_of.get((operation, kind))
        if found is None:
            found = self._operation_seconds.labels(operation, OperationKind(kind).value)
            self._seconds_of[operation, kind] = found
        return found

    def fault(self, code: str) -> None:
        self._faults.labels(ErrorCode.of(code).value).inc()

    def flag_error(self, flag: Flag) -> None:
        self._flag_errors.labels(Flag(flag).value).inc()

    def analytics_dropped(self, events: int) -> None:
        self._analytics_dropped.inc(events)

    def ready(self, is_ready: bool) -> None:
        """What readiness was found to be, whoever asked."""
        self._ready.set(is_ready)

    @contextmanager
    def http_in_flight(self) -> Iterator[None]:
        self.in_flight.inc()
        try:
            yield
        finally:
            self.in_flight.dec()

    def render(self) -> tuple[bytes, str]:
        """The body of ``/metrics`` and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST

    def _operation(self, name: str | None) -> str:
        """Names come from callers, so only the first ones count by name: a flood cannot fill the memory."""
        if name is None:
            return "anonymous"
        if name in self._operation_names:
            return name
        if len(self._operation_names) >= MOST_OPERATION_NAMES or not _SAFE_NAME.fullmatch(name):
            return "other"
        self._operation_names.add(name)
        return name

    def _time_crunch(self) -> None:
        self._requests = Counter(
            "planning_time_crunch_requests_total",
            "Requests to compress a session, by how they ended and where they came from.",
            ("result", "source"),
            registry=self.registry,
        )
        self._request_seconds = Histogram(
            "planning_time_crunch_duration_seconds",
            "Seconds that a request to compress took as a whole.",
            buckets=SECONDS,
            registry=self.registry,
        )
        # Counters begin at 0: a rate over the very first event is not lost, an alert has something to read.
        for result in CompressResult:
            for source in CompressionSource:
                self._requests.labels(result.value, source.value)

    def _engine(self) -> None:
        self._engine_requests = Counter(
            "planning_engine_time_crunch_requests_total",
            "Calls of the compression engine, by how they ended and the strategy of the result.",
            ("status", "strategy"),
            registry=self.registry,
        )
        self._engine_seconds = Histogram(
            "planning_engine_time_crunch_duration_seconds",
            "Seconds that the compression engine computed.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self._engine_errors = Counter(
            "planning_engine_time_crunch_errors_total",
            "Calls of the compression engine that gave no result, by error code.",
            ("code",),
            registry=self.registry,
        )
        for strategy in Strategy:
            self._engine_requests.labels(EngineStatus.SUCCESS.value, strategy.value)
        self._engine_requests.labels(EngineStatus.ERROR.value, "none")
        self._engine_requests.labels(EngineStatus.DISABLED.value, "none")
        for code in ErrorCode:
            self._engine_errors.labels(code.value)

    def _graphql(self) -> None:
        self._operations = Counter(
            "taper_graphql_operations_total",
            "GraphQL operations, by name, kind and outcome.",
            ("operation", "kind", "outcome"),
            registry=self.registry,
        )
        self._operation_seconds = Histogram(
            "taper_graphql_duration_seconds",
            "Seconds that a GraphQL operation took.",
            ("operation", "kind"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._faults = Counter(
            "taper_faults_total",
            "Faults of ours that callers met, by error code.",
            ("code",),
            registry=self.registry,
        )
        self._flag_errors = Counter(
            "taper_flag_errors_total",
            "Evaluations of a feature flag that failed and gave the default.",
            ("flag",),
            registry=self.registry,
        )
        self._analytics_dropped = Counter(
            "taper_analytics_dropped_total", "Analytics events that were lost.", registry=self.registry
        )
        self.in_flight = InFlight()
        Gauge("taper_http_in_flight", "HTTP requests being served now.", registry=self.registry).set_function(
            lambda: self.in_flight.count
        )
        self._ready = Gauge(
            "taper_ready",
            "1 when /readyz last said ready, 0 when it did not, NaN while nobody has asked.",
            registry=self.registry,
        )
        self._ready.set(math.nan)
        for code in ErrorCode:
            self._faults.labels(code.value)
        for flag in Flag:
            self._flag_errors.labels(flag.value)
