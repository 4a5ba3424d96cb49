"""The processes that a benchmark starts: how they begin and end, and what they use."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

START_SECONDS = 60.0
PROC = Path("/proc")
ENDED_CHILDREN = (13, 14)  # where their times are in ``stat``, behind the name


@contextmanager
def running(
    command: list[str], environ: Mapping[str, str], folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environ},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
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
    raise SystemExit(f"a server did not start: {process.args!r}")


def cpu_seconds(process: int) -> float:
    """Of the process and its children with all their threads: PostgreSQL, say, or a server and its solver.

    In nanoseconds for whoever is still there, because each of many does only a little.
    """
    everybody = [int(each.name) for each in PROC.iterdir() if each.name.isdigit()]
    family = [process, *(each for each in everybody if _parent(each) == process)]
    ended = sum(int(_stat(process)[place]) for place in ENDED_CHILDREN) / os.sysconf("SC_CLK_TCK")
    return ended + sum(map(_own_seconds, family))


def postmaster_of(url: str) -> int:
    """The process that leads the PostgreSQL behind a socket of this machine."""
    folder = make_url(url).query["host"]
    assert isinstance(folder, str)
    return int((Path(folder) / "postmaster.pid").read_text("utf-8").split()[0])


def resident_mb(process: int) -> float:
    status = (PROC / str(process) / "status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _parent(process: int) -> int | None:
    try:
        return int(_stat(process)[1])
    except (FileNotFoundError, ProcessLookupError):
        return None  # it has ended meanwhile


def _own_seconds(process: int) -> float:
    spent = 0
    for thread in (PROC / str(process) / "task").glob("*/schedstat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            spent += int(thread.read_text("utf-8").split()[0])
    return spent / 1e9


def _stat(process: int) -> list[str]:
    return (PROC / str(process) / "stat").read_text("utf-8").rpartition(")")[2].split()
