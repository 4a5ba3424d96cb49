from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assignments import (
    NEXT_STATUSES,
    AssignmentStatus,
    AssignmentType,
    Completion,
    Customizations,
    check,
    day_that_counts,
    days_of,
    is_in_phase,
    issues_of,
    load_on,
    with_status,
    without_days,
)
from domain.completions import complete, occurrence_for
from domain.errors import InvalidInput, InvalidState
from domain.load_progression import LoadProgression, ProgressionKind, load_in_week
from domain.load_progression import issues_of as load_issues
from domain.physiology import (
    HeartRateZone,
    PerformanceThresholds,
    Physiology,
    VelocityRange,
    physiology_issues,
)
from domain.recurrence import Recurrence, RecurrencePattern
from tests.domain.season_cases import MONDAY, NOW, PLAYER, a_phase, an_assignment, any_load, weekly

ACTIVE, COMPLETED = AssignmentStatus.ACTIVE, AssignmentStatus.COMPLETED
TUESDAY, TODAY = MONDAY + timedelta(days=1), NOW.date()


def a_completion(day: date = MONDAY, **changes: Any) -> Completion:
    return replace(Completion(UUID(int=5), day, PLAYER, NOW, 380.0), **changes)


def weeks_from(count: int, *weekdays: int) -> Recurrence:
    return weekly(*weekdays, ends_on=MONDAY + timedelta(weeks=count, days=-1))


# statuses


@pytest.mark.parametrize("before", AssignmentStatus)
@pytest.mark.parametrize("after", AssignmentStatus)
def test_a_status_becomes_what_it_may_and_nothing_else(
    before: AssignmentStatus, after: AssignmentStatus
) -> None:
    assignment = an_assignment(status=before)

    if after is before or after in NEXT_STATUSES[before]:
        assert with_status(assignment, after).status is after
    else:
        with pytest.raises(InvalidState, match=f"{before} cannot become {after}"):
            with_status(assignment, after)


def test_what_is_over_never_comes_back() -> None:
    for over in (COMPLETED, AssignmentStatus.CANCELLED, AssignmentStatus.ARCHIVED):
        assert ACTIVE not in NEXT_STATUSES[over]


# completing


def test_a_single_workout_is_completed_once() -> None:
    done = complete(an_assignment(), a_completion(), [], NOW, TODAY)

    assert (done.status, done.completed_at) == (COMPLETED, NOW)
    with pytest.raises(InvalidState, match="completed"):
        complete(done, a_completion(), [MONDAY], NOW, TODAY)


def test_a_recurring_one_is_active_until_its_last_day() -> None:
    assignment = an_assignment(recurrence=weeks_from(2, 0, 3))
    days = list(days_of(assignment, date.min, date.max))

    for at, day in enumerate(days[:-1]):
        assert complete(assignment, a_completion(day), days[:at], NOW, TODAY).status is ACTIVE
    assert complete(assignment, a_completion(days[-1]), days[:-1], NOW, TODAY).status is COMPLETED
    with pytest.raises(InvalidState, match="2026-11-19 is completed already"):
        complete(assignment, a_completion(days[1]), days[:2], NOW, TODAY)


@pytest.mark.parametrize("status", sorted(set(AssignmentStatus) - {ACTIVE}))
def test_only_what_is_active_can_be_completed(status: AssignmentStatus) -> None:
    with pytest.raises(InvalidState, match=f"is {status}"):
        complete(an_assignment(status=status), a_completion(), [], NOW, TODAY)


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"completion_rate": 101}, "completionRate"),
        ({"completion_rate": -1}, "completionRate"),
        ({"completion_rate": float("nan")}, "completionRate"),
        ({"actual_load_au": -0.1}, "actualLoad"),
        ({"actual_load_au": float("inf")}, "actualLoad"),
        ({"completed_at": NOW + timedelta(minutes=6)}, "completedAt"),
        ({"performance": {"notes": "x" * 5001}}, "performance"),
    ],
)
def test_a_completion_that_cannot_be_is_refused(changes: dict[str, Any], at: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        complete(an_assignment(), a_completion(**changes), [], NOW, TODAY)

    assert [each.path for each in refused.value.issues] == [(at,)]


def test_nothing_reported_is_not_a_load_of_nothing() -> None:
    assert complete(an_assignment(), a_completion(actual_load_au=None), [], NOW, TODAY).status is COMPLETED


def test_training_counts_for_its_day_or_the_latest_missed_or_the_next() -> None:
    assignment = an_assignment(recurrence=weeks_from(2, 0, 3))
    thursday = MONDAY + timedelta(days=3)

    assert occurrence_for(an_assignment(), TUESDAY, []) == MONDAY
    assert occurrence_for(assignment, thursday, []) == thursday
    assert occurrence_for(assignment, thursday + timedelta(days=1), []) == thursday
    assert occurrence_for(assignment, thursday + timedelta(days=1), [thursday]) == MONDAY
    assert occurrence_for(assignment, TUESDAY, [MONDAY]) == thursday
    with pytest.raises(InvalidState, match="Every day"):
        occurrence_for(assignment, thursday, list(days_of(assignment, date.min, date.max)))


def test_what_was_done_long_before_counts_for_no_coming_day() -> None:
    once, assignment = an_assignment(), an_assignment(recurrence=weeks_from(4, 0))
    a_week_before = MONDAY - timedelta(days=7)

    for each in (once, assignment):
        assert occurrence_for(each, a_week_before, []) == MONDAY
        with pytest.raises(InvalidState, match="more than a week after"):
            occurrence_for(each, a_week_before - timedelta(days=1), [])
    with pytest.raises(InvalidState, match="more than a week after"):  # this week's and the next are done
        occurrence_for(assignment, MONDAY, [MONDAY, MONDAY + timedelta(days=7)])
    assert occurrence_for(once, MONDAY + timedelta(days=1000), []) == MONDAY


def test_the_last_day_done_ahead_leaves_the_days_before_it_to_do() -> None:
    recurring = an_assignment(recurrence=weeks_from(3, 0))
    days = [MONDAY + timedelta(weeks=week) for week in range(3)]
    early = a_completion(occurrence_on=days[2], completed_at=NOW)

    assert complete(recurring, early, [], NOW, TODAY).status is ACTIVE
    assert complete(recurring, early, days[:2], NOW, TODAY).status is COMPLETED
    late = replace(early, completed_at=NOW + timedelta(weeks=3))
    assert (
        complete(recurring, late, [], late.completed_at, TODAY + timedelta(weeks=3)).status is COMPLETED
    )  # the others were missed


# days


def test_days_are_those_from_its_effect_to_its_expiry() -> None:
    assignment = an_assignment(recurrence=weekly(0), expires_on=MONDAY + timedelta(days=20))

    assert [(day - MONDAY).days for day in days_of(assignment, date.min, date.max)] == [0, 7, 14]
    assert assignment.last_possible_day == MONDAY + timedelta(days=20)
    assert an_assignment(recurrence=weekly(0)).last_possible_day is None


def test_a_single_workout_follows_the_phase_of_its_day_and_a_recurring_one_that_of_today() -> None:
    phase = a_phase(starts_on=MONDAY + timedelta(days=7))
    single, recurring = an_assignment(), an_assignment(recurrence=weekly(0))
    ended = an_assignment(recurrence=weeks_from(1, 0))
    later = MONDAY + timedelta(days=10)

    assert not is_in_phase(single, phase, later)
    assert not is_in_phase(recurring, phase, MONDAY)
    assert is_in_phase(recurring, phase, later)
    assert day_that_counts(ended, later) == MONDAY + timedelta(days=6)
    assert day_that_counts(an_assignment(scheduled_on=later, recurrence=weekly(0)), MONDAY) == later


def test_days_that_are_skipped_are_left_out_and_what_has_none_left_is_cancelled() -> None:
    assignment = an_assignment(recurrence=weeks_from(2, 0))
    next_week = MONDAY + timedelta(days=7)

    one = without_days(assignment, [next_week])
    both = without_days(one, [MONDAY])

    assert (one.status, one.recurrence.exceptions) == (ACTIVE, (next_week,))
    assert both.status is AssignmentStatus.CANCELLED
    assert without_days(one, [next_week]) == one
    assert without_days(an_assignment(), [MONDAY]).status is AssignmentStatus.CANCELLED
    assert without_days(an_assignment(), [TUESDAY]) == an_assignment()


# loads


@pytest.mark.parametrize(
    ("progression", "loads"),
    [
        (LoadProgression(200), [200, 200, 200, 200, 200, 200]),
        (LoadProgression(200, rate_percent=10), [200, 220, 240, 260, 280, 300]),
        (LoadProgression(200, ProgressionKind.STEPPED, 10), [200, 200, 240, 240, 280, 280]),
        (LoadProgression(200, ProgressionKind.WAVE, 10), [200, 220, 240, 180, 200, 220]),
        (LoadProgression(200, ProgressionKind.CUSTOM, custom_percents=(50, 75)), [100] + [150] * 5),
        (LoadProgression(200, rate_percent=10, maximum_au=250), [200, 220, 240, 250, 250, 250]),
        (LoadProgression(200, rate_percent=-30, minimum_au=90), [200, 140, 90, 90, 90, 90]),
    ],
)  # fmt: skip
def test_a_load_goes_from_week_to_week_as_it_should(progression: LoadProgression, loads: list[int]) -> None:
    assert [load_in_week(progression, week) for week in range(6)] == loads


def test_weeks_count_from_the_first_day() -> None:
    assignment = an_assignment(load=LoadProgression(100, rate_percent=10), recurrence=weekly(0))

    assert load_on(assignment, MONDAY + timedelta(days=6)) == 100
    assert load_on(assignment, MONDAY + timedelta(days=7)) == 110


@given(any_load, st.integers(0, 100_000), st.floats(0, 100))
def test_no_week_and_no_relief_takes_a_load_out_of_its_bounds(
    progression: LoadProgression, week: int, relief: float
) -> None:
    assert progression.minimum_au <= load_in_week(progression, week, relief) <= progression.maximum_au


# what is wrong with a new one


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"scheduled_on": MONDAY - timedelta(days=1), "effective_from": date(2026, 1, 1)}, "scheduledOn"),
        ({"scheduled_on": date(2030, 1, 1)}, "scheduledOn"),
        ({"effective_from": TUESDAY}, "effectiveFrom"),
        ({"expires_on": MONDAY - timedelta(days=1)}, "expiresOn"),
        ({"type": AssignmentType.LINE}, "groupName"),
        ({"type": AssignmentType.POSITION, "group_name": " "}, "groupName"),
        ({"group_name": "Goalkeepers"}, "groupName"),
        ({"type": AssignmentType.LINE, "group_name": "x" * 101}, "groupName"),
        ({"recurrence": Recurrence(RecurrencePattern.DAILY, 0)}, "interval"),
        ({"load": LoadProgression(400, maximum_au=300)}, "baseLoad"),
        ({"thresholds": PerformanceThresholds(HeartRateZone(170, 150))}, "heartRate"),
        ({"thresholds": PerformanceThresholds(HeartRateZone(150, 231))}, "heartRate"),
        ({"thresholds": PerformanceThresholds(velocity=VelocityRange(0.5, float("nan")))}, "velocity"),
        ({"customizations": Customizations(load_multiplier=5.1)}, "loadMultiplier"),
        ({"customizations": Customizations(load_multiplier=float("nan"))}, "loadMultiplier"),
        ({"customizations": Customizations(training_frequency=8)}, "trainingFrequency"),
        ({"customizations": Customizations(training_frequency=0)}, "trainingFrequency"),
        ({"customizations": Customizations(intensity_steps=-3)}, "intensityAdjustment"),
    ],
)
def test_each_rule_of_a_new_assignment_is_held(changes: dict[str, Any], at: str) -> None:
    [issue] = issues_of(an_assignment(**changes), MONDAY)

    assert issue.path[-1] == at


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        check(an_assignment(group_name="A", load=LoadProgression(-1)), TUESDAY)

    assert {each.path[-1] for each in refused.value.issues} == {"scheduledOn", "groupName", "baseLoad"}


@pytest.mark.parametrize(
    ("progression", "at"),
    [
        (LoadProgression(1, minimum_au=5, maximum_au=3), "bounds"),
        (LoadProgression(1, maximum_au=10_001), "bounds"),
        (LoadProgression(1, rate_percent=51), "rate"),
        (LoadProgression(1, ProgressionKind.CUSTOM), "customPercents"),
        (LoadProgression(1, custom_percents=(100,)), "customPercents"),
        (LoadProgression(1, ProgressionKind.CUSTOM, custom_percents=(501,)), "customPercents"),
    ],
)
def test_each_rule_of_a_progression_is_held(progression: LoadProgression, at: str) -> None:
    [issue] = load_issues(progression)

    assert issue.path == ("load", at)


@pytest.mark.parametrize(
    ("player", "at"),
    [
        (Physiology(PLAYER, 24, 190), "restingBpm"),
        (Physiology(PLAYER, 50, 231), "maximumBpm"),
        (Physiology(PLAYER, 110, 125), "maximumBpm"),
        (Physiology(PLAYER, weekly_load_limit_au=0), "weeklyLoadLimit"),
    ],
)
def test_a_heart_that_cannot_be_is_refused(player: Physiology, at: str) -> None:
    [issue] = physiology_issues(player)

    assert issue.path == (at,)
    assert physiology_issues(Physiology(PLAYER, 48, 196, 3000)) == []
