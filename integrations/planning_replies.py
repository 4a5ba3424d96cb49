"""What an answer of the planning service is worth: its JSON, or the reason why there is none to use."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2
import orjson

from integrations.planning_errors import (
    AnswerMalformed,
    PlanningDown,
    PlanningRefused,
    PlanningUnavailable,
    Reason,
)

MOST_BYTES = 2 * 1024 * 1024
NULL = b"null"
_LONGEST_SAYING = 200


async def json_of(response: httpx2.Response) -> bytes:
    """Reads the body, of ``MOST_BYTES`` at most. ``null`` where the service says that there is none."""
    return _content(response, await _bounded_body(response))


async def _bounded_body(response: httpx2.Response) -> bytes:
    received = bytearray()
    async for chunk in response.aiter_raw():
        received += chunk
        if len(received) > MOST_BYTES:
            raise AnswerMalformed([f"the answer is larger than {MOST_BYTES} bytes"])
    return bytes(received)


def _content(response: httpx2.Response, body: bytes) -> bytes:
    status = response.status_code
    if 200 <= status < 300:
        return _normalized(body) if body else NULL
    if status == 404 and _is_json(response):
        return NULL  # the service's own word; a 404 of anything else is a wrong address
    if status == 401:
        raise PlanningDown(Reason.UNAUTHORIZED, "it does not accept our token")
    if status == 429:
        raise PlanningUnavailable(Reason.RATE_LIMITED, "too many calls for it", _retry_after(response))
    if status == 408 or status >= 500:
        raise PlanningDown(Reason.SERVER_ERROR, f"status {status}", _retry_after(response))
    if 400 <= status < 500 and status != 404:
        raise PlanningRefused(status, body[:_LONGEST_SAYING].decode(errors="replace"))
    raise AnswerMalformed([f"status {status} where an answer was expected: is PLANNING_SERVICE_URL right?"])


def _normalized(body: bytes) -> bytes:
    """Strict JSON: what other parsers let pass (NaN, half a character) would come back out of the cache."""
    try:
        return orjson.dumps(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise AnswerMalformed([f"it is not JSON: {error.msg} at {error.pos}"]) from None


def _is_json(response: httpx2.Response) -> bool:
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _retry_after(response: httpx2.Response) -> float | None:
    """Seconds or a date, as RFC 9110 has it; None for anything else."""
    said = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d{1,9}", said, re.ASCII):
        return float(said)
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
