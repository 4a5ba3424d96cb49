"""The risk band, the team's limits, and what breaches them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.planning_events import ThresholdType
from domain.workload.breaches import Severity, breaches_of
from domain.workload.model import Metric, RiskBand, RiskFlagKind, WellnessItem
from domain.workload.player import PlayerDay
from domain.workload.risk import band_of, risk_of
from domain.workload.thresholds import DEFAULT_THRESHOLDS, WorkloadThresholds, check, issues_of
from tests.domain.workload.cases import analysed, scored, unhurried

STEADY = [300.0, 500, 400, 200, 600, 350, 0] * 6
DOUBLED = [*STEADY, *(2 * load for load in STEADY[:7])]


def flags_of(day: PlayerDay) -> set[RiskFlagKind]:
    return {flag.kind for flag in day.risk.flags}


class TestRiskBand:
    def test_a_steady_athlete_is_at_low_risk(self) -> None:
        risk = analysed(STEADY).days[-1].risk

        assert (risk.band, risk.flags) == (RiskBand.LOW, ())
        assert risk.completeness == pytest.approx(3 / 5)  # no strain z without variation, and no wellness

    def test_one_flag_is_medium(self) -> None:
        week_before, week = [300.0, 500, 400, 200, 600, 350, 0], [400.0, 650, 550, 250, 800, 450, 60]

        day = analysed(
            [*week_before * 6, *week], thresholds=replace(DEFAULT_THRESHOLDS, strain_z_limit=10)
        ).days[-1]

        assert day.risk.band is RiskBand.MEDIUM
        (flag,) = day.risk.flags
        assert (flag.kind, flag.limit) == (RiskFlagKind.WEEK_CHANGE, 30)
        assert flag.value == pytest.approx(100 * (3160 / 2350 - 1))
        assert flag.reason == "The week's load is 34 % above the week before, over 30 %."

    def test_two_or_more_are_high_and_it_says_what_it_is_not(self) -> None:
        day = analysed(DOUBLED).days[-1]

        assert day.risk.band is RiskBand.HIGH
        assert flags_of(day) == {RiskFlagKind.STRAIN, RiskFlagKind.WEEK_CHANGE}
        assert "not a prediction of injury" in day.risk.note

    def test_days_too_much_alike(self) -> None:
        assert flags_of(analysed([400.0, 420.0] * 21).days[-1]) == {RiskFlagKind.MONOTONY}

    def test_how_the_athlete_feels(self) -> None:
        usual = [scored(at, **dict.fromkeys(WellnessItem, 3 + at % 2)) for at in range(41)]
        bad = scored(41, sleep=1, mood=1, fatigue=6, soreness=6, stress=6)

        day = analysed(STEADY, [*usual, bad]).days[-1]

        assert flags_of(day) == {RiskFlagKind.WELLNESS}
        assert day.risk.flags[0].value < -1.5

    def test_a_value_on_its_limit_raises_no_flag(self) -> None:
        day = analysed(DOUBLED).days[-1]
        ratio = day.acute_chronic_ewma.value
        assert ratio is not None

        on, under = (
            {
                flag.kind
                for flag in risk_of(day.value, replace(DEFAULT_THRESHOLDS, acute_chronic_limit=limit)).flags
            }
            for limit in (ratio, math.nextafter(ratio, 0))
        )

        assert RiskFlagKind.ACUTE_CHRONIC not in on
        assert RiskFlagKind.ACUTE_CHRONIC in under

    def test_a_provisional_value_raises_no_flag(self) -> None:
        days = analysed([100.0] * 15 + [900.0] * 12 + [900.0]).days

        assert days[26].acute_chronic_ewma.value > 1.5  # type: ignore[operator]
        assert days[26].acute_chronic_ewma.is_provisional
        assert RiskFlagKind.ACUTE_CHRONIC not in flags_of(days[26])
        assert RiskFlagKind.ACUTE_CHRONIC in flags_of(days[27])

    @unhurried
    @given(st.lists(st.one_of(st.none(), st.just(0.0), st.floats(1, 2000)), min_size=30, max_size=70))
    def test_the_bands_of_a_team_are_those_of_its_players_days(self, loads: list[float | None]) -> None:
        for day in analysed(loads).days:
            assert band_of(int(day.table.flag_counts[day.row])) is day.risk.band


class TestValidity:
    def test_the_defaults_are_valid(self) -> None:
        check(DEFAULT_THRESHOLDS)
        check(
            WorkloadThresholds(
                acute_load_percentile=None,
                readiness_floor=None,
                readiness_critical=None,
                recovery_floor=None,
                recovery_critical=None,
            )
        )

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"acute_chronic_limit": 1.0}, "acuteChronicLimit"),
            ({"acute_chronic_limit": 3.625}, "acuteChronicLimit"),
            ({"monotony_limit": 0}, "monotonyLimit"),
            ({"strain_z_limit": -1}, "strainZLimit"),
            ({"week_change_limit_percent": 0}, "weekChangeLimit"),
            ({"wellness_z_floor": 0}, "wellnessZFloor"),
            ({"acute_load_limit_au": 0}, "acuteLoadLimit"),
            ({"acute_load_percentile": 100}, "acuteLoadPercentile"),
            ({"readiness_floor": 51}, "readinessFloor"),
            ({"recovery_floor": 0, "recovery_critical": None}, "recoveryFloor"),
            ({"monotony_limit": math.nan}, "monotonyLimit"),
            ({"acute_load_limit_au": math.inf}, "acuteLoadLimit"),
        ],
    )
    def test_what_is_out_of_bounds_is_refused(self, changes: dict[str, Any], name: str) -> None:
        (issue,) = issues_of(replace(DEFAULT_THRESHOLDS, **changes), ("input",))

        assert issue.path == ("input", name)

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"readiness_floor": 10.0, "readiness_critical": 10.0}, "readinessCritical"),
            ({"recovery_floor": 10.0, "recovery_critical": 12.0}, "recoveryCritical"),
            ({"recovery_floor": None}, "recoveryCritical"),
            ({"acute_load_limit_au": 3000.0, "acute_load_critical_au": 2500.0}, "acuteLoadCritical"),
            ({"acute_load_critical_au": 2500.0}, "acuteLoadCritical"),
        ],
    )
    def test_limits_that_contradict_each_other_are_refused(self, changes: dict[str, Any], name: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            check(replace(DEFAULT_THRESHOLDS, **changes))

        assert [issue.path for issue in refused.value.issues] == [(name,)]

    def test_everything_that_is_wrong_is_told_at_once(self) -> None:
        wrong = replace(DEFAULT_THRESHOLDS, monotony_limit=-1.0, readiness_floor=80.0, strain_z_limit=99.0)

        assert [issue.path[-1] for issue in issues_of(wrong)] == [
            "monotonyLimit",
            "strainZLimit",
            "readinessFloor",
        ]


class TestBreaches:
    def test_a_steady_athlete_breaches_nothing(self) -> None:
        assert breaches_of(analysed(STEADY).days[-1], DEFAULT_THRESHOLDS) == ()

    @pytest.mark.parametrize(
        ("limit", "critical", "passed", "severity"),
        [
            (2350.0, None, None, None),
            (2349.0, None, 2349.0, Severity.WARNING),
            (2000.0, 2350.0, 2000.0, Severity.WARNING),
            (2000.0, 2300.0, 2300.0, Severity.CRITICAL),
        ],
    )
    def test_a_week_over_the_teams_limit(
        self, limit: float, critical: float | None, passed: float | None, severity: Severity | None
    ) -> None:
        limits = replace(DEFAULT_THRESHOLDS, acute_load_limit_au=limit, acute_load_critical_au=critical)

        found = breaches_of(analysed(STEADY).days[-1], limits)

        if passed is None:
            assert found == ()
        else:
            (breach,) = found
            assert breach.type is ThresholdType.HIGH_LOAD
            assert breach.metric is Metric.WEEK_LOAD
            assert (breach.current_value, breach.threshold_value) == (2350, passed)
            assert breach.severity is severity
            assert f"{passed:g} AU" in breach.reason

    def test_what_is_known_of_a_week_can_be_over_already(self) -> None:
        limits = replace(DEFAULT_THRESHOLDS, acute_load_limit_au=500.0)

        (breach,) = breaches_of(analysed([600.0, None, None]).days[-1], limits)

        assert breach.current_value == 600

    def test_a_week_over_the_athletes_own_90th_percentile(self) -> None:
        found = breaches_of(analysed(DOUBLED).days[-1], DEFAULT_THRESHOLDS)

        high = next(each for each in found if each.type is ThresholdType.HIGH_LOAD)
        own = analysed(DOUBLED).days[-1].own_load_limit.value
        assert own is not None
        assert (high.current_value, high.threshold_value) == (4700, own)
        assert 2350 <= own < 4700
        off = replace(DEFAULT_THRESHOLDS, acute_load_percentile=None)
        assert ThresholdType.HIGH_LOAD not in {
            each.type for each in breaches_of(analysed(DOUBLED, thresholds=off).days[-1], off)
        }

    @pytest.mark.parametrize(
        ("floor", "critical", "severity"),
        [(10.0, None, Severity.WARNING), (10.0, 0.001, Severity.WARNING), (10.0, 9.0, Severity.CRITICAL)],
    )
    def test_recovery_under_its_floor(self, floor: float, critical: float | None, severity: Severity) -> None:
        limits = replace(
            DEFAULT_THRESHOLDS,
            readiness_floor=None,
            readiness_critical=None,
            recovery_floor=floor,
            recovery_critical=critical,
        )
        variable = [load + 40 * (at % 3) for at, load in enumerate(STEADY * 2)]

        day = analysed([*variable, 700, 700, 700]).days[-1]

        found = [each for each in breaches_of(day, limits) if each.type is ThresholdType.RECOVERY_NEEDED]
        (breach,) = found
        assert breach.metric is Metric.RECOVERY
        assert breach.current_value == day.recovery.value
        assert 0.001 < breach.current_value < 9
        assert breach.threshold_value == (9.0 if severity is Severity.CRITICAL else floor)
        assert breach.severity is severity

    def test_a_provisional_score_breaches_nothing(self) -> None:
        mornings = [scored(at, sleep=3 + at % 2) for at in range(28)]

        day = analysed([None] * 29, [*mornings, scored(28, sleep=1)]).days[-1]

        assert day.readiness.score.value is not None
        assert day.readiness.score.value < 5
        assert breaches_of(day, DEFAULT_THRESHOLDS) == ()

    def test_high_risk_counts_its_flags_and_names_them(self) -> None:
        day = analysed(DOUBLED).days[-1]

        risk = next(
            each for each in breaches_of(day, DEFAULT_THRESHOLDS) if each.type is ThresholdType.INJURY_RISK
        )

        assert (risk.current_value, risk.threshold_value) == (len(day.risk.flags), 2)
        assert risk.severity is Severity.CRITICAL
        assert risk.flags == day.risk.flags
        assert all(flag.reason in risk.reason for flag in risk.flags)
