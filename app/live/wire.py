"""Uvicorn's WebSocket, with a short way to write.

Of uvicorn's implementations the one over ``websockets``' sans-I/O parser: it reads no further than the
application does, so a flood stays in the client's own socket; wsproto's puts h11's parser beside each of ten
thousand idle sockets, and the older one over ``websockets`` is going away. Compression is off: it takes
twice the CPU and three times the memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "taper.wire"

_TEXT = b"\x81"  # a whole message of text
_SHORT, _MEDIUM = 126, 1 << 16
_COPIED = 16 * 1024


class Wire(WebSocketsSansIOProtocol):
    """Offers itself to the application as an extension of ASGI: what is written for thousands at a time takes
    no task and no ASGI message. The way of ASGI stays open beside it."""

    on_shutdown: Callable[[], None] | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if (scope := getattr(self, "scope", None)) is not None:
            scope["extensions"][EXTENSION] = self

    def write_text(self, *parts: bytes) -> bool:
        """Write one message, its text in UTF-8; False if that has to wait for the reader."""
        if not self.writable.is_set() or self.close_sent or self.disconnected:
            return False
        length = sum(map(len, parts))
        # One buffer costs less than four, until copying it does.
        if length < _COPIED:
            self.transport.write(b"".join((_header(length), *parts)))
        else:
            self.transport.writelines((_header(length), *parts))
        return True

    def abort(self) -> None:
        """For a peer that takes nothing any more, not even a goodbye."""
        self.transport.abort()

    def shutdown(self) -> None:
        """The server stops. The application closes this socket itself, after what is under way on it."""
        if self.on_shutdown is None:
            super().shutdown()
        else:
            self.on_shutdown()


def wire_of(scope: Any) -> Wire | None:
    """None on another server than ours."""
    found = scope.get("extensions", {}).get(EXTENSION)
    return found if isinstance(found, Wire) else None


def _header(length: int) -> bytes:
    """RFC 6455, section 5.2: a server's frame, final, not masked."""
    if length < _SHORT:
        return _TEXT + length.to_bytes(1, "big")
    if length < _MEDIUM:
        return _TEXT + b"\x7e" + length.to_bytes(2, "big")
    return _TEXT + b"\x7f" + length.to_bytes(8, "big")
