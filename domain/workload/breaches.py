"""When a player's day is past the team's thresholds: one breach for each type, with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.planning_events import ThresholdType
from domain.workload.model import MODEL_VERSION, Metric, RiskBand, RiskFlag, Value
from domain.workload.player import PlayerDay
from domain.workload.risk import FLAGS_FOR_HIGH, risk_of
from domain.workload.thresholds import WorkloadThresholds


class Severity(StrEnum):
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Breach:
    """``current_value`` and ``threshold_value`` are in the metric's unit; of ``injury_risk`` they count flags
    and ``metric`` is None."""

    type: ThresholdType
    severity: Severity
    day: date
    metric: Metric | None
    current_value: float
    threshold_value: float
    reason: str
    flags: tuple[RiskFlag, ...] = ()
    model_version: str = MODEL_VERSION


def breaches_of(day: PlayerDay, thresholds: WorkloadThresholds) -> tuple[Breach, ...]:
    """At most one of each type: high load, recovery needed, injury risk.

    A provisional readiness or recovery breaches nothing. A week with unreported days does where what is
    known of it is over the limit already. The athlete's own percentile is the one ``day`` was analysed with.
    """
    return (*_high_load(day, thresholds), *_recovery_needed(day, thresholds), *_injury_risk(day, thresholds))


def _high_load(day: PlayerDay, thresholds: WorkloadThresholds) -> Iterator[Breach]:
    load, own = day.week_load.value, day.own_load_limit.value
    if load is None:
        return
    limit, critical = thresholds.acute_load_limit_au, thresholds.acute_load_critical_au
    if limit is not None and load > limit:
        passed = critical if critical is not None and load > critical else limit
        severity = Severity.WARNING if passed == limit else Severity.CRITICAL
        reason = f"The last seven days' load is {load:.0f} AU, over the team's {passed:g} AU."
        yield _breach(ThresholdType.HIGH_LOAD, severity, day, Metric.WEEK_LOAD, load, passed, reason)
    elif thresholds.acute_load_percentile is not None and own is not None and load > own:
        reason = (
            f"The last seven days' load is {load:.0f} AU, over {own:.0f} AU: "
            f"{thresholds.acute_load_percentile:g} of 100 of the athlete's own weeks were lighter."
        )
        yield _breach(ThresholdType.HIGH_LOAD, Severity.WARNING, day, Metric.WEEK_LOAD, load, own, reason)


def _recovery_needed(day: PlayerDay, thresholds: WorkloadThresholds) -> Iterator[Breach]:
    found = [
        *_under(
            day,
            Metric.READINESS,
            day.readiness.score,
            thresholds.readiness_floor,
            thresholds.readiness_critical,
        ),
        *_under(day, Metric.RECOVERY, day.recovery, thresholds.recovery_floor, thresholds.recovery_critical),
    ]
    found.sort(key=lambda each: each.severity is not Severity.CRITICAL)
    yield from found[:1]


def _under(
    day: PlayerDay, metric: Metric, score: Value, floor: float | None, critical: float | None
) -> Iterator[Breach]:
    if floor is None or score.value is None or score.is_provisional or score.value >= floor:
        return
    is_critical = critical is not None and score.value < critical
    passed = critical if is_critical and critical is not None else floor
    reason = f"{metric.value.capitalize()} is {score.value:.0f} of 100, under {passed:g}; 50 is usual."
    severity = Severity.CRITICAL if is_critical else Severity.WARNING
    yield _breach(ThresholdType.RECOVERY_NEEDED, severity, day, metric, score.value, passed, reason)


def _injury_risk(day: PlayerDay, thresholds: WorkloadThresholds) -> Iterator[Breach]:
    risk = risk_of(day.value, thresholds)
    if risk.band is RiskBand.HIGH:
        yield Breach(
            ThresholdType.INJURY_RISK,
            Severity.CRITICAL,
            day.day,
            None,
            len(risk.flags),
            FLAGS_FOR_HIGH,
            " ".join(each.reason for each in risk.flags),
            risk.flags,
        )


def _breach(
    type_: ThresholdType,
    severity: Severity,
    day: PlayerDay,
    metric: Metric,
    value: float,
    limit: float,
    reason: str,
) -> Breach:
    return Breach(type_, severity, day.day, metric, value, limit, reason)
