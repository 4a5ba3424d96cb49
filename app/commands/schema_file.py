"""``schema.graphql``: the contract, written from the code and held in step with it."""

import sys
from pathlib import Path

from app.settings import ROOT
from schema.build import sdl

NAME = "schema.graphql"


def run(*, check: bool, root: Path = ROOT) -> int:
    """Write the file, or with ``check`` fail if it is not what would be written."""
    path, text = root / NAME, sdl()
    if not check:
        path.write_text(text, "utf-8")
        print(f"wrote {NAME}")
        return 0
    if path.is_file() and path.read_text("utf-8") == text:
        return 0
    print(f"{NAME} is not in step with the code: run ./dev export-schema", file=sys.stderr)
    return 1
