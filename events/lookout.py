"""Looks every minute at what the passing of time has changed, for as long as the process runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from structlog.typing import FilteringBoundLogger

from events.pace import ended

FIRST_SECONDS = 5.0  # a process that starts has those who come back to serve first
EVERY_SECONDS = 60.0
CLOSE_SECONDS = 2.0


class Lookout:
    """``look`` is given the time. One that fails is logged, and tried again at the next turn."""

    def __init__(
        self,
        name: str,
        look: Callable[[datetime], Awaitable[object]],
        *,
        clock: Callable[[], datetime],
        log: FilteringBoundLogger,
        first_seconds: float = FIRST_SECONDS,
        every_seconds: float = EVERY_SECONDS,
    ) -> None:
        self.name = name
        self._look = look
        self._clock = clock
        self._log = log
        self._first_seconds = first_seconds
        self._every_seconds = every_seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns at once."""
        self._task = asyncio.create_task(self._run(), name=f"events.{self.name}")

    async def close(self) -> None:
        """A look that is under way is finished: it is short, and a unit of work goes on without us anyhow."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=CLOSE_SECONDS)
            await ended(self._task)

    async def _run(self) -> None:
        seconds = self._first_seconds
        while not await _stopped(self._stopping, seconds):
            try:
                await self._look(self._clock())
            except Exception as error:
                self._log.warning("not_looked_at", what=self.name, error=repr(error))
            seconds = self._every_seconds


async def _stopped(stopping: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until it is set; whether it is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
    return stopping.is_set()
