"""The clients that people use, from npm: they follow, are refused, and go on after a restart."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.people import Viewer
from tests import patience
from tests.live.running import Running, running
from tests.live.stage import NUMBERS, Stage, team_of
from tests.npm.packages import node, script

CLIENTS = ("graphql-ws", "graphql-sse", "apollo over WebSocket", "apollo over multipart")
COME_BACK = ("graphql-ws", "graphql-sse", "apollo over WebSocket")


@pytest.mark.parametrize("client", CLIENTS)
async def test_it_gets_what_was_missed_and_what_happens(server: Running, stage: Stage, client: str) -> None:
    cursor = await _cursor(server, stage)
    await stage.compressed(1)
    async with _following(server, stage.world.coach, client, stage, after=cursor, count=3) as process:
        first = await _line(process)
        await stage.compressed(2, count=2)
        rest = [await _line(process) for _ in range(2)]

        assert await asyncio.wait_for(process.wait(), patience.SECONDS) == 0
    assert [each["targetMinutes"] for each in (first, *rest)] == [1, 2, 3]


@pytest.mark.parametrize("client", CLIENTS)
async def test_it_is_told_why_it_is_refused(server: Running, stage: Stage, client: str) -> None:
    async with _following(server, stage.world.stranger, client, stage, after=None, count=1) as process:
        assert await _line(process) == {"errors": ["team_not_found"]}


@pytest.mark.parametrize("client", COME_BACK)
async def test_it_goes_on_by_itself_after_a_restart(fresh_url: str, stage: Stage, client: str) -> None:
    async with running(fresh_url) as server:
        cursor = await _cursor(server, stage)
        await stage.compressed(1)
        process = await _begun(server, stage.world.coach, client, stage, after=cursor, count=5)
        found = [await _line(process)]
    await stage.compressed(2, count=2)

    async with running(fresh_url, port=server.port) as server:
        found += [await _line(process) for _ in range(2)]
        await stage.compressed(4, count=2)
        found += [await _line(process) for _ in range(2)]
        await asyncio.wait_for(process.wait(), patience.SECONDS)

    assert [each["targetMinutes"] for each in found] == [1, 2, 3, 4, 5]


async def _cursor(server: Running, stage: Stage) -> str:
    async with server.client(stage.world.coach) as client:
        await client.following("s", NUMBERS, teamId=team_of(stage))
        await stage.compressed(99)
        cursor: str = (await client.next("s"))["sessionCompressed"]["cursor"]
    return cursor


@asynccontextmanager
async def _following(*arguments: Any, **named: Any) -> AsyncIterator[Process]:
    process = await _begun(*arguments, **named)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _begun(
    server: Running, viewer: Viewer, client: str, stage: Stage, *, after: str | None, count: int
) -> Process:
    asked = {
        "client": client,
        "url": server.http_url,
        "token": server.token(viewer),
        "query": NUMBERS,
        "variables": {"teamId": team_of(stage), "after": after},
        "count": count,
    }
    return await asyncio.create_subprocess_exec(
        node(), str(script("live_clients.mjs")), json.dumps(asked), stdout=PIPE, stderr=PIPE
    )


async def _line(process: Process) -> Any:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), patience.SECONDS)
    if not line:
        assert process.stderr is not None
        raise AssertionError(f"it ended: {(await process.stderr.read()).decode()}")
    return json.loads(line)
