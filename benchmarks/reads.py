"""Reads over HTTP against a bare endpoint on the same database: ratios, in one interleaved run.

``python -m benchmarks.reads [rounds] [seconds] [names, as Q4,Q1]``. The bare endpoint is Starlette and
asyncpg, with one statement whose JSON it passes on; the honest limit is the same without framework or pool
reset. Ours is the server as it is deployed: tokens, limits, permissions, logs and metrics included.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.reads_data import Data, Read, make_data
from db.embedded import EmbeddedPostgres
from integrations.tokens import issue_development_token

CONNECTIONS = (32, 1)
PLAIN, QUICK, OURS, RESOLVERS = "bare endpoint", "honest limit", "Taper", "Taper, resolvers only"


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    process: int
    token: str | None = None

    def request(self, read: Read) -> bytes:
        asked = {"operationName": read.name, "query": read.document, "variables": dict(read.variables)}
        body = json.dumps(asked if self.token else {"operationName": read.name, "key": read.key}).encode()
        token = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head = f"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{token}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def cpu_seconds(self) -> float:
        parts = Path(f"/proc/{self.process}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mb(self) -> float:
        status = Path(f"/proc/{self.process}/status").read_text("utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@dataclass(frozen=True)
class Measured:
    per_second: float
    p95_ms: float
    cpu_us: float


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 5
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
    names = sys.argv[3].split(",") if len(sys.argv) > 3 else None
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="taper-benchmark-")))
        postgres = stack.enter_context(EmbeddedPostgres(folder, durable=True))
        data = asyncio.run(make_data(postgres.url))
        servers: list[Server] = [stack.enter_context(each) for each in _servers(postgres.url, data)]
        for connections in CONNECTIONS:
            for read in (each for each in data.reads if names is None or each.name in names):
                _report(read, connections, servers, rounds, seconds)
        for each in servers:
            print(f"{each.name}: {each.resident_mb():.0f} MB resident at the end")


def _report(read: Read, connections: int, servers: list[Server], rounds: int, seconds: float) -> None:
    found: dict[str, list[Measured]] = {each.name: [] for each in servers}
    size = 0
    for number in range(rounds + 1):
        for each in servers:
            measured, size = _measure(each, read, connections, seconds if number else 0.7)
            if number:  # the first round warms up
                found[each.name].append(measured)
    print(f"\n{read.name}: {read.about}, {size:,} bytes of ours, {connections} connections")
    bare = found[PLAIN]
    for name, some in found.items():
        ratios = sorted(one.per_second / other.per_second for one, other in zip(some, bare, strict=True))
        rate = statistics.median(each.per_second for each in some)
        p95 = statistics.median(each.p95_ms for each in some)
        cpu = statistics.median(each.cpu_us for each in some)
        print(
            f"  {name:<22} {rate:>8.0f}/s"
            f"  ×{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
            f"  p95 {p95:>6.1f} ms  {cpu:>6.0f} µs of processor a request"
        )


def _measure(server: Server, read: Read, connections: int, seconds: float) -> tuple[Measured, int]:
    request = base64.b64encode(server.request(read)).decode()
    before = server.cpu_seconds()
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", str(server.port), str(connections), str(seconds), request],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(made.stdout)
    if found["wrong"]:
        raise SystemExit(f"{server.name} gave {found['wrong']} wrong answers to {read.name}")
    cpu = (server.cpu_seconds() - before) / found["answers"] * 1e6
    return Measured(found["per_second"], found["p95_ms"], cpu), found["bytes"]


def _servers(url: str, data: Data) -> Iterator[AbstractContextManager[Server]]:
    yield _bare(PLAIN, "plain", url, data)
    yield _bare(QUICK, "quick", url, data)
    yield _ours(OURS, url, data, {})
    yield _ours(RESOLVERS, url, data, {"DB_READ_POOL_SIZE": "0"})


@contextmanager
def _bare(name: str, kind: str, url: str, data: Data) -> Iterator[Server]:
    port = _free_port()
    plain_url = url.replace("+asyncpg", "")
    reads = json.dumps([asdict(each) for each in data.reads])
    command = [sys.executable, "-m", "benchmarks.reads_bare", kind, plain_url, str(port), reads]
    with _running(command, {}) as process:
        _wait(port, process)
        yield Server(name, port, process.pid)


@contextmanager
def _ours(name: str, url: str, data: Data, more: dict[str, str]) -> Iterator[Server]:
    port, secret = _free_port(), secrets.token_urlsafe(48)
    token = issue_development_token(
        secret, str(data.coach.id), None, datetime.now(UTC), timedelta(hours=2), issuer="id", audience="taper"
    )
    environ = {
        "TAPER_ENV": "production",
        "DATABASE_URL": url.replace("+asyncpg", ""),
        "JWT_SECRET": secret,
        "JWT_ISSUER": "id",
        "JWT_AUDIENCE": "taper",
        "RATE_BURST": "1000000000",
        "RATE_PER_SECOND": "1000000000",
        "DOOR_LEAST_REQUESTS": str(max(CONNECTIONS)),  # the resolvers alone would have some turned away
        **more,
    }
    command = [sys.executable, "-m", "app", "serve", "--host", "127.0.0.1", "--port", str(port)]
    with _running(command, environ) as process:
        _wait(port, process)
        yield Server(name, port, process.pid, token)


@contextmanager
def _running(command: list[str], environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise SystemExit(f"a server ended at once: {process.args!r}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=1)
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("a server did not start")


if __name__ == "__main__":
    main()
