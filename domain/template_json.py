"""A phase template as a JSON document, there and back. What the format is stands in docs/seasons.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from domain.assignments import AssignmentType
from domain.errors import Issue
from domain.exercise_matching import CatalogueIndex
from domain.import_fields import Node
from domain.import_lists import span_in, weekdays_in
from domain.import_problems import Findings, Unreadable, shown
from domain.import_vocabulary import SESSION, Vocabulary, squashed
from domain.load_progression import ProgressionKind
from domain.phase_templates import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    MOST_WEEKS,
    MOST_WORKOUTS,
    WHOLE_TEAM,
    PhaseTemplate,
    TargetGroup,
    TemplateWorkout,
    issues_of,
)
from domain.phases import PhaseType
from domain.plan_document import WEEKDAYS
from domain.plan_json import children_of, node_of, parsed, with_exercises
from domain.prescription_json import prescription_json
from domain.session_import import read_session
from domain.workouts import Workout

FIELDS: Vocabulary = {
    squashed(name): canonical
    for canonical, names in {
        "name": "name,title,template",
        "phase_type": "phaseType,phase,type",
        "weeks": "weeks,duration weeks,length",
        "description": "description,notes",
        "workouts": "workouts,sessions",
    }.items()
    for name in names.split(",")
}
WORKOUT_FIELDS: Vocabulary = {
    **{name: canonical for name, canonical in SESSION.items() if canonical not in ("day", "date")},
    **{
        squashed(name): canonical
        for canonical, names in {
            "weeks": "weeks,week",
            "days": "days,day,weekdays,weekday,days of week",
            "target": "target,for,group type",
            "group": "group,group name",
            "starts_at": "startsAt,time,start time",
            "session_rpe": "sessionRpe,rpe,srpe",
            "heart_rate": "heartRateReserve,heart rate reserve percent,hrr",
            "progression": "progression,load progression",
            "rate": "rate,ratePercent,rate percent a week",
        }.items()
        for name in names.split(",")
    },
}


@dataclass(frozen=True, slots=True)
class TemplateOutcome:
    """What a document says. With a single problem there is no template: all or nothing."""

    template: PhaseTemplate | None
    problems: tuple[Issue, ...] = ()
    warnings: tuple[str, ...] = ()


def import_template(
    text: str,
    index: CatalogueIndex,
    organization_id: UUID | None,
    new_id: Callable[[str], UUID],
    now: datetime,
) -> TemplateOutcome:
    """``new_id`` makes the id of the template ("") and of its workouts ("1", "2" …)."""
    findings = Findings()
    try:
        template = _template(text, index, organization_id, new_id, now, findings)
    except Unreadable as unreadable:
        findings.problem(unreadable.place, unreadable.message)
        template = None
    if template is not None and not findings.problems:
        for issue in issues_of(template):
            findings.problem(issue.path, issue.message)
    problems = findings.all_problems()
    return TemplateOutcome(None if problems else template, problems, tuple(findings.warnings))


def template_json(template: PhaseTemplate) -> dict[str, Any]:
    """The document that ``import_template`` makes the same template of, but for its ids and dates."""
    return _filled(
        {
            "name": template.name,
            "phaseType": template.phase_type.value,
            "weeks": template.weeks,
            "description": template.description,
            "workouts": [_workout_json(each) for each in template.workouts],
        }
    )


def _template(
    text: str,
    index: CatalogueIndex,
    organization_id: UUID | None,
    new_id: Callable[[str], UUID],
    now: datetime,
    findings: Findings,
) -> PhaseTemplate | None:
    node = node_of(parsed(text, findings), FIELDS, (), findings)
    if node is None:
        raise Unreadable("The document should be a JSON object with a name, a phaseType, weeks and workouts.")
    listed = children_of(node.values.get("workouts", []), WORKOUT_FIELDS, node.at("workouts"), findings)
    if len(listed) > MOST_WORKOUTS:
        node.problem("workouts", f"There are {len(listed)} workouts; {MOST_WORKOUTS} is the most.")
    weeks = node.whole_number("weeks", 1, MOST_WEEKS)
    workouts = [
        _workout(with_exercises(each), at, index, organization_id, new_id, weeks or MOST_WEEKS)
        for at, each in enumerate(listed[:MOST_WORKOUTS], start=1)
    ]
    name = node.text("name", LONGEST_NAME)
    phase_type = node.choice("phase_type", PhaseType, {})
    for field, written, value in (
        ("name", "name", name),
        ("phase_type", "phaseType", phase_type),
        ("weeks", "weeks", weeks),
    ):
        if value is None and not node.has(field):
            findings.problem((*node.place, written), "This is missing.")
    if name is None or phase_type is None or weeks is None:
        return None
    return PhaseTemplate(
        id=new_id(""),
        organization_id=organization_id,
        name=name,
        phase_type=phase_type,
        weeks=weeks,
        workouts=tuple(each for each in workouts if each is not None),
        version=1,
        created_at=now,
        updated_at=now,
        description=node.text("description", LONGEST_DESCRIPTION),
    )


def _workout(
    node: Node,
    at: int,
    index: CatalogueIndex,
    organization_id: UUID | None,
    new_id: Callable[[str], UUID],
    weeks: int,
) -> TemplateWorkout | None:
    session = read_session(node, at, index)
    rpe = node.number("session_rpe", 0, 10)
    span = span_in(node, "weeks", 1, weeks)
    weekdays = weekdays_in(node, "days")
    for field, written, value in (
        ("planned_minutes", "minutes", session.planned_minutes),
        ("session_rpe", "sessionRpe", rpe),
        ("days", "days", weekdays),
    ):
        if not value and (not node.has(field) or node.values[field] == []):
            node.findings.problem((*node.place, written), "This is missing.")
    target, progression = _target(node), node.choice("progression", ProgressionKind, {})
    if progression is ProgressionKind.CUSTOM:
        node.problem("progression", "In a template a load goes on linear, stepped or wave.")
    rate = node.number("rate", -50, 50, "%")
    heart_rate = span_in(node, "heart_rate", 30, 100, "%")
    starts_at = _starts_at(node)
    if session.planned_minutes is None or rpe is None or not weekdays or target is None:
        return None
    workout = Workout(
        id=new_id(str(at)),
        organization_id=organization_id,
        title=session.title,
        planned_minutes=session.planned_minutes,
        session_rpe=rpe,
        prescriptions=session.prescriptions,
        notes=session.notes,
    )
    return TemplateWorkout(
        workout=workout,
        first_week=span[0] if span else 1,
        last_week=span[1] if span else weeks,
        weekdays=weekdays,
        target=target,
        starts_at=starts_at,
        heart_rate_reserve_percent=heart_rate,
        progression=progression or ProgressionKind.LINEAR,
        rate_percent=rate or 0.0,
    )


def _target(node: Node) -> TargetGroup | None:
    if not node.has("target") and not node.has("group"):
        return WHOLE_TEAM
    kind = node.choice("target", AssignmentType, {"group": AssignmentType.CUSTOM_GROUP})
    if not node.has("target"):
        kind = AssignmentType.CUSTOM_GROUP
    return None if kind is None else TargetGroup(kind, node.text("group", LONGEST_NAME))


def _starts_at(node: Node) -> time | None:
    text = node.words("starts_at")
    if text is None:
        return None
    if not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", text):
        node.problem("starts_at", f"{shown(text)} is no time of day; write it such as 17:30.")
        return None
    hours, minutes = text.split(":")
    return time(int(hours), int(minutes))


def _workout_json(each: TemplateWorkout) -> dict[str, Any]:
    workout, target, zone = each.workout, each.target, each.heart_rate_reserve_percent
    return _filled(
        {
            "title": workout.title,
            "weeks": f"{each.first_week}-{each.last_week}",
            "days": [WEEKDAYS[day] for day in each.weekdays],
            "startsAt": None if each.starts_at is None else f"{each.starts_at:%H:%M}",
            "target": None if target == WHOLE_TEAM else target.type.value,
            "group": target.name,
            "minutes": workout.planned_minutes,
            "sessionRpe": workout.session_rpe,
            "heartRateReserve": None if zone is None else f"{zone[0]}-{zone[1]}",
            "progression": None if each.progression is ProgressionKind.LINEAR else each.progression.value,
            "rate": each.rate_percent or None,
            "notes": workout.notes,
            "exercises": [prescription_json(one) for one in workout.prescriptions],
        }
    )


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
