"""What coaches hand in to make phase templates: the recipe, week by week."""

from __future__ import annotations

from datetime import time
from typing import Any

import strawberry

from domain.assignments import AssignmentType
from domain.errors import InvalidInput, Issue
from domain.exercises import Intent
from domain.import_problems import MOST_PROBLEMS
from domain.load_progression import ProgressionKind
from domain.phases import PhaseType
from domain.plan_document import WEEKDAYS
from domain.sessions import ExerciseRole
from integrations.plan_files import MOST_BYTES
from resolvers import enums as _enums  # registers them  # noqa: F401
from resolvers.inputs import KEY, VERSION
from resolvers.long_texts import LongText

TEMPLATE = "Global id of the template; one of your organization's, not one of everyone's."
NAME = "Name, 1 to 200 characters; no two templates of an organization share one."
WEEKS = "Number of weeks that it goes on, 1 to 26."
DESCRIPTION = "What it is for and how it goes; at most 5,000 characters."
WORKOUTS = "Its workouts, 1 to 60."
DOCUMENT = f"The template as JSON, as PhaseTemplate.document gives it; at most {MOST_BYTES:,} bytes."


@strawberry.input(description="An exercise of a workout, written as in a plan document (docs/import.md).")
class TemplateExerciseInput:
    exercise: str = strawberry.field(description="Its name in the catalogue, or another name of it there.")
    sets: str = strawberry.field(
        description="Sets, repetitions and intensity: 3x8-12, 4x6 @ RPE 7, w:2x5, 3x30s, 5/5/5 @ 65/75/85%."
    )
    role: ExerciseRole = strawberry.field(
        default=ExerciseRole.ACCESSORY, description="Whether it is a core lift, which is protected."
    )
    rest: str | None = strawberry.field(default=None, description="Rest between sets: 90, 150-180, 2 min.")
    tempo: str | None = strawberry.field(
        default=None, description="Seconds down, pause, up, pause: such as 3-1-1-0."
    )
    group: str | None = strawberry.field(
        default=None, description="Exercises of one group are done in turns: A, B …"
    )
    intent: Intent | None = strawberry.field(
        default=None, description="What it is there for; what the catalogue says unless given."
    )
    unilateral: bool | None = strawberry.field(
        default=None, description="Whether each side has its own sets; what the catalogue says unless given."
    )
    importance: float | None = strawberry.field(
        default=None, description="The coach's factor on what it is worth, 0.1 to 10; 1 unless given."
    )
    notes: str | None = strawberry.field(default=None, description="Notes, at most 2,000 characters.")


@strawberry.input(description="From one whole number to another, both inclusive.")
class SpanInput:
    first: int = strawberry.field(description="The lowest number.")
    last: int = strawberry.field(description="The highest number.")


@strawberry.input(description="A workout of a template, on weekdays of some of its weeks.")
class TemplateWorkoutInput:
    title: str = strawberry.field(description="Title, 1 to 200 characters.")
    minutes: int = strawberry.field(description="Planned length, minutes: 5 to 600.")
    session_rpe: float = strawberry.field(description="How hard it is as a whole, 0 to 10 (CR-10).")
    days: list[int] = strawberry.field(
        description="Weekdays; 0 is Monday. Week 1 begins on the day that the template is applied from."
    )
    exercises: list[TemplateExerciseInput] = strawberry.field(description="What is done, 1 to 60 exercises.")
    weeks: SpanInput | None = strawberry.field(
        default=None, description="In which weeks, counted from 1; in all of them unless given."
    )
    starts_at: time | None = strawberry.field(
        default=None, description="Time of day in the team's time zone; whenever it suits unless given."
    )
    target: AssignmentType = strawberry.field(
        default=AssignmentType.TEAM, description="For whom it is: the team, or a group by its name."
    )
    group: str | None = strawberry.field(
        default=None, description="Name of the line, position, age group or custom group; none for the team."
    )
    heart_rate_reserve: SpanInput | None = strawberry.field(
        default=None,
        description="Target zone in percent of heart-rate reserve, 30 to 100; each player's own comes of it.",
    )
    progression: ProgressionKind = strawberry.field(
        default=ProgressionKind.LINEAR, description="How the load goes on from week to week; not custom."
    )
    rate: float | None = strawberry.field(
        default=None, description="Percent of load a week, -50 to 50; 0 unless given."
    )
    notes: str | None = strawberry.field(default=None, description="Notes for whoever does it.")


@strawberry.input(description="A new phase template of your organization.")
class CreatePhaseTemplateInput:
    name: str = strawberry.field(description=NAME)
    phase_type: PhaseType = strawberry.field(description="What kind of phase it is for.")
    weeks: int = strawberry.field(description=WEEKS)
    workouts: list[TemplateWorkoutInput] = strawberry.field(description=WORKOUTS)
    description: str | None = strawberry.field(default=None, description=DESCRIPTION)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(
    description="Changes to a phase template, field by field or with a whole document. What is left out "
    "stays; assignments that were made from it stay as they are."
)
class UpdatePhaseTemplateInput:
    template_id: strawberry.ID = strawberry.field(description=TEMPLATE)
    expected_version: int = strawberry.field(description=VERSION)
    name: str | None = strawberry.field(default=strawberry.UNSET, description=NAME)
    phase_type: PhaseType | None = strawberry.field(
        default=strawberry.UNSET, description="What kind of phase it is for."
    )
    weeks: int | None = strawberry.field(default=strawberry.UNSET, description=WEEKS)
    description: str | None = strawberry.field(
        default=strawberry.UNSET, description=f"{DESCRIPTION} Null for none."
    )
    workouts: list[TemplateWorkoutInput] | None = strawberry.field(
        default=strawberry.UNSET, description=f"{WORKOUTS} All of them."
    )
    document: str | None = strawberry.field(
        default=strawberry.UNSET,
        description=f"{DOCUMENT} It takes the place of everything, so nothing else is given with it.",
        directives=[LongText(characters=MOST_BYTES)],
    )


@strawberry.input(description="A phase template to delete. Assignments that were made from it stay.")
class DeletePhaseTemplateInput:
    template_id: strawberry.ID = strawberry.field(description=TEMPLATE)
    expected_version: int = strawberry.field(description=VERSION)


@strawberry.input(description="A phase template in a document; it becomes your organization's.")
class ImportPhaseTemplateInput:
    document: str = strawberry.field(description=DOCUMENT, directives=[LongText(characters=MOST_BYTES)])
    dry_run: bool = strawberry.field(default=False, description="Only say what would be made; store nothing.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


def document_of(input: CreatePhaseTemplateInput) -> dict[str, Any]:
    """The input as the document that says the same: one reader knows the rules of both."""
    return {
        "name": input.name,
        "phaseType": input.phase_type.value,
        "weeks": input.weeks,
        "description": input.description,
        "workouts": workouts_of(input.workouts),
    }


def changes_of(input: UpdatePhaseTemplateInput) -> dict[str, Any]:
    """The fields of the document that the input gives anew; of a whole document, that alone."""
    given: dict[str, Any] = {
        "name": input.name,
        "phaseType": input.phase_type,
        "weeks": input.weeks,
        "description": input.description,
        "workouts": input.workouts,
        "document": input.document,
    }
    given = {name: each for name, each in given.items() if each is not strawberry.UNSET}
    if not given:
        raise InvalidInput((Issue((), "Nothing is to be changed; give what is."),))
    if "document" in given and len(given) > 1:
        raise InvalidInput.of("document", "A document takes the place of everything: give nothing beside it.")
    empty = [name for name, each in given.items() if each is None and name != "description"]
    if empty:
        raise InvalidInput(tuple(Issue((name,), "This cannot be empty; leave it out.") for name in empty))
    if input.workouts is not None and input.workouts is not strawberry.UNSET:
        given["workouts"] = workouts_of(input.workouts)
    return given


def workouts_of(given: list[TemplateWorkoutInput]) -> list[dict[str, Any]]:
    issues: list[Issue] = []
    for at, each in enumerate(given):
        if not set(each.days) <= set(range(len(WEEKDAYS))):
            message = "A weekday is a number from 0 (Monday) to 6 (Sunday)."
            issues.append(Issue(("workouts", str(at), "days"), message))
        if not each.title.strip():
            issues.append(Issue(("workouts", str(at), "title"), "A workout has a title."))
    if issues:
        raise InvalidInput(tuple(issues[:MOST_PROBLEMS]))
    return [_workout(each) for each in given]


def _workout(each: TemplateWorkoutInput) -> dict[str, Any]:
    return {
        "title": each.title,
        "weeks": _span(each.weeks),
        "days": [WEEKDAYS[day] for day in each.days],
        "startsAt": None if each.starts_at is None else f"{each.starts_at:%H:%M}",
        "target": each.target.value,
        "group": each.group,
        "minutes": each.minutes,
        "sessionRpe": each.session_rpe,
        "heartRateReserve": _span(each.heart_rate_reserve),
        "progression": each.progression.value,
        "rate": each.rate,
        "notes": each.notes,
        "exercises": [_exercise(one) for one in each.exercises],
    }


def _exercise(each: TemplateExerciseInput) -> dict[str, Any]:
    return {
        "exercise": each.exercise,
        "role": each.role.value,
        "sets": each.sets,
        "rest": each.rest,
        "tempo": each.tempo,
        "group": each.group,
        "intent": None if each.intent is None else each.intent.value,
        "unilateral": each.unilateral,
        "importance": each.importance,
        "notes": each.notes,
    }


def _span(span: SpanInput | None) -> str | None:
    return None if span is None else f"{span.first}-{span.last}"
