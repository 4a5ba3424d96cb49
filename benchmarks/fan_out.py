"""What it costs to tell many: CPU for each delivered event, memory for each who waits, how late they hear.

``python -m benchmarks.fan_out [idle]`` starts a PostgreSQL and a server of its own. A thousand subscribers,
each another person, follow one operation on sockets of their own; then ten thousand (or ``idle``) wait, and
are told of one event.
"""

# ruff: noqa: ASYNC110, ASYNC240  a benchmark's processes poll each other, and wait for files of a line
from __future__ import annotations

import asyncio
import base64
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import uvloop
from sqlalchemy import insert

from app.logs import configure_logging
from db import migrate
from db.database import Database
from db.embedded import EmbeddedPostgres
from db.models.people import PersonRow
from domain.events import SessionCompressed
from domain.people import Person, Role
from tests.factories import committed, make_viewer
from tests.live.running import running, token_of, utc_now
from tests.live.stage import Stage, commit, make_stage, team_of

SUBSCRIBERS, EVENTS = 1_000, 100
IDLE = 10_000
CLIENTS, AT_ONCE = 4, 4
LONGEST_SECONDS = 600.0
QUERY = """subscription ($teamId: ID) { sessionCompressed(teamId: $teamId) {
    id cursor occurredAt action targetMinutes achievedMinutes
    session { id title isTimeCrunchActive timeCrunchMinutes } } }"""
Pipe = Any  # the two ends differ in type from platform to platform
FORK = multiprocessing.get_context("fork")  # of a process that has imported everything and runs nothing


def main() -> None:
    idle = int(sys.argv[1]) if len(sys.argv) > 1 else IDLE
    with (
        tempfile.TemporaryDirectory(prefix="taper-benchmark-") as folder,
        EmbeddedPostgres(Path(folder), durable=True) as postgres,
    ):
        uvloop.run(_prepare(postgres.url, folder))
        with _server(postgres.url) as server:
            _deliver(postgres.url, folder, server)
        with _server(postgres.url) as server:
            _wait(postgres.url, folder, server, idle)


def _deliver(url: str, folder: str, server: Pipe) -> None:
    port, pid = server.recv()
    with _clients(folder, port, SUBSCRIBERS) as clients:
        _all_follow(server, SUBSCRIBERS)
        before, quiet_began = _cpu_seconds(pid), time.monotonic()
        time.sleep(3)
        quiet = (_cpu_seconds(pid) - before) / (time.monotonic() - quiet_began)
        before, began = _cpu_seconds(pid), time.monotonic()
        uvloop.run(_commit(url, folder, EVENTS, 0.05))
        delivered = sum(len(each) for each in _told(clients))
        seconds = time.monotonic() - began
        spent = _cpu_seconds(pid) - before - quiet * seconds
    print(f"{SUBSCRIBERS:,} subscribers of one operation, {EVENTS} events: {delivered:,} delivered")
    print(f"  CPU for each delivered event: {spent / delivered * 1e6:.1f} µs")


def _wait(url: str, folder: str, server: Pipe, idle: int) -> None:
    port, pid = server.recv()
    with _clients(folder, port, 10) as clients:
        _all_follow(server, 10)
        uvloop.run(_commit(url, folder, 1, 0))
        _told(clients)
        before = _memory_kib(pid)
        with _clients(folder, port, idle) as clients:
            _all_follow(server, idle + 10)
            after = _memory_kib(pid)
            uvloop.run(_commit(url, folder, 1, 0))
            late = sorted(each for told in _told(clients) for each in told)
    print(f"{idle:,} idle subscribers, each with a socket")
    print(f"  memory for each: {(after - before) / idle:.1f} KiB, in all {(after - before) / 1024:.0f} MiB")
    print(
        f"  one event to all of them, from the commit: median {statistics.median(late):.2f} s,"
        f" p99 {late[int(len(late) * 0.99)]:.2f} s, {len(late):,} told"
    )


async def _prepare(url: str, folder: str) -> None:
    """A club with a thousand people who may see everything in it, and a token for each."""
    await migrate.upgrade(url)
    db = Database(url, clock=utc_now)
    stage = await make_stage(db)
    organization_id = stage.world.organization.id
    people = [
        Person(uuid4(), organization_id, f"Admin {number}", Role.ADMIN, "UTC")
        for number in range(SUBSCRIBERS)
    ]
    rows = [{name: getattr(each, name) for name in Person.__slots__} for each in people]
    await committed(db, lambda db_session: db_session.execute(insert(PersonRow).values(rows)))
    async with running(url) as server:
        settings = server.application.settings
    tokens = [token_of(settings, make_viewer(each), timedelta(hours=1)) for each in people]
    Path(folder, "tokens.json").write_text(json.dumps([team_of(stage), tokens]))
    Path(folder, "events.json").write_text(json.dumps(_event(stage)))
    await db.dispose()


def _event(stage: Stage) -> dict[str, Any]:
    event = stage.event(40)
    return {
        name: str(getattr(event, name))
        for name in ("aggregate_id", "organization_id", "plan_id", "athlete_id")
    }


@contextmanager
def _server(url: str) -> Iterator[Pipe]:
    mine, its = FORK.Pipe()
    process = FORK.Process(target=_serve, args=(url, its), daemon=True)
    process.start()
    try:
        yield mine
    finally:
        mine.send("stop")
        process.join(20)


def _serve(url: str, told: Connection) -> None:
    configure_logging(level="error", as_json=False)

    async def serve() -> None:
        async with running(url) as server:
            told.send((server.port, os.getpid()))
            while True:
                while not told.poll():
                    await asyncio.sleep(0.2)
                if told.recv() == "stop":
                    return
                told.send(server.metric("taper_live_subscriptions", field="sessionCompressed"))

    uvloop.run(serve())


@contextmanager
def _clients(folder: str, port: int, count: int) -> Iterator[list[Pipe]]:
    """Processes that follow; what ``_told`` asks of them is when each event came."""
    pipes, processes = [], []
    for number in range(CLIENTS):
        mine, its = FORK.Pipe()
        share = range(number, count, CLIENTS)
        process = FORK.Process(target=_follow, args=(folder, port, share, its), daemon=True)
        process.start()
        pipes.append(mine)
        processes.append(process)
    try:
        yield pipes
    finally:
        for pipe in pipes:
            pipe.send("stop")
        for process in processes:
            process.join(10)


def _all_follow(server: Pipe, count: int) -> None:
    """An acknowledged socket does not follow yet: the server knows how many do."""
    began = told_at = time.monotonic()
    while (following := _asked([server], "following")[0]) < count:
        now = time.monotonic()
        if now - began > LONGEST_SECONDS:
            raise RuntimeError(f"Only {following:,.0f} of {count:,} follow.")
        if now - told_at > 5:
            told_at = now
            print(f"  {following:,.0f} of {count:,} follow", file=sys.stderr, flush=True)
        time.sleep(0.2)
    time.sleep(2.0)  # what connecting left to do is done, too


def _told(clients: list[Pipe]) -> list[list[float]]:
    """Seconds from the last commit to each arrival since it was last asked, when all is quiet again."""
    before = -1
    while (count := sum(_asked(clients, "count"))) != before:
        before = count
        time.sleep(2.0)
    return _asked(clients, "told")


def _asked(clients: list[Pipe], question: str) -> list[Any]:
    for each in clients:
        each.send(question)
    return [each.recv() for each in clients]


def _follow(folder: str, port: int, share: range, told: Connection) -> None:
    uvloop.run(_followed(folder, port, share, told))


async def _followed(folder: str, port: int, share: range, told: Connection) -> None:
    team, tokens = json.loads(Path(folder, "tokens.json").read_text())
    arrivals: list[float] = []
    loop = asyncio.get_running_loop()
    followers: list[_Follower] = []
    turns = asyncio.Semaphore(AT_ONCE)

    async def follow(number: int) -> None:
        async with turns:
            _, follower = await loop.create_connection(
                lambda: _Follower(tokens[number % len(tokens)], team, arrivals), "127.0.0.1", port
            )
            followers.append(follower)
            await follower.acknowledged.wait()

    following = asyncio.gather(*map(follow, share))
    while True:
        while not told.poll():
            await asyncio.sleep(0.05)
        question = told.recv()
        if question == "stop":
            following.cancel()
            return
        if question == "count":
            told.send(len(arrivals))
            continue
        committed_at = float(Path(folder, "committed").read_text())
        told.send([each - committed_at for each in arrivals])
        arrivals.clear()


class _Follower(asyncio.Protocol):
    """As little of a client as will do, so that the processor is left to the server."""

    def __init__(self, token: str, team: str, arrivals: list[float]) -> None:
        self._token = token
        self._team = team
        self._arrivals = arrivals
        self.acknowledged = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"HTTP/1.1 101"):
            self._send({"type": "connection_init", "payload": {"Authorization": f"Bearer {self._token}"}})
        elif b"connection_ack" in data:
            self._subscribe()
            self.acknowledged.set()
        elif b'"type":"error"' in data:  # too much was asked of it at a time
            asyncio.get_running_loop().call_later(0.5, self._subscribe)
        else:
            if (ping := data.find(b"\x89\x04")) >= 0:  # who does not answer is cut off
                self._transport.write(b"\x8a\x84" + bytes(4) + data[ping + 2 : ping + 6])
            count = data.count(b'"type":"next"')
            self._arrivals.extend([time.time()] * count)

    def _subscribe(self) -> None:
        payload = {"query": QUERY, "variables": {"teamId": self._team}}
        self._send({"type": "subscribe", "id": uuid4().hex, "payload": payload})

    def _send(self, message: dict[str, Any]) -> None:
        """Masked with zeros, as RFC 6455 leaves us free to."""
        text = json.dumps(message).encode()
        length = len(text)
        head = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
        self._transport.write(b"\x81" + head + bytes(4) + text)


async def _commit(url: str, folder: str, count: int, pause_seconds: float) -> None:
    ids = {name: UUID(value) for name, value in json.loads(Path(folder, "events.json").read_text()).items()}
    db = Database(url, clock=utc_now)
    for number in range(count):
        event = SessionCompressed(
            **ids,
            version=uuid4().int >> 66,
            compression_id=uuid4(),
            target_minutes=40 + number,
            achieved_minutes=40,
            total_minutes_saved=50,
            source="manual",
        )
        await commit(db, event)
        Path(folder, "committed").write_text(str(time.time()))
        await asyncio.sleep(pause_seconds)
    await db.dispose()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_kib(pid: int) -> int:
    """Resident; of a process that has collected its garbage or will."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"/proc/{pid}/status says nothing of memory.")


if __name__ == "__main__":
    main()
