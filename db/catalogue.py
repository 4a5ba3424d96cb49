"""The exercise catalogue that the product ships with: ``catalogue.csv``, as domain objects."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid5

from domain.exercises import Exercise, Intent, MovementPattern, Muscle

CATALOGUE_FILE = Path(__file__).with_name("catalogue.csv")
CATALOGUE_NAMESPACE = UUID("6f1f4a0e-52a4-5d0b-9c53-0c2f6f9b6a11")


@lru_cache(maxsize=1)
def catalogue() -> tuple[Exercise, ...]:
    """Every exercise of the catalogue, by name. An id depends on the name alone: renaming makes a new one."""
    with CATALOGUE_FILE.open(encoding="utf-8", newline="") as file:
        exercises = [_exercise(row) for row in csv.DictReader(file, strict=True)]
    return tuple(sorted(exercises, key=lambda each: each.name))


def exercise_id(name: str) -> UUID:
    return uuid5(CATALOGUE_NAMESPACE, name)


def _exercise(row: dict[str, str]) -> Exercise:
    return Exercise(
        id=exercise_id(row["name"]),
        name=row["name"],
        primary_muscles=tuple(Muscle(each) for each in _listed(row["primary_muscles"])),
        secondary_muscles=tuple(Muscle(each) for each in _listed(row["secondary_muscles"])),
        pattern=MovementPattern(row["pattern"]),
        station=row["station"],
        equipment=_listed(row["equipment"]),
        intent=Intent(row["intent"]),
        unilateral={"yes": True, "no": False}[row["unilateral"]],
        aliases=_listed(row["aliases"]),
    )


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in cell.split(";") if each.strip())
