"""How a setting is declared: with what the page of settings and the errors say of it."""

from typing import Any

from pydantic import Field
from pydantic.config import JsonDict


def setting(group: str, default: Any, description: str, expects: str, example: str, **limits: Any) -> Any:
    """``expects`` ends the sentence "expected …" in an error; both it and ``example`` are in the docs."""
    extra: JsonDict = {"group": group, "expects": expects}
    return Field(default, description=description, examples=[example], json_schema_extra=extra, **limits)


def seconds(group: str, default: float, description: str, at_most: int = 600) -> Any:
    expects = f"seconds, more than 0 and at most {at_most}"
    return setting(group, default, description, expects, str(default), gt=0, le=at_most)


def count(group: str, default: int, description: str, *, at_least: int = 1, at_most: int) -> Any:
    expects = f"a whole number from {at_least} to {at_most}"
    return setting(group, default, description, expects, str(default), ge=at_least, le=at_most)
