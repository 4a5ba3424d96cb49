"""Uvicorn's HTTP, for clients that do not behave: no wait for headers without end, no headers without end."""

from __future__ import annotations

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.settings_door import DoorSettings


def bounded_http(settings: DoorSettings) -> type[BoundedHttp]:
    """The protocol with the limits of these settings, as ``uvicorn.Config`` wants one."""
    return type(
        "LimitedHttp",
        (BoundedHttp,),
        {
            "header_seconds": settings.header_seconds,
            "header_bytes": settings.header_bytes,
            "most_connections": settings.most_connections,
        },
    )


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn times only the pause between two requests; the first, and a request that has begun, may take
    for ever there, and its address and headers may grow for ever."""

    header_seconds: float
    header_bytes: int
    most_connections: int

    _deadline: asyncio.TimerHandle | None = None
    _received_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        if len(self.connections) > self.most_connections:
            self._refuse(b"503 Service Unavailable", b"retry-after: 1\r\n")
            return
        self._expect_headers()

    def data_received(self, data: bytes) -> None:
        if self._deadline is not None:
            self._received_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # it is over, or it is a WebSocket now
        if self._deadline is not None and self._received_bytes > self.header_bytes:
            self._refuse(b"431 Request Header Fields Too Large")
        elif self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_headers()

    def on_headers_complete(self) -> None:
        self.expect_nothing()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self.expect_nothing()
        super().connection_lost(exc)

    def _expect_headers(self) -> None:
        self._received_bytes = 0
        self._deadline = self.loop.call_later(self.header_seconds, self._too_slow)

    def expect_nothing(self) -> None:
        """No headers are waited for."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes, headers: bytes = b"") -> None:
        self.expect_nothing()
        self.transport.write(
            b"HTTP/1.1 " + status + b"\r\n" + headers + b"content-length: 0\r\nconnection: close\r\n\r\n"
        )
        self.transport.close()
