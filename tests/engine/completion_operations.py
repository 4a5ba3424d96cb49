"""Queries made at random over any schema: aliases, fragments, directives, fields twice; and their answers."""

from __future__ import annotations

import inspect
import json
import random
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from graphql.execution import experimental_execute_incrementally
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from engine.completion import CompletingExecutor
from engine.completion_kept import Completions


@dataclass(slots=True)
class Maker:
    """``deferring``: whether some of it may come later."""

    schema: GraphQLSchema
    chance: random.Random
    deferring: bool = False
    depth: int = 4
    variables: dict[str, bool] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)

    def make(self) -> str:
        assert self.schema.query_type
        body = "\n".join([self._selection(self.schema.query_type, 0), *self.fragments])
        self.variables = {name: value for name, value in self.variables.items() if f"${name}" in body}
        declared = ", ".join(f"${name}: Boolean!" for name in self.variables)
        head = f"query Made({declared})" if declared else "query Made"
        return f"{head} {body}"

    def _selection(self, type_: Any, depth: int) -> str:
        if isinstance(type_, GraphQLUnionType | GraphQLInterfaceType):
            possible = self.schema.get_possible_types(type_)
            parts = [f"... on {each.name} {self._selection(each, depth)}" for each in possible]
            return f"{{ __typename {' '.join(parts)} }}"
        names = [
            name
            for name, each in type_.fields.items()
            if (is_leaf_type(get_named_type(each.type)) or depth < self.depth)
            and not any(map(is_required_argument, each.args.values()))
        ]
        some = self.chance.sample(names, min(len(names), self.chance.choice((1, 2, 4, 9))))
        parts = [self._field(type_, name, depth) for name in some] or ["__typename"]
        if self.chance.random() < 0.2:
            parts.insert(0, self.chance.choice(("__typename", f"is: __typename{self._directive()}")))
        if self.chance.random() < 0.15:
            parts.append(parts[0])
        if self.chance.random() < 0.25:
            parts = [self._fragment(type_, parts), *parts[: self.chance.randrange(len(parts))]]
        return f"{{ {' '.join(parts)} }}"

    def _field(self, type_: GraphQLObjectType, name: str, depth: int) -> str:
        named = get_named_type(type_.fields[name].type)
        if is_leaf_type(named):
            # One alias for one type and field, so that fragments on several types do not conflict.
            alias = f"{type_.name}_{name}: " if self.chance.random() < 0.5 else f"{name}_of_{type_.name}: "
            return f"{alias}{name}{self._directive()}"
        key = f"k{self.chance.getrandbits(40)}"
        return f"{key}: {name}{self._directive()} {self._selection(named, depth + 1)}"

    def _fragment(self, type_: GraphQLObjectType, parts: list[str]) -> str:
        deferred = " @defer" if self.deferring and self.chance.random() < 0.6 else ""
        if self.chance.random() < 0.5:
            condition = self.chance.choice((f"on {type_.name}", ""))
            return f"... {condition}{self._directive()}{deferred} {{ {' '.join(parts)} }}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_.name} {{ {' '.join(parts)} }}")
        return f"...{name}{self._directive()}{deferred}"

    def _directive(self) -> str:
        if self.chance.random() > 0.1:
            return ""
        name = f"v{self.chance.randrange(3)}"
        self.variables[name] = self.chance.random() < 0.5
        return f" @{self.chance.choice(('skip', 'include'))}(if: ${name})"


async def told(
    schema: GraphQLSchema,
    document: DocumentNode,
    root: object,
    variables: dict[str, Any],
    completions: Completions | None = None,
) -> list[bytes]:
    """The answer, or its parts; by our executor if there is something to keep its functions in."""
    kept: dict[str, Any] = {} if completions is None else {"completions": completions}
    found = experimental_execute_incrementally(
        schema,
        document,
        root,
        variable_values=variables,
        executor_class=StrawberryGraphQLCoreExecutionContext if completions is None else CompletingExecutor,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is one, and says bool
        **kept,
    )
    result = await found if inspect.isawaitable(found) else found
    if isinstance(result, ExecutionResult):
        return [_bytes(result.formatted)]
    parts = [result.initial_result.formatted, *[each.formatted async for each in result.subsequent_results]]
    return [_bytes(each) for each in parts]


def _bytes(answer: object) -> bytes:
    """Of anything, so that what is no JSON can be compared, too."""
    return json.dumps(answer, default=repr).encode()
