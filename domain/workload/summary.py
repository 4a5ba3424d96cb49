"""A player's range of days in a few numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.workload.analysis import PlayerWorkload
from domain.workload.model import RiskBand, Value


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


NOTHING_KNOWN = Summary(*[None] * 9)


def summary_of(workload: PlayerWorkload | None) -> Summary:
    """None where nothing of the range has come to pass yet. A sum leaves out what nobody reported."""
    if workload is None:
        return NOTHING_KNOWN
    last = workload.days[-1]
    return Summary(
        _sum(day.total_load for day in workload.days),
        _sum(day.training_load for day in workload.days),
        _sum(day.game_load for day in workload.days),
        last.monotony.value,
        last.strain.value,
        last.acute_chronic_ewma.value,
        last.recovery.value,
        last.readiness.score.value,
        last.risk.band,
    )


def _sum(values: Iterable[Value]) -> float | None:
    known = [each.value for each in values if each.value is not None]
    return sum(known) if known else None
