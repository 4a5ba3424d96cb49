"""Phase templates: everyone's, and those that an organization made for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, delete, exists, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.bulk import insert_records
from db.models.assignments import WorkoutAssignmentRow
from db.models.workouts import PhaseTemplateRow, TemplateWorkoutRow, WorkoutRow
from db.paging import Order, Page, PageRequest, fetch_page
from db.workouts import insert_workouts, workouts_by_id
from domain.assignments import AssignmentType
from domain.errors import Conflict, InvalidInput
from domain.load_progression import ProgressionKind
from domain.phase_templates import PhaseTemplate, TargetGroup, TemplateWorkout
from domain.phases import PhaseType
from domain.workouts import Workout

TEMPLATE = (
    PhaseTemplateRow.id,
    PhaseTemplateRow.organization_id,
    PhaseTemplateRow.name,
    PhaseTemplateRow.phase_type,
    PhaseTemplateRow.weeks,
    PhaseTemplateRow.version,
    PhaseTemplateRow.created_at,
    PhaseTemplateRow.updated_at,
    PhaseTemplateRow.description,
)
MOST_READINGS = 5
BY_NAME = Order((PhaseTemplateRow.name, PhaseTemplateRow.id))


async def phase_templates_by_id(
    db_session: AsyncSession, organization_id: UUID, template_ids: Collection[UUID]
) -> dict[UUID, PhaseTemplate]:
    """Of these templates, those that the organization may use. Three statements, however many there are."""
    return await _whole(db_session, PhaseTemplateRow.id.in_(template_ids), _usable_by(organization_id))


async def phase_template_kept(
    db_session: AsyncSession, organization_id: UUID, template_id: UUID
) -> PhaseTemplate | None:
    """The template, if the organization may use it; nobody changes it until the transaction ends.

    A change would take the workouts away that are about to be assigned. Others may keep it at the same time.
    """
    row = PhaseTemplateRow
    await db_session.execute(
        select(row.id).where(row.id == template_id, _usable_by(organization_id)).with_for_update(read=True)
    )
    return (await phase_templates_by_id(db_session, organization_id, [template_id])).get(template_id)


async def phase_templates_page(
    db_session: AsyncSession,
    organization_id: UUID,
    request: PageRequest,
    *,
    phase_type: PhaseType | None = None,
) -> Page[PhaseTemplate]:
    """Those that the organization may use, by name, with their workouts."""
    query = select(*TEMPLATE).where(_usable_by(organization_id))
    if phase_type is not None:
        query = query.where(is_for(PhaseTemplateRow, phase_type))
    page = await fetch_page(db_session, query, BY_NAME, request, lambda row: row.id)
    whole = await _whole(db_session, PhaseTemplateRow.id.in_(page.items))
    found = [(each, cursor) for each, cursor in zip(page.items, page.cursors, strict=True) if each in whole]
    return Page(
        tuple(whole[each] for each, _ in found),
        tuple(cursor for _, cursor in found),
        page.has_next,
        page.has_previous,
    )


def is_for(rows: type[PhaseTemplateRow], phase_type: str | ColumnElement[str]) -> ColumnElement[bool]:
    return rows.phase_type == phase_type


async def everyones_template_ids(db_session: AsyncSession) -> set[UUID]:
    found = await db_session.scalars(
        select(PhaseTemplateRow.id).where(PhaseTemplateRow.organization_id.is_(None))
    )
    return set(found)


async def insert_phase_templates(db_session: AsyncSession, templates: Sequence[PhaseTemplate]) -> None:
    """Store new templates with their workouts. ``InvalidInput`` if the owner has one of that name already."""
    try:
        async with db_session.begin_nested():
            await insert_records(db_session, PhaseTemplateRow, [_template_record(each) for each in templates])
    except IntegrityError as error:
        raise _refusal(error) from error
    await _insert_workouts(db_session, templates)


async def save_phase_template(
    db_session: AsyncSession, template: PhaseTemplate, *, expected_version: int, now: datetime
) -> PhaseTemplate | None:
    """Store the template as it is now; returns it with its new version and new ids of its workouts.

    Assignments that were made from it keep the workouts that they were made with. None if it is gone;
    ``Conflict`` if somebody else changed it first.
    """
    after = replace(template, version=expected_version + 1, updated_at=now)
    record = {name: value for name, value in _template_record(after).items() if name != "id"}
    changing = (
        update(PhaseTemplateRow)
        .where(PhaseTemplateRow.id == template.id, PhaseTemplateRow.version == expected_version)
        .values(**record)
        .returning(PhaseTemplateRow.id)
        .execution_options(synchronize_session=False)
    )
    try:
        async with db_session.begin_nested():
            changed = await db_session.scalar(changing)
    except IntegrityError as error:
        raise _refusal(error) from error
    if changed is None:
        await _refuse_if_there(db_session, template.id, expected_version)
        return None
    await _delete_workouts(db_session, template.id)
    after = replace(
        after,
        workouts=tuple(replace(each, workout=replace(each.workout, id=uuid4())) for each in after.workouts),
    )
    await _insert_workouts(db_session, [after])
    return after


async def delete_phase_template(
    db_session: AsyncSession, template_id: UUID, *, expected_version: int
) -> bool | None:
    """Delete the template, and its workouts as far as nobody was assigned them; what was assigned stays.

    None if it is gone already; ``Conflict`` if somebody else changed it first.
    """
    row = PhaseTemplateRow
    locked = await db_session.scalar(
        select(row.id).where(row.id == template_id, row.version == expected_version).with_for_update()
    )
    if locked is None:
        await _refuse_if_there(db_session, template_id, expected_version)
        return None
    await _delete_workouts(db_session, template_id)
    await db_session.execute(delete(row).where(row.id == template_id))
    return True


def refuse_other_version(current: int, expected: int) -> None:
    """``Conflict`` with the template's version if that is not what the caller read."""
    if current != expected:
        raise Conflict("Somebody else changed this template first: read it again.", current_version=current)


def _usable_by(organization_id: UUID) -> ColumnElement[bool]:
    return or_(
        PhaseTemplateRow.organization_id.is_(None), PhaseTemplateRow.organization_id == organization_id
    )


async def _whole(db_session: AsyncSession, *conditions: ColumnElement[bool]) -> dict[UUID, PhaseTemplate]:
    """A template and what is in it are of one moment; its workouts are read in the next.

    Whoever changes a template puts new workouts there and takes the old ones away: if they are gone, all of
    it is read again. A workout of a template always has exercises.
    """
    query = (
        select(*TEMPLATE, TemplateWorkoutRow)
        .outerjoin(TemplateWorkoutRow, TemplateWorkoutRow.template_id == PhaseTemplateRow.id)
        .where(*conditions)
        .order_by(PhaseTemplateRow.id, TemplateWorkoutRow.ordinal)
        .execution_options(populate_existing=True)
    )
    for _ in range(MOST_READINGS):
        rows = (await db_session.execute(query)).all()
        placed = [row.TemplateWorkoutRow for row in rows if row.TemplateWorkoutRow is not None]
        workouts = await workouts_by_id(db_session, {each.workout_id for each in placed}) if placed else {}
        if all(each.workout_id in workouts and workouts[each.workout_id].prescriptions for each in placed):
            break
    of_template: dict[UUID, list[TemplateWorkout]] = defaultdict(list)
    for each in placed:
        of_template[each.template_id].append(_placed(each, workouts[each.workout_id]))
    return {row.id: _template(row, tuple(of_template[row.id])) for row in rows}


def _template(row: Row[*tuple[Any, ...]], workouts: tuple[TemplateWorkout, ...]) -> PhaseTemplate:
    return PhaseTemplate(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        phase_type=PhaseType(row.phase_type),
        weeks=row.weeks,
        workouts=workouts,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        description=row.description,
    )


def _placed(row: TemplateWorkoutRow, workout: Workout) -> TemplateWorkout:
    low, high = row.heart_rate_low_percent, row.heart_rate_high_percent
    return TemplateWorkout(
        workout=workout,
        first_week=row.first_week,
        last_week=row.last_week,
        weekdays=tuple(row.weekdays),
        target=TargetGroup(AssignmentType(row.target_type), row.target_name),
        starts_at=row.starts_at,
        heart_rate_reserve_percent=None if low is None or high is None else (low, high),
        progression=ProgressionKind(row.progression),
        rate_percent=row.rate_percent,
    )


async def _insert_workouts(db_session: AsyncSession, templates: Sequence[PhaseTemplate]) -> None:
    await insert_workouts(db_session, [each.workout for template in templates for each in template.workouts])
    await insert_records(
        db_session,
        TemplateWorkoutRow,
        [
            _placed_record(template.id, ordinal, each)
            for template in templates
            for ordinal, each in enumerate(template.workouts, start=1)
        ],
    )


async def _delete_workouts(db_session: AsyncSession, template_id: UUID) -> None:
    """Take the workouts out of the template, and those away that no assignment has."""
    taken = await db_session.scalars(
        delete(TemplateWorkoutRow)
        .where(TemplateWorkoutRow.template_id == template_id)
        .returning(TemplateWorkoutRow.workout_id)
        .execution_options(synchronize_session=False)
    )
    is_assigned = exists().where(WorkoutAssignmentRow.workout_id == WorkoutRow.id)
    await db_session.execute(
        delete(WorkoutRow)
        .where(WorkoutRow.id.in_(taken.all()), ~is_assigned)
        .execution_options(synchronize_session=False)
    )


def _template_record(template: PhaseTemplate) -> dict[str, Any]:
    return {column.key: getattr(template, column.key) for column in TEMPLATE}


def _placed_record(template_id: UUID, ordinal: int, each: TemplateWorkout) -> dict[str, Any]:
    low, high = each.heart_rate_reserve_percent or (None, None)
    return {
        "template_id": template_id,
        "ordinal": ordinal,
        "workout_id": each.workout.id,
        "first_week": each.first_week,
        "last_week": each.last_week,
        "weekdays": each.weekdays,
        "target_type": each.target.type,
        "target_name": each.target.name,
        "starts_at": each.starts_at,
        "heart_rate_low_percent": low,
        "heart_rate_high_percent": high,
        "progression": each.progression,
        "rate_percent": each.rate_percent,
    }


def _refusal(error: IntegrityError) -> Exception:
    if getattr(error.driver_exception, "constraint_name", None) == "uq_phase_templates_organization_id_name":
        return InvalidInput.of("name", "There is a template of this name already; take another.")
    return error


async def _refuse_if_there(db_session: AsyncSession, template_id: UUID, expected_version: int) -> None:
    current = await db_session.scalar(
        select(PhaseTemplateRow.version).where(PhaseTemplateRow.id == template_id)
    )
    if current is not None:
        refuse_other_version(current, expected_version)
