"""Where season data come from: our own database, or a planning service where one is configured."""

from __future__ import annotations

from asyncio import gather
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from db.database import Database
from db.exercises import all_exercises
from db.phase_templates import phase_templates_by_id
from db.seasons import active_season_plans
from domain.days import today_in
from domain.errors import Forbidden, SeasonDataUnavailable
from domain.exercise_matching import index_of
from domain.people import Team
from domain.phase_templates import PhaseTemplate
from domain.phases import SeasonPhase
from domain.seasons import SeasonPlan, SeasonStatus, current_phase
from integrations.planning_answers import TeamWorkload
from integrations.planning_errors import PlanningRefused, PlanningUnavailable
from integrations.planning_http import OnBehalfOf
from integrations.planning_service import PlanningService
from integrations.stale_cache import Cached

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sourced(Generic[T]):
    """``age_seconds`` since the planning service was asked; None and not stale for our own data.

    Stale: past its time, and the service gives no newer answer.
    """

    value: T
    age_seconds: float | None = None
    is_stale: bool = False


class SeasonSource:
    """Who may see a team is decided before anything is asked of it here.

    Raises ``SeasonDataUnavailable`` only where there is not even an old answer, ``Forbidden`` where the
    planning service says that the caller may not.
    """

    def __init__(self, db: Database, planning: PlanningService | None, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._planning = planning
        self._clock = clock

    @property
    def is_own(self) -> bool:
        """Whether the ids of seasons and phases are those of our own tables."""
        return self._planning is None

    def now(self) -> datetime:
        """The moment whose today is meant where nobody says another."""
        return self._clock()

    async def current_phase(
        self, team: Team, caller: OnBehalfOf, now: datetime | None = None
    ) -> Sourced[SeasonPhase | None]:
        """The phase that the team is in at ``now`` (the clock's, unless given), by its own calendar."""
        now = now or self.now()
        if self._planning is None:
            return _phase_of(await self.season_plan(team, caller), team, now)
        answer = _sourced(await _answered(self._planning.current_phase(team.id, caller)))
        phase = answer.value
        if phase is None or phase.includes(today_in(team.time_zone, now)):
            return answer
        # Kept from before the phase changed. The plan knows what came after it.
        try:
            return _phase_of(await self.season_plan(team, caller), team, now)
        except SeasonDataUnavailable:
            return replace(answer, value=None, is_stale=True)

    async def season_plan(self, team: Team, caller: OnBehalfOf) -> Sourced[SeasonPlan | None]:
        """The plan that is in force; None for a team that has none."""
        if self._planning is None:
            async with self._db.read() as db_session:
                return Sourced((await active_season_plans(db_session, [team.id])).get(team.id))
        answer = _sourced(await _answered(self._planning.season_plan(team.id, caller)))
        if answer.value is not None and answer.value.status is not SeasonStatus.ACTIVE:
            return replace(answer, value=None)
        return answer

    async def season_plans(
        self, teams: Sequence[Team], caller: OnBehalfOf
    ) -> dict[UUID, Sourced[SeasonPlan | None] | BaseException]:
        """By team; what went wrong with one is no matter of the others.

        Our own in one statement; the planning service is asked for all at the same time.
        """
        if self._planning is None:
            async with self._db.read() as db_session:
                found = await active_season_plans(db_session, [team.id for team in teams])
            return {team.id: Sourced(found.get(team.id)) for team in teams}
        answers = await gather(*(self.season_plan(team, caller) for team in teams), return_exceptions=True)
        return {team.id: answer for team, answer in zip(teams, answers, strict=True)}

    async def template(
        self, template_id: UUID, organization_id: UUID, caller: OnBehalfOf
    ) -> Sourced[PhaseTemplate | None]:
        """Of everyone's and the organization's own; our tables first, as they are there in an outage, too."""
        async with self._db.read() as db_session:
            own = await phase_templates_by_id(db_session, organization_id, [template_id])
            if self._planning is None or template_id in own:
                return Sourced(own.get(template_id))
            index = index_of(await all_exercises(db_session, organization_id))
        return _sourced(await _answered(self._planning.template(template_id, index, caller)))

    async def workload(
        self, team: Team, first: date, last: date, caller: OnBehalfOf
    ) -> Sourced[TeamWorkload] | None:
        """What the planning service says of the players' load, days inclusive; None where there is none: then
        our own numbers are all there is."""
        if self._planning is None:
            return None
        return _sourced(await _answered(self._planning.workload(team.id, first, last, caller)))


def _phase_of(plan: Sourced[SeasonPlan | None], team: Team, now: datetime) -> Sourced[SeasonPhase | None]:
    phase = None if plan.value is None else current_phase(plan.value, team.time_zone, now)
    return Sourced(phase, plan.age_seconds, plan.is_stale)


def _sourced(answer: Cached[T]) -> Sourced[T]:
    return Sourced(answer.value, answer.age_seconds, answer.is_stale)


async def _answered(call: Awaitable[Cached[T]]) -> Cached[T]:
    """What it was is logged and counted where the service is called; here it becomes the caller's affair."""
    try:
        return await call
    except PlanningUnavailable as error:
        raise SeasonDataUnavailable(retry_after_seconds=error.retry_after_seconds) from error
    except PlanningRefused as error:
        if error.status == 403:
            raise Forbidden("The planning system does not let you see this.") from error
        raise SeasonDataUnavailable(retriable=False) from error
