"""Readiness from what is known, against the athlete's own usual."""

from __future__ import annotations

import statistics
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.workload.model import ContributorKind, Value, WellnessDay, WellnessItem
from domain.workload.player import PlayerDay
from domain.workload.readiness import WEIGHTS
from tests.domain.workload.cases import MONDAY, analysed, scored, unhurried

ALTERNATING = [3.0, 4.0] * 14
NORMAL = statistics.NormalDist()


def last_morning(**scores: float) -> PlayerDay:
    """28 mornings of 3 and 4 by turns in every item, then this one; nothing is known of the load."""
    usual = [scored(at, **dict.fromkeys(WellnessItem, score)) for at, score in enumerate(ALTERNATING)]
    return analysed([None] * 29, [*usual, scored(28, **scores)]).days[-1]


def test_the_weights_are_0_6_for_wellness_and_0_4_for_load() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert WEIGHTS[ContributorKind.ACUTE_LOAD] == 0.4
    assert all(WEIGHTS[ContributorKind(item.value)] == pytest.approx(0.12) for item in WellnessItem)


def test_it_is_the_normal_share_of_the_mean_z_over_what_is_known() -> None:
    usual, spread = statistics.fmean(ALTERNATING), statistics.stdev(ALTERNATING)

    readiness = last_morning(sleep=5, fatigue=4).readiness

    sleep, fatigue = (5 - usual) / spread, -(4 - usual) / spread
    assert readiness.score.value == pytest.approx(100 * NORMAL.cdf((sleep + fatigue) / 2))
    assert readiness.score.completeness == pytest.approx(0.24)
    assert readiness.score.is_provisional
    worst, second = readiness.contributors[:2]
    assert (worst.kind, second.kind) == (ContributorKind.FATIGUE, ContributorKind.SLEEP)
    assert worst.z == pytest.approx(fatigue)
    assert second.z == pytest.approx(sleep)
    assert {each.kind for each in readiness.contributors[2:]} == {
        ContributorKind.MOOD,
        ContributorKind.SORENESS,
        ContributorKind.STRESS,
        ContributorKind.ACUTE_LOAD,
    }
    assert all(each.z is None for each in readiness.contributors[2:])


@pytest.mark.parametrize("item", list(WellnessItem))
def test_more_of_an_item_moves_readiness_the_way_it_should(item: WellnessItem) -> None:
    low, high = (_score(last_morning(**{item.value: score}).readiness.score) for score in (2, 5))

    assert (high > low) == (item in (WellnessItem.SLEEP, WellnessItem.MOOD))


def test_all_five_items_are_enough_to_be_firm() -> None:
    score = last_morning(sleep=3.5, mood=3.5, fatigue=3.5, soreness=3.5, stress=3.5).readiness.score

    assert score.value == pytest.approx(50)
    assert score.completeness == pytest.approx(0.6)
    assert not score.is_provisional


def test_a_lighter_week_than_usual_raises_it() -> None:
    usual = [300.0, 500, 400, 200, 600, 350, 100] * 6

    rested, loaded = (
        _score(analysed([*usual, *[day] * 4]).days[-1].readiness.score) for day in (50.0, 800.0)
    )

    assert rested > 90
    assert loaded < 10


def test_only_days_that_were_reported_are_in_the_loads_reference() -> None:
    """The average stands still on a silent day; counting it twice would make the usual look narrower."""
    loads = [None if at % 5 == 2 else float(150 + 90 * (at * 7 % 11)) for at in range(60)]

    days = analysed(loads).days

    before = [day.acute_load.value or 0.0 for day in days[-29:-1] if day.load.is_known]
    today = days[-1].acute_load.value or 0.0
    (load,) = (each for each in days[-1].readiness.contributors if each.kind is ContributorKind.ACUTE_LOAD)
    assert len(before) == 22
    assert load.z == pytest.approx(-(today - statistics.fmean(before)) / statistics.stdev(before))


def test_this_mornings_readiness_does_not_wait_for_todays_load() -> None:
    usual: list[float | None] = [300.0, 500, 400, 200, 600, 350, 100] * 6

    morning, evening_before = (analysed(loads).days[-1] for loads in ([*usual, None], usual))

    assert morning.acute_load.value == evening_before.acute_load.value
    assert morning.readiness.score.value is not None


def test_nothing_known_is_no_readiness() -> None:
    readiness = last_morning().readiness

    assert readiness.score.value is None
    assert readiness.score.completeness == 0
    assert len(readiness.contributors) == 6


@pytest.mark.parametrize(("earlier", "is_told"), [(6, False), (7, True)])
def test_a_z_takes_seven_earlier_mornings(earlier: int, is_told: bool) -> None:
    mornings = [scored(at, sleep=3 + at % 2) for at in range(earlier + 1)]

    day = analysed([None] * (earlier + 1), mornings).days[-1]

    assert (day.wellness_z.value is not None) == is_told
    assert day.wellness_z.is_provisional


def test_mornings_of_more_than_28_days_ago_do_not_count() -> None:
    old = [scored(at, sleep=3 + at % 2) for at in range(7)]

    for gap, is_told in ((21, True), (22, False)):
        day = analysed([None] * (8 + gap), [*old, scored(7 + gap, sleep=3)]).days[-1]
        assert (day.wellness_z.value is not None) == is_told


def test_one_who_always_answers_the_same_has_no_usual_to_be_held_against() -> None:
    mornings = [scored(at, sleep=3) for at in range(28)]

    assert analysed([None] * 29, [*mornings, scored(28, sleep=1)]).days[-1].wellness_z.value is None


@unhurried
@given(st.lists(st.integers(1, 7), min_size=10, max_size=40), st.floats(0.1, 50), st.floats(-100, 100))
def test_the_scale_an_athlete_scores_on_does_not_matter(
    scores: list[int], factor: float, offset: float
) -> None:
    def z(scale: float, shift: float) -> float | None:
        mornings = [
            WellnessDay(MONDAY + timedelta(days=at), {WellnessItem.STRESS: scale * score + shift})
            for at, score in enumerate(scores)
        ]
        return analysed([None] * len(scores), mornings).days[-1].wellness_z.value

    plain = z(1, 0)
    assert z(factor, offset) == (None if plain is None else pytest.approx(plain, rel=1e-5, abs=1e-6))


def _score(value: Value) -> float:
    assert value.value is not None
    return value.value
