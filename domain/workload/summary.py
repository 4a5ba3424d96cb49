"""A player's range of days in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass

from domain.workload import risk
from domain.workload.analysis import PlayerWorkload
from domain.workload.model import Metric, RiskBand


@dataclass(frozen=True, slots=True)
class Summary:
    """Loads are summed over the range; all else is as it stood on its last day. None is not known."""

    total_load_au: float | None
    training_load_au: float | None
    game_load_au: float | None
    monotony: float | None
    strain_au: float | None
    acute_chronic_ratio: float | None
    recovery_score: float | None
    readiness_score: float | None
    risk_band: RiskBand | None


METRICS = frozenset(
    {
        Metric.TOTAL_LOAD,
        Metric.TRAINING_LOAD,
        Metric.GAME_LOAD,
        Metric.MONOTONY,
        Metric.STRAIN,
        Metric.ACUTE_CHRONIC_EWMA,
        Metric.RECOVERY,
        Metric.READINESS,
        *risk.METRICS,
    }
)
NOTHING_KNOWN = Summary(*[None] * 9)


def summary_of(workload: PlayerWorkload | None) -> Summary:
    """None where nothing of the range has come to pass yet. A sum leaves out what nobody reported."""
    if workload is None:
        return NOTHING_KNOWN
    last = workload.on(workload.last)
    return Summary(
        _sum(workload, Metric.TOTAL_LOAD),
        _sum(workload, Metric.TRAINING_LOAD),
        _sum(workload, Metric.GAME_LOAD),
        last.monotony.value,
        last.strain.value,
        last.acute_chronic_ewma.value,
        last.recovery.value,
        last.value(Metric.READINESS).value,
        last.risk.band,
    )


def _sum(workload: PlayerWorkload, metric: Metric) -> float | None:
    known = [each for each in workload.table.column(metric).numbers(workload.rows) if each is not None]
    return sum(known) if known else None
