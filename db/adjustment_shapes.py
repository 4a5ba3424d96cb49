"""What phases changed of assignments, in SQL. See ``db/shapes.py``.

A value that was changed is kept as JSON, of a form for each type of adjustment: ``domain/planning.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Double, cast, func, select
from sqlalchemy.types import TypeEngine

from db.models.assignments import AssignmentAdjustmentRow
from db.shape_links import Either, Element, Elements, Link, One, Same, Shape, Worked
from db.visibility import of_a_team_in_sight
from domain.planning import AdjustmentType

_ROW = AssignmentAdjustmentRow
_SELECTED = {"position": Element("position", BigInteger()), "sets": Element("sets", BigInteger())}


def _planned(name: str) -> Either:
    """Of the value in that column."""

    def value(rows: Any) -> Any:
        return getattr(rows, name)

    def weekdays(rows: Any) -> ColumnElement[Any]:
        each = func.jsonb_array_elements_text(value(rows)["daysOfWeek"])
        day = each.table_valued("day", with_ordinality="place").render_derived("weekday")
        days = select(cast(day.c.day, BigInteger)).order_by(day.c.place).correlate(rows)
        return func.array(days.scalar_subquery(), type_=ARRAY(BigInteger))

    def range_of(type_: str, key: str, low: str, high: str, of: TypeEngine[Any]) -> Same:
        def end(place: int) -> Worked:
            return Worked(lambda rows: cast(value(rows)[key][place].astext, of))

        def is_there(_: Any, rows: Any) -> ColumnElement[bool]:
            found: ColumnElement[bool] = value(rows)[key].astext.is_not(None)
            return found

        return Same(type_, {low: end(0), high: end(1)}, only_if=is_there)

    thresholds: Mapping[str, Link] = {
        "heart_rate": range_of("HeartRateZone", "heartRate", "low_bpm", "high_bpm", BigInteger()),
        "power": range_of("PowerRange", "power", "low_watts", "high_watts", BigInteger()),
        "velocity": range_of("VelocityRange", "velocity", "low_mps", "high_mps", Double()),
    }
    load = Worked(lambda rows: cast(value(rows), BigInteger))
    interval = Worked(lambda rows: cast(value(rows)["interval"].astext, BigInteger))
    column = getattr(_ROW, name)
    return Either(
        _ROW.type,
        {
            AdjustmentType.LOAD: Same("PlannedLoad", {"load": load}),
            AdjustmentType.FREQUENCY: Same(
                "PlannedFrequency", {"interval": interval, "days_of_week": Worked(weekdays)}
            ),
            AdjustmentType.INTENSITY: Same("PerformanceThresholds", thresholds),
            AdjustmentType.EXERCISE_SELECTION: Same(
                "PlannedSelection", {"exercises": Elements("SelectedExercise", column, _SELECTED)}
            ),
        },
    )


ADJUSTMENT_SHAPES: Mapping[str, Shape] = {
    "PhaseAdjustment": Shape(
        AssignmentAdjustmentRow,
        {
            "type": _ROW.type,
            "original_value": _planned("original"),
            "adjusted_value": _planned("adjusted"),
            "reason": _ROW.reason,
            "adjusted_at": _ROW.created_at,
            "adjusted_by": Same("Actor"),
            "assignment": One("WorkoutAssignment", _ROW.assignment_id),
            "phase": One("SeasonPhase", _ROW.phase_id, if_seen=True, only_if=of_a_team_in_sight),
        },
        part_of=One("WorkoutAssignment", _ROW.assignment_id),
    ),
    "Actor": Shape(
        AssignmentAdjustmentRow,
        {"name": _ROW.actor_name, "player": One("Player", _ROW.actor_id, if_seen=True)},
    ),
}
