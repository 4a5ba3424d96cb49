"""Plans and their microcycles. How a new plan is written is in ``db/new_plans.py``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Uuid,
    any_,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.people import MembershipRow
from db.models.plans import MicrocycleRow, PlanRow
from db.paging import Order, Page, PageRequest, fetch_page, fetch_pages
from db.visibility import plans_visible_to
from domain.access import PlanFacts
from domain.errors import Conflict
from domain.people import TeamRole, Viewer
from domain.plans import Microcycle, Plan

PLAN = (
    PlanRow.id,
    PlanRow.organization_id,
    PlanRow.owner_id,
    PlanRow.title,
    PlanRow.starts_on,
    PlanRow.version,
    PlanRow.created_at,
    PlanRow.updated_at,
    PlanRow.goal,
    PlanRow.notes,
)
MICROCYCLE = (
    MicrocycleRow.id,
    MicrocycleRow.plan_id,
    MicrocycleRow.ordinal,
    MicrocycleRow.starts_on,
    MicrocycleRow.title,
)
NEWEST_FIRST = Order((PlanRow.starts_on, PlanRow.id), descending=True)

_TEAMS_OF_OWNER = (
    select(MembershipRow.team_id)
    .where(MembershipRow.person_id == PlanRow.owner_id, MembershipRow.role == TeamRole.PLAYER)
    .scalar_subquery()
)
_PLAN_FACTS = select(
    PlanRow.id,
    PlanRow.organization_id,
    PlanRow.owner_id,
    func.array(_TEAMS_OF_OWNER, type_=ARRAY(Uuid)).label("team_ids"),
).where(PlanRow.id == any_(bindparam("plan_ids", type_=ARRAY(Uuid))))


async def plans_by_id(db_session: AsyncSession, plan_ids: Sequence[UUID]) -> dict[UUID, Plan]:
    rows = await db_session.execute(select(*PLAN).where(PlanRow.id.in_(plan_ids)))
    return {row.id: plan_of(row) for row in rows}


async def plan_facts_by_id(db_session: AsyncSession, plan_ids: Sequence[UUID]) -> dict[UUID, PlanFacts]:
    """What a verdict on each plan rests on."""
    rows = await db_session.execute(_PLAN_FACTS, {"plan_ids": list(plan_ids)})
    return {
        row.id: PlanFacts(row.id, row.organization_id, row.owner_id, frozenset(row.team_ids)) for row in rows
    }


async def visible_plans(db_session: AsyncSession, viewer: Viewer, request: PageRequest) -> Page[Plan]:
    """Every plan that the viewer may see, the latest start first."""
    query = select(*PLAN).where(plans_visible_to(viewer))
    return await fetch_page(db_session, query, NEWEST_FIRST, request, plan_of)


async def plans_of_people(
    db_session: AsyncSession, viewer: Viewer, owner_ids: Sequence[UUID], request: PageRequest
) -> dict[UUID, Page[Plan]]:
    """A page of each person's plans, of those that the viewer may see, the latest start first."""

    def plans_of(owner_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        return select(*PLAN).where(PlanRow.owner_id == owner_id, plans_visible_to(viewer))

    return await fetch_pages(db_session, owner_ids, plans_of, NEWEST_FIRST, request, plan_of)


async def microcycles_by_id(
    db_session: AsyncSession, microcycle_ids: Sequence[UUID]
) -> dict[UUID, Microcycle]:
    rows = await db_session.execute(select(*MICROCYCLE).where(MicrocycleRow.id.in_(microcycle_ids)))
    return {row.id: Microcycle(*row) for row in rows}


async def microcycles_by_plan(
    db_session: AsyncSession, plan_ids: Sequence[UUID]
) -> dict[UUID, list[Microcycle]]:
    rows = await db_session.execute(
        select(*MICROCYCLE)
        .where(MicrocycleRow.plan_id.in_(plan_ids))
        .order_by(MicrocycleRow.plan_id, MicrocycleRow.ordinal)
    )
    found: dict[UUID, list[Microcycle]] = defaultdict(list)
    for row in rows:
        found[row.plan_id].append(Microcycle(*row))
    return found


async def update_plan(
    db_session: AsyncSession, plan: Plan, *, expected_version: int, now: datetime
) -> Plan | None:
    """Store title, goal, notes and start of ``plan`` as they are now; returns it with its new version.

    None if it is gone; ``Conflict`` with the current version if somebody else changed it first.
    """
    changed = await db_session.execute(
        update(PlanRow)
        .where(PlanRow.id == plan.id, PlanRow.version == expected_version)
        .values(
            title=plan.title,
            goal=plan.goal,
            notes=plan.notes,
            starts_on=plan.starts_on,
            version=PlanRow.version + 1,
            updated_at=now,
        )
        .returning(*PLAN)
        .execution_options(synchronize_session=False)
    )
    row = changed.one_or_none()
    if row is None:
        await _refuse_if_there(db_session, plan.id)
        return None
    return plan_of(row)


async def delete_plan(db_session: AsyncSession, plan_id: UUID, *, expected_version: int) -> Plan | None:
    """Delete the plan with everything in it, history included; returns what it was.

    None if it is gone already; ``Conflict`` with the current version if somebody else changed it first.
    """
    deleted = await db_session.execute(
        delete(PlanRow)
        .where(PlanRow.id == plan_id, PlanRow.version == expected_version)
        .returning(*PLAN)
        .execution_options(synchronize_session=False)
    )
    row = deleted.one_or_none()
    if row is None:
        await _refuse_if_there(db_session, plan_id)
        return None
    return plan_of(row)


def plan_of(row: Row[*tuple[Any, ...]]) -> Plan:
    return Plan(
        id=row.id,
        organization_id=row.organization_id,
        owner_id=row.owner_id,
        title=row.title,
        starts_on=row.starts_on,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        goal=row.goal,
        notes=row.notes,
    )


async def _refuse_if_there(db_session: AsyncSession, plan_id: UUID) -> None:
    current = await db_session.scalar(select(PlanRow.version).where(PlanRow.id == plan_id))
    if current is not None:
        raise Conflict("Somebody else changed this plan first: read it again.", current_version=current)
