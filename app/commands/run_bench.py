import ast
import importlib
import sys
from pathlib import Path

from app.settings import ROOT


def run(name: str | None, folder: Path = ROOT / "benchmarks") -> int:
    """Run ``benchmarks/<name>.py``'s ``main()``, or list what there is."""
    found = {path.stem: path for path in sorted(folder.glob("[a-z]*.py"))}
    if name in found:
        importlib.import_module(f"benchmarks.{name}").main()
        return 0
    if name is not None:
        print(f"There is no benchmark {name!r}. There are:", file=sys.stderr)
    for stem, path in found.items():
        about = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]
        print(f"  {stem:<20} {about}")
    return 2 if name is not None else 0
