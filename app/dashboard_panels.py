"""What the dashboard shows: one panel after the other, with the questions that they ask."""

from __future__ import annotations

from dataclasses import dataclass

from domain.rollout import GUARD_RAILS, GuardRail
from integrations.promql import ENGINE, OUR_FAULTS, TIME_CRUNCH, Signals

WINDOW = "$__rate_interval"  # Grafana puts in what suits the zoom and the scrape interval

GREEN, YELLOW, RED = "green", "yellow", "red"


@dataclass(frozen=True, slots=True)
class Step:
    """A colour from ``value`` on; None is from the bottom."""

    colour: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """``queries`` are pairs of PromQL and legend; a legend may name a label, as in {{result}}."""

    title: str
    description: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    kind: str = "timeseries"
    width: int = 12
    height: int = 8
    steps: tuple[Step, ...] = (Step(GREEN),)
    stacked: bool = False
    decimals: int | None = None
    most: float | None = None


def _of_rail(rail: GuardRail) -> tuple[Step, ...]:
    """Green where a rollout may advance, red where it is rolled back."""
    if rail.healthy > rail.unbearable:
        return Step(RED), Step(YELLOW, rail.unbearable), Step(GREEN, rail.healthy)
    return Step(GREEN), Step(YELLOW, rail.healthy), Step(RED, rail.unbearable)


SUCCESS, ERRORS, P95 = (_of_rail(rail) for rail in GUARD_RAILS)
ANY_IS_BAD = (Step(GREEN), Step(RED, 0.001))


def _quantiles(signals: Signals) -> tuple[tuple[str, str], ...]:
    return tuple((signals.quantile_seconds(q, WINDOW), f"p{q * 100:.0f}") for q in (0.5, 0.95, 0.99))


PANELS = (
    Panel(
        "Success rate, 30 min",
        "Compressed or unchanged, of all attempts. A rollout advances over 95 %, rolls back under 90 %.",
        "percentunit",
        ((TIME_CRUNCH.success_share("30m"), ""),),
        kind="stat", width=6, height=5, steps=SUCCESS, decimals=2,
    ),
    Panel(
        "Error rate, 30 min",
        "Attempts that failed through a fault of ours. A rollout advances under 1 %, rolls back over 5 %.",
        "percentunit",
        ((TIME_CRUNCH.error_share("30m"), ""),),
        kind="stat", width=6, height=5, steps=ERRORS, decimals=2,
    ),
    Panel(
        "p95 duration, 30 min",
        "19 of 20 requests were faster. A rollout advances under 5 s, rolls back over 10 s.",
        "s",
        ((TIME_CRUNCH.quantile_seconds(0.95, "30m"), ""),),
        kind="stat", width=6, height=5, steps=P95,
    ),
    Panel(
        "Attempts, 30 min",
        "Requests to compress that the feature was on for. A rollout needs 200 to advance.",
        "short",
        ((f"sum(increase({TIME_CRUNCH.attempts}[30m]))", ""),),
        kind="stat", width=6, height=5, decimals=0,
    ),
    Panel(
        "Requests by result",
        "Every request to compress, also while the feature was off for the caller (disabled).",
        "reqps",
        ((f"sum by (result) (rate(planning_time_crunch_requests_total[{WINDOW}]))", "{{result}}"),),
        stacked=True,
    ),
    Panel(
        "Requests by source",
        "Where they come from: the call to action, automatically, by hand, or nobody said.",
        "reqps",
        ((f"sum by (source) (rate(planning_time_crunch_requests_total[{WINDOW}]))", "{{source}}"),),
        stacked=True,
    ),
    Panel(
        "Success rate",
        "The lines are the guard rails. It falls when callers are refused as well as when we fail.",
        "percentunit",
        ((TIME_CRUNCH.success_share(WINDOW), "success"),),
        steps=SUCCESS, most=1,
    ),
    Panel(
        "Error rate",
        "The lines are the guard rails. It rises only when we fail.",
        "percentunit",
        ((TIME_CRUNCH.error_share(WINDOW), "errors"),),
        steps=ERRORS,
    ),
    Panel(
        "Durations",
        "Whole requests to compress or to preview, the database included.",
        "s",
        _quantiles(TIME_CRUNCH),
        steps=P95,
    ),
    Panel(
        "Engine durations",
        "The computation alone. Answers that were worked out before take no time and are not in here.",
        "s",
        _quantiles(ENGINE),
    ),
    Panel(
        "Engine requests by strategy",
        "What kind of session came out; none where there was no result.",
        "reqps",
        (
            (
                f"sum by (strategy) (rate(planning_engine_time_crunch_requests_total[{WINDOW}]))",
                "{{strategy}}",
            ),
        ),
        stacked=True,
    ),
    Panel(
        "Engine errors by code",
        f"Calls without a result. {', '.join(OUR_FAULTS)} are faults; the rest are refusals.",
        "reqps",
        ((f"sum by (code) (rate(planning_engine_time_crunch_errors_total[{WINDOW}]))", "{{code}}"),),
    ),
    Panel(
        "Operations by outcome",
        "All GraphQL operations. refused is an answer that the caller can act on, fault is ours.",
        "reqps",
        ((f"sum by (outcome) (rate(taper_graphql_operations_total[{WINDOW}]))", "{{outcome}}"),),
        stacked=True,
    ),
    Panel(
        "Slowest operations",
        "p95 of the ten slowest, by name. Names beyond the first 200 are together as other.",
        "s",
        (
            (
                "topk(10, histogram_quantile(0.95, sum by (le, operation) "
                f"(rate(taper_graphql_duration_seconds_bucket[{WINDOW}]))))",
                "{{operation}}",
            ),
        ),
    ),
    Panel(
        "Faults by code",
        "Faults of ours that callers met. Each is in the log once, with its correlation id.",
        "reqps",
        ((f"sum by (code) (rate(taper_faults_total[{WINDOW}]))", "{{code}}"),),
    ),
    Panel(
        "In flight",
        "HTTP requests being served at this moment, by process.",
        "short",
        (("taper_http_in_flight", "{{instance}}"),),
        decimals=0,
    ),
    Panel(
        "Flag errors, 1 h",
        "Evaluations of a flag that failed, so that it counted as off.",
        "short",
        (("sum by (flag) (increase(taper_flag_errors_total[1h]))", "{{flag}}"),),
        kind="stat", width=8, height=6, steps=ANY_IS_BAD, decimals=0,
    ),
    Panel(
        "Analytics dropped, 1 h",
        "Events that Segment did not take. They are gone.",
        "short",
        (("sum(increase(taper_analytics_dropped_total[1h]))", ""),),
        kind="stat", width=8, height=6, steps=ANY_IS_BAD, decimals=0,
    ),
    Panel(
        "Ready",
        "Processes that can serve, of all that are scraped.",
        "short",
        (("sum(taper_ready == 1)", "ready"), ("count(up{job=\"taper\"})", "scraped")),
        kind="stat", width=8, height=6, decimals=0,
    ),
    Panel(
        "Memory",
        "Resident memory by process.",
        "bytes",
        (("process_resident_memory_bytes", "{{instance}}"),),
    ),
    Panel(
        "Processor",
        "Processor seconds a second by process; one process uses hardly more than one.",
        "short",
        ((f"rate(process_cpu_seconds_total[{WINDOW}])", "{{instance}}"),),
    ),
)  # fmt: skip
