"""What Prometheus is told about the two lanes in which a query can be answered."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

COMPILED = "compiled"

_ANSWERED, _HANDED_ON = "answered", "handed_on"


class LaneMetrics:
    """``reason`` is why a query was left to the reference lane: one of a fixed few words."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._queries = Counter(
            "taper_graphql_lane_queries_total",
            "Queries, by whether they were compiled, or why they were left to the resolvers.",
            ("lane",),
            registry=registry,
        )
        self._of: dict[str, Counter] = {}
        shortcuts = Counter(
            "taper_http_shortcuts_total",
            "Requests that took the shortcut, by whether it answered them or handed them on.",
            ("outcome",),
            registry=registry,
        )
        self._shortcut = shortcuts.labels(_ANSWERED)
        self._handed_on = shortcuts.labels(_HANDED_ON)

    def answered(self, lane: str) -> None:
        counter = self._of.get(lane)
        if counter is None:
            counter = self._of[lane] = self._queries.labels(lane)
        counter.inc()

    def shortcut(self, *, is_answered: bool) -> None:
        """A request that took it; most of the others were never offered, and are not counted."""
        (self._shortcut if is_answered else self._handed_on).inc()
