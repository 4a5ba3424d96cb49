"""HTTP answers: JSON that nobody keeps, and refusals in the shape that their callers read."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
import structlog
from starlette.responses import Response

from app.logs import correlation_id
from app.negotiation import JSON
from app.operations import Answer
from app.refusals import HttpRefusal
from integrations.metrics import Metrics
from resolvers.failures import failure_of

_log = structlog.get_logger(__name__)

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def json_response(
    payload: object, status: int = 200, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(payload), status, {**_HEADERS, **(headers or {})}, media_type)


def graphql_response(answer: Answer, media_type: str) -> Response:
    """200 for whatever was run; a request error is 400, but 200 in plain JSON, as its clients expect.

    What was run and never came to ``data`` is 500, or 503 where another try may do better.
    """
    status = 200
    headers: dict[str, str] = {}
    if answer.is_request_error and media_type != JSON:
        status = 400
    elif not answer.is_request_error and "data" not in answer.payload:
        retriable = any(each["extensions"].get("retriable") for each in answer.payload["errors"])
        status, headers = (503, {"Retry-After": "1"}) if retriable else (500, {})
    return json_response(answer.payload, status, _in_utf8(media_type), headers)


def refusal_response(refusal: HttpRefusal, media_type: str) -> Response:
    extensions = {"code": refusal.code, "outcome": "refused", **refusal.details}
    payload = {"errors": [{"message": refusal.message, "extensions": extensions}]}
    return json_response(payload, refusal.status, _in_utf8(media_type), refusal.headers)


def refusal_of_fault(error: Exception, metrics: Metrics) -> HttpRefusal:
    """A fault outside of an operation: logged and counted here, and masked for the caller."""
    failure = failure_of(error)
    _log.error("fault", code=failure.code, exc_info=error)
    metrics.fault(failure.code)
    retriable = bool(failure.facts.get("retriable"))
    return HttpRefusal(
        503 if retriable else 500,
        failure.code,
        failure.message,
        headers={"Retry-After": "1"} if retriable else {},
        **{**failure.facts, "outcome": failure.outcome, "correlationId": correlation_id()},
    )


def _in_utf8(media_type: str) -> str:
    return f"{media_type}; charset=utf-8"
