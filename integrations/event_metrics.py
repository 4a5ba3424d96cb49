"""What Prometheus is told about events. A consumer's name comes from the code, so there are few."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Gauge


class DeliveryOutcome(StrEnum):
    """How a delivery ended; ``continued`` did a part of it, ``failed`` is one attempt, ``dead`` the last."""

    HANDLED = "handled"
    CONTINUED = "continued"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    FAILED = "failed"
    DEAD = "dead"


class ArrivalOutcome(StrEnum):
    """What was done with an event from another system."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class EventMetrics:
    """Backlog, age and dead letters are of the database, so every process reports the same."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._backlog = Gauge(
            "taper_outbox_backlog", "Events that are committed and not published.", registry=registry
        )
        self._age = Gauge(
            "taper_outbox_age_seconds",
            "Seconds since the oldest unpublished event was committed.",
            registry=registry,
        )
        self._waiting = Gauge(
            "taper_event_deliveries_waiting", "Deliveries that are still to be handled.", registry=registry
        )
        self._dead_letters = Gauge(
            "taper_dead_letters", "Events that an operator has to look at.", registry=registry
        )
        self._is_leader = Gauge(
            "taper_relay_is_leader", "1 if this process publishes the events.", registry=registry
        )
        self._is_redis_ok = Gauge(
            "taper_event_bus_redis_up", "1 if Redis answered when last asked.", registry=registry
        )
        self._published = Counter(
            "taper_events_published_total", "Events that this process published.", registry=registry
        )
        self._copied = Counter(
            "taper_events_copied_to_redis_total",
            "Events that this process wrote to the stream in Redis.",
            registry=registry,
        )
        self._arrivals = Counter(
            "taper_events_arrived_total",
            "Events from other systems, by what was done with them.",
            ("outcome",),
            registry=registry,
        )
        self._deliveries = Counter(
            "taper_event_deliveries_total",
            "Attempts to handle an event, by how they ended.",
            ("consumer", "outcome"),
            registry=registry,
        )
        for outcome in ArrivalOutcome:
            self._arrivals.labels(outcome.value)

    def consumers(self, names: Iterable[str]) -> None:
        """Counters begin at 0, so that the very first failure is seen as an increase."""
        for name in names:
            for outcome in DeliveryOutcome:
                self._deliveries.labels(name, outcome.value)

    def state(self, *, backlog: int, age_seconds: float, waiting: int, dead_letters: int) -> None:
        self._backlog.set(backlog)
        self._age.set(age_seconds)
        self._waiting.set(waiting)
        self._dead_letters.set(dead_letters)

    def leading(self, is_leader: bool) -> None:
        self._is_leader.set(is_leader)

    def redis(self, is_ok: bool) -> None:
        self._is_redis_ok.set(is_ok)

    def published(self, events: int) -> None:
        self._published.inc(events)

    def copied(self, events: int) -> None:
        self._copied.inc(events)

    def arrival(self, outcome: ArrivalOutcome) -> None:
        self._arrivals.labels(outcome.value).inc()

    def delivery(self, consumer: str, outcome: DeliveryOutcome) -> None:
        self._deliveries.labels(consumer, outcome.value).inc()
