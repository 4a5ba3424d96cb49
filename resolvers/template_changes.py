"""Phase templates of an organization: making, changing and deleting them. Everyone's are only read."""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import strawberry
from pydantic import TypeAdapter

from db import phase_templates as stored
from db.database import Transaction
from db.exercises import all_exercises
from domain.errors import Forbidden, InvalidInput, NotFound
from domain.exercise_matching import index_of
from domain.exercises import Exercise
from domain.phase_templates import PhaseTemplate
from domain.template_json import TemplateOutcome, import_template, template_json
from resolvers.context import Context, Info
from resolvers.ids import Kind, global_id, uuid_of
from resolvers.inputs import fingerprinted
from resolvers.once import once
from resolvers.template_inputs import (
    CreatePhaseTemplateInput,
    DeletePhaseTemplateInput,
    UpdatePhaseTemplateInput,
    changes_of,
    document_of,
)

READING_SECONDS = 8.0
"""The names of hundreds of exercises are looked up, and a twin of the request waits for it."""


@dataclass(frozen=True, slots=True)
class TemplateAnswer:
    """The template after the change."""

    template: PhaseTemplate


@dataclass(frozen=True, slots=True)
class TemplateGone:
    deleted_template_id: strawberry.ID


_ANSWER = TypeAdapter(TemplateAnswer)


def template_of_answer(parent: strawberry.Parent[TemplateAnswer]) -> PhaseTemplate:
    return parent.template


async def create_phase_template(info: Info, input: CreatePhaseTemplateInput) -> TemplateAnswer:
    context = info.context
    document = document_of(input)

    async def work(tx: Transaction) -> TemplateAnswer:
        template = await _read(tx, context, json.dumps(document))
        await stored.insert_phase_templates(tx.db_session, [template])
        return TemplateAnswer(template)

    answer = await once(
        context,
        "createPhaseTemplate",
        input.idempotency_key,
        fingerprinted(input),
        work,
        _ANSWER,
        deadline_seconds=READING_SECONDS,
    )
    return answer.value


async def update_phase_template(info: Info, input: UpdatePhaseTemplateInput) -> TemplateAnswer:
    context = info.context
    template_id = uuid_of(Kind.PHASE_TEMPLATE, input.template_id)
    changes = changes_of(input)

    async def work(tx: Transaction) -> TemplateAnswer:
        before = await _template_to_change(context, tx, template_id, input.expected_version)
        wanted = await _read(tx, context, _changed_document(before, changes))
        after = await stored.save_phase_template(
            tx.db_session,
            replace(wanted, id=before.id, created_at=before.created_at),
            expected_version=input.expected_version,
            now=tx.now,
        )
        if after is None:
            raise NotFound(Kind.PHASE_TEMPLATE.word, input.template_id)
        return TemplateAnswer(after)

    return await context.unit_of_work(work, deadline_seconds=READING_SECONDS)


async def delete_phase_template(info: Info, input: DeletePhaseTemplateInput) -> TemplateGone:
    context = info.context
    template_id = uuid_of(Kind.PHASE_TEMPLATE, input.template_id)

    async def work(tx: Transaction) -> None:
        await _template_to_change(context, tx, template_id, input.expected_version)
        gone = await stored.delete_phase_template(
            tx.db_session, template_id, expected_version=input.expected_version
        )
        if gone is None:
            raise NotFound(Kind.PHASE_TEMPLATE.word, input.template_id)

    await context.unit_of_work(work)
    return TemplateGone(global_id(Kind.PHASE_TEMPLATE, template_id))


async def template_of(tx: Transaction, organization_id: UUID, document: str) -> TemplateOutcome:
    """What the document says, with the exercises that the organization sees."""
    catalogue = await all_exercises(tx.db_session, organization_id)

    def read(exercises: tuple[Exercise, ...]) -> TemplateOutcome:
        return import_template(document, index_of(exercises), organization_id, lambda _: uuid4(), tx.now)

    return await asyncio.to_thread(read, catalogue)


async def _read(tx: Transaction, context: Context, document: str) -> PhaseTemplate:
    outcome = await template_of(tx, context.caller.organization_id, document)
    if outcome.template is None:
        raise InvalidInput(outcome.problems)
    return outcome.template


async def _template_to_change(
    context: Context, tx: Transaction, template_id: UUID, expected_version: int
) -> PhaseTemplate:
    """One of the caller's organization; that of another one is just missing."""
    usable = await stored.phase_templates_by_id(tx.db_session, context.caller.organization_id, [template_id])
    template = usable.get(template_id)
    if template is None:
        raise NotFound(Kind.PHASE_TEMPLATE.word, global_id(Kind.PHASE_TEMPLATE, template_id))
    if template.organization_id is None:
        raise Forbidden(
            "This template is everyone's and stays as it is; import its document under another name to make "
            "your own of it."
        )
    stored.refuse_other_version(template.version, expected_version)
    return template


def _changed_document(before: PhaseTemplate, changes: dict[str, Any]) -> str:
    if "document" in changes:
        return str(changes["document"])
    return json.dumps(template_json(before) | changes)
