from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.assignment_conflicts import (
    AssignmentConflict,
    Circumstances,
    ConflictKind,
    Resolution,
    conflicts_of,
)
from domain.assignments import AssignmentStatus, WorkoutAssignment
from domain.conflict_resolution import settle
from domain.exercises import MovementPattern
from domain.load_progression import LoadProgression
from domain.physiology import MedicalRestriction, Physiology, RestrictionKind
from domain.workouts import Workout
from tests.domain.season_cases import MONDAY, PLAYER, THE_WORKOUT, WORKOUT, an_assignment, weekly

SQUATS = Workout(WORKOUT, None, "Lower body", 60, 7.0, THE_WORKOUT)
RUN = Workout(UUID(int=41), None, "Tempo run", 45, 6.0, ())
SKIP, REPLACE, OVERRIDE, RESCHEDULE = Resolution
WEDNESDAY = MONDAY + timedelta(days=2)


def there_is(*existing: WorkoutAssignment, **others: Any) -> Circumstances:
    return Circumstances(
        existing={PLAYER: existing}, workouts={each.id: each for each in (SQUATS, RUN)}, **others
    )


def restricted(kind: RestrictionKind, ends_on: date | None, *patterns: MovementPattern) -> Circumstances:
    restriction = MedicalRestriction(uuid4(), PLAYER, kind, MONDAY, ends_on, patterns)
    return there_is(restrictions={PLAYER: (restriction,)})


def with_limit(limit_au: int, *existing: WorkoutAssignment) -> Circumstances:
    return there_is(*existing, physiology={PLAYER: Physiology(PLAYER, weekly_load_limit_au=limit_au)})


def a_new(**changes: Any) -> WorkoutAssignment:
    return an_assignment(id=uuid4(), **changes)


def the_run(**changes: Any) -> WorkoutAssignment:
    return an_assignment(id=uuid4(), workout_id=RUN.id, **changes)


def found(circumstances: Circumstances, *new: WorkoutAssignment) -> list[AssignmentConflict]:
    return conflicts_of(new, circumstances).get(PLAYER, [])


def test_an_empty_calendar_has_no_conflict() -> None:
    assert conflicts_of([a_new(), a_new(recurrence=weekly(0, 3))], there_is()) == {}


def test_another_workout_on_the_day_is_in_the_way_with_four_ways_out() -> None:
    run, new = the_run(), a_new()

    [conflict] = found(there_is(run, the_run(scheduled_on=MONDAY + timedelta(days=1))), new)

    assert (conflict.kind, conflict.day) == (ConflictKind.SCHEDULING, MONDAY)
    assert conflict.message == "Tempo run is on 2026-11-16 already."
    assert conflict.resolutions == (SKIP, REPLACE, OVERRIDE, RESCHEDULE)
    assert (conflict.assignment_id, conflict.existing_assignment_ids) == (new.id, (run.id,))
    assert conflict.proposed_on == WEDNESDAY, "Tuesday is taken, too"


@pytest.mark.parametrize(
    ("theirs", "ours", "clash"),
    [
        ("08:00", "08:44", True),  # the run takes 45 minutes
        ("08:00", "08:45", False),
        ("09:00", "08:00", False),  # the squats take 60
        ("08:59", "08:00", True),
        ("08:00", None, True),
    ],
)
def test_times_of_day_decide_where_both_have_one(theirs: str, ours: str | None, clash: bool) -> None:
    run = the_run(starts_at=time.fromisoformat(theirs))
    new = a_new(starts_at=time.fromisoformat(ours) if ours else None)

    assert bool(found(there_is(run), new)) == clash


def test_what_is_done_or_cancelled_is_in_nobodys_way() -> None:
    over = set(AssignmentStatus) - {AssignmentStatus.ACTIVE, AssignmentStatus.DRAFT}

    assert found(there_is(*(the_run(status=each) for each in over)), a_new()) == []


def test_the_same_workout_on_the_day_is_a_duplicate_and_never_given_twice() -> None:
    [conflict] = found(there_is(a_new()), a_new())

    assert conflict.kind is ConflictKind.DUPLICATE
    assert conflict.resolutions == (SKIP, REPLACE, RESCHEDULE)


def test_recurrences_meet_where_their_days_do_and_cannot_be_moved_for_one() -> None:
    every_thursday, every_friday = the_run(recurrence=weekly(3)), the_run(recurrence=weekly(4))

    [conflict] = found(there_is(every_thursday, every_friday), a_new(recurrence=weekly(0, 3)))

    assert conflict.day == MONDAY + timedelta(days=3)
    assert conflict.existing_assignment_ids == (every_thursday.id,)
    assert conflict.resolutions == (SKIP, REPLACE, OVERRIDE)
    assert conflict.proposed_on is None


def test_all_that_stands_in_the_way_is_named_for_replacing() -> None:
    first, second = the_run(scheduled_on=MONDAY + timedelta(days=7)), the_run(recurrence=weekly(3))

    [conflict] = found(there_is(first, second), a_new(recurrence=weekly(0, 3)))

    assert conflict.existing_assignment_ids == (second.id, first.id)


def test_no_training_means_none_and_only_the_end_of_it_offers_a_day() -> None:
    until = MONDAY + timedelta(days=3)

    [conflict] = found(restricted(RestrictionKind.NO_TRAINING, until), a_new())
    [endless] = found(restricted(RestrictionKind.NO_TRAINING, None), a_new())

    assert conflict.message == "No training until 2026-11-19."
    assert (conflict.resolutions, conflict.proposed_on) == ((SKIP, RESCHEDULE), until + timedelta(days=1))
    assert endless.message == "No training until further notice."
    assert (endless.resolutions, endless.proposed_on) == ((SKIP,), None)


def test_a_movement_to_be_avoided_speaks_only_of_workouts_that_have_it() -> None:
    jumping = restricted(RestrictionKind.LIMITED, None, MovementPattern.JUMP)

    [conflict] = found(jumping, a_new())

    assert conflict.kind is ConflictKind.MEDICAL
    assert conflict.resolutions == (SKIP, OVERRIDE)
    assert "jump" in conflict.message
    assert found(jumping, the_run()) == []


def test_a_week_over_the_players_limit_is_said_with_its_sum_and_the_next_week_offered() -> None:
    run = the_run(scheduled_on=WEDNESDAY, load=LoadProgression(300))

    [conflict] = found(with_limit(699, run), a_new())

    assert conflict.kind is ConflictKind.LOAD_LIMIT
    assert conflict.message == "The week of 2026-11-16 would come to 700 AU; the limit is 699."
    assert conflict.proposed_on == MONDAY + timedelta(days=7)
    assert found(with_limit(700, run), a_new()) == []


def test_new_assignments_fill_the_week_together() -> None:
    first, second = a_new(), a_new(scheduled_on=WEDNESDAY)

    [conflict] = found(with_limit(700), first, second)

    assert conflict.assignment_id == second.id


def test_two_that_must_move_are_not_offered_the_same_day() -> None:
    first, second = a_new(), a_new()

    proposed = [each.proposed_on for each in found(there_is(the_run()), first, second)]

    assert proposed == [MONDAY + timedelta(days=1), WEDNESDAY]


def test_what_moves_into_a_week_keeps_to_its_limit_together() -> None:
    """Two of 300 AU are too much for this week, and both for the next: 200 are there already."""
    load = LoadProgression(300)
    there = [the_run(load=load, scheduled_on=MONDAY), the_run(load=load, scheduled_on=WEDNESDAY)]
    next_week = the_run(load=LoadProgression(200), scheduled_on=MONDAY + timedelta(weeks=1))

    proposed = [
        each.proposed_on
        for each in found(with_limit(600, *there, next_week), a_new(load=load), a_new(load=load))
        if each.kind is ConflictKind.SCHEDULING
    ]

    assert proposed == [MONDAY + timedelta(weeks=1, days=1), MONDAY + timedelta(weeks=2)]


def test_what_expires_is_not_moved_beyond_that() -> None:
    [conflict] = found(there_is(the_run()), a_new(expires_on=MONDAY))

    assert RESCHEDULE not in conflict.resolutions


def test_each_player_has_their_own() -> None:
    other = a_new(player_id=UUID(int=99))

    assert set(conflicts_of([a_new(), other], there_is(the_run()))) == {PLAYER}


# settling


def settled(way: Resolution | None, circumstances: Circumstances, *new: WorkoutAssignment) -> Any:
    choices = {} if way is None else dict.fromkeys(ConflictKind, way)
    return settle(new, conflicts_of(new, circumstances), choices)


def test_without_a_choice_a_conflict_stays_open_and_the_others_go_through() -> None:
    new, free = a_new(), a_new(scheduled_on=WEDNESDAY)

    outcome = settled(None, there_is(the_run()), new, free)

    assert [each.assignment_id for each in outcome.open] == [new.id]
    assert outcome.create == (free,)


def test_each_way_does_what_it_says() -> None:
    run, new = the_run(), a_new()

    skipped, replaced, given, moved = (settled(way, there_is(run), new) for way in Resolution)

    assert (skipped.create, skipped.skipped, skipped.open) == ((), (new,), ())
    assert (replaced.create, replaced.cancel) == ((new,), {run.id})
    assert (given.create, given.cancel) == ((new,), frozenset())
    assert moved.create == (replace(new, scheduled_on=MONDAY + timedelta(days=1)),)


def test_a_way_that_is_not_offered_settles_nothing() -> None:
    outcome = settled(OVERRIDE, restricted(RestrictionKind.NO_TRAINING, None), a_new())

    assert outcome.create == ()
    assert [each.kind for each in outcome.open] == [ConflictKind.MEDICAL]


def test_a_choice_for_one_assignment_goes_before_that_for_the_kind() -> None:
    run, first, second = the_run(), a_new(), a_new()
    conflicts = conflicts_of([first, second], there_is(run))

    outcome = settle([first, second], conflicts, {ConflictKind.SCHEDULING: SKIP}, {second.id: OVERRIDE})

    assert (outcome.skipped, outcome.create) == ((first,), (second,))


def test_one_conflict_that_is_skipped_skips_the_assignment() -> None:
    run, new = the_run(load=LoadProgression(300)), a_new()
    conflicts = conflicts_of([new], with_limit(500, run))

    outcome = settle([new], conflicts, {ConflictKind.SCHEDULING: REPLACE, ConflictKind.LOAD_LIMIT: SKIP})

    assert (outcome.skipped, outcome.cancel) == ((new,), frozenset())
