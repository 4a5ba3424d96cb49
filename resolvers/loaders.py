"""Batching: fields of siblings that resolve at the same time share one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias, TypeVar
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy.ext.asyncio import AsyncSession

from db import compressions, exercises, people, plans, prescriptions, sessions, teams
from db.database import Database
from db.paging import Page, PageRequest
from domain.access import PlanFacts
from domain.errors import Unauthorized
from domain.exercises import Exercise
from domain.people import Organization, Person, Team, Viewer
from domain.plans import Microcycle, Plan
from domain.sessions import CompressionRecord, LoggedDuration, Prescription, Session

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


class Loaders:
    """One operation's batching caches, each made when it is first asked. Never shared between operations.

    The pages hold what the viewer may see. What is loaded by id is not yet judged: ``resolvers/sight.py``.
    """

    def __init__(self, db: Database, viewer: Viewer | None) -> None:
        self._db = db
        self._viewer = viewer

    @cached_property
    def plan(self) -> ById[Plan]:
        return _batched(self._db, plans.plans_by_id, None)

    @cached_property
    def plan_facts(self) -> ById[PlanFacts]:
        return _batched(self._db, plans.plan_facts_by_id, None)

    @cached_property
    def microcycle(self) -> ById[Microcycle]:
        return _batched(self._db, plans.microcycles_by_id, None)

    @cached_property
    def microcycles_of_plan(self) -> ListOf[Microcycle]:
        return _batched(self._db, plans.microcycles_by_plan, ())

    @cached_property
    def session(self) -> ById[Session]:
        return _batched(self._db, sessions.sessions_by_id, None)

    @cached_property
    def sessions_of_microcycle(self) -> ListOf[Session]:
        return _batched(self._db, sessions.sessions_by_microcycle, ())

    @cached_property
    def sessions_of_plan(self) -> ListOf[Session]:
        return _batched(self._db, sessions.sessions_by_plan, ())

    @cached_property
    def prescription(self) -> ById[Prescription]:
        return _batched(self._db, prescriptions.prescriptions_by_id, None)

    @cached_property
    def prescriptions_of_session(self) -> ListOf[Prescription]:
        return _batched(self._db, prescriptions.prescriptions_by_session, ())

    @cached_property
    def durations_of_athlete(self) -> ListOf[LoggedDuration]:
        return _batched(self._db, sessions.durations_of_athletes, ())

    @cached_property
    def compression(self) -> ById[CompressionRecord]:
        return _batched(self._db, compressions.compressions_by_id, None)

    @cached_property
    def history_of_session(self) -> PageOf[CompressionRecord]:
        return _paged(self._db, compressions.compressions_by_session)

    @cached_property
    def person(self) -> ById[Person]:
        return _batched(self._db, people.people_by_id, None)

    @cached_property
    def organization(self) -> ById[Organization]:
        return _batched(self._db, people.organizations_by_id, None)

    @cached_property
    def team(self) -> ById[Team]:
        return _batched(self._db, teams.teams_by_id, None)

    @cached_property
    def team_ids_of_person(self) -> DataLoader[UUID, frozenset[UUID]]:
        return _batched(self._db, teams.team_ids_of_people, frozenset())

    @cached_property
    def teams_of_person(self) -> ListOf[Team]:
        return _batched(self._db, teams.teams_of_people, ())

    @cached_property
    def players_of_team(self) -> PageOf[Person]:
        viewer = self._known()
        return _paged(self._db, lambda db, ids, page: teams.players_of_teams(db, viewer, ids, page))

    @cached_property
    def coaches_of_team(self) -> PageOf[Person]:
        viewer = self._known()
        return _paged(self._db, lambda db, ids, page: teams.coaches_of_teams(db, viewer, ids, page))

    @cached_property
    def plans_of_person(self) -> PageOf[Plan]:
        viewer = self._known()
        return _paged(self._db, lambda db, ids, page: plans.plans_of_people(db, viewer, ids, page))

    @cached_property
    def exercise(self) -> ById[Exercise]:
        """Of the catalogue that the viewer's organization sees."""
        organization_id = self._known().organization_id
        return _batched(self._db, lambda db, ids: exercises.exercises_by_id(db, organization_id, ids), None)

    def _known(self) -> Viewer:
        if self._viewer is None:
            raise Unauthorized
        return self._viewer


def _batched(db: Database, query: Batch[T], missing: D) -> DataLoader[UUID, T | D]:
    """Each batch reads on a database session of its own: siblings that shared one would wait in line."""

    async def load(keys: list[UUID]) -> list[T | D]:
        async with db.read() as db_session:
            found = await query(db_session, keys)
        return [found.get(key, missing) for key in keys]

    return DataLoader(load)


def _paged(db: Database, query: PageBatch[T]) -> DataLoader[PageKey, Page[T]]:
    """One statement for each different page that is asked for, however many parents it is asked of."""

    async def load(keys: list[PageKey]) -> list[Page[T]]:
        parents: dict[PageRequest, list[UUID]] = defaultdict(list)
        for parent_id, request in keys:
            parents[request].append(parent_id)
        async with db.read() as db_session:
            found = {request: await query(db_session, ids, request) for request, ids in parents.items()}
        return [found[request][parent_id] for parent_id, request in keys]

    return DataLoader(load)
