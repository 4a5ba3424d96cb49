"""The earlier HTTP routes, as a thin layer: each runs the GraphQL operation that took its place.

Ids may be plain UUIDs, as they were, or global ids; an answer has them as they were asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.answers import json_response
from app.bootstrap import Application
from app.operations import Answer
from app.route_errors import answering, error_response, status_of
from app.route_operations import COMPRESS, PREVIEW, STATUS
from app.route_requests import as_global, body_of, refusal_in, run_operation
from domain.sessions import CompressionSource
from resolvers.ids import Kind


def earlier_routes(application: Application) -> list[BaseRoute]:
    async def run(request: Request, text: str, variables: Mapping[str, Any]) -> Answer:
        return await run_operation(application, request, text, variables)

    async def preview(request: Request) -> Response:
        asked = await body_of(request, application.limits)
        plan_id = asked.get("planId")
        variables = {
            "planId": as_global(Kind.PLAN, plan_id),
            "targetMinutes": asked.get("targetMinutes"),
            "source": _source(asked),
        }
        answer = await run(request, PREVIEW, variables)
        return refusal_in(answer) or json_response(
            {"planId": plan_id, **answer.payload["data"]["timeCrunchPreview"]}
        )

    async def compress(request: Request) -> Response:
        asked = await body_of(request, application.limits)
        plan_id, session_id = request.path_params["plan_id"], asked.get("sessionId")
        given = {
            "planId": as_global(Kind.PLAN, plan_id),
            "sessionId": as_global(Kind.SESSION, session_id),
            "targetMinutes": asked.get("targetMinutes"),
            "source": _source(asked),
            "reason": asked.get("reason"),
            "idempotencyKey": request.headers.get("idempotency-key"),
        }
        answer = await run(request, COMPRESS, {"input": given})
        if (refused := refusal_in(answer)) is not None:
            return refused
        found = answer.payload["data"]["compressSession"]
        if found.pop("__typename") != "CompressSessionSuccess":
            code, message = found.pop("code"), found.pop("message")
            return error_response(status_of(code), code, message, found)
        session = found.pop("session")
        return json_response({"planId": plan_id, "sessionId": session_id, **found, **session})

    async def status(request: Request) -> Response:
        plan_id, session_id = request.path_params["plan_id"], request.path_params["session_id"]
        variables = {
            "planId": as_global(Kind.PLAN, plan_id),
            "sessionId": as_global(Kind.SESSION, session_id),
        }
        answer = await run(request, STATUS, variables)
        if (refused := refusal_in(answer)) is not None:
            return refused
        data = answer.payload["data"]
        found = {"planId": plan_id, "sessionId": session_id, **data["timeCrunchStatus"], **data["session"]}
        return json_response(found)

    return [
        Route("/api/v1/time-crunch/preview", answering(application, preview), methods=["POST"]),
        *(
            route
            for things in ("plans", "workouts")  # two names for the same
            for route in (
                Route(
                    f"/api/v1/{things}/{{plan_id}}/compress",
                    answering(application, compress),
                    methods=["POST"],
                ),
                Route(
                    f"/api/v1/{things}/{{plan_id}}/sessions/{{session_id}}/time-crunch",
                    answering(application, status),
                    methods=["GET"],
                ),
            )
        ),
    ]


def _source(asked: Mapping[str, Any]) -> str:
    given = asked.get("source")
    return CompressionSource.of(given if isinstance(given, str) else None).value
