"""Wrong settings, said so that the person who started the server can mend them."""

import difflib
import logging
from collections.abc import Iterable, Mapping
from typing import get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from app.cli import CALLED_FROM

logger = logging.getLogger(__name__)


class SettingsError(Exception):
    """Some settings are wrong; ``str()`` is the whole message for a person."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        count = "One setting is" if len(problems) == 1 else f"{len(problems)} settings are"
        lines = [f"{count} wrong, so nothing was started:", *problems, "All settings: docs/settings.md"]
        super().__init__("\n\n".join(lines))


def problems_of(error: ValidationError, settings: type[BaseSettings]) -> list[str]:
    problems: dict[str, str] = {}
    for detail in error.errors():
        name = str(detail["loc"][0])
        field = settings.model_fields[name]
        given = detail["input"]
        if given is None:
            shown = "is not set"
        elif is_secret(field):
            shown = "has a value that cannot be used (not shown: it is a secret)"
        else:
            shown = f"is {given!r}"
        lines = [f"  {name.upper()} {shown}"]
        if detail["type"] == "value_error":
            lines.append(f"    because   {detail['ctx']['error']}")
        lines.append(f"    expected  {expects(field)}")
        lines.append(f"    example   {name.upper()}={field.examples[0] if field.examples else ''}")
        problems.setdefault(name, "\n".join(lines))
    return list(problems.values())


def warn_of_unknown(environ: Mapping[str, str], settings: type[BaseSettings]) -> None:
    """A misspelt TAPER_… variable would otherwise be ignored without a word."""
    for message in unknown_variables(environ, settings.model_fields):
        logger.warning(message)


def unknown_variables(environ: Mapping[str, str], fields: Iterable[str]) -> list[str]:
    known = [name.upper() for name in fields]
    messages = []
    for name in sorted(environ):
        if name.startswith("TAPER_") and name not in known and name != CALLED_FROM:
            close = difflib.get_close_matches(
                name, [*known, *(f"TAPER_{field}" for field in known)], n=1, cutoff=0.75
            )
            meant = (
                close[0] if close and close[0] in known else close[0].removeprefix("TAPER_") if close else ""
            )
            messages.append(f"{name} is set but is not a setting" + (f"; is {meant} meant?" if meant else ""))
    return messages


def is_secret(field: FieldInfo) -> bool:
    return _holds_a_secret(field.annotation)


def _holds_a_secret(annotation: object) -> bool:
    """Looks into ``X | None`` and ``Annotated[X, …]``, however they are nested."""
    return annotation is SecretStr or any(_holds_a_secret(inner) for inner in get_args(annotation))


def expects(field: FieldInfo) -> str:
    return _extra(field, "expects")


def group(field: FieldInfo) -> str:
    return _extra(field, "group")


def _extra(field: FieldInfo, key: str) -> str:
    return str(field.json_schema_extra[key]) if isinstance(field.json_schema_extra, dict) else ""
