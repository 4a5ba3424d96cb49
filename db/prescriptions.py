"""What a session prescribes: exercises in their order, each with its sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Row, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from db.exercises import EXERCISE, exercise_of
from db.models.exercises import ExerciseRow
from db.models.plans import PrescriptionRow, SetPrescriptionRow
from db.written_once import one_of
from domain.exercises import Exercise, Intent
from domain.sessions import ExerciseRole, Prescription, SetKind, SetPrescription

# One array a set, in the order of the domain object's fields, so that a prescription is one row.
_SETS = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_array(
                    SetPrescriptionRow.ordinal,
                    SetPrescriptionRow.kind,
                    SetPrescriptionRow.reps_min,
                    SetPrescriptionRow.reps_max,
                    SetPrescriptionRow.hold_seconds,
                    SetPrescriptionRow.load_kg,
                    SetPrescriptionRow.percent_one_rep_max,
                    SetPrescriptionRow.rpe,
                    SetPrescriptionRow.reps_in_reserve,
                ),
                SetPrescriptionRow.ordinal,
            ),
            type_=JSON,
        )
    )
    .where(SetPrescriptionRow.prescription_id == PrescriptionRow.id)
    .scalar_subquery()
    .label("sets")
)


_PRESCRIPTIONS = select(
    PrescriptionRow.id.label("prescription_id"),
    PrescriptionRow.session_id,
    PrescriptionRow.position,
    PrescriptionRow.role,
    PrescriptionRow.intent.label("prescribed_intent"),
    PrescriptionRow.unilateral.label("prescribed_unilateral"),
    PrescriptionRow.tempo,
    PrescriptionRow.rest_seconds_min,
    PrescriptionRow.rest_seconds_max,
    PrescriptionRow.group_key,
    PrescriptionRow.weight,
    PrescriptionRow.notes,
    _SETS,
    *EXERCISE,
).join(ExerciseRow, ExerciseRow.id == PrescriptionRow.exercise_id)
_OF_SESSIONS = _PRESCRIPTIONS.where(one_of(PrescriptionRow.session_id, "session_ids")).order_by(
    PrescriptionRow.session_id, PrescriptionRow.position
)


async def prescriptions_by_id(
    db_session: AsyncSession, prescription_ids: Sequence[UUID]
) -> dict[UUID, Prescription]:
    rows = await db_session.execute(_PRESCRIPTIONS.where(PrescriptionRow.id.in_(prescription_ids)))
    return {row.prescription_id: _prescription(row, exercise_of(row)) for row in rows}


async def prescriptions_by_session(
    db_session: AsyncSession, session_ids: Sequence[UUID]
) -> dict[UUID, list[Prescription]]:
    """The original prescriptions of each session, in order. A session without any has no entry."""
    rows = await db_session.execute(_OF_SESSIONS, {"session_ids": list(session_ids)})
    exercises: dict[UUID, Exercise] = {}
    found: dict[UUID, list[Prescription]] = defaultdict(list)
    for row in rows:
        exercise = exercises.get(row.id)
        if exercise is None:
            exercise = exercises[row.id] = exercise_of(row)
        found[row.session_id].append(_prescription(row, exercise))
    return found


def _prescription(row: Row[*tuple[Any, ...]], exercise: Exercise) -> Prescription:
    return Prescription(
        id=row.prescription_id,
        session_id=row.session_id,
        position=row.position,
        exercise=exercise,
        role=ExerciseRole(row.role),
        intent=Intent(row.prescribed_intent),
        sets=tuple(_set(*each) for each in row.sets or ()),
        unilateral=row.prescribed_unilateral,
        tempo=row.tempo,
        rest_seconds_min=row.rest_seconds_min,
        rest_seconds_max=row.rest_seconds_max,
        group_key=row.group_key,
        weight=row.weight,
        notes=row.notes,
    )


def _set(
    ordinal: int,
    kind: str,
    reps_min: int | None,
    reps_max: int | None,
    hold_seconds: int | None,
    load_kg: float | None,
    percent_one_rep_max: float | None,
    rpe: float | None,
    reps_in_reserve: int | None,
) -> SetPrescription:
    """JSON knows one kind of number: 100 kg comes as an integer, and is made the float that it was."""
    return SetPrescription(
        ordinal=ordinal,
        kind=SetKind(kind),
        reps_min=reps_min,
        reps_max=reps_max,
        hold_seconds=hold_seconds,
        load_kg=None if load_kg is None else float(load_kg),
        percent_one_rep_max=None if percent_one_rep_max is None else float(percent_one_rep_max),
        rpe=None if rpe is None else float(rpe),
        reps_in_reserve=reps_in_reserve,
    )
