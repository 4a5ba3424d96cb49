"""Tables and columns, as they are written in a statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import InstrumentedAttribute

from db.base import Base
from db.paging import Order
from db.shape_links import Shape, Through
from engine.json_text import quoted


@dataclass(frozen=True, slots=True)
class Parent:
    """A row that something belongs to: its table, and its alias in the statement."""

    rows: type[Base]
    alias: str


def table(shape: Shape) -> str:
    return str(shape.rows.__tablename__)


def column(each: InstrumentedAttribute[Any], alias: str) -> str:
    return f"{alias}.{each.expression.name}"


def columns(order: Order, alias: str) -> str:
    return ", ".join(column(each, alias) for each in order.columns)


def ordered(order: Order, alias: str, is_descending: bool) -> str:
    return ", ".join(f"{column(each, alias)}{' DESC' if is_descending else ''}" for each in order.columns)


def between(through: Through, alias: str, parent: str | None) -> str:
    """The ids on the far side, as what follows a SELECT."""
    only = "".join(f" AND {alias}.{name} = {quoted(value)}" for name, value in through.only.items())
    condition = f"{column(through.near, alias)} = {parent}.id{only}"
    return f"{column(through.far, alias)} FROM {through.near.class_.__tablename__} {alias} WHERE {condition}"
