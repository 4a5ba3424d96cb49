"""The earlier HTTP routes: the operations' answers in the shape that their callers know."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import structlog

from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.app.api import Api
from tests.app.conftest import MakeApi

PLAN, SESSION = str(DEMO.plans["phul-upper-power"]), str(DEMO.sessions["phul-upper-power"])
STATUS_PATHS = [
    f"/api/v1/plans/{PLAN}/sessions/{SESSION}/time-crunch",
    f"/api/v1/workouts/{PLAN}/sessions/{SESSION}/time-crunch",
]
PREVIEW = "/api/v1/time-crunch/preview"


def compress_path(plan_id: str = PLAN, things: str = "plans") -> str:
    return f"/api/v1/{things}/{plan_id}/compress"


async def send(
    api: Api, path: str, body: Any = None, *, who: str | None = "mia", **headers: str
) -> httpx2.Response:
    """POST with a body, GET without."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if who is not None:
        sent["authorization"] = f"Bearer {api.token(who)}"
    if body is None:
        return await api.client.get(path, headers=sent)
    return await api.client.post(path, json=body, headers=sent)


def error_of(answer: httpx2.Response) -> dict[str, Any]:
    assert set(answer.json()) == {"error"}
    error: dict[str, Any] = answer.json()["error"]
    assert error["message"]
    assert error["correlationId"] == answer.headers["x-request-id"]
    return error


async def test_a_preview_has_the_fields_of_the_contract_and_stores_nothing(api: Api) -> None:
    answer = await send(api, PREVIEW, {"planId": PLAN, "targetMinutes": 30})
    status = await send(api, STATUS_PATHS[0])

    found = answer.json()
    assert answer.status_code == 200
    assert (found["planId"], found["targetMinutes"]) == (PLAN, 30)
    assert found["compressedDurationSeconds"] <= 30 * 60 < found["originalDurationSeconds"]
    assert found["meetsTimeConstraint"] is True
    assert found["strategy"].startswith("core_")
    assert {"context", "segments", "summary", "decisions"} <= set(found["sessions"][0])
    assert status.json()["isTimeCrunchActive"] is False


@pytest.mark.parametrize("things", ["plans", "workouts"])
async def test_a_compression_is_stored_and_read_by_either_name(api: Api, things: str) -> None:
    asked = {"sessionId": SESSION, "targetMinutes": 30, "source": "cta", "reason": "The rink closes"}

    answer = await send(api, compress_path(things=things), asked)
    stored = [(await send(api, path)).json() for path in STATUS_PATHS]

    found = answer.json()
    assert answer.status_code == 200
    assert (found["planId"], found["sessionId"], found["status"]) == (PLAN, SESSION, "compressed")
    assert found["achievedMinutes"] <= 30
    assert found["totalMinutesSaved"] > 0
    assert {"removedExercises", "reducedExercises", "diff", "summary"} <= set(found)
    assert found["originalSession"]["minutes"] > found["compressedSession"]["minutes"]
    assert found["isTimeCrunchActive"] is True
    assert "__typename" not in found
    assert "session" not in found
    assert stored[0] == stored[1]
    assert stored[0]["timeCrunchMinutes"] == 30
    assert stored[0]["compressionSummary"] == found["summary"]
    assert stored[0]["compressionDiff"] == found["diff"]


async def test_global_ids_do_as_well_and_come_back_as_they_were_asked_for(api: Api) -> None:
    plan_id = global_id(Kind.PLAN, DEMO.plans["phul-upper-power"])
    session_id = global_id(Kind.SESSION, DEMO.sessions["phul-upper-power"])

    answer = await send(api, compress_path(plan_id), {"sessionId": session_id, "targetMinutes": 30})

    assert (answer.json()["planId"], answer.json()["sessionId"]) == (plan_id, session_id)
    assert answer.json()["status"] == "compressed"


async def test_a_source_that_nobody_knows_is_unknown_and_counted_so(api: Api) -> None:
    await send(api, compress_path(), {"sessionId": SESSION, "targetMinutes": 30, "source": "smart-watch"})

    count = "planning_time_crunch_requests_total"
    assert await api.metric(count, result="compressed", source="unknown") == 1


async def test_a_repeated_request_with_its_key_gets_the_first_answer(api: Api) -> None:
    asked = {"sessionId": SESSION, "targetMinutes": 30}

    first = await send(api, compress_path(), asked, idempotency_key="once")
    again = await send(api, compress_path(), asked, idempotency_key="once")
    other = await send(api, compress_path(), {**asked, "targetMinutes": 45}, idempotency_key="once")

    assert again.json() == first.json()
    assert (other.status_code, error_of(other)["code"]) == (409, "conflict")


async def test_with_the_flag_off_there_is_no_preview_and_compressing_is_disabled(
    make_api: MakeApi, demo_url: str
) -> None:
    api: Api = await make_api(url=demo_url, flags={})

    preview = await send(api, PREVIEW, {"planId": PLAN, "targetMinutes": 30})
    compressed = await send(api, compress_path(), {"sessionId": SESSION, "targetMinutes": 30})

    assert (preview.status_code, error_of(preview)["code"]) == (404, "feature_not_available")
    assert (compressed.status_code, compressed.json()["status"]) == (200, "disabled")


NOBODYS_ID = "00000000-0000-4000-8000-000000000000"
SOMETHING = {"sessionId": SESSION, "targetMinutes": 30}


@pytest.mark.parametrize(
    ("path", "body", "who", "status", "code"),
    [
        (compress_path(), {**SOMETHING, "targetMinutes": 9}, "mia", 400, "target_minutes_out_of_range"),
        (compress_path(), {**SOMETHING, "targetMinutes": 181}, "mia", 400, "target_minutes_out_of_range"),
        (compress_path(), {**SOMETHING, "targetMinutes": "30"}, "mia", 400, "bad_user_input"),
        (compress_path(), {**SOMETHING, "targetMinutes": 30.5}, "mia", 400, "bad_user_input"),
        (compress_path(), {"sessionId": SESSION}, "mia", 400, "bad_user_input"),
        (compress_path(), {"targetMinutes": 30}, "mia", 400, "bad_user_input"),
        (compress_path(), {**SOMETHING, "reason": "x" * 241}, "mia", 400, "invalid_input"),
        (compress_path(), [SOMETHING], "mia", 400, "bad_request"),
        (compress_path(), SOMETHING, None, 401, "unauthorized"),
        (compress_path(), SOMETHING, "ingrid", 403, "forbidden"),
        (compress_path(), SOMETHING, "leo", 404, "plan_not_found"),
        (compress_path("nonsense"), SOMETHING, "mia", 404, "plan_not_found"),
        (compress_path(NOBODYS_ID), SOMETHING, "mia", 404, "plan_not_found"),
        (compress_path(), {**SOMETHING, "sessionId": NOBODYS_ID}, "mia", 404, "session_not_found"),
        (
            compress_path(),
            {**SOMETHING, "sessionId": str(DEMO.sessions["mppl-push"])},
            "mia",
            404,
            "session_not_found",
        ),
        (PREVIEW, {"planId": PLAN, "targetMinutes": 14}, "mia", 400, "target_minutes_out_of_range"),
        (PREVIEW, {"planId": PLAN, "targetMinutes": 30}, None, 401, "unauthorized"),
        (PREVIEW, {"planId": PLAN, "targetMinutes": 30}, "leo", 404, "plan_not_found"),
        (PREVIEW, {"planId": 5, "targetMinutes": 30}, "mia", 404, "plan_not_found"),
        (STATUS_PATHS[0], None, None, 401, "unauthorized"),
        (STATUS_PATHS[0], None, "leo", 404, "plan_not_found"),
        (STATUS_PATHS[1].replace(SESSION, "x"), None, "mia", 404, "session_not_found"),
    ],
)
async def test_a_refusal_has_its_status_and_code(
    make_api: MakeApi, path: str, body: Any, who: str | None, status: int, code: str
) -> None:
    api: Api = await make_api()

    answer = await send(api, path, body, who=who)

    assert (answer.status_code, error_of(answer)["code"]) == (status, code)


async def test_a_fault_is_masked_and_counted(make_api: MakeApi) -> None:
    api: Api = await make_api(url="postgresql+asyncpg://taper:swordfish@127.0.0.1:1/taper")

    with structlog.testing.capture_logs() as logged:
        answer = await send(api, STATUS_PATHS[0])

    assert [each["code"] for each in logged if each["event"] == "fault"] == ["unavailable"]
    assert (answer.status_code, error_of(answer)["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "1"
    assert "swordfish" not in answer.text
    assert await api.metric("taper_faults_total", code="unavailable") == 1
