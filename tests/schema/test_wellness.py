"""How players feel and when they rest: reported once a day, corrected with history, nobody else's to see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from db.database import Database
from db.models.workload import RestDayRow, WellnessReportRow, WellnessVersionRow
from db.outbox import events_of
from db.wellness import wellness_of
from db.workload import day_loads
from domain.access import Scope
from domain.workload.model import DayState, WellnessItem
from integrations.flags import Flag
from resolvers.ids import Kind, as_uuid, global_id, parsed
from tests.api import Api, make_api
from tests.databases import Clock
from tests.factories import NOW, make_viewer
from tests.season_factories import make_club
from tests.statements import count_statements
from tests.world import World, make_world

TODAY = NOW.date()
ERRORS = "... on Error { message code } ... on InvalidInputError { issues { path message } }"
REPORT = f"""mutation ($input: ReportWellnessInput!) {{ reportWellness(input: $input) {{ __typename
  ... on ReportWellnessSuccess {{ report {{ id day version sleep fatigue soreness stress mood hasPain isIll
    hoursOfSleep note actorName earlierVersions {{ version sleep mood actorName }} }} }}
  ... on ConflictError {{ currentVersion }} {ERRORS} }} }}"""
REST = f"""mutation ($input: ReportRestDayInput!) {{ reportRestDay(input: $input) {{ __typename
  ... on ReportRestDaySuccess {{ day isRest player {{ id }} }}
  ... on InvalidStateError {{ state }} {ERRORS} }} }}"""
LOG = """mutation ($input: LogTrainingInput!) { logTraining(input: $input) { __typename } }"""
READ = """query ($id: ID!) { player(id: $id) { wellnessReports { edges { node { id day sleep } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename } }"
MAY_REPORT = {
    "athlete": None,
    "coach": None,
    "admin": None,
    "mate": "forbidden",
    "other_coach": "forbidden",
    "stranger": "player_not_found",
    "strange_admin": "player_not_found",
}


def player_id(world: World) -> str:
    return global_id(Kind.PLAYER, world.owner.id)


async def only(api: Api, operation: str, /, **input: Any) -> dict[str, Any]:
    [answer] = (await api.run(operation, input=input)).values()
    return answer  # type: ignore[no-any-return]


async def count(db: Database, table: type[Any]) -> int:
    async with db.read() as db_session:
        return await db_session.scalar(select(func.count()).select_from(table)) or 0


async def state_of_today(db: Database, world: World) -> DayState:
    async with db.read() as db_session:
        [found] = (await day_loads(db_session, [world.owner.id], TODAY, TODAY))[world.owner.id]
    return found.state


class TestWellness:
    async def test_a_report_of_today(self, db: Database, api: Api, world: World) -> None:
        answer = await only(
            api.as_(world.athlete),
            REPORT,
            sleep=4,
            fatigue=2.5,
            soreness=3,
            stress=1,
            mood=5,
            hoursOfSleep=7.75,
        )

        report = answer["report"]
        assert (report["day"], report["version"]) == (str(TODAY), 1)
        async with db.read() as db_session:
            [found] = (await wellness_of(db_session, [world.owner.id], TODAY, TODAY))[world.owner.id]
        assert found.scores == {
            WellnessItem.SLEEP: 4,
            WellnessItem.FATIGUE: 2.5,
            WellnessItem.SORENESS: 3,
            WellnessItem.STRESS: 1,
            WellnessItem.MOOD: 5,
        }
        assert (found.has_pain, found.is_ill) == (False, False)

    async def test_what_is_not_answered_is_not_zero(self, db: Database, api: Api, world: World) -> None:
        await only(api.as_(world.athlete), REPORT, mood=3, hasPain=True)

        async with db.read() as db_session:
            [found] = (await wellness_of(db_session, [world.owner.id], TODAY, TODAY))[world.owner.id]
        assert found.scores == {WellnessItem.MOOD: 3}
        assert found.has_pain

    async def test_a_second_report_takes_the_place_of_the_first_whole(self, api: Api, world: World) -> None:
        await only(api.as_(world.athlete), REPORT, sleep=4, mood=3)

        answer = await only(api.as_(world.coach), REPORT, playerId=player_id(world), sleep=2)

        report = answer["report"]
        assert (report["version"], report["sleep"], report["mood"]) == (2, 2, None)
        assert report["earlierVersions"] == [
            {"version": 1, "sleep": 4, "mood": 3, "actorName": world.athlete.display_name}
        ]

    async def test_the_same_report_again_changes_nothing(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        first = await only(mine, REPORT, sleep=4, note="Late game")

        again = await only(mine, REPORT, sleep=4, note=" Late game ")

        assert again == first
        assert await count(db, WellnessVersionRow) == 0
        key = as_uuid((parsed(first["report"]["id"]) or ("", ""))[1])
        assert key is not None
        async with db.read() as db_session:
            events = await events_of(db_session, "wellness_report", key)
        assert [each.event_type for each in events] == ["wellness.reported"]

    async def test_a_version_that_is_expected_has_to_stand(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await only(mine, REPORT, sleep=4, expectedVersion=0)

        stale = await only(mine, REPORT, sleep=3, expectedVersion=0)
        fresh = await only(mine, REPORT, sleep=3, expectedVersion=1)

        assert (stale["code"], stale["currentVersion"]) == ("conflict", 1)
        assert fresh["report"]["version"] == 2

    @pytest.mark.parametrize(
        ("input", "path"),
        [
            ({}, "sleep"),
            ({"note": "Only words"}, "sleep"),
            ({"sleep": 0.5}, "sleep"),
            ({"sleep": 5.5}, "sleep"),
            ({"mood": 3.25}, "mood"),
            ({"fatigue": -1}, "fatigue"),
            ({"hoursOfSleep": 24.5}, "hoursOfSleep"),
            ({"sleep": 3, "day": "2026-11-21"}, "day"),
            ({"sleep": 3, "day": "1999-12-31"}, "day"),
            ({"sleep": 3, "note": "x" * 1001}, "note"),
        ],
    )
    async def test_bad_input_is_refused_and_nothing_is_stored(
        self, db: Database, api: Api, world: World, input: dict[str, Any], path: str
    ) -> None:
        answer = await only(api.as_(world.athlete), REPORT, **input)

        assert [each["path"] for each in answer["issues"]] == [[path]]
        assert await count(db, WellnessReportRow) == 0

    async def test_today_is_the_players(self, api: Api, world: World, clock: Clock) -> None:
        clock.now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # past midnight in Oslo

        answer = await only(api.as_(world.admin), REPORT, playerId=player_id(world), sleep=4)

        assert answer["report"]["day"] == "2026-11-21"


class TestRest:
    async def test_a_day_that_is_said_to_be_rest_is_a_load_of_zero(
        self, db: Database, api: Api, world: World
    ) -> None:
        assert await state_of_today(db, world) is DayState.UNREPORTED

        answer = await only(api.as_(world.athlete), REST)

        assert (answer["day"], answer["isRest"]) == (str(TODAY), True)
        assert await state_of_today(db, world) is DayState.REST

    async def test_it_can_be_taken_back_and_said_again(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        states = []
        for is_rest in (True, True, False, False, True):
            await only(mine, REST, isRest=is_rest)
            states.append(await state_of_today(db, world))

        rest, unreported = DayState.REST, DayState.UNREPORTED
        assert states == [rest, rest, unreported, unreported, rest]
        assert await count(db, RestDayRow) == 3, "each change is kept, a repetition is none"

    async def test_training_on_a_day_of_rest_counts(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await only(mine, REST)

        await only(mine, LOG, minutes=30, sessionRpe=2, day=str(TODAY))

        assert await state_of_today(db, world) is DayState.REPORTED

    async def test_a_day_with_training_is_no_day_of_rest(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await only(mine, LOG, minutes=30, sessionRpe=2, day=str(TODAY))

        answer = await only(mine, REST)

        assert (answer["code"], answer["state"]) == ("invalid_state", "training_logged")
        assert await count(db, RestDayRow) == 0

    async def test_tomorrow_is_no_day_of_rest_yet(self, db: Database, api: Api, world: World) -> None:
        answer = await only(api.as_(world.athlete), REST, day=str(TODAY + timedelta(days=1)))

        assert answer["issues"][0]["path"] == ["day"]
        assert await count(db, RestDayRow) == 0


class TestRoles:
    @pytest.mark.parametrize("who", MAY_REPORT)
    @pytest.mark.parametrize(("operation", "input"), [(REPORT, {"sleep": 4}), (REST, {})])
    async def test_who_may_report_of_a_player(
        self, api: Api, world: World, who: str, operation: str, input: dict[str, Any]
    ) -> None:
        answer = await only(api.as_(getattr(world, who)), operation, playerId=player_id(world), **input)

        assert answer.get("code") == MAY_REPORT[who]

    @pytest.mark.parametrize("who", MAY_REPORT)
    async def test_who_may_read_them(self, api: Api, world: World, who: str) -> None:
        report = (await only(api.as_(world.athlete), REPORT, sleep=4))["report"]
        theirs, sees = api.as_(getattr(world, who)), MAY_REPORT[who] is None

        by_player = ((await theirs.send(READ, id=player_id(world))).data or {}).get("player") or {}
        by_node = (await theirs.run(NODE, id=report["id"]))["node"]

        assert (by_player.get("wellnessReports") is not None) is sees
        assert (by_node is not None) is sees

    async def test_a_service_needs_the_scope(self, api: Api, world: World) -> None:
        may = api.as_(replace(world.service, scopes=frozenset({Scope.TRAINING_REPORT})))

        answer = await only(may, REPORT, playerId=player_id(world), sleep=4)

        assert answer["report"]["actorName"] == "reports"
        assert await api.as_(world.service).refused(REPORT, input={"sleep": 4}) == "forbidden"

    @pytest.mark.parametrize(("operation", "input"), [(REPORT, {"sleep": 4}), (REST, {})])
    async def test_with_the_flag_off_there_is_nothing(
        self, api: Api, world: World, operation: str, input: dict[str, Any]
    ) -> None:
        off = api.as_(world.athlete).with_flags(Flag.ASSIGNMENTS)

        assert await off.refused(operation, input=input) == "feature_not_available"


async def test_a_teams_reports_cost_the_same_few_statements(db: Database, api: Api) -> None:
    document = """query ($id: ID!) { team(id: $id) { players(first: 50) { edges { node {
      wellnessReports { edges { node { sleep player { id } earlierVersions { sleep } } } } } } } } }"""
    counts = []
    for size in (2, 12):
        club = await make_club(db, size)
        coach = api.as_(make_viewer(club.coach, coached=[club.team]))
        for each in club.players:
            for sleep in (3, 4):
                await only(coach, REPORT, playerId=global_id(Kind.PLAYER, each.id), sleep=sleep)
        with count_statements(db) as sent:
            data = await coach.run(document, id=global_id(Kind.TEAM, club.team.id))
        counts.append(len(sent))
        reports = [each["node"]["wellnessReports"]["edges"] for each in data["team"]["players"]["edges"]]
        assert [each[0]["node"]["earlierVersions"] for each in reports] == [[{"sleep": 3}]] * size

    assert counts[0] == counts[1]


class TestAtOnce:
    @pytest.fixture
    async def together(self, fresh_db: Database, clock: Clock) -> AsyncIterator[tuple[Api, World]]:
        made = make_api(fresh_db, clock)
        yield made, await make_world(fresh_db)
        await made.services.solver.close()

    async def test_reports_of_one_day_at_one_moment_are_versions_of_one(
        self, together: tuple[Api, World]
    ) -> None:
        api, world = together

        answers = await asyncio.gather(
            *(only(api.as_(world.athlete), REPORT, sleep=half / 2) for half in range(2, 11))
        )

        assert sorted(each["report"]["version"] for each in answers) == list(range(1, 10))
        assert await count(api.services.db, WellnessReportRow) == 1
        assert await count(api.services.db, WellnessVersionRow) == 8
