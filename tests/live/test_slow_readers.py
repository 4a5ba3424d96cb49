"""Who reads slowly is told and dropped, who reads nothing is cut off; nobody else notices."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.live import outbox
from tests.live.running import Client, Running, running
from tests.live.stage import Stage, team_of

WIDE = """subscription ($teamId: ID, $after: String) { sessionCompressed(teamId: $teamId, after: $after) {
    cursor targetMinutes session { prescriptions { id exercise { id name } } } } }"""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little is kept for a reader, so that few events are too many."""
    monkeypatch.setattr(outbox, "MOST_BYTES", 8_000)
    monkeypatch.setattr(outbox, "STUCK_SECONDS", 1.0)


async def test_a_slow_reader_is_told_and_goes_on_by_cursor_while_others_notice_nothing(
    fresh_url: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = 300
    monkeypatch.setattr(outbox, "STUCK_SECONDS", 60.0)
    async with (
        running(fresh_url, send_buffer=8_192) as server,
        server.client(stage.world.admin) as quick,
        _narrow(server) as slow,
    ):
        await slow.begin(server.token(stage.world.coach))
        for client in (quick, slow):
            await client.following("s", WIDE, teamId=team_of(stage))
        slow.socket.transport.pause_reading()

        reading = asyncio.create_task(_targets(quick, total))
        for number in range(total):
            await stage.compressed(number)
        assert await reading == list(range(total))
        slow.socket.transport.resume_reading()
        found, cursor = [], ""
        while (message := await slow.receive())["type"] == "next":
            event = message["payload"]["data"]["sessionCompressed"]
            found.append(event["targetMinutes"])
            cursor = event["cursor"]
        [error] = message["payload"]
        assert error["extensions"]["code"] == "slow_consumer"
        await slow.subscribe("again", WIDE, teamId=team_of(stage), after=cursor)
        found += await _targets(slow, total - len(found))

    assert found == list(range(total))
    assert server.metric("taper_live_dropped_total", reason="slow") == 1


async def test_who_reads_nothing_at_all_is_cut_off_and_a_stop_does_not_wait_for_them(
    fresh_url: str, stage: Stage
) -> None:
    async with (
        running(fresh_url, send_buffer=8_192) as server,
        server.client(stage.world.admin) as quick,
        _narrow(server) as stuck,
    ):
        await stuck.begin(server.token(stage.world.coach))
        for client in (quick, stuck):
            await client.following("s", WIDE, teamId=team_of(stage))
        stuck.socket.transport.pause_reading()
        reading = asyncio.create_task(_targets(quick, 300))  # the quick one reads as it goes
        await stage.compressed(count=300)
        assert len(await reading) == 300
        for _ in range(60):
            if server.metric("taper_live_dropped_total", reason="stuck"):
                break
            await asyncio.sleep(0.1)

        assert server.metric("taper_live_dropped_total", reason="stuck") == 1
        stuck.socket.transport.abort()


@asynccontextmanager
async def _narrow(server: Running) -> AsyncIterator[Client]:
    """A client whose own buffers hold little."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.setblocking(False)
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", server.port))
    async with server.raw(sock=made, max_queue=None) as connection:
        yield Client(connection)


async def _targets(client: Client, count: int) -> list[int]:
    found = []
    for _ in range(count):
        message = await client.receive(20)
        assert message["type"] == "next", message
        found.append(message["payload"]["data"]["sessionCompressed"]["targetMinutes"])
    return found
