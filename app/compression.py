"""Answers compressed for clients that take it, where it is worth the time."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.negotiation import GRAPHQL, JSON

LEAST_BYTES = 1_400
"""Smaller answers fit into one packet as they are."""
LEVEL = 4
"""GraphQL's JSON shrinks to a fifth; the levels above take twice the time for a few percent."""

_STREAMS = (b"text/event-stream", b"multipart/mixed")


class Compression:
    """ASGI. Streams pass as they are: what happens now is not to wait until a block is full.

    What is small and whole passes as it is, too; everything else is left to Starlette's responders.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _asks(scope["headers"], b"accept", *_STREAMS):
            await self._app(scope, receive, send)
            return
        begun: Message | None = None
        responder: IdentityResponder | None = None

        async def send_small_as_is(message: Message) -> None:
            nonlocal begun, responder
            if responder is not None:
                await responder.send_with_compression(message)
            elif begun is None:
                begun = message
            else:
                if _is_small_and_whole(message):
                    await send(begun)
                    await send(message)
                    return
                if _is_plain(scope, begun, message):
                    await send(_varying(begun))
                    await send(message)
                    return
                responder = self._responder(scope, send)
                await responder.send_with_compression(begun)
                await responder.send_with_compression(message)

        await self._app(scope, receive, send_small_as_is)

    def _responder(self, scope: Scope, send: Send) -> IdentityResponder:
        if takes_gzip(scope["headers"]):
            responder: IdentityResponder = GZipResponder(self._app, LEAST_BYTES, compresslevel=LEVEL)
        else:
            responder = IdentityResponder(self._app, LEAST_BYTES)
        responder.send = send
        return responder


def takes_gzip(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return _asks(headers, b"accept-encoding", b"gzip")


def _is_whole(message: Message) -> bool:
    return message["type"] == "http.response.body" and not message.get("more_body", False)


def _is_plain(scope: Scope, begun: Message, message: Message) -> bool:
    """JSON for a client that takes no gzip."""
    headers = begun.get("headers", ())
    if not _is_whole(message) or not _asks(headers, b"content-type", JSON.encode(), GRAPHQL.encode()):
        return False
    is_encoded = any(name == b"content-encoding" for name, _ in headers)
    return not is_encoded and not takes_gzip(scope["headers"])


def _is_small_and_whole(message: Message) -> bool:
    return _is_whole(message) and len(message.get("body", b"")) < LEAST_BYTES


def _varying(begun: Message) -> Message:
    """Said of an answer that would be compressed for others."""
    headers: list[tuple[bytes, bytes]] = list(begun.get("headers", ()))
    if any(name == b"vary" for name, _ in headers):
        MutableHeaders(raw=headers).add_vary_header("Accept-Encoding")
    else:
        headers.append((b"vary", b"Accept-Encoding"))
    return {**begun, "headers": headers}


def _asks(headers: Sequence[tuple[bytes, bytes]], name: bytes, *words: bytes) -> bool:
    return any(each == name and any(word in value for word in words) for each, value in headers)
