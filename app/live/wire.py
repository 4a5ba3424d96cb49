"""Uvicorn's WebSocket, with a short way to write.

Of uvicorn's implementations the one over ``websockets``' sans-I/O parser: it reads no further than the
application does, so a flood stays in the client's own socket; wsproto's puts h11's parser beside each of ten
thousand idle sockets, and the older one over ``websockets`` is going away. Compression is off: it takes
twice the CPU and three times the memory.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "taper.wire"

_TEXT = b"\x81"  # a whole message of text
_SHORT, _MEDIUM = 126, 1 << 16
COPIED = 16 * 1024
"""One buffer costs less than several, until copying into it does."""

GOODBYE_SECONDS = 2.0
"""For the peer to answer to our goodbye, and so to read all that came before it. What it misses of that it
gets when it comes back."""


class Wire(WebSocketsSansIOProtocol):
    """Offers itself to the application as an extension of ASGI: what is written for thousands at a time takes
    no task and no ASGI message. The way of ASGI stays open beside it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue = Messages()  # type: ignore[assignment]  # all of a queue that is used
        self._is_full = False

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if (scope := getattr(self, "scope", None)) is not None:
            scope["extensions"][EXTENSION] = self

    def write_text(self, *parts: bytes) -> bool:
        """Write one message, its text in UTF-8; False if that has to wait for the reader."""
        length = sum(map(len, parts))
        if length < COPIED:
            return self.write_frame(b"".join((header(length), *parts)))
        if self._is_full or self.close_sent or self.disconnected:
            return False
        self.transport.writelines((header(length), *parts))
        return True

    def write_frame(self, frame: bytes) -> bool:
        """As ``write_text``, for a message with its header."""
        if self._is_full or self.close_sent or self.disconnected:
            return False
        self.transport.write(frame)
        return True

    def pause_writing(self) -> None:
        self._is_full = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self._is_full = False
        super().resume_writing()

    def abort(self) -> None:
        """For a peer that takes nothing any more, not even a goodbye."""
        self.transport.abort()

    async def send(self, message: Any) -> None:
        """Uvicorn would close after the goodbye, which waits for a reader who never reads, and the server's
        end with it. And it would keep the handshake, which nobody reads again, as long as the socket."""
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.request.headers.clear()
            self.response.headers.clear()
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(GOODBYE_SECONDS, self.abort)

    def keepalive_timeout(self) -> None:
        reads_nothing = self.transport.get_write_buffer_size() > 0
        super().keepalive_timeout()
        if reads_nothing:
            self.abort()

    def shutdown(self) -> None:
        """The server stops. Its application knows, and closes each socket after what is under way on it, or
        refuses it if the handshake is not through."""


class Messages:
    """From the client to the one who reads them. A queue of asyncio's is four empty deques of 0.7 KiB each,
    and of idle sockets there are ten thousand."""

    __slots__ = ("_come", "_waiter")

    def __init__(self) -> None:
        self._come: list[Any] = []
        self._waiter: asyncio.Future[None] | None = None

    def put_nowait(self, message: Any) -> None:
        self._come.append(message)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def get(self) -> Any:
        while not self._come:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._come.pop(0)

    def empty(self) -> bool:
        return not self._come


def wire_of(scope: Any) -> Wire | None:
    """None on another server than ours."""
    found = scope.get("extensions", {}).get(EXTENSION)
    return found if isinstance(found, Wire) else None


def header(length: int) -> bytes:
    """RFC 6455, section 5.2: a server's frame, final, not masked."""
    if length < _SHORT:
        return _TEXT + length.to_bytes(1, "big")
    if length < _MEDIUM:
        return _TEXT + b"\x7e" + length.to_bytes(2, "big")
    return _TEXT + b"\x7f" + length.to_bytes(8, "big")
