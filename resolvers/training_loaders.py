"""Batching for what players reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TypeAlias, TypeVar
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy.ext.asyncio import AsyncSession

from db import training_log, wellness
from db.database import Database
from db.paging import Page, PageRequest
from domain.training_log import TrainingEntry, TrainingVersion
from domain.wellness import WellnessReport, WellnessVersion
from resolvers.batching import ById, ListOf, batched

T = TypeVar("T")
SpanKey: TypeAlias = tuple[UUID, PageRequest, date, date]
SpanBatch: TypeAlias = Callable[
    [AsyncSession, Sequence[UUID], PageRequest, date, date], Awaitable[Mapping[UUID, Page[T]]]
]


class TrainingLoaders:
    """Part of ``Loaders``, and like these of one operation. What is loaded here is not yet judged."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @cached_property
    def entry(self) -> ById[TrainingEntry]:
        return batched(self._db, training_log.entries_by_id, None)

    @cached_property
    def versions_of_entry(self) -> ListOf[TrainingVersion]:
        return batched(self._db, training_log.versions_of_entries, ())

    @cached_property
    def log_of_player(self) -> DataLoader[SpanKey, Page[TrainingEntry]]:
        return _spans(self._db, training_log.entries_of_players)

    @cached_property
    def report(self) -> ById[WellnessReport]:
        return batched(self._db, wellness.reports_by_id, None)

    @cached_property
    def versions_of_report(self) -> ListOf[WellnessVersion]:
        return batched(self._db, wellness.versions_of_reports, ())

    @cached_property
    def reports_of_player(self) -> DataLoader[SpanKey, Page[WellnessReport]]:
        return _spans(self._db, wellness.reports_of_players)


def _spans(db: Database, query: SpanBatch[T]) -> DataLoader[SpanKey, Page[T]]:
    """One statement for each different page of each different span of days, for all its players."""

    async def load(keys: list[SpanKey]) -> list[Page[T]]:
        players: dict[tuple[PageRequest, date, date], list[UUID]] = defaultdict(list)
        for player_id, request, first, last in keys:
            players[request, first, last].append(player_id)
        async with db.read() as db_session:
            found = {asked: await query(db_session, ids, *asked) for asked, ids in players.items()}
        return [found[request, first, last][player_id] for player_id, request, first, last in keys]

    return DataLoader(load)
