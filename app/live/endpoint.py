"""The GraphQL endpoint for WebSockets."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from app.live.service import Live
from app.live.socket import Socket


class LiveEndpoint:
    """ASGI, for the scope ``websocket``."""

    def __init__(self, live: Live) -> None:
        self._live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Socket(self._live, scope, receive, send).serve()
