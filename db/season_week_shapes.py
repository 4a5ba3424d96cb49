"""The weeks of a season, in SQL: what a player's load in each is planned to come to. See ``db/shapes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Double,
    Integer,
    Numeric,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    select,
)

from db.models.seasons import SeasonPhaseRow, SeasonPlanRow
from db.shape_links import Found, Shape, of_the_query
from domain.days import DAYS_A_WEEK
from domain.phases import Intensity

_EXACT = Numeric(60, 30)
"""Of so many places is what is divided, that no quotient comes to a half which is none."""


def effective_load_multiplier(phase: Any) -> ColumnElement[float]:
    """As ``SeasonPhase.effective_load_multiplier``."""
    usual = case({each.value: each.load_multiplier for each in Intensity}, value=phase.intensity)
    return func.coalesce(phase.load_multiplier, cast(usual, Double))


def _weeks(rows: Any) -> Select[*tuple[Any, ...]]:
    days = cast(rows.ends_on - rows.starts_on, Integer)
    week = func.generate_series(1, days // DAYS_A_WEEK + 1).table_valued("number").render_derived("week")
    number = cast(week.c.number, BigInteger)
    starts_on = rows.starts_on + cast((week.c.number - 1) * DAYS_A_WEEK, Integer)
    return select(
        number.label("number"),
        cast(starts_on, Date).label("first_day"),
        _planned_load(rows, number, starts_on).label("planned_load"),
    ).select_from(week)


def _planned_load(rows: Any, number: ColumnElement[int], starts_on: ColumnElement[Any]) -> ColumnElement[int]:
    """As ``domain.seasons.planned_week_load_au``, factor by factor."""
    is_recovery = number == func.any(rows.recovery_weeks)
    recovery = case((is_recovery, _exact(Intensity.RECOVERY)), else_=1)
    steps, step = func.cardinality(rows.taper_weeks), func.array_position(rows.taper_weeks, number)
    left = func.coalesce(2 * steps - step, 1)
    whole = case((step.is_not(None), 2 * steps), else_=1)
    load = cast(rows.base_load_au * func.coalesce(_multiplier(rows, starts_on), 1) * recovery, _EXACT)
    at_least = case((number == rows.peak_week, rows.base_load_au))  # GREATEST passes over nulls
    return cast(func.round(func.greatest(load * left / whole, at_least)), BigInteger)


def _multiplier(rows: Any, starts_on: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of the phase that the middle of the week is in; null for none. The number as it is written."""
    middle = func.least(starts_on + 3, rows.ends_on)
    phase = SeasonPhaseRow
    found = select(cast(cast(effective_load_multiplier(phase), Text), Numeric)).where(
        phase.season_plan_id == rows.id, phase.starts_on <= middle, phase.ends_on >= middle
    )
    return found.correlate_except(phase).scalar_subquery()


def _exact(intensity: Intensity) -> ColumnElement[Any]:
    return cast(literal(str(intensity.load_multiplier)), Numeric)


WEEKS = Found("SeasonWeek", _weeks, order=("number",))
SEASON_WEEK_SHAPES: Mapping[str, Shape] = {
    "SeasonWeek": Shape(
        SeasonPlanRow,
        {
            "number": of_the_query("number", BigInteger()),
            "starts_on": of_the_query("first_day", Date()),
            "planned_load": of_the_query("planned_load", BigInteger()),
        },
    )
}
