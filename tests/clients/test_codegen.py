"""graphql-codegen: the types that it makes of schema and documents are ones that tsc --strict accepts."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.settings import ROOT
from tests.clients.running import ran
from tests.npm.packages import node, node_packages

SOURCES = ROOT / "tests" / "npm"


@pytest.fixture(scope="module")
def generated() -> Iterator[Path]:
    """A folder with the types, and with code that uses them."""
    folder = node_packages() / "codegen"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(SOURCES / "codegen_documents.graphql", folder)
    shutil.copy(SOURCES / "codegen_use.ts", folder)
    ran("codegen.mjs", schema=str(ROOT / "schema.graphql"), folder=str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_types_and_what_uses_them_compile_strictly(generated: Path) -> None:
    assert compiled(generated) == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("targetMinutes: 30", 'targetMinutes: "30"'),
        ('= "cta"', '= "telepathy"'),
        ("node.startsOn", "node.owner"),
        ("data.viewer.plans?.edges", "data.viewer.plans.edges"),
        ("answer.lowestMinutes", "answer.shortestMinutes"),
    ],
)
def test_what_the_schema_does_not_have_does_not_compile(generated: Path, right: str, wrong: str) -> None:
    use = generated / "codegen_use.ts"
    good = use.read_text("utf-8")
    assert right in good
    try:
        use.write_text(good.replace(right, wrong), "utf-8")

        assert "codegen_use.ts" in compiled(generated)
    finally:
        use.write_text(good, "utf-8")


def compiled(folder: Path) -> str:
    """What the compiler says, which is nothing where all is well."""
    tsc = node_packages() / "node_modules" / "typescript" / "bin" / "tsc"
    options = [
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "esnext",
        "--moduleResolution",
        "bundler",
    ]
    done = subprocess.run(
        [node(), str(tsc), *options, "codegen_use.ts", "operations.ts", "schema.ts"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode == 0) == (done.stdout == ""), done.stdout + done.stderr
    return done.stdout
