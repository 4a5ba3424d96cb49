"""The earlier HTTP routes, as a thin layer: each runs the GraphQL operation that took its place.

Ids may be plain UUIDs, as they were, or global ids; an answer has them as they were asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from app.answers import json_response
from app.auth import context_from
from app.bootstrap import Application
from app.documents import RequestError
from app.graphql_request import parsed_json, read_json_body
from app.limits import Limits
from app.operations import Answer
from app.refusals import malformed
from app.route_errors import answering, error_response, status_of
from app.route_operations import COMPRESS, PREVIEW, STATUS
from domain.sessions import CompressionSource
from resolvers.ids import Kind, global_id


def earlier_routes(application: Application) -> list[BaseRoute]:
    async def run(request: Request, text: str, variables: Mapping[str, Any]) -> Answer:
        context = await context_from(request, application.services, application.tokens)
        try:
            prepared = application.operations.prepare(text, None, variables)
        except RequestError as error:
            return application.operations.refused(error, context.correlation_id)
        return await application.operations.run(prepared, variables, context)

    async def preview(request: Request) -> Response:
        asked = await _body(request, application.limits)
        plan_id = asked.get("planId")
        variables = {
            "planId": _as_global(Kind.PLAN, plan_id),
            "targetMinutes": asked.get("targetMinutes"),
            "source": _source(asked),
        }
        answer = await run(request, PREVIEW, variables)
        return _refused(answer) or json_response(
            {"planId": plan_id, **answer.payload["data"]["timeCrunchPreview"]}
        )

    async def compress(request: Request) -> Response:
        asked = await _body(request, application.limits)
        plan_id, session_id = request.path_params["plan_id"], asked.get("sessionId")
        given = {
            "planId": _as_global(Kind.PLAN, plan_id),
            "sessionId": _as_global(Kind.SESSION, session_id),
            "targetMinutes": asked.get("targetMinutes"),
            "source": _source(asked),
            "reason": asked.get("reason"),
            "idempotencyKey": request.headers.get("idempotency-key"),
        }
        answer = await run(request, COMPRESS, {"input": given})
        if (refused := _refused(answer)) is not None:
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
            "planId": _as_global(Kind.PLAN, plan_id),
            "sessionId": _as_global(Kind.SESSION, session_id),
        }
        answer = await run(request, STATUS, variables)
        if (refused := _refused(answer)) is not None:
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


async def _body(request: Request, limits: Limits) -> dict[str, Any]:
    found = parsed_json(await read_json_body(request, limits), limits)
    if not isinstance(found, dict):
        raise malformed("The body must be a JSON object.")
    return found


def _as_global(kind: Kind, given: object) -> object:
    """What is no UUID goes on as it is: the operation knows global ids, and refuses the rest."""
    try:
        return global_id(kind, UUID(given)) if isinstance(given, str) else given
    except ValueError:
        return given


def _source(asked: Mapping[str, Any]) -> str:
    given = asked.get("source")
    return CompressionSource.of(given if isinstance(given, str) else None).value


def _refused(answer: Answer) -> Response | None:
    """The error of the first field that has one, as these routes tell it; None where there is none."""
    errors = answer.payload.get("errors")
    if not errors:
        return None
    fields = list(answer.payload.get("data") or ())
    # Fields are answered at the same time, so the errors come in the order of chance.
    error = min(errors, key=lambda each: fields.index(each["path"][0]) if fields else 0)
    details = dict(error["extensions"])
    code = details.pop("code")
    status = 400 if answer.is_request_error else status_of(code)
    return error_response(status, code, error["message"], details)
