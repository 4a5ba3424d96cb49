"""Plans from documents: a dry run says what would be made; an import makes all of it or nothing."""

import asyncio
import base64
import binascii
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from db.database import Transaction
from db.exercises import all_exercises
from db.new_plans import insert_plan
from domain.errors import ImportRefused, InvalidInput
from domain.events import PlanImported
from domain.exercise_matching import index_of
from domain.exercises import Exercise
from domain.people import Person
from domain.plan_document import ImportOutcome, PlanDraft
from domain.plans import Plan
from domain.session_import import LONGEST_TITLE
from integrations.plan_files import MOST_BYTES, DocumentFormat, read_document
from resolvers.context import Context, Info
from resolvers.inputs import ImportPlanInput, fingerprinted
from resolvers.once import once
from resolvers.owners import owner_for
from resolvers.plans import EARLIEST, LATEST

READING_SECONDS = 8.0
"""A large workbook takes seconds to read, and a twin of the request waits for it."""


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """``plan`` is None after a dry run. ``would_make`` has a line for each session."""

    plan: Plan | None
    title: str
    starts_on: date
    session_count: int
    would_make: tuple[str, ...]
    warnings: tuple[str, ...]
    dry_run: bool


async def import_plan(info: Info, input: ImportPlanInput) -> ImportAnswer:
    context = info.context
    data = _bytes_of(input)
    _check(input)

    async def work(tx: Transaction) -> ImportAnswer:
        owner = await owner_for(context, tx.db_session, input.owner_id)
        catalogue = await all_exercises(tx.db_session, owner.organization_id)
        outcome = await asyncio.to_thread(_read, input, data, catalogue)
        if outcome.plan is None:
            raise ImportRefused(outcome.problems)
        draft = outcome.plan
        starts_on = draft.starts_on or _monday_to_come(context, owner)
        plan = None if input.dry_run else await _store(tx, draft, owner, starts_on)
        return ImportAnswer(
            plan=plan,
            title=draft.title,
            starts_on=starts_on,
            session_count=draft.session_count,
            would_make=tuple(draft.starting(starts_on).describe()),
            warnings=outcome.warnings,
            dry_run=input.dry_run,
        )

    answer = await once(
        context,
        "importPlan",
        input.idempotency_key,
        fingerprinted(input),
        work,
        TypeAdapter(ImportAnswer),
        deadline_seconds=READING_SECONDS,
    )
    return answer.value


def _bytes_of(input: ImportPlanInput) -> bytes:
    if input.format is not DocumentFormat.XLSX:
        return input.document.encode("utf-8", errors="replace")
    if len(input.document) > MOST_BYTES * 4 // 3 + 4:
        raise InvalidInput.of("document", f"The file has more than {MOST_BYTES:,} bytes. Split the plan.")
    try:
        return base64.b64decode("".join(input.document.split()), validate=True)
    except (ValueError, binascii.Error):
        raise InvalidInput.of("document", "An xlsx document is to be sent in base64.") from None


def _check(input: ImportPlanInput) -> None:
    if input.title is not None and not 1 <= len(input.title.strip()) <= LONGEST_TITLE:
        raise InvalidInput.of("title", f"A title has 1 to {LONGEST_TITLE} characters.")
    if input.starts_on is not None and not EARLIEST <= input.starts_on <= LATEST:
        raise InvalidInput.of("startsOn", f"A plan starts from {EARLIEST} to {LATEST}.")


def _read(input: ImportPlanInput, data: bytes, catalogue: tuple[Exercise, ...]) -> ImportOutcome:
    """In a thread: a large workbook takes a good second."""
    title = input.title.strip() if input.title is not None else None
    return read_document(input.format, data, index_of(catalogue), title=title, starts_on=input.starts_on)


def _monday_to_come(context: Context, owner: Person) -> date:
    today = context.services.clock().astimezone(ZoneInfo(owner.time_zone)).date()
    return today + timedelta(days=-today.weekday() % 7)


async def _store(tx: Transaction, draft: PlanDraft, owner: Person, starts_on: date) -> Plan:
    plan = await insert_plan(tx.db_session, draft, owner, starts_on, tx.now)
    tx.record(
        PlanImported(
            aggregate_id=plan.id,
            version=plan.version,
            organization_id=plan.organization_id,
            owner_id=plan.owner_id,
            session_count=draft.session_count,
        )
    )
    return plan
