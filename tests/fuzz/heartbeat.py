"""How long one step holds the event loop, for then nobody else is answered; and which step it was."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.settings import ROOT

LONG_SECONDS = 0.25
_BEAT_SECONDS = 0.02


@dataclass
class Heartbeat:
    """``holds``: what the loop was seen at when it had been held for long, and for how long at most.

    A machine that is busy with something else holds it, too: then places are many and alike in nothing.
    """

    longest_seconds: float = 0.0
    holds: dict[str, float] = field(default_factory=dict)
    _beat: float = field(default_factory=time.monotonic)
    _seen_at: str | None = None
    _stopped: bool = False

    async def beat(self) -> None:
        while True:
            now = time.monotonic()
            held = now - self._beat - _BEAT_SECONDS
            self.longest_seconds = max(self.longest_seconds, held)
            if self._seen_at is not None:
                self.holds[self._seen_at] = max(self.holds.get(self._seen_at, 0.0), held)
                self._seen_at = None
            self._beat = now
            await asyncio.sleep(_BEAT_SECONDS)

    def watch(self, thread_id: int) -> None:
        """In a thread of its own, which sees what the other one cannot tell."""
        while not self._stopped:
            time.sleep(_BEAT_SECONDS)
            if self._seen_at is None and time.monotonic() - self._beat > LONG_SECONDS:
                self._seen_at = _place(thread_id)

    def stop(self) -> None:
        self._stopped = True


@asynccontextmanager
async def heartbeat() -> AsyncIterator[Heartbeat]:
    found = Heartbeat()
    beating = asyncio.create_task(found.beat())
    watching = threading.Thread(target=found.watch, args=(threading.get_ident(),), daemon=True)
    watching.start()
    try:
        yield found
    finally:
        found.stop()
        beating.cancel()
        watching.join()


def _place(thread_id: int) -> str:
    """The innermost lines of ours, the last of them first."""
    frame = sys._current_frames().get(thread_id)
    stack = traceback.extract_stack(frame)
    ours = [each for each in stack if each.filename.startswith(str(ROOT)) and "/.venv/" not in each.filename]
    inner = f"{stack[-1].name}" if stack else "?"
    lines = [f"{each.filename.removeprefix(f'{ROOT}/')}:{each.lineno}" for each in reversed(ours[-3:])]
    return f"{inner} in {' < '.join(lines)}"
