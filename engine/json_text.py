"""JSON put together as text by PostgreSQL: what is certain stands in the statement, the rest is put between.

``row_to_json`` looks up each column's type anew for each row; to join texts takes less than half of its time.
And text knows what null is: a part that is null though it may not be makes the whole answer null, and so the
reference lane's business. Where null is an answer, ``or_null`` says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Sql:
    """An expression whose value is JSON text, or part of one."""

    text: str


Json: TypeAlias = Sequence[str | Sql]  # a ``str`` is JSON as it stands


def an_object(fields: Iterable[tuple[str, Json]]) -> Json:
    parts: list[str | Sql] = ["{"]
    for key, value in fields:  # a key is a name of GraphQL: nothing in it needs escaping
        parts += [f'"{key}":' if len(parts) == 1 else f',"{key}":', *value]
    return [*parts, "}"]


def a_list(item: Json, order: str, rows: str) -> Json:
    """``rows`` is FROM and WHERE without the FROM.

    An array that is joined takes less than an aggregate, which is set up anew for each list. It leaves out
    what is null, which an item never is: one that is all the same makes the statement fail, rather than the
    list shorter.
    """
    first_key = order.partition(",")[0].removesuffix(" DESC")
    failing = (
        f"('no item at ' || {first_key})::int8::text"  # not constant, or it would fail when it is planned
    )
    items = f"ARRAY(SELECT coalesce({text_of(item)}, {failing}) FROM {rows} ORDER BY {order})"
    return ["[", Sql(f"array_to_string({items}, ',')"), "]"]


def or_null(json: Json) -> Json:
    return [Sql(f"coalesce({text_of(json)}, 'null')")]


def text_of(json: Json) -> str:
    """One expression for the whole."""
    parts: list[str] = []
    certain = ""
    for each in json:
        if isinstance(each, str):
            certain += each
            continue
        if certain:
            parts.append(quoted(certain))
        parts.append(each.text)
        certain = ""
    if certain:
        parts.append(quoted(certain))
    if len(parts) == 1 and isinstance(json[0], str):
        return f"{parts[0]}::text"  # by itself it would be of no type
    return _joined(parts)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _joined(parts: Sequence[str]) -> str:
    """In halves: one behind the other, what comes first would be copied for each that follows."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return f"({_joined(parts[:half])} || {_joined(parts[half:])})"
