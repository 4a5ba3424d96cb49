"""What metrics, analytics and log are told of a compression and of a preview, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import structlog

from db.database import Database
from domain.compression import compress as engine
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.api import Api
from tests.schema.documents import COMPRESS, PREVIEW, REVERT
from tests.world import World, a_plan_of, a_session_of, accessories, make_world

REQUESTS = "planning_time_crunch_requests_total"
SECONDS = "planning_time_crunch_duration_seconds_count"
ENGINE = "planning_engine_time_crunch_requests_total"
ENGINE_SECONDS = "planning_engine_time_crunch_duration_seconds_count"
ENGINE_ERRORS = "planning_engine_time_crunch_errors_total"
DECLINE = """mutation ($input: DeclineTimeCrunchPreviewInput!) { declineTimeCrunchPreview(input: $input) {
  ... on DeclineTimeCrunchPreviewSuccess { planId } ... on Error { code } } }"""


def crunch(world: World, **more: Any) -> dict[str, Any]:
    return {**world.ids, "targetMinutes": 45, "source": "cta", **more}


async def test_a_compression_is_requested_succeeds_and_completes(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)

    reply = await mine.run(COMPRESS, input=crunch(world))

    answer = reply["compressSession"]
    known = {
        "planId": str(world.plan.id),
        "sessionId": str(world.session.id),
        "userId": str(world.owner.id),
        "source": "cta",
        "targetMinutes": 45,
    }
    nothing_yet = {"achievedMinutes": None, "totalMinutesSaved": None}
    came_to = {
        "achievedMinutes": answer["achievedMinutes"],
        "totalMinutesSaved": answer["totalMinutesSaved"],
    }
    assert api.events == [
        ("time_crunch_requested", known | nothing_yet),
        ("time_crunch_success", known | came_to),
        ("time_crunch_completed", known | came_to),
    ]
    assert api.count(REQUESTS, result="compressed", source="cta") == 1
    assert api.count(SECONDS) == 1
    assert api.count(ENGINE, status="success", strategy=answer["strategy"]) == 1
    assert api.count(ENGINE_SECONDS) == 1


async def test_unchanged_is_a_success_too(api: Api, world: World) -> None:
    await api.as_(world.athlete).run(COMPRESS, input=crunch(world, targetMinutes=180))

    assert api.event_names == ["time_crunch_requested", "time_crunch_success", "time_crunch_completed"]
    assert api.events[-1][1]["totalMinutesSaved"] == 0
    assert api.count(REQUESTS, result="unchanged", source="cta") == 1


async def test_switched_off_is_abandoned(api: Api, world: World) -> None:
    off = api.with_flags()

    await off.as_(world.athlete).run(COMPRESS, input=crunch(world))

    assert api.event_names == ["time_crunch_requested", "time_crunch_abandoned"]
    assert api.events[-1][1]["reason"] == "flag_disabled"
    assert api.count(REQUESTS, result="disabled", source="cta") == 1
    assert api.count(ENGINE, status="disabled", strategy="none") == 1
    assert api.count(ENGINE_SECONDS) == 0


@pytest.mark.parametrize(
    ("change", "result", "reason"),
    [
        (lambda w: {"sessionId": "garbage"}, "not_found", "not_found"),
        (lambda w: {"sessionId": global_id(Kind.SESSION, w.plan.id)}, "not_found", "not_found"),
        (lambda w: {"targetMinutes": 9}, "invalid", "error"),
        (lambda w: {"reason": "x" * 241}, "invalid", "error"),
        (lambda w: {"expectedVersion": 7}, "invalid", "error"),
    ],
)
async def test_a_refusal_is_abandoned_with_its_reason(
    api: Api, world: World, change: Callable[[World], dict[str, Any]], result: str, reason: str
) -> None:
    await api.as_(world.athlete).run(COMPRESS, input=crunch(world, **change(world)))

    assert api.event_names == ["time_crunch_requested", "time_crunch_abandoned"]
    assert api.events[-1][1]["reason"] == reason
    assert api.count(REQUESTS, result=result, source="cta") == 1
    assert api.count(SECONDS) == 1


async def test_what_is_not_ones_own_is_abandoned_as_forbidden(api: Api, world: World) -> None:
    await api.as_(world.mate).run(COMPRESS, input=crunch(world))

    assert api.events[-1][1]["reason"] == "forbidden"
    assert api.count(REQUESTS, result="forbidden", source="cta") == 1


async def test_a_fault_of_the_engine_is_masked_counted_and_stores_nothing(
    db: Database, api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret insides")

    monkeypatch.setattr(engine, "compress", broken)

    reply = await api.as_(world.athlete).send(COMPRESS, input=crunch(world))

    [error] = reply.errors
    assert error.is_fault
    assert error.code == "internal_error"
    assert "secret" not in str(error.formatted)
    assert error.formatted["extensions"]["correlationId"] == "test-correlation"
    assert isinstance(error.original, ZeroDivisionError)
    assert api.event_names == ["time_crunch_requested", "time_crunch_abandoned"]
    assert api.events[-1][1]["reason"] == "error"
    assert api.count(REQUESTS, result="failed", source="cta") == 1
    assert api.count(ENGINE_ERRORS, code="internal_error") == 1
    monkeypatch.undo()
    after = await api.as_(world.athlete).run(COMPRESS, input=crunch(world, expectedVersion=1))
    assert after["compressSession"]["status"] == "compressed", "nothing was stored, and the server goes on"


async def test_an_engine_that_refuses_is_counted_by_its_code(db: Database, api: Api) -> None:
    world = await make_world(db, a_plan_of(a_session_of(*accessories(2))))
    no_cable = {"unavailableEquipment": ["cable"]}

    await api.as_(world.athlete).run(COMPRESS, input=crunch(world, options=no_cable))

    assert api.count(ENGINE, status="error", strategy="none") == 1
    assert api.count(ENGINE_ERRORS, code="plan_not_compressible") == 1
    assert api.count(REQUESTS, result="invalid", source="cta") == 1


async def test_a_replay_is_counted_but_completes_nothing_again(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    await mine.run(COMPRESS, input=crunch(world, idempotencyKey="tap-1"))

    await mine.run(COMPRESS, input=crunch(world, idempotencyKey="tap-1"))

    assert api.event_names.count("time_crunch_requested") == 2
    assert api.event_names.count("time_crunch_completed") == 1
    assert api.count(REQUESTS, result="compressed", source="cta") == 2


async def test_the_log_names_module_service_and_correlation(api: Api, world: World) -> None:
    with structlog.testing.capture_logs() as logs:
        await api.as_(world.athlete).run(COMPRESS, input=crunch(world))

    [line] = [each for each in logs if each["event"] == "compression requested"]
    assert line["module"] == "time-crunch"
    assert line["service"] == "planning-engine"
    assert line["correlation_id"] == "test-correlation"
    assert line["result"] == "compressed"


async def test_a_preview_is_requested_and_succeeds(api: Api, world: World) -> None:
    reply = await api.as_(world.athlete).run(PREVIEW, planId=world.plan_id, targetMinutes=60)

    assert api.event_names == [
        "stream5.time_crunch_preview_requested",
        "stream5.time_crunch_preview_succeeded",
    ]
    assert api.events[-1][1] == {
        "planId": str(world.plan.id),
        "targetMinutes": 60,
        "compressionStrategy": reply["timeCrunchPreview"]["strategy"],
        "reason": None,
        "userId": str(world.owner.id),
        "source": "unknown",
    }
    assert api.count(SECONDS) == 1


async def test_a_preview_that_does_not_fit_falls_back(api: Api, world: World) -> None:
    await api.as_(world.athlete).run(PREVIEW, planId=world.plan_id, targetMinutes=15)

    assert api.event_names[-1] == "stream5.time_crunch_preview_fallback"
    assert api.events[-1][1]["reason"] == "target_not_met"


async def test_a_preview_that_is_refused_falls_back_with_the_code(api: Api, world: World) -> None:
    await api.as_(world.athlete).send(PREVIEW, planId=world.plan_id, targetMinutes=14)

    assert api.event_names[-1] == "stream5.time_crunch_preview_fallback"
    assert api.events[-1][1]["reason"] == "target_minutes_out_of_range"


async def test_identical_sessions_are_worked_out_once(api: Api, world: World) -> None:
    reply = await api.as_(world.athlete).run(PREVIEW, planId=world.plan_id, targetMinutes=60)

    assert len(reply["timeCrunchPreview"]["sessions"]) == 4
    assert api.count(ENGINE_SECONDS) == 1
    strategy = reply["timeCrunchPreview"]["strategy"]
    assert api.count(ENGINE, status="success", strategy=strategy) == 4


async def test_a_declined_preview_is_told_with_its_reason(api: Api, world: World) -> None:
    given = {
        "planId": world.plan_id,
        "targetMinutes": 40,
        "strategy": "core_only",
        "source": "cta",
        "reason": "Too little pulling",
    }

    reply = await api.as_(world.athlete).run(DECLINE, input=given)

    assert reply["declineTimeCrunchPreview"] == {"planId": world.plan_id}
    assert api.events == [
        (
            "stream5.time_crunch_preview_declined",
            {
                "planId": str(world.plan.id),
                "targetMinutes": 40,
                "compressionStrategy": "core_only",
                "reason": "Too little pulling",
                "userId": str(world.owner.id),
                "source": "cta",
            },
        )
    ]


async def test_declining_is_behind_the_previews_flag(api: Api, world: World) -> None:
    off = api.with_flags(Flag.TIME_CRUNCH).as_(world.athlete)

    code = await off.refused(DECLINE, input={"planId": world.plan_id, "targetMinutes": 40})

    assert code == "feature_not_available"
    assert api.events == []


async def test_reverting_tells_analytics_nothing(api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    await mine.run(COMPRESS, input=crunch(world))

    await mine.run(REVERT, input=world.ids)

    assert len(api.events) == 3
