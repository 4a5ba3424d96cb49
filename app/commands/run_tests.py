import os
import subprocess
import sys
from collections.abc import Sequence

from app.settings import ROOT

MOST_WORKERS = 4  # each brings its own database and its own import of everything


def run(arguments: Sequence[str]) -> int:
    """pytest's exit code. A choice of tests runs in one process, where starting workers would cost more."""
    command = [sys.executable, "-m", "pytest", *(arguments or _all_of_them())]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _all_of_them() -> list[str]:
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    workers = min(processors, MOST_WORKERS)
    return [f"--numprocesses={workers}", "--dist=worksteal"] if workers > 1 else []
