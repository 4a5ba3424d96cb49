"""The exercise catalogue: everyone's exercises, and those that an organization added."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Row,
    Select,
    Text,
    any_,
    column,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.models.exercises import ExerciseAliasRow, ExerciseRow
from db.paging import Order, Page, PageRequest, fetch_page
from db.visibility import everyones_or_own
from domain.errors import InvalidInput
from domain.exercises import Exercise, Intent, MovementPattern, Muscle

LONGEST_SEARCH = 100
ESCAPE = "/"
_SPECIAL = re.compile("[/%_]")
BY_NAME = Order((ExerciseRow.name_key, ExerciseRow.id))
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
        query = query.where(has_words(ExerciseRow, literal(patterns_of(search)[0], ARRAY(Text))))
    if pattern is not None:
        query = query.where(is_of_pattern(ExerciseRow, pattern))
    if muscle is not None:
        query = query.where(trains(ExerciseRow, literal(muscle.value)))
    return await fetch_page(db_session, query, BY_NAME, request, exercise_of)


def has_words(rows: type[ExerciseRow], patterns: ColumnElement[list[str]]) -> ColumnElement[bool]:
    """Each of ``patterns_of`` is in the name or in an alias."""
    each = func.unnest(patterns).table_valued(column("pattern", Text)).render_derived("word")
    pattern = func.lower(each.c.pattern)
    is_in_an_alias = (
        select(literal_column("1"))
        .where(
            ExerciseAliasRow.exercise_id == rows.id,
            func.lower(ExerciseAliasRow.alias).like(pattern, escape=ESCAPE),
        )
        .correlate(rows, each)
        .exists()
    )
    is_there = or_(func.lower(rows.name).like(pattern, escape=ESCAPE), is_in_an_alias)
    return ~select(literal_column("1")).select_from(each).where(~is_there).correlate(rows).exists()


def is_of_pattern(rows: type[ExerciseRow], pattern: str | ColumnElement[str]) -> ColumnElement[bool]:
    return rows.pattern == pattern


def trains(rows: type[ExerciseRow], muscle: ColumnElement[str]) -> ColumnElement[bool]:
    """First of all."""
    return muscle == any_(rows.primary_muscles.expression)


def patterns_of(search: str) -> tuple[list[str]]:
    """A pattern for each different word. ``InvalidInput`` for too many."""
    if len(search) > LONGEST_SEARCH:
        raise InvalidInput.of(
            "search", f"search is longer than {LONGEST_SEARCH} characters; use fewer words."
        )
    return ([f"%{_SPECIAL.sub(_escaped, word)}%" for word in dict.fromkeys(search.split())],)


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


def _escaped(special: re.Match[str]) -> str:
    return ESCAPE + special[0]


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
