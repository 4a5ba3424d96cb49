"""Batching for workload: what is asked of several players over one range is read and analysed once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy.ext.asyncio import AsyncSession

from db import workload_alerts
from db.assigned_sessions import Assigned, assigned_of_players
from db.coming_loads import coming_of_players
from db.database import Database
from db.paging import Page, PageRequest
from db.team_athletes import athletes_of_teams
from db.wellness import wellness_of
from db.workload import day_loads
from db.workload_thresholds import limits_of_teams
from domain.people import Person, Viewer
from domain.workload.alerts import Alert, AlertEntry
from domain.workload.analysis import HISTORY_DAYS, PlayerWorkload, analyse
from domain.workload.assigned import assigned_sessions
from domain.workload.coming import Coming
from domain.workload.compliance import Compliance, compliance
from domain.workload.history import LoadHistory
from domain.workload.model import Metric, WellnessDay
from domain.workload.team_limits import TeamLimits
from domain.workload.thresholds import WorkloadThresholds
from resolvers.batching import ById, ListOf, PageOf, batched, paged


@dataclass(frozen=True, slots=True)
class Asked:
    """One player's days, both ends included, none of them still to come, by these limits."""

    player_id: UUID
    first: date
    last: date
    limits: WorkloadThresholds


@dataclass(frozen=True, slots=True)
class AskedCompliance:
    """``today`` in the player's zone: what is due on it may still be done."""

    player_id: UUID
    first: date
    last: date
    today: date


@dataclass(frozen=True, slots=True)
class AskedComing:
    """A player's week from ``first``, a day to come."""

    player_id: UUID
    first: date


class WorkloadLoaders:
    """Part of ``Loaders``, and like these of one operation. Ask only of players whose training is seen."""

    def __init__(self, db: Database, viewer: Viewer) -> None:
        self._db = db
        self._viewer = viewer
        self.wanted: frozenset[Metric] = frozenset()
        """The numbers that the operation is known to read; see ``workload_wanted``."""

    @cached_property
    def athletes_of_team(self) -> ListOf[Person]:
        """The players whose training the viewer sees, by name."""
        viewer = self._viewer
        return batched(self._db, lambda db, ids: athletes_of_teams(db, ids, viewer), ())

    @cached_property
    def limits_of_team(self) -> ById[TeamLimits]:
        """None for a team that never changed them."""
        return batched(self._db, limits_of_teams, None)

    @cached_property
    def alert(self) -> ById[Alert]:
        """Not yet judged."""
        return batched(self._db, workload_alerts.alerts_by_id, None)

    @cached_property
    def entries_of_alert(self) -> ListOf[AlertEntry]:
        return batched(self._db, workload_alerts.entries_of_alerts, ())

    @cached_property
    def open_alerts_of_team(self) -> PageOf[Alert]:
        return self._alerts(open_only=True)

    @cached_property
    def alerts_of_team(self) -> PageOf[Alert]:
        return self._alerts(open_only=False)

    @cached_property
    def analysis(self) -> DataLoader[Asked, PlayerWorkload]:
        """Five statements for each different range; the numbers are worked out off the event loop."""

        async def load(keys: list[Asked]) -> list[PlayerWorkload]:
            loads: dict[tuple[date, date], dict[UUID, LoadHistory]] = {}
            wellness: dict[tuple[date, date], dict[UUID, list[WellnessDay]]] = {}
            async with self._db.read() as db_session:
                for (first, last), ids in _by_range(keys).items():
                    since = first - timedelta(days=HISTORY_DAYS)
                    loads[first, last] = await day_loads(db_session, ids, since, last)
                    wellness[first, last] = await wellness_of(db_session, ids, since, last)

            def work() -> list[PlayerWorkload]:
                return [
                    analyse(
                        loads[key.first, key.last][key.player_id],
                        wellness[key.first, key.last].get(key.player_id, ()),
                        key.first,
                        key.last,
                        thresholds=key.limits,
                        at_once=self.wanted,
                    )
                    for key in keys
                ]

            return await asyncio.to_thread(work)

        return DataLoader(load)

    @cached_property
    def compliance(self) -> DataLoader[AskedCompliance, Compliance]:
        """Three statements for each different range."""

        async def load(keys: list[AskedCompliance]) -> list[Compliance]:
            found: dict[tuple[date, date], dict[UUID, Assigned]] = {}
            async with self._db.read() as db_session:
                for (first, last), ids in _by_range(keys).items():
                    found[first, last] = await assigned_of_players(db_session, ids, first, last)

            def work() -> list[Compliance]:
                return [_compliance(key, found[key.first, key.last][key.player_id]) for key in keys]

            return await asyncio.to_thread(work)

        return DataLoader(load)

    @cached_property
    def coming(self) -> DataLoader[AskedComing, tuple[LoadHistory, Coming]]:
        """What was done before the week, and what is assigned in it: seven statements for each first day."""

        async def load(keys: list[AskedComing]) -> list[tuple[LoadHistory, Coming]]:
            found: dict[AskedComing, tuple[LoadHistory, Coming]] = {}
            async with self._db.read() as db_session:
                for first in sorted({key.first for key in keys}):
                    ids = [key.player_id for key in keys if key.first == first]
                    since, yesterday = first - timedelta(days=HISTORY_DAYS), first - timedelta(days=1)
                    loads = await day_loads(db_session, ids, since, yesterday)
                    coming = await coming_of_players(db_session, ids, first, first + timedelta(days=6))
                    for each in ids:
                        found[AskedComing(each, first)] = loads[each], coming[each]
            return [found[key] for key in keys]

        return DataLoader(load)

    def _alerts(self, *, open_only: bool) -> PageOf[Alert]:
        async def query(
            db_session: AsyncSession, team_ids: Sequence[UUID], page: PageRequest
        ) -> dict[UUID, Page[Alert]]:
            return await workload_alerts.alerts_of_teams(
                db_session, team_ids, page, seen_by=self._viewer, open_only=open_only
            )

        return paged(self._db, query)


def _by_range(keys: Sequence[Asked] | Sequence[AskedCompliance]) -> dict[tuple[date, date], list[UUID]]:
    found: dict[tuple[date, date], dict[UUID, None]] = defaultdict(dict)
    for key in keys:
        found[key.first, key.last][key.player_id] = None
    return {span: list(ids) for span, ids in found.items()}


def _compliance(key: AskedCompliance, assigned: Assigned) -> Compliance:
    sessions = assigned_sessions(
        assigned.assignments, assigned.completions, assigned.loads_au, key.first, key.last
    )
    return compliance(sessions, key.first, key.last, key.today)
