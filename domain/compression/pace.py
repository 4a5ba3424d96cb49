"""How fast this athlete really trains: real seconds for each modelled second (docs/formulas.md)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median, quantiles

from domain.compression.model import Pace, PaceSource
from domain.sessions import LoggedDuration

LEAST_LOGS = 5
DEFAULT_PACE = 1.25  # [prior; published session lengths run a median 1.5 times this model]
SLOWEST_PLANNED, FASTEST_PLANNED = 2.0, 0.8


def pace_of(modelled_seconds: float, planned_minutes: int | None, logs: Sequence[LoggedDuration]) -> Pace:
    """From the athlete's logs if there are five; else from the coach's planned duration; else 1.25."""
    ratios = [each.actual_minutes * 60 / each.modelled_seconds for each in logs if each.modelled_seconds > 0]
    if len(ratios) >= LEAST_LOGS:
        fifths = quantiles(ratios, n=5, method="inclusive")
        return Pace(median(ratios), PaceSource.LOGGED, len(ratios), fifths[0], fifths[-1])
    if planned_minutes is not None and modelled_seconds > 0:
        factor = planned_minutes * 60 / modelled_seconds
        return Pace(min(max(factor, FASTEST_PLANNED), SLOWEST_PLANNED), PaceSource.PLANNED, len(ratios))
    return Pace(DEFAULT_PACE, PaceSource.DEFAULT, len(ratios))
