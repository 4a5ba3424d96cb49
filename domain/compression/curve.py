"""The trade-off curve: what each number of minutes keeps, and where more minutes begin to buy little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.compression.case import Case, case_of, shortest_seconds
from domain.compression.layout import compressed_segments, original_segments, strategy_of
from domain.compression.model import Options, Strategy, minutes_needed
from domain.sessions import LoggedDuration, Prescription

MOST_POINTS = 60
AS_ASKED = Options()


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The best session for ``target_minutes``; ``proven`` False where its search was cut short."""

    target_minutes: int
    achieved_minutes: int
    value_percent: float
    strategy: Strategy
    proven: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """From the shortest session's minutes to those of the session as planned. Value never falls.

    ``knee_minutes`` is the point farthest above the straight line from first to last (Satopää 2011, "Finding
    a Kneedle in a haystack"); None when there is no bend to speak of.
    """

    points: tuple[CurvePoint, ...]
    knee_minutes: int | None


def curve(
    prescriptions: Sequence[Prescription],
    *,
    planned_minutes: int | None,
    options: Options = AS_ASKED,
    logs: Sequence[LoggedDuration] = (),
) -> Curve:
    """At most 60 points, one a minute where they suffice. Raises PlanMissingContent, NotCompressible."""
    case = case_of(prescriptions, planned_minutes, options, logs)
    first = minutes_needed(shortest_seconds(case)[options.core_protection] - 1e-6)
    last = max(minutes_needed(case.original_seconds - 1e-6), first)
    stride = -(-(last - first + 1) // MOST_POINTS)
    points: list[CurvePoint] = []
    for minutes in sorted({*range(first, last, stride), last}):
        point = None if case.fits_as_it_stands(minutes) else _point(case, minutes)
        if point is None:
            segments = original_segments(case.menu, case.pace.factor)
            seconds = sum(each.total_seconds for each in segments)
            point = CurvePoint(minutes, minutes_needed(seconds), 100.0, strategy_of(segments), True)
        points.append(point)
    return Curve(tuple(points), _knee(points))


def _point(case: Case, minutes: int) -> CurvePoint | None:
    best = case.best(minutes)
    if best is None:
        return None
    segments = compressed_segments(case.menu, best.choices, case.pace.factor)
    seconds = sum(each.total_seconds for each in segments)
    percent = 100 * best.value / case.valuation.full_value
    return CurvePoint(minutes, minutes_needed(seconds), percent, strategy_of(segments), best.gap == 0)


def _knee(points: Sequence[CurvePoint]) -> int | None:
    if len(points) < 3:
        return None
    first, last = points[0], points[-1]
    wide, high = last.target_minutes - first.target_minutes, last.value_percent - first.value_percent
    if wide <= 0 or high <= 0:
        return None
    above = [
        (each.value_percent - first.value_percent) / high
        - (each.target_minutes - first.target_minutes) / wide
        for each in points
    ]
    highest = max(range(len(points)), key=lambda number: (above[number], -number))
    return points[highest].target_minutes if above[highest] > 0.05 else None
