"""Batching for what players reported."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import TypeAlias
from uuid import UUID

from aiodataloader import DataLoader

from db import training_log, wellness
from db.database import Database
from db.paging import Page, PageRequest
from domain.training_log import TrainingEntry, TrainingVersion
from domain.wellness import WellnessReport, WellnessVersion
from resolvers.batching import ById, ListOf, batched, paged

SpanKey: TypeAlias = tuple[UUID, PageRequest, date, date]


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
        return paged(self._db, training_log.entries_of_players)

    @cached_property
    def report(self) -> ById[WellnessReport]:
        return batched(self._db, wellness.reports_by_id, None)

    @cached_property
    def versions_of_report(self) -> ListOf[WellnessVersion]:
        return batched(self._db, wellness.versions_of_reports, ())

    @cached_property
    def reports_of_player(self) -> DataLoader[SpanKey, Page[WellnessReport]]:
        return paged(self._db, wellness.reports_of_players)
