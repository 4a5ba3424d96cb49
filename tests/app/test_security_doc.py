"""The page on security: its tables come from the guards, and every test that it names is there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from app.commands import security_doc
from app.commands.security_doc import BEGIN, NAME, tables
from app.settings import ROOT
from tests.api import the_schema


def test_the_page_is_in_step_and_the_check_notices_when_it_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / NAME
    page.parent.mkdir()
    shutil.copy(ROOT / NAME, page)

    assert security_doc.run(check=True, root=ROOT) == 0
    page.write_text(page.read_text("utf-8").replace("sessions:compress", "everybody"), "utf-8")
    assert security_doc.run(check=True, root=tmp_path) == 1
    assert security_doc.run(check=False, root=tmp_path) == 0
    assert page.read_text("utf-8") == (ROOT / NAME).read_text("utf-8")
    page.write_text("# Security", "utf-8")
    assert security_doc.run(check=False, root=tmp_path) == 1
    assert BEGIN in capsys.readouterr().err


def test_every_operation_is_in_the_tables_with_who_may_use_it() -> None:
    written = tables()

    for root in ("Query", "Mutation", "Subscription"):
        type_ = the_schema()._schema.get_type(root)
        for name in getattr(type_, "fields", {}):
            assert f"| `{name}` |" in written
    assert "| `createAssignment` | coach, admin, service |" in written
    assert "| `viewer` | whoever is signed in |" in written
    assert "| `compressSession` | all |" in written
    assert "**everybody**" not in written
    assert "| `Viewer.plans` | `plans:read` |" in written


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / NAME).read_text("utf-8"))

    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).is_file()
        or (name and not re.search(rf"def {name}\b", (ROOT / file).read_text("utf-8")))
    ]
    assert len(named) > 50
    assert missing == []
