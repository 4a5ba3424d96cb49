from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput, InvalidState
from domain.exercises import Intent, MovementPattern
from domain.phases import Intensity, Objective, ObjectiveType, Priority, serves
from domain.seasons import (
    SeasonLoad,
    SeasonStatus,
    check,
    check_status,
    current_phase,
    issues_of,
    phase_on,
    planned_week_load_au,
)
from tests.domain.season_cases import MONDAY, a_phase, a_season

BUILD = a_phase(name="Build")
NEXT = a_phase(name="Season", starts_on=MONDAY + timedelta(days=28), ends_on=MONDAY + timedelta(days=100))


def test_days_are_inclusive_and_a_gap_belongs_to_no_phase() -> None:
    plan = a_season(BUILD, replace(NEXT, starts_on=BUILD.ends_on + timedelta(days=3)))

    assert phase_on(plan, BUILD.starts_on) == BUILD
    assert phase_on(plan, BUILD.ends_on) == BUILD
    assert phase_on(plan, BUILD.ends_on + timedelta(days=1)) is None
    assert phase_on(plan, BUILD.starts_on - timedelta(days=1)) is None


def test_the_phase_changes_at_midnight_where_the_team_is() -> None:
    plan = a_season(BUILD, NEXT)
    late = datetime.combine(BUILD.ends_on, datetime.min.time(), UTC) + timedelta(hours=23, minutes=30)

    assert current_phase(plan, "Europe/Oslo", late) == NEXT
    assert current_phase(plan, "America/New_York", late) == BUILD


@pytest.mark.parametrize("status", sorted(set(SeasonStatus) - {SeasonStatus.ACTIVE}))
def test_only_an_active_plan_has_a_phase_in_force(status: SeasonStatus) -> None:
    now = datetime.combine(MONDAY, datetime.min.time(), UTC) + timedelta(hours=12)

    assert current_phase(a_season(BUILD), "UTC", now) == BUILD
    assert current_phase(a_season(BUILD, status=status), "UTC", now) is None


def test_phases_that_touch_do_not_overlap() -> None:
    assert issues_of(a_season(BUILD, NEXT)) == []


def test_every_overlap_is_named_with_the_way_out_whatever_their_order() -> None:
    inside = a_phase(name="Camp", starts_on=MONDAY + timedelta(days=7), ends_on=MONDAY + timedelta(days=13))
    late = replace(NEXT, starts_on=BUILD.ends_on)

    issues = issues_of(a_season(late, inside, BUILD))

    assert [each.path for each in issues] == [("phases", "1", "startsOn"), ("phases", "0", "startsOn")]
    assert "Camp overlaps Build from 2026-11-23 to 2026-11-29" in issues[0].message
    assert "start it on 2026-12-14 or later" in issues[1].message


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=8))
def test_an_overlap_is_found_if_and_only_if_there_is_a_day_with_two_phases(
    spans: list[tuple[int, int]],
) -> None:
    phases = [
        a_phase(starts_on=MONDAY + timedelta(days=at), ends_on=MONDAY + timedelta(days=at + length))
        for at, length in spans
    ]
    days = [MONDAY + timedelta(days=n) for n in range(90)]

    shared = any(sum(phase.includes(day) for phase in phases) > 1 for day in days)

    assert bool(issues_of(a_season(*phases))) == shared


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"ends_on": MONDAY - timedelta(days=1)}, "endsOn"),
        ({"starts_on": MONDAY - timedelta(days=1)}, "startsOn"),
        ({"ends_on": date(2027, 12, 31)}, "endsOn"),
        ({"load_multiplier": 5.01}, "loadMultiplier"),
        ({"load_multiplier": float("nan")}, "loadMultiplier"),
        ({"training_frequency": 0}, "trainingFrequency"),
        ({"training_frequency": 15}, "trainingFrequency"),
        ({"game_frequency": 7.5}, "gameFrequency"),
        ({"game_weekdays": (7,)}, "gameDays"),
        ({"game_weekdays": (5, 2)}, "gameDays"),
        ({"recovery_ratio": -0.1}, "recoveryRatio"),
        ({"focus_areas": ("strength", "strength")}, "focusAreas"),
        ({"focus_areas": ("Strength!",)}, "focusAreas"),
        ({"focus_areas": tuple(f"area_{n}" for n in range(21))}, "focusAreas"),
        ({"objectives": (Objective(ObjectiveType.SPEED, Priority.HIGH, 101),)}, "objectives"),
        ({"objectives": (Objective(ObjectiveType.SPEED, Priority.HIGH, 1),) * 21}, "objectives"),
    ],
)
def test_each_rule_of_a_phase_is_held(changes: dict[str, Any], at: str) -> None:
    [issue] = issues_of(a_season(replace(BUILD, **changes)))

    assert issue.path == ("phases", "0", at)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"name": ""}, "name"),
        ({"ends_on": MONDAY + timedelta(days=550)}, "endsOn"),
        ({"starts_on": date(1999, 12, 31), "ends_on": date(2000, 12, 31)}, "startsOn"),
        ({"load": SeasonLoad(-1)}, "baseLoad"),
        ({"load": SeasonLoad(1, peak_week=31)}, "peakWeek"),
        ({"load": SeasonLoad(1, peak_week=0)}, "peakWeek"),
        ({"load": SeasonLoad(1, taper_weeks=(3, 2))}, "taperWeeks"),
        ({"load": SeasonLoad(1, peak_week=4, recovery_weeks=(4,))}, "recoveryWeeks"),
        ({"load": SeasonLoad(1, recovery_weeks=(31,))}, "recoveryWeeks"),
    ],
)
def test_each_rule_of_a_plan_is_held(changes: dict[str, Any], at: str) -> None:
    [issue] = issues_of(a_season(**changes))

    assert issue.path == (at,)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    plan = a_season(replace(BUILD, name="", training_frequency=0), replace(BUILD, recovery_ratio=2), name="")

    with pytest.raises(InvalidInput) as refused:
        check(plan)

    assert {each.path[-1] for each in refused.value.issues} == {
        "name", "trainingFrequency", "recoveryRatio", "startsOn",
    }  # fmt: skip


def test_too_many_phases_are_refused() -> None:
    phases = [a_phase(starts_on=day, ends_on=day) for day in (MONDAY + timedelta(days=n) for n in range(61))]

    assert [each.path for each in issues_of(a_season(*phases))] == [("phases",)]


def test_a_season_goes_from_state_to_state_as_people_work() -> None:
    check_status(SeasonStatus.DRAFT, SeasonStatus.ACTIVE)
    check_status(SeasonStatus.ARCHIVED, SeasonStatus.ARCHIVED)
    with pytest.raises(InvalidState, match="archived cannot become active"):
        check_status(SeasonStatus.ARCHIVED, SeasonStatus.ACTIVE)


def test_the_weeks_loads_follow_phases_taper_recovery_and_peak() -> None:
    low = replace(NEXT, intensity=Intensity.LOW, ends_on=MONDAY + timedelta(weeks=12) - timedelta(days=1))
    load = SeasonLoad(2000, peak_week=5, taper_weeks=(6, 7), recovery_weeks=(2,))
    plan = a_season(BUILD, low, load=load)

    assert [planned_week_load_au(plan, week) for week in range(1, 9)] == [
        2400, 1440, 2400, 2400, 2000, 1200, 800, 1600,
    ]  # fmt: skip
    assert planned_week_load_au(plan, 30) == 2000, "no phase: the base"
    assert (plan.week_count, plan.week_of(MONDAY + timedelta(days=7))) == (30, 2)


def test_an_exercise_serves_a_focus_by_its_purpose_or_by_how_it_moves() -> None:
    assert serves(Intent.STRENGTH, MovementPattern.SQUAT, ("strength",))
    assert serves(Intent.HYPERTROPHY, MovementPattern.JUMP, ("endurance", "speed"))
    assert not serves(Intent.STRENGTH, MovementPattern.SQUAT, ("skill", "a_word_of_the_planning_service"))
    assert not serves(Intent.STRENGTH, MovementPattern.SQUAT, ())
