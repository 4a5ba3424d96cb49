import ast
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from app.settings import ROOT


def run(name: str | None, folder: Path = ROOT / "benchmarks", arguments: Sequence[str] = ()) -> int:
    """Run ``benchmarks/<name>.py``'s ``main()`` with ``arguments``, or list what there is."""
    parsed = {path.stem: ast.parse(path.read_text("utf-8")) for path in sorted(folder.glob("[a-z]*.py"))}
    found = {stem: module for stem, module in parsed.items() if _has_main(module)}
    if name in found:
        sys.argv = [f"benchmarks.{name}", *arguments]
        importlib.import_module(f"benchmarks.{name}").main()
        return 0
    if name is not None:
        print(f"There is no benchmark {name!r}. There are:", file=sys.stderr)
    for stem, module in found.items():
        about = (ast.get_docstring(module) or "").partition("\n")[0]
        print(f"  {stem:<20} {about}")
    return 2 if name is not None else 0


def _has_main(module: ast.Module) -> bool:
    return any(isinstance(each, ast.FunctionDef) and each.name == "main" for each in module.body)
