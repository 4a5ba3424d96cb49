"""Which way a number has gone over the last four weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import sqrt
from statistics import fmean

from domain.days import DAYS_A_WEEK
from domain.workload.model import MODEL_VERSION, Metric
from domain.workload.table import Table
from domain.workload.windows import ROUNDING

TREND_DAYS = 28
LEAST_VALUES = 14
ERRORS = 2.0
METHOD = (
    "least squares over the known days of the last 28; a direction if the slope is over two standard errors"
)
# Of the others each day's value has most of yesterday's in it, and a slope of them always looks certain.
TRENDED = (Metric.TOTAL_LOAD, Metric.WELLNESS_Z, Metric.READINESS)


class Direction(StrEnum):
    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"


@dataclass(frozen=True, slots=True)
class Trend:
    """``slope_per_week`` in the metric's unit. Both None under 14 known days."""

    metric: Metric
    direction: Direction | None
    slope_per_week: float | None
    completeness: float
    method: str = METHOD
    window_days: int = TREND_DAYS
    model_version: str = MODEL_VERSION


def trends(table: Table, last: date) -> tuple[Trend, ...]:
    """Of the four weeks that end with ``last``, for each metric that is trended."""
    end = table.row_of(last) + 1
    rows = slice(max(0, end - TREND_DAYS), end)
    return tuple(trend_of(metric, table.column(metric).numbers(rows)) for metric in TRENDED)


def trend_of(metric: Metric, values: Sequence[float | None]) -> Trend:
    """One value a day, oldest first; the last 28 count, and None is a day without one."""
    points = [(float(at), value) for at, value in enumerate(values[-TREND_DAYS:]) if value is not None]
    completeness = len(points) / TREND_DAYS
    if len(points) < LEAST_VALUES:
        return Trend(metric, None, None, completeness)
    slope, error = _line(points)
    rounding = ROUNDING * max(abs(value) for _, value in points)
    if abs(slope) <= max(ERRORS * error, rounding):
        direction = Direction.STEADY
    else:
        direction = Direction.RISING if slope > 0 else Direction.FALLING
    return Trend(metric, direction, slope * DAYS_A_WEEK, completeness)


def _line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The slope a day of the least-squares line, and its standard error."""
    middle_x, middle_y = fmean(x for x, _ in points), fmean(y for _, y in points)
    spread = sum((x - middle_x) ** 2 for x, _ in points)
    slope = sum((x - middle_x) * (y - middle_y) for x, y in points) / spread
    left = sum((y - middle_y - slope * (x - middle_x)) ** 2 for x, y in points)
    return slope, sqrt(left / (len(points) - 2) / spread)
