"""New assignments in their phases, against what is there; and what becomes of them by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.adjustments import NO_FACTS, adjust, before_phases
from domain.assigning import Choices, Situation, assign, in_step, phase_for
from domain.assignment_conflicts import Circumstances, ConflictKind, Resolution
from domain.assignment_edits import edited
from domain.assignments import AssignmentStatus, Completion, WorkoutAssignment
from domain.completions import occurrence_done
from domain.errors import InvalidInput, InvalidState
from domain.load_progression import LoadProgression
from domain.phases import Intensity
from domain.recurrence import ONCE, Recurrence, RecurrencePattern
from domain.seasons import SeasonStatus
from tests.domain.season_cases import (
    COACH,
    MONDAY,
    NOW,
    PLAYER,
    a_phase,
    a_season,
    an_assignment,
    any_assignment,
    any_phase,
    weekly,
)

TODAY = NOW.date()
HARD = a_phase()
EASY = a_phase(
    id=UUID(int=12),
    name="Rest",
    intensity=Intensity.RECOVERY,
    starts_on=MONDAY + timedelta(weeks=4),
    ends_on=MONDAY + timedelta(weeks=8, days=-1),
)
PLAN = a_season(HARD, EASY)
TOMORROW = TODAY + timedelta(days=1)


def situation(**changes: Any) -> Situation:
    return replace(Situation(PLAN, TODAY, NOW, COACH, Circumstances()), **changes)


def draft(**changes: Any) -> WorkoutAssignment:
    return an_assignment(**{"id": uuid4(), "effective_from": TODAY, "scheduled_on": TOMORROW} | changes)


def there(**changes: Any) -> WorkoutAssignment:
    return draft(workout_id=UUID(int=99), **changes)


def beside(*existing: WorkoutAssignment) -> Circumstances:
    return Circumstances(existing={PLAYER: existing})


def test_each_follows_the_phase_of_its_own_day() -> None:
    days = [TOMORROW, EASY.starts_on, EASY.ends_on + timedelta(days=1)]
    drafts = [draft(scheduled_on=day) for day in days]

    found = assign(drafts, dict.fromkeys((each.id for each in drafts), 0), Choices(), situation())

    assert [each.assignment.load.base_load_au for each in found.create] == [480, 240, 400]
    assert [each.phase_id for each in found.create] == [HARD.id, EASY.id, None]


@pytest.mark.parametrize("status", [each for each in SeasonStatus if each is not SeasonStatus.ACTIVE])
def test_a_season_that_is_not_active_has_no_phase(status: SeasonStatus) -> None:
    assert phase_for(draft(), replace(PLAN, status=status), TODAY) is None
    assert phase_for(draft(), None, TODAY) is None
    assert phase_for(draft(), PLAN, TODAY) == HARD


def test_what_recurs_follows_the_phase_of_today_once_it_has_begun() -> None:
    recurring = draft(scheduled_on=TODAY, recurrence=weekly(4))

    assert phase_for(recurring, PLAN, EASY.starts_on) == EASY


def test_a_choice_for_a_place_goes_before_that_for_the_player_and_that_before_the_kind() -> None:
    choices = Choices(
        {ConflictKind.SCHEDULING: Resolution.OVERRIDE},
        {(PLAYER, 1): Resolution.REPLACE, (PLAYER, None): Resolution.SKIP},
    )
    drafts = [draft(), draft()]
    places = {each.id: place for place, each in enumerate(drafts)}
    in_the_way = there()

    found = assign(drafts, places, choices, situation(circumstances=beside(in_the_way)))

    assert [each.id for each in found.settlement.skipped] == [drafts[0].id]
    assert [each.assignment.id for each in found.create] == [drafts[1].id]
    assert found.settlement.cancel == {in_the_way.id}
    assert set(found.settlement.ways.values()) == {Resolution.SKIP, Resolution.REPLACE}
    assert choices.of(UUID(int=77), 0) is None


def test_what_may_not_be_touched_is_in_the_way_without_being_named() -> None:
    mine, theirs = there(), there()
    new = draft()

    found = assign(
        [new],
        {new.id: 0},
        Choices({ConflictKind.SCHEDULING: Resolution.REPLACE}),
        situation(circumstances=beside(mine, theirs), untouchable_ids={theirs.id}),
    )

    [conflict] = found.settlement.open
    assert Resolution.REPLACE not in conflict.resolutions
    assert conflict.existing_assignment_ids == (mine.id,)


def test_what_another_team_has_given_is_not_told_by_its_title() -> None:
    theirs, new = there(), draft()

    found = assign(
        [new], {new.id: 0}, Choices(), situation(circumstances=beside(theirs), untouchable_ids={theirs.id})
    )

    [conflict] = found.settlement.open
    assert conflict.message == f"Another team has this player on {conflict.day} already."


def test_what_is_moved_is_worked_out_for_the_phase_of_its_new_day() -> None:
    last = HARD.ends_on
    new = draft(scheduled_on=last)

    found = assign(
        [new],
        {new.id: 0},
        Choices({ConflictKind.SCHEDULING: Resolution.RESCHEDULE}),
        situation(circumstances=beside(there(scheduled_on=last))),
    )

    [made] = found.create
    assert made.assignment.scheduled_on == EASY.starts_on
    assert made.assignment.load.base_load_au == 240
    assert made.assignment.planning.original is not None
    assert made.assignment.planning.original.base_load_au == 400
    assert before_phases(made.assignment) == replace(new, scheduled_on=EASY.starts_on)


@given(any_assignment, any_phase)
def test_what_is_assigned_into_a_phase_is_as_what_is_brought_into_it_later(
    assignment: WorkoutAssignment, phase: Any
) -> None:
    phase = replace(phase, starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31))
    plan = replace(PLAN, phases=(phase,))
    at_once = in_step(assignment, situation(plan=plan), NO_FACTS)

    later = adjust(assignment, phase, now=NOW, by=COACH)

    assert at_once.assignment == later.assignment


# Changes by hand.


def followed(**changes: Any) -> WorkoutAssignment:
    return adjust(draft(**changes), HARD, now=NOW, by=COACH).assignment


def test_a_new_recurrence_is_the_original_one_of_what_follows_a_phase() -> None:
    assignment = followed(recurrence=weekly(0, 1, 2, 4, 5))
    assert len(assignment.recurrence.weekdays) == 3

    after = edited(assignment, {"recurrence": weekly(1, 3)}, TODAY)
    plain = edited(assignment, {"recurrence": ONCE}, TODAY)

    assert before_phases(after).recurrence == weekly(1, 3)
    assert before_phases(plain).recurrence == ONCE


def test_an_earlier_day_takes_effect_with_it() -> None:
    later = draft(effective_from=TODAY + timedelta(days=9), scheduled_on=TODAY + timedelta(days=9))

    after = edited(later, {"scheduled_on": TOMORROW}, TODAY)

    assert after.effective_from == TOMORROW


@pytest.mark.parametrize(
    "status", [AssignmentStatus.COMPLETED, AssignmentStatus.CANCELLED, AssignmentStatus.ARCHIVED]
)
def test_what_is_over_is_not_changed(status: AssignmentStatus) -> None:
    with pytest.raises(InvalidState):
        edited(draft(status=status), {"starts_at": time(10)}, TODAY)


def test_a_change_may_not_leave_it_without_a_day() -> None:
    with pytest.raises(InvalidInput) as refused:
        edited(draft(recurrence=weekly(0)), {"expires_on": TOMORROW}, TODAY)

    assert refused.value.issues[0].path == ("expiresOn",)


def test_a_load_that_a_phase_raised_is_judged_as_it_was_planned() -> None:
    assignment = followed(load=LoadProgression(400, minimum_au=400, maximum_au=480))

    assert edited(assignment, {"starts_at": time(10)}, TODAY).starts_at == time(10)


# Which day a training completes.

DAILY = Recurrence(RecurrencePattern.DAILY)


def done_on(day: date, at: Any = None) -> Completion:
    return Completion(UUID(int=5), day, PLAYER, at or NOW)


def test_the_day_itself_else_the_latest_open_one_before_it() -> None:
    recurring = an_assignment(scheduled_on=MONDAY, recurrence=weekly(0, 3))
    thursday = MONDAY + timedelta(days=3)

    assert occurrence_done(recurring, thursday, [], "UTC") == thursday
    assert occurrence_done(recurring, thursday + timedelta(days=1), [], "UTC") == thursday


def test_a_second_training_of_a_day_is_refused_not_put_down_for_another() -> None:
    daily = an_assignment(scheduled_on=MONDAY, recurrence=DAILY)

    with pytest.raises(InvalidState):
        occurrence_done(daily, TODAY, [done_on(TODAY)], "UTC")
    with pytest.raises(InvalidState):
        # Reported yesterday's training today: today's clock says that there was one today.
        occurrence_done(daily, TODAY, [done_on(TODAY - timedelta(days=1))], "UTC")


def test_a_day_that_is_named_is_taken_if_it_is_one_and_is_open() -> None:
    daily = an_assignment(scheduled_on=MONDAY, recurrence=DAILY)
    missed = TODAY - timedelta(days=2)

    assert occurrence_done(daily, TODAY, [done_on(TODAY)], "UTC", missed) == missed
    with pytest.raises(InvalidState):
        occurrence_done(daily, TODAY, [done_on(missed)], "UTC", missed)
    with pytest.raises(InvalidInput):
        occurrence_done(daily, TODAY, [], "UTC", MONDAY - timedelta(days=1))


@given(st.sampled_from(["Europe/Oslo", "Pacific/Kiritimati", "America/Los_Angeles"]))
def test_the_day_is_of_the_teams_zone(time_zone: str) -> None:
    """23:30 UTC on the 20th: tomorrow in Oslo and on Kiritimati, still today in Los Angeles."""
    late = NOW.replace(hour=23, minute=30)
    daily = an_assignment(scheduled_on=MONDAY, recurrence=DAILY)
    there_is = TODAY if time_zone == "America/Los_Angeles" else TOMORROW

    with pytest.raises(InvalidState):
        occurrence_done(daily, there_is, [done_on(MONDAY, late)], time_zone)
    other = TOMORROW if there_is == TODAY else TODAY
    assert occurrence_done(daily, other, [done_on(MONDAY, late)], time_zone) == other
