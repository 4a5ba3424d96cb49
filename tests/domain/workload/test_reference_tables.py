"""Held against what trusted implementations compute; where ours is meant to differ, the test says why."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from domain.workload import windows as w
from domain.workload.analysis import PlayerWorkload, analyse
from domain.workload.columns import z_column
from domain.workload.loads import daily_loads, session_load_au
from domain.workload.model import DayState
from domain.workload.player import PlayerDay
from tests.domain.workload.cases import analysed, number, table

PRINTED = 0.0051  # two decimals, and the halves that their rounding and ours take differently
COMPUTED = 1e-8


class TestWilliams2017:
    @pytest.fixture(params=["1", "2", "3"])
    def rows(self, request: pytest.FixtureRequest) -> list[dict[str, str]]:
        return [row for row in table("published_ratios.csv") if row["athlete"] == request.param]

    @pytest.fixture
    def days(self, rows: list[dict[str, str]]) -> tuple[PlayerDay, ...]:
        return analysed([number(row, "load_au") for row in rows]).days

    def test_exponential_averages_and_their_ratio(
        self, rows: list[dict[str, str]], days: Sequence[PlayerDay]
    ) -> None:
        for row, day in zip(rows, days, strict=True):
            assert day.acute_load.value == pytest.approx(number(row, "ewma_7"), abs=COMPUTED)
            assert day.chronic_load.value == pytest.approx(number(row, "ewma_28"), abs=COMPUTED)
            assert day.acute_chronic_ewma.value == pytest.approx(number(row, "ewma_ratio"), abs=COMPUTED)

    def test_rolling_ratios(self, rows: list[dict[str, str]], days: Sequence[PlayerDay]) -> None:
        for row, day in zip(rows, days, strict=True):
            assert day.acute_chronic_coupled.value == pytest.approx(number(row, "coupled_ratio"), abs=PRINTED)
            assert day.acute_chronic_uncoupled.value == pytest.approx(
                number(row, "uncoupled_ratio"), abs=PRINTED
            )

    def test_what_the_paper_prints_for_day_28(
        self, rows: list[dict[str, str]], days: Sequence[PlayerDay]
    ) -> None:
        printed = {"1": 1.25, "2": 1.41, "3": 1.55}[rows[0]["athlete"]]

        assert days[-1].acute_chronic_ewma.value == pytest.approx(printed, abs=PRINTED)
        assert days[-1].acute_chronic_coupled.value == pytest.approx(1.43, abs=PRINTED)
        assert days[-1].acute_chronic_uncoupled.value == pytest.approx(1.67, abs=PRINTED)

    def test_only_day_28_is_firm(self, days: Sequence[PlayerDay]) -> None:
        assert [day.acute_chronic_ewma.is_provisional for day in days] == [True] * 27 + [False]


class TestTwoAthletesLoad:
    """The package leaves a window blank until it is full; ours has a provisional value there."""

    @pytest.fixture(params=["A", "B"])
    def rows(self, request: pytest.FixtureRequest) -> list[dict[str, str]]:
        return [row for row in table("two_athletes_load.csv") if row["athlete"] == request.param]

    @pytest.fixture
    def found(self, rows: list[dict[str, str]]) -> PlayerWorkload:
        """A day without a session is a rest day there."""
        sums = {
            date.fromisoformat(row["day"]): sum(map(float, row["sessions_au"].split()))
            for row in rows
            if row["sessions_au"]
        }
        days = [date.fromisoformat(row["day"]) for row in rows]
        history = daily_loads(days[0], days[-1], sums, {}, set(days))
        return analyse(history, (), days[0], days[-1])

    def test_a_weeks_sum_monotony_and_strain(self, rows: list[dict[str, str]], found: PlayerWorkload) -> None:
        compared = 0
        for row, day in zip(rows, found.days, strict=True):
            if (week := number(row, "sum_7")) is None:
                assert day.week_load.is_provisional
                assert day.monotony.is_provisional
                continue
            compared += 1
            assert day.week_load.value == pytest.approx(week)
            assert day.monotony.value == pytest.approx(number(row, "monotony"), abs=COMPUTED)
            assert day.strain.value == pytest.approx(number(row, "strain"), rel=1e-9)
            assert not day.monotony.is_provisional

        assert compared == 175

    def test_the_coupled_ratio(self, rows: list[dict[str, str]], found: PlayerWorkload) -> None:
        compared = 0
        for row, day in zip(rows, found.days, strict=True):
            if (ratio := number(row, "coupled_ratio")) is not None:
                compared += 1
                assert day.acute_chronic_coupled.value == pytest.approx(ratio, abs=COMPUTED)

        assert compared == 154

    def test_means_deviations_and_a_z_that_has_today_in_its_reference(
        self, rows: list[dict[str, str]], found: PlayerWorkload
    ) -> None:
        """Deviation: theirs counts today in the 28 days that it is held against, ours leaves it out."""
        loads = np.array([day.load.total_load_au for day in found.days], dtype=np.float64)
        theirs = (loads - w.means(w.windows(loads, 28))) / w.sample_sds(w.windows(loads, 28))
        ours, _ = w.z_scores(loads, loads, 28, 7)

        for at, row in enumerate(rows):
            if (z := number(row, "z_with_today")) is not None:
                assert w.means(w.windows(loads, 7))[at] == pytest.approx(number(row, "mean_7"), abs=COMPUTED)
                assert w.sample_sds(w.windows(loads, 7))[at] == pytest.approx(
                    number(row, "sd_7"), abs=COMPUTED
                )
                assert w.sample_sds(w.windows(loads, 28))[at] == pytest.approx(number(row, "sd_28"), abs=1e-7)
                assert theirs[at] == pytest.approx(z, abs=COMPUTED)
            if at >= 28:
                before = loads[at - 28 : at].tolist()
                expected = (loads[at] - statistics.fmean(before)) / statistics.stdev(before)
                assert ours[at] == pytest.approx(expected, abs=COMPUTED)


class TestTwoAthletesWellness:
    """Deviation: the package blanks a window until as many days have passed; ours is only less complete."""

    @pytest.fixture(params=["A", "B"])
    def rows(self, request: pytest.FixtureRequest) -> list[dict[str, str]]:
        return [row for row in table("two_athletes_wellness.csv") if row["athlete"] == request.param]

    @pytest.mark.parametrize("days", [7, 28])
    def test_missing_days_are_left_out_and_counted(self, rows: list[dict[str, str]], days: int) -> None:
        scores = np.array([np.nan if row["score"] == "" else float(row["score"]) for row in rows])
        rolling = w.windows(scores, days)
        compared = 0
        for at, row in enumerate(rows):
            if row[f"completeness_{days}"] == "":
                assert at < days - 1
                continue
            compared += 1
            assert w.counts(rolling)[at] / days == pytest.approx(number(row, f"completeness_{days}"))
            assert _or_none(w.means(rolling)[at]) == pytest.approx(number(row, f"mean_{days}"))
            assert _or_none(w.sample_sds(rolling)[at]) == pytest.approx(number(row, f"sd_{days}"), abs=1e-7)

        assert compared == len(rows) - days + 1

    def test_ours_leaves_today_out_and_wants_seven_values(self, rows: list[dict[str, str]]) -> None:
        """Deviation: theirs has today in the reference, and a z from as few as two values."""
        scores = np.array([np.nan if row["score"] == "" else float(row["score"]) for row in rows])
        ours = z_column(~np.isnan(scores), scores, np.isnan(scores))
        told = 0
        for at, score in enumerate(scores.tolist()):
            before = [each for each in scores[max(0, at - 28) : at].tolist() if each == each]
            if score != score or len(before) < 7:
                assert np.isnan(ours.values[at])
                continue
            told += 1
            expected = (score - statistics.fmean(before)) / statistics.stdev(before)
            assert ours.values[at] == pytest.approx(expected)
            assert ours.completeness[at] == pytest.approx(len(before) / 28)

        with_a_z = sum(row["z_with_today"] != "" for row in rows)
        assert 0 < told < with_a_z


class TestFoster2001:
    """Table 5. Three of its nine loads are not its RPE × minutes, and its monotony of 1.26 follows from none
    of its numbers, so ours is held to the definition: sample SD, loads from RPE and minutes."""

    WEEK = [
        [(5, 180)],
        [(2, 25)],
        [(7, 120), (7, 40)],
        [(3, 60)],
        [(8, 75)],
        [(2, 25)],
        [(8, 75), (7, 40)],
    ]

    def test_the_week_by_the_definition(self) -> None:
        loads = [sum(session_load_au(rpe, minutes) for rpe, minutes in day) for day in self.WEEK]

        sunday = analysed(loads).days[-1]

        assert loads == [900, 50, 1120, 180, 600, 50, 880]
        assert sunday.week_load.value == 3780
        assert sunday.monotony.value == pytest.approx(1.2100001728966991)
        assert sunday.strain.value == pytest.approx(4573.800653549522)

    def test_the_loads_as_printed_do_not_give_the_printed_monotony_either(self) -> None:
        sunday = analysed([940, 50, 1120, 180, 390, 50, 670]).days[-1]

        assert sunday.week_load.value == 3400
        assert sunday.monotony.value == pytest.approx(1.121723338621886)
        assert sunday.monotony.value != pytest.approx(1.26, abs=0.04)


class TestACyclistsSeason:
    @pytest.fixture
    def rows(self) -> list[dict[str, str]]:
        return table("cyclist_season.csv")

    @pytest.fixture
    def days(self, rows: list[dict[str, str]]) -> tuple[PlayerDay, ...]:
        return analysed([number(row, "load_au") for row in rows]).days

    def test_fitness_fatigue_and_form(self, rows: list[dict[str, str]], days: Sequence[PlayerDay]) -> None:
        for row, day in zip(rows, days, strict=True):
            assert day.fitness.value == pytest.approx(number(row, "fitness"), abs=COMPUTED)
            assert day.fatigue.value == pytest.approx(number(row, "fatigue"), abs=COMPUTED)
            assert day.form.value == pytest.approx(number(row, "form"), abs=COMPUTED)

    def test_the_exponential_ratio_with_its_rest_days(
        self, rows: list[dict[str, str]], days: Sequence[PlayerDay]
    ) -> None:
        assert sum(day.load.state is DayState.REST for day in days) > 30
        for row, day in zip(rows, days, strict=True):
            assert day.acute_load.value == pytest.approx(number(row, "ewma_7"), abs=COMPUTED)
            assert day.chronic_load.value == pytest.approx(number(row, "ewma_28"), abs=COMPUTED)
            assert day.acute_chronic_ewma.value == pytest.approx(number(row, "ewma_ratio"), abs=COMPUTED)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
