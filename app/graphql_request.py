"""From an HTTP request to the GraphQL request in it; whatever else arrives is refused with a code."""

from __future__ import annotations

import asyncio
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Message, Receive

from app.at_hand import AtHand
from app.limits import Limits
from app.negotiation import JSON, media_type_of
from app.refusals import HttpRefusal, malformed

_MOST_PARAMETERS = 16
_DEFAULT = Limits()

# Headers that a page of another origin cannot send without asking first (a CORS preflight). ``Accept`` is
# none of them: any page may set it.
_NOT_SIMPLE = (
    "authorization",
    "x-requested-with",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "graphql-require-preflight",
)


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """``query`` is empty where the document is named instead: by its id, or by the hash of its text."""

    query: str
    operation_name: str | None = None
    variables: dict[str, Any] = field(default_factory=dict)
    document_id: str | None = None
    sha256_hash: str | None = None
    wants_cost: bool = False


async def read_request(request: Request, limits: Limits) -> GraphQLRequest:
    """``HttpRefusal`` for a request that is none. Reads no more of a body than it may have."""
    if request.method == "GET":
        refuse_forged(request.headers)
        return from_parameters(_parameters_of_url(request, limits))
    return from_parameters(parsed_json(await read_json_body(request, limits), limits))


def refuse_forged(headers: Headers) -> None:
    """A GET that any page in a browser could send in its visitor's name is not answered."""
    content_type, _ = media_type_of(headers.get("content-type", ""))
    if content_type == JSON or any(headers.get(name) for name in _NOT_SIMPLE):
        return
    raise HttpRefusal(
        400,
        "csrf_refused",
        "A GET needs a header that a page of another site cannot send: Authorization, or X-Requested-With.",
    )


async def read_json_body(request: Request, limits: Limits = _DEFAULT) -> bytes:
    if not is_json(request.headers.get("content-type", "")):
        raise HttpRefusal(
            415, "unsupported_media_type", "Send the request as Content-Type: application/json, in UTF-8."
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HttpRefusal(415, "unsupported_media_type", "Send the body as it is, without Content-Encoding.")
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and int(stated) > limits.body_bytes:
        raise _too_large(limits, int(stated))
    try:
        return await _whole_body(request.receive, limits)
    except TimeoutError:
        raise HttpRefusal(
            408,
            "body_too_slow",
            f"The body was not complete after {limits.body_seconds:g} seconds.",
            headers={"Connection": "close"},
            limit=limits.body_seconds,
        ) from None


async def _whole_body(receive: Receive, limits: Limits) -> bytes:
    """``TimeoutError`` if it takes too long. Most often all of it is there, and then no clock is set."""
    first = AtHand(receive())
    if first.is_waiting:
        async with asyncio.timeout(limits.body_seconds):
            return await _rest_of_body(await first, receive, limits)
    message = await first
    if message.get("more_body", False):
        async with asyncio.timeout(limits.body_seconds):
            return await _rest_of_body(message, receive, limits)
    return await _rest_of_body(message, receive, limits)


async def _rest_of_body(message: Message, receive: Receive, limits: Limits) -> bytes:
    parts, size = [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise malformed("The body ended before it was complete.")
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > limits.body_bytes:
            raise _too_large(limits)
        if not message.get("more_body", False):
            return part if len(parts) == 1 else b"".join(parts)
        message = await receive()


@lru_cache(maxsize=256)
def is_json(content_type: str) -> bool:
    name, parameters = media_type_of(content_type)
    return name == JSON and parameters.get("charset", "utf-8") in ("utf-8", "utf8")


def parsed_json(text: bytes | str, limits: Limits = _DEFAULT) -> object:
    """Any JSON value without NUL, not nested too deeply; orjson itself refuses lone surrogates and NaN."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if str(error).startswith("depth limit exceeded"):
            raise _too_deep("more than a thousand", limits.json_depth) from None
        raise malformed(f"This is not JSON: {error}.") from None
    if not _is_surely_fine(text, limits.json_depth):
        _check(value, limits.json_depth)
    return value


def _parameters_of_url(request: Request, limits: Limits) -> dict[str, object]:
    raw: bytes = request.scope["query_string"]
    if len(raw) > limits.url_bytes:
        raise HttpRefusal(
            414,
            "url_too_long",
            f"At most {limits.url_bytes} bytes; send it by POST.",
            limit=limits.url_bytes,
            actual=len(raw),
        )
    try:
        pairs = urllib.parse.parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        raise malformed("The parameters of the URL are not UTF-8, percent-encoded, or too many.") from None
    found: dict[str, object] = dict(pairs)
    if len(found) != len(pairs):
        raise malformed("A parameter of the URL is there twice.")
    for name in ("variables", "extensions"):
        if name in found:
            found[name] = parsed_json(str(found[name]), limits) if found[name] else None
    return found


def from_parameters(parameters: object) -> GraphQLRequest:
    """The request in a JSON object, as it stands in a body and in a WebSocket's ``subscribe``."""
    if isinstance(parameters, list):
        raise malformed("Several operations in one request are not taken; send one request for each.")
    if not isinstance(parameters, dict):
        raise malformed('The body must be a JSON object, such as {"query": "{ viewer { id } }"}.')
    extensions = parameters.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise malformed("`extensions` must be an object, or left out.")
    document_id = parameters.get("documentId")
    if document_id is not None and not isinstance(document_id, str):
        raise malformed("`documentId` must be text, or left out.")
    sha256_hash = _persisted_hash(extensions or {})
    query = parameters.get("query")
    if query is None and (document_id or sha256_hash):
        query = ""
    elif not isinstance(query, str) or not query.strip():
        raise malformed("`query` must be the text of a GraphQL document.")
    elif document_id:
        raise malformed("Send `documentId` or `query`, not both.")
    if "\0" in query:
        raise malformed("`query` holds a NUL character.")
    operation_name = parameters.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise malformed("`operationName` must be text, or left out.")
    variables = parameters.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise malformed("`variables` must be an object, or left out.")
    return GraphQLRequest(
        query,
        operation_name or None,
        variables or {},
        document_id or None,
        sha256_hash,
        wants_cost=(extensions or {}).get("cost") is True,
    )


def _persisted_hash(extensions: Mapping[str, Any]) -> str | None:
    """Of Apollo's automatic persisted queries."""
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(found, str) or persisted.get("version") != 1:
        raise malformed("`extensions.persistedQuery` must have the version 1 and a sha256Hash.")
    return found


def _is_surely_fine(text: bytes | str, deepest: int) -> bool:
    """Seen from outside: no escape that could be NUL's, and too few brackets to be nested too deeply."""
    if isinstance(text, str):
        return False
    return b"\\u0000" not in text and text.count(b"{") + text.count(b"[") <= deepest


def _check(value: object, deepest: int) -> None:
    """Level by level, so that no nesting can exhaust the stack."""
    level = [value]
    depth = 0
    while level:
        inner: list[object] = []
        nests = False
        for each in level:
            if isinstance(each, str):
                if "\0" in each:
                    raise malformed("A text holds a NUL character, which no database can store.")
            elif isinstance(each, dict):
                nests = True
                inner.extend(each)
                inner.extend(each.values())
            elif isinstance(each, list):
                nests = True
                inner.extend(each)
        level = inner
        depth += nests
    if depth > deepest:
        raise _too_deep(depth, deepest)


def _too_deep(actual: int | str, deepest: int) -> HttpRefusal:
    known: dict[str, Any] = {"actual": actual} if isinstance(actual, int) else {}
    return HttpRefusal(
        400,
        "json_too_deep",
        f"The JSON is nested {actual} levels deep; at most {deepest} are taken.",
        limit=deepest,
        **known,
    )


def _too_large(limits: Limits, stated: int | None = None) -> HttpRefusal:
    known: dict[str, Any] = {} if stated is None else {"actual": stated}
    return HttpRefusal(
        413,
        "body_too_large",
        f"The body has more than {limits.body_bytes} bytes.",
        headers={"Connection": "close"},
        limit=limits.body_bytes,
        **known,
    )
