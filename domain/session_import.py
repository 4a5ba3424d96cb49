"""One session of an import: its day, its length, and its exercises in order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from domain.exercise_matching import CatalogueIndex
from domain.import_fields import Node, plain_text
from domain.import_problems import Findings, shown
from domain.plan_document import WEEKDAYS, SessionDraft, TrainingDay
from domain.prescription_import import LONGEST_NOTES, read_prescription

LONGEST_TITLE = 200
MOST_EXERCISES_A_SESSION = 60
SHORTEST_SESSION_MINUTES = 5
LONGEST_SESSION_MINUTES = 600
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_session(node: Node, at: int, index: CatalogueIndex) -> SessionDraft:
    if not node.children and node.values.get("exercises", []) == []:
        node.problem("exercises", "The session has no exercises; add at least one.")
    if len(node.children) > MOST_EXERCISES_A_SESSION:
        node.problem(
            "exercises",
            f"There are {len(node.children)} exercises; {MOST_EXERCISES_A_SESSION} a session is the most.",
        )
    day, scheduled_on = _day(node)
    prescriptions = [read_prescription(each, index) for each in _in_order(node)]
    draft = SessionDraft(
        title=node.text("title", LONGEST_TITLE) or f"Session {at}",
        prescriptions=tuple(each for each in prescriptions if each is not None),
        day=day,
        scheduled_on=scheduled_on,
        planned_minutes=_planned_minutes(node),
        notes=notes_of(node),
    )
    _remark_on_groups(draft, node.findings)
    return draft


def _in_order(session: Node) -> Sequence[Node]:
    """By ``order`` where it is given, else as they stand."""
    exercises = session.children[:MOST_EXERCISES_A_SESSION]
    numbers = {
        at: each.whole_number("order", 0, 1000) for at, each in enumerate(exercises) if each.has("order")
    }
    if not numbers or None in numbers.values():
        return exercises
    places: dict[int, Node] = {}
    for at, each in enumerate(exercises):
        number = numbers.get(at)
        if number is None:
            each.problem("order", "Number all exercises of a session, or none.")
        elif number in places:
            each.problem("order", f"Number {number} stands at {'.'.join(places[number].place)} already.")
        else:
            places[number] = each
    return [places[number] for number in sorted(places)] if len(places) == len(exercises) else exercises


def _day(node: Node) -> tuple[TrainingDay | None, date | None]:
    scheduled_on = node.day("date")
    if not node.has("day"):
        return None, scheduled_on
    written = node.values["day"]
    if isinstance(written, date) or (
        isinstance(written, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", written.strip())
    ):
        return None, node.day("day") if scheduled_on is None else scheduled_on
    text = (node.words("day") or "").casefold().removeprefix("day ").rstrip(".")
    if text.isdecimal() and 1 <= int(text) <= 7:
        return TrainingDay(number=int(text)), scheduled_on
    named = [
        at
        for at, name in enumerate(DAY_NAMES)
        if len(text) > 1 and (name.startswith(text) or text.rstrip("s") == name)
    ]
    if len(named) == 1:
        day = TrainingDay(weekday=named[0])
        if scheduled_on is not None and scheduled_on.weekday() != day.weekday:
            node.problem(
                "day",
                f"{scheduled_on} is a {WEEKDAYS[scheduled_on.weekday()]}, not a {day}; mend one of them.",
            )
        return day, scheduled_on
    node.problem(
        "day",
        f"{shown(plain_text(written))} is not a day; write Mon to Sun, 1 to 7 or a date such as 2026-11-23.",
    )
    return None, scheduled_on


def _planned_minutes(node: Node) -> int | None:
    """A range counts at its middle, half a minute up."""
    text = node.words("planned_minutes")
    found = re.fullmatch(r"(\d{1,4})\s*(?:-|–|to)\s*(\d{1,4})\s*(?:min|minutes)?", text or "")
    if found is None:
        return node.whole_number(
            "planned_minutes", SHORTEST_SESSION_MINUTES, LONGEST_SESSION_MINUTES, "min|mins|minutes|'"
        )
    lowest, highest = int(found.group(1)), int(found.group(2))
    if not SHORTEST_SESSION_MINUTES <= lowest <= highest <= LONGEST_SESSION_MINUTES:
        node.problem(
            "planned_minutes",
            f"{shown(text)} is out of range; a session is planned for {SHORTEST_SESSION_MINUTES} to "
            f"{LONGEST_SESSION_MINUTES} minutes.",
        )
        return None
    return (lowest + highest + 1) // 2


def notes_of(node: Node) -> str | None:
    source = node.text("source", LONGEST_NOTES)
    lines = [node.text("notes", LONGEST_NOTES), f"Source: {source}" if source else None]
    return "\n".join(each for each in lines if each) or None


def _remark_on_groups(session: SessionDraft, findings: Findings) -> None:
    groups: dict[str, int] = {}
    for each in session.prescriptions:
        if each.group_key:
            groups[each.group_key] = groups.get(each.group_key, 0) + 1
    for key, count in groups.items():
        if count == 1:
            findings.warn(f"{session.title}: group {shown(key)} has one exercise only.")
