"""Training that was done: reported, corrected and withdrawn by those whose it is, with its history kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from db.database import Database
from db.models.workload import TrainingEntryRow, TrainingVersionRow
from db.outbox import events_of
from db.workload import day_loads
from domain.access import Scope
from domain.people import Viewer
from domain.workload.model import DayState
from integrations.flags import Flag
from resolvers.ids import Kind, as_uuid, global_id, parsed
from tests.api import Api, make_api
from tests.databases import Clock
from tests.factories import NOW, make_viewer
from tests.season_factories import make_assignments, make_club
from tests.statements import count_statements
from tests.world import World, make_world

TODAY = NOW.date()
ERRORS = """... on Error { message code } ... on InvalidInputError { issues { path message } }
  ... on ConflictError { currentVersion } ... on InvalidStateError { state }"""
ENTRY = """id version day kind occurredAt minutes sessionRpe loadAu loadMethod note source reason withdrawnAt
  actorName earlierVersions { version day minutes sessionRpe loadAu reason actorName }"""
LOG = f"""mutation ($input: LogTrainingInput!) {{ logTraining(input: $input) {{ __typename
  ... on LogTrainingSuccess {{ training {{ {ENTRY} }} }} {ERRORS} }} }}"""
CORRECT = f"""mutation ($input: CorrectTrainingInput!) {{ correctTraining(input: $input) {{ __typename
  ... on CorrectTrainingSuccess {{ training {{ {ENTRY} }} }} {ERRORS} }} }}"""
WITHDRAW = f"""mutation ($input: WithdrawTrainingInput!) {{ withdrawTraining(input: $input) {{ __typename
  ... on WithdrawTrainingSuccess {{ training {{ {ENTRY} }} }} {ERRORS} }} }}"""
READ = """query ($id: ID!, $first: Int, $after: String, $from: Date, $to: Date) { player(id: $id) {
  trainingLog(first: $first, after: $after, firstDay: $from, lastDay: $to) {
    edges { node { id day loadAu withdrawnAt earlierVersions { version } } }
    pageInfo { hasNextPage endCursor } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
LOG_SESSION = """mutation ($input: LogSessionInput!) { logSession(input: $input) { __typename
  ... on Error { code message } } }"""
HARD_HOUR = {"minutes": 60, "sessionRpe": 7.5}


def service(world: World) -> Viewer:
    return replace(world.service, scopes=frozenset({Scope.TRAINING_REPORT, Scope.WORKLOAD_READ}))


def player_id(world: World) -> str:
    return global_id(Kind.PLAYER, world.owner.id)


async def only(api: Api, operation: str, /, **input: Any) -> dict[str, Any]:
    [answer] = (await api.run(operation, input=input)).values()
    return answer  # type: ignore[no-any-return]


async def logged(api: Api, **input: Any) -> dict[str, Any]:
    answer = await only(api, LOG, **(HARD_HOUR | input))
    assert answer["__typename"] == "LogTrainingSuccess", answer
    return answer["training"]  # type: ignore[no-any-return]


async def entry_count(db: Database) -> int:
    async with db.read() as db_session:
        return await db_session.scalar(select(func.count()).select_from(TrainingEntryRow)) or 0


async def load_on(db: Database, world: World, day: date = TODAY) -> tuple[DayState, float | None]:
    async with db.read() as db_session:
        [found] = (await day_loads(db_session, [world.owner.id], day, day))[world.owner.id]
    return found.state, found.total_load_au


class TestLogging:
    async def test_a_load_is_session_rpe_times_minutes(self, db: Database, api: Api, world: World) -> None:
        entry = await logged(api.as_(world.athlete), day=str(TODAY), note="  Felt heavy ")

        assert entry["loadAu"] == 450
        assert entry["loadMethod"] == "session_rpe"
        assert entry["note"] == "Felt heavy"
        assert (entry["source"], entry["version"], entry["earlierVersions"]) == ("manual", 1, [])
        assert await load_on(db, world) == (DayState.REPORTED, 450)

    async def test_a_load_of_its_own_counts_instead(self, db: Database, api: Api, world: World) -> None:
        entry = await logged(api.as_(world.athlete), loadAu=300, kind="game")

        assert (entry["loadAu"], entry["loadMethod"], entry["kind"]) == (300, "own", "game")
        assert await load_on(db, world) == (DayState.REPORTED, 300)

    async def test_two_sessions_a_day_are_summed(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await logged(mine, day=str(TODAY))
        await logged(mine, day=str(TODAY), kind="game", minutes=40, sessionRpe=9)

        async with db.read() as db_session:
            [day] = (await day_loads(db_session, [world.owner.id], TODAY, TODAY))[world.owner.id]
        assert (day.training_load_au, day.game_load_au, day.total_load_au) == (450, 360, 810)

    async def test_without_a_day_it_was_now(self, api: Api, world: World) -> None:
        entry = await logged(api.as_(world.athlete))

        assert entry["day"] == str(TODAY)
        assert entry["occurredAt"] == NOW.isoformat()

    async def test_the_day_is_that_of_the_players_zone(self, api: Api, world: World) -> None:
        """World's athletes live in Oslo, where it is past midnight from 23:00 UTC on."""
        entry = await logged(
            api.as_(world.coach), playerId=player_id(world), occurredAt="2026-11-18T23:30:00Z"
        )

        assert entry["day"] == "2026-11-19"

    async def test_an_event_says_what_came_in(self, db: Database, api: Api, world: World) -> None:
        entry = await logged(api.as_(world.athlete))

        key = as_uuid((parsed(entry["id"]) or ("", ""))[1])
        assert key is not None
        async with db.read() as db_session:
            [event] = await events_of(db_session, "training_entry", key)
        assert event.event_type == "training.logged"
        assert event.payload["load_au"] == 450
        assert event.payload["player_id"] == str(world.owner.id)

    async def test_a_team_is_one_that_the_player_plays_in(self, db: Database, api: Api, world: World) -> None:
        theirs = global_id(Kind.TEAM, world.other_team.id)
        nowhere = global_id(Kind.TEAM, world.owner.id)

        answers = [
            await only(api.as_(world.athlete), LOG, **HARD_HOUR, teamId=each) for each in (theirs, nowhere)
        ]

        assert [each["issues"] for each in answers] == [
            [{"path": ["teamId"], "message": "This is not a team that the player plays in."}]
        ] * 2
        assert await entry_count(db) == 0


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "load below zero": ({"loadAu": -1}, "loadAu"),
    "load without bounds": ({"loadAu": 10_001}, "loadAu"),
    "RPE 11": ({"minutes": 60, "sessionRpe": 11}, "sessionRpe"),
    "RPE below zero": ({"minutes": 60, "sessionRpe": -0.5}, "sessionRpe"),
    "no minutes": ({"minutes": 0, "sessionRpe": 5}, "minutes"),
    "ten hours and a minute": ({"minutes": 601, "sessionRpe": 5}, "minutes"),
    "tomorrow": ({**HARD_HOUR, "day": "2026-11-21"}, "day"),
    "in an hour": ({**HARD_HOUR, "occurredAt": "2026-11-20T13:00:00Z"}, "occurredAt"),
    "before there were logs": ({**HARD_HOUR, "day": "1999-12-31"}, "day"),
    "the year 1": ({**HARD_HOUR, "occurredAt": "0001-01-01T00:00:00Z"}, "occurredAt"),
    "the end of time": ({**HARD_HOUR, "occurredAt": "9999-12-31T23:59:59-12:00"}, "occurredAt"),
    "a time on another day": (
        {**HARD_HOUR, "day": "2026-11-19", "occurredAt": "2026-11-20T10:00:00Z"},
        "day",
    ),
    "a time without a zone": ({**HARD_HOUR, "occurredAt": "2026-11-20T10:00:00"}, "occurredAt"),
    "no effort": ({"minutes": 60}, "sessionRpe"),
    "no length": ({"sessionRpe": 6}, "minutes"),
    "a heart of stone": ({**HARD_HOUR, "averageBpm": 12}, "averageBpm"),
    "an average above the maximum": ({**HARD_HOUR, "averageBpm": 150, "maximumBpm": 140}, "averageBpm"),
    "a novel": ({**HARD_HOUR, "note": "x" * 1001}, "note"),
}


class TestBadInput:
    @pytest.mark.parametrize("name", BAD)
    async def test_it_is_refused_at_its_place_and_nothing_is_stored(
        self, db: Database, api: Api, world: World, name: str
    ) -> None:
        input, path = BAD[name]

        answer = await only(api.as_(world.athlete), LOG, **input)

        assert answer["code"] == "invalid_input"
        assert [each["path"] for each in answer["issues"]] == [[path]]
        assert await entry_count(db) == 0

    async def test_an_eleventh_session_of_a_day_is_refused(
        self, db: Database, api: Api, world: World
    ) -> None:
        mine = api.as_(world.athlete)
        for _ in range(10):
            await logged(mine, day=str(TODAY))

        answer = await only(mine, LOG, **HARD_HOUR, day=str(TODAY))
        other_day = await only(mine, LOG, **HARD_HOUR, day=str(TODAY - timedelta(days=1)))

        assert answer["issues"][0]["path"] == ["day"]
        assert other_day["__typename"] == "LogTrainingSuccess"
        assert await entry_count(db) == 11

    async def test_today_is_the_players(self, api: Api, world: World, clock: Clock) -> None:
        """At 23:30 UTC it is tomorrow in Oslo already."""
        clock.now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)

        entry = await logged(api.as_(world.coach), playerId=player_id(world), day="2026-11-21")

        assert entry["day"] == "2026-11-21"

    async def test_a_service_says_whose_it_is(self, api: Api, world: World) -> None:
        answer = await only(api.as_(service(world)), LOG, **HARD_HOUR)

        assert answer["issues"][0]["path"] == ["playerId"]


class TestCorrecting:
    async def test_what_was_there_before_is_kept(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        entry = await logged(mine)

        await only(
            mine, CORRECT, trainingId=entry["id"], expectedVersion=1, minutes=50, reason="Stopped early"
        )
        answer = await only(
            api.as_(world.coach), CORRECT, trainingId=entry["id"], expectedVersion=2, sessionRpe=8
        )

        after = answer["training"]
        assert (after["version"], after["minutes"], after["loadAu"]) == (3, 50, 400)
        assert after["actorName"] == world.coach.display_name
        assert [(each["version"], each["loadAu"], each["reason"]) for each in after["earlierVersions"]] == [
            (2, 375, "Stopped early"),
            (1, 450, None),
        ]
        assert await load_on(db, world) == (DayState.REPORTED, 400)

    async def test_a_load_of_its_own_goes_when_it_is_emptied(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        entry = await logged(mine, loadAu=999)

        answer = await only(mine, CORRECT, trainingId=entry["id"], expectedVersion=1, loadAu=None)

        assert answer["training"]["loadAu"] == 450
        assert answer["training"]["loadMethod"] == "session_rpe"

    async def test_moving_it_to_another_day_moves_the_load(
        self, db: Database, api: Api, world: World
    ) -> None:
        mine, yesterday = api.as_(world.athlete), TODAY - timedelta(days=1)
        entry = await logged(mine)

        answer = await only(mine, CORRECT, trainingId=entry["id"], expectedVersion=1, day=str(yesterday))

        assert answer["training"]["occurredAt"] is None, "the time was of the other day"
        assert await load_on(db, world) == (DayState.UNREPORTED, None)
        assert await load_on(db, world, yesterday) == (DayState.REPORTED, 450)
        key = as_uuid((parsed(entry["id"]) or ("", ""))[1])
        assert key is not None
        async with db.read() as db_session:
            event = (await events_of(db_session, "training_entry", key))[-1]
        assert event.event_type == "training.corrected"
        assert (event.payload["previous_day"], event.payload["day"]) == (str(TODAY), str(yesterday))

    async def test_saying_the_same_again_is_no_version(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        entry = await logged(mine)

        answer = await only(mine, CORRECT, trainingId=entry["id"], expectedVersion=1, minutes=60)

        assert answer["training"]["version"] == 1

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"minutes": 0}, "minutes"),
            ({"sessionRpe": 11}, "sessionRpe"),
            ({"sessionRpe": None}, "sessionRpe"),
            ({"day": "2026-11-21"}, "day"),
            ({"kind": None}, "kind"),
            ({"reason": "x" * 241}, "reason"),
        ],
    )
    async def test_a_bad_correction_changes_nothing(
        self, db: Database, api: Api, world: World, change: dict[str, Any], path: str
    ) -> None:
        mine = api.as_(world.athlete)
        entry = await logged(mine)

        answer = await only(mine, CORRECT, trainingId=entry["id"], expectedVersion=1, **change)

        assert answer["issues"][0]["path"] == [path]
        assert await load_on(db, world) == (DayState.REPORTED, 450)
        async with db.read() as db_session:
            assert await db_session.scalar(select(func.count()).select_from(TrainingVersionRow)) == 0

    async def test_an_old_version_is_a_conflict(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        entry = await logged(mine)
        await only(mine, CORRECT, trainingId=entry["id"], expectedVersion=1, minutes=50)

        answer = await only(mine, CORRECT, trainingId=entry["id"], expectedVersion=1, minutes=40)

        assert (answer["code"], answer["currentVersion"]) == ("conflict", 2)

    async def test_a_full_day_takes_no_eleventh_by_a_correction(self, api: Api, world: World) -> None:
        mine, yesterday = api.as_(world.athlete), str(TODAY - timedelta(days=1))
        entry = await logged(mine, day=yesterday)
        for _ in range(10):
            await logged(mine, day=str(TODAY))

        moved = await only(mine, CORRECT, trainingId=entry["id"], expectedVersion=1, day=str(TODAY))

        assert moved["issues"][0]["path"] == ["day"]


class TestWithdrawing:
    async def test_it_counts_no_more_but_stays_to_be_seen(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        entry = await logged(mine)

        answer = await only(mine, WITHDRAW, trainingId=entry["id"], expectedVersion=1, reason="Was not me")

        assert answer["training"]["withdrawnAt"] == NOW.isoformat()
        assert answer["training"]["reason"] == "Was not me"
        assert [each["version"] for each in answer["training"]["earlierVersions"]] == [1]
        assert await load_on(db, world) == (DayState.UNREPORTED, None)
        shown = await mine.run(READ, id=player_id(world))
        assert [each["node"]["withdrawnAt"] for each in shown["player"]["trainingLog"]["edges"]] == [
            NOW.isoformat()
        ]

    @pytest.mark.parametrize("operation", [CORRECT, WITHDRAW])
    async def test_what_is_withdrawn_stays_as_it_is(self, api: Api, world: World, operation: str) -> None:
        mine = api.as_(world.athlete)
        entry = await logged(mine)
        await only(mine, WITHDRAW, trainingId=entry["id"], expectedVersion=1)

        answer = await only(mine, operation, trainingId=entry["id"], expectedVersion=2)

        assert (answer["code"], answer["state"]) == ("invalid_state", "withdrawn")


MAY_REPORT = {
    "athlete": None,
    "coach": None,
    "admin": None,
    "mate": "forbidden",
    "other_athlete": "forbidden",
    "other_coach": "forbidden",
    "stranger": "player_not_found",
    "strange_admin": "player_not_found",
}


class TestRoles:
    @pytest.mark.parametrize("who", MAY_REPORT)
    async def test_who_may_report_of_a_player(self, db: Database, api: Api, world: World, who: str) -> None:
        answer = await only(api.as_(getattr(world, who)), LOG, **HARD_HOUR, playerId=player_id(world))

        assert answer.get("code") == MAY_REPORT[who]
        assert await entry_count(db) == (MAY_REPORT[who] is None)

    @pytest.mark.parametrize("who", MAY_REPORT)
    @pytest.mark.parametrize("operation", [CORRECT, WITHDRAW])
    async def test_who_may_change_an_entry(self, api: Api, world: World, who: str, operation: str) -> None:
        entry = await logged(api.as_(world.athlete))

        answer = await only(
            api.as_(getattr(world, who)), operation, trainingId=entry["id"], expectedVersion=1
        )

        expected = MAY_REPORT[who]
        assert answer.get("code") == ("training_not_found" if expected == "player_not_found" else expected)

    @pytest.mark.parametrize("who", MAY_REPORT)
    async def test_who_may_read_the_log_by_any_path(self, api: Api, world: World, who: str) -> None:
        entry = await logged(api.as_(world.athlete))
        theirs, sees = api.as_(getattr(world, who)), MAY_REPORT[who] is None

        by_player = await theirs.send(READ, id=player_id(world))
        by_node = await theirs.run(NODE, id=entry["id"])

        assert (by_node["node"] is not None) is sees
        player = (by_player.data or {}).get("player")
        log = None if player is None else player["trainingLog"]
        assert (log is not None) is sees

    async def test_a_service_reports_with_the_scope_for_it(self, api: Api, world: World) -> None:
        entry = await logged(api.as_(service(world)), playerId=player_id(world))

        assert entry["actorName"] == "reports"
        assert await api.as_(world.service).refused(LOG, input={**HARD_HOUR}) == "forbidden"

    async def test_no_entry_and_one_of_another_club_are_told_alike(self, api: Api, world: World) -> None:
        entry = await logged(api.as_(world.athlete))
        nobodys = global_id(Kind.TRAINING_ENTRY, world.owner.id)

        answers = [
            await only(api.as_(world.strange_admin), WITHDRAW, trainingId=each, expectedVersion=1)
            for each in (entry["id"], nobodys)
        ]

        assert answers[0] == answers[1]

    async def test_with_the_flag_off_there_is_nothing(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        entry = await logged(mine)
        off = mine.with_flags(Flag.ASSIGNMENTS)

        codes = [await off.refused(each, input={**HARD_HOUR}) for each in (LOG,)]
        by_player = await off.send(READ, id=player_id(world))

        assert codes == ["feature_not_available"]
        assert by_player.codes == ["feature_not_available"]
        assert await off.refused(NODE, id=entry["id"]) == "feature_not_available"


class TestOnce:
    async def test_a_replay_gives_the_first_answer(self, db: Database, api: Api, world: World) -> None:
        mine, keyed = api.as_(world.athlete), {**HARD_HOUR, "idempotencyKey": "watch-1"}
        first = await only(mine, LOG, **keyed)

        again = await only(mine, LOG, **keyed)
        other = await only(mine, LOG, **{**keyed, "minutes": 61})

        assert again == first
        assert other["code"] == "conflict"
        assert await entry_count(db) == 1

    async def test_a_plan_session_counts_in_the_same_day(self, db: Database, api: Api, world: World) -> None:
        answer = await only(
            api.as_(world.athlete), LOG_SESSION, sessionId=world.session_id, actualMinutes=80, sessionRpe=6
        )

        assert answer["__typename"] == "LogSessionSuccess"
        assert await load_on(db, world) == (DayState.REPORTED, 480)

    async def test_a_plan_session_without_rpe_is_no_rest(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await only(mine, LOG_SESSION, sessionId=world.session_id, actualMinutes=80)
        assert await load_on(db, world) == (DayState.UNREPORTED, None)
        shown = await mine.run(READ, id=player_id(world))
        entry_id = shown["player"]["trainingLog"]["edges"][0]["node"]["id"]

        await only(mine, CORRECT, trainingId=entry_id, expectedVersion=1, sessionRpe=5)

        assert await load_on(db, world) == (DayState.REPORTED, 400)

    async def test_an_assignment_that_is_logged_twice_counts_once(self, db: Database, api: Api) -> None:
        club = await make_club(db)
        anna, ben = club.players
        coach = api.as_(make_viewer(club.coach, coached=[club.team]))
        assignment = club.assignment(scheduled_on=TODAY, effective_from=TODAY)
        await make_assignments(db, assignment)
        of_anna = {
            "playerId": global_id(Kind.PLAYER, anna.id),
            "assignmentId": global_id(Kind.WORKOUT_ASSIGNMENT, assignment.id),
        }
        await logged(coach, **of_anna)

        again = await only(coach, LOG, **HARD_HOUR, **of_anna)
        of_ben = await only(
            coach, LOG, **HARD_HOUR, **{**of_anna, "playerId": global_id(Kind.PLAYER, ben.id)}
        )

        assert again["code"] == "conflict"
        assert of_ben["issues"][0]["path"] == ["assignmentId"]
        assert await entry_count(db) == 1


class TestReading:
    async def test_pages_run_from_the_latest_day_back(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        days = [str(TODAY - timedelta(days=n)) for n in range(5)]
        for day in [*days[3:], *days[:3]]:  # late and out of order
            await logged(mine, day=day)

        first = (await mine.run(READ, id=player_id(world), first=3))["player"]["trainingLog"]
        rest = await mine.run(READ, id=player_id(world), first=3, after=first["pageInfo"]["endCursor"])

        found = [*first["edges"], *rest["player"]["trainingLog"]["edges"]]
        assert [each["node"]["day"] for each in found] == days
        assert first["pageInfo"]["hasNextPage"]

    async def test_a_span_of_days_can_be_asked_for(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        for n in range(4):
            await logged(mine, day=str(TODAY - timedelta(days=n)))
        span = {"from": str(TODAY - timedelta(days=2)), "to": str(TODAY - timedelta(days=1))}

        found = await mine.run(READ, id=player_id(world), **span)

        edges = found["player"]["trainingLog"]["edges"]
        assert [each["node"]["day"] for each in edges] == [span["to"], span["from"]]

    async def test_a_teams_logs_cost_the_same_few_statements(self, db: Database, api: Api) -> None:
        small, large = [await _team_with_logs(db, api, size) for size in (2, 12)]
        document = """query ($id: ID!) { team(id: $id) { players(first: 50) { edges { node {
          trainingLog(first: 5) { edges { node { player { id } earlierVersions { version } } } } } } } } }"""

        counts = []
        for coach, team_id in (small, large):
            with count_statements(db) as sent:
                data = await api.as_(coach).run(document, id=team_id)
            counts.append(len(sent))
            logs = [each["node"]["trainingLog"]["edges"] for each in data["team"]["players"]["edges"]]
            assert all(len(log) == 2 for log in logs)

        assert counts[0] == counts[1]


async def _team_with_logs(db: Database, api: Api, size: int) -> tuple[Viewer, str]:
    club = await make_club(db, size)
    coach = make_viewer(club.coach, coached=[club.team])
    for each in club.players:
        for _ in range(2):
            await logged(api.as_(coach), playerId=global_id(Kind.PLAYER, each.id))
    return coach, global_id(Kind.TEAM, club.team.id)


class TestAtOnce:
    @pytest.fixture
    async def together(self, fresh_db: Database, clock: Clock) -> AsyncIterator[tuple[Api, World]]:
        made = make_api(fresh_db, clock)
        yield made, await make_world(fresh_db)
        await made.services.solver.close()

    async def test_corrections_at_one_moment_take_turns(self, together: tuple[Api, World]) -> None:
        api, world = together
        mine = api.as_(world.athlete)
        entry = await logged(mine)

        answers = await asyncio.gather(
            *(
                only(mine, CORRECT, trainingId=entry["id"], expectedVersion=1, minutes=minutes)
                for minutes in range(30, 40)
            )
        )

        won = [each for each in answers if each["__typename"] == "CorrectTrainingSuccess"]
        assert len(won) == 1
        assert [each["code"] for each in answers if each not in won] == ["conflict"] * 9

    async def test_twenty_reports_at_one_moment_leave_ten(self, together: tuple[Api, World]) -> None:
        api, world = together
        mine = api.as_(world.athlete)

        answers = await asyncio.gather(*(only(mine, LOG, **HARD_HOUR, day=str(TODAY)) for _ in range(20)))

        stored = [each for each in answers if each["__typename"] == "LogTrainingSuccess"]
        assert len(stored) == 10
        assert await entry_count(api.services.db) == 10
