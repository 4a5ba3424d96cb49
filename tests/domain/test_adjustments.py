from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.adjustments import NO_FACTS, Facts, adjust, out_of_step, relieve, restore
from domain.assignments import Customizations, WorkoutAssignment, load_on
from domain.exercises import MovementPattern
from domain.load_progression import LoadProgression
from domain.phases import Intensity, SeasonPhase
from domain.physiology import HeartRateZone, PerformanceThresholds, Physiology, PowerRange, VelocityRange
from domain.planning import ALL_TYPES, NOT_IN_A_PHASE, Actor, AdjustmentType, metadata_of, planning_of
from domain.recurrence import ONCE, Recurrence, RecurrencePattern
from domain.workouts import SelectedExercise
from tests.domain.season_cases import (
    COACH,
    MONDAY,
    NOW,
    PLAYER,
    THE_WORKOUT,
    WORKOUT,
    a_phase,
    a_prescribed,
    an_assignment,
    any_assignment,
    any_phase,
    any_physiology,
    weekly,
)

LOAD, FREQUENCY = AdjustmentType.LOAD, AdjustmentType.FREQUENCY
LATER = NOW + timedelta(days=1)
SOMEBODY = Actor(None, "planning")
any_types = st.sets(st.sampled_from(AdjustmentType)).map(frozenset)
any_facts = st.builds(
    lambda player, knows_workout: Facts(
        {PLAYER: player} if player else {}, {WORKOUT: THE_WORKOUT} if knows_workout else {}
    ),
    st.none() | any_physiology,
    st.booleans(),
)


def into(
    assignment: WorkoutAssignment,
    phase: SeasonPhase,
    facts: Facts = NO_FACTS,
    types: frozenset[AdjustmentType] = ALL_TYPES,
) -> WorkoutAssignment:
    return adjust(assignment, phase, now=NOW, by=COACH, facts=facts, types=types).assignment


def out_of(assignment: WorkoutAssignment) -> WorkoutAssignment:
    return restore(assignment, now=LATER, by=COACH, reason="The phase is over.").assignment


def with_player(resting: int | None, maximum: int | None) -> Facts:
    return Facts({PLAYER: Physiology(PLAYER, resting, maximum)}, {WORKOUT: THE_WORKOUT})


def as_bytes(assignment: WorkoutAssignment) -> bytes:
    return orjson.dumps(replace(assignment, planning=NOT_IN_A_PHASE)) + orjson.dumps(
        metadata_of(assignment.planning)
    )


# properties


@given(any_assignment, any_phase, any_facts, any_types)
def test_ten_times_is_once(
    assignment: WorkoutAssignment, phase: SeasonPhase, facts: Facts, types: frozenset[AdjustmentType]
) -> None:
    once = again = into(assignment, phase, facts, types=types)

    for day in range(1, 10):
        outcome = adjust(again, phase, now=NOW + timedelta(days=day), by=SOMEBODY, facts=facts, types=types)
        assert not outcome.changed
        assert outcome.adjustments == ()
        again = outcome.assignment

    assert as_bytes(again) == as_bytes(once)


@given(any_assignment, st.lists(st.tuples(any_phase, any_types), max_size=5), any_phase, any_facts, any_types)
def test_whatever_phases_came_before_the_last_one_decides(
    assignment: WorkoutAssignment,
    before: list[tuple[SeasonPhase, frozenset[AdjustmentType]]],
    last: SeasonPhase,
    facts: Facts,
    types: frozenset[AdjustmentType],
) -> None:
    travelled = assignment
    for phase, some in before:
        travelled = into(travelled, phase, facts, types=some)

    assert as_bytes(into(travelled, last, facts, types=types)) == as_bytes(
        into(assignment, last, facts, types=types)
    )


@given(any_assignment, st.lists(st.tuples(any_phase, any_types), min_size=1, max_size=5), any_facts)
def test_leaving_gives_back_every_byte(
    assignment: WorkoutAssignment,
    phases: list[tuple[SeasonPhase, frozenset[AdjustmentType]]],
    facts: Facts,
) -> None:
    travelled = assignment
    for phase, types in phases:
        travelled = into(travelled, phase, facts, types=types)

    assert as_bytes(out_of(travelled)) == as_bytes(assignment)


@given(any_assignment, any_phase, any_facts)
def test_a_load_stays_within_its_bounds_and_a_week_within_its_days(
    assignment: WorkoutAssignment, phase: SeasonPhase, facts: Facts
) -> None:
    after = into(assignment, phase, facts)

    assert after.load.minimum_au <= after.load.base_load_au <= after.load.maximum_au
    assert set(after.recurrence.weekdays) <= set(assignment.recurrence.weekdays)
    assert bool(after.recurrence.weekdays) == bool(assignment.recurrence.weekdays)
    assert after.recurrence.interval >= 1


@given(any_assignment, any_phase, any_physiology)
def test_a_heart_rate_target_stays_what_a_human_heart_does(
    assignment: WorkoutAssignment, phase: SeasonPhase, player: Physiology
) -> None:
    before = assignment.thresholds.heart_rate
    after = into(assignment, phase, Facts({PLAYER: player})).thresholds.heart_rate

    if before is None or player.maximum_bpm is None:
        assert after == before
    else:
        resting = player.resting_bpm or 0
        least = resting + 0.3 * (player.maximum_bpm - resting)
        assert after is not None
        assert least <= after.low_bpm <= after.high_bpm <= player.maximum_bpm


@given(any_assignment, any_phase, any_facts)
def test_metadata_holds_exactly_five_keys_and_reads_back_as_it_was(
    assignment: WorkoutAssignment, phase: SeasonPhase, facts: Facts
) -> None:
    planning = into(assignment, phase, facts).planning
    stored = orjson.loads(orjson.dumps(metadata_of(planning)))

    assert set(stored) == {
        "planningPhaseId", "seasonPlanId", "lastPhaseAdjustment", "phaseAdjustments", "originalPlanningData",
    }  # fmt: skip
    assert set(stored["originalPlanningData"]) == {"baseLoad", "frequency", "intensity"}
    assert planning_of(stored) == planning


@given(any_assignment, any_phase, any_facts, any_types)
def test_what_is_out_of_step_is_what_a_sync_would_change(
    assignment: WorkoutAssignment, phase: SeasonPhase, facts: Facts, types: frozenset[AdjustmentType]
) -> None:
    partly = into(assignment, phase, facts, types=types)
    wholly = adjust(partly, phase, now=LATER, by=COACH, facts=facts)

    assert out_of_step(assignment, phase, facts) == ALL_TYPES
    assert out_of_step(partly, phase, facts) == {each.type for each in wholly.adjustments}
    assert not out_of_step(partly, phase, facts) & types
    assert not out_of_step(wholly.assignment, phase, facts)


# each rule, with its numbers


@pytest.mark.parametrize(
    ("intensity", "own", "load"),
    [
        ("recovery", None, 240), ("low", None, 320), ("medium", None, 400), ("high", None, 480),
        ("peak", None, 560), ("peak", 0.5, 200), ("low", 0.0, 0),
    ],
)  # fmt: skip
def test_the_load_follows_the_intensity_or_the_phases_own_multiplier(
    intensity: str, own: float | None, load: int
) -> None:
    phase = a_phase(intensity=Intensity(intensity), load_multiplier=own)

    assert into(an_assignment(), phase).load.base_load_au == load


@pytest.mark.parametrize(
    ("base", "multiplier", "load"), [(65, 0.7, 46), (5, 0.5, 3), (15, 0.7, 11), (45, 1.1, 50), (1, 0.49, 0)]
)
def test_halves_go_away_from_zero_as_they_are_written(base: int, multiplier: float, load: int) -> None:
    assignment = an_assignment(load=LoadProgression(base))

    assert into(assignment, a_phase(load_multiplier=multiplier)).load.base_load_au == load


def test_the_assignments_bounds_hold_and_its_own_correction_comes_on_top() -> None:
    bounded = an_assignment(load=LoadProgression(400, minimum_au=300, maximum_au=450))
    custom = an_assignment(customizations=Customizations(load_multiplier=1.5))

    assert into(bounded, a_phase(intensity=Intensity.PEAK)).load.base_load_au == 450
    assert into(bounded, a_phase(intensity=Intensity.RECOVERY)).load.base_load_au == 300
    assert into(custom, a_phase(intensity=Intensity.HIGH)).load.base_load_au == 720


@pytest.mark.parametrize(
    ("weekdays", "sessions", "games", "kept"),
    [
        ((0, 2, 4), 3, (), (0, 2, 4)),
        ((0, 2, 4), 5, (), (0, 2, 4)),
        ((0, 1, 2, 3, 4), 3, (), (0, 2, 4)),
        ((0, 1, 2, 3, 4, 5), 2, (), (0, 3)),
        ((0, 1, 2, 3, 4, 5, 6), 3, (5,), (1, 3, 6)),  # the day after a game rather than the one before
        ((0, 1, 2, 3, 4), 2, (2, 5), (0, 3)),  # never on Wednesday, and Friday is before a game
        ((1, 4), 1, (5,), (1,)),
        ((4, 5), 1, (5,), (4,)),
        ((5,), 3, (5,), (5,)),
    ],
)
def test_a_week_keeps_as_many_days_as_the_phase_has_sessions_apart_and_away_from_games(
    weekdays: tuple[int, ...], sessions: int, games: tuple[int, ...], kept: tuple[int, ...]
) -> None:
    phase = a_phase(training_frequency=sessions, game_weekdays=games)

    assert into(an_assignment(recurrence=weekly(*weekdays)), phase).recurrence.weekdays == kept


@pytest.mark.parametrize(("sessions", "interval"), [(1, 7), (2, 4), (3, 2), (4, 2), (5, 1), (7, 1), (14, 1)])
@pytest.mark.parametrize("pattern", [RecurrencePattern.DAILY, RecurrencePattern.CUSTOM])
def test_days_come_back_at_the_phases_frequency(
    pattern: RecurrencePattern, sessions: int, interval: int
) -> None:
    assignment = an_assignment(recurrence=Recurrence(pattern, 3))

    assert into(assignment, a_phase(training_frequency=sessions)).recurrence.interval == interval


@pytest.mark.parametrize("recurrence", [ONCE, Recurrence(RecurrencePattern.MONTHLY, 2)])
def test_what_is_not_the_weeks_affair_keeps_its_days(recurrence: Recurrence) -> None:
    assert into(an_assignment(recurrence=recurrence), a_phase(training_frequency=1)).recurrence == recurrence


def test_days_left_out_since_stay_left_out_when_the_phase_is_left() -> None:
    skipped = (MONDAY + timedelta(days=7),)
    inside = into(an_assignment(recurrence=weekly(0, 2, 4)), a_phase(training_frequency=1))
    inside = replace(inside, recurrence=replace(inside.recurrence, exceptions=skipped))

    assert out_of(inside).recurrence == weekly(0, 2, 4, exceptions=skipped)


@pytest.mark.parametrize(
    ("intensity", "steps", "resting", "maximum", "zone", "after"),
    [
        ("recovery", 0, 50, 200, (140, 170), (110, 140)),
        ("low", 0, 50, 200, (140, 170), (125, 155)),
        ("medium", 0, 50, 200, (140, 170), (140, 170)),
        ("high", 0, 50, 200, (140, 170), (148, 178)),  # 7.5 beats: half away from zero
        ("peak", 0, 50, 200, (140, 190), (155, 200)),  # 205 is not this heart's
        ("high", -2, 50, 200, (140, 170), (133, 163)),
        ("recovery", -2, 50, 200, (100, 120), (95, 95)),  # 30 % of reserve is the floor
        ("low", 0, None, 200, (140, 170), (120, 150)),  # no resting rate: of the maximum
        ("recovery", 0, None, 190, (70, 100), (57, 62)),
        ("peak", 2, 50, None, (140, 170), (140, 170)),  # nothing is known of this heart
        ("medium", 0, 50, 185, (140, 199), (140, 185)),
    ],
)
def test_zones_move_in_heart_rate_reserve_and_stay_within_it(
    intensity: str,
    steps: int,
    resting: int | None,
    maximum: int | None,
    zone: tuple[int, int],
    after: tuple[int, int],
) -> None:
    assignment = an_assignment(
        thresholds=PerformanceThresholds(HeartRateZone(*zone)),
        customizations=Customizations(intensity_steps=steps),
    )
    found = into(assignment, a_phase(intensity=Intensity(intensity)), with_player(resting, maximum))

    assert found.thresholds.heart_rate == HeartRateZone(*after)


@pytest.mark.parametrize(
    ("intensity", "steps", "power", "velocity"),
    [
        ("recovery", 0, (160, 240), (0.40, 0.80)),
        ("low", 0, (180, 270), (0.45, 0.90)),
        ("medium", 0, (200, 300), (0.501, 1.0)),
        ("high", 0, (210, 315), (0.53, 1.05)),
        ("peak", 0, (220, 330), (0.55, 1.10)),
        ("medium", -2, (180, 270), (0.45, 0.90)),
    ],
)
def test_power_and_velocity_follow_the_intensity(
    intensity: str, steps: int, power: tuple[int, int], velocity: tuple[float, float]
) -> None:
    assignment = an_assignment(
        thresholds=PerformanceThresholds(None, PowerRange(200, 300), VelocityRange(0.501, 1.0)),
        customizations=Customizations(intensity_steps=steps),
    )
    found = into(assignment, a_phase(intensity=Intensity(intensity))).thresholds

    assert (found.power, found.velocity) == (PowerRange(*power), VelocityRange(*velocity))


def selection(*focus: str, intensity: Intensity = Intensity.MEDIUM) -> list[tuple[int, int]] | None:
    found = into(an_assignment(), a_phase(focus_areas=focus, intensity=intensity), with_player(50, 190))
    selected = found.exercise_selection
    return None if selected is None else [(each.position, each.sets) for each in selected]


# The workout: 1 Squat 5 (core), 2 Bench 4, 3 Jump 3, 4 Curl 3, 5 Plank 2: seventeen sets.
def test_the_focus_comes_first_after_the_core_lifts() -> None:
    assert selection("speed") == [(1, 5), (3, 3), (2, 4), (4, 3), (5, 2)]
    assert selection("hypertrophy", "power") is None, "that is as it stands"
    assert selection() is None


def test_what_a_coach_puts_before_a_lift_stays_there() -> None:
    """Sprints come before cleans and mobility before everything, whatever the focus."""
    jump, squat = THE_WORKOUT[2], THE_WORKOUT[0]
    bench = THE_WORKOUT[1]
    stretch = a_prescribed("Stretch", MovementPattern.STRETCH, sets=1)
    facts = Facts({}, {WORKOUT: (stretch, bench, jump, squat)})

    found = into(an_assignment(), a_phase(focus_areas=("speed",)), facts).exercise_selection

    assert found is not None
    assert [each.position for each in found] == [1, 3, 4, 2]


def test_what_serves_no_focus_gives_way_first_and_the_last_of_it_first() -> None:
    # Low takes 3 of 17 sets: one of the curls (down to two), two of the bench (down to two).
    assert selection("speed", intensity=Intensity.LOW) == [(1, 5), (3, 3), (2, 2), (4, 2), (5, 2)]
    # Recovery takes 7: three as before, then plank and curls go, two at a time.
    assert selection("speed", intensity=Intensity.RECOVERY) == [(1, 5), (3, 3), (2, 2)]


def test_core_lifts_and_the_focus_keep_their_sets_however_little_is_left() -> None:
    phase = a_phase(focus_areas=("speed",), load_multiplier=0.0)

    found = into(an_assignment(), phase, with_player(50, 190))

    assert found.exercise_selection == (SelectedExercise(1, 5), SelectedExercise(3, 3))


def test_a_focus_that_no_exercise_serves_takes_nothing_away() -> None:
    assert selection("tactical", intensity=Intensity.RECOVERY) is None


# records


def test_each_change_says_what_was_what_is_why_when_and_by_whom() -> None:
    phase = a_phase(intensity=Intensity.LOW, training_frequency=1, focus_areas=("speed",), name="Taper")
    assignment = an_assignment(
        recurrence=weekly(0, 3),
        thresholds=PerformanceThresholds(HeartRateZone(140, 160)),
        customizations=Customizations(1.5, 2, 1),
    )

    outcome = adjust(assignment, phase, now=NOW, by=COACH, facts=with_player(50, 200))

    assert [(each.type.value, each.original, each.adjusted, each.reason) for each in outcome.adjustments] == [
        ("load", 400, 480, "Taper: low intensity, load times 0.8, times 1.5 for this assignment."),
        (
            "intensity",
            {"heartRate": [140, 160], "power": None, "velocity": None},
            {"heartRate": [133, 153], "power": None, "velocity": None},
            "Taper: low intensity, -10 points, +5 for this assignment.",
        ),
        (
            "exercise_selection",
            None,
            [{"position": n, "sets": sets} for n, sets in ((1, 5), (3, 3), (2, 4), (4, 3), (5, 2))],
            "Taper: focus on speed.",
        ),
    ]
    assert {(each.at, each.by) for each in outcome.adjustments} == {(NOW, COACH)}
    assert outcome.assignment.planning.adjustments == outcome.adjustments
    assert outcome.assignment.planning.last_phase_adjustment == NOW


def test_the_history_goes_from_phase_to_phase_and_what_is_in_force_from_the_original() -> None:
    first = into(an_assignment(), a_phase(intensity=Intensity.HIGH))
    second = adjust(first, a_phase(id=UUID(int=12), intensity=Intensity.LOW), now=LATER, by=SOMEBODY)

    [just_now], [in_force] = second.adjustments, second.assignment.planning.adjustments
    assert (just_now.original, just_now.adjusted) == (480, 320)
    assert (in_force.original, in_force.adjusted, in_force.at, in_force.by) == (400, 320, LATER, SOMEBODY)


def test_a_later_sync_of_another_kind_leaves_the_earlier_record_alone() -> None:
    assignment = an_assignment(recurrence=weekly(0, 3))
    phase = a_phase(training_frequency=1)

    first = adjust(assignment, phase, now=NOW, by=COACH, types=frozenset({LOAD}))
    second = adjust(first.assignment, phase, now=LATER, by=SOMEBODY, types=frozenset({FREQUENCY}))

    assert [each.type for each in first.adjustments] == [LOAD]
    assert [each.type for each in second.adjustments] == [FREQUENCY]
    in_force = second.assignment.planning.adjustments
    assert [(each.type, each.at, each.by) for each in in_force] == [
        (LOAD, NOW, COACH),
        (FREQUENCY, LATER, SOMEBODY),
    ]


def test_force_records_anew_what_has_not_changed() -> None:
    phase = a_phase()
    once = into(an_assignment(), phase)

    forced = adjust(once, phase, now=LATER, by=SOMEBODY, force=True)

    assert [(each.original, each.adjusted, each.at) for each in forced.adjustments] == [(400, 480, LATER)]
    assert forced.assignment.load == once.load
    assert forced.assignment.planning.last_phase_adjustment == LATER


def test_a_phase_that_changes_no_value_is_still_the_one_that_the_assignment_is_in() -> None:
    phase = a_phase(intensity=Intensity.MEDIUM)

    outcome = adjust(an_assignment(), phase, now=NOW, by=COACH)

    assert outcome.changed
    assert outcome.adjustments == ()
    assert outcome.assignment.planning.planning_phase_id == phase.id
    assert out_of_step(outcome.assignment, phase) == frozenset()


def test_a_phase_that_was_changed_is_followed() -> None:
    assignment = into(an_assignment(), a_phase(load_multiplier=1.2))

    outcome = adjust(assignment, a_phase(load_multiplier=1.3), now=LATER, by=COACH)

    assert [(each.original, each.adjusted) for each in outcome.adjustments] == [(480, 520)]


def test_leaving_no_phase_is_nothing() -> None:
    outcome = restore(an_assignment(), now=NOW, by=COACH, reason="Over.")

    assert (outcome.changed, outcome.adjustments) == (False, ())


def test_leaving_is_recorded_as_well() -> None:
    inside = into(an_assignment(), a_phase())

    [undone] = restore(inside, now=LATER, by=COACH, reason="The phase is over.").adjustments

    assert (undone.type, undone.original, undone.adjusted) == (LOAD, 480, 400)
    assert undone.reason == "The phase is over."


def test_a_relief_is_taken_off_whatever_the_phase_and_a_second_one_replaces_it() -> None:
    until = MONDAY + timedelta(days=6)
    inside = into(an_assignment(), a_phase())
    how: dict[str, Any] = {"now": NOW, "by": COACH, "reason": "Acute load is high."}

    relieved = relieve(inside, 20, until, **how)
    twice = relieve(relieved.assignment, 20, until, **how)
    other = relieve(relieved.assignment, 50, until, **how)

    assert (load_on(relieved.assignment, MONDAY), load_on(relieved.assignment, until)) == (384, 384)
    assert load_on(relieved.assignment, until + timedelta(days=1)) == 480
    assert [(each.original, each.adjusted) for each in relieved.adjustments] == [(480, 384)]
    assert not twice.changed
    assert load_on(other.assignment, MONDAY) == 240
    assert load_on(relieve(other.assignment, 0, until, **how).assignment, MONDAY) == 480
    assert out_of(relieved.assignment) == relieve(an_assignment(), 20, until, **how).assignment
