"""The server as people start it: a process of its own, on a free port, with a data folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import httpx2

from app.settings import ROOT
from tests import patience

START_SECONDS = patience.START_SECONDS
STOP_SECONDS = 120.0


@dataclass
class Server:
    process: subprocess.Popen[str]
    folder: Path
    lines: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return _found(r"Taper is ready at (http://\S+?)/graphql", self.said)

    @property
    def token(self) -> str:
        return _found(r"^(eyJ\S+)$", self.said)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    @property
    def logged(self) -> str:
        return "".join(self.errors)

    @property
    def is_ready(self) -> bool:
        return "Ctrl-C stops it." in self.said

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, timeout=patience.SECONDS)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit code, once it has ended."""
        self.process.send_signal(how)
        return self.ended()

    def ended(self, seconds: float = STOP_SECONDS) -> int:
        """The exit code, once it has ended by itself."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"It has not ended in time:\n{self.said}{self.logged}") from None

    def postgres_processes(self) -> list[int]:
        """Those whose working folder is this server's data, whoever their parent is by now."""
        return [
            int(process.name)
            for process in Path("/proc").iterdir()
            if process.name.isdigit() and _works_in(process, self.folder)
        ]


@contextmanager
def started(folder: Path, *arguments: str, **variables: str) -> Iterator[Server]:
    """Begun, not yet ready; ended when the context ends, if the test has not done it."""
    environ = {
        name: value for name, value in os.environ.items() if not name.startswith(("FEATURE_", "TAPER_"))
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", "0", *arguments],
        cwd=ROOT,
        env={
            **environ,
            **patience.environment(),
            "TAPER_DATA_DIR": str(folder),
            "PYTHONUNBUFFERED": "1",
            **variables,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell has its background jobs ignore SIGINT, and children inherit that: this one is interrupted.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    server = Server(process, folder)
    readers = []
    for pipe, kept in ((process.stdout, server.lines), (process.stderr, server.errors)):
        assert pipe is not None
        readers.append(threading.Thread(target=_read, args=(pipe, kept), daemon=True))
        readers[-1].start()
    try:
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(STOP_SECONDS)
        for reader in readers:
            reader.join(STOP_SECONDS)


@contextmanager
def serving(folder: Path, *arguments: str, **variables: str) -> Iterator[Server]:
    with started(folder, *arguments, **variables) as server:
        with suppress(AssertionError):
            eventually(lambda: server.is_ready or server.process.poll() is not None, START_SECONDS)
        assert server.is_ready, server.said + server.logged
        yield server


def eventually(holds: Callable[[], bool], seconds: float = patience.SECONDS) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


def _read(pipe: IO[str], kept: list[str]) -> None:
    with pipe:
        for line in pipe:
            kept.append(line)  # noqa: PERF402  # line by line, as they come


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return Path(os.readlink(process / "cwd")).is_relative_to(folder)
    except OSError:  # gone, or somebody else's
        return False


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    assert match is not None, text
    return match[1]
