"""The postmaster as a process: forked, awaited, ended; and found again when its owner was killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from db import embedded_files as files

_STOP_STEPS = ((signal.SIGINT, 5.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 2.0))  # fast, immediate, forced
_LOG_BYTES = 10_000_000


class Postmaster:
    """One run of a server, with the thread that forked it and waits for it.

    Linux sends the parent-death signal when the *thread* that forked ends, so it must be one that lasts
    as long as the process: not one of an executor's.
    """

    def __init__(self, command: list[str], cwd: Path, log: Path) -> None:
        self.exited = threading.Event()
        self._forked = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._failure: OSError | None = None
        threading.Thread(target=self._keep, args=(command, cwd, log), name="postgres", daemon=True).start()
        self._forked.wait()
        if self._failure:
            raise self._failure

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def end(self) -> None:
        for step, seconds in _STOP_STEPS:
            if self._process and not self.exited.is_set():
                self._process.send_signal(step)
                self.exited.wait(seconds)

    def _keep(self, command: list[str], cwd: Path, log: Path) -> None:
        try:
            with log.open("ab") as out:
                self._process = subprocess.Popen(  # noqa: S603  # our own program, no shell
                    command,
                    cwd=cwd,
                    env=files.child_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,  # Ctrl-C is for us; we stop the server when we no longer need it
                )
        except OSError as error:
            self._failure = error
            return
        finally:
            self._forked.set()
        self._process.wait()
        self.exited.set()


def end_orphan(cluster: Path) -> None:
    """End a postmaster that outlived its owner, and clear away the pid files of one that is gone.

    We hold the owner's lock, so whoever is named there is not in anybody's use. PostgreSQL itself would
    refuse to start while any process, also a stranger or a zombie, has the old id.
    """
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    for step, seconds in _STOP_STEPS:
        if not _is_postmaster(pid, cluster):
            break
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, step)
        deadline = time.monotonic() + seconds
        while _is_postmaster(pid, cluster) and time.monotonic() < deadline:
            time.sleep(0.01)
    pid_file.unlink(missing_ok=True)
    (cluster / f"{files.SOCKET_NAME}.lock").unlink(missing_ok=True)


def _is_postmaster(pid: int, cluster: Path) -> bool:
    try:
        if sys.platform == "linux":
            process = Path("/proc") / str(pid)
            return (process / "comm").read_text() == "postgres\n" and (process / "cwd").samefile(cluster)
        else:  # noqa: RET505  # mypy reads only the branch of its own platform
            command = ["/bin/ps", "-o", "comm=", "-p", str(pid)]
            named = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
            return Path(named.stdout.strip()).name == "postgres"
    except OSError:  # gone, a zombie, or somebody else's
        return False


def trimmed_size(log: Path) -> int:
    """The size of the log; past ten megabytes it becomes the former log, and a new one begins."""
    if not log.exists():
        return 0
    if log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
        return 0
    return log.stat().st_size


def said_since(log: Path, offset: int) -> str:
    with log.open("rb") as text:
        text.seek(offset)
        return text.read().decode(errors="replace")
