from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.phases import Intensity, Objective, ObjectiveType, PhaseType, Priority
from domain.season_json import SeasonOutcome, import_season, season_json
from domain.seasons import SeasonLoad, SeasonPlan, SeasonStatus
from tests.domain.season_cases import MONDAY, NOW, a_phase, a_season

PHASE = {
    "name": "Build",
    "type": "preseason",
    "startsOn": "2026-11-16",
    "endsOn": "2026-12-13",
    "intensity": "high",
    "trainingFrequency": 4,
}
DOCUMENT = {
    "name": "2026-27",
    "startsOn": "2026-11-16",
    "endsOn": "2027-06-13",
    "baseLoad": 2000,
    "phases": [PHASE],
}


def read(document: object) -> SeasonOutcome:
    text = document if isinstance(document, str) else json.dumps(document)
    return import_season(text, UUID(int=1), UUID(int=2), lambda _: uuid4(), NOW)


def with_phase(**fields: Any) -> dict[str, Any]:
    return DOCUMENT | {"phases": [{key: each for key, each in (PHASE | fields).items() if each is not None}]}


def the_same(plan: SeasonPlan) -> SeasonPlan | None:
    ids = {"": plan.id} | {str(at): each.id for at, each in enumerate(plan.phases, start=1)}
    text = json.dumps(season_json(plan))
    return import_season(text, plan.organization_id, plan.team_id, ids.__getitem__, plan.created_at).plan


def test_an_export_imports_as_the_same_plan_as_a_draft() -> None:
    full = a_phase(
        load_multiplier=1.25,
        focus_areas=("strength", "speed"),
        game_frequency=1.5,
        game_weekdays=(2, 5),
        recovery_ratio=0.25,
        objectives=(Objective(ObjectiveType.SPEED, Priority.HIGH, 2.5),),
    )
    bare = a_phase(
        id=UUID(int=12),
        name="Camp",
        starts_on=full.ends_on + timedelta(days=1),
        ends_on=MONDAY + timedelta(days=50),
    )
    plan = a_season(full, bare, load=SeasonLoad(2000, 5, (6, 7), (3,)))

    assert the_same(plan) == replace(plan, status=SeasonStatus.DRAFT)
    assert the_same(a_season()) == a_season(status=SeasonStatus.DRAFT)


def test_phases_stand_in_the_order_of_the_calendar_whatever_that_of_the_document() -> None:
    later = PHASE | {"name": "Season", "startsOn": "2026-12-14", "endsOn": "2027-03-01"}

    plan = read(DOCUMENT | {"phases": [later, PHASE]}).plan

    assert plan is not None
    assert [each.name for each in plan.phases] == ["Build", "Season"]
    assert {each.season_plan_id for each in plan.phases} == {plan.id}


def test_what_people_write_is_read() -> None:
    written = {
        "title": "Build",
        "phase type": "In-Season",
        "start": "2026-11-16",
        "end": "2026-12-13",
        "Intensity": "Peak",
        "sessions per week": "3",
        "focus": "speed, strength",
        "game days": "Sat",
        "games": "1,5",
    }

    plan = read(DOCUMENT | {"phases": [written]}).plan

    assert plan is not None
    [phase] = plan.phases
    assert (phase.type, phase.intensity, phase.game_frequency) == (PhaseType.IN_SEASON, Intensity.PEAK, 1.5)
    assert (phase.focus_areas, phase.game_weekdays) == (("speed", "strength"), (5,))


@pytest.mark.parametrize(
    ("document", "at"),
    [
        ("[]", ()),
        ("nonsense", ()),
        ("[" * 40 + "]" * 40, ()),
        ("{}", ("name",)),
        (DOCUMENT | {"endsOn": "2026-11-15"}, ("endsOn",)),
        (DOCUMENT | {"startsOn": "16.11.2026"}, ("startsOn",)),
        (DOCUMENT | {"baseLoad": -1}, ("baseLoad",)),
        (DOCUMENT | {"peakWeek": 31}, ("peakWeek",)),
        (DOCUMENT | {"taperWeeks": ["x"]}, ("taperWeeks",)),
        (DOCUMENT | {"phases": PHASE}, ("phases",)),
        (DOCUMENT | {"phases": [PHASE] * 61}, ("phases",)),
        (DOCUMENT | {"phases": [PHASE, PHASE | {"startsOn": "2026-12-13"}]}, ("phases", "1", "startsOn")),
        (with_phase(endsOn="2028-01-01"), ("phases", "0", "endsOn")),
        (with_phase(name=None), ("phases", "0", "name")),
        (with_phase(startsOn=None), ("phases", "0", "startsOn")),
        (with_phase(trainingFrequency=None), ("phases", "0", "trainingFrequency")),
        (with_phase(type="spring"), ("phases", "0", "type")),
        (with_phase(intensity=None), ("phases", "0", "intensity")),
        (with_phase(trainingFrequency=15), ("phases", "0", "trainingFrequency")),
        (with_phase(trainingFrequency=2.5), ("phases", "0", "trainingFrequency")),
        (with_phase(loadMultiplier=5.5), ("phases", "0", "loadMultiplier")),
        (with_phase(recoveryRatio=2), ("phases", "0", "recoveryRatio")),
        (with_phase(gameDays=["Payday"]), ("phases", "0", "gameDays")),
        (with_phase(focusAreas=["Größe"]), ("phases", "0", "focusAreas")),
        (with_phase(objectives=[{"type": "speed"}]), ("phases", "0", "objectives", "0", "priority")),
        (
            with_phase(objectives=[{"type": "speed", "priority": "high", "targetImprovement": 101}]),
            ("phases", "0", "objectives", "0", "targetImprovement"),
        ),
    ],
)
def test_a_document_with_a_fault_gives_no_plan_and_says_where(document: object, at: tuple[str, ...]) -> None:
    outcome = read(document)

    assert outcome.plan is None
    assert at in [each.path for each in outcome.problems]
