"""Errors of the HTTP routes beside GraphQL: ``{"error": {"code", "message", "correlationId"}}``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
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
    "rate_limited": 429,
    "overloaded": 503,
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
                details = {"outcome": "refused", **refusal.details}
                return error_response(refusal.status, refusal.code, refusal.message, details, refusal.headers)
            except (DomainError, Closed) as error:
                failure = failure_of(error)
                details = {"outcome": failure.outcome, **failure.facts}
                return error_response(status_of(failure.code), failure.code, failure.message, details)
            except Exception as error:
                fault = refusal_of_fault(error, application.services.metrics)
                return error_response(fault.status, fault.code, fault.message, fault.details, fault.headers)

    return answer


async def no_such_route(_: Request, error: Exception) -> Response:
    """For addresses that are none, and for methods that one does not take."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = dict(error.headers or {})
        message = f"This address takes {allowed.get('Allow', 'another method')}."
        return error_response(405, "method_not_allowed", message, headers=allowed)
    return error_response(404, "not_found", "There is nothing at this address.")


def error_response(
    status: int,
    code: str,
    message: str,
    details: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    error = {**(details or {}), "code": code, "message": message, "correlationId": correlation_id()}
    return json_response({"error": error}, status, headers=headers)


def plain_message(message: str) -> str:
    """What is wrong with an input, in the words of these routes: they have no variables and no types."""
    found = _OF_VARIABLE.match(message)
    if found is None:
        return message
    missing = re.search(r"include required field '(\w+)'", message)
    unknown = re.search(r"include unknown field '(\w+)'", message)
    name = missing or unknown or re.search(r"at \.([\w.]+):", message)
    field = name[1] if name is not None else found[1]
    if missing or "to be provided" in message or "not to be None" in message:
        return f"{field} is missing."
    return f"{field} is not known here." if unknown else f"{field} is not a value that it can have."


_OF_VARIABLE = re.compile(r"Variable '\$(\w+)' has invalid value")


def status_of(code: str) -> int:
    return 404 if code.endswith("_not_found") else STATUS_OF.get(code, 500)
