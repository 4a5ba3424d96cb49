"""Batching for seasons, templates and assignments; and where a season is from, in one operation."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from aiodataloader import DataLoader

from db import adjustments, assignments, completions, phase_templates, seasons, workouts
from db.database import Database
from db.paging import PageRequest
from db.teams import visible_teams
from domain.adjustments import AdjustmentRecord
from domain.assignments import AssignmentStatus, Completion, WorkoutAssignment
from domain.people import Team, Viewer
from domain.phase_templates import PhaseTemplate
from domain.phases import SeasonPhase
from domain.seasons import SeasonPlan, current_phase
from domain.workouts import Workout
from events.season.source import SeasonSource, Sourced
from integrations.planning_http import OnBehalfOf
from resolvers.batching import ById, ListOf, PageOf, batched, paged
from resolvers.step_reports import SeasonNow, SyncStatus, sync_statuses

MOST_TEAMS_ASKED = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """Assignments with days from ``first`` to ``last``, of one of ``statuses``; none of them: of any."""

    first: date
    last: date
    statuses: frozenset[AssignmentStatus] = frozenset()


@dataclass(frozen=True, slots=True)
class Freshness:
    """Of what another system answered: seconds since, and whether it is past its time."""

    age_seconds: float
    is_stale: bool


class SeasonLoaders:
    """Part of ``Loaders``, and like these of one operation. What is loaded by id is not yet judged."""

    def __init__(self, db: Database, viewer: Viewer, source: SeasonSource, correlation_id: str) -> None:
        self._db = db
        self._viewer = viewer
        self._source = source
        self.caller = OnBehalfOf(viewer.id, viewer.role.value, viewer.organization_id, correlation_id)
        self._freshness: dict[UUID, Freshness] = {}
        self._team_of_plan: dict[UUID, Team] = {}
        self._phases: dict[UUID, SeasonPhase] = {}
        self._filtered: dict[tuple[str, object], DataLoader[Any, Any]] = {}

    @cached_property
    def plan_of_team(self) -> DataLoader[Team, SeasonPlan | None]:
        """The plan in force, from wherever seasons come from. Ask only for teams that the viewer sees."""

        async def load(teams: list[Team]) -> list[Any]:  # an exception is the answer for its key alone
            answers = await self._source.season_plans(teams, self.caller)
            return [self._plan_in(answers[team.id], team) for team in teams]

        return DataLoader(load, get_cache_key=lambda team: team.id)

    async def current_phase(self, team: Team, now: datetime) -> SeasonPhase | None:
        """The phase in force; ask only for teams that the viewer sees."""
        if self._source.is_own:
            plan = await self.plan_of_team.load(team)
            return None if plan is None else current_phase(plan, team.time_zone, now)
        answer = await self._source.current_phase(team, self.caller, now)
        phase = answer.value
        if phase is not None:
            self._remember_phase(phase, answer)
            self._team_of_plan[phase.season_plan_id] = team
        return phase

    @cached_property
    def sync_status_of_team(self) -> DataLoader[Team, SyncStatus]:
        """Ask only for teams that the viewer sees."""

        async def load(teams: list[Team]) -> list[Any]:
            now = self._source.now()
            seasons = await gather(*(self._season_of(team, now) for team in teams), return_exceptions=True)
            asked = dict(zip(teams, seasons, strict=True))
            known = {team: it for team, it in asked.items() if not isinstance(it, BaseException)}
            found = await sync_statuses(self._db, self._viewer, known, now)
            return [found.get(team, asked[team]) for team in teams]

        return DataLoader(load, get_cache_key=lambda team: team.id)

    async def plan(self, plan_id: UUID) -> SeasonPlan | None:
        """Our own, or that of a planning service for a team that the viewer sees."""
        if plan_id not in self._team_of_plan:
            own = await self.season_plan.load(plan_id)
            if own is not None or self._source.is_own:
                return own
            await self._look_around()
        team = self._team_of_plan.get(plan_id)
        plan = None if team is None else await self.plan_of_team.load(team)
        return plan if plan is not None and plan.id == plan_id else None

    async def phase(self, phase_id: UUID) -> SeasonPhase | None:
        """As ``plan``."""
        if phase_id not in self._phases:
            own = await self.season_phase.load(phase_id)
            if own is not None or self._source.is_own:
                return own
            await self._look_around()
        return self._phases.get(phase_id)

    async def phase_of_team(self, team: Team, phase_id: UUID) -> SeasonPhase | None:
        """A phase that something of the team refers to, whatever season it is of."""
        if not self._source.is_own:
            plan = await self.plan_of_team.load(team)
            phases = () if plan is None else plan.phases
            return next((each for each in phases if each.id == phase_id), None)
        return await self.season_phase.load(phase_id)

    async def template(self, template_id: UUID) -> PhaseTemplate | None:
        """Of everyone's, the organization's own, and those of a planning service."""
        own = await self.phase_template.load(template_id)
        if own is not None or self._source.is_own:
            return own
        answer = await self._source.template(template_id, self._viewer.organization_id, self.caller)
        self._remember(template_id, answer)
        return answer.value

    def freshness(self, id: UUID) -> Freshness | None:
        """Of a season, phase or template that this operation came by; None for our own data."""
        return self._freshness.get(id)

    @cached_property
    def plans_of_team(self) -> PageOf[SeasonPlan]:
        """Our own, in whatever state, of those that the viewer sees."""
        viewer = self._viewer
        return paged(
            self._db, lambda db, ids, page: seasons.season_plans_of_teams(db, ids, page, seen_by=viewer)
        )

    @cached_property
    def season_plan(self) -> ById[SeasonPlan]:
        return batched(self._db, seasons.season_plans_by_id, None)

    @cached_property
    def season_phase(self) -> ById[SeasonPhase]:
        return batched(self._db, seasons.season_phases_by_id, None)

    @cached_property
    def phase_template(self) -> ById[PhaseTemplate]:
        """Of those that the viewer's organization may use."""
        organization_id = self._viewer.organization_id
        return batched(
            self._db, lambda db, ids: phase_templates.phase_templates_by_id(db, organization_id, ids), None
        )

    @cached_property
    def workout(self) -> ById[Workout]:
        return batched(self._db, workouts.workouts_by_id, None)

    @cached_property
    def is_seen_assigned(self) -> DataLoader[UUID, bool]:
        """Whether an assignment that the viewer sees gives the workout to somebody."""
        viewer = self._viewer
        return batched(self._db, lambda db, ids: workouts.workouts_seen_assigned(db, viewer, ids), False)

    @cached_property
    def assignment(self) -> ById[WorkoutAssignment]:
        return batched(self._db, assignments.assignments_by_id, None)

    def assignments_of_team(self, wanted: Wanted) -> PageOf[WorkoutAssignment]:
        """Those that the viewer sees; a loader for each window and filter that is asked for."""

        async def query(db: Any, ids: Sequence[UUID], page: PageRequest) -> Any:
            return await assignments.assignments_of_teams(
                db, ids, wanted.first, wanted.last, page, seen_by=self._viewer, statuses=wanted.statuses
            )

        return self._filtered.setdefault(("assignments of team", wanted), paged(self._db, query))

    def assignments_of_player(self, wanted: Wanted) -> PageOf[WorkoutAssignment]:
        async def query(db: Any, ids: Sequence[UUID], page: PageRequest) -> Any:
            return await assignments.assignments_of_players(
                db, ids, wanted.first, wanted.last, page, seen_by=self._viewer, statuses=wanted.statuses
            )

        return self._filtered.setdefault(("assignments of player", wanted), paged(self._db, query))

    def completions_of_assignment(self, first: date, last: date) -> ListOf[Completion]:
        async def query(db: Any, ids: Sequence[UUID]) -> Any:
            return await completions.completions_by_assignment(db, ids, first, last)

        return self._filtered.setdefault(("completions", (first, last)), batched(self._db, query, ()))

    @cached_property
    def adjustment(self) -> ById[AdjustmentRecord]:
        return batched(self._db, adjustments.adjustments_by_id, None)

    @cached_property
    def adjustments_of_assignment(self) -> PageOf[AdjustmentRecord]:
        return paged(self._db, adjustments.adjustments_of_assignments)

    @cached_property
    def adjustments_of_phase(self) -> PageOf[AdjustmentRecord]:
        """Those of assignments that the viewer sees."""
        viewer = self._viewer
        return paged(
            self._db,
            lambda db, ids, page: adjustments.adjustments_of_phases(db, ids, page, seen_by=viewer),
        )

    async def _season_of(self, team: Team, now: datetime) -> SeasonNow:
        phase = await self.current_phase(team, now)
        plan = await self.plan_of_team.load(team)
        return SeasonNow(phase, () if plan is None else plan.phases)

    def _plan_in(
        self, answer: Sourced[SeasonPlan | None] | BaseException, team: Team
    ) -> SeasonPlan | BaseException | None:
        if isinstance(answer, BaseException):
            return answer
        plan = answer.value
        if plan is not None and self._source.is_own:
            self.season_plan.prime(plan.id, plan)
            for phase in plan.phases:
                self.season_phase.prime(phase.id, phase)
        elif plan is not None:
            self._remember(plan.id, answer)
            self._team_of_plan[plan.id] = team
            for phase in plan.phases:
                self._remember_phase(phase, answer)
        return plan

    async def _look_around(self) -> None:
        """Come by the plans of the viewer's teams: a planning service is asked for a team, not for an id."""
        async with self._db.read() as db_session:
            teams = await visible_teams(db_session, self._viewer, PageRequest(first=MOST_TEAMS_ASKED))
        await gather(*(self.plan_of_team.load(team) for team in teams.items), return_exceptions=True)

    def _remember_phase(self, phase: SeasonPhase, answer: Sourced[Any]) -> None:
        self._remember(phase.id, answer)
        self._phases[phase.id] = phase

    def _remember(self, id: UUID, answer: Sourced[Any]) -> None:
        if answer.age_seconds is not None:
            self._freshness[id] = Freshness(answer.age_seconds, answer.is_stale)
