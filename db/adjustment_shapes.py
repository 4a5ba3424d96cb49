"""What phases changed of assignments, in SQL. See ``db/shapes.py``.

A value that was changed is kept as JSON, of a form for each type of adjustment: ``domain/planning.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Double,
    Select,
    Uuid,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from db.base import Instant
from db.models.assignments import AssignmentAdjustmentRow
from db.shape_links import Either, Element, Elements, Found, Link, One, Same, Shape, Worked
from db.visibility import of_a_team_in_sight
from domain.planning import AdjustmentType

_ROW = AssignmentAdjustmentRow
_SELECTED = {"position": Element("position", BigInteger()), "sets": Element("sets", BigInteger())}


def _planned(name: str) -> Either:
    """Of the value in that column."""

    def value(rows: Any) -> Any:
        return getattr(rows, name)

    def weekdays(rows: Any) -> ColumnElement[Any]:
        return weekdays_of(value(rows), rows)

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


def weekdays_of(cadence: Any, rows: Any) -> ColumnElement[Any]:
    """Of a frequency as JSON, in that row."""
    each = func.jsonb_array_elements_text(cadence["daysOfWeek"])
    day = each.table_valued("day", with_ordinality="place").render_derived("weekday")
    days = select(cast(day.c.day, BigInteger)).order_by(day.c.place).correlate(rows)
    return func.array(days.scalar_subquery(), type_=ARRAY(BigInteger))


def _in_force(rows: Any) -> Select[*tuple[Any, ...]]:
    """Those in an assignment's ``metadata``, as if they were rows of the history."""
    kept = func.jsonb_array_elements(rows.metadata_["phaseAdjustments"])
    each = kept.table_valued(column("value", JSONB), with_ordinality="place").render_derived("each")
    value, by = each.c.value, each.c.value["adjustedBy"]
    type_ = value["type"].astext
    return select(
        case({known.value: known.value for known in AdjustmentType}, value=type_).label("type"),
        _unless_null(value["originalValue"]).label("original"),
        _unless_null(value["adjustedValue"]).label("adjusted"),
        value["reason"].astext.label("reason"),
        cast(value["adjustedAt"].astext, Instant).label("created_at"),
        cast(by["id"].astext, Uuid).label("actor_id"),
        by["name"].astext.label("actor_name"),
        each.c.place,
    )


def _unless_null(json: ColumnElement[Any]) -> ColumnElement[Any]:
    """What is null in JSON is null in a column."""
    return func.nullif(json, literal_column("'null'::jsonb"))


IN_FORCE = Found("AdjustmentInForce", _in_force, order=("place",))
_CHANGE: Mapping[str, Link] = {
    "type": _ROW.type,
    "original_value": _planned("original"),
    "adjusted_value": _planned("adjusted"),
    "reason": _ROW.reason,
    "adjusted_at": _ROW.created_at,
    "adjusted_by": Same("Actor"),
}

ADJUSTMENT_SHAPES: Mapping[str, Shape] = {
    "AdjustmentInForce": Shape(AssignmentAdjustmentRow, _CHANGE),
    "PhaseAdjustment": Shape(
        AssignmentAdjustmentRow,
        {
            **_CHANGE,
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
