"""The servers that reads are measured on, each a process of its own, and one measurement of one of them."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.reads_data import Data, Read
from integrations.tokens import issue_development_token

MOST_CONNECTIONS = 32


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
    p50_ms: float
    p95_ms: float
    cpu_us: float
    wrong: int  # answers that were none: refusals, errors


def measure(server: Server, read: Read, connections: int, seconds: float) -> tuple[Measured, int]:
    request = base64.b64encode(server.request(read)).decode()
    before = server.cpu_seconds()
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", str(server.port), str(connections), str(seconds), request],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(made.stdout)
    cpu = (server.cpu_seconds() - before) / found["answers"] * 1e6
    return Measured(found["per_second"], found["p50_ms"], found["p95_ms"], cpu, found["wrong"]), found[
        "bytes"
    ]


@contextmanager
def bare(name: str, kind: str, url: str, data: Data) -> Iterator[Server]:
    port = _free_port()
    plain_url = url.replace("+asyncpg", "")
    reads = json.dumps([asdict(each) for each in data.reads])
    command = [sys.executable, "-m", "benchmarks.reads_bare", kind, plain_url, str(port), reads]
    with _running(command, {}) as process:
        _wait(port, process)
        yield Server(name, port, process.pid)


@contextmanager
def ours(name: str, url: str, data: Data, more: dict[str, str]) -> Iterator[Server]:
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
        "DOOR_LEAST_REQUESTS": str(MOST_CONNECTIONS),  # the resolvers alone would have some turned away
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
