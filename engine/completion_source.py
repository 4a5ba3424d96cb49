"""Writes the Python that makes the answer of one object in one pass: its plain fields, the rest left open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from graphql import (
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    is_leaf_type,
)
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet

from engine.completion_values import Surprise, items, leaf_of, otherwise, reading_of, voucher
from engine.selection import TYPENAME

Complete = Callable[[Any], dict[str, Any]]
# The function for the objects of a type under a field, if it answers them whole.
Below = Callable[[GraphQLObjectType, FieldDetailsList], Complete | None]


@dataclass(frozen=True, slots=True)
class Generated:
    """``complete`` says all of an object but the fields in ``rest``, for which it leaves a place.

    It raises, be it ``Surprise`` or what reading raised, where graphql-core has to answer.
    """

    complete: Complete
    rest: GroupedFieldSet


def generate(
    type_: GraphQLObjectType, grouped: GroupedFieldSet, below: Below, functions: dict[object, Complete]
) -> Generated | None:
    """None where no field is plain. ``functions`` are the operation's so far: alike ones are one."""
    source = _Source(below, functions)
    rest: GroupedFieldSet = {}
    pairs = []
    for key, details in grouped.items():
        said = source.field(type_, details)
        if said is None:
            rest[key] = details
        pairs.append(f"{key!r}: {said}")
    if len(rest) == len(grouped):
        return None
    return Generated(source.function(type_, pairs), rest)


@dataclass(slots=True)
class _Source:
    below: Below
    functions: dict[object, Complete]
    lines: list[str] = field(default_factory=list)
    names: dict[str, Any] = field(default_factory=dict)  # follow from the types
    own: dict[str, Any] = field(default_factory=dict)
    _numbers: count[int] = field(default_factory=count)

    def field(self, type_: GraphQLObjectType, details: FieldDetailsList) -> str | None:
        """The expression for its value, in which ``v`` is read by a line of its own."""
        name = details[0].node.name.value
        if name == TYPENAME:
            return repr(type_.name)
        definition = type_.fields.get(name)
        reading = None if definition is None else reading_of(definition)
        if definition is None or reading is None:
            return None
        said = self._value(definition.type, details, "v", 0)
        if said is None:
            return None
        target = self._name("f")
        read = f"o.{reading}" if isinstance(reading, str) else f"{self._kept('read', reading)}(o)"
        self.lines += [f"v = {read}", f"{target} = {said}"]
        return target

    def _value(
        self, type_: GraphQLOutputType, details: FieldDetailsList, v: str, depth: int, *, null: bool = True
    ) -> str | None:
        if isinstance(type_, GraphQLNonNull):
            return self._value(type_.of_type, details, v, depth, null=False)
        or_null = f"None if {v} is None else " if null else ""
        if is_leaf_type(type_):
            return self._leaf(type_, v, or_null, null=null)
        if isinstance(type_, GraphQLList):
            item = f"i{depth}"
            each = self._value(type_.of_type, details, item, depth + 1)
            return None if each is None else f"{or_null}[{each} for {item} in items({v})]"
        if isinstance(type_, GraphQLObjectType) and (complete := self.below(type_, details)) is not None:
            return f"{or_null}{self._kept('complete', complete)}({v})"
        return None

    def _leaf(self, type_: GraphQLLeafType, v: str, or_null: str, *, null: bool) -> str:
        other = f"other_{type_.name}{'' if null else '_not_null'}"
        if other not in self.names:
            self.names[other] = otherwise(type_, may_be_null=null)
        leaf = leaf_of(type_)
        if leaf is None:
            return f"{other}({v})"
        self.names |= leaf.names
        return f"{leaf.then.format(v=v)} if {leaf.test.format(v=v)} else {or_null}{other}({v})"

    def function(self, type_: GraphQLObjectType, pairs: list[str]) -> Complete:
        checks = ["if type(o) not in known: vouch(o)"]
        if type_.is_type_of is not None:
            # Ours look at nothing but the object; one that looks at ``info`` fails, and that is a surprise.
            checks.append("if is_type_of(o, None) is not True: raise Surprise")
        body = "\n    ".join([*checks, *self.lines, f"return {{{', '.join(pairs)}}}"])
        key = (type_, body, *map(id, self.own.values()))
        if key not in self.functions:
            self.functions[key] = self._compiled(type_, body)
        return self.functions[key]

    def _compiled(self, type_: GraphQLObjectType, body: str) -> Complete:
        known: set[type] = set()
        always = {"items": items, "Surprise": Surprise, "known": known, "vouch": voucher(known)}
        names = {**always, "is_type_of": type_.is_type_of, **self.names, **self.own}
        # Names in it are GraphQL's and Python's own names, and nothing in it is a caller's value.
        exec(compile(f"def complete(o):\n    {body}\n", f"<{type_.name}>", "exec"), names)  # noqa: S102
        found: Complete = names.pop(
            "complete"
        )  # out of its own globals, so that it can go without a collection
        return found

    def _kept(self, prefix: str, value: Any) -> str:
        name = self._name(prefix)
        self.own[name] = value
        return name

    def _name(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"
