"""Giving workouts to players: what is stored, what stands in the way, and that a refusal leaves nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from db.assignments import assignments_by_id, open_assignments_of_players
from db.database import Database, Transaction
from db.models.assignments import AssignmentAdjustmentRow, WorkoutAssignmentRow
from db.models.operations import IdempotencyKeyRow, OutboxRow
from db.models.workouts import WorkoutRow
from db.outbox import events_of
from db.seasons import delete_season_plan
from db.sessions import sessions_by_plan
from db.workouts import workouts_of_sessions
from domain.assignments import AssignmentStatus, AssignmentType, WorkoutAssignment
from domain.phase_templates import TargetGroup
from domain.physiology import RestrictionKind
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api, make_api
from tests.databases import Clock
from tests.factories import a_plan, a_session, make_plan, make_team
from tests.schema.assigning_documents import BULK, CREATE
from tests.schema.season_world import (
    TODAY,
    SeasonWorld,
    forbid_training,
    have,
    limit_week_of,
    make_big_team,
    make_season_world,
    put_in_group,
    put_in_line,
)
from tests.statements import count_statements

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def season(db: Database) -> SeasonWorld:
    return await make_season_world(db)


@pytest.fixture
def coach(api: Api, season: SeasonWorld) -> Api:
    return api.as_(season.world.coach)


async def created(api: Api, **input: Any) -> dict[str, Any]:
    """The outcome of an assignment that is made."""
    found = (await api.run(CREATE, input=input))["createAssignment"]
    assert found["__typename"] == "CreateAssignmentSuccess", found
    outcome: dict[str, Any] = found["outcome"]
    return outcome


async def held(api: Api, **input: Any) -> dict[str, Any]:
    """What is answered where a conflict is open."""
    found: dict[str, Any] = (await api.run(CREATE, input=input))["createAssignment"]
    assert found["__typename"] == "UnresolvedConflictsError", found
    return found


async def refused(api: Api, **input: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await api.run(CREATE, input=input))["createAssignment"]
    assert "code" in found, found
    return found


async def stored_of(db: Database, player_id: UUID) -> list[WorkoutAssignment]:
    async with db.read() as db_session:
        found = await open_assignments_of_players(db_session, [player_id], TODAY, date(2030, 1, 1))
    return found.get(player_id, [])


async def row_counts(db: Database) -> tuple[int, ...]:
    """Of everything that assigning writes."""
    tables = (WorkoutAssignmentRow, AssignmentAdjustmentRow, OutboxRow, WorkoutRow)
    async with db.read() as db_session:
        return tuple(
            [await db_session.scalar(select(func.count()).select_from(each)) or 0 for each in tables]
        )


async def test_an_assignment_follows_the_phase_of_its_day_from_the_beginning(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    outcome = await created(coach, **season.input(load={"baseLoad": 400}))

    [made] = outcome["assignments"]
    assert (made["load"]["baseLoad"], made["originalLoad"]["baseLoad"]) == (480, 400)
    assert (made["phase"]["name"], made["version"]) == ("Build", 2)
    assert (outcome["createdCount"], outcome["adjustedCount"]) == (1, 1)
    assert not outcome["adjustmentsPending"]
    [stored] = await stored_of(db, season.players[0])
    assert global_id(Kind.WORKOUT_ASSIGNMENT, stored.id) == made["id"]
    assert stored.load.base_load_au == 480
    async with db.read() as db_session:
        [event] = await events_of(db_session, "assignment", stored.id)
    assert event.event_type == "assignment.phase_adjusted"
    assert event.aggregate_version == 2
    assert event.payload["phase_id"] == str(season.plan.phases[0].id)


async def test_the_history_tells_of_the_adjustment_and_who_made_it(coach: Api, season: SeasonWorld) -> None:
    outcome = await created(coach, **season.input(load={"baseLoad": 400}))

    history = await coach.run(
        """query ($id: ID!) { node(id: $id) { ... on WorkoutAssignment {
          adjustments { edges { node { type adjustedBy { name }
            originalValue { ... on PlannedLoad { load } }
            adjustedValue { ... on PlannedLoad { load } } } } } } } }""",
        id=outcome["assignments"][0]["id"],
    )

    entries = {each["node"]["type"]: each["node"] for each in history["node"]["adjustments"]["edges"]}
    assert entries["load"] == {
        "type": "load",
        "adjustedBy": {"name": season.world.coach.display_name},
        "originalValue": {"load": 400},
        "adjustedValue": {"load": 480},
    }


async def test_a_day_of_a_coming_phase_follows_that_one_and_a_day_between_phases_none(
    coach: Api, season: SeasonWorld
) -> None:
    coming = season.plan.phases[1].starts_on
    after = season.plan.phases[1].ends_on + timedelta(days=1)

    one = await created(coach, **season.input(scheduledOn=str(coming), load={"baseLoad": 400}))
    other = await created(coach, **season.input(scheduledOn=str(after), load={"baseLoad": 400}))

    assert one["assignments"][0]["load"]["baseLoad"] == 240
    assert one["assignments"][0]["phase"] == {"name": "Rest"}
    assert other["assignments"][0]["load"]["baseLoad"] == 400
    assert other["assignments"][0]["phase"] is None
    assert other["adjustedCount"] == 0


async def test_who_follows_no_phase_is_given_it_as_it_is_and_is_out_of_step_then(
    coach: Api, season: SeasonWorld
) -> None:
    outcome = await created(coach, **season.input(load={"baseLoad": 400}), followPhase=False)

    assert outcome["assignments"][0]["load"]["baseLoad"] == 400
    status = await coach.run(
        "query ($id: ID!) { syncStatus(teamId: $id) { state outOfStepCount } }", id=season.team_id
    )
    assert status["syncStatus"] == {"state": "out_of_step", "outOfStepCount": 1}


async def test_a_customization_comes_on_top_of_the_phase(coach: Api, season: SeasonWorld) -> None:
    outcome = await created(
        coach, **season.input(load={"baseLoad": 400}, customizations={"loadMultiplier": 0.5})
    )

    assert outcome["assignments"][0]["load"]["baseLoad"] == 240
    assert outcome["warnings"] == []


async def test_a_customization_without_a_phase_is_warned_of(coach: Api, season: SeasonWorld) -> None:
    after = season.plan.phases[1].ends_on + timedelta(days=1)

    outcome = await created(
        coach, **season.input(scheduledOn=str(after), customizations={"loadMultiplier": 0.5})
    )

    assert len(outcome["warnings"]) == 1
    assert "in no phase" in outcome["warnings"][0]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"type": "team"}, {0, 1}),
        ({"type": "line", "groupName": "First line"}, {1}),
        ({"type": "position", "groupName": "Goaltenders"}, {0}),
        ({"type": "age_group", "groupName": "U20"}, {0, 1}),
        ({"type": "custom_group", "groupName": "Early birds"}, {1}),
        ({"type": "individual", "players": [0, 1]}, {0, 1}),
        ({"type": "custom_group", "groupName": "Tonight only", "players": [0]}, {0}),
    ],
)
async def test_a_workout_goes_to_whom_it_is_for(
    db: Database, coach: Api, season: SeasonWorld, target: dict[str, Any], expected: set[int]
) -> None:
    athlete, mate = season.players
    await put_in_line(db, season, mate)
    await put_in_group(db, season, TargetGroup(AssignmentType.POSITION, "Goaltenders"), athlete)
    await put_in_group(db, season, TargetGroup(AssignmentType.AGE_GROUP, "U20"), athlete, mate)
    await put_in_group(db, season, TargetGroup(AssignmentType.CUSTOM_GROUP, "Early birds"), mate)
    named = target.pop("players", None)
    ids = None if named is None else [season.player_ids[each] for each in named]

    outcome = await created(coach, **season.input(playerIds=ids, **target))

    assert {each["player"]["id"] for each in outcome["assignments"]} == {
        season.player_ids[each] for each in expected
    }
    assert {each["type"] for each in outcome["assignments"]} == {target["type"]}
    assert {each["groupName"] for each in outcome["assignments"]} == {target.get("groupName")}


async def test_a_session_of_a_plan_becomes_a_workout_once(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    session = season.world.session
    asked = season.input(workoutId=None, sessionId=season.world.session_id)

    first = await created(coach, **asked)
    asked["assignment"]["scheduledOn"] = str(TOMORROW + timedelta(days=1))
    again = await created(coach, **asked)

    async with db.read() as db_session:
        workout = (await workouts_of_sessions(db_session, [session.id]))[session.id]
        count = await db_session.scalar(
            select(func.count()).select_from(WorkoutRow).where(WorkoutRow.session_id == session.id)
        )
    assert count == 1
    assert len(workout.prescriptions) == len(season.world.prescriptions)
    ids = {each["assignments"][0]["workout"]["id"] for each in (first, again)}
    assert ids == {global_id(Kind.WORKOUT, workout.id)}


async def test_a_dry_run_of_a_session_makes_no_workout(db: Database, coach: Api, season: SeasonWorld) -> None:
    before = await row_counts(db)

    outcome = await created(
        coach, **season.input(workoutId=None, sessionId=season.world.session_id), dryRun=True
    )

    assert (outcome["createdCount"], outcome["dryRun"]) == (1, True)
    assert await row_counts(db) == before


async def test_a_dry_run_answers_as_the_real_one_and_stores_nothing(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    asked = season.input(type="team", playerIds=None, load={"baseLoad": 400})
    before = await row_counts(db)

    tried = await created(coach, **asked, dryRun=True)
    nothing = await row_counts(db)
    real = await created(coach, **asked)

    assert nothing == before
    for name in ("createdCount", "adjustedCount", "conflictCount", "players", "conflicts"):
        assert tried[name] == real[name]
    assert [_told(each) for each in tried["assignments"]] == [_told(each) for each in real["assignments"]]


def _told(assignment: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in assignment.items() if name not in ("id", "version")}


# Conflicts: every kind, and every way out of it.

WAYS = {
    "duplicate": {"skip", "replace", "reschedule"},
    "scheduling": {"skip", "replace", "override", "reschedule"},
    "medical": {"skip", "reschedule"},
    "load_limit": {"skip", "override", "reschedule"},
}


async def make_conflict(db: Database, season: SeasonWorld, kind: str) -> WorkoutAssignment | None:
    """Something in the way of ``season.input()``, in this way only; the assignment that is, if one is."""
    if kind == "medical":
        await forbid_training(db, season)
        return None
    if kind == "load_limit":
        # 468 AU more are too much for this week, but not for the next one.
        await have(db, season.assignment(scheduled_on=TOMORROW + timedelta(days=1)))
        await limit_week_of(db, season, 500)
        return None
    workout = season.workout if kind == "duplicate" else season.other_workout
    [there] = await have(db, season.assignment(workout_id=workout.id))
    return there


@pytest.mark.parametrize("kind", WAYS)
async def test_a_conflict_is_told_with_its_ways_out_and_nothing_is_stored(
    db: Database, coach: Api, season: SeasonWorld, kind: str
) -> None:
    there = await make_conflict(db, season, kind)
    before = await row_counts(db)

    found = await held(coach, **season.input())

    assert (found["code"], found["openCount"]) == ("conflict", 1)
    [conflict] = found["outcome"]["conflicts"]
    assert (conflict["kind"], conflict["index"], conflict["resolution"]) == (kind, 0, None)
    assert conflict["player"]["id"] == conflict["playerId"] == season.player_ids[0]
    assert conflict["workout"]["id"] == season.workout_id
    assert conflict["day"] == str(TOMORROW)
    assert set(conflict["resolutions"]) == WAYS[kind]
    assert [each["id"] for each in conflict["existingAssignments"]] == (
        [] if there is None else [global_id(Kind.WORKOUT_ASSIGNMENT, there.id)]
    )
    assert found["outcome"]["players"] == [
        {
            "playerId": season.player_ids[0],
            "createdCount": 0,
            "skippedCount": 0,
            "conflictCount": 1,
        }
    ]
    assert await row_counts(db) == before


@pytest.mark.parametrize("by", ["kind", "player"])
@pytest.mark.parametrize(
    ("kind", "way"), [(kind, way) for kind, ways in WAYS.items() for way in sorted(ways)]
)
async def test_each_way_out_does_what_it_says(
    db: Database, coach: Api, season: SeasonWorld, kind: str, way: str, by: str
) -> None:
    there = await make_conflict(db, season, kind)
    choice = {"kind": kind} if by == "kind" else {"playerId": season.player_ids[0]}

    outcome = await created(coach, **season.input(), resolutions=[{**choice, "resolution": way}])

    [conflict] = outcome["conflicts"]
    assert conflict["resolution"] == way
    stored = {each.workout_id: each for each in await stored_of(db, season.players[0])}
    given = stored.get(season.workout.id)
    match way:
        case "skip":
            assert outcome["createdCount"] == 0
            assert outcome["players"][0]["skippedCount"] == 1
            assert given is None or given == there
        case "replace":
            assert there is not None
            assert given is not None
            assert given.id != there.id
            assert outcome["cancelledAssignments"] == [
                {"id": global_id(Kind.WORKOUT_ASSIGNMENT, there.id), "status": "cancelled"}
            ]
            assert await _status(db, there) is AssignmentStatus.CANCELLED
        case "override":
            assert given is not None
            assert given.scheduled_on == TOMORROW
            assert there is None or there.workout_id in stored
        case "reschedule":
            assert str(outcome["assignments"][0]["scheduledOn"]) == conflict["proposedOn"]
            new = await stored_of(db, season.players[0])
            [moved] = [each for each in new if each.workout_id == season.workout.id and each != there]
            assert str(moved.scheduled_on) == conflict["proposedOn"] > str(TOMORROW)
            assert there is None or await _status(db, there) is AssignmentStatus.ACTIVE


async def _status(db: Database, assignment: WorkoutAssignment) -> AssignmentStatus:
    async with db.read() as db_session:
        return (await assignments_by_id(db_session, [assignment.id]))[assignment.id].status


@pytest.mark.parametrize(
    ("kind", "way"),
    [
        (kind, way)
        for kind, ways in WAYS.items()
        for way in sorted({"skip", "replace", "override", "reschedule"} - ways)
    ],
)
async def test_a_way_that_a_conflict_does_not_offer_settles_nothing(
    db: Database, coach: Api, season: SeasonWorld, kind: str, way: str
) -> None:
    """A ban on training, above all, is nobody's to override."""
    await make_conflict(db, season, kind)
    before = await row_counts(db)

    await held(coach, **season.input(), resolutions=[{"kind": kind, "resolution": way}])

    assert await row_counts(db) == before


async def test_movements_to_be_avoided_may_be_overridden(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    await forbid_training(db, season, RestrictionKind.LIMITED)

    found = await held(coach, **season.input())
    outcome = await created(
        coach, **season.input(), resolutions=[{"kind": "medical", "resolution": "override"}]
    )

    assert set(found["outcome"]["conflicts"][0]["resolutions"]) == {"skip", "override", "reschedule"}
    assert outcome["createdCount"] == 1


async def test_conflicts_are_told_player_by_player_and_settled_so(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    athlete, mate = season.players
    await have(db, season.assignment(), season.assignment(player_id=mate))
    asked = season.input(type="team", playerIds=None)

    found = await held(coach, **asked)
    outcome = await created(
        coach,
        **asked,
        resolutions=[
            {"kind": "scheduling", "resolution": "override"},
            {"playerId": season.player_ids[1], "resolution": "skip"},
        ],
    )

    assert found["openCount"] == 2
    assert {each["playerId"] for each in found["outcome"]["conflicts"]} == set(season.player_ids)
    assert {each["playerId"]: each["createdCount"] for each in outcome["players"]} == {
        season.player_ids[0]: 1,
        season.player_ids[1]: 0,
    }
    assert len(await stored_of(db, athlete)) == 2
    assert len(await stored_of(db, mate)) == 1


async def test_one_open_conflict_holds_back_the_others_too(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    await have(db, season.assignment())
    before = await row_counts(db)

    found = await held(coach, **season.input(type="team", playerIds=None))

    assert found["openCount"] == 1
    assert found["outcome"]["createdCount"] == 1, "the mate's, if the other were settled"
    assert await row_counts(db) == before


async def test_the_load_limit_counts_what_the_phase_makes_of_it(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    """400 AU are within the limit of 450; the phase makes 480 of them."""
    await limit_week_of(db, season, 450)

    found = await held(coach, **season.input(load={"baseLoad": 400}))
    outcome = await created(coach, **season.input(load={"baseLoad": 400}), followPhase=False)

    assert found["outcome"]["conflicts"][0]["kind"] == "load_limit"
    assert outcome["createdCount"] == 1


async def test_what_is_moved_into_another_phase_follows_that_one(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    last = season.plan.phases[0].ends_on
    await have(db, season.assignment(scheduled_on=last))

    outcome = await created(
        coach,
        **season.input(scheduledOn=str(last), load={"baseLoad": 400}),
        resolutions=[{"kind": "scheduling", "resolution": "reschedule"}],
    )

    [made] = outcome["assignments"]
    assert made["phase"] == {"name": "Rest"}
    assert made["load"]["baseLoad"] == 240


async def test_another_teams_assignment_is_in_the_way_but_not_to_be_replaced(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    """The athlete plays in a second team, which the coach does not coach."""
    await make_team(db, season.world.organization, players=[season.world.owner])
    team = await make_team(db, season.world.organization, players=[season.world.owner])
    [there] = await have(db, season.assignment(team_id=team.id))

    found = await held(coach, **season.input())
    still = await held(coach, **season.input(), resolutions=[{"kind": "scheduling", "resolution": "replace"}])
    admin = await held(coach.as_(season.world.admin), **season.input())

    [conflict] = found["outcome"]["conflicts"]
    assert "replace" not in conflict["resolutions"]
    assert conflict["existingAssignments"] == []
    assert still["openCount"] == 1
    assert "replace" in admin["outcome"]["conflicts"][0]["resolutions"]
    assert await _status(db, there) is AssignmentStatus.ACTIVE


async def test_times_of_day_tell_what_overlaps_and_what_does_not(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    await have(db, season.assignment(starts_at=time(17, 0)))

    beside = await created(coach, **season.input(startsAt="18:00:00"))
    across = await held(coach, **season.input(startsAt="17:30:00", scheduledOn=str(TOMORROW)))

    assert beside["createdCount"] == 1
    assert beside["assignments"][0]["startsAt"] == "18:00:00"
    assert {each["kind"] for each in across["outcome"]["conflicts"]} == {"scheduling", "duplicate"}


# What is refused.


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"scheduledOn": str(TODAY - timedelta(days=1))}, "scheduledOn"),
        ({"scheduledOn": "2030-01-01"}, "scheduledOn"),
        ({"effectiveFrom": str(TODAY + timedelta(days=9))}, "effectiveFrom"),
        ({"expiresOn": str(TODAY)}, "expiresOn"),
        ({"customizations": {"trainingFrequency": 8}}, "customizations.trainingFrequency"),
        ({"customizations": {"trainingFrequency": 0}}, "customizations.trainingFrequency"),
        ({"customizations": {"loadMultiplier": 5.1}}, "customizations.loadMultiplier"),
        ({"customizations": {"loadMultiplier": -0.1}}, "customizations.loadMultiplier"),
        ({"customizations": {"intensityAdjustment": 3}}, "customizations.intensityAdjustment"),
        ({"recurrence": {"pattern": "daily", "endsOn": "9999-12-31"}}, "recurrence.endsOn"),
        ({"recurrence": {"pattern": "daily", "interval": 1_000_000}}, "recurrence.interval"),
        ({"recurrence": {"pattern": "weekly", "daysOfWeek": [7]}}, "recurrence.daysOfWeek"),
        ({"recurrence": {"pattern": "weekly", "daysOfWeek": [3, 1]}}, "recurrence.daysOfWeek"),
        (
            {"recurrence": {"pattern": "weekly", "daysOfWeek": [0], "endsOn": str(TOMORROW)}},
            "recurrence",
        ),
        (
            {"recurrence": {"pattern": "weekly", "daysOfWeek": [0]}, "expiresOn": str(TOMORROW)},
            "expiresOn",
        ),
        ({"load": {"baseLoad": 10_001}}, "load.baseLoad"),
        ({"load": {"baseLoad": -1}}, "load.baseLoad"),
        ({"load": {"minimumLoad": 500, "maximumLoad": 400}}, "load.bounds"),
        ({"load": {"rate": 51.0}}, "load.rate"),
        ({"load": {"kind": "custom"}}, "load.customPercents"),
        ({"thresholds": {"heartRate": {"lowBpm": 180, "highBpm": 150}}}, "thresholds.heartRate"),
        ({"thresholds": {"heartRate": {"lowBpm": 150, "highBpm": 400}}}, "thresholds.heartRate"),
        ({"thresholds": {"power": {"lowWatts": 0, "highWatts": 9000}}}, "thresholds.power"),
        ({"type": "line", "playerIds": None}, "groupName"),
        ({"type": "line", "playerIds": None, "groupName": "Nobody's"}, "groupName"),
        ({"type": "team", "playerIds": None, "groupName": "A"}, "groupName"),
        ({"type": "custom_group", "playerIds": None, "groupName": "x" * 101}, "groupName"),
        ({"type": "individual", "playerIds": None}, "playerIds"),
        ({"type": "individual", "playerIds": []}, "playerIds"),
        ({"type": "team"}, "playerIds"),
        ({"workoutId": None}, "workoutId"),
    ],
)
async def test_a_bad_input_is_refused_where_it_is_wrong_and_nothing_is_stored(
    db: Database, coach: Api, season: SeasonWorld, changes: dict[str, Any], path: str
) -> None:
    before = await row_counts(db)

    found = await refused(coach, **season.input(**changes))

    assert found["code"] == "invalid_input"
    assert f"assignment.{path}" in [".".join(each["path"]) for each in found["issues"]]
    assert await row_counts(db) == before


async def test_a_workout_and_a_session_at_once_is_one_too_many(coach: Api, season: SeasonWorld) -> None:
    found = await refused(coach, **season.input(sessionId=season.world.session_id))

    assert found["issues"][0]["path"] == ["assignment", "workoutId"]


async def test_a_day_that_no_calendar_has_is_no_date(coach: Api, season: SeasonWorld) -> None:
    reply = await coach.send(
        CREATE, input=season.input(recurrence={"pattern": "daily", "endsOn": "1002026-01-01"})
    )

    assert reply.codes == ["bad_user_input"]


@pytest.mark.parametrize(
    "resolution",
    [
        {"resolution": "skip"},
        {"resolution": "skip", "kind": "medical", "playerId": "x"},
        {"resolution": "skip", "playerId": "x"},
        {"resolution": "skip", "kind": "medical", "index": 0},
    ],
)
async def test_a_resolution_names_a_kind_or_a_player(
    coach: Api, season: SeasonWorld, resolution: dict[str, Any]
) -> None:
    found = await refused(coach, **season.input(), resolutions=[resolution])

    assert found["code"] == "invalid_input"
    assert found["issues"][0]["path"][:2] == ["resolutions", "0"]


@pytest.mark.parametrize("whose", ["nobody", "other_athlete", "stranger", "nonsense"])
async def test_a_player_who_is_not_of_the_team_is_not_found(
    db: Database, coach: Api, season: SeasonWorld, whose: str
) -> None:
    ids = {
        "nobody": global_id(Kind.PLAYER, uuid4()),
        "other_athlete": global_id(Kind.PLAYER, season.world.other_athlete.id or uuid4()),
        "stranger": global_id(Kind.PLAYER, season.world.stranger.id or uuid4()),
        "nonsense": "x",
    }
    before = await row_counts(db)

    found = await refused(coach, **season.input(playerIds=[season.player_ids[0], ids[whose]]))

    assert (found["code"], found["id"]) == ("player_not_found", ids[whose])
    assert await row_counts(db) == before


async def test_a_workout_of_another_organization_is_not_found(coach: Api, season: SeasonWorld) -> None:
    theirs = global_id(Kind.WORKOUT, season.foreign_workout.id)
    nobodys = global_id(Kind.WORKOUT, uuid4())

    found = [await refused(coach, **season.input(workoutId=each)) for each in (theirs, nobodys)]

    assert [each["code"] for each in found] == ["workout_not_found"] * 2
    assert found[0]["message"] == found[1]["message"]


async def test_a_session_of_a_plan_that_the_coach_does_not_see_is_not_theirs_to_assign(
    api: Api, season: SeasonWorld
) -> None:
    """Nor by way of the workout that its own coach has made of it."""
    asked = season.input(workoutId=None, sessionId=season.world.session_id)
    made = await created(api.as_(season.world.coach), **asked)
    other_team = global_id(Kind.TEAM, season.world.other_team.id)
    other_coach = api.as_(season.world.other_coach)
    for_all = {"type": "team", "playerIds": None}

    direct = await refused(other_coach, **{**asked, "teamId": other_team})
    by_workout = await refused(
        other_coach,
        **{
            **season.input(workoutId=made["assignments"][0]["workout"]["id"], **for_all),
            "teamId": other_team,
        },
    )

    assert (direct["code"], by_workout["code"]) == ("forbidden", "forbidden")


async def test_a_session_without_exercises_is_nothing_to_assign(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    plan = await make_plan(db, season.world.owner, a_plan([a_session()]))
    async with db.read() as db_session:
        [session] = (await sessions_by_plan(db_session, [plan.id]))[plan.id]

    found = await refused(
        coach, **season.input(workoutId=None, sessionId=global_id(Kind.SESSION, session.id))
    )

    assert found["code"] == "invalid_input"


async def test_a_team_without_players_has_nobody_to_give_it_to(
    db: Database, api: Api, season: SeasonWorld
) -> None:
    team = await make_team(db, season.world.organization)

    found = await refused(
        api.as_(season.world.admin),
        **{**season.input(type="team", playerIds=None), "teamId": global_id(Kind.TEAM, team.id)},
    )

    assert found["issues"][0]["path"] == ["assignment", "type"]


# Who may.


async def test_who_decides_over_the_team_may_assign(api: Api, season: SeasonWorld) -> None:
    day = TOMORROW
    for viewer in (season.world.coach, season.world.admin, season.service()):
        outcome = await created(api.as_(viewer), **season.input(scheduledOn=str(day)))
        day += timedelta(days=1)

        assert outcome["createdCount"] == 1


async def test_nobody_else_may(db: Database, api: Api, season: SeasonWorld) -> None:
    world = season.world
    strange_service = replace(world.strange_service, scopes=season.service().scopes)
    before = await row_counts(db)

    codes = {}
    for name, viewer in {
        "other_coach": world.other_coach,
        "strange_admin": world.strange_admin,
        "strange_service": strange_service,
        "player-coach of another team": replace(
            world.other_coach, played_team_ids=frozenset({world.team.id})
        ),
    }.items():
        codes[name] = (await refused(api.as_(viewer), **season.input()))["code"]
    closed = {
        name: await api.as_(viewer).refused(CREATE, input=season.input())
        for name, viewer in {
            "athlete": world.athlete,
            "mate": world.mate,
            "stranger": world.stranger,
            "service without the scope": world.service,
            "nobody": None,
        }.items()
    }

    assert codes == {
        "other_coach": "forbidden",
        "strange_admin": "team_not_found",
        "strange_service": "team_not_found",
        "player-coach of another team": "forbidden",
    }
    assert closed == {
        "athlete": "forbidden",
        "mate": "forbidden",
        "stranger": "forbidden",
        "service without the scope": "forbidden",
        "nobody": "unauthorized",
    }
    assert await row_counts(db) == before


async def test_with_the_flag_off_there_is_no_assigning(api: Api, season: SeasonWorld) -> None:
    closed = api.as_(season.world.coach).with_flags(*(each for each in Flag if each is not Flag.ASSIGNMENTS))

    code = await closed.refused(CREATE, input=season.input())
    many = await closed.refused(
        BULK, input={"teamId": season.team_id, "assignments": [season.input()["assignment"]]}
    )

    assert (code, many) == ("feature_not_available", "feature_not_available")


# Many at once.


async def test_many_are_all_made_or_none(db: Database, coach: Api, season: SeasonWorld) -> None:
    athlete, _ = season.players
    first = season.input()["assignment"]
    second = season.input(
        workoutId=global_id(Kind.WORKOUT, season.other_workout.id), type="team", playerIds=None
    )["assignment"]
    asked = {"teamId": season.team_id, "assignments": [first, second]}
    await forbid_training(db, season)
    before = await row_counts(db)

    held_back = (await coach.run(BULK, input=asked))["bulkAssign"]
    nothing = await row_counts(db)
    settled = (
        await coach.run(
            BULK,
            input={
                **asked,
                "resolutions": [
                    {"playerId": season.player_ids[0], "index": 0, "resolution": "reschedule"},
                    {"kind": "medical", "resolution": "skip"},
                ],
            },
        )
    )["bulkAssign"]

    assert held_back["__typename"] == "UnresolvedConflictsError"
    assert {each["index"] for each in held_back["outcome"]["conflicts"]} == {0, 1}
    assert nothing == before
    assert settled["outcome"]["createdCount"] == 2
    stored = await stored_of(db, athlete)
    assert [each.workout_id for each in stored] == [season.workout.id]
    assert stored[0].scheduled_on > TODAY + timedelta(days=7)


async def test_who_is_given_the_same_twice_by_one_request_is_told_of(coach: Api, season: SeasonWorld) -> None:
    once = season.input()["assignment"]

    found = (await coach.run(BULK, input={"teamId": season.team_id, "assignments": [once, once]}))[
        "bulkAssign"
    ]

    assert found["outcome"]["createdCount"] == 2
    assert found["outcome"]["warnings"] == [
        "1 player is given the same workout twice on one day by this request."
    ]


async def test_a_bad_one_of_many_is_named_by_its_place(db: Database, coach: Api, season: SeasonWorld) -> None:
    assignments = [
        season.input()["assignment"],
        season.input(scheduledOn=str(TODAY - timedelta(days=3)))["assignment"],
    ]
    before = await row_counts(db)

    found = (await coach.run(BULK, input={"teamId": season.team_id, "assignments": assignments}))[
        "bulkAssign"
    ]

    assert [each["path"] for each in found["issues"]] == [["assignments", "1", "scheduledOn"]]
    assert await row_counts(db) == before


@pytest.mark.parametrize("count", [0, 51])
async def test_too_few_and_too_many_at_once_are_refused(coach: Api, season: SeasonWorld, count: int) -> None:
    asked = {"teamId": season.team_id, "assignments": [season.input()["assignment"]] * count}

    found = (await coach.run(BULK, input=asked))["bulkAssign"]

    assert found["issues"][0]["path"] == ["assignments"]


async def test_the_statements_do_not_grow_with_the_players(
    db: Database, api: Api, season: SeasonWorld
) -> None:
    counts = []
    for size in (5, 60):
        team_id, coach = await make_big_team(db, season, size)
        assignments = [
            season.input(
                type="team",
                playerIds=None,
                scheduledOn=str(TODAY + timedelta(days=ahead)),
                recurrence={"pattern": "weekly", "endsOn": str(TODAY + timedelta(days=40))},
            )["assignment"]
            for ahead in (1, 2)
        ]
        asked = {"teamId": team_id, "assignments": assignments, "idempotencyKey": f"of {size}"}
        short = "mutation ($input: BulkAssignInput!) { bulkAssign(input: $input) { __typename } }"
        with count_statements(db) as statements:
            found = await api.as_(coach).run(short, input=asked)

        assert found["bulkAssign"]["__typename"] == "BulkAssignSuccess"
        counts.append(len(statements))

    assert counts[0] == counts[1], counts
    assert counts[0] <= 24


# Sent twice, and at the same time.


async def test_a_replay_gives_the_first_answer_and_assigns_nothing_more(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    asked = {**season.input(), "idempotencyKey": "tap-1"}
    first = await coach.run(CREATE, input=asked)
    before = await row_counts(db)

    again = await coach.run(CREATE, input=asked)
    other = await refused(coach, **{**asked, "followPhase": False})

    assert again == first
    assert other["code"] == "conflict"
    assert await row_counts(db) == before


async def test_conflicts_are_an_answer_too_that_a_replay_gives_again(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    await have(db, season.assignment())
    asked = {**season.input(), "idempotencyKey": "tap-1"}
    first = await held(coach, **asked)

    again = await held(coach, **asked)
    settled = await refused(coach, **asked, resolutions=[{"kind": "scheduling", "resolution": "override"}])

    assert again == first
    assert settled["code"] == "conflict", "a choice is another request, with a key of its own"


async def test_of_two_coaches_at_once_the_second_is_told_of_the_first(
    fresh_db: Database, clock: Clock
) -> None:
    season = await make_season_world(fresh_db)
    api = make_api(fresh_db, clock)
    coaches = [api.as_(season.world.coach), api.as_(season.world.admin)]
    asked = season.input(type="team", playerIds=None)

    replies = await asyncio.gather(*(each.run(CREATE, input=asked) for each in coaches * 3))

    kinds = sorted(each["createAssignment"]["__typename"] for each in replies)
    assert kinds == ["CreateAssignmentSuccess"] + ["UnresolvedConflictsError"] * 5
    for player_id in season.players:
        assert len(await stored_of(fresh_db, player_id)) == 1
    await api.services.solver.close()


async def test_two_who_make_a_workout_of_one_session_at_once_make_one(
    fresh_db: Database, clock: Clock
) -> None:
    season = await make_season_world(fresh_db)
    api = make_api(fresh_db, clock).as_(season.world.coach)
    asked = [
        season.input(
            workoutId=None, sessionId=season.world.session_id, scheduledOn=str(TODAY + timedelta(days=ahead))
        )
        for ahead in range(1, 5)
    ]

    await asyncio.gather(*(created(api, **each) for each in asked))

    stored = await stored_of(fresh_db, season.players[0])
    assert len(stored) == 4
    assert len({each.workout_id for each in stored}) == 1
    await api.services.solver.close()


async def test_nothing_is_assigned_into_a_phase_that_goes_at_that_moment(
    fresh_db: Database, clock: Clock
) -> None:
    """Who assigns while the season is being deleted waits for that, and finds none."""
    season = await make_season_world(fresh_db)
    api = make_api(fresh_db, clock).as_(season.world.coach)
    is_deleting = asyncio.Event()

    async def delete(tx: Transaction) -> None:
        await delete_season_plan(tx.db_session, season.plan.id, expected_version=season.plan.version)
        is_deleting.set()
        await asyncio.sleep(0.3)

    deleting = asyncio.create_task(fresh_db.unit_of_work(delete))
    await is_deleting.wait()
    outcome = await created(api, **season.input(load={"baseLoad": 400}))
    await deleting

    assert outcome["adjustedCount"] == 0
    [stored] = await stored_of(fresh_db, season.players[0])
    assert (stored.load.base_load_au, stored.planning.planning_phase_id) == (400, None)
    await api.services.solver.close()


# Days and clocks.


@pytest.mark.parametrize(
    ("now", "first_possible"),
    [
        ("2026-11-20T22:59:00+00:00", "2026-11-20"),
        ("2026-11-20T23:01:00+00:00", "2026-11-21"),
        ("2026-07-01T21:59:00+00:00", "2026-07-01"),
        ("2026-07-01T22:01:00+00:00", "2026-07-02"),
    ],
)
async def test_today_is_the_teams_own(
    clock: Clock, coach: Api, season: SeasonWorld, now: str, first_possible: str
) -> None:
    """In Oslo it is an hour later than UTC in winter, two in summer."""
    clock.now = datetime.fromisoformat(now)
    day = date.fromisoformat(first_possible)

    past = await refused(coach, **season.input(scheduledOn=str(day - timedelta(days=1))))
    there = await created(coach, **season.input(scheduledOn=str(day)))

    assert past["issues"][0]["path"] == ["assignment", "scheduledOn"]
    assert there["createdCount"] == 1


async def test_a_time_that_the_clocks_skip_is_as_much_later_and_one_that_comes_twice_is_the_first(
    coach: Api, season: SeasonWorld
) -> None:
    """In Oslo, 02:30 does not come on 28 March 2027, and comes twice on 31 October 2027."""
    outcome = await created(
        coach,
        **season.input(
            scheduledOn="2027-03-27",
            startsAt="02:30:00",
            recurrence={"pattern": "daily", "endsOn": "2027-10-31"},
        ),
    )

    days = await coach.run(
        """query ($id: ID!, $from: Date!, $to: Date!) { node(id: $id) { ... on WorkoutAssignment {
          startsAt days(range: {from: $from, to: $to}) { day startsAt } } } }""",
        id=outcome["assignments"][0]["id"],
        **{"from": "2027-03-27", "to": "2027-03-29"},
    )

    assert days["node"]["startsAt"] == "02:30:00"
    assert [each["startsAt"] for each in days["node"]["days"]] == [
        "2027-03-27T01:30:00+00:00",
        "2027-03-28T01:30:00+00:00",
        "2027-03-29T00:30:00+00:00",
    ]


async def test_a_recurring_one_is_held_against_its_coming_weeks(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    await have(db, season.assignment(scheduled_on=TODAY + timedelta(days=15)))

    found = await held(
        coach,
        **season.input(recurrence={"pattern": "weekly", "daysOfWeek": [5], "endsOn": "2027-02-01"}),
    )

    [conflict] = found["outcome"]["conflicts"]
    assert (conflict["kind"], conflict["day"]) == ("scheduling", str(TODAY + timedelta(days=15)))
    assert conflict["proposedOn"] is None, "what recurs is not moved for the sake of a day"


async def test_a_draft_is_given_but_not_shown_to_its_player(api: Api, season: SeasonWorld) -> None:
    outcome = await created(api.as_(season.world.coach), **season.input(isDraft=True))
    node = "query ($id: ID!) { node(id: $id) { id } }"

    seen = await api.as_(season.world.athlete).run(node, id=outcome["assignments"][0]["id"])

    assert outcome["assignments"][0]["status"] == "draft"
    assert seen["node"] is None


async def test_a_refusal_with_a_key_leaves_its_answer_and_nothing_else(
    db: Database, coach: Api, season: SeasonWorld
) -> None:
    before = await row_counts(db)

    await refused(coach, **season.input(playerIds=["x"]), idempotencyKey="tap-1")

    async with db.read() as db_session:
        keys = await db_session.scalar(select(func.count()).select_from(IdempotencyKeyRow))
    assert keys == 1
    assert await row_counts(db) == before
