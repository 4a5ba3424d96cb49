"""Connections that the shortcut answers on: bytes come in any pieces, in any number, and may end anywhere."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from app.shortcut.protocol import ShortcutHttp
from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests import patience
from tests.app.both_ways import Wire, connected, request, taken, taking, token_for
from tests.live.running import Running, running

PLAN = global_id(Kind.PLAN, DEMO.plans["phul-upper-power"])
VIEWER = {"query": "{ viewer { id displayName } }"}
PLAN_BY_ID = {"query": "query Waits($id: ID!) { plan(id: $id) { id title } }", "variables": {"id": PLAN}}
MUCH = """query Much($id: ID!) { plan(id: $id) { id title goal microcycles { ordinal sessions { title
    prescriptions { exercise { name } } } } } }"""


@pytest.fixture(scope="module")
async def served(shared_url: str) -> AsyncIterator[Running]:
    async with running(shared_url) as server:
        yield server


@pytest.fixture
async def wire(served: Running) -> AsyncIterator[Wire]:
    async with connected(served) as made:
        yield made


async def known(served: Running, *payloads: Any) -> list[bytes]:
    """Requests of Mia's that the shortcut takes from now on."""
    token = token_for(served)
    asked = [request(token, each) for each in payloads]
    for each in asked:
        async with connected(served) as wire:
            for _ in range(3):
                assert (await wire.ask(each)).status == 200
    return asked


@asynccontextmanager
async def kept_waiting(url: str) -> AsyncIterator[None]:
    """Whoever reads plans waits, for as long as this goes on."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE plans IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(patience.SECONDS):
        while not is_true():  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.005)


async def begun(served: Running, count: int = 1) -> None:
    """So many are under way."""
    await until(lambda: served.metric("taper_http_in_flight") >= count)


async def nothing_is_left(served: Running) -> None:
    """No place is held and nothing is counted as under way."""
    await until(lambda: not served.metric("taper_http_in_flight") and not served.metric("taper_door_inside"))


@pytest.mark.parametrize("at", [1, 5, 40, -60, -31, -30, -29, -1])
async def test_a_request_in_two_pieces_is_the_layers(served: Running, wire: Wire, at: int) -> None:
    [asked] = await known(served, VIEWER)
    whole = await wire.ask(asked)

    with taking(served, answered=0):
        await wire.send(asked[:at])
        await asyncio.sleep(0.03)
        parted = await wire.ask(asked[at:])
    with taking(served, answered=1):
        again = await wire.ask(asked)

    assert whole.essence == parted.essence == again.essence


async def test_empty_lines_before_a_request_are_passed_over(served: Running, wire: Wire) -> None:
    [asked] = await known(served, VIEWER)

    await wire.send(b"\r\n")
    await asyncio.sleep(0.03)
    replies = [await wire.ask(each) for each in (asked, b"\r\n" + asked, asked)]

    assert [each.status for each in replies] == [200, 200, 200]


async def test_several_at_once_are_answered_in_order(served: Running, wire: Wire) -> None:
    viewer, plan = await known(served, VIEWER, PLAN_BY_ID)

    await wire.send(b"".join([viewer, plan] * 25))
    replies = [await wire.reply() for _ in range(50)]

    assert ["viewer" if "viewer" in each.json["data"] else "plan" for each in replies] == [
        "viewer",
        "plan",
    ] * 25


async def test_what_comes_while_one_is_under_way_waits_its_turn(
    served: Running, wire: Wire, shared_url: str
) -> None:
    viewer, plan = await known(served, VIEWER, PLAN_BY_ID)

    with taking(served, answered=1):
        async with kept_waiting(shared_url):
            await wire.send(plan)
            await begun(served)
            await wire.send(viewer[:20])
            await asyncio.sleep(0.03)
            await wire.send(viewer[20:])
            await asyncio.sleep(0.03)
        first, second = await wire.reply(), await wire.reply()

    assert list(first.json["data"]) == ["plan"]
    assert list(second.json["data"]) == ["viewer"]


async def test_fifty_that_come_one_by_one_behind_a_slow_one_all_come_back_in_order(
    served: Running, wire: Wire, shared_url: str
) -> None:
    viewer, plan = await known(served, VIEWER, PLAN_BY_ID)

    async with kept_waiting(shared_url):
        await wire.send(plan)
        await begun(served)
        for number in range(50):
            await wire.send(plan if number % 2 else viewer)
            await asyncio.sleep(0)
    replies = [await wire.reply() for _ in range(51)]

    assert [next(iter(each.json["data"])) for each in replies] == ["plan", *["viewer", "plan"] * 25]
    await nothing_is_left(served)


async def test_what_follows_a_request_that_the_layers_have_to_answer_waits_for_them(
    served: Running, wire: Wire
) -> None:
    [viewer] = await known(served, VIEWER)
    mutation = request(token_for(served), {"query": "mutation { nothing }"})

    await wire.send(viewer)
    await wire.send(mutation + viewer)
    first, second, third = [await wire.reply() for _ in range(3)]

    assert (first.essence, second.json.get("data")) == (third.essence, None)


async def test_one_that_is_handed_on_is_answered_before_what_came_behind_it(
    served: Running, wire: Wire, shared_url: str
) -> None:
    viewer, plan = await known(served, VIEWER, PLAN_BY_ID)
    missing = {**PLAN_BY_ID, "variables": {"id": global_id(Kind.PLAN, DEMO.other_plan)}}
    gone = request(token_for(served), missing)
    for _ in range(2):  # the token may be another one: a second has passed
        await wire.ask(gone)

    with taking(served, answered=0, handed_on=1):
        async with kept_waiting(shared_url):
            await wire.send(gone)
            await begun(served)
            await wire.send(viewer + plan)
            await asyncio.sleep(0.03)
        first, second, third = [await wire.reply() for _ in range(3)]

    assert first.json["data"] == {"plan": None}
    assert [next(iter(each.json["data"])) for each in (second, third)] == ["viewer", "plan"]
    await nothing_is_left(served)


@pytest.mark.parametrize("behind", [b"", b"GET / HTTP/1.1\r\n"])
async def test_a_client_that_goes_away_leaves_nothing_behind(
    served: Running, shared_url: str, caplog: pytest.LogCaptureFixture, behind: bytes
) -> None:
    [plan] = await known(served, PLAN_BY_ID)
    caplog.set_level(logging.WARNING)

    async with kept_waiting(shared_url):
        for abruptly in (False, True) * 5:
            wire = Wire(*await asyncio.open_connection("127.0.0.1", served.port))
            await wire.send(plan)
            await begun(served)
            if behind:
                await wire.send(behind)
            if abruptly:
                wire.writer.transport.abort()
            await wire.close()
        await asyncio.sleep(0.05)

    await nothing_is_left(served)
    assert not [each.getMessage() for each in caplog.records]
    async with connected(served) as wire:
        assert (await wire.ask(plan)).status == 200


async def test_who_closes_one_side_while_under_way_is_treated_as_by_the_layers(
    served: Running, shared_url: str
) -> None:
    [plan] = await known(served, PLAN_BY_ID)
    found = []
    for each in (plan, plan.replace(b"\r\nhost", b"\r\nx-correlation-id: a\r\nhost", 1)):
        async with connected(served) as wire:
            async with kept_waiting(shared_url):
                await wire.send(each)
                await begun(served)
                wire.writer.write_eof()
                await asyncio.sleep(0.05)
            found.append(await wire.rest())
        await nothing_is_left(served)

    assert found[0] == found[1] == b""


async def test_keep_alive_ends_with_the_last_answer_and_not_with_the_first(shared_url: str) -> None:
    loop = asyncio.get_running_loop()
    ends = []
    async with running(shared_url, keep_alive_seconds=60) as served:
        [viewer] = await known(served, VIEWER)
        async with connected(served) as wire:
            with taking(served, answered=4):
                for _ in range(4):
                    asked_at = loop.time()
                    assert (await wire.ask(viewer)).status == 200
                    [connection] = _connections()
                    connection.timeout_keep_alive_task.cancel()
                    connection.timeout_keep_alive_handler()  # as when the time of an earlier answer is over
                    ends.append(connection.timeout_keep_alive_task.when())
                    assert asked_at + 60 <= ends[-1] <= loop.time() + 60
                    await asyncio.sleep(0.05)
    assert ends == sorted(set(ends)), "each answer puts it off"
    async with running(shared_url, keep_alive_seconds=1) as served:
        [viewer] = await known(served, VIEWER)
        async with connected(served) as wire:
            began = loop.time()
            assert (await wire.ask(viewer)).status == 200
            assert await wire.rest() == b""
            assert loop.time() - began > 0.9


async def test_keep_alive_does_not_end_one_that_is_under_way(shared_url: str) -> None:
    async with running(shared_url, keep_alive_seconds=1) as served:
        [viewer, plan] = await known(served, VIEWER, PLAN_BY_ID)
        async with connected(served) as wire:
            async with kept_waiting(shared_url):
                await wire.ask(viewer)  # from now on its pause is timed
                await wire.send(plan)
                await asyncio.sleep(1.5)
            assert (await wire.reply()).status == 200


async def test_headers_have_their_time_after_the_shortcut_too(shared_url: str) -> None:
    async with running(shared_url, header_seconds=1.0, header_bytes=2_048) as served:
        [viewer] = await known(served, VIEWER)
        for begun_with, status in ((b"POST /gr", b"408"), (b"POST /" + b"a" * 4_000, b"408")):
            async with connected(served) as wire:
                await wire.ask(viewer)
                await asyncio.sleep(1.5)  # a pause is no slowness
                await wire.ask(viewer)
                await wire.send(begun_with)
                assert (await wire.rest()).startswith(b"HTTP/1.1 " + status)
        async with connected(served) as wire:
            await wire.ask(viewer)
            await wire.send(b"POST /")
            await asyncio.sleep(0.02)
            await wire.send(b"a" * 4_000)
            assert (await wire.rest()).startswith(b"HTTP/1.1 431")


async def test_who_asks_to_close_is_told_so_and_closed(served: Running) -> None:
    [viewer] = await known(served, VIEWER)
    closing = viewer.replace(b"host: taper", b"host: taper\r\nconnection: close", 1)
    old = viewer.replace(b"HTTP/1.1", b"HTTP/1.0", 1)

    with taking(served, answered=0):
        for each in [closing, old] * 3:
            async with connected(served) as wire:
                reply = await wire.ask(each + viewer)

                assert (reply.status, reply.header("connection")) == (200, "close")
                assert await wire.rest() == b""


async def test_a_websocket_may_begin_on_a_server_with_the_shortcut(served: Running) -> None:
    """Its request has no path where heads are learned."""
    async with served.raw() as socket:
        await socket.ping()


async def test_a_slow_reader_holds_no_more_than_an_answer_or_two(shared_url: str) -> None:
    async with running(shared_url, send_buffer=4_096, rate_burst=10_000_000) as served:
        [asked] = await known(served, {"query": MUCH, "variables": {"id": PLAN}})
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            deaf.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_connect(deaf, ("127.0.0.1", served.port))
            before = taken(served)[0]
            for _ in range(100):
                await loop.sock_sendall(deaf, asked)
                await asyncio.sleep(0.01)
            answered = taken(served)[0] - before
            [held] = [each.transport.get_write_buffer_size() for each in _connections()]
        await nothing_is_left(served)
        async with connected(served) as wire:
            longest = len((await wire.ask(asked)).raw)

    assert 0 < answered < 90, "the rest waits until somebody reads"
    assert 0 < held < 64 * 1024 + 2 * longest


def _connections() -> list[Any]:
    return [each for each in gc.get_objects() if isinstance(each, ShortcutHttp) and each in each.connections]
