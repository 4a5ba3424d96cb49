"""A process with a bus, for tests to kill: at a point in the code, at a random moment, or never."""

from __future__ import annotations

import asyncio
import dataclasses
import multiprocessing
import os
import signal
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from db import event_log
from db.database import Transaction
from domain.events import PlanChanged
from domain.planning_events import PhaseChanged
from events.consumer import Handler, Received
from events.intake import Intake
from events.redis_copy import RedisCopy
from integrations.redis_clients import RedisAddress
from tests import patience
from tests.events.world import HURRIED, World, leave_effect, running

HANDLERS: tuple[Handler[Any], ...] = (
    Handler("plans", PlanChanged, leave_effect, deadline_seconds=0.5),
    Handler("phases", PhaseChanged, leave_effect, deadline_seconds=0.5),
)

DEADLY = 666

# Forked off one that has imported everything and runs nothing: a new process in a tenth of a second.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


def dying(work: Callable[..., Awaitable[Any]], nth: int) -> Callable[..., Awaitable[Any]]:
    """Does the work, and the NTH time that there was any, the process is gone before anybody hears of it."""
    calls = 0

    async def done_and_dead(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        result = await work(*arguments, **named)
        calls += result != 0
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return done_and_dead


def _deadly(handle: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def handle_or_die(tx: Transaction, received: Received[Any]) -> Any:
        if received.event.version == DEADLY:
            os.kill(os.getpid(), signal.SIGKILL)
        return await handle(tx, received)

    return handle_or_die


def start(url: str, socket: str, dies_at: str, nth: int, attempts: int) -> BaseProcess:
    """Returns once it runs. ``dies_at`` is a point in the code: there, the ``nth`` time, it kills itself."""
    runs, told = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_run, args=(told, url, socket, dies_at, nth, attempts), daemon=True)
    process.start()
    told.close()
    assert runs.poll(patience.SECONDS), "it did not start"
    assert runs.recv_bytes() == b"running"
    return process


def _run(told: Connection, *arguments: Any) -> None:
    with patience.patience():
        asyncio.run(_main(told, *arguments))


async def _main(told: Connection, url: str, socket: str, dies_at: str, nth: int, attempts: int) -> None:
    handlers = HANDLERS
    if dies_at == "publish":  # numbers are given, the commit is still to come
        event_log.publish = dying(event_log.publish, nth)  # type: ignore[assignment]
    elif dies_at == "handle":  # the effect is written, the commit is still to come
        handlers = tuple(
            Handler(each.name, each.event_type, dying(each.handle, nth), deadline_seconds=0.5)
            for each in HANDLERS
        )
    elif dies_at == "deadly":  # whoever tries this one event is gone
        handlers = tuple(
            Handler(each.name, each.event_type, _deadly(each.handle), deadline_seconds=0.5)
            for each in HANDLERS
        )
    elif dies_at == "accept":  # it is safe in the database, and not acknowledged
        Intake.accept = dying(Intake.accept, nth)  # type: ignore[method-assign, assignment]
    redis = RedisAddress(unix_socket=socket, db=4) if socket else None
    world = World(url, handlers, redis=redis, pace=dataclasses.replace(HURRIED, attempts=attempts))
    if dies_at == "copy":  # it is in Redis, and nobody knows
        copy = world.bus.copy
        assert isinstance(copy, RedisCopy)
        copy._add = dying(copy._add, nth)  # type: ignore[assignment]
    async with running(world):
        told.send_bytes(b"running")
        await asyncio.Event().wait()
