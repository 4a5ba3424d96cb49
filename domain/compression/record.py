"""A compression as plain JSON, in the three parts that are stored with a session, and back without a loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from domain.compression.model import Compression

PLAN = ("model_version", "original_seconds", "compressed_seconds", "segments", "original_segments")
DIFF = ("changes",)
T = TypeVar("T")


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


def compression_from(
    plan: Mapping[str, Any], diff: Mapping[str, Any], summary: Mapping[str, Any]
) -> Compression:
    """Reads a stored one back; KeyError or ValueError if it is not one of ``MODEL_VERSION``'s shape."""
    return _load(Compression, {**plan, **diff, **summary})


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


def _load(kind: type[T], value: Any) -> T:
    hints = get_type_hints(kind)
    return kind(**{each.name: _typed(hints[each.name], value[each.name]) for each in fields(kind)})  # type: ignore[arg-type]


def _typed(hint: Any, value: Any) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return None if value is None else _typed(next(each for each in inner if each is not NoneType), value)
    if origin is tuple:
        return tuple(_typed(inner[0], each) for each in value)
    if origin is not None and issubclass(origin, Mapping):
        return {_typed(inner[0], key): _typed(inner[1], each) for key, each in value.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        return _load(hint, value)
    if hint is float:
        return float(value)
    return hint(value) if hint is UUID or issubclass(hint, Enum) else value
