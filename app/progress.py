"""What a person at the terminal is told while they wait. To stderr: stdout is for what a command makes."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PATIENCE_SECONDS = 1.0


class CannotStart(Exception):
    """``str()`` says in a line or two what is in the way and what to do about it. No traceback helps."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def say(text: str = "") -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201


@asynccontextmanager
async def step(title: str) -> AsyncIterator[None]:
    """Says what is being done once it has taken a second, and then also when it is done."""
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    announcement = loop.call_later(PATIENCE_SECONDS, say, f"{title} …")
    try:
        yield
    finally:
        announcement.cancel()
    seconds = time.monotonic() - began
    if seconds > PATIENCE_SECONDS:
        say(f"{title}: done in {seconds:.1f} s")
