"""Reports that training was done: once for each day, by who may, and with its load in the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select, text

from db.assignments import assignments_by_id
from db.completions import completions_by_assignment
from db.database import Database
from db.models.assignments import TrainingCompletionRow, WorkoutAssignmentRow
from db.models.operations import OutboxRow
from db.outbox import events_of
from domain.assignments import AssignmentStatus, Completion, WorkoutAssignment
from domain.recurrence import Recurrence, RecurrencePattern
from events.listeners.completions import completion_handlers
from integrations.flags import Flag
from integrations.metrics import Metrics
from integrations.planning_http import OnBehalfOf
from integrations.planning_metrics import PlanningMetrics
from integrations.planning_service import PlanningOptions, PlanningService
from integrations.service_tokens import ServiceTokens
from resolvers.ids import Kind, global_id
from tests.api import Api, make_api
from tests.databases import Clock
from tests.doubles.planning_service import PlanningDouble, Reply
from tests.events.world import World as Bus
from tests.events.world import running, until
from tests.factories import NOW
from tests.integrations.helpers import Log
from tests.integrations.planning_cases import WORKLOAD_JSON
from tests.integrations.test_service_tokens import pem_of
from tests.schema.assigning_documents import COMPLETE
from tests.schema.season_world import TODAY, SeasonWorld, have, make_season_world

KEY = Ed25519PrivateKey.generate()
DAILY = Recurrence(RecurrencePattern.DAILY, ends_on=TODAY + timedelta(days=3))


@pytest.fixture
async def season(db: Database) -> SeasonWorld:
    return await make_season_world(db)


@pytest.fixture
async def assignment(db: Database, season: SeasonWorld) -> WorkoutAssignment:
    """The athlete's, for today."""
    return (await have(db, season.assignment(scheduled_on=TODAY)))[0]


@pytest.fixture
def athlete(api: Api, season: SeasonWorld) -> Api:
    return api.as_(season.world.athlete)


def report(assignment: WorkoutAssignment, **changes: Any) -> dict[str, Any]:
    return {
        "assignmentId": global_id(Kind.WORKOUT_ASSIGNMENT, assignment.id),
        "playerId": global_id(Kind.PLAYER, assignment.player_id),
        "completedAt": NOW.isoformat(),
        "actualLoad": 410.5,
        "completionRate": 90.0,
    } | changes


async def complete(api: Api, assignment: WorkoutAssignment, **changes: Any) -> dict[str, Any]:
    reply = await api.run(COMPLETE, input=report(assignment, **changes))
    found: dict[str, Any] = reply["notifyTrainingCompletion"]
    return found


async def done(db: Database, assignment: WorkoutAssignment) -> list[Completion]:
    async with db.read() as db_session:
        return (await completions_by_assignment(db_session, [assignment.id])).get(assignment.id, [])


async def now(db: Database, assignment: WorkoutAssignment) -> WorkoutAssignment:
    async with db.read() as db_session:
        return (await assignments_by_id(db_session, [assignment.id]))[assignment.id]


async def row_counts(db: Database) -> tuple[int, ...]:
    async with db.read() as db_session:
        counts = [
            await db_session.scalar(select(func.count()).select_from(each)) or 0
            for each in (TrainingCompletionRow, WorkoutAssignmentRow, OutboxRow)
        ]
        loads = await db_session.scalar(text("SELECT count(*) FROM training_entries"))
    return (*counts, loads)


async def test_what_was_done_is_completed_with_its_load(
    db: Database, athlete: Api, assignment: WorkoutAssignment
) -> None:
    found = await complete(athlete, assignment, performance={"averagePower": 240, "laps": [61.5, 60]})

    assert found["__typename"] == "NotifyTrainingCompletionSuccess"
    assert found["assignment"]["status"] == "completed"
    assert found["assignment"]["version"] == 2
    assert found["completion"] == {
        "occurrenceOn": str(TODAY),
        "completedAt": "2026-11-20T12:00:00+00:00",
        "actualLoad": 410.5,
        "completionRate": 90.0,
        "performance": {"averagePower": 240, "laps": [61.5, 60]},
    }
    [completion] = await done(db, assignment)
    assert completion.actual_load_au == 410.5
    assert completion.performance == {"averagePower": 240, "laps": [61.5, 60]}
    assert (await now(db, assignment)).completed_at == NOW
    async with db.read() as db_session:
        load = await db_session.scalar(
            text("SELECT load_au FROM training_entries WHERE assignment_id = :id"), {"id": assignment.id}
        )
    assert load == 410.5


async def test_it_is_announced_without_what_is_private(
    db: Database, api: Api, season: SeasonWorld, assignment: WorkoutAssignment
) -> None:
    await complete(api.as_(season.world.coach), assignment, performance={"heartRate": 171})

    async with db.read() as db_session:
        [event] = await events_of(db_session, "assignment", assignment.id)
    assert (event.event_type, event.aggregate_version) == ("training.completed", 2)
    assert event.team_id == season.world.team.id
    assert event.payload["player_id"] == str(assignment.player_id)
    assert event.payload["occurrence_on"] == str(TODAY)
    assert event.payload["actual_load_au"] == 410.5
    assert event.payload["reported_by_id"] == str(season.world.coach.id)
    assert event.payload["reported_by_role"] == "coach"
    assert "heartRate" not in str(event.payload)


async def test_a_load_that_is_not_reported_is_no_load_of_0(
    db: Database, athlete: Api, assignment: WorkoutAssignment
) -> None:
    found = await complete(athlete, assignment, actualLoad=None)

    assert found["completion"]["actualLoad"] is None
    assert [each.actual_load_au for each in await done(db, assignment)] == [None]


@pytest.mark.parametrize("load", [0.0, 10_000.0])
@pytest.mark.parametrize("rate", [0.0, 100.0])
async def test_the_limits_themselves_are_allowed(
    athlete: Api, assignment: WorkoutAssignment, load: float, rate: float
) -> None:
    found = await complete(athlete, assignment, actualLoad=load, completionRate=rate)

    assert found["completion"]["actualLoad"] == load
    assert found["completion"]["completionRate"] == rate


def nested(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels - 1):
        found = {"in": found}
    return found


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"completionRate": 101.0}, "completionRate"),
        ({"completionRate": -0.5}, "completionRate"),
        ({"actualLoad": -1.0}, "actualLoad"),
        ({"actualLoad": 10_000.5}, "actualLoad"),
        ({"completedAt": (NOW + timedelta(minutes=6)).isoformat()}, "completedAt"),
        ({"completedAt": "1999-12-31T23:59:59Z"}, "completedAt"),
        ({"completedAt": "9999-12-31T23:59:59.999999-11:00"}, "completedAt"),
        ({"completedAt": "2026-11-20T12:00:00"}, "completedAt"),
        ({"performance": [1, 2]}, "performance"),
        ({"performance": "fast"}, "performance"),
        ({"performance": {"notes": "x" * 5000}}, "performance"),
        ({"performance": nested(9)}, "performance"),
        ({"occurrenceOn": str(TODAY + timedelta(days=1))}, "occurrenceOn"),
    ],
)
async def test_a_bad_report_is_refused_and_nothing_is_recorded(
    db: Database, athlete: Api, assignment: WorkoutAssignment, changes: dict[str, Any], path: str
) -> None:
    before = await row_counts(db)

    found = await complete(athlete, assignment, **changes)

    assert found["code"] == "invalid_input"
    assert [each["path"] for each in found["issues"]] == [[path]]
    assert await row_counts(db) == before


async def test_eight_levels_are_deep_enough(athlete: Api, assignment: WorkoutAssignment) -> None:
    found = await complete(athlete, assignment, performance=nested(8))

    assert found["completion"]["performance"] == nested(8)


async def test_a_day_is_completed_once(db: Database, athlete: Api, assignment: WorkoutAssignment) -> None:
    await complete(athlete, assignment)
    before = await row_counts(db)

    again = await complete(athlete, assignment, actualLoad=500.0)

    assert (again["code"], again["state"]) == ("invalid_state", "completed")
    assert await row_counts(db) == before


@pytest.mark.parametrize(
    "status", [AssignmentStatus.DRAFT, AssignmentStatus.CANCELLED, AssignmentStatus.ARCHIVED]
)
async def test_only_what_is_active_can_be_completed(
    db: Database, api: Api, season: SeasonWorld, status: AssignmentStatus
) -> None:
    [assignment] = await have(db, season.assignment(status=status))
    before = await row_counts(db)

    found = await complete(api.as_(season.world.coach), assignment)

    assert (found["code"], found["state"]) == ("invalid_state", status.value)
    assert await row_counts(db) == before


async def test_a_recurring_one_goes_on_until_its_last_day_is_done(
    db: Database, clock: Clock, athlete: Api, season: SeasonWorld
) -> None:
    [assignment] = await have(db, season.assignment(scheduled_on=TODAY, recurrence=DAILY))

    statuses = []
    for _ in range(4):
        found = await complete(athlete, assignment, completedAt=clock.now.isoformat())
        statuses.append((found["completion"]["occurrenceOn"], found["assignment"]["status"]))
        clock.advance(days=1)

    days = [str(TODAY + timedelta(days=ahead)) for ahead in range(4)]
    assert statuses == list(zip(days, ["active", "active", "active", "completed"], strict=True))


async def test_a_second_report_of_a_day_is_not_put_down_for_a_day_that_was_missed(
    db: Database, clock: Clock, athlete: Api, season: SeasonWorld
) -> None:
    [assignment] = await have(db, season.assignment(scheduled_on=TODAY, recurrence=DAILY))
    clock.advance(days=2)
    await complete(athlete, assignment, completedAt=clock.now.isoformat())

    again = await complete(athlete, assignment, completedAt=clock.now.isoformat())
    named = await complete(
        athlete, assignment, completedAt=clock.now.isoformat(), occurrenceOn=str(TODAY + timedelta(days=1))
    )
    twice = await complete(
        athlete, assignment, completedAt=clock.now.isoformat(), occurrenceOn=str(TODAY + timedelta(days=1))
    )

    assert again["code"] == "invalid_state"
    assert named["completion"]["occurrenceOn"] == str(TODAY + timedelta(days=1))
    assert twice["code"] == "invalid_state"
    assert [each.occurrence_on for each in await done(db, assignment)] == [
        TODAY + timedelta(days=1),
        TODAY + timedelta(days=2),
    ]


async def test_training_on_another_day_counts_for_the_latest_that_is_open(
    db: Database, clock: Clock, athlete: Api, season: SeasonWorld
) -> None:
    weekly = Recurrence(RecurrencePattern.WEEKLY, weekdays=(4,))
    [assignment] = await have(db, season.assignment(scheduled_on=TODAY, recurrence=weekly))
    clock.advance(days=2)

    found = await complete(athlete, assignment, completedAt=clock.now.isoformat())

    assert found["completion"]["occurrenceOn"] == str(TODAY)


@pytest.mark.parametrize(
    ("completed_at", "day"),
    [
        # In Oslo the clocks go back at 3:00 on 25 October: 2:30 comes twice, and both are that day's.
        ("2026-10-24T21:59:00Z", "2026-10-24"),
        ("2026-10-24T22:01:00Z", "2026-10-25"),
        ("2026-10-25T00:30:00Z", "2026-10-25"),
        ("2026-10-25T01:30:00Z", "2026-10-25"),
        ("2026-10-25T22:59:00Z", "2026-10-25"),
        ("2026-10-25T23:01:00Z", "2026-10-26"),
    ],
)
async def test_the_day_is_that_of_the_teams_clock(
    db: Database, athlete: Api, season: SeasonWorld, completed_at: str, day: str
) -> None:
    first = datetime(2026, 10, 20, tzinfo=UTC).date()
    [assignment] = await have(
        db,
        season.assignment(
            effective_from=first, scheduled_on=first, recurrence=Recurrence(RecurrencePattern.DAILY)
        ),
    )

    found = await complete(athlete, assignment, completedAt=completed_at)

    assert found["completion"]["occurrenceOn"] == day


# Who may.


async def test_the_player_and_who_decides_over_the_team_may_report(
    db: Database, api: Api, season: SeasonWorld
) -> None:
    world = season.world
    for viewer in (world.athlete, world.coach, world.admin, season.service()):
        [assignment] = await have(db, season.assignment(scheduled_on=TODAY, id=uuid4()))
        found = await complete(api.as_(viewer), assignment)

        assert found["__typename"] == "NotifyTrainingCompletionSuccess"


async def test_nobody_else_may(
    db: Database, api: Api, season: SeasonWorld, assignment: WorkoutAssignment
) -> None:
    world = season.world
    before = await row_counts(db)

    told = {
        name: (await complete(api.as_(getattr(world, name)), assignment))["code"]
        for name in ("mate", "other_athlete", "other_coach", "stranger", "strange_admin")
    }
    closed = await api.as_(world.service).refused(COMPLETE, input=report(assignment))
    others = tuple(each for each in Flag if each is not Flag.ASSIGNMENTS)
    flag_off = await api.as_(world.athlete).with_flags(*others).refused(COMPLETE, input=report(assignment))

    assert told == {
        "mate": "forbidden",
        "other_athlete": "forbidden",
        "other_coach": "forbidden",
        "stranger": "assignment_not_found",
        "strange_admin": "assignment_not_found",
    }
    assert (closed, flag_off) == ("forbidden", "feature_not_available")
    assert await row_counts(db) == before


@pytest.mark.parametrize("which", ["assignment", "player", "both"])
async def test_an_assignment_that_is_not_this_players_is_not_found(
    db: Database, api: Api, season: SeasonWorld, assignment: WorkoutAssignment, which: str
) -> None:
    changes: dict[str, dict[str, Any]] = {
        "assignment": {"assignmentId": global_id(Kind.WORKOUT_ASSIGNMENT, uuid4())},
        "player": {"playerId": season.player_ids[1]},
        "both": {"assignmentId": "x"},
    }

    found = await complete(api.as_(season.world.coach), assignment, **changes[which])

    assert found["code"] == "assignment_not_found"
    assert await done(db, assignment) == []


# Sent twice, and at the same time.


async def test_a_replay_gives_the_first_answer_and_records_nothing_more(
    db: Database, athlete: Api, assignment: WorkoutAssignment
) -> None:
    first = await complete(athlete, assignment, performance={"laps": 3}, idempotencyKey="tap-1")
    before = await row_counts(db)

    again = await complete(athlete, assignment, performance={"laps": 3}, idempotencyKey="tap-1")
    other = await complete(athlete, assignment, performance={"laps": 4}, idempotencyKey="tap-1")

    assert again == first
    assert other["code"] == "conflict"
    assert await row_counts(db) == before


async def test_reported_by_two_at_once_it_is_completed_once(fresh_db: Database, clock: Clock) -> None:
    season = await make_season_world(fresh_db)
    api = make_api(fresh_db, clock)
    [assignment] = await have(fresh_db, season.assignment(scheduled_on=TODAY, recurrence=DAILY))

    found = await asyncio.gather(
        *(complete(api.as_(each), assignment) for each in (season.world.athlete, season.world.coach) * 4)
    )

    assert sorted(each.get("code", "ok") for each in found) == ["invalid_state"] * 7 + ["ok"]
    assert len(await done(fresh_db, assignment)) == 1
    await api.services.solver.close()


# A planning service hears of it.


@pytest.fixture
def double() -> Iterator[PlanningDouble]:
    with PlanningDouble(ServiceTokens(KEY, audience="").public_jwk()) as double:
        yield double


@asynccontextmanager
async def told_by(url: str, double: PlanningDouble) -> AsyncIterator[tuple[Bus, PlanningService]]:
    """A process whose planning service is the double."""
    metrics = Metrics()
    planning = PlanningService(
        PlanningOptions(double.url, pem_of(KEY), rate_per_second=1_000),
        log=Log().logger,
        metrics=PlanningMetrics(metrics.registry),
    )
    async with running(Bus(url, completion_handlers(planning))) as bus:
        yield bus, planning
    await planning.close()


async def _reported(url: str, clock: Clock) -> tuple[SeasonWorld, Sequence[UUID]]:
    """A completion that was stored with nobody there to tell of it yet."""
    db = Database(url, clock=clock)
    season = await make_season_world(db)
    [assignment] = await have(db, season.assignment(scheduled_on=TODAY))
    api = make_api(db, clock)
    await complete(api.as_(season.world.athlete), assignment, performance={"laps": 3})
    await api.services.solver.close()
    await db.dispose()
    return season, [assignment.id]


async def test_a_planning_service_is_told_with_whose_report_it_is(
    fresh_url: str, clock: Clock, double: PlanningDouble
) -> None:
    season, [assignment_id] = await _reported(fresh_url, clock)

    async with told_by(fresh_url, double):
        await until(lambda: _answer(bool(double.completions)))

    [(key, body)] = double.completions.items()
    assert UUID(key)
    assert body == {
        "assignmentId": str(assignment_id),
        "playerId": str(season.players[0]),
        "completedAt": NOW.isoformat(),
        "actualLoad": 410.5,
        "completionRate": 90.0,
        "performance": {"laps": 3},
    }
    [seen] = double.seen
    assert seen.headers["x-user-id"] == str(season.world.athlete.id)
    assert seen.headers["x-user-role"] == "athlete"
    assert seen.headers["x-organization-id"] == str(season.world.organization.id)


async def _answer(value: bool) -> bool:
    return value


async def test_a_service_that_was_away_hears_of_it_later_and_once(
    fresh_url: str, clock: Clock, double: PlanningDouble
) -> None:
    await _reported(fresh_url, clock)
    double.script.extend([Reply(503), Reply(503)])

    async with told_by(fresh_url, double) as (bus, _):
        await until(lambda: _answer(bool(double.completions)))
        await until(lambda: _is_empty(bus))

    keys = {seen.headers["idempotency-key"] for seen in double.seen}
    assert len(keys) == 1
    assert len(double.completions) == 1


async def test_what_the_service_refuses_is_a_dead_letter_that_an_operator_sees(
    fresh_url: str, clock: Clock, double: PlanningDouble
) -> None:
    await _reported(fresh_url, clock)
    double.always = Reply(422, {"error": "unknown assignment"})

    async with told_by(fresh_url, double) as (bus, _):
        await until(lambda: _is_dead(bus))
        reasons = await bus.rows("SELECT reason, consumer FROM dead_letters")

    assert [tuple(each) for each in reasons] == [("refused", "planning.completions")]
    assert double.calls == 1


async def test_its_workload_is_asked_for_anew_afterwards(
    fresh_url: str, clock: Clock, double: PlanningDouble
) -> None:
    season, _ = await _reported(fresh_url, clock)
    team = season.world.team.id
    path = "/api/v1/planning/workload/analyze"
    double.answers[path] = {
        **WORKLOAD_JSON, "teamId": str(team), "startDate": str(TODAY), "endDate": str(TODAY),
    }  # fmt: skip
    caller = OnBehalfOf(season.world.coach.id, "coach", season.world.organization.id)

    async with told_by(fresh_url, double) as (bus, planning):
        await until(lambda: _answer(bool(double.completions)))
        await until(lambda: _is_empty(bus))
        for _ in range(2):
            await planning.workload(team, TODAY, TODAY, caller)
        asked = [each.path for each in double.seen].count(path)
        await planning.notify_completion(
            Completion(uuid4(), TODAY, season.players[0], NOW), team, caller, idempotency_key="1"
        )
        await planning.workload(team, TODAY, TODAY, caller)

    assert asked == 1
    assert [each.path for each in double.seen].count(path) == 2


def test_without_a_planning_service_nobody_is_told() -> None:
    assert completion_handlers(None) == ()


async def _is_empty(bus: Bus) -> bool:
    return not await bus.scalar("SELECT count(*) FROM event_deliveries")


async def _is_dead(bus: Bus) -> bool:
    return bool(await bus.scalar("SELECT count(*) FROM dead_letters"))
