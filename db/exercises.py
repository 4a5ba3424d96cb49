"""The exercise catalogue: everyone's exercises, and those that an organization added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Row, Select, Text, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.exercises import ExerciseAliasRow, ExerciseRow
from db.paging import Order, Page, PageRequest, fetch_page
from db.visibility import everyones_or_own
from domain.errors import InvalidInput
from domain.exercises import Exercise, Intent, MovementPattern, Muscle

LONGEST_SEARCH = 100
ALIASES = func.array(
    select(ExerciseAliasRow.alias)
    .where(ExerciseAliasRow.exercise_id == ExerciseRow.id)
    .order_by(ExerciseAliasRow.ordinal)
    .scalar_subquery(),
    type_=ARRAY(Text),
).label("aliases")
EXERCISE = (
    ExerciseRow.id,
    ExerciseRow.name,
    ExerciseRow.primary_muscles,
    ExerciseRow.secondary_muscles,
    ExerciseRow.pattern,
    ExerciseRow.station,
    ExerciseRow.equipment,
    ExerciseRow.intent,
    ExerciseRow.unilateral,
    ALIASES,
)


async def exercises_by_id(
    db_session: AsyncSession, organization_id: UUID, exercise_ids: Sequence[UUID]
) -> dict[UUID, Exercise]:
    """Of the ids, those in the catalogue of this organization: everyone's and its own."""
    rows = await db_session.execute(_catalogue_of(organization_id).where(ExerciseRow.id.in_(exercise_ids)))
    return {row.id: exercise_of(row) for row in rows}


async def all_exercises(db_session: AsyncSession, organization_id: UUID | None) -> tuple[Exercise, ...]:
    """The whole catalogue of an organization, by name: what an import looks names up in. None: everyone's."""
    rows = await db_session.execute(
        _catalogue_of(organization_id).order_by(ExerciseRow.name_key, ExerciseRow.id)
    )
    return tuple(exercise_of(row) for row in rows)


async def exercises_page(
    db_session: AsyncSession,
    organization_id: UUID,
    request: PageRequest,
    *,
    search: str | None = None,
    pattern: MovementPattern | None = None,
    muscle: Muscle | None = None,
) -> Page[Exercise]:
    """The catalogue by name. Each word of ``search`` is in the name or an alias; ``muscle`` is primary."""
    query = _catalogue_of(organization_id)
    if search is not None:
        query = query.where(*_matches(search))
    if pattern is not None:
        query = query.where(ExerciseRow.pattern == pattern)
    if muscle is not None:
        query = query.where(ExerciseRow.primary_muscles.contains([muscle.value]))
    return await fetch_page(
        db_session, query, Order((ExerciseRow.name_key, ExerciseRow.id)), request, exercise_of
    )


async def save_exercises(
    db_session: AsyncSession, exercises: Sequence[Exercise], organization_id: UUID | None = None
) -> None:
    """Add exercises, or bring those with the same id up to date. Without an organization: everyone's."""
    if not exercises:
        return
    given = insert(ExerciseRow).values([_row_of(each, organization_id) for each in exercises])
    written = {name: given.excluded[name] for name in _row_of(exercises[0], None) if name != "id"}
    await db_session.execute(given.on_conflict_do_update(index_elements=["id"], set_=written))
    await db_session.execute(
        delete(ExerciseAliasRow).where(ExerciseAliasRow.exercise_id.in_([each.id for each in exercises]))
    )
    aliases = [
        {"exercise_id": each.id, "ordinal": ordinal, "alias": alias}
        for each in exercises
        for ordinal, alias in enumerate(each.aliases, start=1)
    ]
    if aliases:
        await db_session.execute(insert(ExerciseAliasRow).values(aliases))


def exercise_of(row: Row[*tuple[Any, ...]]) -> Exercise:
    return Exercise(
        id=row.id,
        name=row.name,
        primary_muscles=tuple(Muscle(each) for each in row.primary_muscles),
        secondary_muscles=tuple(Muscle(each) for each in row.secondary_muscles),
        pattern=MovementPattern(row.pattern),
        station=row.station,
        equipment=tuple(row.equipment),
        intent=Intent(row.intent),
        unilateral=row.unilateral,
        aliases=tuple(row.aliases),
    )


def _catalogue_of(organization_id: UUID | None) -> Select[*tuple[Any, ...]]:
    return select(*EXERCISE).where(everyones_or_own(organization_id))


def _matches(search: str) -> list[ColumnElement[bool]]:
    """A condition for each different word."""
    if len(search) > LONGEST_SEARCH:
        raise InvalidInput.of(
            "search", f"search is longer than {LONGEST_SEARCH} characters; use fewer words."
        )
    return [
        or_(
            ExerciseRow.name.icontains(word, autoescape=True),
            exists().where(
                ExerciseAliasRow.exercise_id == ExerciseRow.id,
                ExerciseAliasRow.alias.icontains(word, autoescape=True),
            ),
        )
        for word in dict.fromkeys(search.split())
    ]


def _row_of(exercise: Exercise, organization_id: UUID | None) -> dict[str, Any]:
    return {
        "id": exercise.id,
        "organization_id": organization_id,
        "name": exercise.name,
        "name_key": name_key(exercise.name),
        "primary_muscles": list(exercise.primary_muscles),
        "secondary_muscles": list(exercise.secondary_muscles),
        "pattern": exercise.pattern,
        "station": exercise.station,
        "equipment": list(exercise.equipment),
        "intent": exercise.intent,
        "unilateral": exercise.unilateral,
    }


def name_key(name: str) -> str:
    """The name as it is compared and sorted: without regard to case and spacing."""
    return " ".join(name.casefold().split())
