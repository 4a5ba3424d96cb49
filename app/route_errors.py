"""Errors of the HTTP routes beside GraphQL: ``{"error": {"code", "message", "correlationId"}}``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app.answers import json_response, refusal_of_fault
from app.bootstrap import Application
from app.logs import correlation_id
from app.refusals import HttpRefusal
from domain.errors import DomainError
from resolvers.failures import failure_of
from resolvers.permissions import Closed

Endpoint = Callable[[Request], Awaitable[Response]]

STATUS_OF = {
    "bad_request": 400,
    "bad_user_input": 400,
    "invalid_input": 400,
    "target_minutes_out_of_range": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "feature_not_available": 404,
    "conflict": 409,
    "invalid_state": 409,
    "plan_missing_content": 422,
    "plan_not_compressible": 422,
    "season_data_unavailable": 503,
    "unavailable": 503,
    "outcome_unknown": 503,
    "timeout": 503,
}


def answering(application: Application, endpoint: Endpoint) -> Endpoint:
    """The endpoint with its errors answered: a refusal in full, a fault masked, logged once and counted."""

    async def answer(request: Request) -> Response:
        with application.services.metrics.http_in_flight():
            try:
                return await endpoint(request)
            except HttpRefusal as refusal:
                return error_response(
                    refusal.status, refusal.code, refusal.message, refusal.details, refusal.headers
                )
            except (DomainError, Closed) as error:
                failure = failure_of(error)
                return error_response(status_of(failure.code), failure.code, failure.message, failure.facts)
            except Exception as error:
                fault = refusal_of_fault(error, application.services.metrics)
                return error_response(fault.status, fault.code, fault.message, {}, fault.headers)

    return answer


def error_response(
    status: int,
    code: str,
    message: str,
    details: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    error = {**(details or {}), "code": code, "message": message, "correlationId": correlation_id()}
    return json_response({"error": error}, status, headers=headers)


def status_of(code: str) -> int:
    return 404 if code.endswith("_not_found") else STATUS_OF.get(code, 500)
