"""A real server in the test's own process, and WebSocket clients that speak to it frame by frame."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from app.bootstrap import Application, wire
from app.listening import listening_socket
from app.server import ENDPOINT, Server, build_app
from app.settings import Settings
from domain.people import Viewer
from integrations.flag_overrides import variable_names
from integrations.flags import Flag
from integrations.tokens import issue_development_token
from tests import patience

SECRET = "a secret that only the tests know, and nobody else"
PROTOCOL = "graphql-transport-ws"
ALL_ON = {variable_names(each.value)[0]: "true" for each in Flag}


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Running:
    application: Application
    port: int

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{ENDPOINT}"

    @property
    def http_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{ENDPOINT}"

    def token(
        self, viewer: Viewer, lifetime: timedelta = timedelta(hours=1), scopes: frozenset[str] | None = None
    ) -> str:
        return token_of(self.application.settings, viewer, lifetime, scopes)

    @asynccontextmanager
    async def raw(self, *, token: str | None = None, **options: Any) -> AsyncIterator[ClientConnection]:
        """A socket on which nothing was said yet; ``token`` goes into the header."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        given = {"subprotocols": [PROTOCOL], "compression": None, "additional_headers": headers} | options
        async with websockets.connect(self.url, **given) as socket:
            yield socket

    @asynccontextmanager
    async def client(self, viewer: Viewer | None = None, **options: Any) -> AsyncIterator[Client]:
        """A socket that was acknowledged."""
        async with self.raw(**options) as socket:
            client = Client(socket)
            await client.begin(None if viewer is None else self.token(viewer))
            yield client

    def metric(self, name: str, **labels: str) -> float:
        return self.application.services.metrics.registry.get_sample_value(name, labels) or 0.0


@dataclass
class Client:
    socket: ClientConnection

    async def begin(self, token: str | None) -> None:
        payload = {} if token is None else {"Authorization": f"Bearer {token}"}
        await self.send(type="connection_init", payload=payload)
        assert await self.receive() == {"type": "connection_ack"}

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def subscribe(self, id: str, query: str, **variables: Any) -> None:
        await self.send(type="subscribe", id=id, payload={"query": query, "variables": variables})

    async def following(self, id: str, query: str, **variables: Any) -> None:
        """A subscription that has begun: what is committed from now on comes."""
        await self.subscribe(id, query, **variables)
        await self.settled()

    async def settled(self) -> None:
        """Everything that was sent is done: what comes after it was asked after it, and is answered."""
        for number in range(2):  # the first may be overtaken by what needs more statements
            probe = f"probe{number}"
            await self.subscribe(probe, "{ viewer { id teams(first: 1) { edges { node { id } } } } }")
            message = await self.receive()
            assert (message["id"], message["type"]) == (probe, "next"), message
            assert await self.receive() == {"id": probe, "type": "complete"}

    async def receive(self, seconds: float = patience.SECONDS) -> dict[str, Any]:
        async with asyncio.timeout(seconds):
            found: dict[str, Any] = json.loads(await self.socket.recv())
        return found

    async def next(self, id: str) -> dict[str, Any]:
        """The data of the next event, which has no errors."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("next", id), message
        assert "errors" not in message["payload"], message
        data: dict[str, Any] = message["payload"]["data"]
        return data

    async def refused(self, id: str) -> str:
        """The code of the one error that ends an operation."""
        message = await self.receive()
        assert (message["type"], message["id"]) == ("error", id), message
        [error] = message["payload"]
        code: str = error["extensions"]["code"]
        return code

    async def silent(self, seconds: float = 0.3) -> None:
        """Nothing comes."""
        try:
            message = await self.receive(seconds)
        except TimeoutError:
            return
        raise AssertionError(message)

    async def closed(self, seconds: float = patience.SECONDS) -> tuple[int, str]:
        """The code and the reason with which the server closes; what comes before it is passed over."""
        await self.until_closed(seconds)
        assert self.socket.close_code is not None
        return self.socket.close_code, self.socket.close_reason or ""

    async def until_closed(
        self, seconds: float = patience.SECONDS
    ) -> tuple[list[dict[str, Any]], int | None]:
        """What still came, and the code; 1006 if there was no goodbye."""
        found = []
        async with asyncio.timeout(seconds):
            with suppress(websockets.ConnectionClosed):
                while True:
                    found.append(json.loads(await self.socket.recv()))
        return found, self.socket.close_code


@asynccontextmanager
async def running(
    url: str,
    *,
    port: int = 0,
    flags: dict[str, str] | None = None,
    send_buffer: int | None = None,
    **settings: Any,
) -> AsyncIterator[Running]:
    """The product, served by uvicorn on a free port, and stopped in its own order."""
    made = Settings(
        _env_file=None, **{"taper_env": "test", "jwt_secret": SECRET, **patience.SETTINGS, **settings}
    )
    application = wire(made, url, environ=ALL_ON if flags is None else flags)
    await application.start()
    with listening_socket("127.0.0.1", port) as listener:
        if send_buffer is not None:  # the kernel keeps megabytes for a reader on this machine
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        server = Server(build_app(application), application)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        await server.is_listening.wait()
        try:
            yield Running(application, listener.getsockname()[1])
        finally:
            server.should_exit = True
            await asyncio.gather(application.live.stop(), serving)
            await application.close()


def token_of(
    settings: Settings, viewer: Viewer, lifetime: timedelta, scopes: frozenset[str] | None = None
) -> str:
    return issue_development_token(
        SECRET,
        viewer.key,
        viewer.organization_id,
        utc_now(),
        lifetime,
        scopes,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )
