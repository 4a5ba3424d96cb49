"""Six times what the server can do: how much is still answered, how fast, and how soon it is well again.

``python -m benchmarks.overload [factor] [seconds]``. The server is the one that is deployed, with its own
PostgreSQL and the demo data, in a process of its own. Requests come at a rate, not one after another: a
client that waits for a slow server would hide what it does to all the others. Latency counts from the moment
at which a request was due.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uvloop

from app.development import person_id
from integrations.tokens import issue_development_token

CONNECTIONS = 600
MUTATION_SHARE = 0.02
WINDOW_SECONDS = 0.25
READ = """query Weeks { viewer { displayName plans(first: 5) { edges { node {
  title microcycles { title startsOn sessions {
    title scheduledOn plannedMinutes timeCrunch { originalMinutes } } }
} } } } }"""
WRITE = """mutation Decline($input: DeclineTimeCrunchPreviewInput!) {
  declineTimeCrunchPreview(input: $input) { __typename } }"""


@dataclass
class Phase:
    """What came of the requests of one phase, each with the moment it was due and the seconds it took."""

    name: str
    seconds: float
    answered: list[tuple[float, float]] = field(default_factory=list)
    refused: list[tuple[float, float]] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    other: int = 0

    def report(self) -> str:
        writes = f"{self.writes.count(200)} of {len(self.writes)}" if self.writes else "none"
        return (
            f"{self.name:<10} answered {len(self.answered) / self.seconds:7.0f}/s "
            f"p50 {_ms(self.answered, 50)} p99 {_ms(self.answered, 99)}   "
            f"refused {len(self.refused) / self.seconds:7.0f}/s "
            f"p99 {_ms(self.refused, 99)}   mutations let in {writes}   other {self.other}"
        )


class Connection(asyncio.Protocol):
    """One request at a time. ``idle`` gets it back when it is answered."""

    def __init__(self, idle: deque[Connection], on_lost: Callable[[Connection], None]) -> None:
        self._idle = idle
        self._on_lost = on_lost
        self._buffer = b""
        self._told: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self._idle.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        told, self._told = self._told, None
        self._on_lost(self)
        if told is not None:
            told(0, True)

    def ask(self, request: bytes, told: Any) -> None:
        self._buffer, self._told = b"", told
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._told is None:
            return  # an idle connection is told that it waited too long
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        if len(body) >= int(lower[at:].split(b"\r\n", 1)[0]):
            told, self._told = self._told, None
            self._idle.append(self)
            told(int(head[9:12]), b'"errors"' in body[:300])


class Load:
    def __init__(self, port: int, read: bytes, write: bytes) -> None:
        self._port = port
        self._read = read
        self._write = write
        self._idle: deque[Connection] = deque()
        self._connecting: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        for _ in range(CONNECTIONS):
            await self._connect()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: Connection(self._idle, self._lost), "127.0.0.1", self._port)

    def _lost(self, connection: Connection) -> None:
        """The server lets go of those that are idle for long."""
        if connection in self._idle:
            self._idle.remove(connection)
        task = asyncio.create_task(self._connect())
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def capacity(self, at_a_time: int, seconds: float) -> float:
        """Reads a second, with so many always under way."""
        done = 0
        until = time.perf_counter() + seconds

        async def ask_on() -> None:
            nonlocal done
            while time.perf_counter() < until:
                status, _ = await self._one(self._read)
                done += status == 200

        began = time.perf_counter()
        await asyncio.gather(*(ask_on() for _ in range(at_a_time)))
        return done / (time.perf_counter() - began)

    async def at_rate(self, name: str, per_second: float, seconds: float) -> Phase:
        phase = Phase(name, seconds)
        due, end = time.perf_counter(), time.perf_counter() + seconds
        waiting: deque[tuple[float, bool]] = deque()
        under_way = 0

        def told(was_due: float, is_write: bool) -> Any:
            def tell(status: int, has_errors: bool) -> None:
                nonlocal under_way
                under_way -= 1
                if status == 0:  # the connection was closed as we wrote into it
                    waiting.append((was_due, is_write))
                    return
                took = time.perf_counter() - was_due
                if is_write:
                    phase.writes.append(status)
                elif status == 200 and not has_errors:
                    phase.answered.append((was_due, took))
                elif status == 503:
                    phase.refused.append((was_due, took))
                else:
                    phase.other += 1

            return tell

        while True:
            now = time.perf_counter()
            while due <= now and due < end:
                waiting.append((due, random.random() < MUTATION_SHARE))
                due += random.expovariate(per_second)
            while waiting and self._idle:
                was_due, is_write = waiting.popleft()
                under_way += 1
                self._idle.popleft().ask(self._write if is_write else self._read, told(was_due, is_write))
            if due >= end and not waiting and not under_way:
                return phase
            if now > end + 10:
                phase.other += under_way + len(waiting)
                return phase
            await asyncio.sleep(0.001)

    async def _one(self, request: bytes) -> tuple[int, bool]:
        answered: asyncio.Future[tuple[int, bool]] = asyncio.get_running_loop().create_future()
        self._idle.popleft().ask(request, lambda *found: answered.set_result(found))
        return await answered


async def measure(port: int, token: str, factor: float, seconds: float) -> None:
    load = Load(port, _request(token, READ), _request(token, WRITE, _a_session(port, token)))
    await load.connect()
    await load.capacity(16, 3)  # warms what can be warmed
    capacity = await load.capacity(16, 5)
    print(f"capacity   {capacity:7.0f}/s (16 at a time)")
    calm = await load.at_rate("calm", capacity * 0.5, 5)
    storm = await load.at_rate(f"{factor:g} times", capacity * factor, seconds)
    over = time.perf_counter()
    after = await load.at_rate("after", capacity * 0.5, 5)
    for phase in (calm, storm, after):
        print(phase.report())
    print(f"goodput    {len(storm.answered) / seconds / capacity:.0%} of capacity")
    print(f"well again after {_recovery(after, calm, over):.2f} s")


def main() -> None:
    factor = float(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].replace(".", "").isdigit() else 6.0
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
    with served() as (port, token):
        uvloop.run(measure(port, token, factor, seconds))


@contextmanager
def served() -> Iterator[tuple[int, str]]:
    """The server with the demo, and a token for it. Nobody's bucket of cost is what is measured here."""
    secret = secrets.token_urlsafe(48)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="taper-overload-") as folder:
        environ = {
            **os.environ,
            "TAPER_DATA_DIR": folder,
            "JWT_SECRET": secret,
            "LOG_LEVEL": "warning",
            "RATE_BURST": "1000000000",
            "RATE_PER_SECOND": "1000000000",
        }
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(port)],
            env=environ,
            stdout=subprocess.DEVNULL,
        )
        try:
            _until_ready(port, server)
            now = datetime.now(UTC)
            yield (
                port,
                issue_development_token(
                    secret,
                    str(person_id("mia")),
                    None,
                    now,
                    timedelta(hours=1),
                    issuer="taper",
                    audience="taper-api",
                ),
            )
        finally:
            server.terminate()
            server.wait(30)


def _until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def _request(token: str, query: str, variables: dict[str, Any] | None = None) -> bytes:
    body = json.dumps({"query": query, "variables": variables}).encode()
    return (
        f"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode() + body


def _a_session(port: int, token: str) -> dict[str, Any]:
    """What a preview is declined of: a change that stores nothing, so that only the door is measured."""
    query = "{ viewer { plans(first: 1) { edges { node { id } } } } }"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"content-type": "application/json", "authorization": f"Bearer {token}"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        found = json.load(answer)
    plan = found["data"]["viewer"]["plans"]["edges"][0]["node"]["id"]
    return {"input": {"planId": plan, "targetMinutes": 30}}


def _recovery(after: Phase, calm: Phase, over: float) -> float:
    """Until the first window in which all were answered, and in twice the time of the calm at most."""
    most = max(0.05, 2 * _percentile([took for _, took in calm.answered], 99))
    at = over
    while at < over + after.seconds:
        until = at + WINDOW_SECONDS
        refused = [each for each in after.refused if at <= each[0] < until]
        answered = [took for due, took in after.answered if at <= due < until]
        if answered and not refused and _percentile(answered, 99) <= most:
            return at - over
        at += WINDOW_SECONDS / 5
    return float("inf")


def _ms(found: list[tuple[float, float]], percent: int) -> str:
    return f"{_percentile([took for _, took in found], percent) * 1000:6.1f} ms" if found else "   none"


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)] if values else 0.0


if __name__ == "__main__":
    main()
