"""Season plans and phase templates as documents: out, and in again."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import strawberry
from pydantic import TypeAdapter

from db.database import Transaction
from db.phase_templates import insert_phase_templates
from domain.errors import ImportRefused, InvalidInput
from domain.phase_templates import PhaseTemplate
from domain.season_json import SeasonOutcome, import_season, season_json
from domain.seasons import SeasonPlan
from domain.template_json import template_json
from integrations.plan_files import MOST_BYTES
from resolvers.context import Info
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.running import team_to_run
from resolvers.season_changes import new_season_plan
from resolvers.season_inputs import ImportSeasonPlanInput
from resolvers.template_changes import template_of
from resolvers.template_inputs import ImportPhaseTemplateInput

READING_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class SeasonImportAnswer:
    """``plan`` is None after a dry run. ``would_make`` has a line for each phase."""

    plan: SeasonPlan | None
    name: str
    would_make: tuple[str, ...]
    warnings: tuple[str, ...]
    dry_run: bool


@dataclass(frozen=True, slots=True)
class TemplateImportAnswer:
    """``template`` is None after a dry run. ``would_make`` has a line for each workout."""

    template: PhaseTemplate | None
    name: str
    would_make: tuple[str, ...]
    warnings: tuple[str, ...]
    dry_run: bool


_SEASON_ANSWER = TypeAdapter(SeasonImportAnswer)
_TEMPLATE_ANSWER = TypeAdapter(TemplateImportAnswer)


def plan_of_import(parent: strawberry.Parent[SeasonImportAnswer]) -> SeasonPlan | None:
    return parent.plan


def template_of_import(parent: strawberry.Parent[TemplateImportAnswer]) -> PhaseTemplate | None:
    return parent.template


def document_of_season_plan(parent: strawberry.Parent[SeasonPlan]) -> str:
    return _text(season_json(parent))


def document_of_template(parent: strawberry.Parent[PhaseTemplate]) -> str:
    return _text(template_json(parent))


async def import_season_plan(info: Info, input: ImportSeasonPlanInput) -> SeasonImportAnswer:
    context = info.context
    team = await team_to_run(context, input.team_id)

    async def work(tx: Transaction) -> SeasonImportAnswer:
        outcome: SeasonOutcome = await asyncio.to_thread(
            import_season,
            _not_too_long(input.document),
            team.organization_id,
            team.id,
            lambda _: uuid4(),
            tx.now,
        )
        if outcome.plan is None:
            raise ImportRefused(outcome.problems)
        plan = None if input.dry_run else await new_season_plan(tx, outcome.plan)
        return SeasonImportAnswer(
            plan=plan,
            name=outcome.plan.name,
            would_make=tuple(
                f"{each.starts_on} to {each.ends_on}: {each.name} ({each.type}, {each.intensity})"
                for each in outcome.plan.phases
            ),
            warnings=outcome.warnings,
            dry_run=input.dry_run,
        )

    answer = await once(
        context,
        "importSeasonPlan",
        input.idempotency_key,
        fingerprinted(input),
        work,
        _SEASON_ANSWER,
        deadline_seconds=READING_SECONDS,
    )
    return answer.value


async def import_phase_template(info: Info, input: ImportPhaseTemplateInput) -> TemplateImportAnswer:
    context = info.context

    async def work(tx: Transaction) -> TemplateImportAnswer:
        outcome = await template_of(tx, context.caller.organization_id, _not_too_long(input.document))
        if outcome.template is None:
            raise ImportRefused(outcome.problems)
        template = outcome.template
        async with tx.db_session.begin_nested() as savepoint:
            await insert_phase_templates(tx.db_session, [template])
            if input.dry_run:  # whatever would stand in the way has done so
                await savepoint.rollback()
        return TemplateImportAnswer(
            template=None if input.dry_run else template,
            name=template.name,
            would_make=tuple(
                f"Weeks {each.first_week} to {each.last_week}, {len(each.weekdays)} a week: "
                f"{each.workout.title} ({each.workout.planned_minutes} min)"
                for each in template.workouts
            ),
            warnings=outcome.warnings,
            dry_run=input.dry_run,
        )

    answer = await once(
        context,
        "importPhaseTemplate",
        input.idempotency_key,
        fingerprinted(input),
        work,
        _TEMPLATE_ANSWER,
        deadline_seconds=READING_SECONDS,
    )
    return answer.value


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _not_too_long(document: str) -> str:
    if len(document.encode("utf-8", "replace")) > MOST_BYTES:
        raise InvalidInput.of("document", f"The document has more than {MOST_BYTES:,} bytes.")
    return document
