"""Whether a package that ``uv.lock`` names has a known weakness: ``pip-audit``, asked about just those."""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from app.settings import ROOT

NOT_KNOWN = 75
"""Exit code where nobody could be asked, as of ``sysexits.h``: try again later."""
SECONDS_FOR_AN_ANSWER, SECONDS_IN_ALL = 10, 240


@dataclass(frozen=True, slots=True)
class Accepted:
    """A weakness that does not touch us, and until when that was thought through."""

    reason: str
    until: date


ACCEPTED: dict[str, Accepted] = {}
_TOOL = (str(Path(sys.executable).parent / "pip-audit"),)


def run(*, tool: Sequence[str] = _TOOL, root: Path = ROOT, today: date | None = None) -> int:
    """0 where nothing is known, 1 where something is, ``NOT_KNOWN`` without a network."""
    wanted = locked(root / "uv.lock")
    # One first: without a network, or behind a mirror that knows of no weaknesses, the others need no asking.
    answers = _asked(tool, wanted[:1])
    if _are_known(answers):
        answers += _asked(tool, wanted[1:])
    today = today or datetime.now(UTC).date()
    found = [line for each in answers for line in _weaknesses(each, today)]
    for line in found:
        print(line)
    known = sum("vulns" in each for each in answers)
    if known < len(wanted):
        print(f"Not audited: {len(wanted) - known} of the {len(wanted)} packages that uv.lock names.")
    return 1 if found else 0 if known == len(wanted) else NOT_KNOWN


def locked(path: Path) -> list[str]:
    """``name==version`` of everything that comes from an index, for any platform."""
    packages = tomllib.loads(path.read_text("utf-8"))["package"]
    return sorted(
        {f"{each['name']}=={each['version']}" for each in packages if "registry" in each.get("source", {})}
    )


def _are_known(answers: list[dict[str, Any]]) -> bool:
    return any("vulns" in each for each in answers)


def _asked(tool: Sequence[str], wanted: list[str]) -> list[dict[str, Any]]:
    """What it says, package by package; nothing where nobody answered. One that it could not ask about has
    a ``skip_reason`` in place of ``vulns``, and the tool does not count that as a failure."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(wanted))
        file.flush()
        options = ["--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off"]
        command = [*tool, *options, f"--timeout={SECONDS_FOR_AN_ANSWER}", f"--requirement={file.name}"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=SECONDS_IN_ALL, check=False
            )
            found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
        except (subprocess.TimeoutExpired, json.JSONDecodeError):
            return []
    return found


def _weaknesses(package: dict[str, Any], today: date) -> list[str]:
    lines = []
    for each in package.get("vulns", ()):
        accepted = ACCEPTED.get(each["id"])
        if accepted is None or accepted.until < today:
            mended = ", ".join(each["fix_versions"]) or "no version yet"
            lines.append(f"{package['name']} {package['version']}: {each['id']}, mended in {mended}")
    return lines
