"""Loaders made of queries: many keys in one statement, each batch in a short read of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar, TypeVarTuple
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Database
from db.paging import Page, PageRequest
from domain.errors import DomainError

T = TypeVar("T")
D = TypeVar("D")
Asked = TypeVarTuple("Asked")
PageKey: TypeAlias = tuple[UUID, PageRequest]
Batch: TypeAlias = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Mapping[UUID, T]]]
ById: TypeAlias = "DataLoader[UUID, T | None]"
ListOf: TypeAlias = "DataLoader[UUID, Sequence[T]]"
PageOf: TypeAlias = "DataLoader[PageKey, Page[T]]"


def batched(db: Database, query: Batch[T], missing: D) -> DataLoader[UUID, T | D]:
    """Each batch reads on a database session of its own: siblings that shared one would wait in line."""

    async def load(keys: list[UUID]) -> list[T | D]:
        async with db.read() as db_session:
            found = await query(db_session, keys)
        return [found.get(key, missing) for key in keys]

    return DataLoader(load)


def paged(
    db: Database,
    query: Callable[[AsyncSession, Sequence[UUID], *Asked], Awaitable[Mapping[UUID, Page[T]]]],
) -> DataLoader[tuple[UUID, *Asked], Page[T]]:
    """One statement for each different page that is asked for, however many parents it is asked of.

    What is refused, such as a cursor of another list, is refused to who asked for that page: the pages beside
    it are read as if it had not been asked for. A fault is everyone's, as it may be the connection's.
    """

    async def load(keys: list[tuple[UUID, *Asked]]) -> list[Any]:  # a refusal is the answer for its keys
        parents: dict[tuple[*Asked], list[UUID]] = defaultdict(list)
        for key in keys:
            parents[key[1:]].append(key[0])
        found: dict[tuple[*Asked], Mapping[UUID, Page[T]] | DomainError] = {}
        async with db.read() as db_session:
            for page, ids in parents.items():
                try:
                    found[page] = await query(db_session, ids, *page)
                except DomainError as refusal:
                    found[page] = refusal
        return [_of_parent(found[key[1:]], key[0]) for key in keys]

    return DataLoader(load)


def _of_parent(found: Mapping[UUID, T] | DomainError, parent_id: UUID) -> T | DomainError:
    return found if isinstance(found, DomainError) else found[parent_id]
