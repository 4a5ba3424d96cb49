"""Seasons, assignments and templates as they are read: whole, in few statements, by the team's calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from app.settings import ROOT
from db.adjustments import save_adjustments
from db.assignments import save_assignments
from db.completions import insert_completion
from db.database import Database, Transaction
from domain.adjustments import relieve
from domain.assignments import AssignmentStatus, Completion
from domain.seasons import SeasonStatus
from domain.workouts import SelectedExercise
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.databases import Clock
from tests.domain.season_cases import MONDAY, a_phase
from tests.factories import NOW, committed, make_athlete, make_team
from tests.season_factories import make_assignments, make_season
from tests.season_world import (
    COACH,
    Stage,
    assignment_of,
    make_stage,
    make_template,
    more_assignments,
    move_team,
    season_of,
)
from tests.statements import count_statements
from tests.world import World

CURRENT_PHASE = "query ($teamId: ID!) { currentPhase(teamId: $teamId) { id name } }"
SEASON_PLAN = """query ($teamId: ID!) { seasonPlan(teamId: $teamId) {
  id name status startsOn endsOn version createdAt updatedAt team { id }
  load { baseLoad peakWeek taperWeeks recoveryWeeks }
  weeks { number startsOn plannedLoad }
  phases { id name type startsOn endsOn intensity loadMultiplier ownLoadMultiplier trainingFrequency
    gameFrequency gameDays recoveryRatio focusAreas objectives { type priority targetImprovement }
    seasonPlan { id } freshness { ageSeconds } }
  freshness { ageSeconds isStale } } }"""
VALUE = """__typename ... on PlannedLoad { load } ... on PlannedFrequency { interval daysOfWeek }
  ... on PerformanceThresholds { heartRate { lowBpm highBpm } power { lowWatts highWatts }
    velocity { lowMps } }
  ... on PlannedSelection { exercises { position sets } }"""
ASSIGNMENT_FIELDS = f"""
  id type groupName status scheduledOn startsAt version lastPhaseAdjustment completedAt
  load {{ kind baseLoad rate minimumLoad maximumLoad customPercents }} originalLoad {{ baseLoad }}
  recurrence {{ pattern interval daysOfWeek endsOn exceptions }} originalRecurrence {{ daysOfWeek }}
  thresholds {{ heartRate {{ lowBpm highBpm }} power {{ lowWatts highWatts }} velocity {{ lowMps }} }}
  originalThresholds {{ heartRate {{ lowBpm highBpm }} power {{ lowWatts highWatts }} }}
  exercises {{ position workingSets prescription {{ position exercise {{ name }} sets {{ ordinal }} }} }}
  customizations {{ loadMultiplier trainingFrequency intensityAdjustment }} relief {{ percent until }}
  adjustmentsInForce {{ type originalValue {{ {VALUE} }} adjustedValue {{ {VALUE} }} reason adjustedAt
    adjustedBy {{ name player {{ id }} }} }}
  adjustments {{ edges {{ node {{ id type originalValue {{ {VALUE} }} adjustedValue {{ {VALUE} }} reason
    assignmentVersion assignment {{ id }} phase {{ id }} }} }} }}
  days {{ day load startsAt completion {{ completionRate }} }}
  completions {{ occurrenceOn completedAt actualLoad completionRate performance }}
  workout {{ id title plannedMinutes sessionRpe plannedLoad prescriptions {{ position }} }}
  player {{ id }} team {{ id }} phase {{ id seasonPlan {{ id }} }} seasonPlan {{ id }} template {{ id }}
"""
ASSIGNMENT = f"query ($id: ID!) {{ node(id: $id) {{ ... on WorkoutAssignment {{ {ASSIGNMENT_FIELDS} }} }} }}"
OF_TEAM = f"""query ($id: ID!, $range: DateRangeInput, $first: Int, $after: String,
  $statuses: [AssignmentStatus!]) {{ team(id: $id) {{
    assignments(range: $range, first: $first, after: $after, statuses: $statuses) {{
      edges {{ cursor node {{ {ASSIGNMENT_FIELDS} }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
IDS_OF_TEAM = """query ($id: ID!, $range: DateRangeInput, $first: Int, $after: String, $last: Int,
  $before: String, $statuses: [AssignmentStatus!]) { team(id: $id) { assignments(range: $range,
    first: $first, after: $after, last: $last, before: $before, statuses: $statuses) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""


@pytest.fixture
async def stage(db: Database, world: World) -> Stage:
    return await make_stage(db, world)


async def test_the_season_in_force_is_read_whole(api: Api, stage: Stage) -> None:
    plan = (await api.as_(stage.world.athlete).run(SEASON_PLAN, teamId=stage.team_id))["seasonPlan"]

    assert plan["id"] == stage.ids()["plan"]
    assert (plan["status"], plan["startsOn"], plan["version"]) == ("active", "2026-11-16", 1)
    assert plan["load"] == {"baseLoad": 2000, "peakWeek": None, "taperWeeks": [], "recoveryWeeks": []}
    assert plan["team"] == {"id": stage.team_id}
    assert plan["freshness"] is None
    assert [each["name"] for each in plan["phases"]] == ["Build", "League"]
    build = plan["phases"][0]
    assert build == {
        "id": stage.ids()["phase"],
        "name": "Build",
        "type": "preseason",
        "startsOn": "2026-11-16",
        "endsOn": "2026-12-13",
        "intensity": "high",
        "loadMultiplier": 1.2,
        "ownLoadMultiplier": None,
        "trainingFrequency": 3,
        "gameFrequency": 1.0,
        "gameDays": [5],
        "recoveryRatio": 0.0,
        "focusAreas": [],
        "objectives": [],
        "seasonPlan": {"id": plan["id"]},
        "freshness": None,
    }
    assert len(plan["weeks"]) == 30
    assert plan["weeks"][0] == {"number": 1, "startsOn": "2026-11-16", "plannedLoad": 2400}
    assert plan["weeks"][29]["plannedLoad"] == 2000  # after the last phase


async def test_a_team_without_a_season_in_force_has_neither_plan_nor_phase(
    api: Api, db: Database, world: World
) -> None:
    await make_season(db, season_of(world.team, a_phase(), status=SeasonStatus.DRAFT))
    team_id = global_id(Kind.TEAM, world.team.id)

    plan = await api.as_(world.coach).run(SEASON_PLAN, teamId=team_id)
    phase = await api.as_(world.coach).run(CURRENT_PHASE, teamId=team_id)

    assert plan == {"seasonPlan": None}
    assert phase == {"currentPhase": None}


@pytest.mark.parametrize(
    ("time_zone", "before", "after"),
    [
        # The new phase begins on 14 December, local midnight.
        ("Pacific/Auckland", "2026-12-13T10:59:59", "2026-12-13T11:00:00"),
        ("America/Los_Angeles", "2026-12-14T07:59:59", "2026-12-14T08:00:00"),
        ("Europe/Oslo", "2026-12-13T22:59:59", "2026-12-13T23:00:00"),
    ],
)
async def test_the_phase_changes_at_the_teams_own_midnight(
    api: Api, db: Database, clock: Clock, stage: Stage, time_zone: str, before: str, after: str
) -> None:
    await move_team(db, stage.world.team, time_zone)
    names = []
    for moment in (before, after):
        clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        found = await api.as_(stage.world.coach).run(CURRENT_PHASE, teamId=stage.team_id)
        names.append(found["currentPhase"]["name"])

    assert names == ["Build", "League"]


async def test_days_begin_at_the_teams_midnight_and_sessions_at_its_clock(
    api: Api, db: Database, clock: Clock, stage: Stage
) -> None:
    """Friday noon in Auckland is Thursday in UTC; a quarter past six there is summer time, UTC+13."""
    await move_team(db, stage.world.team, "Pacific/Auckland")
    clock.now = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    [made] = await make_assignments(
        db,
        assignment_of(stage.world.team, stage.world.owner.id, stage.workout, starts_at=time(6, 15)),
    )
    id = global_id(Kind.WORKOUT_ASSIGNMENT, made.id)

    days = (await api.as_(stage.world.athlete).run(ASSIGNMENT, id=id))["node"]["days"]

    assert days[0]["day"] == "2026-11-20"
    assert days[0]["startsAt"] == "2026-11-19T17:15:00+00:00"
    assert len(days) == 20


async def test_an_assignment_shows_what_it_is_and_what_it_was(api: Api, stage: Stage) -> None:
    ids = stage.ids()

    found = (await api.as_(stage.world.athlete).run(ASSIGNMENT, id=ids["own"]))["node"]

    assert (found["load"]["baseLoad"], found["originalLoad"]["baseLoad"]) == (480, 400)
    assert found["recurrence"]["daysOfWeek"] == [0, 2, 4]
    assert found["originalRecurrence"]["daysOfWeek"] == [0, 1, 2, 3, 4]
    # Five points of a reserve of 140 beats.
    assert found["thresholds"]["heartRate"] == {"lowBpm": 137, "highBpm": 157}
    assert found["originalThresholds"]["heartRate"] == {"lowBpm": 130, "highBpm": 150}
    assert found["thresholds"]["power"] == {"lowWatts": 210, "highWatts": 231}
    assert found["originalThresholds"]["power"] == {"lowWatts": 200, "highWatts": 220}
    assert found["thresholds"]["velocity"] is None
    assert found["phase"] == {"id": ids["phase"], "seasonPlan": {"id": ids["plan"]}}
    assert found["seasonPlan"] == {"id": ids["plan"]}
    assert found["version"] == 2
    assert found["lastPhaseAdjustment"] == NOW.isoformat()
    assert found["relief"] is None
    assert found["template"] is None
    assert found["player"] == {"id": global_id(Kind.PLAYER, stage.world.owner.id)}
    assert [each["workingSets"] for each in found["exercises"]] == [2, 1]
    assert found["workout"]["plannedLoad"] == 390


async def test_what_a_phase_changed_is_told_in_values_of_its_kind(api: Api, stage: Stage) -> None:
    found = (await api.as_(stage.world.athlete).run(ASSIGNMENT, id=stage.ids()["own"]))["node"]

    in_force = {each["type"]: each for each in found["adjustmentsInForce"]}
    assert set(in_force) == {"load", "frequency", "intensity"}
    assert in_force["load"]["originalValue"] == {"__typename": "PlannedLoad", "load": 400}
    assert in_force["load"]["adjustedValue"] == {"__typename": "PlannedLoad", "load": 480}
    assert in_force["frequency"]["adjustedValue"] == {
        "__typename": "PlannedFrequency", "interval": 1, "daysOfWeek": [0, 2, 4],
    }  # fmt: skip
    assert in_force["intensity"]["adjustedValue"]["heartRate"] == {"lowBpm": 137, "highBpm": 157}
    assert in_force["intensity"]["adjustedValue"]["velocity"] is None
    assert in_force["load"]["adjustedBy"] == {"name": "Season planner", "player": None}
    assert "Build" in in_force["load"]["reason"]
    history = [edge["node"] for edge in found["adjustments"]["edges"]]
    assert {each["type"] for each in history} == set(in_force)
    assert {each["assignmentVersion"] for each in history} == {2}
    assert {each["assignment"]["id"] for each in history} == {found["id"]}
    assert {each["phase"]["id"] for each in history} == {stage.ids()["phase"]}


async def test_exercises_come_as_the_phase_wants_them(api: Api, db: Database, world: World) -> None:
    stage = await make_stage(db, world)
    [made] = await more_assignments(db, stage, [world.owner])
    chosen = replace(made, exercise_selection=(SelectedExercise(2, 1), SelectedExercise(1, 1)))
    await committed(db, lambda one: save_assignments(one, [chosen]))

    id = global_id(Kind.WORKOUT_ASSIGNMENT, made.id)
    found = (await api.as_(world.athlete).run(ASSIGNMENT, id=id))["node"]["exercises"]

    assert [(each["position"], each["workingSets"]) for each in found] == [(2, 1), (1, 1)]
    assert [each["prescription"]["position"] for each in found] == [2, 1]


async def test_days_carry_progression_relief_and_completion(api: Api, db: Database, stage: Stage) -> None:
    friday = date(2026, 11, 20)
    done = Completion(stage.own.id, friday, stage.own.player_id, NOW, 470.0, 95.0, {"topSpeed": 8.4})

    async def work(tx: Transaction) -> None:
        eased = relieve(
            stage.own, 25.0, date(2026, 11, 25), now=tx.now, by=COACH, reason="Her load was high."
        )
        await save_adjustments(tx.db_session, [eased], tx.now)
        await insert_completion(tx.db_session, done, tx.now)

    await db.unit_of_work(work, deadline_seconds=5)

    found = (await api.as_(stage.world.athlete).run(ASSIGNMENT, id=stage.ids()["own"]))["node"]

    assert [(each["day"], each["load"]) for each in found["days"][:4]] == [
        ("2026-11-20", 360), ("2026-11-23", 360), ("2026-11-25", 360), ("2026-11-27", 480),
    ]  # fmt: skip
    assert found["days"][0]["completion"] == {"completionRate": 95.0}
    assert found["days"][1]["completion"] is None
    assert found["completions"] == [
        {
            "occurrenceOn": "2026-11-20",
            "completedAt": NOW.isoformat(),
            "actualLoad": 470.0,
            "completionRate": 95.0,
            "performance": {"topSpeed": 8.4},
        }
    ]
    assert found["relief"] == {"percent": 25.0, "until": "2026-11-25"}
    latest = found["adjustments"]["edges"][0]["node"]
    assert (latest["reason"], latest["phase"]) == ("Her load was high.", None)


async def test_what_was_taken_back_has_no_days(api: Api, db: Database, stage: Stage) -> None:
    [gone] = await more_assignments(db, stage, [stage.world.owner], status=AssignmentStatus.CANCELLED)
    id = global_id(Kind.WORKOUT_ASSIGNMENT, gone.id)

    found = (await api.as_(stage.world.athlete).run(ASSIGNMENT, id=id))["node"]

    assert (found["status"], found["days"]) == ("cancelled", [])


async def test_assignments_of_a_team_cost_the_same_statements_however_many(
    api: Api, db: Database, stage: Stage
) -> None:
    coach = api.as_(stage.world.coach)
    with count_statements(db) as for_few:
        await coach.run(OF_TEAM, id=stage.team_id, first=100)
    players = [await make_athlete(db, stage.world.organization) for _ in range(3)]
    for _ in range(8):
        await more_assignments(db, stage, [*players, stage.world.owner])

    with count_statements(db) as for_many:
        found = await coach.run(OF_TEAM, id=stage.team_id, first=100)

    assert len(found["team"]["assignments"]["edges"]) == 35
    assert len(for_many) == len(for_few) <= 14, for_many


async def test_seasons_of_many_teams_cost_the_same_statements_as_of_one(
    api: Api, db: Database, stage: Stage
) -> None:
    document = """{ viewer { teams(first: 50) { edges { node { name
      currentPhase { name seasonPlan { name } } seasonPlan { name phases { name } }
      seasonPlans { edges { node { name } } }
      syncStatus { state inPhaseCount outOfStep { types assignment { id } } } } } } } }"""
    admin = api.as_(stage.world.admin)
    with count_statements(db) as for_two:
        await admin.run(document)
    for _ in range(5):
        team = await make_team(db, stage.world.organization)
        await make_season(db, season_of(team, a_phase()))

    with count_statements(db) as for_seven:
        found = await admin.run(document)

    teams = [edge["node"] for edge in found["viewer"]["teams"]["edges"]]
    assert len(teams) == 7
    assert sum(each["currentPhase"] is not None for each in teams) == 6
    assert len(for_seven) == len(for_two) <= 8, for_seven


async def test_a_page_stands_still_while_assignments_come_and_go(
    api: Api, db: Database, stage: Stage
) -> None:
    coach = api.as_(stage.world.coach)
    players = [stage.world.owner] * 4
    for week in range(3):
        await more_assignments(db, stage, players, scheduled_on=MONDAY + timedelta(weeks=week))
    whole = [edge["node"]["id"] for edge in (await _page(coach, stage, first=100))["edges"]]
    page = await _page(coach, stage, first=5)
    await more_assignments(db, stage, players, scheduled_on=MONDAY, effective_from=MONDAY)

    rest = await _page(coach, stage, first=100, after=page["pageInfo"]["endCursor"])

    seen = [edge["node"]["id"] for edge in (*page["edges"], *rest["edges"])]
    assert len(seen) == len(set(seen))
    assert [each for each in seen if each in whole] == whole
    back = await _page(coach, stage, last=5, before=rest["edges"][0]["cursor"])
    assert len(back["edges"]) == 5
    assert back["pageInfo"]["hasNextPage"] is True


async def test_assignments_are_of_the_window_and_of_the_state_that_is_asked_for(
    api: Api, db: Database, stage: Stage
) -> None:
    coach = api.as_(stage.world.coach)
    later = MONDAY + timedelta(weeks=30)
    [far] = await more_assignments(db, stage, [stage.world.owner], scheduled_on=later)
    far_id = global_id(Kind.WORKOUT_ASSIGNMENT, far.id)

    soon = await _page(coach, stage)
    then = await _page(coach, stage, range={"from": str(later), "to": str(later)})
    drafts = await _page(coach, stage, statuses=["draft"])

    assert far_id not in [edge["node"]["id"] for edge in soon["edges"]]
    assert far_id in [edge["node"]["id"] for edge in then["edges"]]
    assert [edge["node"]["id"] for edge in drafts["edges"]] == [stage.ids()["own draft"]]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-01-01", "2027-02-05"),  # 401 days
        ("2026-01-02", "2026-01-01"),
        ("1999-12-31", "2000-01-02"),
        ("2100-12-31", "2101-01-01"),
        ("0001-01-01", "9999-12-31"),
    ],
)
async def test_a_window_that_cannot_be_is_refused(api: Api, stage: Stage, first: str, last: str) -> None:
    code = await api.as_(stage.world.coach).refused(
        IDS_OF_TEAM, id=stage.team_id, range={"from": first, "to": last}
    )

    assert code == "invalid_input"


async def test_the_longest_window_is_answered(api: Api, stage: Stage) -> None:
    document = """query ($id: ID!) { node(id: $id) { ... on WorkoutAssignment {
      days(range: {from: "2026-11-16", to: "2027-12-20"}) { day load } } } }"""

    found = await api.as_(stage.world.athlete).run(document, id=stage.ids()["own"])

    assert len(found["node"]["days"]) == 58 * 3 - 2


async def test_templates_are_everyones_and_ones_own_by_name(api: Api, db: Database, stage: Stage) -> None:
    document = """query ($type: SeasonPhaseType) {
    phaseTemplates(phaseType: $type, first: 100) { edges { node {
      id name isOwn phaseType weeks sessionsAWeek version freshness { isStale }
      workouts { firstWeek lastWeek daysOfWeek startsAt heartRateReserveLow heartRateReserveHigh
        target { type name } load { baseLoad kind rate } workout { id title prescriptions { position } } }
    } } } }"""
    athlete = api.as_(stage.world.athlete)

    found = [edge["node"] for edge in (await athlete.run(document))["phaseTemplates"]["edges"]]
    playoffs = await athlete.run(document, type="playoffs")

    own = next(each for each in found if each["id"] == stage.ids()["template"])
    assert own["isOwn"] is True
    assert own["workouts"] == [
        {
            "firstWeek": 1,
            "lastWeek": 2,
            "daysOfWeek": [0, 3],
            "startsAt": None,
            "heartRateReserveLow": 70,
            "heartRateReserveHigh": 80,
            "target": {"type": "team", "name": None},
            "load": {"baseLoad": 390, "kind": "linear", "rate": 0.0},
            "workout": {
                "id": global_id(Kind.WORKOUT, stage.template.workouts[0].workout.id),
                "title": "Lower body",
                "prescriptions": [{"position": 1}, {"position": 2}],
            },
        }
    ]
    assert [each["name"] for each in found] == sorted(each["name"] for each in found)
    assert own["id"] not in [edge["node"]["id"] for edge in playoffs["phaseTemplates"]["edges"]]


async def test_pages_of_templates_cost_the_same_statements_however_many(
    api: Api, db: Database, stage: Stage
) -> None:
    document = """{ phaseTemplates(first: 100) { edges { node { name workouts { workout { title
      prescriptions { exercise { name } } } } } } } }"""
    athlete = api.as_(stage.world.athlete)
    with count_statements(db) as for_one:
        await athlete.run(document)
    for number in range(5):
        await make_template(db, stage.world.organization, stage.workout, f"Template {number}")

    with count_statements(db) as for_six:
        await athlete.run(document)

    assert len(for_six) == len(for_one) == 4, for_six


async def test_the_example_of_the_docs_is_answered(api: Api, stage: Stage) -> None:
    document = (ROOT / "docs" / "seasons.md").read_text("utf-8").split("```graphql")[1].split("```")[0]

    found = await api.as_(stage.world.coach).run(document, teamId=stage.team_id)

    assert found["currentPhase"]["loadMultiplier"] == 1.2
    assert found["syncStatus"]["state"] == "in_step"
    adjusted = [edge["node"] for edge in found["team"]["assignments"]["edges"]]
    assert [day["load"] for day in adjusted[0]["days"]] == [adjusted[0]["load"]["baseLoad"]] * len(
        adjusted[0]["days"]
    )


async def _page(api: Api, stage: Stage, **variables: Any) -> dict[str, Any]:
    found = await api.run(IDS_OF_TEAM, id=stage.team_id, **variables)
    page: dict[str, Any] = found["team"]["assignments"]
    return page
