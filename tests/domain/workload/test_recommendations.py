"""What is recommended after a breach, and that the coming week really is what it says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.planning_events import AdjustmentKind, ThresholdType
from domain.workload.analysis import analyse
from domain.workload.breaches import Breach, Severity
from domain.workload.model import Metric, RiskFlag, RiskFlagKind, WellnessDay
from domain.workload.projection import project
from domain.workload.recommendations import Recommendation, recommend
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds
from tests.domain.workload.cases import MONDAY, analysed, history_of, unhurried

STEADY = [300.0, 500, 400, 200, 600, 350, 0] * 6
FIRST = MONDAY + timedelta(days=len(STEADY))
YESTERDAY = FIRST - timedelta(days=1)
HARD_WEEK = [600.0, 700, 0, 500, 800, 400, 0]

JUMP, CHANGE, MONOTONY, STRAIN, WELLNESS = (
    RiskFlag(kind, 9.0, 1.5, f"{kind} is past its limit.")
    for kind in (
        RiskFlagKind.ACUTE_CHRONIC,
        RiskFlagKind.WEEK_CHANGE,
        RiskFlagKind.MONOTONY,
        RiskFlagKind.STRAIN,
        RiskFlagKind.WELLNESS,
    )
)


def week_of(loads: list[float]) -> dict[date, float]:
    return {FIRST + timedelta(days=at): load for at, load in enumerate(loads)}


def over(limit_au: float) -> Breach:
    return Breach(
        ThresholdType.HIGH_LOAD, Severity.WARNING, YESTERDAY, Metric.WEEK_LOAD, 3500, limit_au, "Too much."
    )


def at_risk(*flags: RiskFlag) -> Breach:
    return Breach(
        ThresholdType.INJURY_RISK, Severity.CRITICAL, YESTERDAY, None, len(flags), 2, "At risk.", flags
    )


def tired(severity: Severity) -> Breach:
    return Breach(ThresholdType.RECOVERY_NEEDED, severity, YESTERDAY, Metric.RECOVERY, 4, 10, "Tired.")


def advice(
    breach: Breach,
    week: list[float] = HARD_WEEK,
    *,
    wellness: WellnessDay | None = None,
    thresholds: WorkloadThresholds = DEFAULT_THRESHOLDS,
    history: list[float] = STEADY,
) -> Recommendation:
    return recommend(
        breach, history_of(history), week_of(week), FIRST, wellness=wellness, thresholds=thresholds
    )


class TestProjection:
    def test_it_is_what_the_analysis_finds_when_the_week_has_come_to_pass(self) -> None:
        projected = project(history_of(STEADY), week_of(HARD_WEEK), FIRST)

        sunday = analysed([*STEADY, *HARD_WEEK]).days[-1]
        morning_after = analysed([*STEADY, *HARD_WEEK, None]).days[-1]
        assert projected.week_load.value == sunday.week_load.value == 3000
        assert projected.monotony.value == sunday.monotony.value
        assert projected.strain.value == sunday.strain.value
        assert projected.acute_chronic.value == sunday.acute_chronic_ewma.value
        assert projected.fitness.value == sunday.fitness.value
        assert projected.form.value == morning_after.form.value
        assert projected.week_change.value == pytest.approx(100 * (3000 / 2350 - 1))
        assert projected.last == FIRST + timedelta(days=6)
        assert [day.load_au for day in projected.days] == HARD_WEEK

    def test_days_without_a_plan_are_for_rest_and_other_weeks_do_not_count(self) -> None:
        planned = {FIRST: 500.0, YESTERDAY: 9000.0, FIRST + timedelta(days=7): 9000.0}

        projected = project(history_of([*STEADY, 5000.0]), planned, FIRST)

        assert projected.week_load.value == 500
        assert projected.week_load.completeness == 1
        assert (
            projected.acute_chronic.value
            == analysed([*STEADY, 500, 0, 0, 0, 0, 0, 0]).days[-1].acute_chronic_ewma.value
        )

    def test_a_shorter_session_lowers_the_load_and_lifts_the_form(self) -> None:
        as_it_is = project(history_of(STEADY), week_of(HARD_WEEK), FIRST)
        shorter = project(history_of(STEADY), week_of([600.0, 350, 0, 500, 800, 400, 0]), FIRST)

        assert _number(shorter.form.value) > _number(as_it_is.form.value)
        assert _number(shorter.week_load.value) == 2650

    @pytest.mark.parametrize("load", [-1.0, float("nan"), float("inf")])
    def test_a_plan_that_is_no_load_is_refused(self, load: float) -> None:
        with pytest.raises(ValueError, match="is not from 0"):
            project(history_of(STEADY), {FIRST: load}, FIRST)

    def test_of_a_player_without_history_it_is_provisional(self) -> None:
        projected = project([], week_of(HARD_WEEK), FIRST)

        assert projected.week_load.value == 3000
        assert projected.acute_chronic.is_provisional
        assert projected.risk.band is not None


class TestHighLoad:
    def test_the_week_is_brought_back_under_the_limit_by_whole_percent(self) -> None:
        found = advice(over(2500))

        assert found.adjustment is not None
        assert (found.adjustment.type, found.adjustment.value) == (AdjustmentKind.REDUCE_LOAD, 17)
        assert found.as_planned.week_load.value == 3000
        assert found.as_recommended.week_load.value == pytest.approx(2490)
        assert "2490 AU instead of 3000" in found.effect

    @unhurried
    @given(st.lists(st.floats(0, 1500), min_size=7, max_size=7), st.floats(100, 5000))
    def test_it_is_the_least_reduction_that_is_enough(self, week: list[float], limit: float) -> None:
        found = advice(over(limit), week)

        if found.adjustment is None:
            assert sum(week) <= limit * (1 + 1e-9)
            return
        percent = found.adjustment.value
        assert sum(week) * (100 - percent) / 100 <= limit * (1 + 1e-9)
        assert sum(week) * (101 - percent) / 100 > limit * (1 - 1e-9)

    def test_under_the_limit_not_only_under_the_critical_one(self) -> None:
        limits = replace(DEFAULT_THRESHOLDS, acute_load_limit_au=2400.0, acute_load_critical_au=2700.0)

        found = advice(over(2700), thresholds=limits)

        assert found.adjustment is not None
        assert found.adjustment.value == 20

    def test_a_week_that_is_light_as_planned_stays(self) -> None:
        found = advice(over(2500), [300.0, 0, 300, 0, 300, 0, 0])

        assert found.adjustment is None
        assert found.as_recommended == found.as_planned


class TestInjuryRisk:
    @pytest.mark.parametrize("flags", [(JUMP, WELLNESS), (CHANGE, MONOTONY), (STRAIN, WELLNESS, CHANGE)])
    def test_two_independent_flags_leave_out_the_next_session(self, flags: tuple[RiskFlag, ...]) -> None:
        found = advice(at_risk(*flags), [0.0, 700, 0, 500, 0, 0, 0])

        assert found.adjustment is not None
        assert (found.adjustment.type, found.adjustment.value) == (AdjustmentKind.SKIP_TRAINING, 1)
        assert [day.load_au for day in found.as_recommended.days] == [0, 0, 0, 500, 0, 0, 0]

    @pytest.mark.parametrize("flags", [(JUMP, CHANGE), (MONOTONY, STRAIN)])
    def test_two_of_one_family_do_not(self, flags: tuple[RiskFlag, ...]) -> None:
        found = advice(at_risk(*flags), [900.0] * 7)

        assert found.adjustment is not None
        assert found.adjustment.type is not AdjustmentKind.SKIP_TRAINING

    def test_days_too_much_alike_get_a_day_off_and_are_less_alike(self) -> None:
        found = advice(at_risk(MONOTONY, STRAIN), [400.0, 420, 400, 420, 400, 420, 400])

        assert found.adjustment is not None
        assert (found.adjustment.type, found.adjustment.value) == (AdjustmentKind.INCREASE_RECOVERY, 24)
        assert _number(found.as_recommended.monotony.value) < _number(found.as_planned.monotony.value) / 5

    @unhurried
    @given(st.lists(st.floats(0, 2500), min_size=7, max_size=7), st.floats(1.05, 2.5))
    def test_the_ratio_ends_the_week_at_its_limit_with_the_least_reduction(
        self, week: list[float], limit: float
    ) -> None:
        limits = replace(DEFAULT_THRESHOLDS, acute_chronic_limit=limit, week_change_limit_percent=1000.0)
        assume(_number(advice(at_risk(JUMP), week, thresholds=limits).as_planned.acute_chronic.value) > limit)

        found = advice(at_risk(JUMP), week, thresholds=limits)

        assert found.adjustment is not None
        assert found.adjustment.type is AdjustmentKind.REDUCE_LOAD
        assert _number(found.as_recommended.acute_chronic.value) <= limit + 1e-6
        one_less = [load * (101 - found.adjustment.value) / 100 for load in week]
        assert (
            _number(project(history_of(STEADY), week_of(one_less), FIRST).acute_chronic.value) > limit - 1e-6
        )

    def test_the_weeks_change_comes_down_to_its_limit(self) -> None:
        found = advice(at_risk(JUMP, CHANGE), [1000.0, 0, 1000, 0, 1700, 0, 0])

        assert found.adjustment is not None
        assert found.adjustment.value == 18
        assert 29 < _number(found.as_recommended.week_change.value) <= 30

    @unhurried
    @given(st.lists(st.one_of(st.just(0.0), st.floats(1, 5000)), min_size=28, max_size=60))
    def test_a_week_of_rest_is_always_enough(self, history: list[float]) -> None:
        ratio = project(
            history_of(history, FIRST - timedelta(days=len(history))), {}, FIRST
        ).acute_chronic.value

        assert ratio is None or ratio < 0.8

    def test_nothing_planned_is_nothing_to_reduce(self) -> None:
        assert advice(at_risk(JUMP, CHANGE), []).adjustment is None


class TestRecoveryNeeded:
    @pytest.mark.parametrize(
        ("severity", "hours", "loads"),
        [
            (Severity.WARNING, 24, [0, 700, 0, 500, 800, 400, 0]),
            (Severity.CRITICAL, 48, [0, 0, 0, 500, 800, 400, 0]),
        ],
    )
    def test_time_to_recover(self, severity: Severity, hours: float, loads: list[float]) -> None:
        found = advice(tired(severity))

        assert found.adjustment is not None
        assert (found.adjustment.type, found.adjustment.value) == (AdjustmentKind.INCREASE_RECOVERY, hours)
        assert [day.load_au for day in found.as_recommended.days] == loads
        assert _number(found.as_recommended.form.value) > _number(found.as_planned.form.value)

    @pytest.mark.parametrize(
        ("wellness", "word"),
        [(WellnessDay(YESTERDAY, has_pain=True), "pain"), (WellnessDay(YESTERDAY, is_ill=True), "illness")],
    )
    @pytest.mark.parametrize("breach", [tired(Severity.WARNING), over(2500), at_risk(MONOTONY, STRAIN)])
    def test_pain_or_illness_leaves_out_the_next_session(
        self, wellness: WellnessDay, word: str, breach: Breach
    ) -> None:
        found = advice(breach, wellness=wellness)

        assert found.adjustment is not None
        assert (found.adjustment.type, found.adjustment.value) == (AdjustmentKind.SKIP_TRAINING, 1)
        assert word in found.reason
        assert [day.load_au for day in found.as_recommended.days] == [0, 700, 0, 500, 800, 400, 0]


def test_an_athlete_who_says_that_all_is_well_is_not_told_to_skip() -> None:
    found = advice(tired(Severity.WARNING), wellness=WellnessDay(YESTERDAY))

    assert found.adjustment is not None
    assert found.adjustment.type is AdjustmentKind.INCREASE_RECOVERY


def test_history_of_the_coming_week_is_replaced_by_its_plan() -> None:
    with_a_start = analyse(history_of([*STEADY, 2000.0]), (), FIRST, FIRST).days[0]

    projected = project(history_of([*STEADY, 2000.0]), {}, FIRST)

    assert with_a_start.total_load.value == 2000
    assert projected.days[0].load_au == 0


def _number(value: float | None) -> float:
    assert value is not None
    return value
