"""Making, changing, deleting and importing plans, and logging a session."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from db.database import Database
from db.exercises import save_exercises
from db.models.plans import PlanRow, SessionLogRow
from db.outbox import events_of
from db.sessions import durations_of_athletes
from domain.compression.timing import modelled_seconds
from integrations.plan_files import DocumentFormat, template
from resolvers.ids import Kind, global_id, uuid_of
from tests.api import Api
from tests.databases import Clock
from tests.factories import an_exercise, committed
from tests.schema.documents import COMPRESS, ERROR_FIELDS, STATUS
from tests.world import World, a_long_session, a_plan_of, a_session_of, make_world

PLAN_FIELDS = (
    "plan { id title goal notes version startsOn microcycles { ordinal startsOn sessions { title } } }"
)
CREATE = f"""mutation ($input: CreatePlanInput!) {{ createPlan(input: $input) {{
  __typename ... on CreatePlanSuccess {{ {PLAN_FIELDS} }} {ERROR_FIELDS} }} }}"""
UPDATE = f"""mutation ($input: UpdatePlanInput!) {{ updatePlan(input: $input) {{
  __typename ... on UpdatePlanSuccess {{ {PLAN_FIELDS} }} {ERROR_FIELDS} }} }}"""
DELETE = """mutation ($input: DeletePlanInput!) { deletePlan(input: $input) {
  __typename ... on DeletePlanSuccess { deletedPlanId } ... on ConflictError { code currentVersion }
  ... on Error { code } } }"""
IMPORT = f"""mutation ($input: ImportPlanInput!) {{ importPlan(input: $input) {{
  __typename
  ... on ImportPlanSuccess {{ {PLAN_FIELDS} dryRun title startsOn sessionCount wouldMake warnings }}
  {ERROR_FIELDS} }} }}"""
LOG = f"""mutation ($input: LogSessionInput!) {{ logSession(input: $input) {{
  __typename ... on LogSessionSuccess {{ session {{ version completedAt actualMinutes }} }}
  {ERROR_FIELDS} }} }}"""


async def only(api: Api, operation: str, /, **input: Any) -> dict[str, Any]:
    [answer] = (await api.run(operation, input=input)).values()
    return answer  # type: ignore[no-any-return]


async def count_of_plans(db: Database) -> int:
    async with db.read() as db_session:
        return await db_session.scalar(select(func.count()).select_from(PlanRow)) or 0


class TestCreating:
    async def test_a_plan_has_its_weeks_from_the_start(self, db: Database, api: Api, world: World) -> None:
        answer = await only(
            api.as_(world.athlete),
            CREATE,
            title="  Base ",
            startsOn="2027-01-04",
            weeks=3,
            goal="",
            notes="Go",
        )

        plan = answer["plan"]
        assert (plan["title"], plan["goal"], plan["notes"], plan["version"]) == ("Base", None, "Go", 1)
        assert [week["startsOn"] for week in plan["microcycles"]] == [
            "2027-01-04",
            "2027-01-11",
            "2027-01-18",
        ]
        async with db.read() as db_session:
            [event] = await events_of(db_session, "plan", uuid_of(Kind.PLAN, plan["id"]))
        assert event.event_type == "plan.changed"

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"title": " "}, "title"),
            ({"title": "x" * 201}, "title"),
            ({"weeks": 0}, "weeks"),
            ({"weeks": 53}, "weeks"),
            ({"goal": "x" * 501}, "goal"),
            ({"notes": "x" * 20_001}, "notes"),
            ({"startsOn": "1999-12-31"}, "startsOn"),
        ],
    )
    async def test_what_breaks_a_rule_is_named(
        self, db: Database, api: Api, world: World, wrong: dict[str, Any], path: str
    ) -> None:
        before = await count_of_plans(db)
        good = {"title": "Base", "startsOn": "2027-01-04", "weeks": 2}

        answer = await only(api.as_(world.athlete), CREATE, **good | wrong)

        assert answer["code"] == "invalid_input"
        assert [each["path"] for each in answer["issues"]] == [[path]]
        assert await count_of_plans(db) == before

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("athlete", None),
            ("coach", None),
            ("admin", None),
            ("mate", "forbidden"),
            ("other_coach", "forbidden"),
            ("stranger", "player_not_found"),
            ("strange_admin", "player_not_found"),
        ],
    )
    async def test_one_makes_plans_for_whose_plans_one_sees(
        self, api: Api, world: World, name: str, code: str | None
    ) -> None:
        answer = await only(
            api.as_(getattr(world, name)),
            CREATE,
            title="Base",
            startsOn="2027-01-04",
            weeks=1,
            ownerId=global_id(Kind.PLAYER, world.owner.id),
        )

        assert answer.get("code") == code

    async def test_a_coach_makes_no_plan_for_another_coach(self, api: Api, world: World) -> None:
        """They are of one team, but the plan would be one that the maker may not see."""
        assert world.other_coach.id is not None
        answer = await only(
            api.as_(world.coach),
            CREATE,
            title="Base",
            startsOn="2027-01-04",
            weeks=1,
            ownerId=global_id(Kind.PLAYER, world.other_coach.id),
        )

        assert answer["code"] == "forbidden"


class TestChanging:
    async def test_what_is_left_out_stays_and_null_empties(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)

        titled = await only(mine, UPDATE, planId=world.plan_id, expectedVersion=1, title="Heavier")
        emptied = await only(mine, UPDATE, planId=world.plan_id, expectedVersion=2, goal=None, notes="Sleep")

        assert titled["plan"]["goal"] == "A bigger squat"
        assert (emptied["plan"]["title"], emptied["plan"]["goal"], emptied["plan"]["notes"]) == (
            "Heavier",
            None,
            "Sleep",
        )
        assert emptied["plan"]["version"] == 3

    async def test_who_comes_second_is_told_the_version(self, api: Api, world: World) -> None:
        await only(api.as_(world.athlete), UPDATE, planId=world.plan_id, expectedVersion=1, title="Heavier")

        answer = await only(
            api.as_(world.coach), UPDATE, planId=world.plan_id, expectedVersion=1, title="Lighter"
        )

        assert (answer["code"], answer["currentVersion"]) == ("conflict", 2)

    @pytest.mark.parametrize("changes", [{}, {"title": None}, {"title": " "}, {"goal": "x" * 501}])
    async def test_a_change_that_is_none_or_breaks_a_rule(
        self, api: Api, world: World, changes: dict[str, Any]
    ) -> None:
        answer = await only(
            api.as_(world.athlete), UPDATE, planId=world.plan_id, expectedVersion=1, **changes
        )

        assert answer["code"] == "invalid_input"


class TestDeleting:
    async def test_a_plan_goes_with_everything_in_it(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await mine.run(COMPRESS, input={**world.ids, "targetMinutes": 45})

        answer = await only(mine, DELETE, planId=world.plan_id, expectedVersion=1)

        assert answer["deletedPlanId"] == world.plan_id
        assert await mine.refused("query ($id: ID!) { plan(id: $id) { id } }", id=world.plan_id) == (
            "plan_not_found"
        )
        assert (await only(mine, DELETE, planId=world.plan_id, expectedVersion=1))["code"] == "plan_not_found"
        async with db.read() as db_session:
            events = await events_of(db_session, "plan", world.plan.id)
        assert events[-1].event_type == "plan.deleted"

    async def test_a_stale_version_deletes_nothing(self, db: Database, api: Api, world: World) -> None:
        answer = await only(api.as_(world.athlete), DELETE, planId=world.plan_id, expectedVersion=9)

        assert (answer["code"], answer["currentVersion"]) == ("conflict", 1)
        assert await count_of_plans(db) == 1


class TestImporting:
    @pytest.fixture
    async def names(self, db: Database) -> list[str]:
        """Exercises that the documents of these tests speak of."""
        exercises = [replace(an_exercise(each), aliases=()) for each in ("Front Squat", "Hang Snatch")]
        await committed(db, lambda db_session: save_exercises(db_session, exercises))
        return [each.name for each in exercises]

    def document(self, *names: str) -> str:
        exercises = [{"name": each, "role": "core", "sets": "3x5"} for each in names]
        weeks = [{"week": 1, "sessions": [{"day": "Mon", "title": "Heavy", "exercises": exercises}]}]
        return json.dumps({"title": "From a file", "weeks": weeks})

    async def test_a_dry_run_says_what_would_be_made_and_stores_nothing(
        self, db: Database, api: Api, world: World, names: list[str]
    ) -> None:
        before = await count_of_plans(db)

        answer = await only(
            api.as_(world.athlete), IMPORT, format="json", document=self.document(*names), dryRun=True
        )

        assert answer["plan"] is None
        assert answer["dryRun"] is True
        assert answer["wouldMake"] == ["Week 1, Mon: Heavy, 2 exercises, 6 sets"]
        assert answer["sessionCount"] == 1
        assert await count_of_plans(db) == before

    async def test_an_import_makes_the_plan(
        self, db: Database, api: Api, world: World, names: list[str]
    ) -> None:
        answer = await only(
            api.as_(world.coach),
            IMPORT,
            format="json",
            document=self.document(*names),
            ownerId=global_id(Kind.PLAYER, world.owner.id),
        )

        assert answer["plan"]["title"] == "From a file"
        assert answer["plan"]["microcycles"][0]["sessions"] == [{"title": "Heavy"}]
        # It is a Friday: the plan begins on the Monday to come.
        assert answer["startsOn"] == answer["plan"]["startsOn"] == "2026-11-23"
        async with db.read() as db_session:
            [event] = await events_of(db_session, "plan", uuid_of(Kind.PLAN, answer["plan"]["id"]))
        assert event.payload["session_count"] == 1
        assert event.payload["owner_id"] == str(world.owner.id)

    async def test_every_wrong_row_is_named_and_nothing_is_stored(
        self, db: Database, api: Api, world: World, names: list[str]
    ) -> None:
        before = await count_of_plans(db)

        answer = await only(
            api.as_(world.athlete), IMPORT, format="json", document=self.document(names[0], "Zzyzx", "Qwrty")
        )

        assert answer["code"] == "invalid_input"
        assert len(answer["issues"]) == 2
        assert all(each["path"] and each["message"] for each in answer["issues"])
        assert await count_of_plans(db) == before

    @pytest.mark.parametrize(
        ("document_format", "document"),
        [
            ("json", ""),
            ("json", "{"),
            ("json", "[" * 5000),
            ("json", "x" * 300_000),
            ("csv", "no,such,columns\n1,2,3"),
            ("xlsx", "not base64!"),
            ("xlsx", base64.b64encode(b"no workbook").decode()),
            ("xlsx", "A" * 400_000),
        ],
    )
    async def test_a_malformed_document_is_an_answer(
        self, db: Database, api: Api, world: World, document_format: str, document: str
    ) -> None:
        before = await count_of_plans(db)

        answer = await only(api.as_(world.athlete), IMPORT, format=document_format, document=document)

        assert answer["code"] == "invalid_input"
        assert answer["issues"]
        assert await count_of_plans(db) == before

    async def test_a_workbook_comes_in_base64(self, db: Database, api: Api, world: World) -> None:
        workbook = base64.b64encode(template(DocumentFormat.XLSX)).decode()
        by_table = base64.b64decode(workbook)
        assert by_table.startswith(b"PK")

        answer = await only(
            api.as_(world.athlete), IMPORT, format="xlsx", document="\n".join([workbook[:60], workbook[60:]])
        )

        # Only the catalogue is missing here: the workbook itself was read, row by row.
        assert answer["code"] == "invalid_input"
        assert all("row" in " ".join(each["path"]).lower() for each in answer["issues"])

    async def test_an_import_is_made_once(
        self, db: Database, api: Api, world: World, names: list[str]
    ) -> None:
        before = await count_of_plans(db)
        keyed = {"format": "json", "document": self.document(*names), "idempotencyKey": "file-1"}
        first = await only(api.as_(world.athlete), IMPORT, **keyed)

        again = await only(api.as_(world.athlete), IMPORT, **keyed)

        assert again == first
        assert await count_of_plans(db) == before + 1


class TestLogging:
    async def test_a_session_is_completed_once(self, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        logged = {"sessionId": world.session_id, "actualMinutes": 80, "sessionRpe": 7.5}

        answer = await only(mine, LOG, **logged, completedAt="2026-11-20T12:30:00+01:00")
        again = await only(mine, LOG, **logged)

        assert answer["session"] == {
            "version": 2,
            "completedAt": "2026-11-20T11:30:00+00:00",
            "actualMinutes": 80,
        }
        assert again["code"] == "conflict"

    async def test_the_pace_is_learned_from_what_was_really_done(
        self, db: Database, api: Api, world: World
    ) -> None:
        mine = api.as_(world.athlete)
        await mine.run(COMPRESS, input={**world.ids, "targetMinutes": 45})
        await only(mine, LOG, sessionId=world.session_id, actualMinutes=45)
        await only(
            mine,
            LOG,
            sessionId=global_id(Kind.SESSION, world.sessions[1].id),
            actualMinutes=90,
        )

        async with db.read() as db_session:
            logs = (await durations_of_athletes(db_session, [world.owner.id]))[world.owner.id]
        by_session = {each.session_id: each.modelled_seconds for each in logs}
        whole = modelled_seconds(world.prescriptions)
        assert by_session[world.sessions[1].id] == pytest.approx(whole)
        assert by_session[world.session.id] < whole * 0.6

    async def test_five_logs_make_a_pace(self, db: Database, api: Api, clock: Clock) -> None:
        world = await make_world(db, a_plan_of(*[a_long_session()] * 6))
        mine = api.as_(world.athlete)
        for session in world.sessions[1:]:
            await only(mine, LOG, sessionId=global_id(Kind.SESSION, session.id), actualMinutes=150)
            clock.advance(days=1)

        status = (await mine.run(STATUS, **world.ids))["timeCrunchStatus"]

        assert status["originalMinutes"] == 150

    @pytest.mark.parametrize(
        ("wrong", "path"),
        [
            ({"actualMinutes": 0}, "actualMinutes"),
            ({"actualMinutes": 601}, "actualMinutes"),
            ({"sessionRpe": -0.5}, "sessionRpe"),
            ({"sessionRpe": 10.5}, "sessionRpe"),
            ({"completedAt": "2026-11-20T12:06:00+00:00"}, "completedAt"),
            ({"completedAt": "1990-01-01T00:00:00+00:00"}, "completedAt"),
            ({"completedAt": "2026-11-20T11:00:00"}, "completedAt"),
        ],
    )
    async def test_what_cannot_have_been_is_refused(
        self, db: Database, api: Api, world: World, wrong: dict[str, Any], path: str
    ) -> None:
        good = {"sessionId": world.session_id, "actualMinutes": 60}

        answer = await only(api.as_(world.athlete), LOG, **good | wrong)

        assert [each["path"] for each in answer["issues"]] == [[path]]
        async with db.read() as db_session:
            assert await db_session.scalar(select(func.count()).select_from(SessionLogRow)) == 0

    async def test_an_empty_session_is_not_logged(self, db: Database, api: Api) -> None:
        world = await make_world(db, a_plan_of(a_session_of()))

        answer = await only(api.as_(world.athlete), LOG, sessionId=world.session_id, actualMinutes=30)

        assert answer["__typename"] == "PlanMissingContentError"
