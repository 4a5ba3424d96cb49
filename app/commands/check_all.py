"""``./dev check``: one list of everything that must hold before a change is merged."""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from app.commands.audit import NOT_KNOWN
from app.commands.run_tests import run as run_tests
from app.settings import ROOT

BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Check:
    title: str
    command: tuple[str, ...]
    mend: str = ""
    slow: bool = False


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


def _dev(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "app", *arguments)


CHECKS = (
    Check("style (ruff)", _tool("ruff", "check", "."), mend=".venv/bin/ruff check --fix"),
    Check("format (ruff)", _tool("ruff", "format", "--check", "."), mend=".venv/bin/ruff format"),
    Check("import contract (import-linter)", _tool("lint-imports", "--no-logo")),
    Check("types (mypy)", _tool("mypy")),
    Check("settings page in step", _dev("settings-doc", "--check"), mend="./dev settings-doc"),
    Check("schema in step", _dev("export-schema", "--check"), mend="./dev export-schema"),
    Check("who may do what in step", _dev("security-doc", "--check"), mend="./dev security-doc"),
    Check("no client is broken", _dev("schema-changes")),
    Check("known weaknesses (pip-audit)", _dev("audit")),
    Check("migrations in step", _dev("migrations-check"), slow=True),
)


def run(*, fast: bool, without_tests: bool, checks: tuple[Check, ...] = CHECKS) -> int:
    """0 if all hold, else 1; all are run. ``fast`` leaves out what starts a database, the tests with it."""
    console = Console(highlight=False, soft_wrap=True)
    began = time.monotonic()
    chosen = [check for check in checks if not (fast and check.slow)]
    held = [_holds(check, console) for check in chosen]
    if not (fast or without_tests):
        # Not captured: minutes without a sign of life look like a fault.
        console.print("  tests (pytest)")
        held.append(run_tests([]) == 0)
    seconds = time.monotonic() - began
    failed = held.count(False)
    verdict = f"{failed} of {len(held)} checks failed" if failed else f"All checks hold: {len(held)}"
    console.print(f"{verdict} in {seconds:.1f} s", style="bold red" if failed else "bold green")
    return 1 if failed else 0


def _holds(check: Check, console: Console) -> bool:
    began = time.monotonic()
    with console.status(check.title):
        done = subprocess.run(
            check.command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    seconds = time.monotonic() - began
    if done.returncode == 0:
        console.print(f"[green]✓[/] {escape(check.title)} [dim]{seconds:.1f} s[/]")
        return True
    if done.returncode == NOT_KNOWN:  # nothing is wrong with us: a check must not fail for want of a network
        console.print(f"[yellow]![/] {escape(check.title)} [dim]{seconds:.1f} s[/]")
        console.print(done.stdout.rstrip(), markup=False)
        return True
    console.print(f"[red]✗[/] {escape(check.title)} [dim]{seconds:.1f} s[/]")
    console.print(done.stdout.rstrip(), markup=False)
    if check.mend:
        console.print(f"  mends it: {escape(check.mend)}")
    return False
