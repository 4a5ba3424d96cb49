"""The one address that nearly all requests are for, answered without asking a router where they go.

And what they are read with: Starlette's request, whose headers are looked up in a dictionary.
"""

from __future__ import annotations

from functools import lru_cache

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send


class Express:
    """ASGI: what comes to ``path`` goes to ``endpoint``, or to ``live`` if it is a WebSocket. Both answer
    everything themselves; the rest goes on."""

    def __init__(self, app: ASGIApp, path: str, endpoint: ASGIApp, live: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._ours = {"http": endpoint, "websocket": live}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = self._ours.get(scope["type"]) if scope.get("path") == self._path else None
        await (ours or self._app)(scope, receive, send)


class QuickRequest(Request):
    """Starlette's own looks through all headers for each that is asked for."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self._headers = _QuickHeaders(scope["headers"])
        self.accept = ",".join(self._headers.getlist("accept"))
        """What the client takes, in one line however it was sent."""


class _QuickHeaders(Headers):
    """``get`` gives the first of several, as ever; ``getlist`` all of them."""

    def __init__(self, raw: list[tuple[bytes, bytes]]) -> None:
        self._list = raw
        self._first = dict(reversed(raw))

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        found = self._first.get(_sent(key))
        return default if found is None else found.decode("latin-1")

    def getlist(self, key: str) -> list[str]:
        name = _sent(key)
        if name not in self._first:
            return []
        return [value.decode("latin-1") for each, value in self._list if each == name]


@lru_cache(maxsize=256)
def _sent(name: str) -> bytes:
    return name.lower().encode("latin-1")
