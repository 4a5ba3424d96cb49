"""``docs/settings.md`` and ``.env.example``, written from the settings themselves."""

import sys
from itertools import groupby
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.settings import ROOT, Settings
from app.settings_problems import expects, group

_HEAD = """\
# Settings

Taper is set by environment variables. For one checkout they may stand in a file `.env` at the project's root
(`.env.example` is one to copy); the environment wins over the file, and an empty value counts as not set.
Wrong values are all named at start, and nothing is started.

This page is written from `app/settings.py` by `./dev settings-doc`, and `./dev check` holds it in step.
"""

_COLUMNS = """\
| variable | what it does | expected | default | example |
|---|---|---|---|---|
"""

_FLAGS = """
## Overrides of feature flags

For local work a variable overrides a flag, whatever LaunchDarkly says: the flag's key in upper case with dots
and dashes as underscores, with or without its version prefix, and `true` or `false`:

```
FEATURE_STREAM5_TIME_CRUNCH_MODE=true ./dev serve
```

These are no settings of the server: any flag can be named so.
"""

_ENV_HEAD = """\
# Copy to .env and uncomment what you change. Every line is explained in docs/settings.md.
# Written from app/settings.py by ./dev settings-doc.
"""


def run(*, check: bool, root: Path = ROOT) -> int:
    """Write both files, or with ``check`` fail if one is not what would be written."""
    stale = []
    for name, text in (("docs/settings.md", page()), (".env.example", env_example())):
        path = root / name
        if check and not (path.is_file() and path.read_text("utf-8") == text):
            stale.append(name)
        elif not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    for name in stale:
        print(f"{name} is not in step with app/settings.py: run ./dev settings-doc", file=sys.stderr)
    return 1 if stale else 0


def page() -> str:
    parts = [_HEAD]
    for title, fields in _groups():
        parts.append(f"\n## {title}\n\n{_COLUMNS}")
        for name, field in fields:
            cells = [
                f"`{name.upper()}`",
                field.description or "",
                expects(field),
                _default(field),
                _example(field),
            ]
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n")
    return "".join([*parts, _FLAGS])


def env_example() -> str:
    parts = [_ENV_HEAD]
    for title, fields in _groups():
        parts.append(f"\n# {title}\n")
        parts.extend(f"# {name.upper()}={_value(field) or ''}\n" for name, field in fields)
    return "".join([*parts, "\n# Overrides of feature flags\n# FEATURE_STREAM5_TIME_CRUNCH_MODE=true\n"])


def _groups() -> list[tuple[str, list[tuple[str, FieldInfo]]]]:
    # What Settings itself has comes first; what it takes over from other classes follows.
    fields = sorted(Settings.model_fields.items(), key=lambda item: item[0] not in Settings.__annotations__)
    grouped = groupby(fields, key=lambda item: group(item[1]))
    return [(title, list(fields)) for title, fields in grouped]


def _default(field: FieldInfo) -> str:
    value = _value(field)
    return f"`{value}`" if value else "–"


def _example(field: FieldInfo) -> str:
    return f"`{field.examples[0]}`" if field.examples else ""


def _value(field: FieldInfo) -> str:
    default = field.default
    if default is None or isinstance(default, SecretStr):
        return ""
    return ",".join(default) if isinstance(default, tuple) else str(default)
