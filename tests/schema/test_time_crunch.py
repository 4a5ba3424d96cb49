"""A session's Time Crunch state, the preview of a plan, and the curve."""

from __future__ import annotations

from typing import Any

import pytest

from db.database import Database
from db.sessions import sessions_by_id
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.schema.documents import COMPRESS, COMPRESSION_FIELDS, PREVIEW, STATUS
from tests.world import World, a_long_session, a_plan_of, a_session_of, make_world

OF_SESSION = f"""
query ($id: ID!, $minutes: Int!, $options: TimeCrunchOptionsInput) {{
  session(id: $id) {{ timeCrunch {{
    preview(targetMinutes: $minutes, options: $options) {{ {COMPRESSION_FIELDS} }}
    curve(options: $options) {{
      kneeMinutes points {{ targetMinutes achievedMinutes valuePercent strategy }} }}
  }} }}
}}
"""
CURVE = """query ($planId: ID!, $sessionId: ID!, $options: TimeCrunchOptionsInput) {
  timeCrunchCurve(planId: $planId, sessionId: $sessionId, options: $options) {
    kneeMinutes points { targetMinutes achievedMinutes valuePercent strategy } } }"""
AVAILABLE = "query ($id: ID!) { session(id: $id) { timeCrunch { available unavailableReason } } }"


async def status_of(api: Api, world: World) -> dict[str, Any]:
    status: dict[str, Any] = (await api.run(STATUS, **world.ids))["timeCrunchStatus"]
    return status


async def test_a_session_that_nobody_touched(api: Api, world: World) -> None:
    status = await status_of(api.as_(world.athlete), world)

    assert status["status"] == "none"
    assert status["available"] is True
    assert status["unavailableReason"] is None
    assert status["currentMinutes"] == status["originalMinutes"] == 90
    assert status["canRevert"] is False
    assert status["active"] is None
    assert [each["coreProtection"] for each in status["shortest"]] == ["full", "reduced", "minimal"]
    assert status["history"]["edges"] == []


async def test_a_compressed_session(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    answer = (await mine.run(COMPRESS, input={**world.ids, "targetMinutes": 45}))["compressSession"]

    status = await status_of(mine, world)

    assert status["status"] == "compressed"
    assert status["targetMinutes"] == 45
    assert status["currentMinutes"] == status["active"]["achievedMinutes"] == answer["achievedMinutes"]
    assert status["originalMinutes"] == 90
    assert status["canRevert"] is True
    assert status["appliedAt"] == "2026-11-20T12:00:00+00:00"


@pytest.mark.parametrize(
    ("on", "reason"),
    [
        ([Flag.TIME_CRUNCH, Flag.TIME_CRUNCH_UI], None),
        ([Flag.TIME_CRUNCH], "feature_not_available"),
        ([Flag.TIME_CRUNCH_UI], "feature_not_available"),
        ([], "feature_not_available"),
    ],
)
async def test_it_is_available_where_both_flags_are_on(
    api: Api, world: World, on: list[Flag], reason: str | None
) -> None:
    data = await api.with_flags(*on).as_(world.athlete).run(AVAILABLE, id=world.session_id)

    assert data["session"]["timeCrunch"] == {"available": reason is None, "unavailableReason": reason}


async def test_it_is_not_available_without_content(db: Database, api: Api) -> None:
    world = await make_world(db, a_plan_of(a_session_of()))

    status = await status_of(api.as_(world.athlete), world)

    assert status["available"] is False
    assert status["unavailableReason"] == "plan_missing_content"
    assert status["originalMinutes"] is None
    assert status["shortest"] == []


async def test_it_is_not_available_once_done(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    await mine.run(
        "mutation ($input: LogSessionInput!) { logSession(input: $input) { __typename } }",
        input={"sessionId": world.session_id, "actualMinutes": 80},
    )

    data = await mine.run(AVAILABLE, id=world.session_id)

    assert data["session"]["timeCrunch"]["unavailableReason"] == "session_completed"


async def test_it_is_not_available_to_who_may_not_compress(api: Api, world: World) -> None:
    data = await api.as_(world.service).run(AVAILABLE, id=world.session_id)

    assert data["session"]["timeCrunch"]["unavailableReason"] == "forbidden"


async def test_the_segments_of_a_session_are_those_to_be_done(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    document = (
        "query ($id: ID!) { session(id: $id) { segments { __typename kind exercises { workingSets } } } }"
    )
    before = (await mine.run(document, id=world.session_id))["session"]["segments"]
    await mine.run(COMPRESS, input={**world.ids, "targetMinutes": 45})

    after = (await mine.run(document, id=world.session_id))["session"]["segments"]

    assert [each["exercises"][0]["workingSets"] for each in before[:2]] == [5, 5]
    assert [each["exercises"][0]["workingSets"] for each in after[:2]] == [3, 3]
    names = {
        "core_lift": "CoreLiftSegment",
        "accessory_superset": "AccessorySupersetSegment",
        "accessory_block": "AccessoryBlockSegment",
        "accessory_single": "AccessorySingleSegment",
    }
    assert all(each["__typename"] == names[each["kind"]] for each in before + after)


async def test_a_preview_of_a_session_is_what_compressing_would_do(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    variables = {"id": world.session_id, "minutes": 45}
    preview = (await mine.run(OF_SESSION, **variables))["session"]["timeCrunch"]["preview"]

    document = COMPRESS.replace("summary {", f"compression {{ {COMPRESSION_FIELDS} }} summary {{")
    answer = await mine.run(document, input={**world.ids, "targetMinutes": 45})

    assert answer["compressSession"]["compression"] == preview
    totals = [
        each["setupSeconds"] + each["workSeconds"] + each["restSeconds"] for each in preview["segments"]
    ]
    assert totals == [each["totalSeconds"] for each in preview["segments"]]
    assert sum(totals) == preview["compressedDurationSeconds"]
    muscles = {each["muscle"] for each in preview["value"]["perMuscle"]}
    assert muscles == {"quadriceps", "chest", "lats", "biceps", "triceps", "hamstrings"}


async def test_the_curve_rises_to_the_whole_session(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)

    curve = (await mine.run(CURVE, **world.ids))["timeCrunchCurve"]
    nested = (await mine.run(OF_SESSION, id=world.session_id, minutes=45))["session"]["timeCrunch"]["curve"]

    values = [each["valuePercent"] for each in curve["points"]]
    assert values == sorted(values)
    assert values[-1] == 100
    assert curve["points"][0]["targetMinutes"] < curve["kneeMinutes"] < curve["points"][-1]["targetMinutes"]
    assert nested == curve


async def test_a_preview_shows_every_session_and_stores_nothing(db: Database, api: Api, world: World) -> None:
    preview = (await api.as_(world.coach).run(PREVIEW, planId=world.plan_id, targetMinutes=60))[
        "timeCrunchPreview"
    ]

    assert preview["planId"] == world.plan_id
    assert preview["meetsTimeConstraint"] is True
    assert preview["compressedDurationSeconds"] <= 4 * 60 * 60 < preview["originalDurationSeconds"]
    assert preview["originalDurationSeconds"] == 4 * 90 * 60
    assert [each["context"]["week"] for each in preview["sessions"]] == [1, 1, 2, 2]
    assert [each["context"]["scheduledOn"] for each in preview["sessions"]] == [
        "2026-11-16", "2026-11-19", "2026-11-23", "2026-11-26",
    ]  # fmt: skip
    assert all(each["decisions"] and each["segments"] for each in preview["sessions"])
    assert preview["warnings"] == []
    async with db.read() as db_session:
        after = await sessions_by_id(db_session, [each.id for each in world.sessions])
    assert [after[each.id] for each in world.sessions] == list(world.sessions)


async def test_a_preview_claims_to_fit_only_if_every_session_does(api: Api, world: World) -> None:
    preview = (await api.as_(world.athlete).run(PREVIEW, planId=world.plan_id, targetMinutes=15))[
        "timeCrunchPreview"
    ]

    assert preview["meetsTimeConstraint"] is False
    assert {each["summary"]["meetsTimeConstraint"] for each in preview["sessions"]} == {False}


async def test_a_preview_leaves_empty_sessions_out_and_says_so(db: Database, api: Api) -> None:
    world = await make_world(db, a_plan_of(a_long_session(), a_session_of()))

    preview = (await api.as_(world.athlete).run(PREVIEW, planId=world.plan_id, targetMinutes=60))[
        "timeCrunchPreview"
    ]

    assert len(preview["sessions"]) == 1
    assert preview["warnings"] == ["1 of the plan's sessions have no exercises yet and are left out."]


async def test_an_empty_plan_has_nothing_to_preview(db: Database, api: Api) -> None:
    world = await make_world(db, a_plan_of(a_session_of()))

    code = await api.as_(world.athlete).refused(PREVIEW, planId=world.plan_id, targetMinutes=60)

    assert code == "plan_missing_content"


@pytest.mark.parametrize("minutes", [0, 14, 181])
async def test_a_preview_takes_fifteen_minutes_to_three_hours(api: Api, world: World, minutes: int) -> None:
    mine = api.as_(world.athlete)

    assert (
        await mine.refused(PREVIEW, planId=world.plan_id, targetMinutes=minutes)
        == "target_minutes_out_of_range"
    )
    reply = await mine.send(OF_SESSION, id=world.session_id, minutes=minutes)
    assert reply.codes == ["target_minutes_out_of_range"]
    assert reply.errors[0].formatted["extensions"]["lowestMinutes"] == 15
    assert reply.data is not None
    assert reply.data["session"]["timeCrunch"]["curve"], "the refusal takes nothing else with it"


async def test_previews_and_curves_do_not_exist_behind_a_closed_flag(api: Api, world: World) -> None:
    off = api.with_flags(Flag.TIME_CRUNCH, Flag.TIME_CRUNCH_UI).as_(world.athlete)

    assert await off.refused(PREVIEW, planId=world.plan_id, targetMinutes=60) == "feature_not_available"
    assert await off.refused(CURVE, **world.ids) == "feature_not_available"
    reply = await off.send(OF_SESSION, id=world.session_id, minutes=45)
    assert reply.codes == ["feature_not_available"] * 2
    assert reply.data == {"session": {"timeCrunch": {"preview": None, "curve": None}}}


async def test_weights_of_other_sessions_change_nothing_here(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    elsewhere = {"prescriptionId": global_id(Kind.PRESCRIPTION, world.plan.id), "weight": 5.0}

    plain = await mine.run(PREVIEW, planId=world.plan_id, targetMinutes=45)
    weighted = await mine.run(
        PREVIEW, planId=world.plan_id, targetMinutes=45, options={"weights": [elsewhere]}
    )

    assert weighted == plain
