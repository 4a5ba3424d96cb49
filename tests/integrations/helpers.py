"""Waiting for other threads, and measuring how long the event loop was held up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger

from tests import patience


async def eventually(true: Callable[[], bool], within_seconds: float = patience.SECONDS) -> None:
    deadline = time.monotonic() + within_seconds
    while not true():
        assert time.monotonic() < deadline, "it did not become true in time"
        await asyncio.sleep(0.01)


class Stall:
    """The longest time, in seconds, that the loop did not come round."""

    seconds = 0.0


@asynccontextmanager
async def measured_stall() -> AsyncIterator[Stall]:
    stall = Stall()

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.002)
            stall.seconds = max(stall.seconds, time.perf_counter() - before - 0.002)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    try:
        yield stall
    finally:
        await asyncio.sleep(0.005)
        ticking.cancel()


class Log:
    """A logger that keeps what it is told, with a list of the entries."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.logger: FilteringBoundLogger = structlog.wrap_logger(
            None,
            processors=[self._keep],
            wrapper_class=structlog.make_filtering_bound_logger(0),
            cache_logger_on_first_use=False,
        )

    def _keep(self, _: Any, level: str, entry: Any) -> Any:
        self.entries.append({**entry, "level": level})
        raise structlog.DropEvent

    def named(self, event: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["event"] == event]
