"""A load generator: many connections that each ask, wait for the answer, and ask again.

``python -m benchmarks.load <port> <connections> <seconds> <bytes> <request in base64>`` prints one line of
JSON. ``bytes`` is the length that every answer must have, 0 for any. It shares two cores with the server and
its database, so it is sockets and epoll and nothing besides: ``benchmarks/load_limit.py`` says at what cost.
"""

from __future__ import annotations

import base64
import json
import select
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

BUFFER_BYTES, LONGEST_HEAD_BYTES = 1 << 18, 2048
SILENCE_SECONDS = 30.0


@dataclass(slots=True)
class Asker:
    """One connection. ``left`` is what is missing of an answer's body, -1 before its head is whole."""

    sock: socket.socket
    left: int = -1
    head: bytes = b""
    began: float = 0.0
    is_good: bool = True


@dataclass(slots=True)
class Load:
    """``requests`` are sent one by one, whichever connection is free; when they end, so does the run."""

    requests: Iterator[bytes]
    size: int
    took: list[float] = field(default_factory=list)
    wrong: int = 0  # refusals, errors, another length
    sizes: set[int] = field(default_factory=set)

    def run(self, port: int, connections: int, seconds: float) -> dict[str, Any]:
        with ExitStack() as stack:
            poll = stack.enter_context(select.epoll())
            made = [stack.enter_context(_connected(port)) for _ in range(connections)]
            askers = {each.fileno(): Asker(each) for each in made}
            for number in askers:
                poll.register(number, select.EPOLLIN)
            busy, began = time.process_time(), time.perf_counter()
            busy_count = sum([self._ask(each) for each in askers.values()])
            last = self._until(began + seconds, busy_count, askers, poll)
            busy = time.process_time() - busy
        took = sorted(self.took)
        return {
            "answers": len(took),
            "per_second": len(took) / (last - began),
            "p50_ms": took[len(took) // 2] * 1000,
            "p95_ms": took[int(len(took) * 0.95)] * 1000,
            "wrong": self.wrong,
            "bytes": max(self.sizes),
            "own_us": busy / len(took) * 1e6,
        }

    def _until(self, until: float, busy_count: int, askers: dict[int, Asker], poll: select.epoll) -> float:
        """Asks on and on, and waits for what is under way in the end. When the last answer came."""
        buffer = memoryview(bytearray(BUFFER_BYTES))
        now, clock = 0.0, time.perf_counter
        while busy_count:
            ready = poll.poll(SILENCE_SECONDS)
            if not ready:
                raise SystemExit(f"no answer within {SILENCE_SECONDS:.0f} s")
            for number, _ in ready:
                asker = askers[number]
                count = asker.sock.recv_into(buffer)
                if not self._is_whole(asker, buffer, count):
                    continue
                now = clock()
                self.took.append(now - asker.began)
                if now >= until or not self._ask(asker):
                    poll.unregister(number)
                    busy_count -= 1
        return now

    def _ask(self, asker: Asker) -> bool:
        """Whether there was anything left to ask."""
        request = next(self.requests, None)
        if request is None:
            return False
        asker.left, asker.head, asker.is_good = -1, b"", True
        asker.began = time.perf_counter()
        if asker.sock.send(request) != len(request):
            raise SystemExit("a request did not fit into its socket")
        return True

    def _is_whole(self, asker: Asker, buffer: memoryview, count: int) -> bool:
        """Whether these bytes end an answer. Bodies are only counted: nothing of them is copied."""
        if not count:
            raise SystemExit("the server closed a connection")
        if asker.left >= 0:
            asker.left -= count
        else:
            received = len(asker.head) + count
            asker.head += bytes(buffer[: min(count, LONGEST_HEAD_BYTES)])
            end = asker.head.find(b"\r\n\r\n")
            if end < 0:
                return False
            length = _length(asker.head[: end + 2])
            asker.left = end + 4 + length - received
            asker.is_good = (
                asker.head.startswith(b"HTTP/1.1 200")
                and asker.head.find(b'"errors"', end, end + 200) < 0
                and asker.head.find(b'Error"', end, end + 200) < 0  # a mutation's refusal is data
                and self.size in (0, length)
            )
            self.sizes.add(length)
        if asker.left < 0:
            raise SystemExit("an answer was longer than its head said")
        if asker.left or asker.is_good:
            return not asker.left
        self.wrong += 1
        return True


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(b"\r\ncontent-length:")
    if at < 0:
        raise SystemExit(f"an answer without a length: {head!r}")
    return int(lower[at + 17 : lower.index(b"\r\n", at + 17)])


def _connected(port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def main() -> None:
    port, connections, size = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[4])
    found = Load(repeat(base64.b64decode(sys.argv[5])), size).run(port, connections, float(sys.argv[3]))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
