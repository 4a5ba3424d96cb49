"""Loaders made of queries: many keys in one statement, each batch in a short read of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias, TypeVar
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Database
from db.paging import Page, PageRequest

T = TypeVar("T")
D = TypeVar("D")
PageKey: TypeAlias = tuple[UUID, PageRequest]
Batch: TypeAlias = Callable[[AsyncSession, Sequence[UUID]], Awaitable[Mapping[UUID, T]]]
PageBatch: TypeAlias = Callable[
    [AsyncSession, Sequence[UUID], PageRequest], Awaitable[Mapping[UUID, Page[T]]]
]
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


def paged(db: Database, query: PageBatch[T]) -> DataLoader[PageKey, Page[T]]:
    """One statement for each different page that is asked for, however many parents it is asked of."""

    async def load(keys: list[PageKey]) -> list[Page[T]]:
        parents: dict[PageRequest, list[UUID]] = defaultdict(list)
        for parent_id, request in keys:
            parents[request].append(parent_id)
        async with db.read() as db_session:
            found = {request: await query(db_session, ids, request) for request, ids in parents.items()}
        return [found[request][parent_id] for parent_id, request in keys]

    return DataLoader(load)
