"""Answers compressed for clients that take it, where it is worth the time."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LEAST_BYTES = 1_400
"""Smaller answers fit into one packet as they are."""
LEVEL = 4
"""GraphQL's JSON shrinks to a fifth; the levels above take twice the time for a few percent."""


class Compression:
    """ASGI. Streams pass as they are: what happens now is not to wait until a block is full."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressing = GZipMiddleware(app, minimum_size=LEAST_BYTES, compresslevel=LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streams = scope["type"] == "http" and any(
            each in Headers(scope=scope).get("accept", "")
            for each in ("text/event-stream", "multipart/mixed")
        )
        await (self._app if streams else self._compressing)(scope, receive, send)
