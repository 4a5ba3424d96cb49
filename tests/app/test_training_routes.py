"""The earlier HTTP routes of season planning: the operations' answers in the shape that callers know."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from db.assignments import open_assignments_of_players
from db.database import Database
from db.demo.cast import MIA
from db.own_templates import our_templates
from db.seed import DEMO
from domain.assignments import AssignmentStatus, WorkoutAssignment, days_of
from domain.phases import PhaseType
from integrations.flag_overrides import variable_names
from integrations.flags import Flag
from resolvers.ids import Kind, global_id
from tests.app.api import Api
from tests.app.conftest import MakeApi
from tests.app.test_routes import NOBODYS_ID, error_of, send
from tests.databases import Clock

ALL_ON = {variable_names(each.value)[0]: "true" for each in Flag}
PATH = "/api/v1/training/planning"
TEAM = str(DEMO.team)
SYNC, APPLY, NOTIFY = (
    f"{PATH}/{each}" for each in ("sync-phase-adjustments", "apply-phase-template", "notify-completion")
)
WORKLOAD = f"{PATH}/workload-analytics"
READING = {name: f"{PATH}/{name}/{TEAM}" for name in ("current-phase", "season-plan", "sync-status")}
TEMPLATE = next(str(each.id) for each in our_templates() if each.phase_type is PhaseType.RECOVERY)


@pytest.fixture
async def api(make_api: MakeApi, demo_url: str) -> Api:
    made: Api = await make_api(url=demo_url, flags=ALL_ON)
    return made


async def _active_of_mia(url: str, clock: Clock) -> list[WorkoutAssignment]:
    db = Database(url, clock=clock)
    today = clock().date()
    mia = MIA.id
    async with db.read() as db_session:
        found = await open_assignments_of_players(db_session, [mia], today, today + timedelta(days=60))
    await db.dispose()
    return [each for each in found[mia] if each.status is AssignmentStatus.ACTIVE]


async def test_the_current_phase_and_the_season_are_told_as_they_stand(api: Api) -> None:
    phase = await send(api, READING["current-phase"], who="dana")
    plan = await send(api, READING["season-plan"], who="mia")

    assert (phase.status_code, plan.status_code) == (200, 200)
    assert phase.json()["teamId"] == plan.json()["teamId"] == TEAM
    found = phase.json()["phase"]
    assert found["type"] == "preseason"
    assert found["freshness"] is None
    assert found in plan.json()["seasonPlan"]["phases"]
    assert plan.json()["seasonPlan"]["status"] == "active"
    assert set(plan.json()["seasonPlan"]["load"]) == {"baseLoad", "peakWeek", "taperWeeks", "recoveryWeeks"}


async def test_a_global_id_does_as_well_and_comes_back_as_it_was_asked_for(api: Api) -> None:
    team_id = global_id(Kind.TEAM, DEMO.team)

    answer = await send(api, f"{PATH}/sync-status/{team_id}", who="dana")

    assert answer.json()["teamId"] == team_id
    assert answer.json()["syncStatus"]["state"] in ("in_step", "out_of_step")


async def test_syncing_brings_the_team_in_step(api: Api) -> None:
    first = await send(api, SYNC, {"teamId": TEAM, "forceUpdate": True}, who="dana")
    again = await send(api, SYNC, {"teamId": TEAM}, who="dana")
    status = await send(api, READING["sync-status"], who="dana")

    assert first.status_code == 200
    assert first.json()["teamId"] == TEAM
    assert first.json()["adjustedCount"] > 0
    assert again.json()["adjustedCount"] == 0
    assert again.json()["unchangedCount"] == first.json()["adjustedCount"]
    assert status.json()["syncStatus"] == again.json()["syncStatus"]
    assert status.json()["syncStatus"]["state"] == "in_step"


async def test_its_options_are_honoured_with_ids_in_either_form(api: Api, clock: Clock) -> None:
    phase = (await send(api, READING["current-phase"], who="dana")).json()["phase"]
    mia = str(MIA.id)
    clock.advance(seconds=1)

    answer = await send(
        api,
        SYNC,
        {
            "teamId": TEAM,
            "phaseId": phase["id"],
            "players": [mia],
            "adjustmentTypes": ["load"],
            "forceUpdate": True,
        },
        who="dana",
    )

    found = answer.json()
    assert (answer.status_code, found["players"], found["phaseId"]) == (200, [mia], phase["id"])
    assert found["phase"]["name"] == phase["name"]
    assert 0 < found["adjustedCount"] < 30


async def test_a_template_is_tried_and_applied(api: Api, clock: Clock) -> None:
    asked = {
        "teamId": TEAM,
        "templateId": TEMPLATE,
        "startDate": str(clock().date() + timedelta(days=150)),
        "customizations": {"loadMultiplier": 0.8, "trainingFrequency": 2, "intensityAdjustment": -1},
    }

    tried = await send(api, APPLY, {**asked, "dryRun": True}, who="dana")
    done = await send(api, APPLY, asked, who="dana", idempotency_key="once")
    replayed = await send(api, APPLY, asked, who="dana", idempotency_key="once")
    again = await send(api, APPLY, asked, who="dana")

    assert (tried.status_code, done.status_code) == (200, 200)
    assert (done.json()["teamId"], done.json()["templateId"]) == (TEAM, TEMPLATE)
    assert done.json()["outcome"]["createdCount"] == tried.json()["outcome"]["createdCount"] > 0
    assert replayed.json() == done.json()
    error = error_of(again)
    assert (again.status_code, error["code"]) == (409, "conflict")
    assert error["openCount"] == done.json()["outcome"]["createdCount"]
    assert {each["kind"] for each in error["outcome"]["conflicts"]} == {"duplicate"}


async def test_a_players_choice_is_known_by_their_plain_id(api: Api, clock: Clock) -> None:
    asked = {
        "teamId": TEAM,
        "templateId": TEMPLATE,
        "startDate": str(clock().date() + timedelta(days=150)),
    }
    await send(api, APPLY, asked, who="dana")
    choices = [
        {"kind": "duplicate", "resolution": "skip"},
        {"playerId": str(MIA.id), "resolution": "replace"},
    ]
    clock.advance(seconds=1)

    answer = await send(api, APPLY, {**asked, "resolutions": choices}, who="dana")

    created = {each["playerId"]: each["createdCount"] for each in answer.json()["outcome"]["players"]}
    mia = global_id(Kind.PLAYER, MIA.id)
    assert created.pop(mia) == answer.json()["outcome"]["cancelledCount"] > 0
    assert set(created.values()) == {0}


async def test_training_is_reported(api: Api, demo_url: str, clock: Clock) -> None:
    assignment = (await _active_of_mia(demo_url, clock))[0]
    due = next(days_of(assignment, clock().date(), clock().date() + timedelta(days=60)))
    asked = {
        "assignmentId": str(assignment.id),
        "playerId": str(MIA.id),
        "completedAt": clock().isoformat(),
        "actualLoad": 350,
        "completionRate": 95.5,
        "performance": {"playerId": "kept as it is", "teamId": TEAM},
        "occurrenceOn": str(due),
    }

    answer = await send(api, NOTIFY, asked, who="mia", idempotency_key="once")
    replayed = await send(api, NOTIFY, asked, who="mia", idempotency_key="once")
    twice = await send(api, NOTIFY, asked, who="mia")

    found = answer.json()
    assert answer.status_code == 200
    assert found["assignmentId"] == str(assignment.id)
    assert found["completion"] == {
        "occurrenceOn": str(due),
        "completedAt": clock().isoformat(),
        "actualLoad": 350.0,
        "completionRate": 95.5,
    }
    assert replayed.json() == found
    assert (twice.status_code, error_of(twice)["code"]) == (409, "invalid_state")


async def test_with_the_flags_off_none_of_it_is_there(make_api: MakeApi, demo_url: str) -> None:
    api: Api = await make_api(url=demo_url, flags={})

    answers = [await send(api, path, who="dana") for path in READING.values()]
    answers += [
        await send(api, path, body, who="dana")
        for path, body in (
            (SYNC, {"teamId": TEAM}),
            (APPLY, {"teamId": TEAM, "templateId": TEMPLATE, "startDate": "2026-12-01"}),
            (NOTIFY, SOMETHING_DONE),
        )
    ]

    found = {(each.status_code, error_of(each)["code"]) for each in answers}
    assert found == {(404, "feature_not_available")}


SOMETHING_DONE = {
    "assignmentId": NOBODYS_ID,
    "playerId": NOBODYS_ID,
    "completedAt": "2026-11-20T10:00:00Z",
    "actualLoad": 300,
    "completionRate": 100,
}
APPLIED = {"teamId": TEAM, "templateId": TEMPLATE, "startDate": "2026-12-01"}


@pytest.mark.parametrize(
    ("path", "body", "who", "status", "code"),
    [
        (READING["current-phase"], None, None, 401, "unauthorized"),
        (READING["current-phase"], None, "leo", 404, "team_not_found"),
        (READING["season-plan"], None, "leo", 404, "team_not_found"),
        (READING["sync-status"], None, "leo", 404, "team_not_found"),
        (f"{PATH}/current-phase/{NOBODYS_ID}", None, "dana", 404, "team_not_found"),
        (f"{PATH}/season-plan/nonsense", None, "dana", 404, "team_not_found"),
        (SYNC, {"teamId": TEAM}, None, 401, "unauthorized"),
        (SYNC, {"teamId": TEAM}, "mia", 403, "forbidden"),
        (SYNC, {"teamId": TEAM}, "leo", 403, "forbidden"),
        (SYNC, {}, "dana", 400, "bad_user_input"),
        (SYNC, {"teamId": NOBODYS_ID}, "dana", 404, "team_not_found"),
        (SYNC, {"teamId": TEAM, "phaseId": NOBODYS_ID}, "dana", 404, "phase_not_found"),
        (SYNC, {"teamId": TEAM, "players": [NOBODYS_ID]}, "dana", 404, "player_not_found"),
        (SYNC, {"teamId": TEAM, "adjustmentTypes": ["colour"]}, "dana", 400, "bad_user_input"),
        (SYNC, {"teamId": TEAM, "nonsense": 1}, "dana", 400, "bad_user_input"),
        (SYNC, [TEAM], "dana", 400, "bad_request"),
        (APPLY, APPLIED, None, 401, "unauthorized"),
        (APPLY, APPLIED, "mia", 403, "forbidden"),
        (APPLY, {**APPLIED, "templateId": NOBODYS_ID}, "dana", 404, "template_not_found"),
        (APPLY, {**APPLIED, "startDate": "2026-11-19"}, "dana", 400, "invalid_input"),
        (APPLY, {**APPLIED, "startDate": "soon"}, "dana", 400, "bad_user_input"),
        (APPLY, {**APPLIED, "customizations": {"trainingFrequency": 8}}, "dana", 400, "invalid_input"),
        (NOTIFY, SOMETHING_DONE, None, 401, "unauthorized"),
        (NOTIFY, SOMETHING_DONE, "mia", 404, "assignment_not_found"),
        (NOTIFY, {**SOMETHING_DONE, "completedAt": "2026-11-20T10:00:00"}, "mia", 400, "invalid_input"),
        (NOTIFY, {**SOMETHING_DONE, "performance": [1]}, "mia", 400, "invalid_input"),
    ],
)
async def test_a_refusal_has_its_status_and_code(
    make_api: MakeApi, path: str, body: Any, who: str | None, status: int, code: str
) -> None:
    api: Api = await make_api(flags=ALL_ON)

    answer = await send(api, path, body, who=who)

    assert (answer.status_code, error_of(answer)["code"]) == (status, code)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_workload_analytics_are_told_for_a_range_of_days(api: Api, clock: Clock, method: str) -> None:
    last = clock().date()
    asked = {"teamId": TEAM, "startDate": str(last - timedelta(days=27)), "endDate": str(last)}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    path, body = (WORKLOAD, asked) if method == "POST" else (f"{WORKLOAD}?{query}", None)

    answer = await send(api, path, body, who="dana")
    nobody = await send(api, path, body, who=None)

    found = answer.json()
    assert answer.status_code == 200, found
    assert (found["teamId"], found["startDate"]) == (TEAM, asked["startDate"])
    assert {"player", "summary", "compliance", "trends"} == set(found["players"][0])
    assert nobody.status_code == 401


@pytest.mark.parametrize("changes", [{"endDate": "2001-01-01"}, {"startDate": None}, {"endDate": "soon"}])
async def test_workload_analytics_of_a_range_that_is_none_are_refused(
    api: Api, changes: dict[str, Any]
) -> None:
    asked = {"teamId": TEAM, "startDate": "2026-11-01", "endDate": "2026-11-20"} | changes

    answer = await send(api, WORKLOAD, asked, who="dana")

    assert answer.status_code == 400
