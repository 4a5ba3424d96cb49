"""A sound phase, plan and assignment; a test changes what matters to it. And every kind, for hypothesis."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import strategies as st

from domain.assignments import AssignmentStatus, AssignmentType, Customizations, WorkoutAssignment
from domain.exercises import Exercise, Intent, MovementPattern, Muscle
from domain.load_progression import LoadProgression, ProgressionKind
from domain.phases import FOCUS_AREAS, Intensity, PhaseType, SeasonPhase
from domain.physiology import HeartRateZone, PerformanceThresholds, Physiology, PowerRange, VelocityRange
from domain.plan_document import PrescriptionDraft
from domain.planning import Actor
from domain.recurrence import ONCE, Recurrence, RecurrencePattern
from domain.seasons import SeasonLoad, SeasonPlan, SeasonStatus
from domain.sessions import ExerciseRole, SetPrescription

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 16)
COACH = Actor(UUID(int=7), "Dana Reyes")
PLAYER, WORKOUT = UUID(int=3), UUID(int=4)


def a_phase(**changes: Any) -> SeasonPhase:
    phase = SeasonPhase(
        id=UUID(int=11),
        season_plan_id=UUID(int=10),
        name="Build",
        type=PhaseType.PRESEASON,
        starts_on=MONDAY,
        ends_on=MONDAY + timedelta(days=27),
        intensity=Intensity.HIGH,
        training_frequency=3,
    )
    return replace(phase, **changes)


def a_season(*phases: SeasonPhase, **changes: Any) -> SeasonPlan:
    plan = SeasonPlan(
        id=UUID(int=10),
        organization_id=UUID(int=1),
        team_id=UUID(int=2),
        name="2026-27",
        starts_on=MONDAY,
        ends_on=MONDAY + timedelta(weeks=30) - timedelta(days=1),
        status=SeasonStatus.ACTIVE,
        load=SeasonLoad(base_load_au=2000),
        phases=phases,
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(plan, **changes)


def an_assignment(**changes: Any) -> WorkoutAssignment:
    assignment = WorkoutAssignment(
        id=UUID(int=5),
        organization_id=UUID(int=1),
        team_id=UUID(int=2),
        player_id=PLAYER,
        workout_id=WORKOUT,
        type=AssignmentType.TEAM,
        status=AssignmentStatus.ACTIVE,
        effective_from=MONDAY,
        scheduled_on=MONDAY,
        load=LoadProgression(base_load_au=400),
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(assignment, **changes)


def weekly(*weekdays: int, **changes: Any) -> Recurrence:
    return Recurrence(RecurrencePattern.WEEKLY, weekdays=weekdays, **changes)


def a_prescribed(
    name: str,
    pattern: MovementPattern,
    intent: Intent = Intent.HYPERTROPHY,
    *,
    sets: int = 3,
    role: ExerciseRole = ExerciseRole.ACCESSORY,
) -> PrescriptionDraft:
    exercise = Exercise(uuid5(NAMESPACE_OID, name), name, (Muscle.CHEST,), (), pattern, "rack", (), intent)
    return PrescriptionDraft(
        exercise, role, intent, tuple(SetPrescription(n, reps_min=8, reps_max=8) for n in range(1, sets + 1))
    )


def _ranges(least: int, most: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(least, most), st.integers(least, most)).map(
        lambda each: (min(each), max(each))
    )


any_weekdays = st.sets(st.integers(0, 6)).map(lambda each: tuple(sorted(each)))
any_recurrence = st.one_of(
    st.just(ONCE),
    st.builds(
        Recurrence,
        st.sampled_from([RecurrencePattern.WEEKLY, RecurrencePattern.BIWEEKLY, RecurrencePattern.CUSTOM]),
        st.integers(1, 5),
        any_weekdays,
    ),
    st.builds(
        Recurrence,
        st.sampled_from([RecurrencePattern.DAILY, RecurrencePattern.CUSTOM, RecurrencePattern.MONTHLY]),
        st.integers(1, 30),
    ),
)
any_multiplier = st.integers(0, 500).map(lambda each: each / 100)
any_customizations = st.builds(
    Customizations, any_multiplier, st.none() | st.integers(1, 7), st.integers(-2, 2)
)
any_thresholds = st.builds(
    PerformanceThresholds,
    st.none() | _ranges(60, 220).map(lambda each: HeartRateZone(*each)),
    st.none() | _ranges(0, 3000).map(lambda each: PowerRange(*each)),
    st.none() | _ranges(0, 1500).map(lambda each: VelocityRange(each[0] / 100, each[1] / 100)),
)
any_load = st.tuples(_ranges(0, 10_000), st.integers(0, 10_000)).map(
    lambda each: LoadProgression(
        min(max(each[1], each[0][0]), each[0][1]), ProgressionKind.WAVE, 5.0, each[0][0], each[0][1]
    )
)
any_assignment = st.builds(
    lambda **changes: an_assignment(**changes),
    recurrence=any_recurrence,
    load=any_load,
    thresholds=any_thresholds,
    customizations=any_customizations,
)
any_phase = st.builds(
    lambda **changes: a_phase(**changes),
    id=st.uuids(),
    intensity=st.sampled_from(Intensity),
    load_multiplier=st.none() | any_multiplier,
    training_frequency=st.integers(1, 14),
    game_weekdays=any_weekdays,
    focus_areas=st.lists(st.sampled_from(sorted(FOCUS_AREAS)), unique=True, max_size=3).map(tuple),
)
any_physiology = st.builds(
    Physiology,
    st.just(PLAYER),
    st.none() | st.integers(25, 90),
    st.none() | st.integers(120, 230),
)
P = MovementPattern
THE_WORKOUT = (
    a_prescribed("Squat", P.SQUAT, Intent.STRENGTH, sets=5, role=ExerciseRole.CORE),
    a_prescribed("Bench", P.HORIZONTAL_PUSH, sets=4),
    a_prescribed("Jump", P.JUMP, Intent.POWER, sets=3),
    a_prescribed("Curl", P.ELBOW_FLEXION, sets=3),
    a_prescribed("Plank", P.ANTI_EXTENSION, Intent.TRUNK, sets=2),
)
