"""One exercise of a workout as JSON that an import reads back as it was."""

from __future__ import annotations

from typing import Any

from domain.plan_document import PrescriptionDraft
from domain.sessions import SetKind, SetPrescription


def prescription_json(each: PrescriptionDraft) -> dict[str, Any]:
    fields = {
        "exercise": each.exercise.name,
        "role": each.role.value,
        "sets": _sets(each.sets),
        "rest": _span(each.rest_seconds_min, each.rest_seconds_max),
        "tempo": each.tempo,
        "group": each.group_key,
        "intent": None if each.intent is each.exercise.intent else each.intent.value,
        "unilateral": None if each.unilateral is each.exercise.unilateral else each.unilateral,
        "importance": None if each.weight == 1 else each.weight,
        "notes": each.notes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _sets(sets: tuple[SetPrescription, ...]) -> list[dict[str, Any]]:
    """Sets that are alike are counted rather than repeated."""
    listed: list[dict[str, Any]] = []
    for each in sets:
        one = _set(each)
        if listed and {**listed[-1], "count": None} == {**one, "count": None}:
            listed[-1]["count"] += 1
        else:
            listed.append(one)
    return listed


def _set(each: SetPrescription) -> dict[str, Any]:
    fields = {
        "count": 1,
        "kind": None if each.kind is SetKind.WORKING else each.kind.value,
        "reps": _span(each.reps_min, each.reps_max),
        "holdS": each.hold_seconds,
        "loadKg": each.load_kg,
        "percent1rm": each.percent_one_rep_max,
        "rpe": each.rpe,
        "rir": each.reps_in_reserve,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _span(low: int | None, high: int | None) -> str | None:
    if low is None:
        return None
    return str(low) if low == high else f"{low}-{high}"
