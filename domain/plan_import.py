"""A plan from a document: every rule that a plan, its weeks and its sessions must keep.

A document is all or nothing: it gives a plan, or every problem in it, each with its place and how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from domain.exercise_matching import CatalogueIndex
from domain.import_fields import Node
from domain.import_problems import Findings, Unreadable
from domain.plan_document import ImportOutcome, PlanDraft, PrescriptionDraft, SessionDraft, WeekDraft
from domain.plan_json import plan_node_of_json
from domain.plan_table import Row, plan_node_of_table
from domain.session_import import LONGEST_TITLE, notes_of, read_session
from domain.sessions import ExerciseRole

LONGEST_GOAL = 500
LONGEST_NOTES_IN_ALL = 20_000
MOST_WEEKS = 52
MOST_SESSIONS_A_WEEK = 14

Weeks = dict[int, list[SessionDraft]]


def import_json(
    text: str, index: CatalogueIndex, *, title: str | None = None, starts_on: date | None = None
) -> ImportOutcome:
    """``title`` and ``starts_on`` stand in where the document gives none."""
    return _outcome(lambda findings: plan_node_of_json(text, findings), index, title, starts_on)


def import_table(
    rows: Sequence[Row], index: CatalogueIndex, *, title: str | None = None, starts_on: date | None = None
) -> ImportOutcome:
    """Rows of cells with the column names first. ``title`` and ``starts_on`` stand in as for JSON."""
    return _outcome(lambda findings: plan_node_of_table(rows, findings), index, title, starts_on)


def _outcome(
    read: Callable[[Findings], Node], index: CatalogueIndex, title: str | None, starts_on: date | None
) -> ImportOutcome:
    findings = Findings()
    try:
        plan = _plan(read(findings), index, title, starts_on)
    except Unreadable as unreadable:
        findings.problem(unreadable.place, unreadable.message)
        plan = None
    problems = findings.all_problems()
    return ImportOutcome(None if problems else plan, problems, tuple(findings.warnings))


def _plan(node: Node, index: CatalogueIndex, title: str | None, starts_on: date | None) -> PlanDraft:
    findings = node.findings
    weeks: Weeks = {}
    titles: dict[int, str | None] = {}
    weekless = _read_weeks(node, index, weeks, titles)
    start = node.day("starts_on") or starts_on or _derived_start(weeks, weekless)
    _place_by_date(weekless, weeks, start)
    if not any(weeks.values()) and not findings.problems:
        node.problem("weeks", "There is no session in the document; add one with its exercises.")
    _remark_on_dates(weeks, start, findings)
    _remark_on_roles(weeks, findings)
    draft = PlanDraft(
        title=node.text("title", LONGEST_TITLE) or title or _title_of_only_session(weeks) or "Imported plan",
        weeks=tuple(
            WeekDraft(each, tuple(weeks.get(each, ())), titles.get(each))
            for each in range(1, max(weeks, default=0) + 1)
        ),
        goal=node.text("goal", LONGEST_GOAL),
        notes=notes_of(node),
    )
    if (length := len(draft.notes_with_sessions or "")) > LONGEST_NOTES_IN_ALL:
        node.problem(
            "notes",
            f"The notes on plan and sessions are {length} characters; {LONGEST_NOTES_IN_ALL} is the most.",
        )
    return draft if start is None else draft.starting(start)


def _read_weeks(
    plan: Node, index: CatalogueIndex, weeks: Weeks, titles: dict[int, str | None]
) -> list[tuple[Node, SessionDraft]]:
    """Fills ``weeks`` and their ``titles``; returns the sessions that name no week."""
    weekless: list[tuple[Node, SessionDraft]] = []
    for week in plan.children:
        sessions = [(each, read_session(each, at, index)) for at, each in enumerate(week.children, start=1)]
        if not week.has("week"):
            weekless += sessions
            continue
        ordinal = _week_number(week)
        if ordinal is None:
            continue
        if ordinal in weeks:
            week.problem("week", f"Week {ordinal} is there twice; put its sessions together.")
        weeks[ordinal] = [session for _, session in sessions]
        titles[ordinal] = week.text("title", LONGEST_TITLE)
        if len(sessions) > MOST_SESSIONS_A_WEEK:
            week.problem(
                "sessions", f"A week has {len(sessions)} sessions; {MOST_SESSIONS_A_WEEK} is the most."
            )
    return weekless


def _week_number(week: Node) -> int | None:
    written = week.values["week"]
    if isinstance(written, str) and (found := re.fullmatch(r"\s*w(?:ee)?k?\s*(\d{1,4})\s*", written, re.I)):
        written = found.group(1)
    return Node(week.place, {"week": written}, week.findings, week.written).whole_number(
        "week", 1, MOST_WEEKS
    )


def _derived_start(weeks: Weeks, weekless: list[tuple[Node, SessionDraft]]) -> date | None:
    """The Monday from which the earliest date falls into its week; without any date there is no start."""
    dated = [
        each.scheduled_on - timedelta(weeks=ordinal - 1)
        for ordinal, sessions in weeks.items()
        for each in sessions
        if each.scheduled_on
    ] + [each.scheduled_on for _, each in weekless if each.scheduled_on]
    earliest = min(dated, default=None)
    return None if earliest is None else earliest - timedelta(days=earliest.weekday())


def _place_by_date(weekless: list[tuple[Node, SessionDraft]], weeks: Weeks, start: date | None) -> None:
    """Puts sessions that name no week into the week of their date, or the first."""
    for node, session in weekless:
        ordinal = 1
        if session.scheduled_on is not None and start is not None:
            ordinal = (session.scheduled_on - start).days // 7 + 1
        if not 1 <= ordinal <= MOST_WEEKS:
            node.problem(
                "date", f"{session.scheduled_on} is not within {MOST_WEEKS} weeks from the start, {start}."
            )
            continue
        held = weeks.setdefault(ordinal, [])
        if len(held) == MOST_SESSIONS_A_WEEK:
            node.problem(
                "week", f"Week {ordinal} has more than {MOST_SESSIONS_A_WEEK} sessions; number the weeks."
            )
        held.append(session)


def _remark_on_dates(weeks: Weeks, start: date | None, findings: Findings) -> None:
    for ordinal, sessions in weeks.items():
        for each in sessions:
            if each.scheduled_on is None or start is None:
                continue
            week = (each.scheduled_on - start).days // 7 + 1
            if week != ordinal:
                findings.warn(
                    f"{each.title} on {each.scheduled_on} stands in week {ordinal}, but falls in week {week}."
                )


def _remark_on_roles(weeks: Weeks, findings: Findings) -> None:
    everything: list[PrescriptionDraft] = [
        e for held in weeks.values() for each in held for e in each.prescriptions
    ]
    if everything and all(each.role is ExerciseRole.ACCESSORY for each in everything):
        findings.warn(
            "No exercise is a core lift: a short session would protect none. Mark them with role core."
        )


def _title_of_only_session(weeks: Weeks) -> str | None:
    titles = [each.title for held in weeks.values() for each in held]
    return titles[0] if len(titles) == 1 else None
