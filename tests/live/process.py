"""A server as a process of its own, for tests to kill; it prints its port."""

from __future__ import annotations

import asyncio
import sys

from app.logs import configure_logging
from tests.live.running import running
from tests.patience import patience


async def serve(url: str) -> None:
    async with running(url) as server:
        print(server.port, flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    configure_logging(level="error", as_json=False)
    with patience():
        asyncio.run(serve(sys.argv[1]))
