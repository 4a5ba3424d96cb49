"""Taking turns at one thing, before a connection to the database is taken.

The row's lock is what keeps changes apart, also those of other processes. But whoever waits for it holds a
connection, and fifty who press the same button would hold them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager

LONGEST_WAIT_SECONDS = 2.0


class Turns:
    """First come, first served; what nobody waits for takes no memory."""

    def __init__(self) -> None:
        self._locks: dict[Hashable, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def at(self, key: Hashable) -> AsyncIterator[None]:
        """``TimeoutError`` after two seconds: nothing has begun, and trying again is safe."""
        lock, waiting = self._locks.get(key, (None, 0))
        lock = lock or asyncio.Lock()
        self._locks[key] = (lock, waiting + 1)
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await lock.acquire()
            try:
                yield
            finally:
                lock.release()
        finally:
            lock, waiting = self._locks[key]
            if waiting == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, waiting - 1)
