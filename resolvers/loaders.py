"""Batching: fields of siblings that resolve at the same time share one statement."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID

from aiodataloader import DataLoader

from db import athletes, compressions, exercises, people, plans, player_groups, prescriptions, sessions, teams
from db.database import Database
from domain.access import PlanFacts
from domain.errors import Unauthorized
from domain.exercises import Exercise
from domain.people import Organization, Person, Team, Viewer
from domain.physiology import MedicalRestriction, Physiology
from domain.plans import Microcycle, Plan
from domain.player_groups import PlayerGroup, TeamGroup
from domain.sessions import CompressionRecord, LoggedDuration, Prescription, Session
from events.season.source import SeasonSource
from resolvers.batching import ById, ListOf, PageOf
from resolvers.batching import batched as _batched
from resolvers.batching import paged as _paged
from resolvers.season_loaders import SeasonLoaders
from resolvers.training_loaders import TrainingLoaders
from resolvers.workload_loaders import WorkloadLoaders


class Loaders:
    """One operation's batching caches, each made when it is first asked. Never shared between operations.

    The pages hold what the viewer may see. What is loaded by id is not yet judged: ``resolvers/sight.py``.
    """

    def __init__(
        self, db: Database, viewer: Viewer | None, seasons: SeasonSource, correlation_id: str
    ) -> None:
        self._db = db
        self._viewer = viewer
        self._seasons = seasons
        self._correlation_id = correlation_id

    @cached_property
    def season(self) -> SeasonLoaders:
        """Of seasons, templates and assignments."""
        return SeasonLoaders(self._db, self._known(), self._seasons, self._correlation_id)

    @cached_property
    def training(self) -> TrainingLoaders:
        """Of what players did and how they felt."""
        return TrainingLoaders(self._db)

    @cached_property
    def workload(self) -> WorkloadLoaders:
        """Of loads, readiness and what is said of them."""
        return WorkloadLoaders(self._db, self._known())

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
    def played_team_ids_of_person(self) -> DataLoader[UUID, frozenset[UUID]]:
        return _batched(self._db, teams.played_team_ids_of_people, frozenset())

    @cached_property
    def physiology_of_player(self) -> ById[Physiology]:
        return _batched(self._db, athletes.physiology_of, None)

    @cached_property
    def restrictions_of_player(self) -> ListOf[MedicalRestriction]:
        return _batched(self._db, athletes.every_restriction_of, ())

    @cached_property
    def medical_restriction(self) -> ById[MedicalRestriction]:
        return _batched(self._db, athletes.restrictions_by_id, None)

    @cached_property
    def groups_of_player(self) -> ListOf[PlayerGroup]:
        return _batched(self._db, player_groups.groups_of_players, ())

    @cached_property
    def groups_of_team(self) -> ListOf[TeamGroup]:
        return _batched(self._db, player_groups.groups_of_teams, ())

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
