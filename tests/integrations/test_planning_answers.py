"""An answer becomes a domain object in full, or is rejected with what is wrong and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.catalogue import catalogue
from domain.exercise_matching import index_of
from domain.phases import Intensity, Objective, ObjectiveType, PhaseType, Priority, SeasonPhase
from domain.seasons import SeasonLoad, SeasonStatus
from integrations.planning_answers import (
    read_current_phase,
    read_season_plan,
    read_template,
    read_workload,
)
from integrations.planning_errors import AnswerMalformed
from integrations.planning_models import PlayerWorkload, RiskBand
from tests.integrations.planning_cases import (
    ANNA,
    BEA,
    JULY,
    JUNE,
    NEXT_PHASE_JSON,
    ORGANIZATION,
    PHASE,
    PHASE_JSON,
    PLAN,
    PLAN_JSON,
    TEAM,
    TEMPLATE,
    TEMPLATE_JSON,
    WORKLOAD_JSON,
    body_of,
)

INDEX = index_of(catalogue())


def phase(body: bytes) -> Any:
    return read_current_phase(body, TEAM)


def plan(body: bytes) -> Any:
    return read_season_plan(body, TEAM, ORGANIZATION)


def template(body: bytes) -> Any:
    return read_template(body, TEMPLATE, ORGANIZATION, INDEX)


def workload(body: bytes) -> Any:
    return read_workload(body, TEAM, JUNE, JULY)


READERS: tuple[Callable[[bytes], Any], ...] = (phase, plan, template, workload)


def test_a_phase_is_read_in_full_and_what_we_do_not_know_is_ignored() -> None:
    assert phase(body_of(PHASE_JSON)) == SeasonPhase(
        id=PHASE,
        season_plan_id=PLAN,
        name="Build",
        type=PhaseType.PRESEASON,
        starts_on=date(2026, 9, 7),
        ends_on=date(2026, 10, 4),
        intensity=Intensity.HIGH,
        training_frequency=4,
        load_multiplier=1.15,
        focus_areas=("strength", "speed"),
        game_frequency=0.5,
        game_weekdays=(5,),
        recovery_ratio=0.25,
        objectives=(Objective(ObjectiveType.STRENGTH, Priority.HIGH, 5.0),),
    )


def test_a_plan_is_read_in_full_with_its_phases_by_their_start() -> None:
    read = plan(body_of(PLAN_JSON))

    assert [each.name for each in read.phases] == ["Build", "League"]
    assert {each.season_plan_id for each in read.phases} == {PLAN}
    assert read.load == SeasonLoad(2000, 28, (30, 31), (4,))
    assert (read.status, read.version) == (SeasonStatus.ACTIVE, 3)
    assert read.updated_at == datetime(2026, 8, 1, 8, 0, tzinfo=UTC)


def test_a_template_is_read_twice_into_the_same_with_the_exercises_of_our_catalogue() -> None:
    first, second = template(body_of(TEMPLATE_JSON)), template(body_of(TEMPLATE_JSON))

    assert first == second
    assert (first.id, first.organization_id, first.version) == (TEMPLATE, ORGANIZATION, 2)
    assert first.created_at < first.updated_at
    [only] = first.workouts
    assert only.workout.prescriptions[0].exercise.name == "Back Squat"
    assert only.workout.load_au == 420
    assert template(body_of(TEMPLATE_JSON, version=3)).workouts[0].workout.id != only.workout.id


def test_a_template_of_another_organization_is_none_and_everyones_is_read() -> None:
    assert template(body_of(TEMPLATE_JSON, organizationId=str(UUID(int=99)))) is None
    assert template(body_of(TEMPLATE_JSON, organizationId=None)).organization_id is None


def test_workload_is_read_by_player_and_what_is_unknown_is_none() -> None:
    read = workload(body_of(WORKLOAD_JSON))

    assert [each.player_id for each in read.players] == [ANNA, BEA]
    assert read.players[0] == PlayerWorkload(
        ANNA, 2100.5, 1800.5, 300.0, 1.4, 2940.0, 1.1, 71.0, 64.5, RiskBand.LOW
    )
    assert read.players[1].readiness_score is None


def test_there_may_be_no_phase_plan_or_template_but_there_is_always_a_workload() -> None:
    assert [reader(b"null") for reader in (phase, plan, template)] == [None] * 3

    with pytest.raises(AnswerMalformed):
        workload(b"null")


PHASES = PLAN_JSON["phases"]


@pytest.mark.parametrize(
    ("reader", "body", "problem"),
    [
        (phase, body_of(PHASE_JSON, without="intensity"), "intensity: Field required"),
        (phase, body_of(PHASE_JSON, without="seasonPlanId"), "seasonPlanId: Field required"),
        (phase, body_of(PHASE_JSON, intensity="brutal"), "intensity: Input should be 'recovery'"),
        (phase, body_of(PHASE_JSON, loadMultiplier="1.2"), "loadMultiplier: Input should be a valid number"),
        (
            phase,
            body_of(PHASE_JSON, loadMultiplier=5.1),
            "loadMultiplier: Input should be less than or equal",
        ),
        (phase, body_of(PHASE_JSON, loadMultiplier=float("nan")), "loadMultiplier: "),
        (phase, body_of(PHASE_JSON, trainingFrequency=3.5), "trainingFrequency: Input should be a valid int"),
        (
            phase,
            body_of(PHASE_JSON, trainingFrequency=True),
            "trainingFrequency: Input should be a valid int",
        ),
        (phase, body_of(PHASE_JSON, startDate="tomorrow"), "startDate: Input should be a valid date"),
        (phase, body_of(PHASE_JSON, startDate="0001-01-01"), "startDate: Input should be greater"),
        (phase, body_of(PHASE_JSON, endDate="2026-09-01"), "endDate: Build ends before it starts"),
        (phase, body_of(PHASE_JSON, id=7), "id: UUID input should be a string"),
        (phase, body_of(PHASE_JSON, name=""), "name: String should have at least 1"),
        (phase, body_of(PHASE_JSON, gameDays=[7]), "gameDays.0: Input should be less than"),
        (phase, body_of(PHASE_JSON, teamId=str(UUID(int=3))), "teamId: it answers for another"),
        (phase, b"[]", "answer: Input should be an object"),
        (phase, b'"none"', "answer: Input should be an object"),
        (phase, b"{", "answer: Invalid JSON"),
        (phase, b"[" * 10_000, "answer: Invalid JSON"),
        (plan, body_of(PLAN_JSON, teamId=str(UUID(int=3))), "teamId: it answers for another"),
        (plan, body_of(PLAN_JSON, organizationId=str(UUID(int=3))), "organizationId: it answers for another"),
        (plan, body_of(PLAN_JSON, updatedAt="2026-08-01T10:00:00"), "updatedAt: Input should have timezone"),
        (plan, body_of(PLAN_JSON, phases={"0": PHASE_JSON}), "phases: Input should be a valid array"),
        (plan, body_of(PLAN_JSON, phases=[*PHASES, PHASE_JSON]), "overlaps Build"),
        (plan, body_of(PLAN_JSON, endDate="2026-12-01"), "League ends after the season"),
        (plan, body_of(PLAN_JSON, phases=[{**NEXT_PHASE_JSON, "focusAreas": ["A b"]}]), "A focus area is a"),
        (plan, body_of(PLAN_JSON, loadProgression={"baseLoad": 10**9}), "baseLoad is 1000000000"),
        (template, body_of(TEMPLATE_JSON, id=str(UUID(int=3))), "id: it answers for another"),
        (template, body_of(TEMPLATE_JSON, version=0), "version: Input should be greater"),
        (template, body_of(TEMPLATE_JSON, workouts=[]), "workouts: A template has 1 to 60 workouts"),
        (template, body_of(TEMPLATE_JSON, without="weeks"), "weeks: This is missing"),
        (workload, body_of(WORKLOAD_JSON, startDate=str(JULY)), "startDate: it answers for another"),
        (workload, body_of(WORKLOAD_JSON, players=[{"playerId": "x"}]), "players.0.playerId: "),
        (
            workload,
            body_of(WORKLOAD_JSON, players=WORKLOAD_JSON["players"] * 2),
            "a player stands in it twice",
        ),
    ],
)
def test_a_malformed_answer_is_rejected_with_what_is_wrong(
    reader: Callable[[bytes], Any], body: bytes, problem: str
) -> None:
    with pytest.raises(AnswerMalformed) as rejected:
        reader(body)

    assert any(problem in each for each in rejected.value.problems), rejected.value.problems


def test_many_problems_are_told_in_few_words_and_without_the_values() -> None:
    player = {"playerId": "Anna Lindqvist", "totalLoad": -1, "trainingLoad": "much"}

    with pytest.raises(AnswerMalformed) as rejected:
        workload(body_of(WORKLOAD_JSON, players=[player] * 20))

    assert len(rejected.value.problems) == 6
    assert rejected.value.problems[-1] == "and 75 more"
    assert "Lindqvist" not in str(rejected.value)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data())
def test_whatever_stands_in_a_field_the_answer_is_read_or_rejected_and_nothing_else_happens(
    data: st.DataObject,
) -> None:
    reader, answer = data.draw(
        st.sampled_from(
            list(zip(READERS, (PHASE_JSON, PLAN_JSON, TEMPLATE_JSON, WORKLOAD_JSON), strict=True))
        )
    )
    name = data.draw(st.sampled_from(sorted(answer)))

    with suppress(AnswerMalformed):
        reader(json.dumps({**answer, name: data.draw(ANY_JSON)}).encode())


@given(st.binary(max_size=60))
def test_whatever_bytes_come_they_are_rejected_or_none(body: bytes) -> None:
    for reader in READERS:
        with suppress(AnswerMalformed):
            assert reader(body) is None
