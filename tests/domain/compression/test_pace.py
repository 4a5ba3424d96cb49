"""How fast an athlete really trains: from logs, else the coach's minutes, else 1.25 (docs/formulas.md)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.compression.compress import compress, time_now
from domain.compression.model import Pace, PaceSource
from domain.sessions import LoggedDuration
from tests.domain.compression.sessions import prescription

SESSION = tuple(prescription(n) for n in (1, 2, 3, 4))  # four times 345 s: 23 minutes
MODELLED = 4 * 345


def test_five_logs_are_enough_and_their_median_counts() -> None:
    pace = _pace(planned_minutes=60, ratios=(1.0, 1.1, 1.2, 1.6, 3.0))
    assert pace.source is PaceSource.LOGGED
    assert pace.samples == 5
    assert pace.factor == pytest.approx(1.2)


def test_the_interval_runs_from_the_20th_to_the_80th_percentile() -> None:
    pace = _pace(planned_minutes=None, ratios=(1.0, 1.1, 1.2, 1.3, 1.4, 1.5))
    assert pace.factor == pytest.approx(1.25)
    assert pace.low == pytest.approx(1.1)
    assert pace.high == pytest.approx(1.4)


def test_four_logs_are_too_few() -> None:
    pace = _pace(planned_minutes=23, ratios=(3.0, 3.0, 3.0, 3.0))
    assert pace.source is PaceSource.PLANNED
    assert pace.factor == pytest.approx(1.0)
    assert (pace.low, pace.high) == (None, None)


@pytest.mark.parametrize(
    ("planned_minutes", "factor"),
    [(23, 1.0), (30, 30 / 23), (46, 2.0), (47, 2.0), (600, 2.0), (19, 19 / 23), (18, 0.8), (1, 0.8)],
)
def test_the_coachs_minutes_count_within_bounds(planned_minutes: int, factor: float) -> None:
    pace = _pace(planned_minutes=planned_minutes)
    assert pace.source is PaceSource.PLANNED
    assert pace.factor == pytest.approx(factor)


def test_of_someone_unknown_a_quarter_more_is_assumed() -> None:
    assert _pace(planned_minutes=None) == Pace(1.25, PaceSource.DEFAULT, 0)


def test_logs_count_against_what_was_modelled_then_and_in_any_order() -> None:
    short = [
        _log(30, modelled_seconds=1800),
        _log(45, modelled_seconds=1800),
        _log(60, modelled_seconds=3600),
    ]
    logs = [*short, _log(75, modelled_seconds=3600), _log(90, modelled_seconds=3600)]
    one = compress(SESSION, target_minutes=15, planned_minutes=None, logs=logs)
    other = compress(SESSION, target_minutes=15, planned_minutes=None, logs=logs[::-1])
    assert one == other
    assert one.pace.factor == pytest.approx(1.25)  # of 1, 1.5, 1, 1.25 and 1.5


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.7, 2.6])
def test_everything_is_told_at_the_athletes_pace(ratio: float) -> None:
    logs = [_log(round(ratio * 100), modelled_seconds=6000)] * 5
    answer = compress(SESSION, target_minutes=round(20 * ratio), planned_minutes=None, logs=logs)
    assert answer.original_seconds == pytest.approx(MODELLED * ratio, abs=1)
    assert answer.meets_time_constraint
    at_one = compress(
        SESSION, target_minutes=20, planned_minutes=None, logs=[_log(100, modelled_seconds=6000)] * 5
    )
    sets = [[each.working_sets for each in segment.exercises] for segment in answer.segments]
    assert sets == [[each.working_sets for each in segment.exercises] for segment in at_one.segments]


def _pace(*, planned_minutes: int | None, ratios: tuple[float, ...] = ()) -> Pace:
    logs = [_log(round(each * 100), modelled_seconds=6000) for each in ratios]
    return time_now(SESSION, planned_minutes=planned_minutes, logs=logs).pace


def _log(actual_minutes: int, *, modelled_seconds: float) -> LoggedDuration:
    return LoggedDuration(
        UUID(int=9), UUID(int=8), actual_minutes, modelled_seconds, datetime(2026, 11, 1, tzinfo=UTC)
    )
