"""Operations made at random from the schema: whatever it allows, in all the ways a document says it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

ROOTS = (
    *("plan", "session", "team", "player", "node", "nodes", "viewer", "seasonPlan", "currentPhase"),
    *("phaseTemplates", "exercises", "timeCrunchStatus"),
)
DAYS = ("2026-07-01", "2026-09-14", "2026-10-19", "2026-11-02", "2026-12-24", "2027-03-01", "1999-01-01")
SCALARS: Mapping[str, Sequence[Any]] = {
    "Boolean": (True, False),
    "Date": DAYS,
    "String": ("", "press", "BENCH  press", "100%_/", "\u00df ss", 'quo"te \\', "a" * 101),
}
PAGING = ("first", "after", "last", "before")


@dataclass(frozen=True, slots=True)
class Made:
    document: str
    variables: Mapping[str, Any]


@dataclass(slots=True)
class Maker:
    """``ids`` are global ids to ask for, by root field; ``cursors`` are some that lists gave. ``can_be_read``
    says of which fields most operations are made: what is declined at once shows nothing.
    """

    schema: GraphQLSchema
    seed: int
    ids: Mapping[str, Sequence[str]]
    cursors: Sequence[str]
    can_be_read: Callable[[GraphQLObjectType, str], bool]
    _random: random.Random = field(init=False)
    _variables: dict[str, tuple[str, Any]] = field(default_factory=dict)
    _fragments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def make(self) -> Made:
        assert self.schema.query_type
        roots = [
            self._root(n, self._random.choice(ROOTS)) for n in range(self._random.choice((1, 1, 1, 2, 3)))
        ]
        declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in self._variables.items())
        head = f"query Made({declared})" if declared else "query Made"
        document = "\n".join([f"{head} {{ {' '.join(roots)} }}", *self._fragments])
        given = {name: value for name, (_, value) in self._variables.items() if value is not _ABSENT}
        return Made(document, given)

    def _root(self, n: int, name: str) -> str:
        assert self.schema.query_type
        definition = self.schema.query_type.fields[name]
        arguments = ""
        if "id" in definition.args:
            of = name if self._random.random() < 0.95 else "node"
            arguments = f"(id: {self._value('ID!', self._random.choice(self.ids[of]))})"
        elif "ids" in definition.args:
            arguments = f"(ids: {self._ids()})"
        elif name == "timeCrunchStatus":
            plan, session = (
                self._value("ID!", self._random.choice(self.ids[of])) for of in ("plan", "session")
            )
            arguments = f"(planId: {plan}, sessionId: {session})"
        elif "teamId" in definition.args:
            arguments = f"(teamId: {self._value('ID!', self._random.choice(self.ids[name]))})"
        elif not arguments:
            arguments = self._arguments(definition)
        selection = self._selection(get_named_type(definition.type), 0)
        return f"r{n}: {name}{arguments}{self._directive()} {selection}"

    def _ids(self) -> str:
        """A list of any length, repetitions included: as one value, or each of its items as one."""
        count = self._random.choice((0, 1, 2, 3, 6, 50, 51))
        found = self._random.choices(self.ids["node"], k=count)
        if self._random.random() < 0.5:
            kept = self._random.sample(found, min(3, count))  # of few types, so that more is compiled
            found = [self._random.choice(kept) for _ in found]
        if count > 6 or self._random.random() < 0.6:
            return self._value("[ID!]!", found)
        return f"[{', '.join(self._value('ID!', each) for each in found)}]"

    def _selection(self, type_: Any, depth: int) -> str:
        """Some of the type's fields, some of them twice, some within fragments."""
        if is_abstract_type(type_):
            return self._abstract(type_, depth)
        names = self._some(type_, depth)
        parts = [self._field(type_, each, depth) for each in names]
        if self._random.random() < 0.3:
            parts.append("__typename")
        if self._random.random() < 0.15:
            parts.append(parts[0])  # the same field once more: merged, not repeated
        if self._random.random() < 0.3:
            cut = self._random.randrange(len(parts) + 1)
            condition = self._random.choice((f"on {type_.name} ", "", *self._interfaces(type_)))
            inner = [each for each in parts[cut:] if not condition.startswith("on Node")] or ["__typename"]
            outer = parts[:cut] if not condition.startswith("on Node") else parts
            parts = [*outer, f"... {condition}{self._directive()} {{ {' '.join(inner)} }}"]
        if self._random.random() < 0.2:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {type_.name} {{ {' '.join(parts)} }}")
            parts = [f"...{name}", *(["__typename"] if self._random.random() < 0.5 else [])]
        return f"{{ {' '.join(parts)} }}"

    def _abstract(self, type_: Any, depth: int) -> str:
        possible = [
            each
            for each in self.schema.get_possible_types(type_)
            if any(self.can_be_read(each, name) for name in each.fields)
        ]
        parts = [f"... on {each.name} {self._aliased_per_type(each, depth)}" for each in possible]
        if isinstance(type_, GraphQLInterfaceType) and "id" in type_.fields:
            parts.append("id")
        return f"{{ __typename {' '.join(parts)} }}"

    def _aliased_per_type(self, type_: GraphQLObjectType, depth: int) -> str:
        """Fields of different types under one key must not conflict, so each type has keys of its own."""
        parts = [
            self._field(type_, each, depth, key=f"{type_.name}_{each}") for each in self._some(type_, depth)
        ]
        return f"{{ {' '.join(parts)} }}"

    def _some(self, type_: GraphQLObjectType, depth: int) -> list[str]:
        with_code = self._random.random() < 0.02
        names = [
            each
            for each, made in type_.fields.items()
            if self._may(made, depth) and (with_code or self.can_be_read(type_, each))
        ]
        count = min(len(names), self._random.choice((1, 2, 3, 5, 8)))
        return self._random.sample(names, count) or ["__typename"]

    def _may(self, definition: GraphQLField, depth: int) -> bool:
        named = get_named_type(definition.type)
        required = [name for name, each in definition.args.items() if is_required_argument(each)]
        if required:
            return False
        if is_leaf_type(named):
            return True
        return depth < 5 and isinstance(named, GraphQLObjectType | GraphQLUnionType)

    def _field(self, type_: GraphQLObjectType, name: str, depth: int, key: str | None = None) -> str:
        if name == "__typename":
            return name
        definition = type_.fields[name]
        named = get_named_type(definition.type)
        alias = f"{key}: " if key else self._random.choice(("", "", f"a_{name}: "))
        arguments = self._arguments(definition)
        if arguments and not key:
            alias = f"p{self._random.randrange(10**9)}_{name}: "  # two pages of one list do not merge
        selection = "" if is_leaf_type(named) else f" {self._selection(named, depth + 1)}"
        directive = "" if isinstance(definition.type, GraphQLNonNull) and key else self._directive()
        if not is_leaf_type(named):
            alias = f"o{self._random.randrange(10**9)}_{name}: "
        return f"{alias}{name}{arguments}{directive}{selection}"

    def _arguments(self, definition: GraphQLField) -> str:
        """Of a page, and of what narrows a list."""
        parts = self._page() if set(PAGING) <= definition.args.keys() else []
        for name, argument in definition.args.items():
            if name not in PAGING and _can_be_given(argument.type) and self._random.random() < 0.5:
                parts.append(f"{name}: {self._given(argument.type)}")
        self._random.shuffle(parts)
        return f"({', '.join(parts)})" if parts else ""

    def _given(self, type_: Any) -> str:
        """What an argument of this type may be: a null, too, where it may be null."""
        named = get_nullable_type(type_)
        if named is type_ and self._random.random() < 0.1:
            return self._value(str(type_), None)
        if isinstance(named, GraphQLList):
            item = get_named_type(named)
            return self._value(
                str(type_), [self._one(item) for _ in range(self._random.choice((0, 1, 1, 2, 3)))]
            )
        return self._value(str(type_), self._one(named))

    def _one(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLEnumType):
            return Word(self._random.choice(list(type_.values)))
        if type_.name == "DateRangeInput":
            return {"from": self._random.choice(DAYS), "to": self._random.choice(DAYS)}
        return self._random.choice(SCALARS[type_.name])

    def _page(self) -> list[str]:
        forwards = self._random.random() < 0.7
        size, cursor = ("first", "after") if forwards else ("last", "before")
        parts = []
        if self._random.random() < 0.7 or not forwards:
            parts.append(f"{size}: {self._value('Int', self._random.choice(_SIZES))}")
        if self.cursors and self._random.random() < 0.15:
            parts.append(f"{cursor}: {self._value('String', self._random.choice((*self.cursors, None)))}")
        return parts

    def _directive(self) -> str:
        if self._random.random() > 0.12:
            return ""
        name = self._random.choice(("skip", "include"))
        return f" @{name}(if: {self._value('Boolean!', self._random.random() < 0.5)})"

    def _value(self, type_: str, value: Any) -> str:
        """As a literal, or as a variable, which may also be absent."""
        if self._random.random() < 0.5:
            return _literal(value)
        name = f"v{len(self._variables)}"
        if value is not None and self._random.random() < 0.1:
            self._variables[name] = (f"{type_} = {_literal(value)}", _ABSENT)
        else:
            absent = value is None and not type_.endswith("!") and self._random.random() < 0.5
            self._variables[name] = (type_, _ABSENT if absent else value)
        return f"${name}"

    def _interfaces(self, type_: GraphQLObjectType) -> list[str]:
        return [f"on {each.name} " for each in type_.interfaces]


class Word(str):
    """Of an enum: without quotes in a document."""


_ABSENT = object()
_SIZES = (*(1, 2, 3, 20, 100, None) * 5, 0, 101)


def _can_be_given(type_: Any) -> bool:
    named = get_named_type(type_)
    return isinstance(named, GraphQLEnumType) or named.name in ("DateRangeInput", *SCALARS)


def _literal(value: Any) -> str:
    if isinstance(value, Word):
        return value
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_literal(each)}' for name, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_literal, value))}]"
    return orjson.dumps(value).decode()
