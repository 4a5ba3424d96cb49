"""Pages of a list by keyset: a cursor is the sort key of an item, so inserts and deletes shift nothing."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Uuid,
    column,
    false,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeDecorator, TypeEngine

from domain.errors import InvalidInput

DEFAULT_SIZE, LARGEST_SIZE = 20, 100
LONGEST_CURSOR = 2000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """``first`` items after a cursor, or the ``last`` before one; 1 to 100 of them, 20 unless said."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if (self.first is not None or self.after is not None) and self.is_backwards:
            raise InvalidInput.of("last", "Ask for first and after, or for last and before, not for both.")
        if not 1 <= self.size <= LARGEST_SIZE:
            name = "last" if self.is_backwards else "first"
            raise InvalidInput.of(name, f"{name} is {self.size}; it must be from 1 to {LARGEST_SIZE}.")

    @property
    def is_backwards(self) -> bool:
        return self.last is not None or self.before is not None

    @property
    def size(self) -> int:
        asked = self.last if self.is_backwards else self.first
        return DEFAULT_SIZE if asked is None else asked

    @property
    def cursor(self) -> str | None:
        return self.before if self.is_backwards else self.after


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """``cursors`` stand beside ``items``, one for each. What lies on either side is looked up."""

    items: tuple[T, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Order:
    """The columns that order a list to its last tie. None of them is nullable, and all run the same way."""

    columns: tuple[InstrumentedAttribute[Any], ...]
    descending: bool = False


async def fetch_page(
    db_session: AsyncSession,
    query: Select[*tuple[Any, ...]],
    order: Order,
    request: PageRequest,
    to_domain: Callable[[Row[*tuple[Any, ...]]], T],
) -> Page[T]:
    """One page of one list. ``query`` selects and filters; order and limit are added here."""
    nobody = UUID(int=0)
    pages = await fetch_pages(db_session, [nobody], lambda _: query, order, request, to_domain)
    return pages[nobody]


async def fetch_pages(
    db_session: AsyncSession,
    parent_ids: Sequence[UUID],
    query_of: Callable[[ColumnElement[UUID]], Select[*tuple[Any, ...]]],
    order: Order,
    request: PageRequest,
    to_domain: Callable[[Row[*tuple[Any, ...]]], T],
) -> dict[UUID, Page[T]]:
    """One page of the list of each parent, in one statement; a parent without items gets an empty page.

    ``query_of`` makes the query of one parent from the column that holds the parent's id.
    """
    parent_ids = list(dict.fromkeys(parent_ids))
    key = None if request.cursor is None else key_in_cursor(request, order)
    rows = await db_session.execute(_statement(parent_ids, query_of, order, request, key))
    found: dict[UUID, list[Row[*tuple[Any, ...]]]] = {parent: [] for parent in parent_ids}
    passed: dict[UUID, bool] = {}
    for row in rows:
        passed[row.page_parent] = row.page_passed
        if row.page_key_0 is not None:  # a parent without items has one row of nulls
            found[row.page_parent].append(row)
    return {
        parent: _page(of_parent, len(order.columns), request, passed.get(parent, False), to_domain)
        for parent, of_parent in found.items()
    }


def _statement(
    parent_ids: Sequence[UUID],
    query_of: Callable[[ColumnElement[UUID]], Select[*tuple[Any, ...]]],
    order: Order,
    request: PageRequest,
    key: tuple[Any, ...] | None,
) -> Select[*tuple[Any, ...]]:
    """For each parent: the page and one item more, read in its direction, and whether any were passed."""
    parent: TableValuedAlias = (
        func.unnest(literal(list(parent_ids), ARRAY(Uuid)))
        .table_valued(column("id", Uuid))
        .render_derived("parent")
    )
    query = query_of(parent.c.id)
    is_descending = order.descending != request.is_backwards
    passed: ColumnElement[bool] = false()
    page = query.add_columns(*(each.label(f"page_key_{n}") for n, each in enumerate(order.columns)))
    if key is not None:
        here = tuple_(*order.columns)
        there = tuple_(*(literal(value, each.type) for value, each in zip(key, order.columns, strict=True)))
        page = page.where(here < there if is_descending else here > there)
        up_to = query.with_only_columns(literal(1)).where(here >= there if is_descending else here <= there)
        passed = up_to.correlate(parent).exists()
    page = page.order_by(*(_directed(each, is_descending) for each in order.columns))
    found = page.limit(request.size + 1).correlate(parent).lateral("page")
    return (
        select(parent.c.id.label("page_parent"), passed.label("page_passed"), *found.c)
        .select_from(parent.join(found, true(), isouter=True))
        .order_by(
            parent.c.id,
            *(_directed(found.c[f"page_key_{n}"], is_descending) for n in range(len(order.columns))),
        )
    )


def _page(
    rows: Sequence[Row[*tuple[Any, ...]]],
    key_length: int,
    request: PageRequest,
    passed: bool,
    to_domain: Callable[[Row[*tuple[Any, ...]]], T],
) -> Page[T]:
    has_more = len(rows) > request.size
    kept = rows[: request.size]
    if request.is_backwards:
        kept = kept[::-1]
    return Page(
        items=tuple(to_domain(row) for row in kept),
        cursors=tuple(_encoded([getattr(row, f"page_key_{n}") for n in range(key_length)]) for row in kept),
        has_next=passed if request.is_backwards else has_more,
        has_previous=has_more if request.is_backwards else passed,
    )


def _directed(
    each: ColumnElement[Any] | InstrumentedAttribute[Any], is_descending: bool
) -> ColumnElement[Any]:
    return each.desc() if is_descending else each.asc()


def _encoded(key: Sequence[Any]) -> str:
    plain = [
        each.isoformat() if isinstance(each, date) else str(each) if isinstance(each, UUID) else each
        for each in key
    ]
    return base64.urlsafe_b64encode(orjson.dumps(plain)).decode().rstrip("=")


def key_in_cursor(request: PageRequest, order: Order) -> tuple[Any, ...]:
    """The sort key in a cursor. Whatever came from outside and is no such key is refused, never sent on."""
    cursor = request.cursor or ""
    try:
        if len(cursor) > LONGEST_CURSOR:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        key = orjson.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        if not isinstance(key, list) or len(key) != len(order.columns):
            raise ValueError("another shape")
        return tuple(_typed(value, each.type) for value, each in zip(key, order.columns, strict=True))
    except (ValueError, OverflowError, binascii.Error) as problem:
        name = "before" if request.is_backwards else "after"
        raise InvalidInput.of(
            name, f"{name} is no cursor of this list; take one from a page of it."
        ) from problem


def _typed(value: object, type_: TypeEngine[Any]) -> object:
    kind = type_.impl_instance.python_type if isinstance(type_, TypeDecorator) else type_.python_type
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        bits = 63 if isinstance(type_, BigInteger) else 31
        if -(2**bits) <= value < 2**bits:
            return value
    elif kind in _FROM_TEXT and isinstance(value, str) and "\0" not in value:
        return _FROM_TEXT[kind](value)
    raise ValueError("another type")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment.astimezone(UTC)


_FROM_TEXT: Mapping[type, Callable[[str], object]] = {
    str: str,
    UUID: UUID,
    date: date.fromisoformat,
    datetime: _moment,
}
