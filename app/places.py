"""Places for requests that are served at a time, and a short wait for one.

How many there are is learned (``app/adaptive_limit.py``).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

from app.adaptive_limit import AdaptiveLimit, Leave

WAIT_SECONDS = 0.08
"""For a place, while being full is news: a page that asks for fifty things at once is no overload."""
PATIENCE_SECONDS = 0.3
"""Full for longer than this, and waiting would only make everybody late."""
MOST_WAITING = 64


class Places:
    """Whoever has one calls its ``Leave`` and then ``hand_on``."""

    def __init__(self, limit: AdaptiveLimit) -> None:
        self.limit = limit
        self._waiting: deque[asyncio.Future[Leave]] = deque()
        self._full_since: float | None = None

    def at_once(self, now: float) -> Leave | None:
        """None where all are taken, or others wait. ``now`` is of the performance counter."""
        if not self.limit.has_room or self._waiting:
            return None
        self._full_since = None
        return self.limit.enter(now)

    async def wait(self) -> Leave | None:
        """None where there is none soon enough."""
        now = time.perf_counter()
        if (leave := self.at_once(now)) is not None:
            return leave
        if self._full_since is None:
            self._full_since = now
        if now - self._full_since > PATIENCE_SECONDS or len(self._waiting) >= MOST_WAITING:
            return None
        place: asyncio.Future[Leave] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await place
        except TimeoutError:
            # It may have come in the same turn of the loop.
            return place.result() if place.done() and not place.cancelled() else None
        finally:
            if place in self._waiting:
                self._waiting.remove(place)

    def hand_on(self) -> None:
        """To those who wait, what has become free."""
        while self._waiting and self.limit.has_room:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(self.limit.enter(time.perf_counter()))
