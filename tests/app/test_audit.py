"""The audit of packages: a known weakness fails it, and silence is no good news."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.commands import audit, check_all
from app.commands.audit import NOT_KNOWN, Accepted
from app.commands.check_all import Check
from app.settings import ROOT

LOCK = """
version = 1
[[package]]
name = "alpha"
version = "1.0"
source = { registry = "https://example.org/simple" }
[[package]]
name = "beta"
version = "2.1"
source = { registry = "https://example.org/simple" }
[[package]]
name = "taper"
version = "0.1.0"
source = { virtual = "." }
"""
TOOL = """
import json, sys
known = json.loads(sys.argv[1])
path = next(each.partition("=")[2] for each in sys.argv if each.startswith("--requirement="))
asked = [line.strip().split("==") for line in open(path)]
if known == "no network":
    sys.exit("ERROR: could not connect")
found = [{"name": n, "version": v, **known.get(n, {"skip_reason": "not found"})} for n, v in asked]
print(json.dumps({"dependencies": found, "fixes": []}))
"""
GOOD: dict[str, Any] = {"vulns": []}
WEAK = {"vulns": [{"id": "PYSEC-2026-7", "fix_versions": ["2.2"], "description": "…"}]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "uv.lock").write_text(LOCK, "utf-8")
    (tmp_path / "tool.py").write_text(TOOL, "utf-8")
    return tmp_path


def audited(root: Path, known: Any, today: date = date(2026, 11, 20)) -> int:
    return audit.run(tool=[sys.executable, str(root / "tool.py"), json.dumps(known)], root=root, today=today)


def test_it_asks_about_what_is_locked_and_not_about_ourselves(root: Path) -> None:
    assert audit.locked(root / "uv.lock") == ["alpha==1.0", "beta==2.1"]
    assert len(audit.locked(ROOT / "uv.lock")) > 100


def test_it_holds_where_nothing_is_known(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audited(root, {"alpha": GOOD, "beta": GOOD}) == 0
    assert capsys.readouterr().out == ""


def test_a_known_weakness_fails_it_with_the_version_that_mends_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audited(root, {"alpha": GOOD, "beta": WEAK}) == 1
    assert "beta 2.1: PYSEC-2026-7, mended in 2.2" in capsys.readouterr().out


@pytest.mark.parametrize(("today", "code"), [(date(2026, 12, 1), 0), (date(2026, 12, 2), 1)])
def test_one_that_was_thought_through_is_let_pass_until_its_day(
    root: Path, monkeypatch: pytest.MonkeyPatch, today: date, code: int
) -> None:
    accepted = {"PYSEC-2026-7": Accepted("We never call it.", date(2026, 12, 1))}
    monkeypatch.setattr(audit, "ACCEPTED", accepted)

    assert audited(root, {"alpha": GOOD, "beta": WEAK}, today) == code


@pytest.mark.parametrize(
    ("known", "unknown"), [("no network", 2), ({}, 2), ({"alpha": GOOD}, 1)], ids=["away", "mirror", "partly"]
)
def test_without_an_answer_it_says_so_and_is_neither_good_nor_bad(
    root: Path, capsys: pytest.CaptureFixture[str], known: Any, unknown: int
) -> None:
    assert audited(root, known) == NOT_KNOWN
    assert f"Not audited: {unknown} of the 2 packages" in capsys.readouterr().out


def test_a_weakness_that_is_known_counts_even_if_others_could_not_be_asked_about(root: Path) -> None:
    assert audited(root, {"alpha": WEAK}) == 1


@pytest.mark.parametrize(("code", "verdict"), [(0, 0), (1, 1), (NOT_KNOWN, 0)])
def test_the_check_goes_on_without_a_network_and_shows_that_it_did(
    capsys: pytest.CaptureFixture[str], code: int, verdict: int
) -> None:
    said = (sys.executable, "-c", f"print('Not audited: all'); raise SystemExit({code})")

    assert check_all.run(fast=False, without_tests=True, checks=(Check("audit", said),)) == verdict
    assert ("Not audited: all" in capsys.readouterr().out) is (code != 0)
