"""compressSession and revertCompression: what is stored, what is answered, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from db.database import Database
from db.outbox import events_of
from db.prescriptions import prescriptions_by_session
from db.sessions import sessions_by_id
from domain.exercises import Muscle
from domain.sessions import Session
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.databases import Clock
from tests.factories import make_plan
from tests.schema.documents import COMPRESS, REVERT, STATUS
from tests.world import World, a_long_session, a_plan_of, a_session_of, accessories, core, make_world


async def compress(api: Api, world: World, minutes: int = 45, **more: Any) -> dict[str, Any]:
    reply = await api.run(COMPRESS, input={**world.ids, "targetMinutes": minutes, **more})
    answer: dict[str, Any] = reply["compressSession"]
    return answer


async def stored(db: Database, world: World) -> Session:
    async with db.read() as db_session:
        return (await sessions_by_id(db_session, [world.session.id]))[world.session.id]


async def test_a_compression_is_answered_in_full_and_stored(db: Database, api: Api, world: World) -> None:
    answer = await compress(api.as_(world.athlete), world, source="cta", reason="  The bus is late ")

    assert answer["__typename"] == "CompressSessionSuccess"
    assert answer["status"] == "compressed"
    assert answer["achievedMinutes"] <= answer["targetMinutes"] == 45
    assert answer["meetsTimeConstraint"] is True
    assert answer["totalMinutesSaved"] == answer["summary"]["originalMinutes"] - answer["achievedMinutes"]
    assert answer["compressedSession"]["durationSeconds"] <= 45 * 60
    assert answer["summary"]["modelVersion"] == "compression/1"
    assert {each["exerciseName"] for each in answer["reducedExercises"]} >= {"Back squat", "Bench press"}
    assert all(
        each["setsAfter"] == 3 for each in answer["reducedExercises"] if "press" in each["exerciseName"]
    )
    kinds = [each["kind"] for each in answer["compressedSession"]["segments"]]
    assert kinds[:2] == ["core_lift", "core_lift"]
    assert answer["entry"] | {"id": ""} == {
        "id": "",
        "action": "compressed",
        "source": "cta",
        "reason": "The bus is late",
        "actorName": world.athlete.display_name,
        "targetMinutes": 45,
        "sessionVersion": 2,
    }
    after = await stored(db, world)
    assert after.is_time_crunch_active
    assert after.time_crunch_minutes == 45
    assert after.version == answer["session"]["version"] == 2
    assert answer["session"]["compressedPlan"]["minutes"] == answer["achievedMinutes"]
    assert answer["session"]["timeCrunchAppliedAt"] == "2026-11-20T12:00:00+00:00"


async def test_the_original_prescriptions_are_never_touched(db: Database, api: Api, world: World) -> None:
    await compress(api.as_(world.athlete), world)

    async with db.read() as db_session:
        after = await prescriptions_by_session(db_session, [world.session.id])
    assert after[world.session.id] == list(world.prescriptions)


async def test_a_second_compression_starts_from_the_original(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    directly = await compress(mine, world, 60)
    await compress(mine, world, 40)

    again = await compress(mine, world, 60)

    for name in ("achievedMinutes", "removedExercises", "reducedExercises", "compressedSession"):
        assert again[name] == directly[name]


async def test_an_event_goes_out_with_the_change(db: Database, api: Api, world: World) -> None:
    answer = await compress(api.as_(world.coach), world, source="auto")

    async with db.read() as db_session:
        [event] = await events_of(db_session, "session", world.session.id)
    assert event.event_type == "session.compressed"
    assert event.aggregate_version == 2
    assert event.payload["achieved_minutes"] == answer["achievedMinutes"]
    assert event.payload["athlete_id"] == str(world.owner.id)
    assert event.payload["source"] == "auto"


async def test_a_session_that_fits_is_unchanged_and_nothing_is_stored(
    db: Database, api: Api, world: World
) -> None:
    answer = await compress(api.as_(world.athlete), world, 180)

    assert answer["status"] == "unchanged"
    assert answer["totalMinutesSaved"] == 0
    assert answer["entry"] is None
    assert await stored(db, world) == world.session


async def test_more_time_after_all_puts_the_session_back(db: Database, api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    await compress(mine, world, 45)

    answer = await compress(mine, world, 180)

    assert answer["status"] == "unchanged"
    assert answer["entry"]["action"] == "reverted"
    assert not (await stored(db, world)).is_time_crunch_active
    status = (await mine.run(STATUS, **world.ids))["timeCrunchStatus"]
    assert status["status"] == "reverted"


async def test_a_target_below_the_core_lifts_gets_the_shortest_and_says_so(api: Api, world: World) -> None:
    answer = await compress(api.as_(world.athlete), world, 10)

    assert answer["status"] == "compressed"
    assert answer["meetsTimeConstraint"] is False
    assert answer["achievedMinutes"] == answer["minimumMinutes"] > 10
    assert answer["strategy"] == "core_only"
    shortest = {each["coreProtection"]: each["minutes"] for each in answer["summary"]["shortest"]}
    assert shortest["full"] == answer["minimumMinutes"]
    assert shortest["minimal"] < shortest["reduced"] < shortest["full"]


async def test_options_reach_the_engine(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    squat = global_id(Kind.PRESCRIPTION, world.prescriptions[2].id)

    alone = await compress(mine, world, 60, options={"strategy": "core_plus_accessory"})
    no_cable = await compress(mine, world, 60, options={"unavailableEquipment": [" Cable "]})
    weighted = await compress(
        mine, world, 45, options={"weights": [{"prescriptionId": squat, "weight": 10.0}]}
    )

    assert {each["kind"] for each in alone["compressedSession"]["segments"]} <= {
        "core_lift",
        "accessory_single",
    }
    assert no_cable["strategy"] == "core_only"
    assert len(no_cable["removedExercises"]) == 4
    assert "Row 1" not in {each["exerciseName"] for each in weighted["removedExercises"]}


async def test_reverting_restores_the_session_to_the_byte(db: Database, api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    await compress(mine, world)

    reply = await mine.run(REVERT, input={**world.ids, "reason": "I have time"})

    answer = reply["revertCompression"]
    assert answer["session"]["isTimeCrunchActive"] is False
    assert answer["entry"]["action"] == "reverted"
    assert answer["entry"]["reason"] == "I have time"
    after = await stored(db, world)
    assert after.version == 3
    assert {**_fields(after), "version": 1} == _fields(world.session)
    async with db.read() as db_session:
        kinds = [each.event_type for each in await events_of(db_session, "session", world.session.id)]
    assert kinds == ["session.compressed", "session.compression_reverted"]


async def test_a_session_that_is_not_compressed_cannot_be_reverted(api: Api, world: World) -> None:
    reply = await api.as_(world.athlete).run(REVERT, input=world.ids)

    assert reply["revertCompression"]["__typename"] == "InvalidStateError"
    assert reply["revertCompression"]["state"] == "original"


async def test_the_history_keeps_every_step_newest_first(api: Api, world: World, clock: Clock) -> None:
    mine = api.as_(world.athlete)
    await compress(mine, world, 60, source="manual")
    clock.advance(minutes=1)
    await compress(api.as_(world.coach), world, 45, source="auto")
    clock.advance(minutes=1)
    await mine.run(REVERT, input=world.ids)

    status = (await mine.run(STATUS, **world.ids))["timeCrunchStatus"]

    entries = [edge["node"] for edge in status["history"]["edges"]]
    assert [each["action"] for each in entries] == ["reverted", "compressed", "compressed"]
    assert [each["actorName"] for each in entries[1:]] == [
        world.coach.display_name,
        world.athlete.display_name,
    ]
    assert entries[0]["compression"] is None
    assert entries[1]["compression"]["achievedMinutes"] <= 45


class TestSwitchedOff:
    async def test_the_status_is_disabled_and_nothing_is_stored(
        self, db: Database, api: Api, world: World
    ) -> None:
        off = api.with_flags(Flag.TIME_CRUNCH_PREVIEW)

        answer = await compress(off.as_(world.athlete), world)

        assert answer["status"] == "disabled"
        assert answer["achievedMinutes"] is None
        assert answer["totalMinutesSaved"] == 0
        assert answer["compressedSession"] is None
        assert await stored(db, world) == world.session

    async def test_a_compression_stored_earlier_is_reset(self, db: Database, api: Api, world: World) -> None:
        await compress(api.as_(world.athlete), world)
        off = api.with_flags()

        answer = await compress(off.as_(world.athlete), world, 30)

        assert answer["status"] == "disabled"
        assert answer["entry"]["action"] == "reset"
        after = await stored(db, world)
        assert {**_fields(after), "version": 1} == _fields(world.session)
        async with db.read() as db_session:
            events = await events_of(db_session, "session", world.session.id)
        assert events[-1].payload["reset"] is True

    async def test_reverting_stays_open(self, api: Api, world: World) -> None:
        await compress(api.as_(world.athlete), world)

        reply = await api.with_flags().as_(world.athlete).run(REVERT, input=world.ids)

        assert reply["revertCompression"]["__typename"] == "RevertCompressionSuccess"


class TestRefused:
    @pytest.mark.parametrize("minutes", [-1, 0, 9, 181, 2**31 - 1])
    async def test_minutes_out_of_range(self, db: Database, api: Api, world: World, minutes: int) -> None:
        answer = await compress(api.as_(world.athlete), world, minutes)

        assert answer["__typename"] == "TargetMinutesOutOfRangeError"
        assert answer["code"] == "target_minutes_out_of_range"
        assert (answer["lowestMinutes"], answer["highestMinutes"]) == (10, 180)
        assert await stored(db, world) == world.session

    async def test_a_session_of_another_plan(self, db: Database, api: Api, world: World) -> None:
        other = await make_plan(db, world.owner)

        reply = await api.as_(world.athlete).run(
            COMPRESS,
            input={
                "planId": global_id(Kind.PLAN, other.id),
                "sessionId": world.session_id,
                "targetMinutes": 40,
            },
        )

        assert reply["compressSession"]["code"] == "session_not_found"
        assert await stored(db, world) == world.session

    @pytest.mark.parametrize("id", ["", "garbage", "UGxhbjo", "é", "x" * 5000, "VGVhbTp4"])
    async def test_ids_that_are_none(self, api: Api, world: World, id: str) -> None:
        mine = api.as_(world.athlete)

        plan = await mine.run(COMPRESS, input={**world.ids, "planId": id, "targetMinutes": 40})
        session = await mine.run(COMPRESS, input={**world.ids, "sessionId": id, "targetMinutes": 40})

        assert plan["compressSession"]["code"] == "plan_not_found"
        assert session["compressSession"]["code"] == "session_not_found"

    async def test_a_plan_id_where_a_session_is_asked_for(self, api: Api, world: World) -> None:
        answer = await compress(api.as_(world.athlete), world, sessionId=world.plan_id)

        assert answer["code"] == "session_not_found"

    async def test_a_reason_that_is_too_long(self, api: Api, world: World) -> None:
        answer = await compress(api.as_(world.athlete), world, reason="x" * 241)

        assert answer["__typename"] == "InvalidInputError"
        assert answer["issues"] == [{"path": ["reason"], "message": "A reason has at most 240 characters."}]
        assert (await compress(api.as_(world.athlete), world, reason="x" * 240))["status"] == "compressed"

    async def test_every_issue_of_the_options_is_named(self, api: Api, world: World) -> None:
        weights = [
            {"prescriptionId": world.plan_id, "weight": 1.0},
            {"prescriptionId": global_id(Kind.PRESCRIPTION, world.prescriptions[0].id), "weight": 99.0},
        ]

        answer = await compress(
            api.as_(world.athlete),
            world,
            options={"weights": weights, "unavailableEquipment": ["x" * 61]},
        )

        assert [each["path"] for each in answer["issues"]] == [
            ["options", "unavailableEquipment"],
            ["options", "weights", "0", "prescriptionId"],
            ["options", "weights", "1", "weight"],
        ]

    async def test_a_stale_version(self, db: Database, api: Api, world: World) -> None:
        mine = api.as_(world.athlete)
        await compress(mine, world, 60, expectedVersion=1)

        answer = await compress(mine, world, 45, expectedVersion=1)

        assert answer["__typename"] == "ConflictError"
        assert answer["currentVersion"] == 2
        assert (await stored(db, world)).time_crunch_minutes == 60

    async def test_a_plan_without_content(self, db: Database, api: Api) -> None:
        world = await make_world(db, a_plan_of(a_session_of()))

        answer = await compress(api.as_(world.athlete), world)

        assert answer["__typename"] == "PlanMissingContentError"
        assert answer["code"] == "plan_missing_content"

    async def test_nothing_would_be_left(self, db: Database, api: Api) -> None:
        world = await make_world(db, a_plan_of(a_session_of(*accessories(3))))

        answer = await compress(
            api.as_(world.athlete), world, 10, options={"unavailableEquipment": ["cable"]}
        )

        assert answer["__typename"] == "PlanNotCompressibleError"
        assert answer["code"] == "plan_not_compressible"
        assert await stored(db, world) == world.session


class TestSessionsOfEveryShape:
    async def test_without_core_lifts(self, db: Database, api: Api) -> None:
        world = await make_world(db, a_plan_of(a_session_of(*accessories(4))))

        answer = await compress(api.as_(world.athlete), world, 15)

        assert answer["status"] == "compressed"
        assert "core_lift" not in {each["kind"] for each in answer["compressedSession"]["segments"]}

    async def test_without_accessories(self, db: Database, api: Api) -> None:
        world = await make_world(db, a_plan_of(a_session_of(core("Squat", Muscle.QUADRICEPS))))

        answer = await compress(api.as_(world.athlete), world, 15)

        assert answer["strategy"] == "core_only"

    async def test_with_one_exercise(self, db: Database, api: Api) -> None:
        world = await make_world(db, a_plan_of(a_session_of(*accessories(1))))

        answer = await compress(api.as_(world.athlete), world, 10)

        assert answer["status"] in {"compressed", "unchanged"}

    async def test_with_everything_in_one_group(self, db: Database, api: Api) -> None:
        grouped = [replace(each, group_key="A") for each in accessories(3)]
        world = await make_world(db, a_plan_of(a_session_of(*grouped)))

        answer = await compress(api.as_(world.athlete), world, 10)

        assert {each["kind"] for each in answer["compressedSession"]["segments"]} == {"accessory_block"}

    async def test_with_zero_rest(self, db: Database, api: Api) -> None:
        hurried = [replace(each, rest_seconds_min=0, rest_seconds_max=0) for each in accessories(4)]
        world = await make_world(db, a_plan_of(a_session_of(*hurried)))

        answer = await compress(api.as_(world.athlete), world, 10)

        assert answer["__typename"] == "CompressSessionSuccess"

    async def test_with_forty_exercises(self, db: Database, api: Api) -> None:
        world = await make_world(db, a_plan_of(a_long_session(accessory_count=38)))

        answer = await compress(api.as_(world.athlete), world, 60)

        assert answer["status"] == "compressed"
        assert answer["meetsTimeConstraint"] is True


def _fields(session: Session) -> dict[str, Any]:
    return {name: getattr(session, name) for name in Session.__slots__}
