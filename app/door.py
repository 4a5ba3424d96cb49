"""The door: how many requests are served at a time, and what the others are told before any work is done.

Whoever is turned away costs a tenth of a millisecond, so that what is let in is answered in time however many
ask. Some places are kept for mutations, which a client cannot do without as it can without a list.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.adaptive_limit import Leave
from app.negotiation import GRAPHQL, JSON
from app.places import Places
from app.refusals import HttpRefusal
from integrations.edge_metrics import EdgeMetrics

RESERVED = "taper.reserved"
"""In a scope: it came in by a place for mutations, and nothing else may be done in it."""
ALWAYS_OPEN = frozenset({"/livez", "/readyz", "/metrics"})
LOOK_SECONDS = 0.05
RETRY_SECONDS = 1

_MESSAGE = "Too much is being asked of us just now and nothing was done: try again in a moment."
# Answers that go on for as long as the client follows; those have limits of their own. A query answered in
# parts is none of them: it is work until its last part.
_STREAMS = (b"text/event-stream", b'multipart/mixed; boundary="graphql"; subscriptionSpec')


class Door:
    """ASGI, for HTTP; sockets pass by."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        places: Places,
        reserve: int,
        graphql_path: str,
        metrics: EdgeMetrics,
    ) -> None:
        self._app = app
        self._places = places
        self._limit = places.limit
        self._reserve = reserve
        self._graphql_path = graphql_path
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS_OPEN:
            await self._app(scope, receive, send)
        elif (leave := await self._places.wait()) is not None:
            await self._serve(scope, receive, send, leave)
        elif (looked := await self._may_be_a_mutation(scope, receive)) is not None:
            scope[RESERVED] = True
            await self._serve(scope, looked, send, self._limit.enter(time.perf_counter()))
        else:
            self._metrics.shed("door")
            await _turn_away(scope, send, is_graphql=scope["path"] == self._graphql_path)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, leave: Leave) -> None:
        async def send_and_see(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_stream(message.get("headers", ())):
                leave(None)
                self._places.hand_on()
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        finally:
            leave(time.perf_counter())
            self._places.hand_on()

    async def _may_be_a_mutation(self, scope: Scope, receive: Receive) -> Receive | None:
        """What to read the request from, if it may go on; None if it is to be turned away.

        The word is looked for in what has arrived of the body, unread: whether it is one is known only after
        it was parsed, and then a query is turned away there.
        """
        if scope["method"] in ("GET", "HEAD", "OPTIONS") or not self._limit.has_room_beyond(self._reserve):
            return None
        if scope["path"] != self._graphql_path:
            return receive
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                first = await receive()
        except TimeoutError:
            return None
        if b"mutation" not in first.get("body", b"") or not self._limit.has_room_beyond(self._reserve):
            return None
        return _after(first, receive)


def refuse_in_reserve(scope: Scope, metrics: EdgeMetrics) -> None:
    """For a request that turned out to be no mutation. Raises the same refusal as the door's."""
    if scope.get(RESERVED):
        metrics.shed("operation")
        raise HttpRefusal(
            503,
            "overloaded",
            _MESSAGE,
            headers={"Retry-After": str(RETRY_SECONDS)},
            retriable=True,
            outcome="not_applied",
        )


def _after(first: Message, receive: Receive) -> Receive:
    """As if nobody had looked."""
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return first

    return again


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(_STREAMS) for name, value in headers)


async def _turn_away(scope: Scope, send: Send, *, is_graphql: bool) -> None:
    if is_graphql:
        wants_graphql = any(
            name == b"accept" and GRAPHQL.encode() in value for name, value in scope["headers"]
        )
        headers, body = _GRAPHQL_ANSWER if wants_graphql else _JSON_ANSWER
    else:
        headers, body = _EARLIER_ANSWER
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _answer(media_type: str, payload: dict[str, Any]) -> tuple[list[tuple[bytes, bytes]], bytes]:
    body = orjson.dumps(payload)
    headers = {
        "content-type": f"{media_type}; charset=utf-8",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "retry-after": str(RETRY_SECONDS),
    }
    return [(name.encode(), value.encode()) for name, value in headers.items()], body


_EXTENSIONS = {"code": "overloaded", "outcome": "not_applied", "retriable": True}
_ERRORS = {"errors": [{"message": _MESSAGE, "extensions": _EXTENSIONS}]}
_GRAPHQL_ANSWER = _answer(GRAPHQL, _ERRORS)
_JSON_ANSWER = _answer(JSON, _ERRORS)
_EARLIER_ANSWER = _answer(JSON, {"error": {"message": _MESSAGE, **_EXTENSIONS}})
