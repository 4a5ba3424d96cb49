"""What an event speaks of, found before anything is changed: the team, its season, its phase, its players.

What is not there, or belongs to others, makes the event undeliverable; both in the same words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from structlog.contextvars import get_contextvars

from db.database import Transaction
from db.people import people_by_id
from db.seasons import active_season_plan_kept, season_plan_for_update
from db.teams import played_team_ids_of_people, teams_by_id
from domain.errors import DomainError, SeasonDataUnavailable
from domain.people import Role, Team
from domain.phase_templates import PhaseTemplate
from domain.phases import SeasonPhase
from domain.planning import Actor
from domain.seasons import SeasonPlan
from events.season.source import SeasonSource, Sourced
from events.wire import Undeliverable
from integrations.planning_http import OnBehalfOf
from integrations.planning_service import PlanningService


@dataclass(frozen=True, slots=True)
class SeasonLookup:
    """Our own plans are kept as they are until the transaction ends: who changes one follows it by itself.

    With a planning service, what was kept of its answers is asked for anew; only what it cannot give now is
    answered from before, and an old answer is no proof that something is not there.
    """

    source: SeasonSource
    planning: PlanningService | None = None

    async def team(self, tx: Transaction, team_id: UUID) -> Team:
        team = (await teams_by_id(tx.db_session, [team_id])).get(team_id)
        if team is None:
            raise Undeliverable("unknown_team", f"There is no team {team_id}.")
        if self.planning is not None:
            await self.planning.invalidate_team(team_id)
        return team

    async def season(self, tx: Transaction, team: Team) -> SeasonPlan:
        """The plan that is in force."""
        if self.source.is_own:
            plan = await active_season_plan_kept(tx.db_session, team.id)
        else:
            plan = _certain(await self._asked(team))
        if plan is None:
            raise Undeliverable("no_season", "The team has no season plan that is active.")
        return plan

    async def phase(self, tx: Transaction, team: Team, phase_id: UUID) -> tuple[SeasonPlan, SeasonPhase]:
        """The phase, in the plan that is in force."""
        if self.source.is_own:
            plan, is_certain = await self.season(tx, team), True
        else:
            answer = await self._asked(team)
            plan, is_certain = _there(answer), not answer.is_stale
        for phase in plan.phases:
            if phase.id == phase_id:
                return plan, phase
        if not is_certain:
            raise SeasonDataUnavailable
        raise Undeliverable("unknown_phase", f"The team's season plan has no phase {phase_id}.")

    async def season_plan(self, tx: Transaction, team: Team, plan_id: UUID) -> SeasonPlan:
        """The team's plan of that id, in force or not."""
        if self.source.is_own:
            plan = await season_plan_for_update(tx.db_session, plan_id)
        else:
            plan = _certain(await self._asked(team))
        if plan is None or plan.id != plan_id or plan.team_id != team.id:
            raise Undeliverable("unknown_season_plan", f"The team has no season plan {plan_id}.")
        return plan

    async def template(self, team: Team, template_id: UUID) -> PhaseTemplate:
        """Everyone's, or the organization's own."""
        if self.planning is not None:
            await self.planning.invalidate_template(template_id)
        try:
            answer = await self.source.template(template_id, team.organization_id, _service_of(team))
        except DomainError as error:
            raise _final(error) from error
        if answer.value is None and answer.is_stale:
            raise SeasonDataUnavailable
        if answer.value is None:
            raise Undeliverable("unknown_template", f"The organization has no phase template {template_id}.")
        return answer.value

    async def _asked(self, team: Team) -> Sourced[SeasonPlan | None]:
        try:
            return await self.source.season_plan(team, _service_of(team))
        except DomainError as error:
            raise _final(error) from error


async def check_players(tx: Transaction, team: Team, player_ids: Collection[UUID]) -> None:
    """Every one of them plays in the team."""
    teams = await played_team_ids_of_people(tx.db_session, list(player_ids))
    strangers = sorted(str(each) for each in player_ids if team.id not in teams[each])
    if strangers:
        raise Undeliverable("unknown_player", f"The team has no player {', '.join(strangers[:5])}.")


async def actor_of(tx: Transaction, team: Team, name: str) -> Actor:
    """Who caused the event: a person of the organization, if that is whose id it is; else a mere name."""
    try:
        person_id = UUID(name)
    except ValueError:
        return Actor(None, name)
    person = (await people_by_id(tx.db_session, [person_id])).get(person_id)
    if person is None or person.organization_id != team.organization_id:
        return Actor(None, name)
    return Actor(person.id, person.display_name)


def _service_of(team: Team) -> OnBehalfOf:
    """Nobody asked: we do, for the team's organization, because of the event that is being handled."""
    correlation_id = str(get_contextvars().get("correlation_id") or "")
    return OnBehalfOf(None, Role.SERVICE, team.organization_id, correlation_id)


def _there(answer: Sourced[SeasonPlan | None]) -> SeasonPlan:
    plan = _certain(answer)
    if plan is None:
        raise Undeliverable("no_season", "The team has no season plan that is active.")
    return plan


def _certain(answer: Sourced[SeasonPlan | None]) -> SeasonPlan | None:
    """An old answer that there is none may be wrong by now."""
    if answer.value is None and answer.is_stale:
        raise SeasonDataUnavailable
    return answer.value


def _final(error: DomainError) -> Exception:
    """What the same question will always be answered with is no reason to ask again."""
    if isinstance(error, SeasonDataUnavailable) and error.retriable:
        return error
    return Undeliverable(error.code, str(error))
