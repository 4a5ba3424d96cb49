"""The verdict of a rollout, on both sides of every bound."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rollout import (
    ENOUGH,
    GUARD_RAILS,
    PHASES_PERCENT,
    Evidence,
    Exposure,
    Observation,
    Verdict,
    judge,
    next_phase,
)

ADVANCE, HOLD, ROLL_BACK = Verdict.ADVANCE, Verdict.HOLD, Verdict.ROLL_BACK
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)
AT_TEN = Exposure(10, LONG_AGO)
NOBODY = Exposure(0, LONG_AGO)
FINE = Observation(window_minutes=30, requests=1000, success_share=0.99, error_share=0.001, p95_seconds=0.3)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ({"success_share": 0.9501}, ADVANCE),
        ({"success_share": 0.95}, HOLD),
        ({"success_share": 0.9499}, HOLD),
        ({"success_share": 0.90}, HOLD),
        ({"success_share": 0.8999}, ROLL_BACK),
        ({"success_share": 0.0}, ROLL_BACK),
        ({"error_share": 0.0}, ADVANCE),
        ({"error_share": 0.0099}, ADVANCE),
        ({"error_share": 0.01}, HOLD),
        ({"error_share": 0.05}, HOLD),
        ({"error_share": 0.0501}, ROLL_BACK),
        ({"p95_seconds": 4.999}, ADVANCE),
        ({"p95_seconds": 5.0}, HOLD),
        ({"p95_seconds": 10.0}, HOLD),
        ({"p95_seconds": 10.001}, ROLL_BACK),
        ({"p95_seconds": math.inf}, ROLL_BACK),
        ({"requests": 200}, ADVANCE),
        ({"requests": 199}, HOLD),
        ({"requests": 0}, HOLD),
        ({"requests": 50, "error_share": 0.2}, ROLL_BACK),
        ({"requests": 49, "error_share": 0.2}, HOLD),
        ({"requests": None}, HOLD),
        ({"requests": None, "error_share": 0.2}, HOLD),
        ({"success_share": None}, HOLD),
        ({"error_share": None}, HOLD),
        ({"p95_seconds": None}, HOLD),
        ({"requests": math.nan}, HOLD),
        ({"success_share": math.nan}, HOLD),
        ({"error_share": math.nan}, HOLD),
        ({"p95_seconds": math.nan}, HOLD),
        ({"p95_seconds": None, "error_share": 0.2}, ROLL_BACK),  # what is known is bad enough
        ({"success_share": 0.94, "p95_seconds": 11}, ROLL_BACK),  # the worst decides
    ],
)
def test_a_phase_advances_holds_or_is_rolled_back(seen: dict[str, Any], verdict: Verdict) -> None:
    judgement = judge(AT_TEN, replace(FINE, **seen), now=NOW)

    assert judgement.verdict is verdict, judgement
    assert judgement.next_percent == {ADVANCE: 25, HOLD: None, ROLL_BACK: 0}[verdict]
    assert judgement.reasons


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(0, 10), (5, 10), (10, 25), (25, 50), (30, 50), (50, 100), (99.9, 100), (100, None)],
)
def test_the_next_phase_is_the_first_one_beyond(percent: float, expected: int | None) -> None:
    judgement = judge(Exposure(percent, LONG_AGO), FINE, now=NOW, may_begin=True)

    assert next_phase(percent) == expected
    assert judgement.next_percent == expected
    assert judgement.is_complete is (expected is None)


def test_a_complete_rollout_is_still_rolled_back() -> None:
    judgement = judge(Exposure(100, LONG_AGO), replace(FINE, error_share=0.06), now=NOW)

    assert (judgement.verdict, judgement.next_percent) == (ROLL_BACK, 0)


@pytest.mark.parametrize(
    ("minutes", "verdict"), [(29, HOLD), (30, ADVANCE), (31, ADVANCE), (-5, HOLD), (None, HOLD)]
)
def test_a_phase_lasts_at_least_as_long_as_the_window(minutes: int | None, verdict: Verdict) -> None:
    changed_at = None if minutes is None else NOW - timedelta(minutes=minutes)

    assert judge(Exposure(10, changed_at), FINE, now=NOW).verdict is verdict


def test_a_phase_that_has_just_begun_is_rolled_back_all_the_same() -> None:
    just_now = Exposure(10, NOW - timedelta(minutes=1))

    assert judge(just_now, replace(FINE, success_share=0.5), now=NOW).verdict is ROLL_BACK


SILENT = Observation(window_minutes=30, requests=0, success_share=None, error_share=None, p95_seconds=None)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (SILENT, ADVANCE),  # a first phase has nothing to be measured by
        (replace(SILENT, requests=3, success_share=0.33), ADVANCE),
        (replace(SILENT, requests=None), HOLD),  # but somebody must be measuring
        (FINE, ADVANCE),
        (replace(FINE, success_share=0.5), HOLD),  # it was rolled back a moment ago
        (replace(FINE, success_share=0.95), HOLD),
    ],
)
def test_a_rollout_begins_where_nothing_speaks_against_it(seen: Observation, verdict: Verdict) -> None:
    judgement = judge(NOBODY, seen, now=NOW, may_begin=True)

    assert judgement.verdict is verdict, judgement
    assert judgement.next_percent == (10 if verdict is ADVANCE else None)


@pytest.mark.parametrize("seen", [SILENT, FINE])
def test_what_nobody_has_begins_only_by_a_persons_word(seen: Observation) -> None:
    """A schedule that rolled back would else give it out again as soon as its window is empty."""
    judgement = judge(NOBODY, seen, now=NOW)

    assert judgement.verdict is HOLD
    assert "person" in judgement.reasons[0]


def test_every_reason_is_told_with_its_number() -> None:
    bad = replace(FINE, success_share=0.8123, error_share=0.123, p95_seconds=12.5)

    assert judge(AT_TEN, bad, now=NOW).reasons == (
        "success rate 81.2 % is under 90 %",
        "error rate 12.3 % is over 5 %",
        "p95 12.5 s is over 10 s",
    )
    poor = Observation(30, requests=12, success_share=0.93, error_share=0.02, p95_seconds=None)
    assert judge(Exposure(10, NOW), poor, now=NOW).reasons == (
        "the flag was changed 0 min ago: the 30 min that are measured began before",
        "12 requests are too few to judge by: 200 are needed",
        "success rate 93 % is not over 95 %",
        "error rate 2 % is not under 1 %",
        "p95 could not be measured",
    )


def test_the_evidence_that_is_asked_for_can_be_set() -> None:
    few = replace(FINE, requests=20)

    assert judge(AT_TEN, few, now=NOW, evidence=Evidence(to_advance=20, to_roll_back=20)).verdict is ADVANCE
    assert judge(AT_TEN, few, now=NOW, evidence=Evidence(to_advance=21, to_roll_back=20)).verdict is HOLD


MEASURED = st.one_of(st.none(), st.floats())
OBSERVATIONS = st.builds(Observation, st.just(30), MEASURED, MEASURED, MEASURED, MEASURED)
EXPOSURES = st.builds(Exposure, st.sampled_from((0, *PHASES_PERCENT)), st.just(LONG_AGO))


@given(EXPOSURES, OBSERVATIONS)
def test_it_never_advances_on_anything_unmeasured_or_unhealthy(exposure: Exposure, seen: Observation) -> None:
    judgement = judge(exposure, seen, now=NOW)

    if judgement.verdict is ADVANCE:
        assert seen.requests is not None
        assert seen.requests >= ENOUGH.to_advance
        for rail in GUARD_RAILS:
            value = rail.measured(seen)
            assert value is not None
            assert rail.is_healthy(value)


@given(EXPOSURES, OBSERVATIONS)
def test_it_moves_by_one_phase_or_off(exposure: Exposure, seen: Observation) -> None:
    judgement = judge(exposure, seen, now=NOW, may_begin=True)

    allowed = {ADVANCE: next_phase(exposure.percent), HOLD: None, ROLL_BACK: 0}
    assert judgement.next_percent == allowed[judgement.verdict]
    assert not (judgement.verdict is ROLL_BACK and exposure.percent == 0), "what is off cannot go back"


@given(EXPOSURES, OBSERVATIONS, st.sampled_from(["success_share", "error_share", "p95_seconds"]))
def test_worse_numbers_never_give_a_better_verdict(exposure: Exposure, seen: Observation, name: str) -> None:
    order = [ROLL_BACK, HOLD, ADVANCE]
    worst: dict[str, Any] = {name: -math.inf if name == "success_share" else math.inf}
    worse = replace(seen, **worst)

    before = judge(exposure, seen, now=NOW).verdict
    assert order.index(judge(exposure, worse, now=NOW).verdict) <= order.index(before)
