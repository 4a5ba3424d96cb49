from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.adjustments import NO_FACTS, Facts, adjust
from domain.assignments import WorkoutAssignment
from domain.phases import Intensity, SeasonPhase
from domain.planning import ALL_TYPES, AdjustmentType
from domain.steps import MOST_NAMED, StepReport, StepState, report
from tests.domain.season_cases import (
    COACH,
    MONDAY,
    NOW,
    PLAYER,
    THE_WORKOUT,
    WORKOUT,
    a_phase,
    an_assignment,
    any_assignment,
    any_phase,
    any_physiology,
    weekly,
)

BUILD = a_phase()
LEAGUE = a_phase(
    id=UUID(int=12), starts_on=MONDAY + timedelta(weeks=4), ends_on=MONDAY + timedelta(weeks=14, days=-1)
)


def adjusted(assignment: WorkoutAssignment, phase: SeasonPhase = BUILD) -> WorkoutAssignment:
    return adjust(assignment, phase, now=NOW, by=COACH).assignment


def report_of(*assignments: WorkoutAssignment, phase: SeasonPhase | None = BUILD) -> StepReport:
    return report(assignments, phase, [BUILD, LEAGUE], MONDAY, NO_FACTS)


def test_what_was_brought_into_the_phase_is_in_step() -> None:
    found = report_of(adjusted(an_assignment()))

    assert found.state is StepState.IN_STEP
    assert (found.in_phase_count, found.in_step_count, found.out_of_step) == (1, 1, ())
    assert found.last_adjusted_at == NOW


def test_what_was_never_brought_into_it_differs_in_all() -> None:
    found = report_of(an_assignment())

    assert found.state is StepState.OUT_OF_STEP
    assert found.count_by_type == dict.fromkeys(AdjustmentType, 1)
    assert found.out_of_step[0].types == tuple(AdjustmentType)
    assert found.past_phase_count == 0
    assert found.last_adjusted_at is None


def test_a_phase_that_changed_since_is_told_by_what_it_changes() -> None:
    assignment = adjusted(an_assignment(recurrence=weekly(0, 1, 2, 3)))
    harder = replace(BUILD, intensity=Intensity.PEAK)
    oftener = replace(BUILD, training_frequency=4)

    assert report_of(assignment, phase=harder).out_of_step[0].types == (AdjustmentType.LOAD,)
    assert report_of(assignment, phase=oftener).out_of_step[0].types == (AdjustmentType.FREQUENCY,)


def test_what_follows_a_phase_that_it_is_not_in_any_more_is_named() -> None:
    """A single workout follows the phase of its day: one in December is of the League from the start."""
    then = an_assignment(scheduled_on=MONDAY + timedelta(weeks=5))
    stayed = adjusted(then, BUILD)
    moved = adjusted(then, LEAGUE)

    found = report_of(stayed, moved)

    assert (found.in_phase_count, found.past_phase_count, found.out_of_step_count) == (0, 1, 1)
    assert found.out_of_step[0].assignment == stayed
    assert found.out_of_step[0].types == ()
    assert found.out_of_step[0].follows_past_phase


def test_a_phase_of_no_season_in_force_is_over() -> None:
    gone = adjusted(an_assignment(), replace(BUILD, id=UUID(int=99)))

    found = report_of(gone)

    assert (found.past_phase_count, found.out_of_step_count) == (1, 1)
    assert set(found.out_of_step[0].types) == ALL_TYPES


def test_between_phases_only_what_was_left_behind_is_out_of_step() -> None:
    plain, left = an_assignment(), adjusted(an_assignment(id=UUID(int=6)), replace(BUILD, id=UUID(int=99)))

    assert report_of(plain, phase=None).state is StepState.NO_PHASE
    found = report_of(plain, left, phase=None)
    assert found.state is StepState.OUT_OF_STEP
    assert (found.in_phase_count, found.past_phase_count) == (0, 1)


def test_of_very_many_the_first_are_named_and_all_are_counted() -> None:
    many = [
        an_assignment(id=UUID(int=1000 - n), scheduled_on=MONDAY + timedelta(days=n % 3)) for n in range(250)
    ]

    found = report_of(*many)

    assert found.out_of_step_count == 250
    assert len(found.out_of_step) == MOST_NAMED
    order = [(each.assignment.scheduled_on, each.assignment.id) for each in found.out_of_step]
    assert order == sorted((each.scheduled_on, each.id) for each in many)[:MOST_NAMED]


@given(any_assignment, any_phase, any_physiology)
def test_what_has_just_been_adjusted_is_in_step_whatever_it_is(
    assignment: WorkoutAssignment, phase: SeasonPhase, player: object
) -> None:
    facts = Facts({PLAYER: player}, {WORKOUT: THE_WORKOUT})  # type: ignore[dict-item]
    after = adjust(assignment, phase, now=NOW, by=COACH, facts=facts).assignment

    found = report([after], phase, [phase], MONDAY, facts)

    assert found.out_of_step == ()
    assert found.in_phase_count == found.in_step_count


@given(st.lists(st.tuples(any_assignment, st.booleans()), max_size=8))
def test_every_assignment_is_counted_once(cases: list[tuple[WorkoutAssignment, bool]]) -> None:
    made = [
        replace(adjusted(each) if is_adjusted else each, id=UUID(int=n))
        for n, (each, is_adjusted) in enumerate(cases)
    ]

    found = report_of(*made)

    assert found.in_step_count <= found.in_phase_count <= len(made)
    assert found.out_of_step_count == len({each.assignment.id for each in found.out_of_step})
    assert found.in_phase_count - found.in_step_count <= found.out_of_step_count
    assert max(found.count_by_type.values()) <= found.in_phase_count - found.in_step_count
