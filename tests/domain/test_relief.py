from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.adjustments import AdjustedAssignment
from domain.assignments import AssignmentStatus, WorkoutAssignment, days_of
from domain.errors import InvalidState
from domain.physiology import MedicalRestriction, RestrictionKind
from domain.planning import AdjustmentType, PhaseAdjustment
from domain.planning_events import AdjustmentKind, RecommendedAdjustment
from domain.recurrence import Recurrence, RecurrencePattern
from domain.relief import Outlook, eased, merged, uneased
from tests.domain.season_cases import COACH, MONDAY, an_assignment, weekly

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
DAILY = Recurrence(RecurrencePattern.DAILY)


def outlook(**changes: Any) -> Outlook:
    return replace(Outlook("UTC", NOON, COACH, "High load."), **changes)


def less_load(percent: float) -> RecommendedAdjustment:
    return RecommendedAdjustment(type=AdjustmentKind.REDUCE_LOAD, value=percent)


def recovery(hours: float) -> RecommendedAdjustment:
    return RecommendedAdjustment(type=AdjustmentKind.INCREASE_RECOVERY, value=hours)


def skip(sessions: int) -> RecommendedAdjustment:
    return RecommendedAdjustment(type=AdjustmentKind.SKIP_TRAINING, value=sessions)


def the(number: int, **changes: Any) -> WorkoutAssignment:
    return an_assignment(id=UUID(int=number), **changes)


def day(ahead: int) -> date:
    return MONDAY + timedelta(days=ahead)


def ease(
    adjustment: RecommendedAdjustment, *assignments: WorkoutAssignment, **changes: Any
) -> dict[int, WorkoutAssignment]:
    """Those that changed, by number."""
    return {
        each.assignment.id.int: each.assignment for each in eased(assignments, adjustment, outlook(**changes))
    }


class TestLoad:
    def test_a_week_from_today_is_relieved_and_what_has_no_session_in_it_is_not(self) -> None:
        found = ease(
            less_load(20),
            the(1),
            the(2, scheduled_on=day(6)),
            the(3, scheduled_on=day(7)),
            the(4, recurrence=weekly(2)),
            the(5, scheduled_on=day(-1), effective_from=day(-1)),
        )

        assert found.keys() == {1, 2, 4}
        assert {(each.relief_percent, each.relief_until) for each in found.values()} == {(20, day(6))}

    def test_the_same_again_changes_nothing(self) -> None:
        once = ease(less_load(20), the(1))[1]

        assert ease(less_load(20), once) == {}

    def test_more_goes_before_less_while_it_lasts(self) -> None:
        series = the(1, recurrence=DAILY)
        much = ease(less_load(50), series)[1]
        later = NOON + timedelta(days=7)

        assert ease(less_load(10), much) == {}
        assert ease(less_load(60), much)[1].relief_percent == 60
        assert ease(less_load(10), much, now=later)[1].relief_percent == 10


class TestRecovery:
    def test_a_single_session_goes_to_the_first_free_day_after_the_hours(self) -> None:
        """Another session of the player's takes the next day, and staff rule out the one after."""
        ban = MedicalRestriction(UUID(int=9), UUID(int=3), RestrictionKind.NO_TRAINING, day(3), day(3))
        moved = ease(
            recovery(31), the(1, starts_at=time(18)), the(2, scheduled_on=day(2)), restrictions=(ban,)
        )

        assert moved.keys() == {1}
        assert moved[1].scheduled_on == day(4)

    def test_two_that_move_do_not_meet(self) -> None:
        moved = ease(recovery(24), the(1, starts_at=time(18)), the(2, starts_at=time(20)))

        assert {each.scheduled_on for each in moved.values()} == {day(1), day(2)}

    def test_what_begins_after_the_hours_stays(self) -> None:
        assert ease(recovery(6), the(1, starts_at=time(18))) == {}
        assert ease(recovery(6.5), the(1, starts_at=time(18))).keys() == {1}

    def test_without_a_time_it_gives_way_only_if_the_whole_day_does(self) -> None:
        assert ease(recovery(11), the(1)) == {}
        assert ease(recovery(13), the(1))[1].scheduled_on == day(1)

    def test_days_of_a_series_are_left_out(self) -> None:
        eased_series = ease(recovery(50), the(1, recurrence=DAILY))[1]

        assert eased_series.recurrence.exceptions == (day(0), day(1))
        assert eased_series.scheduled_on == MONDAY

    def test_what_expires_before_there_is_a_free_day_is_cancelled(self) -> None:
        found = ease(recovery(48), the(1, expires_on=day(1), starts_at=time(18)))

        assert found[1].status is AssignmentStatus.CANCELLED

    def test_what_was_done_or_begun_is_not_moved(self) -> None:
        done = frozenset({(UUID(int=1), MONDAY)})

        assert ease(recovery(24), the(1), the(2, starts_at=time(9)), done=done) == {}

    def test_the_hours_are_the_team_s_own(self) -> None:
        """In Los Angeles it is four in the morning: there are twenty hours of the day to come."""
        assert ease(recovery(13), the(1), time_zone="America/Los_Angeles") == {}
        assert ease(recovery(20), the(1), time_zone="America/Los_Angeles").keys() == {1}


class TestSkipping:
    def test_the_next_sessions_of_all_assignments_are_left_out(self) -> None:
        found = ease(
            skip(3),
            the(1, recurrence=weekly(0, 2, 4)),
            the(2, scheduled_on=day(1)),
            the(3, scheduled_on=day(3)),
        )

        assert found.keys() == {1, 2}
        assert found[1].recurrence.exceptions == (day(0), day(2))
        assert found[2].status is AssignmentStatus.CANCELLED

    def test_what_is_over_for_today_is_not_the_next(self) -> None:
        found = ease(skip(1), the(1, recurrence=DAILY, starts_at=time(9)))

        assert found[1].recurrence.exceptions == (day(1),)

    def test_a_day_that_was_done_does_not_count(self) -> None:
        done = frozenset({(UUID(int=1), MONDAY)})

        assert ease(skip(1), the(1, recurrence=DAILY), done=done)[1].recurrence.exceptions == (day(1),)

    def test_of_more_than_there_are_all_are_left_out(self) -> None:
        found = ease(skip(50), the(1, recurrence=weekly(0, ends_on=day(20))))

        assert found[1].status is AssignmentStatus.CANCELLED

    def test_more_exceptions_than_an_assignment_can_have_are_refused(self) -> None:
        left_out = tuple(day(400 + n) for n in range(390))
        crowded = the(1, recurrence=replace(DAILY, exceptions=left_out))

        with pytest.raises(InvalidState, match="400 exceptions"):
            ease(skip(11), crowded)
        assert len(ease(skip(10), crowded)[1].recurrence.exceptions) == 400


def undone(adjusted: AdjustedAssignment, *history: PhaseAdjustment, **changes: Any) -> AdjustedAssignment:
    entries = history or tuple(each for each in adjusted.adjustments if each.type is AdjustmentType.FREQUENCY)
    return uneased(adjusted.assignment, entries, outlook(reason="Well again.", **changes))


class TestUndoing:
    @pytest.mark.parametrize("adjustment", [less_load(40), skip(1), skip(9), recovery(48)])
    @pytest.mark.parametrize(
        "assignment",
        [
            the(1, starts_at=time(18)),
            the(1, recurrence=weekly(0, 2, 4, ends_on=day(13))),
            the(1, recurrence=weekly(0, 2, 4, exceptions=(day(2),))),
        ],
    )
    def test_everything_is_as_it_was(
        self, assignment: WorkoutAssignment, adjustment: RecommendedAdjustment
    ) -> None:
        [adjusted] = eased([assignment], adjustment, outlook())

        back = undone(adjusted)

        assert back.changed
        assert back.assignment == assignment

    def test_days_that_are_past_stay_left_out(self) -> None:
        [adjusted] = eased([the(1, recurrence=DAILY)], skip(3), outlook())

        back = undone(adjusted, now=NOON + timedelta(days=2))

        assert back.assignment.recurrence.exceptions == (day(0), day(1))

    def test_what_a_coach_left_out_or_moved_since_stays(self) -> None:
        [adjusted] = eased([the(1, recurrence=DAILY)], skip(1), outlook())
        by_coach = replace(
            adjusted,
            assignment=replace(adjusted.assignment, recurrence=replace(DAILY, exceptions=(day(0), day(5)))),
        )
        [moved] = eased([the(2, starts_at=time(18))], recovery(24), outlook())
        moved_again = replace(moved, assignment=replace(moved.assignment, scheduled_on=day(9)))

        assert undone(by_coach).assignment.recurrence.exceptions == (day(5),)
        assert not undone(moved_again).changed

    def test_undoing_twice_is_undoing_once(self) -> None:
        [adjusted] = eased([the(1, recurrence=DAILY)], skip(3), outlook())
        back = undone(adjusted)

        again = undone(back, *adjusted.adjustments, *back.adjustments)

        assert not again.changed

    def test_what_a_coach_cancelled_stays_cancelled(self) -> None:
        cancelled = the(1, status=AssignmentStatus.CANCELLED)

        assert not uneased(cancelled, [], outlook()).changed

    @given(st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=1, max_size=6))
    def test_any_reliefs_one_after_another_are_undone_together(self, reliefs: list[tuple[bool, int]]) -> None:
        plain = the(1, recurrence=weekly(0, 2, 4, exceptions=(day(4),)))
        now_there = plain
        entries: list[PhaseAdjustment] = []
        for is_recovery, amount in reliefs:
            adjustment = recovery(20.0 * amount) if is_recovery else skip(amount)
            for each in eased([now_there], adjustment, outlook()):
                now_there = each.assignment
                entries += each.adjustments

        assert uneased(now_there, entries, outlook()).assignment == plain


def test_two_changes_of_one_assignment_are_one_entry_of_a_type() -> None:
    assignment = the(1, recurrence=DAILY)
    [first] = eased([assignment], skip(1), outlook())
    [then] = eased([first.assignment], recovery(50), outlook())
    [lighter] = eased([then.assignment], less_load(10), outlook())

    both = merged(merged(first, then), lighter)

    assert both.before == assignment
    assert both.assignment == lighter.assignment
    frequency, load = both.adjustments
    assert (frequency.type, load.type) == (AdjustmentType.FREQUENCY, AdjustmentType.LOAD)
    assert frequency.original["exceptions"] == []
    assert len(frequency.adjusted["exceptions"]) == len(both.assignment.recurrence.exceptions) == 2
    assert next(days_of(both.assignment, MONDAY, day(9)), None) == day(2)
