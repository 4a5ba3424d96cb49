"""HTTP answers: JSON that nobody keeps, and refusals in the shape that their callers read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.logs import correlation_id
from app.negotiation import JSON
from app.operations import Answer
from app.refusals import HttpRefusal
from app.settings_documents import Edition
from integrations.metrics import Metrics
from resolvers.failures import failure_of

_log = structlog.get_logger(__name__)

FIXED_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in FIXED_HEADERS.items()]


def json_response(
    payload: object, status: int = 200, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(payload), status, {**FIXED_HEADERS, **(headers or {})}, media_type)


def graphql_response(
    answer: Answer,
    media_type: str,
    edition: Edition = "earlier",
    headers: Mapping[str, str] | None = None,
) -> Response:
    status = status_of_answer(answer, media_type, edition)
    again = {"Retry-After": "1"} if status == 503 else {}
    return _QuickJson(answer.payload, status, media_type, {**(headers or {}), **again})


class _QuickJson(Response):
    """As ``json_response``, its headers written down as they are sent."""

    def __init__(self, payload: object, status: int, media_type: str, headers: Mapping[str, str]) -> None:
        self.status_code = status
        self.background = None
        self.body = orjson.dumps(payload)
        self.raw_headers = [
            (b"content-type", in_utf8(media_type).encode()),  # the door looks for it
            (b"content-length", str(len(self.body)).encode()),
            *_RAW_HEADERS,
            *[(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def status_of_answer(answer: Answer, media_type: str, edition: Edition) -> int:
    """200 for whatever was run; a request error is 400, but 200 in plain JSON, as its clients expect.

    In the edition of September 2026 a request that is well-formed but cannot be run is 422, and data with
    errors beside it is 294, both only for GraphQL's own media type. What was run and never came to ``data``
    is 500, or 503 where another try may do better.
    """
    if answer.is_request_error:
        if media_type == JSON:
            return 200
        return 400 if edition == "earlier" or _NOT_WELL_FORMED.intersection(answer.codes) else 422
    if "data" not in answer.payload:
        return 503 if any(each["extensions"].get("retriable") for each in answer.payload["errors"]) else 500
    is_partial = "errors" in answer.payload
    return 294 if is_partial and edition != "earlier" and media_type != JSON else 200


# The document could not be read; every other request error is about what it says.
_NOT_WELL_FORMED = frozenset(
    {"graphql_syntax_error", "too_many_tokens", "name_too_long", "persisted_query_mismatch"}
)


def revalidated(request: Request, response: Response) -> Response:
    """With an ETag, by which a client may ask whether its copy still holds; 304 if it does.

    Only the client itself may keep it, and has to ask each time: the answer is one caller's.
    """
    digest = hashlib.sha256(response.body).hexdigest()[:32]
    etag = f'W/"{digest}"'  # weak: the same answer may be compressed on its way
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept, Authorization"
    if etag in _tags(request.headers.get("if-none-match", "")):
        kept = {name: value for name, value in response.headers.items() if name not in _OF_CONTENT}
        return Response(status_code=304, headers=kept)
    return response


_OF_CONTENT = ("content-length", "content-type")


def _tags(header: str) -> set[str]:
    return {each.strip() for each in header.split(",")}


def refusal_response(refusal: HttpRefusal, media_type: str) -> Response:
    extensions = {"code": refusal.code, "outcome": "refused", **refusal.details}
    payload = {"errors": [{"message": refusal.message, "extensions": extensions}]}
    return json_response(payload, refusal.status, in_utf8(media_type), refusal.headers)


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


def in_utf8(media_type: str) -> str:
    return f"{media_type}; charset=utf-8"
