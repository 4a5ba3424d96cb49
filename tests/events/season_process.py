"""A process that follows the season, for tests to kill: at a point in the code, or at a random moment."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

from db import deliveries
from events.season import settling
from integrations.redis_clients import RedisAddress
from tests import patience
from tests.events.process import FORKS, dying
from tests.events.season_world import RunningClock, SeasonWorld, following
from tests.events.world import HURRIED

DEADLY = "deadly"


def start(
    url: str, now: datetime, dies_at: str, nth: int, socket: str, attempts: int, batch: int
) -> BaseProcess:
    """Returns once it runs. ``dies_at`` is a point in the code: there, the ``nth`` time, it kills itself."""
    runs, told = FORKS.Pipe(duplex=False)
    process = FORKS.Process(
        target=_run, args=(told, url, now, dies_at, nth, socket, attempts, batch), daemon=True
    )
    process.start()
    told.close()
    assert runs.poll(patience.SECONDS), "it did not start"
    assert runs.recv_bytes() == b"running"
    return process


@asynccontextmanager
async def season_process(
    url: str,
    now: datetime,
    dies_at: str = "",
    nth: int = 1,
    socket: str = "",
    attempts: int = HURRIED.attempts,
    batch: int = 10_000,
) -> AsyncIterator[BaseProcess]:
    started = await asyncio.to_thread(start, url, now, dies_at, nth, socket, attempts, batch)
    try:
        yield started
    finally:
        started.kill()
        await asyncio.to_thread(started.join)
        started.close()


def _run(told: Connection, *arguments: Any) -> None:
    with patience.patience():
        asyncio.run(_main(told, *arguments))


async def _main(
    told: Connection,
    url: str,
    now: datetime,
    dies_at: str,
    nth: int,
    socket: str,
    attempts: int,
    batch: int,
) -> None:
    if dies_at == "locked":  # the assignments are read and locked
        _dies_after(settling, "lock_assignments_around", nth)
    elif dies_at == "saved":  # values and history are written, the events are not
        _dies_after(settling, "save_adjustments", nth)
    elif dies_at == "part":  # a part is done, its commit is still to come
        _dies_after(deliveries, "go_on", nth)
    redis = RedisAddress(unix_socket=socket, db=4) if socket else None
    world = SeasonWorld(
        url,
        RunningClock(now),
        wrap=lambda handlers: _changed(handlers, dies_at, nth, batch),
        redis=redis,
        pace=dataclasses.replace(HURRIED, attempts=attempts),
    )
    async with following(world):
        told.send_bytes(b"running")
        await asyncio.Event().wait()


def _dies_after(module: ModuleType, name: str, nth: int) -> None:
    setattr(module, name, dying(getattr(module, name), nth))


def _changed(handlers: tuple[Any, ...], dies_at: str, nth: int, batch: int) -> tuple[Any, ...]:
    found = []
    for each in handlers:
        handle = each.handle
        if hasattr(handle, "batch"):
            handle = dataclasses.replace(handle, batch=batch)
        if dies_at == "handled":  # all is done, the commit is still to come
            handle = dying(handle, nth)
        elif dies_at == DEADLY:
            handle = _deadly(handle)
        found.append(dataclasses.replace(each, handle=handle, deadline_seconds=1.0))
    return tuple(found)


def _deadly(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Whoever tries the event that says so is gone."""

    async def handle_or_die(tx: Any, received: Any) -> Any:
        progress = await handle(tx, received)
        if getattr(received.event, "triggered_by", "") == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        return progress

    return handle_or_die
