"""A root that one statement can answer is embedded beside those that are resolved, and says the same."""

from __future__ import annotations

import dataclasses
import inspect
import random
from collections import Counter
from typing import Any

import orjson
import pytest
from graphql import ExecutionResult, GraphQLObjectType, OperationDefinitionNode, parse
from graphql.execution import experimental_execute_incrementally
from strawberry.execution import optimized_is_awaitable

from db.database import Database
from db.season_shapes import SEASON_SHAPES
from db.seed import DEMO
from db.shapes import SHAPES
from domain.access import Scope
from domain.people import Viewer
from engine.completion_kept import Completions
from engine.lane import Compiled
from engine.parts import EmbeddingExecutor, Roots
from resolvers.context import Context
from resolvers.ids import Kind, global_id
from schema.errors import public_error
from tests.api import ALL, the_schema
from tests.engine.awkward import make_awkward
from tests.engine.lanes import Lanes
from tests.engine.operations import Maker

OPERATIONS = 60
MISSING = global_id(Kind.SESSION, DEMO.plans["phul-upper-power"])


async def test_operations_made_at_random_are_answered_alike(lanes: Lanes, fresh_db: Database) -> None:
    awkward = await make_awkward(fresh_db, seed=1)
    chance, outcomes = random.Random(3), Counter[str]()
    for seed in range(OPERATIONS):
        viewer = chance.choice(awkward.viewers)
        if chance.random() < 0.2:
            viewer = dataclasses.replace(viewer, scopes=viewer.scopes - {chance.choice(list(Scope))})
        at_hand = lanes.with_flags(*(ALL if chance.random() < 0.7 else random.Random(seed).sample(ALL, 9)))
        made = Maker(the_schema()._schema, seed, awkward.ids, (), _can_be_read).make()
        document = made.document.replace("{ r0:", "{ code: featureFlags { key } r0:", 1)
        found = await _embedding(at_hand, viewer, document, dict(made.variables))
        expected = await at_hand.api.as_(viewer).send(document, **made.variables)
        assert orjson.dumps(found.data) == orjson.dumps(expected.data), f"seed {seed}\n{document}"
        assert _said(
            public_error(each, correlation_id="test-correlation") for each in found.errors or ()
        ) == (_said(expected.errors))
        values = (found.data or {}).values()
        outcomes["embedded"] += sum(isinstance(each, orjson.Fragment) for each in values)
        outcomes["refused"] += bool(expected.errors)
    assert outcomes["embedded"] > OPERATIONS / 3, outcomes
    assert outcomes["refused"], outcomes


async def test_a_root_that_is_not_there_is_resolved_and_its_sibling_is_not(
    lanes: Lanes, fresh_db: Database
) -> None:
    awkward = await make_awkward(fresh_db, seed=1)
    document = (
        "query ($id: ID!, $no: ID!) { featureFlags { key } plan(id: $id) { id } session(id: $no) { id } }"
    )
    viewer = awkward.world.athlete

    found = await _embedding(lanes, viewer, document, {"id": awkward.world.plan_id, "no": MISSING})

    assert found.data is not None
    assert [type(each) for each in found.data.values()] == [list, orjson.Fragment, type(None)]
    assert [each.path for each in found.errors or ()] == [["session"]]


@pytest.mark.parametrize(
    "document",
    [
        "query ($id: ID!) { plan(id: $id) { microcycles { sessions { timeCrunch { originalMinutes } } } } }",
        "mutation ($id: ID!) { a: deletePlan(input: { id: $id }) { __typename } }",
    ],
)
async def test_a_lone_root_is_not_asked_for_again(lanes: Lanes, fresh_db: Database, document: str) -> None:
    awkward = await make_awkward(fresh_db, seed=1)
    compiled = _compiled(document)

    await _embedding(lanes, awkward.world.athlete, document, {"id": awkward.world.plan_id}, compiled)

    assert not compiled.plans


def _compiled(document: str) -> Compiled:
    ast = parse(document)
    operation = next(each for each in ast.definitions if isinstance(each, OperationDefinitionNode))
    return Compiled.of(ast, operation)


async def _embedding(
    lanes: Lanes,
    viewer: Viewer | None,
    document: str,
    variables: dict[str, Any],
    compiled: Compiled | None = None,
) -> ExecutionResult:
    context = Context.of(lanes.api.services, viewer, "test-correlation")
    found = experimental_execute_incrementally(
        the_schema()._schema,
        parse(document),
        context_value=context,
        variable_values=variables,
        executor_class=EmbeddingExecutor,
        is_awaitable=optimized_is_awaitable,  # type: ignore[arg-type]  # it is one, and says bool
        hide_suggestions=True,
        completions=Completions(1_000),
        roots=Roots(lanes.lane, compiled or _compiled(document), context),
    )
    result = await found if inspect.isawaitable(found) else found
    assert isinstance(result, ExecutionResult)
    return result


def _said(errors: Any) -> list[str]:
    return sorted(str(each.formatted) for each in errors)


def _can_be_read(type_: GraphQLObjectType, name: str) -> bool:
    shape = {**SHAPES, **SEASON_SHAPES}.get(type_.name)
    if shape is None:
        return type_.name.endswith(("Connection", "Edge")) or type_.name == "PageInfo"
    declared = type_.fields[name].extensions["strawberry-definition"]
    return declared.python_name in ("id", *shape.links) or declared.base_resolver is None
