"""A server's protocol without a network: what it is given, and when, is up to the test."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from app.bootstrap import Application
from app.http_protocol import BoundedHttp
from app.server import Server, build_app
from app.shortcut.protocol import ShortcutHttp
from tests import patience


class Ear(asyncio.Transport):
    """Hears all that the protocol says; what comes while reading is paused is kept until it goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = bytearray()
        self._is_closing = False
        self._is_paused = False
        self._kept: deque[bytes] = deque()
        self._protocol: asyncio.Protocol | None = None

    def meet(self, protocol: asyncio.Protocol) -> None:
        self._protocol = protocol
        protocol.connection_made(self)

    def tell(self, piece: bytes) -> None:
        self._kept.append(piece)
        self._go_on()

    @property
    def is_owed(self) -> bool:
        return bool(self._kept) and not self._is_closing

    def write(self, data: Any) -> None:
        if not self._is_closing:
            self.heard += data

    def close(self) -> None:
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._end)

    def is_closing(self) -> bool:
        return self._is_closing

    def pause_reading(self) -> None:
        self._is_paused = True

    def resume_reading(self) -> None:
        self._is_paused = False
        asyncio.get_running_loop().call_soon(self._go_on)

    def get_protocol(self) -> asyncio.BaseProtocol:
        assert self._protocol is not None
        return self._protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 8_000)}.get(name, default)

    def get_write_buffer_size(self) -> int:
        return 0

    def _go_on(self) -> None:
        while self._kept and not self._is_paused and not self._is_closing and self._protocol is not None:
            self._protocol.data_received(self._kept.popleft())

    def _end(self) -> None:
        if self._protocol is not None:
            self._protocol.connection_lost(None)


class Wireless:
    """Makes connections to an application."""

    def __init__(self, application: Application) -> None:
        self._server = Server(build_app(application), application)
        self._server.config.load()

    async def heard(self, pieces: list[bytes], *, at_once: bool) -> bytes:
        """All that is said to these pieces. ``at_once``: they come without waiting for an answer between."""
        ear, protocol = Ear(), self._protocol()
        ear.meet(protocol)
        for each in pieces:
            ear.tell(each)
            if not at_once:
                await _settled(protocol, ear)
        await _settled(protocol, ear)
        said = bytes(ear.heard) + (b"closed" if ear.is_closing() else b"open")
        ear.close()
        await asyncio.sleep(0)
        return said

    def _protocol(self) -> BoundedHttp:
        made: BoundedHttp = self._server.config.http_protocol_class(  # type: ignore[call-arg, assignment]
            config=self._server.config, server_state=self._server.server_state, app_state={}
        )
        return made


async def _settled(protocol: BoundedHttp, ear: Ear) -> None:
    """Nothing more is said unless more is heard."""
    quiet = 0
    async with asyncio.timeout(patience.SECONDS):
        while quiet < 25:  # what is refused before its body has come takes some turns of the loop
            is_busy = ear.is_owed or (isinstance(protocol, ShortcutHttp) and protocol._underway is not None)
            cycle = protocol.cycle
            waits = cycle is None or cycle.response_complete or (cycle.more_body and not protocol.pipeline)
            quiet = quiet + 1 if not is_busy and (waits or ear.is_closing()) else 0
            await asyncio.sleep(0)
