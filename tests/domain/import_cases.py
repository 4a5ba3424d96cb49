"""Small documents for the import's tests: one sound one each, and the means to break it in one place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from db.catalogue import catalogue
from domain.errors import Issue
from domain.exercise_matching import index_of
from domain.plan_document import ImportOutcome, PlanDraft, PrescriptionDraft
from domain.plan_import import import_json, import_table

INDEX = index_of(catalogue())
SQUAT = {"exercise": "Back Squat", "sets": "3x5", "role": "core"}


def of_json(document: object) -> ImportOutcome:
    return import_json(document if isinstance(document, str) else json.dumps(document), INDEX)


def of_exercise(**fields: Any) -> ImportOutcome:
    """A session of this exercise alone."""
    exercise = {"exercise": "Back Squat", "role": "core", "sets": "3x5"} | fields
    return of_json({"title": "A", "exercises": [{k: v for k, v in exercise.items() if v is not None}]})


def of_table(text: str) -> ImportOutcome:
    """Rows of cells parted by |, as they come from a sheet."""
    return import_table(
        [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()], INDEX
    )


def the_plan(outcome: ImportOutcome) -> PlanDraft:
    assert outcome.problems == ()
    assert outcome.plan is not None
    return outcome.plan


def the_prescription(outcome: ImportOutcome) -> PrescriptionDraft:
    (prescription,) = the_plan(outcome).weeks[0].sessions[0].prescriptions
    return prescription


def the_problem(outcome: ImportOutcome) -> Issue:
    assert outcome.plan is None
    (problem,) = outcome.problems
    return problem


def weeks(*sessions: dict[str, Any], **plan: Any) -> dict[str, Any]:
    return {
        "title": "P",
        "weeks": [{"sessions": [{"exercises": [SQUAT]} | each for each in sessions]}],
    } | plan


def check_answer(outcome: ImportOutcome) -> None:
    """A plan or problems, never neither; every message can be printed and stored."""
    assert (outcome.plan is None) == bool(outcome.problems)
    for text in printed(outcome):
        assert "\x00" not in text
        text.encode()


def printed(outcome: ImportOutcome) -> Iterator[str]:
    for problem in outcome.problems:
        yield from (*problem.path, problem.message)
    yield from outcome.warnings
