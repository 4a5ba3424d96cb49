"""Clients that send slowly, too much, or nothing: on a socket, as they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest

from tests import patience
from tests.live.running import Running, running

REQUEST = b"POST /graphql HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\n"
BODY = b'{"query": "{ __typename }"}'


@pytest.fixture(scope="module")
async def served(shared_url: str) -> AsyncIterator[Running]:
    async with running(shared_url, header_seconds=1.0, body_seconds=1.0, header_bytes=4_096) as server:
        yield server


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def rest(self, seconds: float = patience.SECONDS) -> bytes:
        """Everything until the server closes."""
        async with asyncio.timeout(seconds):
            try:
                return await self._reader.read()
            except ConnectionResetError:
                return b""

    async def answer(self) -> bytes:
        async with asyncio.timeout(patience.SECONDS):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line
            )
            return head + await self._reader.readexactly(length)

    async def close(self) -> None:
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


Connect = Callable[[Running], Awaitable[Client]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    opened: list[Client] = []

    async def one(served: Running) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", served.port))
        opened.append(client)
        return client

    yield one
    for each in opened:
        await each.close()


async def whole(client: Client) -> bytes:
    await client.send(REQUEST + f"content-length: {len(BODY)}\r\n\r\n".encode() + BODY)
    return await client.answer()


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"POST /gr", b"POST /graphql HTTP/1.1\r\nhost: t\r\n"])
async def test_who_does_not_finish_the_headers_is_let_go(
    served: Running, connect: Connect, begun: bytes
) -> None:
    client = await connect(served)

    await client.send(begun)

    assert (await client.rest()).startswith(b"HTTP/1.1 408")


async def test_a_byte_now_and_then_does_not_help(served: Running, connect: Connect) -> None:
    client = await connect(served)

    async def drip() -> None:
        for each in b"POST /graphql HTTP/1.1\r\nx-slow: " + b"y" * 100:
            await client.send(bytes([each]))
            await asyncio.sleep(0.05)

    dripping = asyncio.create_task(drip())
    found = await client.rest()
    dripping.cancel()
    await asyncio.gather(dripping, return_exceptions=True)

    assert found.startswith(b"HTTP/1.1 408")


async def test_who_was_served_may_not_dawdle_with_the_next_either(served: Running, connect: Connect) -> None:
    client = await connect(served)
    assert b"200 OK" in await whole(client)
    assert b"200 OK" in await whole(client)

    await client.send(b"POST /graphql HT")

    assert (await client.rest()).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("begun", [b"GET /", b"GET / HTTP/1.1\r\nx: "])
async def test_an_address_or_header_without_end_is_cut(
    served: Running, connect: Connect, begun: bytes
) -> None:
    client = await connect(served)

    await client.send(begun + b"a" * 4_096)

    assert (await client.rest()).startswith(b"HTTP/1.1 431")


async def test_headers_may_have_as_much_as_they_may(served: Running, connect: Connect) -> None:
    client = await connect(served)
    filling = b"x-filling: " + b"a" * (4_096 - len(REQUEST) - 60) + b"\r\n"

    await client.send(REQUEST + filling + f"content-length: {len(BODY)}\r\n\r\n".encode() + BODY)

    assert b"200 OK" in await client.answer()


async def test_who_does_not_finish_a_body_is_told_so(served: Running, connect: Connect) -> None:
    client = await connect(served)

    await client.send(REQUEST + b"content-length: 100\r\n\r\n" + b'{"query": ')
    found = await client.rest()

    assert found.startswith(b"HTTP/1.1 408")
    assert b'"code":"body_too_slow"' in found


async def test_more_connections_than_there_may_be_are_turned_away(shared_url: str, connect: Connect) -> None:
    async with running(shared_url, most_connections=20) as served:
        clients = [await connect(served) for _ in range(20)]
        last = await connect(served)

        assert (await last.rest()).startswith(b"HTTP/1.1 503")
        for each in clients:
            await each.close()
        await asyncio.sleep(0.05)
        client = await connect(served)
        assert b"200 OK" in await whole(client)
        await client.close()


async def test_hundreds_who_say_nothing_keep_nobody_waiting(shared_url: str, connect: Connect) -> None:
    async with running(shared_url, header_seconds=2.0) as served:
        idle = [await connect(served) for _ in range(300)]
        client = await connect(served)

        assert b"200 OK" in await whole(client)
        ends = await asyncio.gather(*(each.rest() for each in idle))

        assert all(each.startswith(b"HTTP/1.1 408") for each in ends)
