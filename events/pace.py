"""How often the machinery of events looks, waits and gives up. Tests hurry it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

KEPT = timedelta(days=30)
"""Events of the log and marks of the inbox are kept so long; an older event from outside is refused."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Everything in seconds but ``attempts``.

    ``poll`` is the longest delay when a wake-up was lost; ``throttle`` the shortest time between two turns,
    so that a hundred commits cost one; ``idle`` how long PostgreSQL keeps a silent leader's lock.
    """

    poll: float = 1.0
    throttle: float = 0.02
    idle: float = 10.0
    first_pause: float = 0.5
    longest_pause: float = 60.0
    attempts: int = 8
    lease_margin: float = 5.0
    reconnect: float = 0.2
    longest_reconnect: float = 5.0
    redis_answer: float = 1.0
    redis_block: float = 5.0
    claim_idle: float = 30.0
    housekeeping: float = 3600.0

    def pause_after(self, attempts: int) -> float:
        """Seconds until the next attempt, doubling up to the cap."""
        return float(min(self.longest_pause, self.first_pause * 2 ** min(attempts - 1, 30)))


class Backoff:
    """Growing pauses between tries to reach what is away."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._seconds = pace.reconnect

    async def pause(self) -> None:
        await asyncio.sleep(self._seconds)
        self._seconds = min(self._pace.longest_reconnect, self._seconds * 2)

    def reset(self) -> None:
        self._seconds = self._pace.reconnect


async def woken(wake: asyncio.Event, seconds: float) -> bool:
    """Wait until it is set, but not longer; whether it was. It is clear afterwards."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await wake.wait()
    was_set = wake.is_set()
    wake.clear()
    return was_set


async def ended(task: asyncio.Task[None] | None) -> None:
    """Cancel the task and wait for its end, whatever that is."""
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
