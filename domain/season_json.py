"""A season plan as a JSON document, there and back. What the format is stands in docs/seasons.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.days import DAYS_A_WEEK
from domain.errors import Issue
from domain.import_fields import Node
from domain.import_lists import weekdays_in, whole_numbers_in, words_in
from domain.import_problems import Findings, Unreadable
from domain.import_vocabulary import Vocabulary, squashed
from domain.phases import Intensity, Objective, ObjectiveType, PhaseType, Priority, SeasonPhase
from domain.plan_document import WEEKDAYS
from domain.plan_json import children_of, node_of, parsed
from domain.seasons import (
    LARGEST_MULTIPLIER,
    LARGEST_WEEK_LOAD_AU,
    LONGEST_NAME,
    LONGEST_SEASON_DAYS,
    MOST_GAMES_A_WEEK,
    MOST_OBJECTIVES,
    MOST_PHASES,
    MOST_SESSIONS_A_WEEK,
    SeasonLoad,
    SeasonPlan,
    SeasonStatus,
    issues_of,
)

MOST_SEASON_WEEKS = LONGEST_SEASON_DAYS // DAYS_A_WEEK + 1


def _vocabulary(**fields: str) -> Vocabulary:
    return {
        squashed(name): each for each, names in fields.items() for name in (each, *names.split(",")) if name
    }


PLAN_FIELDS = _vocabulary(
    name="title,season",
    starts_on="start,start date",
    ends_on="end,end date",
    base_load="base load au,weekly load",
    peak_week="",
    taper_weeks="taper",
    recovery_weeks="deload weeks",
    phases="",
)
PHASE_FIELDS = _vocabulary(
    name="title",
    type="phase type",
    starts_on="start,start date",
    ends_on="end,end date",
    intensity="load level",
    load_multiplier="multiplier",
    focus_areas="focus",
    training_frequency="sessions a week,sessions per week,sessions",
    game_frequency="games a week,games per week,games",
    game_days="game weekdays",
    recovery_ratio="",
    objectives="",
)
OBJECTIVE_FIELDS = _vocabulary(type="", priority="", target_improvement="target improvement percent,target")


@dataclass(frozen=True, slots=True)
class SeasonOutcome:
    """What a document says. With a single problem there is no plan: all or nothing."""

    plan: SeasonPlan | None
    problems: tuple[Issue, ...] = ()
    warnings: tuple[str, ...] = ()


def import_season(
    text: str, organization_id: UUID, team_id: UUID, new_id: Callable[[str], UUID], now: datetime
) -> SeasonOutcome:
    """A draft, whatever it was where it comes from. ``new_id``: the plan's (""), the phases' ("1", "2" …)."""
    findings = Findings()
    try:
        plan = _plan(text, organization_id, team_id, new_id, now, findings)
    except Unreadable as unreadable:
        findings.problem(unreadable.place, unreadable.message)
        plan = None
    if plan is not None and not findings.problems:
        for issue in issues_of(plan):
            findings.problem(issue.path, issue.message)
    problems = findings.all_problems()
    return SeasonOutcome(None if problems else plan, problems, tuple(findings.warnings))


def season_json(plan: SeasonPlan) -> dict[str, Any]:
    """The document that ``import_season`` makes the same plan of, but for ids, team, status and dates."""
    load = plan.load
    return {
        "name": plan.name,
        "startsOn": plan.starts_on.isoformat(),
        "endsOn": plan.ends_on.isoformat(),
        "baseLoad": load.base_load_au,
        **({} if load.peak_week is None else {"peakWeek": load.peak_week}),
        "taperWeeks": list(load.taper_weeks),
        "recoveryWeeks": list(load.recovery_weeks),
        "phases": [_phase_json(each) for each in plan.phases],
    }


def _plan(
    text: str,
    organization_id: UUID,
    team_id: UUID,
    new_id: Callable[[str], UUID],
    now: datetime,
    findings: Findings,
) -> SeasonPlan | None:
    node = node_of(parsed(text, findings), PLAN_FIELDS, (), findings)
    if node is None:
        raise Unreadable("The document should be a JSON object with a name, startsOn, endsOn and phases.")
    plan_id = new_id("")
    listed = children_of(node.values.get("phases", []), PHASE_FIELDS, node.at("phases"), findings)
    if len(listed) > MOST_PHASES:
        node.problem("phases", f"There are {len(listed)} phases; {MOST_PHASES} is the most.")
    phases = [_phase(each, plan_id, new_id(str(at))) for at, each in enumerate(listed[:MOST_PHASES], start=1)]
    name, starts_on, ends_on = node.text("name", LONGEST_NAME), node.day("starts_on"), node.day("ends_on")
    load = SeasonLoad(
        base_load_au=node.whole_number("base_load", 0, LARGEST_WEEK_LOAD_AU) or 0,
        peak_week=node.whole_number("peak_week", 1, MOST_SEASON_WEEKS),
        taper_weeks=whole_numbers_in(node, "taper_weeks", 1, MOST_SEASON_WEEKS),
        recovery_weeks=whole_numbers_in(node, "recovery_weeks", 1, MOST_SEASON_WEEKS),
    )
    _missing(node, name=name, starts_on=starts_on, ends_on=ends_on)
    if name is None or starts_on is None or ends_on is None:
        return None
    in_order = sorted((each for each in phases if each is not None), key=lambda each: each.starts_on)
    return SeasonPlan(
        id=plan_id,
        organization_id=organization_id,
        team_id=team_id,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        status=SeasonStatus.DRAFT,
        load=load,
        phases=tuple(in_order),
        version=1,
        created_at=now,
        updated_at=now,
    )


def _phase(node: Node, plan_id: UUID, id_: UUID) -> SeasonPhase | None:
    name, starts_on, ends_on = node.text("name", LONGEST_NAME), node.day("starts_on"), node.day("ends_on")
    type_, intensity = node.choice("type", PhaseType, {}), node.choice("intensity", Intensity, {})
    frequency = node.whole_number("training_frequency", 1, MOST_SESSIONS_A_WEEK)
    multiplier = node.number("load_multiplier", 0, LARGEST_MULTIPLIER)
    games = node.number("game_frequency", 0, MOST_GAMES_A_WEEK)
    ratio = node.number("recovery_ratio", 0, 1)
    objectives = _objectives(node)
    focus, game_days = words_in(node, "focus_areas"), weekdays_in(node, "game_days")
    _missing(
        node,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        type=type_,
        intensity=intensity,
        training_frequency=frequency,
    )
    if name is None or starts_on is None or ends_on is None:
        return None
    if type_ is None or intensity is None or frequency is None:
        return None
    return SeasonPhase(
        id=id_,
        season_plan_id=plan_id,
        name=name,
        type=type_,
        starts_on=starts_on,
        ends_on=ends_on,
        intensity=intensity,
        training_frequency=frequency,
        load_multiplier=multiplier,
        focus_areas=focus,
        game_frequency=games or 0.0,
        game_weekdays=game_days,
        recovery_ratio=ratio or 0.0,
        objectives=objectives,
    )


def _objectives(phase: Node) -> tuple[Objective, ...]:
    listed = children_of(
        phase.values.get("objectives", []), OBJECTIVE_FIELDS, phase.at("objectives"), phase.findings
    )
    found: list[Objective] = []
    for node in listed[: MOST_OBJECTIVES + 1]:
        type_, priority = node.choice("type", ObjectiveType, {}), node.choice("priority", Priority, {})
        target = node.number("target_improvement", 0, 100, "%")
        _missing(node, type=type_, priority=priority)
        if type_ is not None and priority is not None:
            found.append(Objective(type_, priority, target or 0.0))
    return tuple(found)


def _missing(node: Node, **fields: object) -> None:
    """What is there and wrong has been said already."""
    for name, value in fields.items():
        if value is None and not node.has(name):
            node.findings.problem((*node.place, _as_written(name)), "This is missing.")


def _as_written(name: str) -> str:
    """As ``season_json`` writes it: starts_on is startsOn."""
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def _phase_json(phase: SeasonPhase) -> dict[str, Any]:
    multiplier = phase.load_multiplier
    return {
        "name": phase.name,
        "type": phase.type.value,
        "startsOn": phase.starts_on.isoformat(),
        "endsOn": phase.ends_on.isoformat(),
        "intensity": phase.intensity.value,
        **({} if multiplier is None else {"loadMultiplier": multiplier}),
        "focusAreas": list(phase.focus_areas),
        "trainingFrequency": phase.training_frequency,
        "gameFrequency": phase.game_frequency,
        "gameDays": [WEEKDAYS[day] for day in phase.game_weekdays],
        "recoveryRatio": phase.recovery_ratio,
        "objectives": [
            {
                "type": each.type.value,
                "priority": each.priority.value,
                "targetImprovement": each.target_improvement_percent,
            }
            for each in phase.objectives
        ],
    }
