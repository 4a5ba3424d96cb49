"""A server that is killed between two events: who follows comes back to another one, and misses nothing."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import replace

import pytest

from app.settings import ROOT
from tests import patience
from tests.live.running import running
from tests.live.stage import NUMBERS, Stage, team_of


@pytest.mark.parametrize("committed_first", [0, 5])
async def test_killed_and_started_again_there_is_no_gap_and_no_repeat(
    fresh_url: str, stage: Stage, committed_first: int
) -> None:
    """``committed_first`` events are committed in the moment of the kill: told or not, nobody knows."""
    async with running(fresh_url) as known:  # only for its settings and tokens
        pass
    process, port = await _started(fresh_url)
    server = replace(known, port=port)
    seen: list[int] = []
    cursor = ""
    async with server.client(stage.world.coach) as client:
        await client.following("s", NUMBERS, teamId=team_of(stage))
        await stage.compressed(1)
        event = (await client.next("s"))["sessionCompressed"]
        seen.append(event["targetMinutes"])
        cursor = event["cursor"]
        await stage.compressed(2, count=committed_first)
        process.kill()
        came, code = await client.until_closed()
    assert code == 1006
    for message in came:
        event = message["payload"]["data"]["sessionCompressed"]
        seen.append(event["targetMinutes"])
        cursor = event["cursor"]
    await process.wait()
    await stage.compressed(2 + committed_first, count=3)

    process, port = await _started(fresh_url)
    try:
        async with replace(known, port=port).client(stage.world.coach) as client:
            await client.subscribe("s", NUMBERS, teamId=team_of(stage), after=cursor)
            await stage.compressed(5 + committed_first, count=2)
            while len(seen) < 6 + committed_first:
                seen.append((await client.next("s"))["sessionCompressed"]["targetMinutes"])
            await client.silent()
    finally:
        process.kill()
        await process.wait()

    assert seen == list(range(1, 7 + committed_first))


async def _started(url: str) -> tuple[Process, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.live.process", url, stdout=PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(patience.START_SECONDS):
            while not (line := await process.stdout.readline()).strip().isdigit():
                assert line, "it did not start"
    except BaseException:
        process.kill()
        raise
    return process, int(line)
