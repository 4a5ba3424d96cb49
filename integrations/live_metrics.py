"""What Prometheus is told about those who follow what happens. Labels have few values: names of the code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge


class Transport(StrEnum):
    """How somebody follows."""

    WEBSOCKET = "websocket"
    SSE = "sse"
    MULTIPART = "multipart"


class Dropped(StrEnum):
    """Why a reader was given up: it had too much before it, or it read nothing at all."""

    SLOW = "slow"
    STUCK = "stuck"


class LiveMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._connections = Gauge(
            "taper_live_connections",
            "WebSockets and streams that are open.",
            ("transport",),
            registry=registry,
        )
        self._subscriptions = Gauge(
            "taper_live_subscriptions", "Subscriptions that are open.", ("field",), registry=registry
        )
        self._delivered = Counter(
            "taper_live_delivered_total",
            "Events handed to those who follow, each counted for each.",
            ("field",),
            registry=registry,
        )
        self._executed = Counter(
            "taper_live_executed_total",
            "Answers made for events; one serves all who may share it.",
            ("field",),
            registry=registry,
        )
        self._dropped = Counter(
            "taper_live_dropped_total",
            "Readers that were given up, by why.",
            ("reason",),
            registry=registry,
        )
        self._closed = Counter(
            "taper_live_closed_total", "WebSockets that we closed, by code.", ("code",), registry=registry
        )
        for transport in Transport:
            self._connections.labels(transport.value)
        for reason in Dropped:
            self._dropped.labels(reason.value)

    @contextmanager
    def connection(self, transport: Transport) -> Iterator[None]:
        with self._connections.labels(Transport(transport).value).track_inprogress():
            yield

    def subscribed(self, field: str, change: int) -> None:
        """One more, or one less."""
        self._subscriptions.labels(field).inc(change)

    def delivered(self, field: str, count: int) -> None:
        self._delivered.labels(field).inc(count)

    def executed(self, field: str) -> None:
        self._executed.labels(field).inc()

    def dropped(self, reason: Dropped) -> None:
        self._dropped.labels(Dropped(reason).value).inc()

    def closed(self, code: int) -> None:
        self._closed.labels(str(code)).inc()
