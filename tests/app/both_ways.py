"""One request sent by both ways of one server: by the shortcut, and by the layers.

A request that is named in the second way (``x-correlation-id``) goes by the layers, so nothing else tells it
from the other.
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from app.development import person_id
from db.seed import DEMO
from integrations.tokens import issue_development_token
from tests import patience
from tests.live.running import SECRET, Running, utc_now

NAMED = ("x-correlation-id", "by-the-layers")
# Two requests are made at two times: these say so.
_OF_THE_MOMENT = frozenset({"date", "x-request-id", "ratelimit"})


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: tuple[tuple[str, str], ...]
    raw: bytes

    def header(self, name: str) -> str | None:
        return next((value for each, value in self.headers if each == name), None)

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.raw) if self.header("content-encoding") == "gzip" else self.raw

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """Of the only error."""
        [error] = self.json["errors"]
        code: str = error["extensions"]["code"]
        return code

    @property
    def left(self) -> int:
        """Of the caller's bucket."""
        found = re.fullmatch(r'"cost";r=(\d+);t=\d+', self.header("ratelimit") or "")
        assert found is not None, self
        return int(found[1])

    @property
    def essence(self) -> tuple[int, list[tuple[str, str]], bytes]:
        """All but what is of the moment. A zipped body may be as long as it likes."""
        away = _OF_THE_MOMENT | ({"content-length"} if self.header("content-encoding") else set())
        named = self.header("x-request-id") or ""
        told = self.body.replace(named.encode(), b"<request id>") if named else self.body
        return self.status, sorted(each for each in self.headers if each[0] not in away), told


class Wire:
    """A connection, on which one says what one likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self, seconds: float = patience.SECONDS) -> Reply:
        async with asyncio.timeout(seconds):
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, *lines = head[:-4].decode("latin-1").split("\r\n")
            headers = tuple(
                (name.lower(), value) for name, _, value in (each.partition(": ") for each in lines)
            )
            length = next((int(value) for name, value in headers if name == "content-length"), None)
            body = await self.reader.readexactly(length) if length is not None else await self._chunks()
        return Reply(int(status.split(" ")[1]), headers, body)

    async def ask(self, data: bytes, seconds: float = patience.SECONDS) -> Reply:
        await self.send(data)
        return await self.reply(seconds)

    async def rest(self, seconds: float = patience.SECONDS) -> bytes:
        """Everything until the server closes."""
        async with asyncio.timeout(seconds):
            with suppress(ConnectionResetError):
                return await self.reader.read()
        return b""

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    async def _chunks(self) -> bytes:
        found = b""
        while size := int(await self.reader.readline(), 16):
            found += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return found


@asynccontextmanager
async def connected(served: Running) -> AsyncIterator[Wire]:
    wire = Wire(*await asyncio.open_connection("127.0.0.1", served.port))
    try:
        yield wire
    finally:
        await wire.close()


def request(
    token: str | None, payload: object, *headers: tuple[str, str], accept: str | None = None
) -> bytes:
    """A POST of JSON, as a client sends one; a payload of bytes goes as it is."""
    body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    lines = [("host", "taper"), ("content-type", "application/json"), *headers]
    if accept is not None:
        lines.append(("accept", accept))
    if token is not None:
        lines.append(("authorization", f"Bearer {token}"))
    lines.append(("content-length", str(len(body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode() + body


def token_for(
    served: Running,
    who: str | UUID = "mia",
    *,
    lifetime: timedelta = timedelta(hours=1),
    scopes: frozenset[str] | None = None,
) -> str:
    """``who`` is of the demo, a person's id, or ``service:name``."""
    settings = served.application.settings
    is_service = isinstance(who, str) and who.startswith("service:")
    is_of_demo = isinstance(who, str) and not is_service
    return issue_development_token(
        SECRET,
        str(person_id(str(who)) if is_of_demo else who),
        DEMO.organization if is_service else None,
        utc_now(),
        lifetime,
        scopes,
        issuer=settings.jwt_issuer,
        audience=settings.jwt_audience,
    )


def stand_still(served: Running) -> None:
    """What callers spend from now on does not come back."""
    buckets = served.application.rates._own
    now = buckets._clock()
    buckets._clock = lambda: now


def taken(served: Running) -> tuple[float, float]:
    """How many requests the shortcut has answered, and how many it has begun and handed on."""
    name = "taper_http_shortcuts_total"
    return served.metric(name, outcome="answered"), served.metric(name, outcome="handed_on")


@contextmanager
def taking(served: Running, answered: int, handed_on: int = 0) -> Iterator[None]:
    """So many requests take the shortcut within."""
    before = taken(served)
    yield
    now = taken(served)
    found = (now[0] - before[0], now[1] - before[1])
    assert found == (answered, handed_on), found


async def both_ways(
    served: Running,
    token: str | None,
    payload: object,
    *headers: tuple[str, str],
    accept: str | None = None,
    answered: bool = True,
) -> Reply:
    """The reply, the same by both ways. ``answered``: by the shortcut, once the request is known."""
    asked = request(token, payload, *headers, accept=accept)
    named = request(token, payload, *headers, NAMED, accept=accept)
    async with connected(served) as wire:
        for _ in range(2):  # the caller is remembered by the first, the head by the second
            await wire.ask(asked)
        before = taken(served)
        short = await wire.ask(asked)
        assert (taken(served)[0] - before[0] == 1) is answered, short
        plain = await wire.ask(named)
        assert taken(served)[0] - before[0] == answered, "this one goes by the layers"
        again = await wire.ask(asked)
    assert plain.header("x-request-id") == NAMED[1]
    assert short.header("x-request-id") not in (None, NAMED[1], again.header("x-request-id"))
    assert short.essence == plain.essence
    assert short.essence == again.essence
    return short
