"""Documents at random: operations that the schema allows, and others that were spoilt."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from graphql.type import GraphQLInputType

from tests.fuzz.values import Known, Values

DEEPEST = 5
# Each destroys what the next ones would play with.
RARE = ("delete", "withdraw", "cancel", "setSeasonPlanStatus")


@dataclass(frozen=True, slots=True)
class Operation:
    """``kind`` is ``query``, ``mutation`` or ``subscription``."""

    kind: str
    document: str
    variables: dict[str, Any]


@dataclass(slots=True)
class Writer:
    """Writes one operation: every argument as a literal or a variable, every field of every type in reach."""

    schema: GraphQLSchema
    random: random.Random
    known: Known
    astray: float = 0.03
    _declared: dict[str, tuple[str, Any]] = field(default_factory=dict)
    _fragments: list[str] = field(default_factory=list)
    _fields_left: int = 60

    def write(self, kind: str) -> Operation:
        root = {
            "query": self.schema.query_type,
            "mutation": self.schema.mutation_type,
            "subscription": self.schema.subscription_type,
        }[kind]
        assert root is not None
        count = self.random.choice((1, 1, 1, 1, 2, 3)) if kind == "query" else 1
        fields = " ".join(self._root(root, n) for n in range(count))
        declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in self._declared.items())
        head = f"{kind} Fuzz({declared})" if declared else f"{kind} Fuzz"
        document = "\n".join([f"{head} {{ {fields} }}", *self._fragments])
        return Operation(kind, document, {name: value for name, (_, value) in self._declared.items()})

    def _root(self, root: GraphQLObjectType, n: int) -> str:
        names = [each for each in root.fields if not each.startswith(RARE)]
        if self.random.random() < 0.08:
            names = list(root.fields)
        name = self.random.choice(names)
        return self._field(name, root.fields[name], 0, alias=f"r{n}: " if n else "")

    def _field(self, name: str, definition: GraphQLField, depth: int, alias: str = "") -> str:
        self._fields_left -= 1
        arguments = self._arguments(definition.args)
        named = get_named_type(definition.type)
        selection = "" if is_leaf_type(named) else f" {self._selection(named, depth + 1)}"
        return f"{alias}{name}{arguments}{self._directive()}{selection}"

    def _selection(self, type_: Any, depth: int) -> str:
        if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
            return self._of_abstract(type_, depth)
        parts = self._some(type_, depth)
        if self.random.random() < 0.15:
            name = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {name} on {type_.name} {{ {' '.join(parts)} }}")
            parts = [f"...{name}"]
        elif self.random.random() < 0.1:
            cut = self.random.randrange(len(parts))
            parts = [*parts[:cut], f"... on {type_.name} {{ {' '.join(parts[cut:])} }}"]
        return f"{{ {' '.join(parts)} }}"

    def _of_abstract(self, type_: GraphQLUnionType | GraphQLInterfaceType, depth: int) -> str:
        possible = list(self.schema.get_possible_types(type_))
        is_result = isinstance(type_, GraphQLUnionType) and type_.name.endswith("Result")
        chosen = possible[:1] if is_result else self.random.sample(possible, min(2, len(possible)))
        parts = ["__typename"]
        for n, each in enumerate(chosen):
            if self._fields_left > 0:
                parts.append(f"... on {each.name} {{ {' '.join(self._some(each, depth, f'k{n}'))} }}")
        if is_result:
            parts.append("... on Error { message code }")
        return f"{{ {' '.join(parts)} }}"

    def _some(self, type_: GraphQLObjectType, depth: int, key: str = "") -> list[str]:
        names = [
            name
            for name, each in type_.fields.items()
            if is_leaf_type(get_named_type(each.type)) or depth < DEEPEST
        ]
        count = min(len(names), self.random.choice((1, 2, 3, 5, 9)))
        parts = ["__typename"] if self.random.random() < 0.3 else []
        for name in self.random.sample(names, count):
            if self._fields_left > 0:
                # Members of one union may have fields of one name and different types.
                alias = f"{key}_{name}: " if key and self.random.random() < 0.3 else ""
                parts.append(self._field(name, type_.fields[name], depth, alias))
        return parts or ["__typename"]

    def _arguments(self, args: dict[str, GraphQLArgument]) -> str:
        paging = {"first", "after", "last", "before"} <= args.keys()
        written = []
        for name, each in args.items():
            if paging and name in ("last", "before") and self.random.random() < 0.9:
                continue
            required = is_required_argument(each)
            likely = 1 - self.astray / 3 if required else 0.3
            if self.random.random() < likely:
                value = Values(self.random, self.known, self.astray).of(each.type, name)
                written.append(f"{name}: {self._given(each.type, value)}")
        return f"({', '.join(written)})" if written else ""

    def _given(self, type_: GraphQLInputType, value: Any) -> str:
        if self.random.random() < 0.4:
            return literal(type_, value)
        name = f"v{len(self._declared)}"
        self._declared[name] = (str(type_), value)
        return f"${name}"

    def _directive(self) -> str:
        if self.random.random() > 0.06:
            return ""
        name = self.random.choice(("skip", "include"))
        return f" @{name}(if: {'true' if self.random.random() < 0.5 else 'false'})"


def literal(type_: GraphQLInputType | None, value: Any) -> str:
    """A value as it stands in a document; an enum's without quotes where the type says that it is one."""
    if isinstance(type_, GraphQLNonNull):
        return literal(type_.of_type, value)
    if isinstance(type_, GraphQLEnumType) and isinstance(value, str) and re.fullmatch(r"[A-Za-z_]\w*", value):
        return value
    if isinstance(value, list):
        of = type_.of_type if isinstance(type_, GraphQLList) else None
        return f"[{', '.join(literal(of, each) for each in value)}]"
    if isinstance(value, dict):
        fields = type_.fields if isinstance(type_, GraphQLInputObjectType) else {}
        inner = (
            f"{name}: {literal(fields[name].type if name in fields else None, each)}"
            for name, each in value.items()
            if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)
        )
        return f"{{{', '.join(inner)}}}"
    return json.dumps(value, ensure_ascii=False)


def spoilt(text: str, chance: random.Random, words: Sequence[str]) -> str:
    """The document with a few of its words gone, doubled, exchanged, or put where they are not meant."""
    tokens = re.findall(r'"(?:\\.|[^"\\])*"|\w+|\s+|.', text, re.DOTALL)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(tokens))
        match chance.randrange(7):
            case 0:
                del tokens[at : at + chance.choice((1, 1, 5, 40))]
            case 1:
                tokens[at:at] = tokens[at : at + 5] * chance.choice((1, 2, 30))
            case 2:
                other = chance.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 3:
                tokens[at] = chance.choice(words)
            case 4:
                tokens.insert(at, chance.choice(_JUNK))
            case 5:
                tokens[at:at] = chance.choice(("{", "[", "(", "{a", "[[", '"""')) * chance.choice((1, 7, 300))
            case 6:
                del tokens[at:]
        tokens = tokens or [chance.choice(words)]
    return "".join(tokens)


_JUNK = (
    "@skip", "@include(if: $nothing)", "@oneOf", "@defer", "@stream(initialCount: 1)", "...", "...F0", "$v0",
    "fragment F0 on Query { ...F0 }", "fragment on on on { on }", "{ __schema { types { name } } }",
    '__type(name: "Query") { name }', "subscription { a: __typename }", "mutation { __typename }", "null",
    "extend type Query { a: Int }", "query Fuzz { __typename }", "\ufeff", "# a comment", '"\\ud800"',
    '"\\u{110000}"', '"""\n"""', "1e999", "-", "0x1F", "00", "&", "|", "!", "=", ":", "on", "true", "\x00",
    "\x07", "é", "9" * 400, "a" * 400, "(a: 1, a: 2)", "(input: {})", "{}", "()",
)  # fmt: skip
