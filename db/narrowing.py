"""What an argument does to a list, said once: the resolvers' queries and the compiled lane ask the same.

A rule is a plain function: from the rows, and the argument's values, to a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy.types import TypeEngine

from domain.day_windows import checked_window

Condition: TypeAlias = Callable[..., ColumnElement[bool]]


def day_window(given: Mapping[str, Any]) -> Sequence[date]:
    """Of a ``DateRangeInput``."""
    return checked_window(given["from"], given["to"])


def from_day(rows: Any, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Of rows that have a ``day``."""
    found: ColumnElement[bool] = rows.day >= day
    return found


def up_to_day(rows: Any, day: date | ColumnElement[date]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = rows.day <= day
    return found


def _itself(given: Any) -> Sequence[Any]:
    return (given,)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """By ``rule(rows, *values)``; without the argument, or with an empty list, by ``otherwise``.

    ``values`` makes of the argument what is of ``types``, or raises the refusal. ``otherwise(rows, parent)``
    is told the row that the list belongs to.
    """

    rule: Condition
    types: tuple[TypeEngine[Any], ...]
    values: Callable[[Any], Sequence[Any]] = _itself
    otherwise: Condition | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """By ``rule(rows)`` where the argument is ``on``."""

    on: bool
    rule: Condition


Narrowing: TypeAlias = Narrowed | Switch
