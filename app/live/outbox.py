"""What is on its way to one WebSocket: bounded, and given up when nobody reads."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from starlette.types import Send

from app.live.told import Told
from app.live.wire import Wire

MOST_BYTES, MOST_FRAMES = 256 * 1024, 1_000
STUCK_SECONDS = 15.0
"""A reader who takes nothing for so long is gone; uvicorn's pings find those to whom nothing is sent."""


class Outbox:
    """``on_stuck`` is called once, when the reader has taken nothing for too long.

    What only somebody slow needs is made for them: ten thousand sit by idly.
    """

    __slots__ = ("_bytes", "_frames", "_on_stuck", "_send", "_taken", "_wire", "_writer")

    def __init__(self, send: Send, wire: Wire | None, on_stuck: Callable[[], None]) -> None:
        self._send = send
        self._wire = wire
        self._on_stuck = on_stuck
        self._frames: deque[tuple[bytes, ...]] | None = None
        self._bytes = 0
        self._writer: asyncio.Task[None] | None = None
        self._taken: asyncio.Event | None = None

    def put(self, *parts: bytes, force: bool = False) -> bool:
        """One message, now or later. False if there is no room for it; ``force`` makes some."""
        if not self._frames and self._wire is not None and self._wire.write_text(*parts):
            return True
        if self.is_full and not force:
            return False
        if self._frames is None:
            self._frames = deque()
        self._frames.append(parts)
        self._bytes += sum(map(len, parts))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="live.write")
        return True

    def tell(self, prefix: bytes, told: Told) -> bool:
        """As ``put``, in one step for the many for whom nothing waits."""
        wire = self._wire
        if told.is_short and not self._frames and wire is not None and wire.write_frame(told.frame(prefix)):
            return True
        return self.put(prefix, told.tail)

    @property
    def is_full(self) -> bool:
        return self._bytes >= MOST_BYTES or self._count >= MOST_FRAMES

    @property
    def _count(self) -> int:
        return len(self._frames or ())

    async def room(self) -> None:
        """Returns at once unless much is waiting."""
        while self._bytes * 2 >= MOST_BYTES or self._count * 2 >= MOST_FRAMES:
            if self._taken is None:
                self._taken = asyncio.Event()
            self._taken.clear()
            await self._taken.wait()

    async def emptied(self) -> None:
        if self._writer is not None:
            await asyncio.wait({self._writer})

    def discard(self) -> None:
        self._empty()
        if self._writer is not None:
            self._writer.cancel()

    async def _write(self) -> None:
        """Runs only while something waits, so that an idle socket costs no task."""
        try:
            while self._frames:
                parts = self._frames[0]
                async with asyncio.timeout(STUCK_SECONDS):
                    await self._written(parts)
                if self._frames:
                    self._frames.popleft()
                    self._bytes -= sum(map(len, parts))
                    self._tell_of_room()
        except TimeoutError:
            self._on_stuck()
        except OSError:  # the peer is gone: the loop that reads from it is told so, too
            self._empty()
        finally:
            self._writer = None
            if not self._frames:
                self._frames = None

    def _empty(self) -> None:
        self._frames = None
        self._bytes = 0
        self._tell_of_room()

    def _tell_of_room(self) -> None:
        if self._taken is not None:
            self._taken.set()

    async def _written(self, parts: tuple[bytes, ...]) -> None:
        if self._wire is not None:
            await self._wire.writable.wait()
            if self._wire.write_text(*parts):
                return
            raise OSError("The socket is closed.")
        await self._send({"type": "websocket.send", "text": b"".join(parts).decode()})
