"""The planning service's JSON, checked field by field and by the domain's own rules, as domain objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid5

from pydantic import ValidationError

from domain.errors import Issue
from domain.exercise_matching import CatalogueIndex
from domain.phase_templates import PhaseTemplate
from domain.phases import SeasonPhase
from domain.seasons import SeasonPlan, issues_of
from domain.template_json import import_template
from integrations.planning_errors import AnswerMalformed
from integrations.planning_models import (
    Answer,
    CurrentPhaseAnswer,
    PlayerWorkload,
    SeasonPlanAnswer,
    TemplateAnswer,
    WorkloadAnswer,
)
from integrations.planning_replies import NULL

MOST_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class TeamWorkload:
    """``players`` by their ids; days inclusive."""

    team_id: UUID
    starts_on: date
    ends_on: date
    players: tuple[PlayerWorkload, ...]


def read_current_phase(body: bytes, team_id: UUID) -> SeasonPhase | None:
    """None: the team is in no phase today. AnswerMalformed like all of these."""
    if body == NULL:
        return None
    phase = _checked(CurrentPhaseAnswer, body)
    if phase.team_id is not None:
        _same("teamId", phase.team_id, team_id)
    return phase.to_domain(phase.season_plan_id)


def read_season_plan(body: bytes, team_id: UUID, organization_id: UUID | None) -> SeasonPlan | None:
    """``organization_id`` None: that of the answer is not looked at."""
    if body == NULL:
        return None
    answer = _checked(SeasonPlanAnswer, body)
    _same("teamId", answer.team_id, team_id)
    _same("organizationId", answer.organization_id, organization_id or answer.organization_id)
    plan = answer.to_domain()
    _refuse(issues_of(plan))
    return plan


def read_template(
    body: bytes, template_id: UUID, organization_id: UUID | None, index: CatalogueIndex
) -> PhaseTemplate | None:
    """The rest of the document is as docs/seasons.md has it, its exercises found in ``index``.

    A workout's id comes of the template's id and version, so reading it twice gives the same. A template of
    another organization is none.
    """
    if body == NULL:
        return None
    answer = _checked(TemplateAnswer, body)
    _same("id", answer.id, template_id)
    if answer.organization_id not in (None, organization_id):
        return None
    outcome = import_template(
        body.decode(),
        index,
        answer.organization_id,
        lambda place: uuid5(template_id, f"{answer.version}/{place}") if place else template_id,
        answer.updated_at,
    )
    _refuse(outcome.problems)
    if outcome.template is None:
        raise AnswerMalformed(["it holds no template"])
    return replace(outcome.template, version=answer.version, created_at=answer.created_at)


def read_workload(body: bytes, team_id: UUID, starts_on: date, ends_on: date) -> TeamWorkload:
    answer = _checked(WorkloadAnswer, body)
    _same("teamId", answer.team_id, team_id)
    _same("startDate", answer.start_date, starts_on)
    _same("endDate", answer.end_date, ends_on)
    players = sorted((each.to_domain() for each in answer.players), key=lambda each: each.player_id)
    if len({each.player_id for each in players}) < len(players):
        raise AnswerMalformed(["players: a player stands in it twice"])
    return TeamWorkload(team_id, starts_on, ends_on, tuple(players))


A = TypeVar("A", bound=Answer)


def _checked(model: type[A], body: bytes) -> A:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        # Without the values: they may be about a person, and the problems are logged.
        details = error.errors(include_url=False, include_context=False, include_input=False)
        raise AnswerMalformed(
            _first(f"{'.'.join(map(str, each['loc'])) or 'answer'}: {each['msg']}" for each in details)
        ) from None


def _refuse(issues: Iterable[Issue]) -> None:
    if problems := [f"{'.'.join(issue.path)}: {issue.message}" for issue in issues]:
        raise AnswerMalformed(_first(problems))


def _same(name: str, answered: Any, asked: Any) -> None:
    if answered != asked:
        raise AnswerMalformed([f"{name}: it answers for another than was asked"])


def _first(problems: Iterable[str]) -> list[str]:
    found = list(problems)
    more = len(found) - MOST_PROBLEMS
    return [*found[:MOST_PROBLEMS], *([f"and {more} more"] if more > 0 else [])]
