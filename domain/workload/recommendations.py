"""What to do about a breach, and what the coming week would be with it and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from domain.planning_events import AdjustmentKind, RecommendedAdjustment, ThresholdType
from domain.workload.breaches import Breach, Severity
from domain.workload.model import MODEL_VERSION, DayLoad, RiskFlagKind, WellnessDay
from domain.workload.projection import Projection, project
from domain.workload.risk import are_independent
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds

# [prior] One day more to recover; two where it is critical.
RECOVERY_HOURS = {Severity.WARNING: 24.0, Severity.CRITICAL: 48.0}


@dataclass(frozen=True, slots=True)
class Recommendation:
    """``adjustment`` None: the week as planned needs none. ``effect`` says in a sentence what it does."""

    adjustment: RecommendedAdjustment | None
    reason: str
    effect: str
    as_planned: Projection
    as_recommended: Projection
    model_version: str = MODEL_VERSION


def recommend(
    breach: Breach,
    history: Sequence[DayLoad],
    planned_au: Mapping[date, float],
    first: date,
    *,
    wellness: WellnessDay | None = None,
    thresholds: WorkloadThresholds = DEFAULT_THRESHOLDS,
) -> Recommendation:
    """For the week from ``first``, of which ``planned_au`` has the loads by day (rest where it has none).

    - pain or illness in ``wellness``, or flags of two families: leave out the next session;
    - high load, a jump in load: the percentage off that brings the week's end back under the limit;
    - recovery needed, days too much alike: hours without training.
    """
    week = _Week(history, planned_au, first, thresholds)
    adjustment, why = _adjustment(breach, week, wellness)
    as_planned = week.projected(week.loads)
    if adjustment is None:
        return Recommendation(None, why, "The week stays as it is planned.", as_planned, as_planned)
    as_recommended = week.projected(week.after(adjustment))
    return Recommendation(adjustment, why, _effect(as_planned, as_recommended), as_planned, as_recommended)


@dataclass(frozen=True, slots=True)
class _Week:
    history: Sequence[DayLoad]
    planned_au: Mapping[date, float]
    first: date
    thresholds: WorkloadThresholds

    @property
    def loads(self) -> dict[date, float]:
        days = (self.first + timedelta(days=ahead) for ahead in range(7))
        return {day: self.planned_au.get(day, 0.0) for day in days}

    def projected(self, loads: Mapping[date, float]) -> Projection:
        return project(self.history, loads, self.first, thresholds=self.thresholds)

    def after(self, adjustment: RecommendedAdjustment) -> dict[date, float]:
        """Hours to recover and skipped sessions count as load that is not done; a moved one comes later."""
        loads = self.loads
        match adjustment.type:
            case AdjustmentKind.REDUCE_LOAD:
                return {day: load * (100 - adjustment.value) / 100 for day, load in loads.items()}
            case AdjustmentKind.INCREASE_RECOVERY:
                off = sorted(loads)[: ceil(adjustment.value / 24)]
            case AdjustmentKind.SKIP_TRAINING:
                off = [day for day in sorted(loads) if loads[day] > 0][: int(adjustment.value)]
        return {day: 0.0 if day in off else load for day, load in loads.items()}


def _adjustment(
    breach: Breach, week: _Week, wellness: WellnessDay | None
) -> tuple[RecommendedAdjustment | None, str]:
    if wellness is not None and (wellness.has_pain or wellness.is_ill):
        what = "illness" if wellness.is_ill else "pain"
        return _skip(), f"{breach.reason} The athlete reports {what}: leave out the next session and ask."
    if breach.type is ThresholdType.RECOVERY_NEEDED:
        return _recover(RECOVERY_HOURS[breach.severity]), breach.reason
    if breach.type is ThresholdType.HIGH_LOAD:
        return _reduced(_share_under_load(week, _load_limit(breach, week.thresholds)), breach.reason)
    if are_independent(breach.flags):
        return _skip(), f"{breach.reason} These are independent signs: leave out the next session."
    kinds = {each.kind for each in breach.flags}
    if kinds & {RiskFlagKind.ACUTE_CHRONIC, RiskFlagKind.WEEK_CHANGE}:
        return _reduced(_share_under_ratios(week, kinds), breach.reason)
    # Less of everything leaves the days as alike as they were; a day off does not.
    return _recover(RECOVERY_HOURS[Severity.WARNING]), breach.reason


def _skip() -> RecommendedAdjustment:
    return RecommendedAdjustment(type=AdjustmentKind.SKIP_TRAINING, value=1)


def _recover(hours: float) -> RecommendedAdjustment:
    return RecommendedAdjustment(type=AdjustmentKind.INCREASE_RECOVERY, value=hours)


def _reduced(share: float, reason: str) -> tuple[RecommendedAdjustment | None, str]:
    """``share`` of the planned load may stay: in whole percent, so that the week ends within the limit."""
    percent = ceil(100 * (1 - share) - 1e-9)
    if percent <= 0:
        return None, f"{reason} What is planned for the coming week is no more than the limit allows."
    return RecommendedAdjustment(type=AdjustmentKind.REDUCE_LOAD, value=float(percent)), reason


def _load_limit(breach: Breach, thresholds: WorkloadThresholds) -> float:
    """Back under the limit, not only under the critical one."""
    limit = thresholds.acute_load_limit_au
    return breach.threshold_value if limit is None else min(limit, breach.threshold_value)


def _share_under_load(week: _Week, limit_au: float) -> float:
    planned = sum(week.loads.values())
    return limit_au / planned if planned > limit_au else 1.0


def _share_under_ratios(week: _Week, kinds: set[RiskFlagKind]) -> float:
    """The largest share of the planned load with which no flagged ratio ends the week over its limit.

    Averages are straight lines in the share, so two projections give them all. A week of rest is always
    enough: after it no ratio is above 0.8 (29/8 × 0.75^7 / (27/29)^7).
    """
    if not any(week.loads.values()):
        return 1.0
    planned = week.projected(week.loads)
    rest = week.projected(dict.fromkeys(week.loads, 0.0))
    shares = [1.0]
    if RiskFlagKind.ACUTE_CHRONIC in kinds:
        limit = week.thresholds.acute_chronic_limit
        at_rest = (rest.acute_load.value or 0.0) - limit * (rest.chronic_load.value or 0.0)
        at_plan = (planned.acute_load.value or 0.0) - limit * (planned.chronic_load.value or 0.0)
        if at_plan > 0:
            shares.append(-at_rest / (at_plan - at_rest))
    if RiskFlagKind.WEEK_CHANGE in kinds and (change := planned.week_change.value) is not None:
        limit = week.thresholds.week_change_limit_percent
        shares.append((100 + limit) / (100 + change) if change > -100 else 1.0)
    return min(shares)


def _effect(before: Projection, after: Projection) -> str:
    return (
        f"The coming week's load would be {_text(after.week_load.value, 0)} AU instead of "
        f"{_text(before.week_load.value, 0)}, the acute:chronic ratio {_text(after.acute_chronic.value, 2)} "
        f"instead of {_text(before.acute_chronic.value, 2)}, and form after it "
        f"{_text(after.form.value, 0)} instead of {_text(before.form.value, 0)}."
    )


def _text(value: float | None, digits: int) -> str:
    return "unknown" if value is None else f"{value:.{digits}f}"
