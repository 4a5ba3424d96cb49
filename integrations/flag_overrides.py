"""Feature flags set by hand in the environment: for local work, and for an operator in need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

ON = frozenset({"true", "1", "on", "yes"})
OFF = frozenset({"false", "0", "off", "no"})

_VERSION_PREFIX = re.compile(r"^(feature[._-])(?:v|stream)\d+[._-]", re.IGNORECASE)


class FlagOverrideError(ValueError):
    """A flag's environment variable cannot be understood. A reason not to start, never to guess."""


def overrides_from(environ: Mapping[str, str], keys: Iterable[str]) -> dict[str, bool]:
    """The flags among ``keys`` that the environment sets, by key."""
    found: dict[str, bool] = {}
    for key in keys:
        given = {name: _parsed(name, environ[name]) for name in variable_names(key) if name in environ}
        if len(set(given.values())) > 1:
            raise FlagOverrideError(f"{' and '.join(given)} set the same flag to different values: keep one")
        for value in given.values():
            found[key] = value
    return found


def variable_names(key: str) -> tuple[str, ...]:
    """The variables that override a flag: its key in capitals, with and without the version prefix.

    ``feature.v1_planning_time_crunch_ai`` answers to ``FEATURE_V1_PLANNING_TIME_CRUNCH_AI`` and to
    ``FEATURE_PLANNING_TIME_CRUNCH_AI``.
    """
    names = (_as_variable(key), _as_variable(_VERSION_PREFIX.sub(r"\1", key)))
    return tuple(dict.fromkeys(names))


def _as_variable(key: str) -> str:
    return re.sub(r"[.-]", "_", key).upper()


def _parsed(name: str, text: str) -> bool:
    word = text.strip().lower()
    if word in ON:
        return True
    if word in OFF:
        return False
    raise FlagOverrideError(f"{name}={text!r} is neither on nor off: use true or false (1/0, on/off, yes/no)")
