"""Season plans with their phases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, Select, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.seasons import SeasonPhaseRow, SeasonPlanRow
from db.paging import Order, Page, PageRequest, fetch_pages
from db.today import today_in
from db.visibility import season_plans_visible_to
from db.written_once import given, one_of
from domain.errors import Conflict
from domain.people import Viewer
from domain.phases import Intensity, Objective, ObjectiveType, PhaseType, Priority, SeasonPhase
from domain.seasons import SeasonLoad, SeasonPlan, SeasonStatus

PLAN = (
    SeasonPlanRow.id.label("plan_id"),
    SeasonPlanRow.organization_id,
    SeasonPlanRow.team_id,
    SeasonPlanRow.name.label("plan_name"),
    SeasonPlanRow.starts_on.label("plan_starts_on"),
    SeasonPlanRow.ends_on.label("plan_ends_on"),
    SeasonPlanRow.status,
    SeasonPlanRow.base_load_au,
    SeasonPlanRow.peak_week,
    SeasonPlanRow.taper_weeks,
    SeasonPlanRow.recovery_weeks,
    SeasonPlanRow.version,
    SeasonPlanRow.created_at,
    SeasonPlanRow.updated_at,
)
PHASE = (
    SeasonPhaseRow.id,
    SeasonPhaseRow.season_plan_id,
    SeasonPhaseRow.name,
    SeasonPhaseRow.type,
    SeasonPhaseRow.starts_on,
    SeasonPhaseRow.ends_on,
    SeasonPhaseRow.intensity,
    SeasonPhaseRow.training_frequency,
    SeasonPhaseRow.load_multiplier,
    SeasonPhaseRow.focus_areas,
    SeasonPhaseRow.game_frequency,
    SeasonPhaseRow.game_weekdays,
    SeasonPhaseRow.recovery_ratio,
    SeasonPhaseRow.objectives,
)
LATEST_FIRST = Order((SeasonPlanRow.starts_on, SeasonPlanRow.id), descending=True)
PHASE_COLUMNS = ", ".join(each.key for each in PHASE)
INSERT_PHASES = text(
    f"INSERT INTO season_phases ({PHASE_COLUMNS}, season_number, season_starts_on, season_ends_on)"  # noqa: S608
    f" SELECT {', '.join(f'new.{each.key}' for each in PHASE)}, plan.number, plan.starts_on, plan.ends_on"
    " FROM json_populate_recordset(NULL::season_phases, CAST(:phases AS json)) AS new"
    " JOIN season_plans AS plan ON plan.id = new.season_plan_id"
)


async def season_plans_by_id(db_session: AsyncSession, plan_ids: Sequence[UUID]) -> dict[UUID, SeasonPlan]:
    plans = await _plans(db_session, _PLANS.where(SeasonPlanRow.id.in_(plan_ids)))
    return {plan.id: plan for plan in plans}


async def active_season_plans(db_session: AsyncSession, team_ids: Sequence[UUID]) -> dict[UUID, SeasonPlan]:
    """The season that each team is in; a team has one active plan at most, and may have none."""
    found = await _plans(db_session, _ACTIVE, {"team_ids": list(team_ids)})
    return {plan.team_id: plan for plan in found}


async def season_plans_by_team(
    db_session: AsyncSession, team_ids: Sequence[UUID]
) -> dict[UUID, list[SeasonPlan]]:
    """Every season of each team, in whatever state, by its start."""
    found: dict[UUID, list[SeasonPlan]] = defaultdict(list)
    for plan in await _plans(db_session, _PLANS.where(SeasonPlanRow.team_id.in_(team_ids))):
        found[plan.team_id].append(plan)
    return found


async def season_plans_of_teams(
    db_session: AsyncSession, team_ids: Sequence[UUID], request: PageRequest, *, seen_by: Viewer
) -> dict[UUID, Page[SeasonPlan]]:
    """A page of each team's seasons that ``seen_by`` may see, the latest start first. Two statements."""

    def of_team(team_id: ColumnElement[UUID]) -> Select[*tuple[Any, ...]]:
        return select(SeasonPlanRow.id).where(
            SeasonPlanRow.team_id == team_id, season_plans_visible_to(seen_by)
        )

    pages = await fetch_pages(db_session, team_ids, of_team, LATEST_FIRST, request, lambda row: row.id)
    plans = await season_plans_by_id(db_session, [each for page in pages.values() for each in page.items])
    return {
        team_id: replace(page, items=tuple(plans[each] for each in page.items))
        for team_id, page in pages.items()
    }


async def season_phases_by_id(db_session: AsyncSession, phase_ids: Sequence[UUID]) -> dict[UUID, SeasonPhase]:
    rows = await db_session.execute(select(*PHASE).where(SeasonPhaseRow.id.in_(phase_ids)))
    return {row.id: _phase(row) for row in rows}


def id_of_phase_today(teams: Any) -> ColumnElement[UUID]:
    """Of the phase in force, as a part of a query on teams; null if the team is in none."""
    today = today_in(teams.time_zone)
    return (
        select(SeasonPhaseRow.id)
        .join(SeasonPlanRow, SeasonPlanRow.id == SeasonPhaseRow.season_plan_id)
        .where(
            SeasonPlanRow.team_id == teams.id,
            SeasonPlanRow.status == SeasonStatus.ACTIVE,
            SeasonPhaseRow.starts_on <= today,
            SeasonPhaseRow.ends_on >= today,
        )
        .correlate(teams)
        .scalar_subquery()
    )


async def season_plan_for_update(db_session: AsyncSession, plan_id: UUID) -> SeasonPlan | None:
    """The plan, locked against other writers until the transaction ends."""
    query = _PLANS.where(SeasonPlanRow.id == plan_id).with_for_update(of=SeasonPlanRow)
    plans = await _plans(db_session, query)
    return plans[0] if plans else None


async def active_season_plan_kept(db_session: AsyncSession, team_id: UUID) -> SeasonPlan | None:
    """The season that the team is in, which nobody changes until the transaction ends. Two statements.

    Others may keep it at the same time: this is for what follows a phase and must not miss a change of it.
    """
    await db_session.execute(_KEPT, {"team_id": team_id})
    return (await active_season_plans(db_session, [team_id])).get(team_id)


async def insert_season_plan(db_session: AsyncSession, plan: SeasonPlan) -> SeasonPlan:
    """Store a new plan with its phases. ``Conflict`` if it is active and another of the team is."""
    values = _plan_values(plan)
    await _unless_another_is_active(db_session, insert(SeasonPlanRow).values(id=plan.id, **values))
    await _insert_phases(db_session, plan)
    return plan


async def save_season_plan(
    db_session: AsyncSession, plan: SeasonPlan, *, expected_version: int, now: datetime
) -> SeasonPlan | None:
    """Store the plan and its phases as they are now; returns it with its new version.

    A phase that is left out goes: its assignments have to leave it in the same transaction. None if the plan
    is gone; ``Conflict`` if somebody else changed it first, or if another of the team is active.
    """
    after = replace(plan, version=expected_version + 1, updated_at=now)
    locked = await db_session.scalar(
        select(SeasonPlanRow.version).where(SeasonPlanRow.id == plan.id).with_for_update()
    )
    if locked is None:
        return None
    refuse_other_version(locked, expected_version)
    # A season and its phases move together, and none of them may be outside it on the way: so the phases
    # are put away first. What follows a phase is looked at when the transaction ends, with the phase there.
    await db_session.execute(delete(SeasonPhaseRow).where(SeasonPhaseRow.season_plan_id == plan.id))
    await _unless_another_is_active(
        db_session, update(SeasonPlanRow).where(SeasonPlanRow.id == plan.id).values(**_plan_values(after))
    )
    await _insert_phases(db_session, after)
    return after


async def delete_season_plan(
    db_session: AsyncSession, plan_id: UUID, *, expected_version: int
) -> SeasonPlan | None:
    """Delete the plan with its phases; returns what it was. Its assignments have to leave them first.

    None if it is gone already; ``Conflict`` with the current version if somebody else changed it first.
    """
    plan = await season_plan_for_update(db_session, plan_id)
    if plan is None:
        return None
    refuse_other_version(plan.version, expected_version)
    await db_session.execute(delete(SeasonPlanRow).where(SeasonPlanRow.id == plan_id))
    return plan


def refuse_other_version(current: int, expected: int) -> None:
    """For a plan that is locked: ``Conflict`` with its version if that is not what the caller read."""
    if current != expected:
        raise Conflict(
            "Somebody else changed this season plan first: read it again.", current_version=current
        )


_PLANS: Select[*tuple[Any, ...]] = (
    select(*PLAN, *PHASE)
    .outerjoin(SeasonPhaseRow, SeasonPhaseRow.season_plan_id == SeasonPlanRow.id)
    .order_by(SeasonPlanRow.starts_on, SeasonPlanRow.id, SeasonPhaseRow.starts_on, SeasonPhaseRow.id)
)
# As a literal, so that the index on active plans is known to hold what is asked for.
_IS_ACTIVE = text("season_plans.status = 'active'")
_ACTIVE = _PLANS.where(one_of(SeasonPlanRow.team_id, "team_ids"), _IS_ACTIVE)
_KEPT = (
    select(SeasonPlanRow.id)
    .where(given(SeasonPlanRow.team_id, "team_id"), _IS_ACTIVE)
    .with_for_update(read=True, key_share=True)
)


async def _plans(
    db_session: AsyncSession,
    query: Select[*tuple[Any, ...]],
    asked: Mapping[str, list[UUID]] | None = None,
) -> list[SeasonPlan]:
    """One row a phase, and one for a plan that has none."""
    rows_of_plan: dict[UUID, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    for row in await db_session.execute(query, asked):
        rows_of_plan[row.plan_id].append(row)
    return [_plan(rows) for rows in rows_of_plan.values()]


def _plan(rows: Sequence[Row[*tuple[Any, ...]]]) -> SeasonPlan:
    first = rows[0]
    return SeasonPlan(
        id=first.plan_id,
        organization_id=first.organization_id,
        team_id=first.team_id,
        name=first.plan_name,
        starts_on=first.plan_starts_on,
        ends_on=first.plan_ends_on,
        status=SeasonStatus(first.status),
        load=SeasonLoad(
            first.base_load_au, first.peak_week, tuple(first.taper_weeks), tuple(first.recovery_weeks)
        ),
        phases=tuple(_phase(row) for row in rows if row.id is not None),
        version=first.version,
        created_at=first.created_at,
        updated_at=first.updated_at,
    )


def _phase(row: Row[*tuple[Any, ...]]) -> SeasonPhase:
    return SeasonPhase(
        id=row.id,
        season_plan_id=row.season_plan_id,
        name=row.name,
        type=PhaseType(row.type),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        intensity=Intensity(row.intensity),
        training_frequency=row.training_frequency,
        load_multiplier=row.load_multiplier,
        focus_areas=tuple(row.focus_areas),
        game_frequency=row.game_frequency,
        game_weekdays=tuple(row.game_weekdays),
        recovery_ratio=row.recovery_ratio,
        objectives=tuple(
            Objective(
                ObjectiveType(each["type"]), Priority(each["priority"]), float(each["targetImprovement"])
            )
            for each in row.objectives
        ),
    )


def _plan_values(plan: SeasonPlan) -> dict[str, Any]:
    return {
        "organization_id": plan.organization_id,
        "team_id": plan.team_id,
        "name": plan.name,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "status": plan.status.value,
        "base_load_au": plan.load.base_load_au,
        "peak_week": plan.load.peak_week,
        "taper_weeks": list(plan.load.taper_weeks),
        "recovery_weeks": list(plan.load.recovery_weeks),
        "version": plan.version,
        "created_at": plan.created_at,
        "updated_at": plan.updated_at,
    }


async def _insert_phases(db_session: AsyncSession, plan: SeasonPlan) -> None:
    if plan.phases:
        phases = [
            {each.key: getattr(phase, each.key) for each in PHASE}
            | {"season_plan_id": plan.id, "objectives": [_objective(each) for each in phase.objectives]}
            for phase in plan.phases
        ]
        await db_session.execute(INSERT_PHASES, {"phases": orjson.dumps(phases, default=str).decode()})


def _objective(each: Objective) -> dict[str, Any]:
    return {
        "type": each.type,
        "priority": each.priority,
        "targetImprovement": each.target_improvement_percent,
    }


async def _unless_another_is_active(db_session: AsyncSession, statement: Any) -> None:
    try:
        async with db_session.begin_nested():
            await db_session.execute(statement.execution_options(synchronize_session=False))
    except IntegrityError as error:
        if getattr(error.driver_exception, "constraint_name", None) != "ix_season_plans_active":
            raise
        raise Conflict(
            "Another season of this team is active: complete or archive it before this one begins."
        ) from error
