"""A compression as plain JSON, in the three parts that are stored with a session.

Together they hold all of it: whoever has pydantic reads ``Compression`` back from them without a loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from domain.compression.model import Compression

PLAN = ("model_version", "original_seconds", "compressed_seconds", "segments", "original_segments")
DIFF = ("changes",)


def plan_of(compression: Compression) -> dict[str, Any]:
    """The session as it is to be done, and as it was planned."""
    return {name: _plain(getattr(compression, name)) for name in PLAN}


def diff_of(compression: Compression) -> dict[str, Any]:
    """What was changed, with reason and price."""
    return {name: _plain(getattr(compression, name)) for name in DIFF}


def summary_of(compression: Compression) -> dict[str, Any]:
    """Everything else: minutes, strategy, value, pace, warnings."""
    return {
        each.name: _plain(getattr(compression, each.name))
        for each in fields(compression)
        if each.name not in (*PLAN, *DIFF)
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value
