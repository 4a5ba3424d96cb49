"""What has to hold for any history, and every number against the plainest way to compute it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.workload.analysis import PlayerWorkload, analyse
from domain.workload.model import METHODS, MODEL_VERSION, Metric
from domain.workload.thresholds import HIGHEST_ACUTE_CHRONIC
from tests.domain.workload.cases import MONDAY, analysed, history_of, unhurried

loads_au = st.one_of(st.just(0.0), st.floats(1, 2000))
full_histories = st.lists(loads_au, min_size=1, max_size=90)
histories = st.lists(st.one_of(st.none(), loads_au), min_size=1, max_size=90)

RATIOS = (Metric.ACUTE_CHRONIC_EWMA, Metric.ACUTE_CHRONIC_COUPLED, Metric.ACUTE_CHRONIC_UNCOUPLED)
SCALE_FREE = (*RATIOS, Metric.MONOTONY, Metric.STRAIN_Z, Metric.RECOVERY, Metric.WEEK_CHANGE)
IN_AU = (
    Metric.WEEK_LOAD,
    Metric.STRAIN,
    Metric.ACUTE_LOAD,
    Metric.CHRONIC_LOAD,
    Metric.FITNESS,
    Metric.FATIGUE,
)


@unhurried
@given(st.lists(loads_au, min_size=28, max_size=60))
def test_coupled_is_4u_over_3_plus_u_once_the_window_is_full(loads: list[float]) -> None:
    """Algebra of the two definitions in Windt & Gabbett 2019, Br J Sports Med 53:988."""
    for day in analysed(loads).days[27:]:
        uncoupled = day.acute_chronic_uncoupled.value
        if uncoupled is None:
            assert day.acute_chronic_coupled.value in (None, pytest.approx(4.0))
        else:
            assert day.acute_chronic_coupled.value == pytest.approx(4 * uncoupled / (3 + uncoupled))


@pytest.mark.parametrize(
    ("uncoupled", "coupled"),
    [(0.5, 0.5714285714), (1.0, 1.0), (1.5, 1.3333333333), (2.0, 1.6), (10.0, 3.0769230769)],
)
def test_coupled_and_uncoupled_pairs(uncoupled: float, coupled: float) -> None:
    day = analysed([100.0] * 21 + [100.0 * uncoupled] * 7).days[-1]

    assert day.acute_chronic_uncoupled.value == pytest.approx(uncoupled)
    assert day.acute_chronic_coupled.value == pytest.approx(coupled)


@unhurried
@given(st.floats(1, 10_000), st.integers(1, 80))
def test_a_constant_load_has_every_ratio_at_1_and_no_monotony(load: float, count: int) -> None:
    for at, day in enumerate(analysed([load] * count).days):
        for metric in (Metric.ACUTE_CHRONIC_EWMA, Metric.ACUTE_CHRONIC_COUPLED):
            assert day.value(metric).value == pytest.approx(1)
        assert day.acute_chronic_uncoupled.value == (None if at < 7 else pytest.approx(1))
        assert day.acute_load.value == pytest.approx(load)
        assert day.chronic_load.value == pytest.approx(load)
        assert (day.monotony.value, day.strain.value, day.strain_z.value) == (None, None, None)


@unhurried
@given(full_histories, st.floats(0.01, 40))
def test_scaling_every_load_scales_what_is_in_au_and_nothing_else(loads: list[float], factor: float) -> None:
    before, after = analysed(loads), analysed([load * factor for load in loads])
    for one, other in zip(before.days, after.days, strict=True):
        for metric in SCALE_FREE:
            assert other.value(metric).value == _near(one.value(metric).value)
        for metric in IN_AU:
            assert other.value(metric).value == _near(one.value(metric).value, factor)


@unhurried
@given(histories)
def test_the_exponential_ratio_never_passes_29_eighths(loads: list[float | None]) -> None:
    for day in analysed(loads).days:
        ratio = day.acute_chronic_ewma.value
        assert ratio is None or 0 <= ratio <= HIGHEST_ACUTE_CHRONIC * (1 + 1e-12)


@unhurried
@given(histories)
def test_every_value_is_a_number_or_none_and_says_how_it_was_made(loads: list[float | None]) -> None:
    for day in analysed(loads).days:
        for metric in Metric:
            found = day.value(metric)
            assert found.value is None or math.isfinite(found.value)
            assert 0 <= found.completeness <= 1
            assert (found.method, found.window_days) == (METHODS[metric].text, METHODS[metric].window_days)
            assert found.model_version == MODEL_VERSION


@unhurried
@given(histories, st.integers(0, 89))
def test_what_comes_later_changes_no_earlier_day(loads: list[float | None], cut: int) -> None:
    whole, part = analysed(loads), analysed(loads[: cut + 1])

    assert _numbers(part) == _numbers(whole)[: len(part.days)]


@unhurried
@given(histories, st.data())
def test_where_the_window_begins_changes_no_number(loads: list[float | None], data: st.DataObject) -> None:
    skipped = data.draw(st.integers(0, len(loads) - 1))
    last = MONDAY + timedelta(days=len(loads) - 1)
    shuffled = data.draw(st.permutations(history_of(loads)))

    part = analyse(shuffled, (), MONDAY + timedelta(days=skipped), last)

    assert _numbers(part) == _numbers(analysed(loads))[skipped:]


@unhurried
@given(histories)
def test_every_number_against_the_plainest_way_to_compute_it(loads: list[float | None]) -> None:
    days = analysed(loads).days
    acute, chronic = _plain_ewma(loads, 0.25), _plain_ewma(loads, 2 / 29)
    for at, day in enumerate(days):
        week, month = _known(loads, at, 7), _known(loads, at, 28)
        assert day.week_load.value == _near(sum(week) if week else None)
        assert day.week_load.completeness == pytest.approx(len(week) / 7)
        spread = statistics.stdev(week) if len(week) > 1 else 0.0
        monotony = statistics.fmean(week) / spread if spread > 1e-6 else None
        assert day.monotony.value == _near(monotony)
        assert day.strain.value == _near(None if monotony is None else sum(week) * monotony)
        is_told = bool(month) and sum(month) > 0 and bool(week)
        assert day.acute_chronic_coupled.value == _near(
            statistics.fmean(week) / statistics.fmean(month) if is_told else None
        )
        if month and chronic[at]:
            assert day.acute_chronic_ewma.value == _near((acute[at] or 0.0) / (chronic[at] or 1.0))


@unhurried
@given(st.lists(loads_au, min_size=60, max_size=90))
def test_recovery_is_the_normal_share_of_todays_form_among_the_last_28(loads: list[float]) -> None:
    days = analysed(loads).days
    forms = [day.form.value or 0.0 for day in days]
    before = forms[-29:-1]
    spread = statistics.stdev(before)

    if spread > 1e-6:
        z = (forms[-1] - statistics.fmean(before)) / spread
        assert days[-1].recovery.value == pytest.approx(100 * statistics.NormalDist().cdf(z), abs=1e-6)


@unhurried
@given(st.lists(st.one_of(st.none(), loads_au), min_size=40, max_size=90))
def test_the_own_limit_is_the_90th_percentile_of_earlier_complete_weeks(loads: list[float | None]) -> None:
    days = analysed(loads).days
    weeks = [sum(week) for at in range(len(loads) - 1) if len(week := _known(loads, at, 7)) == 7]

    if len(weeks) < 28:
        assert days[-1].own_load_limit.value is None
    else:
        expected = statistics.quantiles(weeks, n=10, method="inclusive")[-1]
        assert days[-1].own_load_limit.value == pytest.approx(expected)


def _near(value: float | None, factor: float = 1.0) -> object:
    return None if value is None else pytest.approx(value * factor, rel=1e-6, abs=1e-6)


def _numbers(found: PlayerWorkload) -> list[list[float | None]]:
    return [[day.value(metric).value for metric in Metric] for day in found.days]


def _known(loads: Sequence[float | None], at: int, days: int) -> list[float]:
    return [load for load in loads[max(0, at - days + 1) : at + 1] if load is not None]


def _plain_ewma(loads: Sequence[float | None], weight: float) -> list[float | None]:
    found: list[float | None] = []
    level: float | None = None
    for load in loads:
        if load is not None:
            level = load if level is None else weight * load + (1 - weight) * level
        found.append(level)
    return found
