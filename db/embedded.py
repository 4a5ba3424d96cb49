"""PostgreSQL of our own: the programs of a wheel, started, watched and stopped by this process.

Its folder holds ``cluster`` (the data, and the socket), ``password``, ``postgres.log`` and ``owner.lock``.
Nobody but this user can connect: the socket is in a folder of mode 0700, there is no TCP, and the password is
random. Whatever ends this process, also SIGKILL, ends PostgreSQL: on Linux at once, elsewhere at the next
start.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
import time
from pathlib import Path
from types import TracebackType

import structlog
from sqlalchemy import URL

from db import embedded_files as files
from db.embedded_files import EmbeddedPostgresError
from db.postmaster import Postmaster, end_orphan, said_since, trimmed_size

_log = structlog.get_logger(__name__)

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": ".",  # relative to the data directory, so that its length never matters
    "port": files.PORT,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "shared_buffers": "128MB",
    "effective_cache_size": "512MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": 1.1,
    "jit": "off",  # compiling costs more than our short statements
    "idle_in_transaction_session_timeout": "5s",
    "transaction_timeout": "10s",
    "deadlock_timeout": "250ms",  # a retry after a deadlock must fit in an operation's three seconds
    # Nothing replicates from here: less to log, and one process fewer.
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_logical_replication_workers": 0,
}
_FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "io_method": "sync"}

# What PostgreSQL says of a predecessor that is not quite gone.
_LINGERING = ("already exists", "still in use")
_LINGER_SECONDS = 10.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0


class EmbeddedPostgres:
    """One PostgreSQL server with its data in ``folder``.

    ``durable=False`` is for tests: faster, and a crash of the machine loses the data. Recovery after a crash
    may take long, and ``start`` waits for it up to ``start_seconds``.
    """

    def __init__(self, folder: Path, *, durable: bool = True, start_seconds: float = 60.0) -> None:
        self.folder = folder.resolve()
        self._durable = durable
        self._start_seconds = start_seconds
        self._settings = _SETTINGS if durable else _SETTINGS | _FOR_TESTS
        self._cluster = self.folder / "cluster"
        self._log_file = self.folder / "postgres.log"
        self._mutex = threading.RLock()
        self._wanted = False
        self._lock: int | None = None
        self._postmaster: Postmaster | None = None
        self._address = self._cluster
        self._account: files.Account | None = None
        self._programs = Path()

    def start(self) -> None:
        """Start the server, making its cluster the first time; return when it accepts connections."""
        with self._mutex:
            if self._wanted:
                return
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _own(self.folder)
            self._wanted = True
            try:
                self._prepare()
                self._launch()
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Stop the server within ten seconds, whatever it is doing. May be called at any time, and again."""
        self._wanted = False  # before the mutex: a restart that is under way gives up
        with self._mutex:
            if self._postmaster:
                self._postmaster.end()
                self._postmaster = None
            files.disconnect(self._address, self._cluster)
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def __enter__(self) -> EmbeddedPostgres:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    async def watch(self) -> None:
        """Restart the server whenever it dies, until ``stop`` or cancellation. Run it as a task."""
        pause_seconds = _FIRST_PAUSE_SECONDS
        while self._wanted:
            await asyncio.sleep(pause_seconds)
            if self.running or not self._wanted:
                pause_seconds = _FIRST_PAUSE_SECONDS
                continue
            _log.error("postgres_died", folder=str(self.folder), log=str(self._log_file))
            try:
                pid = await asyncio.to_thread(self._relaunch)
            except (EmbeddedPostgresError, OSError) as error:
                pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
                _log.error("postgres_restart_failed", error=str(error), again_in_seconds=pause_seconds)
            else:
                _log.warning("postgres_restarted", pid=pid)

    @property
    def running(self) -> bool:
        return self._postmaster is not None and not self._postmaster.exited.is_set()

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, or None when it is not running."""
        return self._postmaster.pid if self._postmaster and self.running else None

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the database ``postgres``, with the password in it."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return URL.create(
            "postgresql+asyncpg",
            username=files.ROLE,
            password=(self.folder / "password").read_text(),
            database=database,
            query={"host": str(self._address), "port": str(files.PORT)},
        ).render_as_string(hide_password=False)

    def _prepare(self) -> None:
        self._account = files.account_for(self.folder)
        self._programs = files.programs_for(self._account, self.folder)
        if not self._cluster.exists():
            files.make_cluster(
                self._programs,
                self._cluster,
                self.folder / "password",
                self._account,
                durable=self._durable,
            )
        files.check_version(self._cluster)
        self._address = files.connectable(self._cluster)

    def _relaunch(self) -> int | None:
        with self._mutex:
            if self._wanted and not self.running:
                self._launch()
            return self.pid

    def _launch(self) -> None:
        started = time.monotonic()
        while True:
            end_orphan(self._cluster)
            said_before = trimmed_size(self._log_file)
            postmaster = Postmaster(self._command(), self._cluster, self._log_file)
            if self._ready(postmaster, started + self._start_seconds):
                self._postmaster = postmaster
                return
            postmaster.end()
            if not self._wanted:
                return
            said = said_since(self._log_file, said_before)
            lingering = any(words in said for words in _LINGERING)
            if not lingering or time.monotonic() > started + _LINGER_SECONDS:
                raise EmbeddedPostgresError(
                    f"PostgreSQL did not start within {self._start_seconds:.0f} s. What it said, also in"
                    f" {self._log_file}:\n{said[-2000:]}"
                )
            time.sleep(0.1)

    def _command(self) -> list[str]:
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        data = files.data_argument(self._cluster, self._account)
        return files.child_command(self._account, self._programs / "postgres", "-D", data, *settings)

    def _ready(self, postmaster: Postmaster, deadline: float) -> bool:
        """Wait until the postmaster says so in its pid file; False if it ends first or takes too long."""
        while self._wanted and time.monotonic() < deadline and not postmaster.exited.is_set():
            with contextlib.suppress(OSError):
                lines = (self._cluster / "postmaster.pid").read_text().splitlines()
                if len(lines) >= 8 and int(lines[0]) == postmaster.pid and lines[7].strip() == "ready":
                    return True
            time.sleep(0.005)
        return False


def url_of_running(folder: Path) -> str | None:
    """The URL of the server that another process runs in ``folder`` now; None if nobody does."""
    try:
        lock = os.open(folder / "owner.lock", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        running = EmbeddedPostgres(folder)
        running._address = files.address_of(running._cluster)
        return running.url
    finally:
        os.close(lock)
    return None


def _own(folder: Path) -> int:
    """Take the folder for this process; the lock goes with the process, however it ends."""
    lock = os.open(folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.read(lock, 20).decode().strip() or "unknown"
        os.close(lock)
        raise EmbeddedPostgresError(
            f"The database in {folder} is in use by process {owner}. Stop that process, or give this one a"
            " folder of its own, or let both share a PostgreSQL server by DATABASE_URL."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock
