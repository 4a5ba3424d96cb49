"""How the API's types are said in SQL: a shape for each, a link for each field that is no column of its name.

Each link is a few words about tables. What SQL it becomes is ``engine/``'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, inspect, literal_column
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from db.base import Base
from db.narrowing import Narrowing
from db.paging import Order
from db.visibility import ViewerTerms

Column: TypeAlias = InstrumentedAttribute[Any]
Rule: TypeAlias = Callable[[ViewerTerms, Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Through:
    """A table between two: ``near`` holds this object's id, ``far`` the other's. ``only`` narrows it."""

    near: Column
    far: Column
    only: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worked:
    """Worked out of the row by ``of(rows)``: what is read as a column where there is none of that name."""

    of: Callable[[Any], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class One:
    """The object whose id ``by`` holds. ``if_seen``: null for a caller who may not see it.

    ``only_if``, here and below, is a rule about the row that leads there: where it does not hold, null.
    ``implied``, here and below, is said of ``if_seen``: whoever sees the row that leads there sees what it
    leads to, so that nothing is asked where the row is known to be seen. A test holds it.
    """

    type: str
    by: Column | Worked
    if_seen: bool = False
    implied: bool = False
    only_if: Rule | None = None


@dataclass(frozen=True, slots=True)
class Only:
    """The one object whose ``by`` holds this one's id and whose columns are as ``where`` says."""

    type: str
    by: Column
    where: Mapping[str, str]
    only_if: Rule | None = None


@dataclass(frozen=True, slots=True)
class Many:
    """The objects whose ``by`` holds this one's id, or that are found ``through`` another table."""

    type: str
    by: Column | None
    order: tuple[Column, ...]
    through: Through | None = None
    if_seen: bool = False
    implied: bool = False
    narrowed: Mapping[str, Narrowing] = field(default_factory=dict)  # by arguments, as they are called here
    is_descending: bool = False
    only_if: Rule | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The objects that a query about this row finds, in the ``order`` of its columns of these names.

    As far as they are asked for it has the columns of the type's rows, and maybe more: see ``of_the_query``.
    """

    type: str
    query: Callable[[Any], Select[*tuple[Any, ...]]]
    order: tuple[str, ...]
    only_if: Rule | None = None


@dataclass(frozen=True, slots=True)
class Paged:
    """A connection. With neither ``by`` nor ``through``, of everything that the caller sees."""

    type: str
    order: Order
    by: Column | None = None
    through: Through | None = None
    if_seen: bool = False
    implied: bool = False
    narrowed: Mapping[str, Narrowing] = field(default_factory=dict)
    only_if: Rule | None = None


@dataclass(frozen=True, slots=True)
class Same:
    """Another type made of the same row: by its shape, or by ``links`` where it is made of several rows."""

    type: str
    links: Mapping[str, Link] | None = None
    only_if: Rule | None = None


@dataclass(frozen=True, slots=True)
class Either:
    """A union: which of its types it is, ``by`` says."""

    by: Column
    of: Mapping[str, Same]


@dataclass(frozen=True, slots=True)
class Newest:
    """The row of highest ``version`` whose ``by`` holds this one's id; without one, as if of ``otherwise``.

    Both are the rows of the type's shape.
    """

    type: str
    by: Column
    version: Column
    otherwise: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Element:
    """A value in JSON: under a key of an object, or at a place of an array; and what it is as a column."""

    key: str | int
    type: TypeEngine[Any]


@dataclass(frozen=True, slots=True)
class Elements:
    """Objects kept as a JSON array in ``column``, in its order. ``of`` are their fields. Null where it is."""

    type: str
    column: Column
    of: Mapping[str, Element]


@dataclass(frozen=True, slots=True)
class Caller:
    """What the caller brings: a parameter of ``db.visibility.parameters_of``, a list of texts."""

    parameter: str


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts out of a table of their own."""

    value: Column
    by: Column
    order: Column


@dataclass(frozen=True, slots=True)
class Of:
    """A column of the row whose id ``by`` holds, or whose ``key`` is the same."""

    value: Column
    by: Column
    key: Column | None = None


Link: TypeAlias = (
    One
    | Only
    | Many
    | Found
    | Paged
    | Same
    | Either
    | Newest
    | Elements
    | Texts
    | Of
    | Caller
    | Worked
    | Column
)


@dataclass(frozen=True, slots=True)
class Shape:
    """``seen`` says which rows a caller sees; or they see those whose ``part_of`` they see.

    ``links`` are by the names of the fields in Python. A type of neither is never read by itself.
    """

    rows: type[Base]
    links: Mapping[str, Link] = field(default_factory=dict)
    seen: Rule | None = None
    part_of: One | None = None


def of_the_query(name: str, type_: TypeEngine[Any]) -> Worked:
    """A column of a ``Found`` query that is none of the type's rows."""
    return Worked(lambda rows: literal_column(f"{inspect(rows).name}.{name}", type_))
