"""Training from files: whole or not at all, once however often it is sent, only of whom one may report."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from db.database import Database
from db.models.operations import OutboxRow
from db.models.workload import TrainingEntryRow
from db.workload import day_loads
from domain.people import Person
from domain.plan_table import Cell
from integrations.flags import Flag
from integrations.log_files import MOST_BYTES
from integrations.spreadsheets import csv_of_rows, xlsx_of_rows
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.factories import NOW, make_person, make_team
from tests.integrations.fit_encoding import fit_file, fit_session
from tests.statements import count_statements
from tests.world import World

TODAY = NOW.date()
STARTED = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)
IMPORT = """mutation ($input: ImportTrainingInput!) { importTraining(input: $input) { __typename
  ... on ImportTrainingSuccess { dryRun entryCount knownCount firstDay lastDay wouldMake warnings }
  ... on Error { code message } ... on InvalidInputError { issues { path message } } } }"""
LOG = """query ($id: ID!) { player(id: $id) { trainingLog(first: 100) { edges { node {
  id version day kind minutes sessionRpe loadAu loadMethod source occurredAt averageBpm team { id }
} } } } }"""
WITHDRAW = """mutation ($input: WithdrawTrainingInput!) { withdrawTraining(input: $input) { __typename } }"""
TABLE = "date,minutes,rpe\n2026-11-18,60,7\n2026-11-19,45,5.5\n"


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


async def sent(api: Api, document: str | bytes, format: str = "csv", **input: Any) -> dict[str, Any]:
    text = document if isinstance(document, str) else base64_of(document)
    data = await api.run(IMPORT, input={"format": format, "document": text} | input)
    return data["importTraining"]  # type: ignore[no-any-return]


async def log_of(api: Api, person: Person) -> list[dict[str, Any]]:
    data = await api.run(LOG, id=global_id(Kind.PLAYER, person.id))
    return [each["node"] for each in data["player"]["trainingLog"]["edges"]]


async def entry_count(db: Database) -> int:
    async with db.read() as db_session:
        return await db_session.scalar(select(func.count()).select_from(TrainingEntryRow)) or 0


def paths(answer: dict[str, Any]) -> list[list[str]]:
    return [each["path"] for each in answer["issues"]]


class TestTables:
    async def test_ones_own_training(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)

        answer = await sent(mine, TABLE)

        assert answer["__typename"] == "ImportTrainingSuccess"
        assert (answer["entryCount"], answer["knownCount"]) == (2, 0)
        assert (answer["firstDay"], answer["lastDay"]) == ("2026-11-18", "2026-11-19")
        assert [
            (each["day"], each["loadAu"], each["source"]) for each in await log_of(mine, world.owner)
        ] == [
            ("2026-11-19", 247.5, "csv"),
            ("2026-11-18", 420, "csv"),
        ]

    async def test_a_dry_run_says_it_all_and_stores_nothing(
        self, db: Database, api: Api, world: World
    ) -> None:
        answer = await sent(api.as_(world.athlete), TABLE, dryRun=True)

        assert answer["dryRun"]
        assert answer["wouldMake"] == [f"{world.owner.display_name}: 2 from 2026-11-18 to 2026-11-19, 668 AU"]
        assert await entry_count(db) == 0

    async def test_semicolons_decimal_commas_and_a_byte_order_mark(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)

        answer = await sent(mine, "\ufeffDatum;Date;Min;RPE\nx;18.11.2026;60;7,5\n")

        assert answer["entryCount"] == 1
        assert "“Datum”" in answer["warnings"][0]
        assert (await log_of(mine, world.owner))[0]["loadAu"] == 450

    async def test_a_workbook_of_many_players(self, db: Database, api: Api, world: World) -> None:
        people = [
            await make_person(db, world.organization, email=email, display_name=name)
            for name, email in (("Anna Berg", "anna@club.example"), ("Ben", None), ("Cleo", None))
        ]
        team = await make_team(db, world.organization, players=people)
        coach = await make_person(db, world.organization)
        rows: list[list[Cell]] = [
            ["email", "player", "player id", "date", "minutes", "rpe", "type"],
            ["ANNA@club.example", None, None, date(2026, 11, 18), 60, 7, "training"],
            [None, "ben", None, date(2026, 11, 18), 70, 9, "game"],
            [None, None, global_id(Kind.PLAYER, people[2].id), "2026-11-18", 50, 5, None],
            [None, None, str(people[2].id), "2026-11-17", 50, 5, None],
        ]

        admins = api.as_(world.admin)
        answer = await sent(admins, xlsx_of_rows(rows), "xlsx", teamId=global_id(Kind.TEAM, team.id))

        assert answer["entryCount"] == 4, answer
        assert [len(await log_of(admins, each)) for each in people] == [1, 1, 2]
        [of_ben] = await log_of(admins, people[1])
        assert (of_ben["kind"], of_ben["loadAu"], of_ben["team"]) == (
            "game",
            630,
            {"id": global_id(Kind.TEAM, team.id)},
        )
        assert await log_of(admins, coach) == []

    async def test_the_sheet_with_the_log_is_found(self, api: Api, world: World) -> None:
        workbook = _with_sheets(
            {"Notes": [["Remember the ice time"]], "Log": [["date", "minutes", "rpe"], ["2026-11-18", 60, 7]]}
        )

        answer = await sent(api.as_(world.athlete), workbook, "xlsx")

        assert answer["entryCount"] == 1
        assert "“Log”" in answer["warnings"][0]

    async def test_an_export_of_ours_can_be_read(self, api: Api, world: World) -> None:
        rows: list[list[Cell]] = [["date", "load", "note"], ["2026-11-18", 300, "=HYPERLINK(1)"]]

        answer = await sent(api.as_(world.athlete), csv_of_rows(rows).decode("utf-8"))

        assert paths(answer) == [["row 2", "note"]], "a formula is no note"


def _with_sheets(sheets: dict[str, list[list[Any]]]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


class TestFit:
    async def test_a_session_of_a_watch(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        data = fit_file([fit_session(STARTED, 61, workout_rpe=60, avg_heart_rate=140)])

        answer = await sent(mine, data, "fit", kind="game")

        assert answer["entryCount"] == 1
        [entry] = await log_of(mine, world.owner)
        assert (entry["kind"], entry["minutes"], entry["loadAu"], entry["averageBpm"]) == (
            "game",
            61,
            366,
            140,
        )
        assert (entry["source"], entry["occurredAt"]) == ("fit", STARTED.isoformat())

    async def test_without_effort_the_day_is_not_known_rather_than_rest(
        self, db: Database, api: Api, world: World
    ) -> None:
        answer = await sent(api.as_(world.athlete), fit_file([fit_session(STARTED)]), "fit")

        assert "1 of them without a load" in answer["wouldMake"][0]
        async with db.read() as db_session:
            [day] = (await day_loads(db_session, [world.owner.id], STARTED.date(), STARTED.date()))[
                world.owner.id
            ]
        assert day.total_load_au is None

    async def test_the_athlete_can_say_how_hard_it_was(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        data = fit_file([fit_session(STARTED, 60, training_load_peak=99)])

        await sent(mine, data, "fit", sessionRpe=4)

        [entry] = await log_of(mine, world.owner)
        assert (entry["loadAu"], entry["loadMethod"]) == (240, "session_rpe")

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (fit_file([fit_session(STARTED)])[:-3], "cut off or damaged"),
            (b"This is a diary.", "not a FIT file"),
            (fit_file([], record_count=2), "no session"),
        ],
    )
    async def test_a_file_that_is_cut_or_is_none_is_refused(
        self, db: Database, api: Api, world: World, data: bytes, says: str
    ) -> None:
        answer = await sent(api.as_(world.athlete), data, "fit")

        assert says in answer["issues"][0]["message"]
        assert await entry_count(db) == 0

    async def test_a_watch_with_a_clock_in_the_future_is_refused(
        self, db: Database, api: Api, world: World
    ) -> None:
        answer = await sent(api.as_(world.athlete), fit_file([fit_session(NOW + timedelta(days=2))]), "fit")

        assert paths(answer) == [["session 1", "date"]]
        assert await entry_count(db) == 0


class TestWholeOrNotAtAll:
    async def test_every_wrong_row_is_named_and_nothing_is_stored(
        self, db: Database, api: Api, world: World
    ) -> None:
        table = (
            "date,minutes,rpe,load\n"
            "2026-11-18,60,7,\n"  # sound
            "2026-11-18,60,11,\n"
            "2026-11-21,60,7,\n"
            "05/06/2026,60,7,\n"
            "2026-11-18,60,,-1\n"
            "2026-11-18,,,\n"
        )

        answer = await sent(api.as_(world.athlete), table)

        assert sorted({path[0] for path in paths(answer)}) == ["row 3", "row 4", "row 5", "row 6", "row 7"]
        assert await entry_count(db) == 0

    @pytest.mark.parametrize(
        ("document", "format", "says"),
        [
            ("", "csv", "empty"),
            ("date,minutes\n", "csv", "no rows"),
            ("when,how\n1,2\n", "csv", "name the columns"),
            ('date,minutes,rpe\n"2026-11-18,60,7\n', "csv", "not sound CSV"),
            (b"PK\x03\x04 not really", "xlsx", "not a sound XLSX"),
            ("not base64!", "xlsx", "base64"),
            ("not base64!", "fit", "base64"),
        ],
    )
    async def test_a_file_that_cannot_be_read_says_why(
        self, db: Database, api: Api, world: World, document: str | bytes, format: str, says: str
    ) -> None:
        answer = await sent(api.as_(world.athlete), document, format)

        assert answer["code"] == "invalid_input"
        assert says in answer["issues"][0]["message"]
        assert await entry_count(db) == 0

    async def test_a_workbook_that_unpacks_to_a_flood_is_refused(self, api: Api, world: World) -> None:
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
        assert len(out.getvalue()) < MOST_BYTES

        answer = await sent(api.as_(world.athlete), out.getvalue(), "xlsx")

        assert "unpacks to more than" in answer["issues"][0]["message"]

    @pytest.mark.parametrize("format", ["csv", "fit"])
    async def test_a_file_that_is_too_large_says_what_to_do(
        self, api: Api, world: World, format: str
    ) -> None:
        data = b"x" * (MOST_BYTES + 1)

        answer = await sent(api.as_(world.athlete), data.decode() if format == "csv" else data, format)

        assert "./dev import-training" in answer["issues"][0]["message"]

    async def test_no_day_gets_more_than_it_can_hold(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        nine = "date,load\n" + "2026-11-18,50\n" * 9
        two = "date,load,note\n" + "2026-11-18,51,\n" * 2
        assert (await sent(mine, nine))["entryCount"] == 9

        answer = await sent(mine, two)

        assert answer["issues"][0]["path"] == [world.owner.display_name]
        assert await entry_count(db) == 9

    async def test_an_rpe_for_all_has_to_be_one(self, api: Api, world: World) -> None:
        answer = await sent(api.as_(world.athlete), TABLE, sessionRpe=10.5)

        assert paths(answer) == [["sessionRpe"]]


class TestAgain:
    async def test_the_same_file_twice_changes_nothing(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await sent(mine, TABLE)
        before = await log_of(mine, world.owner)

        again = await sent(mine, TABLE)

        assert (again["entryCount"], again["knownCount"], again["firstDay"]) == (0, 2, None)
        assert await log_of(mine, world.owner) == before

    async def test_in_another_format_by_another_caller_it_is_still_known(
        self, api: Api, world: World
    ) -> None:
        mine = api.as_(world.athlete)
        await sent(mine, fit_file([fit_session(STARTED, 60, workout_rpe=60)]), "fit")
        at = STARTED.strftime("%Y-%m-%dT%H:%M:%SZ")

        again = await sent(
            api.as_(world.coach),
            f"date,minutes,rpe\n{at},60,6\n",
            playerId=global_id(Kind.PLAYER, world.owner.id),
        )

        assert (again["entryCount"], again["knownCount"]) == (0, 1)

    async def test_two_rows_that_say_the_same_are_two_and_stay_two(
        self, db: Database, api: Api, world: World
    ) -> None:
        mine, twice = api.as_(world.athlete), "date,minutes,rpe\n2026-11-18,60,7\n2026-11-18,60,7\n"

        first, again = await sent(mine, twice), await sent(mine, twice)

        assert (first["entryCount"], again["entryCount"]) == (2, 0)
        assert await entry_count(db) == 2

    async def test_a_longer_file_brings_only_what_is_new(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await sent(mine, TABLE)

        more = await sent(mine, TABLE + "2026-11-20,30,3\n")

        assert (more["entryCount"], more["knownCount"]) == (1, 2)
        assert await entry_count(db) == 3

    async def test_what_was_withdrawn_does_not_come_back(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await sent(mine, TABLE)
        entry = (await log_of(mine, world.owner))[0]
        await mine.run(WITHDRAW, input={"trainingId": entry["id"], "expectedVersion": 1})

        again = await sent(mine, TABLE)

        assert (again["entryCount"], again["knownCount"]) == (0, 2)

    async def test_a_replay_gives_the_first_answer(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        first = await sent(mine, TABLE, idempotencyKey="upload-1")

        again = await sent(mine, TABLE, idempotencyKey="upload-1")
        other = await sent(mine, TABLE + "2026-11-20,30,3\n", idempotencyKey="upload-1")

        assert again == first
        assert again["entryCount"] == 2
        assert other["code"] == "conflict"
        assert await entry_count(db) == 2


class TestRoles:
    async def test_a_coach_brings_in_the_team_and_nobody_else(
        self, db: Database, api: Api, world: World
    ) -> None:
        names = [world.athlete.display_name, world.other_athlete.display_name, world.stranger.display_name]
        table = "player,date,load\n" + "".join(f"{each},2026-11-18,50\n" for each in names)

        answer = await sent(api.as_(world.coach), table)

        assert paths(answer) == [["row 3", "player"], ["row 4", "player"]]
        told = [
            each["message"].replace(name.lower(), "X")
            for each, name in zip(answer["issues"], names[1:], strict=True)
        ]
        assert told[0] == told[1], "one's own club and another are told alike"
        assert await entry_count(db) == 0

    async def test_an_athlete_brings_in_nobody_else(self, api: Api, world: World) -> None:
        table = f"player,date,load\n{world.mate.display_name},2026-11-18,50\n"

        answer = await sent(api.as_(world.athlete), table)

        assert paths(answer) == [["row 2", "player"]]

    @pytest.mark.parametrize(("who", "code"), [("mate", "forbidden"), ("strange_admin", "player_not_found")])
    async def test_another_players_file_is_refused(
        self, db: Database, api: Api, world: World, who: str, code: str
    ) -> None:
        answer = await sent(
            api.as_(getattr(world, who)), TABLE, playerId=global_id(Kind.PLAYER, world.owner.id)
        )

        assert answer["code"] == code
        assert await entry_count(db) == 0

    async def test_a_team_that_one_does_not_play_in_is_refused(self, api: Api, world: World) -> None:
        theirs = global_id(Kind.TEAM, world.other_team.id)

        answer = await sent(api.as_(world.athlete), TABLE, teamId=theirs)

        assert paths(answer) == [["teamId"]]

    async def test_with_the_flag_off_there_is_nothing(self, api: Api, world: World) -> None:
        off = api.as_(world.athlete).with_flags(Flag.ASSIGNMENTS)

        code = await off.refused(IMPORT, input={"format": "csv", "document": TABLE})

        assert code == "feature_not_available"


class TestCost:
    async def test_a_season_of_a_team_costs_as_few_statements_as_a_week(
        self, db: Database, api: Api, world: World
    ) -> None:
        people = [await make_person(db, world.organization, email=f"p{n}@club.example") for n in range(20)]
        await make_team(db, world.organization, players=people)
        admins, counts = api.as_(world.admin), []

        for players, days in ((people[:1], 7), (people, 150)):
            with count_statements(db) as statements:
                answer = await sent(admins, _season(players, days))
            assert answer["entryCount"] + answer["knownCount"] == len(players) * days, answer
            counts.append(len(statements))

        assert counts[0] == counts[1]

    async def test_each_player_is_announced_once(self, db: Database, api: Api, world: World) -> None:
        people = [await make_person(db, world.organization, email=f"p{n}@club.example") for n in range(3)]

        await sent(api.as_(world.admin), _season(people, 20))

        async with db.read() as db_session:
            payloads = (
                await db_session.scalars(
                    select(OutboxRow.payload).where(OutboxRow.event_type == "training.imported")
                )
            ).all()
        assert {each["player_id"] for each in payloads} == {str(each.id) for each in people}
        assert [(each["entry_count"], each["last_day"]) for each in payloads] == [(20, str(TODAY))] * 3


def _season(people: Sequence[Person], days: int) -> str:
    rows = [
        f"p{at}@club.example,{TODAY - timedelta(days=day)},{30 + day % 60},{3 + at % 5}"
        for at, _ in enumerate(people)
        for day in range(days)
    ]
    return "email,date,minutes,rpe\n" + "\n".join(rows)


async def test_a_coach_may_name_the_team(api: Api, world: World) -> None:
    table = f"player,date,load\n{world.athlete.display_name},2026-11-18,50\n"

    answer = await sent(api.as_(world.coach), table, teamId=global_id(Kind.TEAM, world.team.id))

    assert answer["entryCount"] == 1
