"""Workouts, as they are read."""

from __future__ import annotations

from dataclasses import dataclass, fields

import strawberry

from domain.plan_document import PrescriptionDraft
from domain.workouts import Workout


@dataclass(frozen=True, slots=True)
class PlacedPrescription(PrescriptionDraft):
    """An exercise of a workout with its place there, from 1: what an assignment calls it by."""

    position: int = 0


def placed(workout: Workout) -> list[PlacedPrescription]:
    names = [each.name for each in fields(PrescriptionDraft)]
    return [
        PlacedPrescription(**{name: getattr(each, name) for name in names}, position=position)
        for position, each in enumerate(workout.prescriptions, start=1)
    ]


def prescriptions_of_workout(parent: strawberry.Parent[Workout]) -> list[PlacedPrescription]:
    return placed(parent)


def planned_load(parent: strawberry.Parent[Workout]) -> int:
    return parent.load_au
