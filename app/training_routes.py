"""The earlier HTTP routes of season planning, as ``app/routes.py`` has those of Time Crunch Mode.

Ids may be plain UUIDs, as they were, or global ids; the id that an answer is about comes as it was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.answers import json_response
from app.bootstrap import Application
from app.route_errors import Endpoint, answering, error_response, status_of
from app.route_requests import as_global, body_of, refusal_in, run_operation
from app.training_operations import (
    APPLY_PHASE_TEMPLATE,
    CURRENT_PHASE,
    NOTIFY_COMPLETION,
    SEASON_PLAN,
    SYNC_PHASE_ADJUSTMENTS,
    SYNC_STATUS,
    WORKLOAD_ANALYTICS,
)
from resolvers.ids import Kind

PATH = "/api/v1/training/planning"
AS_REPORTED = frozenset({"performance"})


def training_routes(application: Application) -> list[BaseRoute]:
    def reading(text: str, field: str, name: str) -> Endpoint:
        """What a team has under ``name``; null where it has none."""

        async def read(request: Request) -> Response:
            team_id = request.path_params["team_id"]
            variables = {"teamId": as_global(Kind.TEAM, team_id)}
            answer = await run_operation(application, request, text, variables)
            refused = refusal_in(answer)
            return refused or json_response({"teamId": team_id, name: answer.payload["data"][field]})

        return read

    def changing(text: str, field: str, success: str, ids: Mapping[str, Kind]) -> Endpoint:
        """The fields of the body are the operation's, the ids among them in either form."""

        async def change(request: Request) -> Response:
            asked = await body_of(request, application.limits)
            given = {**_known(asked, ids), "idempotencyKey": request.headers.get("idempotency-key")}
            answer = await run_operation(application, request, text, {"input": given})
            if (refused := refusal_in(answer)) is not None:
                return refused
            found = answer.payload["data"][field]
            if found.pop("__typename") != success:
                code, message = found.pop("code"), found.pop("message")
                return error_response(status_of(code), code, message, found)
            return json_response({**{name: asked.get(name) for name in ids if name in asked}, **found})

        return change

    async def workload_analytics(request: Request) -> Response:
        """A range of days, in the address or in the body."""
        asked = (
            request.query_params if request.method == "GET" else await body_of(request, application.limits)
        )
        given = {name: asked.get(name) for name in ("teamId", "startDate", "endDate")}
        variables = given | {"teamId": as_global(Kind.TEAM, given["teamId"])}
        answer = await run_operation(application, request, WORKLOAD_ANALYTICS, variables)
        refused = refusal_in(answer)
        if refused is not None:
            return refused
        return json_response({"teamId": given["teamId"], **answer.payload["data"]["workloadAnalytics"]})

    def route(path: str, endpoint: Endpoint, *methods: str) -> Route:
        return Route(f"{PATH}/{path}", answering(application, endpoint), methods=list(methods))

    return [
        route("current-phase/{team_id}", reading(CURRENT_PHASE, "currentPhase", "phase"), "GET"),
        route("season-plan/{team_id}", reading(SEASON_PLAN, "seasonPlan", "seasonPlan"), "GET"),
        route("sync-status/{team_id}", reading(SYNC_STATUS, "syncStatus", "syncStatus"), "GET"),
        route(
            "sync-phase-adjustments",
            changing(
                SYNC_PHASE_ADJUSTMENTS,
                "syncPhaseAdjustments",
                "SyncPhaseAdjustmentsSuccess",
                {"teamId": Kind.TEAM, "phaseId": Kind.SEASON_PHASE, "players": Kind.PLAYER},
            ),
            "POST",
        ),
        route(
            "apply-phase-template",
            changing(
                APPLY_PHASE_TEMPLATE,
                "applyPhaseTemplate",
                "ApplyPhaseTemplateSuccess",
                {"teamId": Kind.TEAM, "templateId": Kind.PHASE_TEMPLATE, "playerId": Kind.PLAYER},
            ),
            "POST",
        ),
        route(
            "notify-completion",
            changing(
                NOTIFY_COMPLETION,
                "notifyTrainingCompletion",
                "NotifyTrainingCompletionSuccess",
                {"assignmentId": Kind.WORKOUT_ASSIGNMENT, "playerId": Kind.PLAYER},
            ),
            "POST",
        ),
        route("workload-analytics", workload_analytics, "GET", "POST"),
    ]


def _known(given: Any, ids: Mapping[str, Kind]) -> Any:
    """The same with the ids that have these names as global ones, wherever they stand."""
    if isinstance(given, list):
        return [_known(each, ids) for each in given]
    if not isinstance(given, dict):
        return given
    return {
        name: _in_global_form(ids[name], value)
        if name in ids
        else value
        if name in AS_REPORTED
        else _known(value, ids)
        for name, value in given.items()
    }


def _in_global_form(kind: Kind, given: object) -> object:
    if isinstance(given, list):
        return [as_global(kind, each) for each in given]
    return as_global(kind, given)
