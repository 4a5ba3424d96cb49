"""Conditions of ``db`` as SQL: written by SQLAlchemy once; what each request brings is left open."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db.base import Base
from db.narrowing import Narrowed, Switch
from db.shapes import Rule
from db.visibility import ViewerTerms
from domain.people import Role
from engine.json_text import quoted

_OPEN = re.compile(r":(\w+)(?:::([\w\[\]]+))?")
_LEFT_OPEN = ("viewer_", "given_")


@lru_cache(maxsize=256)
def rule_of_sight(seen: Rule, rows: type[Base], role: Role) -> str:
    """Who sees a row, about ``the_row``."""
    the_row = aliased(rows, name="the_row")
    return _written(the_row, seen(ViewerTerms(role), the_row))


@lru_cache(maxsize=256)
def rule_of_argument(narrowing: Narrowed | Switch, rows: type[Base]) -> str:
    """Which rows an argument leaves, about ``the_row``; its values are ``given_0`` and so on."""
    assert narrowing.rule is not None  # noqa: S101 - a switch without one is declined before
    the_row = aliased(rows, name="the_row")
    types = narrowing.types if isinstance(narrowing, Narrowed) else ()
    values = [bindparam(f"given_{n}", type_=each, required=False) for n, each in enumerate(types)]
    return _written(the_row, narrowing.rule(the_row, *values))


def filled(rule: str, alias: str, parameter: Callable[[str, str], str]) -> str:
    """The rule about ``alias``; ``parameter`` gives the place of an open value, by its name and type."""
    about = rule.replace("the_row.", f"{alias}.")
    return f"({_OPEN.sub(lambda found: parameter(found[1], found[2] or 'text'), about)})"


def type_in_sql(column: InstrumentedAttribute[Any]) -> str:
    return str(column.expression.type.compile(dialect=_dialect()))


def _written(the_row: Any, condition: ColumnElement[bool]) -> str:
    rule: Select[Any] = select(literal_column("1")).select_from(the_row).where(condition)
    compiled = rule.compile(dialect=_dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
    return _OPEN.sub(
        lambda found: found[0] if found[1].startswith(_LEFT_OPEN) else quoted(str(compiled.params[found[1]])),
        compiled.string.partition("\nWHERE ")[2],
    )


def _dialect(**options: Any) -> Dialect:
    made: Dialect = PGDialect_asyncpg(**options)  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    return made
