"""HTTP answers: JSON that nobody keeps, and refusals in the shape that their callers read."""

from __future__ import annotations

from collections.abc import Mapping

import orjson
import structlog
from starlette.responses import Response

from app.logs import correlation_id
from app.negotiation import AnswerType
from app.operations import Answer
from app.refusals import HttpRefusal
from integrations.metrics import Metrics
from resolvers.failures import failure_of

_log = structlog.get_logger(__name__)

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
PLAIN_JSON = "application/json"


def json_response(
    payload: object, status: int = 200, media_type: str = PLAIN_JSON, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(payload), status, {**_HEADERS, **(headers or {})}, media_type)


def graphql_response(answer: Answer, answer_type: AnswerType) -> Response:
    """200 for whatever was run; a request error is 400, but 200 in plain JSON, as its clients expect.

    What was run and never came to ``data`` is 500, or 503 where another try may do better.
    """
    status = 200
    headers: dict[str, str] = {}
    if answer.is_request_error and answer_type.media_type != PLAIN_JSON:
        status = 400
    elif not answer.is_request_error and "data" not in answer.payload:
        retriable = any(each["extensions"].get("retriable") for each in answer.payload["errors"])
        status, headers = (503, {"Retry-After": "1"}) if retriable else (500, {})
    return json_response(answer.payload, status, answer_type.header, headers)


def refusal_response(refusal: HttpRefusal, answer_type: AnswerType) -> Response:
    status = 200 if refusal.is_malformed and answer_type.errors_are_ok else refusal.status
    extensions = {"code": refusal.code, "outcome": "refused", **refusal.details}
    payload = {"errors": [{"message": refusal.message, "extensions": extensions}]}
    return json_response(payload, status, answer_type.header, refusal.headers)


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
