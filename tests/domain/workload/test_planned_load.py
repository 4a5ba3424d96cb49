"""What a session is expected to load, and how much of what was assigned was done."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.exercises import Intent
from domain.plan_document import PrescriptionDraft
from domain.sessions import ExerciseRole, SetKind, SetPrescription
from domain.workload.compliance import AssignedSession, Compliance, compliance
from domain.workload.planned_load import compressed_load_au, expected_session_rpe, planned_load_au
from tests.domain.workload.cases import MONDAY
from tests.factories import an_exercise

SUNDAY = MONDAY + timedelta(days=6)


def prescribed(*sets: SetPrescription) -> PrescriptionDraft:
    return PrescriptionDraft(an_exercise("Back squat"), ExerciseRole.CORE, Intent.STRENGTH, sets)


class TestPlannedLoad:
    def test_it_is_session_rpe_times_minutes_before_the_fact(self) -> None:
        assert planned_load_au(60, 6.5) == 390
        with pytest.raises(InvalidInput):
            planned_load_au(60, 11)

    @pytest.mark.parametrize(
        ("what", "rpe"),
        [
            (SetPrescription(1, rpe=8.5, percent_one_rep_max=50, reps_min=15), 8.5),
            (SetPrescription(1, reps_in_reserve=3, percent_one_rep_max=50), 7),
            (SetPrescription(1, percent_one_rep_max=50, reps_min=5), 3.3),
            (SetPrescription(1, percent_one_rep_max=70), 5.2),
            (SetPrescription(1, percent_one_rep_max=90), 6.9),
            (SetPrescription(1, percent_one_rep_max=80), 6.05),
            (SetPrescription(1, percent_one_rep_max=30), 3.3),
            (SetPrescription(1, percent_one_rep_max=100), 6.9),
            (SetPrescription(1, reps_min=15, reps_max=15), 3.3),
            (SetPrescription(1, reps_min=8, reps_max=12), 5.2),
            (SetPrescription(1, reps_min=3), 6.9),
            (SetPrescription(1, reps_min=30), 3.3),
            (SetPrescription(1, hold_seconds=60), 6),
        ],
    )
    def test_a_set_tells_its_effort_as_the_trial_found_it(self, what: SetPrescription, rpe: float) -> None:
        """Day et al. 2004, J Strength Cond Res 18(2):353-358: 3.3, 5.2 and 6.9 at 50, 70 and 90 %."""
        assert expected_session_rpe([prescribed(what)]) == pytest.approx(rpe)

    def test_a_session_is_the_mean_of_its_working_sets(self) -> None:
        squat = prescribed(
            SetPrescription(1, SetKind.WARM_UP, rpe=2), SetPrescription(2, rpe=8), SetPrescription(3, rpe=9)
        )
        plank = prescribed(SetPrescription(1, hold_seconds=60), SetPrescription(2, rpe=4))

        assert expected_session_rpe([squat, plank]) == pytest.approx(7)

    def test_the_coachs_word_goes_first_and_6_is_for_silence(self) -> None:
        assert expected_session_rpe([prescribed(SetPrescription(1, rpe=9))], stated_rpe=4) == 4
        assert expected_session_rpe([]) == 6

    @given(st.floats(0, 5000), st.floats(1, 300), st.floats(1, 300))
    def test_a_compressed_session_loads_in_proportion_to_its_minutes_and_never_more(
        self, load: float, planned: float, compressed: float
    ) -> None:
        found = compressed_load_au(load, planned, compressed)

        assert found <= load
        if compressed < planned:
            assert found == pytest.approx(load * compressed / planned)

    @pytest.mark.parametrize(("planned", "compressed"), [(0, 30), (60, 0), (60, -5), (float("nan"), 30)])
    def test_minutes_that_are_none_are_refused(self, planned: float, compressed: float) -> None:
        with pytest.raises(ValueError, match="not a session"):
            compressed_load_au(300, planned, compressed)


class TestCompliance:
    def of(self, *sessions: AssignedSession, today: date = SUNDAY + timedelta(days=1)) -> Compliance:
        return compliance(sessions, MONDAY, SUNDAY, today)

    def test_counts_and_loads(self) -> None:
        found = self.of(
            AssignedSession(MONDAY, 400, True, 380, 90),
            AssignedSession(MONDAY + timedelta(days=2), 500, True, 610, 100),
            AssignedSession(MONDAY + timedelta(days=4), 300, False),
        )

        assert (found.assigned_count, found.completed_count) == (3, 2)
        assert (found.planned_load_au, found.actual_load_au) == (1200, 990)
        assert found.sessions.value == pytest.approx(200 / 3)
        assert found.load.value == pytest.approx(82.5)
        assert found.rate.value == pytest.approx(95)
        assert not found.load.is_provisional

    def test_a_load_that_nobody_told_is_left_out_on_both_sides(self) -> None:
        found = self.of(AssignedSession(MONDAY, 400, True, 300), AssignedSession(MONDAY, 500, True, None))

        assert found.sessions.value == 100
        assert found.load.value == pytest.approx(75)
        assert found.load.completeness == 0.5
        assert found.load.is_provisional

    def test_what_is_still_to_come_is_not_missed_yet(self) -> None:
        wednesday = MONDAY + timedelta(days=2)

        found = self.of(
            AssignedSession(MONDAY, 400, True, 400),
            AssignedSession(wednesday, 400, False),
            AssignedSession(SUNDAY, 400, False),
            today=wednesday,
        )

        assert (found.assigned_count, found.sessions.value) == (1, 100)

    def test_what_is_done_today_counts_today(self) -> None:
        assert self.of(AssignedSession(MONDAY, 400, True, 400), today=MONDAY).completed_count == 1

    def test_other_days_do_not_count(self) -> None:
        day_before, day_after = MONDAY - timedelta(days=1), SUNDAY + timedelta(days=1)

        found = self.of(
            AssignedSession(day_before, 400, True, 400),
            AssignedSession(day_after, 400, False),
            today=day_after + timedelta(days=5),
        )

        assert found.assigned_count == 0

    def test_nothing_assigned_is_neither_0_nor_100(self) -> None:
        found = self.of()

        assert (found.sessions.value, found.load.value, found.rate.value) == (None, None, None)
        assert (found.sessions.completeness, found.load.completeness) == (0, 0)
