"""Conditions of ``db`` as SQL: written by SQLAlchemy once; what each request brings is left open."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.types import TypeEngine

from db.base import Base
from db.narrowing import Condition, Narrowed, Switch
from db.shape_links import Rule
from db.visibility import ViewerTerms
from domain.people import Role
from engine.json_text import quoted

_PARAMETER = re.compile(r"(?<!:):(\w+)(?:::(\w+(?:\[\])*))?")
_LEFT_OPEN = re.compile(r"(?<!:):((?:viewer|given|today)_\w+)(?:::(\w+(?:\[\])*))?")


@lru_cache(maxsize=256)
def rule_of_sight(seen: Rule, rows: type[Base], role: Role) -> str:
    """Who sees a row, about ``the_row``."""
    the_row = aliased(rows, name="the_row")
    return _written(the_row, seen(ViewerTerms(role), the_row))


@lru_cache(maxsize=256)
def rule_of_argument(narrowing: Narrowed | Switch, rows: type[Base]) -> str:
    """Which rows an argument leaves, about ``the_row``; its values are ``given_0`` and so on."""
    the_row = aliased(rows, name="the_row")
    types = narrowing.types if isinstance(narrowing, Narrowed) else ()
    values = [bindparam(f"given_{n}", type_=each, required=False) for n, each in enumerate(types)]
    return _written(the_row, narrowing.rule(the_row, *values))


@lru_cache(maxsize=256)
def rule_otherwise(otherwise: Condition, rows: type[Base], parents: type[Base]) -> str:
    """Which rows are left without the argument, about ``the_row`` and ``the_parent``, whose list it is."""
    the_row, the_parent = aliased(rows, name="the_row"), aliased(parents, name="the_parent")
    return _written(the_row, otherwise(the_row, the_parent), the_parent)


@lru_cache(maxsize=256)
def worked_out(of: Callable[[Any], ColumnElement[Any]], rows: type[Base]) -> tuple[str, TypeEngine[Any]]:
    """What is worked out of ``the_row``, and its type."""
    the_row = aliased(rows, name="the_row")
    value = of(the_row).label("it")
    query: Select[Any] = select(value).select_from(the_row)
    return _filled_in(query).partition("SELECT ")[2].rpartition(" AS it")[0], value.type


@lru_cache(maxsize=256)
def rows_found(query: Callable[[Any], Select[*tuple[Any, ...]]], rows: type[Base]) -> str:
    """A query about ``the_row``."""
    the_row = aliased(rows, name="the_row")
    found = query(the_row).lateral("it")
    beside: Select[Any] = select(literal_column("1")).select_from(the_row, found)
    return _filled_in(beside).partition("LATERAL (")[2].rpartition(") AS it")[0]


def filled(rule: str, alias: str, parameter: Callable[[str, str], str], parent: str = "") -> str:
    """The rule about ``alias``; ``parameter`` gives the place of an open value, by its name and type."""
    about = rule.replace("the_row.", f"{alias}.").replace("the_parent.", f"{parent}.")

    def place(found: re.Match[str]) -> str:
        return f"({parameter(found[1], found[2] or 'text')})"

    return f"({_LEFT_OPEN.sub(place, about)})"


def type_in_sql(column: InstrumentedAttribute[Any]) -> str:
    return type_written(column.expression.type)


def type_written(kind: TypeEngine[Any]) -> str:
    return str(kind.compile(dialect=_dialect()))


def _written(the_row: Any, condition: ColumnElement[bool], *others: Any) -> str:
    query: Select[Any] = select(literal_column("1")).select_from(the_row, *others).where(condition)
    return _filled_in(query).partition("\nWHERE ")[2]


def _filled_in(query: Select[Any]) -> str:
    """With everything in it that is known by now."""
    compiled = query.compile(
        dialect=_dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True}
    )

    def value(found: re.Match[str]) -> str:
        if _LEFT_OPEN.fullmatch(found[0]):
            return found[0]
        kind = f"::{found[2]}" if found[2] else ""
        return f"{quoted(str(compiled.params[found[1]]))}{kind}"

    return _PARAMETER.sub(value, compiled.string)


def _dialect(**options: Any) -> Dialect:
    made: Dialect = PGDialect_asyncpg(**options)  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    return made
