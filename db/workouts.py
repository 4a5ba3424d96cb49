"""Workouts with their exercises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.bulk import insert_records
from db.exercises import EXERCISE, exercise_of
from db.models.assignments import WorkoutAssignmentRow
from db.models.exercises import ExerciseRow
from db.models.workouts import WorkoutExerciseRow, WorkoutRow
from db.visibility import assignments_visible_to
from db.written_once import one_of
from domain.exercises import Exercise, Intent
from domain.people import Viewer
from domain.plan_document import PrescriptionDraft
from domain.sessions import ExerciseRole, SetKind, SetPrescription
from domain.workouts import Workout

WORKOUT = (
    WorkoutRow.id,
    WorkoutRow.organization_id,
    WorkoutRow.title,
    WorkoutRow.planned_minutes,
    WorkoutRow.session_rpe,
    WorkoutRow.session_id,
    WorkoutRow.notes,
)
SET_FIELDS = tuple(SetPrescription.__slots__)

_WORKOUTS = select(*WORKOUT).where(one_of(WorkoutRow.id, "workout_ids"))
_OF_SESSIONS = select(*WORKOUT).where(one_of(WorkoutRow.session_id, "session_ids"))
_PRESCRIPTIONS = (
    select(
        WorkoutExerciseRow.workout_id,
        WorkoutExerciseRow.role,
        WorkoutExerciseRow.intent.label("prescribed_intent"),
        WorkoutExerciseRow.unilateral.label("prescribed_unilateral"),
        WorkoutExerciseRow.tempo,
        WorkoutExerciseRow.rest_seconds_min,
        WorkoutExerciseRow.rest_seconds_max,
        WorkoutExerciseRow.group_key,
        WorkoutExerciseRow.weight,
        WorkoutExerciseRow.notes,
        WorkoutExerciseRow.sets,
        *EXERCISE,
    )
    .join(ExerciseRow, ExerciseRow.id == WorkoutExerciseRow.exercise_id)
    .where(one_of(WorkoutExerciseRow.workout_id, "workout_ids"))
    .order_by(WorkoutExerciseRow.workout_id, WorkoutExerciseRow.position)
)


async def workouts_by_id(db_session: AsyncSession, workout_ids: Collection[UUID]) -> dict[UUID, Workout]:
    """With their exercises: two statements, however many there are; none where none is asked for."""
    if not workout_ids:
        return {}
    return await _workouts(db_session, _WORKOUTS, {"workout_ids": list(workout_ids)})


async def workouts_seen_assigned(
    db_session: AsyncSession, viewer: Viewer, workout_ids: Collection[UUID]
) -> dict[UUID, bool]:
    """Of the workouts, those that an assignment gives to somebody which the viewer may see."""
    found = await db_session.scalars(
        select(WorkoutAssignmentRow.workout_id)
        .distinct()
        .where(WorkoutAssignmentRow.workout_id.in_(workout_ids), assignments_visible_to(viewer))
    )
    return dict.fromkeys(found, True)


async def workouts_of_sessions(
    db_session: AsyncSession, session_ids: Collection[UUID]
) -> dict[UUID, Workout]:
    """The workouts that were made from these sessions of plans, by the session."""
    found = await _workouts(db_session, _OF_SESSIONS, {"session_ids": list(session_ids)})
    return {each.session_id: each for each in found.values() if each.session_id is not None}


async def prescriptions_of_workouts(
    db_session: AsyncSession, workout_ids: Collection[UUID]
) -> dict[UUID, tuple[PrescriptionDraft, ...]]:
    """The exercises of each workout, in their order: what adjusting the selection rests on."""
    rows = await db_session.execute(_PRESCRIPTIONS, {"workout_ids": list(workout_ids)})
    exercises: dict[UUID, Exercise] = {}
    found: dict[UUID, list[PrescriptionDraft]] = defaultdict(list)
    for each in rows:
        exercise = exercises.get(each.id)
        if exercise is None:
            exercise = exercises[each.id] = exercise_of(each)
        found[each.workout_id].append(_prescription(each, exercise))
    return {workout_id: tuple(prescriptions) for workout_id, prescriptions in found.items()}


async def insert_workouts(db_session: AsyncSession, workouts: Sequence[Workout]) -> None:
    await insert_records(
        db_session,
        WorkoutRow,
        [{column.key: getattr(each, column.key) for column in WORKOUT} for each in workouts],
    )
    await insert_records(
        db_session,
        WorkoutExerciseRow,
        [
            _exercise_record(each.id, position, prescription)
            for each in workouts
            for position, prescription in enumerate(each.prescriptions, start=1)
        ],
    )


def usable_by(organization_id: UUID) -> ColumnElement[bool]:
    """For a query on workouts: everyone's and the organization's own."""
    return or_(WorkoutRow.organization_id.is_(None), WorkoutRow.organization_id == organization_id)


async def _workouts(
    db_session: AsyncSession, query: Select[*tuple[Any, ...]], asked: Mapping[str, list[UUID]]
) -> dict[UUID, Workout]:
    rows = (await db_session.execute(query, asked)).all()
    # Asked for even if there is none, so that the time it takes does not tell what is there.
    prescriptions = await prescriptions_of_workouts(db_session, [row.id for row in rows])
    return {
        row.id: Workout(
            id=row.id,
            organization_id=row.organization_id,
            title=row.title,
            planned_minutes=row.planned_minutes,
            session_rpe=row.session_rpe,
            prescriptions=prescriptions.get(row.id, ()),
            session_id=row.session_id,
            notes=row.notes,
        )
        for row in rows
    }


def _prescription(row: Row[*tuple[Any, ...]], exercise: Exercise) -> PrescriptionDraft:
    return PrescriptionDraft(
        exercise=exercise,
        role=ExerciseRole(row.role),
        intent=Intent(row.prescribed_intent),
        sets=tuple(_set(each) for each in row.sets),
        unilateral=row.prescribed_unilateral,
        tempo=row.tempo,
        rest_seconds_min=row.rest_seconds_min,
        rest_seconds_max=row.rest_seconds_max,
        group_key=row.group_key,
        weight=row.weight,
        notes=row.notes,
    )


def _exercise_record(workout_id: UUID, position: int, each: PrescriptionDraft) -> dict[str, Any]:
    return {
        "workout_id": workout_id,
        "position": position,
        "exercise_id": each.exercise.id,
        "role": each.role,
        "intent": each.intent,
        "unilateral": each.unilateral,
        "tempo": each.tempo,
        "rest_seconds_min": each.rest_seconds_min,
        "rest_seconds_max": each.rest_seconds_max,
        "group_key": each.group_key,
        "weight": each.weight,
        "notes": each.notes,
        "sets": [[getattr(one, name) for name in SET_FIELDS] for one in each.sets],
    }


def _set(stored: Sequence[Any]) -> SetPrescription:
    """JSON knows one kind of number: 100 kg comes as an integer, and is made the float that it was."""
    fields = dict(zip(SET_FIELDS, stored, strict=True))
    for name in ("load_kg", "percent_one_rep_max", "rpe"):
        fields[name] = None if fields[name] is None else float(fields[name])
    return SetPrescription(**fields | {"kind": SetKind(fields["kind"])})
