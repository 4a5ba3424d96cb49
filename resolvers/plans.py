"""Plans: reading them by every path, making, changing and deleting them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry
from pydantic import TypeAdapter

from db import new_plans
from db import plans as stored
from db.database import Transaction
from domain.access import Sight
from domain.errors import InvalidInput, Issue, NotFound
from domain.events import PlanChanged, PlanDeleted
from domain.people import Person
from domain.plan_document import PlanDraft, WeekDraft
from domain.plan_import import LONGEST_GOAL, LONGEST_NOTES_IN_ALL, MOST_WEEKS
from domain.plans import Microcycle, Plan
from domain.session_import import LONGEST_TITLE
from domain.sessions import Session
from resolvers.arguments import After, Before, First, Last, page
from resolvers.connections import ConnectionOf, connection_of
from resolvers.context import Context, Info
from resolvers.ids import Kind, global_id, uuid_of
from resolvers.inputs import CreatePlanInput, DeletePlanInput, UpdatePlanInput, fingerprinted
from resolvers.once import once
from resolvers.owners import owner_for
from resolvers.sight import granted, person_if_seen, plan_in_sight, sight_of

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


async def plan(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Global id of the plan.")]
) -> Plan:
    return await plan_in_sight(info.context, uuid_of(Kind.PLAN, id))


async def visible_plans(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> ConnectionOf[Plan]:
    request = page(first, after, last, before)
    async with info.context.services.db.read() as db_session:
        return connection_of(await stored.visible_plans(db_session, info.context.caller, request))


async def plans_of_player(
    info: Info,
    parent: strawberry.Parent[Person],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionOf[Plan]:
    key = (parent.id, page(first, after, last, before))
    return connection_of(await info.context.loaders.plans_of_person.load(key))


async def owner_of_plan(info: Info, parent: strawberry.Parent[Plan]) -> Person | None:
    """None where the caller sees the plan but not the person: the plan is no way around that."""
    return await person_if_seen(info.context, parent.owner_id)


async def microcycles_of_plan(info: Info, parent: strawberry.Parent[Plan]) -> list[Microcycle]:
    return list(await info.context.loaders.microcycles_of_plan.load(parent.id))


async def sessions_of_microcycle(info: Info, parent: strawberry.Parent[Microcycle]) -> list[Session]:
    return list(await info.context.loaders.sessions_of_microcycle.load(parent.id))


async def plan_of_microcycle(info: Info, parent: strawberry.Parent[Microcycle]) -> Plan | None:
    return await info.context.loaders.plan.load(parent.plan_id)


@dataclass(frozen=True, slots=True)
class PlanAnswer:
    """The plan after the change."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class PlanGone:
    deleted_plan_id: strawberry.ID


_ANSWER = TypeAdapter(PlanAnswer)


async def create_plan(info: Info, input: CreatePlanInput) -> PlanAnswer:
    context = info.context
    draft = _draft(input)

    async def work(tx: Transaction) -> PlanAnswer:
        owner = await owner_for(context, tx.db_session, input.owner_id)
        made = await new_plans.insert_plan(tx.db_session, draft, owner, input.starts_on, tx.now)
        tx.record(_changed(made))
        return PlanAnswer(made)

    answer = await once(context, "createPlan", input.idempotency_key, fingerprinted(input), work, _ANSWER)
    return answer.value


async def update_plan(info: Info, input: UpdatePlanInput) -> PlanAnswer:
    context = info.context
    plan_id = uuid_of(Kind.PLAN, input.plan_id)
    changed = _changes(input)

    async def work(tx: Transaction) -> Plan:
        before = await _plan_to_change(context, tx, plan_id)
        after = await stored.update_plan(
            tx.db_session, changed(before), expected_version=input.expected_version, now=tx.now
        )
        if after is None:
            raise NotFound(Kind.PLAN.word, input.plan_id)
        tx.record(_changed(after))
        return after

    return PlanAnswer(await context.unit_of_work(work))


async def delete_plan(info: Info, input: DeletePlanInput) -> PlanGone:
    context = info.context
    plan_id = uuid_of(Kind.PLAN, input.plan_id)

    async def work(tx: Transaction) -> None:
        await _plan_to_change(context, tx, plan_id)
        gone = await stored.delete_plan(tx.db_session, plan_id, expected_version=input.expected_version)
        if gone is None:
            raise NotFound(Kind.PLAN.word, input.plan_id)
        tx.record(
            PlanDeleted(
                aggregate_id=gone.id,
                version=gone.version + 1,
                organization_id=gone.organization_id,
                owner_id=gone.owner_id,
            )
        )

    await context.unit_of_work(work)
    return PlanGone(global_id(Kind.PLAN, plan_id))


async def _plan_to_change(context: Context, tx: Transaction, plan_id: UUID) -> Plan:
    """Who sees a plan may change it, if the token lets them change anything."""
    found = await stored.plans_by_id(tx.db_session, [plan_id])
    facts = await stored.plan_facts_by_id(tx.db_session, [plan_id])
    before = found.get(plan_id)
    sight = Sight.NONE if before is None else sight_of(context.caller, facts.get(plan_id))
    return granted(before, sight, Kind.PLAN, plan_id)


def _draft(input: CreatePlanInput) -> PlanDraft:
    issues: list[Issue] = []
    if not 1 <= input.weeks <= MOST_WEEKS:
        issues.append(Issue(("weeks",), f"A plan has 1 to {MOST_WEEKS} weeks."))
    draft = PlanDraft(
        title=_text("title", input.title, LONGEST_TITLE, issues) or "",
        weeks=tuple(WeekDraft(ordinal, ()) for ordinal in range(1, min(input.weeks, MOST_WEEKS) + 1)),
        goal=_text("goal", input.goal, LONGEST_GOAL, issues),
        notes=_text("notes", input.notes, LONGEST_NOTES_IN_ALL, issues),
    )
    if not draft.title:
        issues.append(Issue(("title",), "A plan needs a title."))
    if not EARLIEST <= input.starts_on <= LATEST:
        issues.append(Issue(("startsOn",), f"A plan starts from {EARLIEST} to {LATEST}."))
    if issues:
        raise InvalidInput(tuple(issues))
    return draft


def _changes(input: UpdatePlanInput) -> Callable[[Plan], Plan]:
    """What the input does to a plan."""
    issues: list[Issue] = []
    changes: dict[str, str | None] = {}
    for name, longest in (("title", LONGEST_TITLE), ("goal", LONGEST_GOAL), ("notes", LONGEST_NOTES_IN_ALL)):
        given = getattr(input, name)
        if given is not strawberry.UNSET:
            changes[name] = _text(name, given, longest, issues)
    if "title" in changes and not changes["title"]:
        issues.append(Issue(("title",), "A plan needs a title."))
    if not changes:
        issues.append(Issue((), "Nothing is to be changed; give a title, a goal or notes."))
    if issues:
        raise InvalidInput(tuple(issues))
    return lambda plan: replace(
        plan,
        title=changes.get("title") or plan.title,
        goal=changes.get("goal", plan.goal),
        notes=changes.get("notes", plan.notes),
    )


def _text(name: str, given: str | None, longest: int, issues: list[Issue]) -> str | None:
    """Without blanks around it; nothing but blanks is none."""
    text = (given or "").strip()
    if len(text) > longest:
        issues.append(Issue((name,), f"At most {longest} characters; these are {len(text)}."))
        return text[:longest]
    return text or None


def _changed(plan: Plan) -> PlanChanged:
    return PlanChanged(
        aggregate_id=plan.id,
        version=plan.version,
        organization_id=plan.organization_id,
        owner_id=plan.owner_id,
    )
