"""The team's means over those of whom a number is known, and which way a player's numbers go."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.workload.model import Metric, RiskBand
from domain.workload.team import team_workload
from domain.workload.trends import Direction, trend_of, trends
from tests.domain.workload.cases import MONDAY, analysed, unhurried

STEADY = [300.0, 500, 400, 200, 600, 350, 0] * 6


class TestTeam:
    def test_a_player_who_did_not_report_is_left_out_of_the_mean(self) -> None:
        team = team_workload([analysed([300.0]), analysed([500.0]), analysed([None])])

        (day,) = team.days
        total = day.means[Metric.TOTAL_LOAD]
        assert (day.player_count, day.reported_count) == (3, 2)
        assert total.value == 400
        assert total.completeness == pytest.approx(2 / 3)
        assert total.is_provisional

    def test_one_who_rested_is_not(self) -> None:
        (day,) = team_workload([analysed([300.0]), analysed([500.0]), analysed([0.0])]).days

        assert day.means[Metric.TOTAL_LOAD].value == pytest.approx(800 / 3)
        assert day.means[Metric.TOTAL_LOAD].completeness == 1
        assert not day.means[Metric.TOTAL_LOAD].is_provisional

    def test_the_day_of_a_team_of_one_is_the_players(self) -> None:
        player = analysed([*STEADY, 900.0, None, 700.0])

        for day, team_day in zip(player.days, team_workload([player]).days, strict=True):
            assert team_day.day == day.day
            for metric, mean in team_day.means.items():
                own = day.value(metric)
                assert mean.value == (None if own.value is None else pytest.approx(own.value))
            assert team_day.risk_counts == {day.risk.band: 1}

    def test_weeks(self) -> None:
        one, other = analysed([100.0] * 7 + [200.0] * 5), analysed([300.0] * 7 + [None] * 5)

        team = team_workload([one, other])

        assert [week.monday for week in team.weeks] == [MONDAY, MONDAY + timedelta(days=7)]
        assert [week.means[Metric.WEEK_LOAD].value for week in team.weeks] == [1400, 1000]
        assert [week.reported_count for week in team.weeks] == [2, 1]
        assert team.weeks[1].means[Metric.WEEK_LOAD].completeness == pytest.approx(5 / 14)

    def test_bands_are_counted_and_the_unknown_apart(self) -> None:
        doubled = [*STEADY, *(2 * load for load in STEADY[:7])]
        players = [analysed(doubled), analysed([*STEADY, *STEADY[:7]]), analysed([None] * 49)]

        team = team_workload(players)

        assert team.days[-1].risk_counts == {RiskBand.HIGH: 1, RiskBand.LOW: 1, None: 1}
        assert team.weeks[-1].risk_counts == {RiskBand.HIGH: 1, RiskBand.LOW: 1, None: 1}

    def test_a_team_without_players(self) -> None:
        assert team_workload([]).days == ()

    def test_players_of_different_windows_are_refused(self) -> None:
        with pytest.raises(ValueError, match="different windows"):
            team_workload([analysed([100.0]), analysed([100.0, 200.0])])


class TestTrends:
    @unhurried
    @given(st.floats(-500, 500), st.floats(-50, 50), st.lists(st.booleans(), min_size=28, max_size=28))
    def test_a_straight_line_has_its_own_slope_whatever_is_missing(
        self, start: float, step: float, known: list[bool]
    ) -> None:
        values = [start + step * at if is_known else None for at, is_known in enumerate(known)]

        trend = trend_of(Metric.TOTAL_LOAD, values)

        assert trend.completeness == pytest.approx(sum(known) / 28)
        if sum(known) < 14:
            assert (trend.direction, trend.slope_per_week) == (None, None)
        else:
            assert trend.slope_per_week == pytest.approx(7 * step, abs=1e-6)
            if abs(step) > 1e-3:
                assert trend.direction is (Direction.RISING if step > 0 else Direction.FALLING)

    def test_noise_around_a_level_is_steady(self) -> None:
        for week in ([500.0, 510, 490, 505, 480, 520, 495], [500.0] * 7):
            assert trend_of(Metric.TOTAL_LOAD, week * 4).direction is Direction.STEADY

    def test_the_criterion_is_two_standard_errors_of_the_least_squares_line(self) -> None:
        """Zig-zag of ±60 on a rise of s a day: the error of the slope is about 1.45, so 2 errors are 2.9."""
        directions = [
            trend_of(Metric.TOTAL_LOAD, [step * at + (60 if at % 2 else -60) for at in range(28)]).direction
            for step in (2.0, 4.0)
        ]

        assert directions == [Direction.STEADY, Direction.RISING]

    def test_only_the_last_four_weeks_count(self) -> None:
        assert trend_of(Metric.TOTAL_LOAD, [*range(5000, 0, -50), *range(28)]).direction is Direction.RISING

    def test_a_players_trends_name_their_metric_and_method(self) -> None:
        workload = analysed([float(200 + 10 * at) for at in range(40)])

        found = trends(workload.table, workload.last)

        assert [each.metric for each in found] == [Metric.TOTAL_LOAD, Metric.WELLNESS_Z, Metric.READINESS]
        assert found[0].direction is Direction.RISING
        assert found[0].slope_per_week == pytest.approx(70)
        assert (found[1].direction, found[1].completeness) == (None, 0)
        assert "two standard errors" in found[0].method
