"""How far the compiled lane reaches: which fields it can write, by trying each on a way that leads to it.

``python -m tests.engine.reach`` prints what is left to the resolvers, and why.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
    parse,
)

from db.season_shapes import SEASON_SHAPES
from db.shapes import SHAPES
from domain.people import Role
from engine.declined import Declined
from engine.plans import make_plan
from resolvers.ids import Kind, global_id
from tests.api import the_schema

ALL_SHAPES = {**SHAPES, **SEASON_SHAPES}
KEY = UUID(int=7)
IDS = {"plan": Kind.PLAN, "session": Kind.SESSION, "team": Kind.TEAM, "player": Kind.PLAYER}
BY_ARGUMENT = {"planId": Kind.PLAN, "sessionId": Kind.SESSION, "teamId": Kind.TEAM}
GIVEN = {"range": '{from: "2026-10-01", to: "2026-12-31"}', "includeEnded": "true"}


def reachable() -> Mapping[str, GraphQLField]:
    """Every field of every object that an answer of ``Query`` may hold, as ``Type.field``."""
    schema = the_schema()._schema
    assert schema.query_type
    waiting, seen = deque([schema.query_type]), {schema.query_type}
    found: dict[str, GraphQLField] = {}
    while waiting:
        type_ = waiting.popleft()
        for name, field in type_.fields.items():
            found[f"{type_.name}.{name}"] = field
            for each in _objects(schema, field):
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)
    return found


@dataclass(frozen=True, slots=True)
class Way:
    """A document but for the fields of one type: what leads there, and what closes it."""

    type: str
    before: str
    after: str


@cache
def reached() -> tuple[Mapping[str, tuple[Way, str]], Mapping[str, str]]:
    """What can be compiled, each with how it is asked for; and what cannot, each with the reason."""
    compiled: dict[str, tuple[Way, str]] = {}
    declined: dict[str, str] = {}
    waiting = deque(_roots())
    while waiting:
        way, type_ = waiting.popleft()
        for name, field in type_.fields.items():
            key = f"{type_.name}.{name}"
            if key in compiled:
                continue
            asked = f"{name}{_arguments(field)}"
            inner = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
            problem = _problem(f"{way.before} {asked} {inner} {way.after}")
            if problem is not None:
                declined.setdefault(key, problem)
                continue
            declined.pop(key, None)
            compiled[key] = way, f"{asked} {inner}"
            if key in ("Query.node", "Query.nodes"):
                continue  # each kind of node is a root of its own here
            for each in _objects(the_schema()._schema, field):
                before = f"{way.before} {asked} {{ ... on {each.name} {{"
                waiting.append((Way(each.name, before, f"}} }} {way.after}"), each))
    return compiled, declined


def whole_types() -> Mapping[Way, str]:
    """A document for each way that leads to something: all that can be compiled of its type, at once."""
    found: dict[Way, list[str]] = {}
    for way, asked in reached()[0].values():
        found.setdefault(way, []).append(asked)
    return {way: f"{way.before} {' '.join(asked)} {way.after}" for way, asked in found.items()}


def _roots() -> Iterator[tuple[Way, GraphQLObjectType]]:
    """Those that take an id, and every kind of node."""
    schema = the_schema()._schema
    assert schema.query_type
    yield Way("Query", "{", "}"), schema.query_type
    for kind in Kind:
        type_ = schema.type_map[kind.value]
        assert isinstance(type_, GraphQLObjectType)
        before = f'{{ node(id: "{global_id(kind, KEY)}") {{ ... on {kind.value} {{'
        yield Way(kind.value, before, "} } }"), type_


def _arguments(field: GraphQLField) -> str:
    given = {name: GIVEN[name] for name in field.args if name in GIVEN}
    given |= {name: f'"{global_id(kind, KEY)}"' for name, kind in BY_ARGUMENT.items() if name in field.args}
    named = get_named_type(field.type).name
    if "id" in field.args:
        given["id"] = f'"{global_id(Kind(named) if named in list(Kind) else Kind.PLAN, KEY)}"'
    if "ids" in field.args:
        given["ids"] = f'["{global_id(Kind.PLAN, KEY)}"]'
    return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""


def _problem(document: str) -> str | None:
    operation = parse(document).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    try:
        make_plan(the_schema()._schema, operation, {}, Role.COACH, {}, ALL_SHAPES)
    except Declined as declined:
        return declined.reason.value
    except KeyError as missing:  # a root whose other arguments are needed
        return f"argument {missing}"
    return None


def _objects(schema: GraphQLSchema, field: GraphQLField) -> list[GraphQLObjectType]:
    named = get_named_type(field.type)
    if isinstance(named, GraphQLObjectType):
        return [named]
    if isinstance(named, (GraphQLInterfaceType, GraphQLUnionType)):
        return list(schema.get_possible_types(named))
    return []


if __name__ == "__main__":
    fields, (done, left) = reachable(), reached()
    types = {each.partition(".")[0] for each in done}
    for each in sorted(fields.keys() - done.keys()):
        sys.stdout.write(f"{each}: {left.get(each, 'nothing leads to its type')}\n")
    sys.stdout.write(f"{len(done)} of {len(fields)} fields are compiled, of {len(types)} types\n")
