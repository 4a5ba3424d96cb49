"""A load generator: many connections that each ask, wait for the answer, and ask again.

``python -m benchmarks.load <port> <connections> <seconds> <request in base64>`` prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from typing import Any

import uvloop


class _Asker(asyncio.Protocol):
    def __init__(self, request: bytes, until: float) -> None:
        self._request = request
        self._until = until
        self._left = -1
        self._head = b""
        self._began = 0.0
        self.took: list[float] = []
        self.wrong = 0
        self.size = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:  # uvloop's is no asyncio.Transport
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        if self._left < 0:
            self._head += data
            head, found, rest = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 200") or b'"errors"' in rest[:200]:
                self.wrong += 1
            lower = head.lower()
            at = lower.index(b"content-length:") + 15
            self.size = int(lower[at:].split(b"\r\n", 1)[0])
            self._left = self.size - len(rest)
        else:
            self._left -= len(data)
        if self._left == 0:
            self.took.append(time.perf_counter() - self._began)
            if time.perf_counter() < self._until:
                self._ask()
            else:
                self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._left, self._head, self._began = -1, b"", time.perf_counter()
        self._transport.write(self._request)


async def _run(port: int, connections: int, seconds: float, request: bytes) -> None:
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    began = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Asker(request, until), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(asker.done for _, asker in made))
    spent = time.perf_counter() - began
    took = sorted(each for _, asker in made for each in asker.took)
    print(
        json.dumps(
            {
                "answers": len(took),
                "per_second": len(took) / spent,
                "p50_ms": took[len(took) // 2] * 1000,
                "p95_ms": took[int(len(took) * 0.95)] * 1000,
                "wrong": sum(asker.wrong for _, asker in made),
                "bytes": made[0][1].size,
            }
        )
    )


if __name__ == "__main__":
    uvloop.run(_run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), base64.b64decode(sys.argv[4])))
