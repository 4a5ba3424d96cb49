from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.catalogue import catalogue
from db.own_templates import our_templates
from domain.assignments import AssignmentType, Customizations, days_of, issues_of
from domain.errors import InvalidInput
from domain.exercise_matching import index_of
from domain.load_progression import ProgressionKind
from domain.phase_templates import (
    WHOLE_TEAM,
    PhaseTemplate,
    TargetGroup,
    TemplateWorkout,
    check,
)
from domain.phase_templates import issues_of as template_issues
from domain.phases import PhaseType
from domain.physiology import HeartRateZone, Physiology
from domain.recurrence import ONCE
from domain.sessions import ExerciseRole
from domain.template_expansion import Application, Expansion, TargetPlayer, expand
from domain.template_json import TemplateOutcome, import_template, template_json
from domain.workouts import Workout
from tests.domain.season_cases import MONDAY, NOW, THE_WORKOUT

INDEX = index_of(catalogue())
GOALTENDERS = TargetGroup(AssignmentType.POSITION, "Goaltenders")
ANNA, BEA = TargetPlayer(UUID(int=21)), TargetPlayer(UUID(int=22), frozenset({GOALTENDERS}))
EXERCISES = [{"exercise": "Back Squat", "role": "core", "sets": "3x5", "rest": "180"}]
DOCUMENT = {
    "name": "Two weeks",
    "phaseType": "preseason",
    "weeks": 2,
    "workouts": [
        {"title": "Squats", "days": ["Mon"], "minutes": 60, "sessionRpe": 7, "exercises": EXERCISES}
    ],
}


def read(document: object) -> TemplateOutcome:
    numbers: dict[str, UUID] = {}
    text = document if isinstance(document, str) else json.dumps(document)
    return import_template(text, INDEX, None, lambda path: numbers.setdefault(path, uuid4()), NOW)


def with_workout(**fields: Any) -> dict[str, Any]:
    workout = DOCUMENT["workouts"][0] | fields  # type: ignore[index]
    return DOCUMENT | {"workouts": [{key: value for key, value in workout.items() if value is not None}]}


CARPET = {"exercise": "Flying carpet", "sets": "3x5"}
[CROWDED] = with_workout(days=["Mon", "Tue", "Wed"])["workouts"]


def a_workout(*weekdays: int, rpe: float = 7, **changes: Any) -> TemplateWorkout:
    workout = Workout(uuid4(), None, "Squats", 60, rpe, THE_WORKOUT)
    return replace(TemplateWorkout(workout, 1, 4, weekdays), **changes)


def a_template(*workouts: TemplateWorkout, **changes: Any) -> PhaseTemplate:
    template = PhaseTemplate(UUID(int=30), None, "Base", PhaseType.PRESEASON, 4, workouts, 1, NOW, NOW)
    return replace(template, **changes)


def applied(
    template: PhaseTemplate, *players: TargetPlayer, start: date = MONDAY, hearts: Any = None, **changes: Any
) -> Expansion:
    numbers = count(1000)
    application = replace(Application(UUID(int=1), UUID(int=2), start, NOW), **changes)
    return expand(
        template, players or (ANNA, BEA), application, lambda: UUID(int=next(numbers)), hearts or {}
    )


# our own


def test_there_is_a_template_of_our_own_for_each_type_of_phase() -> None:
    assert {each.phase_type for each in our_templates()} == set(PhaseType)
    assert len({each.id for each in our_templates()}) == len(our_templates()) >= 5


@pytest.mark.parametrize("template", our_templates(), ids=lambda each: each.phase_type.value)
def test_our_templates_hold_to_what_a_coach_would_ask(template: PhaseTemplate) -> None:
    assert template_issues(template) == []
    for each in template.workouts:
        prescriptions = each.workout.prescriptions
        roles = [one.role for one in prescriptions]
        assert roles.count(ExerciseRole.CORE) <= 2, "a core lift is a promise: two at most"
        working = sum(one.working_set_count for one in prescriptions)
        assert working <= 22, f"{each.workout.title} is {working} sets"
        if each.heart_rate_reserve_percent:
            assert any(one.sets[0].hold_seconds for one in prescriptions), "a zone is for time spent in it"


def test_a_weeks_load_falls_from_the_off_season_to_recovery() -> None:
    loads = {
        each.phase_type: sum(
            one.workout.load_au * len(one.weekdays) for one in each.workouts if one.first_week == 1
        )
        for each in our_templates()
    }

    assert loads[PhaseType.OFFSEASON] > loads[PhaseType.IN_SEASON] > loads[PhaseType.RECOVERY]
    assert loads[PhaseType.PRESEASON] > loads[PhaseType.IN_SEASON] > loads[PhaseType.PLAYOFFS]


# there and back


@pytest.mark.parametrize("template", our_templates(), ids=lambda each: each.phase_type.value)
def test_an_export_imports_as_what_it_was(template: PhaseTemplate) -> None:
    ids = {"": template.id} | {str(at): one.workout.id for at, one in enumerate(template.workouts, start=1)}

    outcome = import_template(
        json.dumps(template_json(template)), INDEX, None, ids.__getitem__, template.created_at
    )

    assert outcome.problems == ()
    assert outcome.template == template


def test_everything_that_a_workout_can_say_goes_there_and_back() -> None:
    exercise = {
        "exercise": "Pull-Up",
        "role": "core",
        "sets": [{"kind": "warm_up", "reps": 5}, {"reps": "6-8", "count": 3, "loadKg": 7.5, "rir": 2}],
        "rest": "90-120",
        "tempo": "3-1-X-0",
        "group": "A",
        "intent": "strength",
        "unilateral": True,
        "importance": 2,
        "notes": "Chest to bar",
    }
    document = with_workout(
        weeks="2",
        days="Mon, thu",
        startsAt="7:30",
        target="line",
        group="First line",
        heartRateReserve="60-70 %",
        progression="stepped",
        rate=5,
        notes="Outside",
        exercises=[exercise],
    )

    first = read(document).template
    assert first is not None
    again = read(template_json(first)).template

    [workout] = first.workouts
    assert (workout.first_week, workout.last_week, workout.weekdays) == (2, 2, (0, 3))
    assert (workout.starts_at, workout.target) == (
        time(7, 30),
        TargetGroup(AssignmentType.LINE, "First line"),
    )
    assert (workout.progression, workout.rate_percent) == (ProgressionKind.STEPPED, 5)
    assert workout.heart_rate_reserve_percent == (60, 70)
    assert workout.workout.load_au == 420
    assert again is not None
    assert template_json(again) == template_json(first)
    assert again.workouts[0].workout.prescriptions == workout.workout.prescriptions


@pytest.mark.parametrize(
    ("document", "at"),
    [
        ("[]", ()),
        ("{", ()),
        ("{}", ("name",)),
        (DOCUMENT | {"phaseType": "spring"}, ("phaseType",)),
        (DOCUMENT | {"weeks": 27}, ("weeks",)),
        (DOCUMENT | {"name": "x" * 201}, ("name",)),
        (DOCUMENT | {"workouts": []}, ("workouts",)),
        (DOCUMENT | {"workouts": {}}, ("workouts",)),
        (DOCUMENT | {"workouts": [3]}, ("workouts", "0")),
        (with_workout(days=["Funday"]), ("workouts", "0", "days")),
        (with_workout(days=[["Mon"]]), ("workouts", "0", "days")),
        (with_workout(days=None), ("workouts", "0", "days")),
        (with_workout(weeks="2-3"), ("workouts", "0", "weeks")),
        (with_workout(weeks="2-1"), ("workouts", "0", "weeks")),
        (with_workout(minutes=None), ("workouts", "0", "minutes")),
        (with_workout(minutes=601), ("workouts", "0", "minutes")),
        (with_workout(sessionRpe=11), ("workouts", "0", "sessionRpe")),
        (with_workout(startsAt="25:00"), ("workouts", "0", "startsAt")),
        (with_workout(heartRateReserve="20-70"), ("workouts", "0", "heartRateReserve")),
        (with_workout(progression="quadratic"), ("workouts", "0", "progression")),
        (with_workout(rate=51), ("workouts", "0", "rate")),
        (with_workout(target="line"), ("workouts", "0", "target")),
        (with_workout(target="individual"), ("workouts", "0", "target")),
        (with_workout(group=" ", target="position"), ("workouts", "0", "target")),
        (with_workout(exercises=[]), ("workouts", "0", "exercises")),
        (with_workout(exercises=[CARPET]), ("workouts", "0", "exercises", "0", "exercise")),
        (DOCUMENT | {"workouts": DOCUMENT["workouts"] * 61}, ("workouts",)),  # type: ignore[operator]
        (DOCUMENT | {"workouts": [CROWDED] * 5}, ("workouts",)),
    ],
)
def test_a_document_with_a_fault_gives_no_template_and_says_where(
    document: object, at: tuple[str, ...]
) -> None:
    outcome = read(document)

    assert outcome.template is None
    assert at in [each.path for each in outcome.problems]


def test_a_group_without_its_kind_is_a_group_of_the_teams_own() -> None:
    template = read(with_workout(group="Return to play")).template

    assert template is not None
    assert template.workouts[0].target == TargetGroup(AssignmentType.CUSTOM_GROUP, "Return to play")


def test_a_template_made_in_code_is_held_to_the_same_rules() -> None:
    bad = a_template(a_workout(3, 1), a_workout(0, last_week=5), name=" ", weeks=4)

    with pytest.raises(InvalidInput) as refused:
        check(bad)

    assert {each.path for each in refused.value.issues} == {
        ("name",),
        ("workouts", "0", "days"),
        ("workouts", "1", "weeks"),
    }


# applying


def test_each_player_gets_what_is_for_them_and_empty_groups_are_told() -> None:
    nobody = TargetGroup(AssignmentType.LINE, "Fourth line")
    template = a_template(a_workout(0, 3), a_workout(1, target=GOALTENDERS), a_workout(2, target=nobody))

    expansion = applied(template)

    assert Counter(each.player_id for each in expansion.assignments) == {ANNA.player_id: 1, BEA.player_id: 2}
    assert expansion.empty_groups == (nobody,)
    of_position = [each for each in expansion.assignments if each.type is AssignmentType.POSITION]
    assert [each.group_name for each in of_position] == ["Goaltenders"]
    assert len({each.id for each in expansion.assignments}) == 3


def test_every_week_has_its_days_and_no_week_after_the_last() -> None:
    [assignment] = applied(a_template(a_workout(0, 3, first_week=2, last_week=3)), ANNA).assignments

    days = [(day - MONDAY).days for day in days_of(assignment, date.min, date.max)]

    assert days == [7, 10, 14, 17]
    assert assignment.template_id == UUID(int=30)
    assert issues_of(assignment, MONDAY) == []


def test_a_start_in_the_middle_of_a_week_takes_each_day_from_there_on() -> None:
    thursday = MONDAY + timedelta(days=3)
    [assignment] = applied(a_template(a_workout(0, 3), weeks=4), ANNA, start=thursday).assignments

    days = list(days_of(assignment, date.min, date.max))

    assert assignment.scheduled_on == thursday
    assert len(days) == 8, "four weeks of two days, whatever day they begin on"
    assert days[-1] == thursday + timedelta(days=25)


def test_what_is_done_once_does_not_recur() -> None:
    [assignment] = applied(a_template(a_workout(2, last_week=1)), ANNA).assignments

    assert (assignment.recurrence, assignment.scheduled_on) == (ONCE, MONDAY + timedelta(days=2))


def test_a_zone_is_each_players_own_and_unknown_hearts_have_none() -> None:
    template = a_template(a_workout(0, heart_rate_reserve_percent=(60, 70)))
    hearts = {ANNA.player_id: Physiology(ANNA.player_id, 50, 195)}

    zones = [each.thresholds.heart_rate for each in applied(template, hearts=hearts).assignments]

    assert zones == [HeartRateZone(137, 152), None]


def test_a_training_frequency_keeps_so_many_training_days_of_each_player() -> None:
    template = a_template(a_workout(0, 3), a_workout(1), a_workout(4), a_workout(5, target=GOALTENDERS))

    expansion = applied(template, customizations=Customizations(1.2, 2, 1), game_weekdays=(5,))

    trained = {
        player.player_id: sorted(
            day
            for each in expansion.assignments
            if each.player_id == player.player_id
            for day in each.recurrence.weekdays
        )
        for player in (ANNA, BEA)
    }
    assert trained == {ANNA.player_id: [0, 3], BEA.player_id: [0, 3]}
    assert {each.customizations for each in expansion.assignments} == {Customizations(1.2, 2, 1)}


def test_the_load_is_the_workouts_and_goes_on_as_the_template_says() -> None:
    workout = a_workout(0, rpe=6.5, progression=ProgressionKind.WAVE, rate_percent=5.0)

    [assignment] = applied(a_template(workout), ANNA).assignments

    assert (assignment.load.base_load_au, assignment.load.kind) == (390, ProgressionKind.WAVE)


def test_an_organizations_copy_is_its_own_to_the_last_workout() -> None:
    organization_id = uuid4()
    copy = our_templates()[0].owned_by(organization_id)

    assert {copy.organization_id, *(each.workout.organization_id for each in copy.workouts)} == {
        organization_id
    }
    assert WHOLE_TEAM in {each.target for each in copy.workouts}
