"""Parts of assignments whose names in GraphQL carry no unit: the descriptions do."""

from __future__ import annotations

import strawberry

from domain.load_progression import LoadProgression
from domain.planning import Cadence
from domain.recurrence import Recurrence


def base_load(parent: strawberry.Parent[LoadProgression]) -> int:
    return parent.base_load_au


def rate(parent: strawberry.Parent[LoadProgression]) -> float:
    return parent.rate_percent


def minimum_load(parent: strawberry.Parent[LoadProgression]) -> int:
    return parent.minimum_au


def maximum_load(parent: strawberry.Parent[LoadProgression]) -> int:
    return parent.maximum_au


def days_of_week(parent: strawberry.Parent[Recurrence | Cadence]) -> list[int]:
    return list(parent.weekdays)
