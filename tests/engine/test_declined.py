"""What the compiled lane leaves alone, and why: each reason, by an operation that has it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse
from sqlalchemy import Select, select, text

from db.database import Database
from db.models.plans import MicrocycleRow, PlanRow
from db.paging import Order
from db.shape_links import Either, Elements, Found, Link, One, Paged, Same, Shape
from db.shapes import SHAPES
from domain.people import Role, Viewer
from engine import lane
from engine.declined import Declined, Reason
from engine.lane import MOST_PLANS_OF_AN_OPERATION, Compiled
from engine.plans import Plan, make_plan
from resolvers.context import Context
from resolvers.ids import Kind, global_id
from tests.api import the_schema
from tests.engine.lanes import Lanes
from tests.engine.reach import KEY
from tests.world import World, make_world

PLAN = "query ($id: ID!) { plan(id: $id) { title } }"
LONG = "a" * 64
DEFAULT = "query ($n: Int = 5) { viewer { plans(first: $n) { edges { cursor } } } }"

BY_TITLE = Order((PlanRow.title, PlanRow.id))


def _weeks(rows: Any) -> Select[*tuple[Any, ...]]:
    return select(MicrocycleRow).where(MicrocycleRow.plan_id == rows.id)


MANY_NODES = f"{{ nodes(ids: [{' '.join(51 * ['1'])}]) {{ id }} }}"


async def test_who_may_not_and_what_is_not_there_are_left_to_the_reference_lane(
    lanes: Lanes, fresh_db: Database
) -> None:
    world = await make_world(fresh_db)

    assert await _reason(lanes, world, PLAN) is None
    assert await _reason(lanes, world, PLAN, viewer=None) is Reason.NOT_PERMITTED
    assert await _reason(lanes, world, PLAN, viewer=world.stranger) is Reason.NOTHING_FOUND


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("mutation { __typename }", Reason.NOT_A_QUERY),
        ("{ viewer { id } __typename }", Reason.FIELD_WITH_CODE),
        (f"query ($id: ID!) {{ {LONG}: plan(id: $id) {{ {LONG}: title }} }}", None),
        ("query ($id: ID!) { plan(id: $id) @skip(if: true) { title } }", Reason.NOTHING_FOUND),
        ("{ viewer { plans(first: 0) { edges { cursor } } } }", Reason.ARGUMENT),
        ("{ viewer { id } __schema { queryType { name } } }", Reason.FIELD_WITH_CODE),
        ("query ($id: ID!) { nodes(ids: [$id]) { id } }", None),
        (MANY_NODES, Reason.ARGUMENT),
        (DEFAULT, None),
        (
            "{ viewer { teams { edges { node { assignments { edges { cursor } } } } } } }",
            Reason.NEW_TIME_ZONE,
        ),
        ('{ exercises(search: "%s") { edges { cursor } } }' % ("a" * 101), Reason.ARGUMENT),
        ('{ exercises(search: "%s") { edges { cursor } } }' % ("a" * 100), None),
    ],
)
async def test_some_by_name(lanes: Lanes, fresh_db: Database, document: str, reason: Reason | None) -> None:
    assert await _reason(lanes, await make_world(fresh_db), document) is reason


@pytest.mark.parametrize(
    ("shape", "document", "reason"),
    [
        ({"title": PlanRow.goal}, "{ title }", Reason.MAY_BE_NULL),
        ({"goal": PlanRow.title}, "{ goal }", None),
        ({"title": PlanRow.version}, "{ title }", Reason.VALUE),
        ({"version": PlanRow.title}, "{ version }", Reason.VALUE),
        ({"created_at": PlanRow.title}, "{ createdAt }", Reason.VALUE),
        ({"starts_on": PlanRow.created_at}, "{ startsOn }", Reason.VALUE),
        ({"owner": One("Team", PlanRow.owner_id)}, "{ owner { id } }", Reason.ABSTRACT_TYPE),
        ({"owner": Same("Plan")}, "{ owner { id } }", Reason.ABSTRACT_TYPE),
        ({"owner": Elements("Plan", PlanRow.id, {})}, "{ owner { id } }", Reason.ABSTRACT_TYPE),
        ({"owner": Either(PlanRow.title, {})}, "{ owner { id } }", Reason.ABSTRACT_TYPE),
        ({"owner": Paged("Plan", BY_TITLE)}, "{ owner { id } }", Reason.FIELD_WITH_CODE),
        ({"microcycles": Found("Session", _weeks, ("id",))}, "{ microcycles { id } }", Reason.ABSTRACT_TYPE),
        ({"microcycles": Found("Microcycle", _weeks, ("id",))}, "{ microcycles { id } }", None),
    ],
)
def test_a_link_that_is_not_as_the_schema_says_is_none(
    shape: Mapping[str, Link], document: str, reason: Reason | None
) -> None:
    """Whoever changes a column or a field need not think of the other lane: it gives way."""
    shapes = {**SHAPES, "Plan": Shape(PlanRow, {**SHAPES["Plan"].links, **shape}, SHAPES["Plan"].seen)}
    operation = parse(f'{{ plan(id: "{global_id(Kind.PLAN, KEY)}") {document} }}').definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    found: Reason | None = None
    try:
        make_plan(the_schema()._schema, operation, {}, Role.COACH, {}, shapes)
    except Declined as declined:
        found = declined.reason

    assert found is reason


async def test_an_operation_has_so_many_plans_and_no_more(lanes: Lanes, fresh_db: Database) -> None:
    """Six booleans are 64 ways; what is over is answered by the reference lane, and what was known stays."""
    world = await make_world(fresh_db)
    names = [f"v{n}" for n in range(6)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: title @include(if: ${name})" for name in names)
    compiled = _compiled(f"query ($id: ID!, {declared}) {{ plan(id: $id) {{ id {fields} }} }}")
    context = Context.of(lanes.api.services, world.athlete)
    outcomes: list[Reason | None] = []
    for ways in [*range(64), 0]:
        variables = {name: bool(ways >> n & 1) for n, name in enumerate(names)}
        try:
            await lanes.lane.data(compiled, {"id": world.plan_id, **variables}, context)
        except Declined as declined:
            outcomes.append(declined.reason)
        else:
            outcomes.append(None)

    assert outcomes == [None] * 32 + [Reason.TOO_MANY_PLANS] * 32 + [None]
    assert len(compiled.plans) == MOST_PLANS_OF_AN_OPERATION


async def test_plans_of_all_operations_take_no_more_than_was_said(
    lanes: Lanes, fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(fresh_db)
    context = Context.of(lanes.api.services, world.athlete)
    monkeypatch.setattr(lane, "MOST_BYTES_OF_PLANS", 10_000)
    documents = [_compiled(f"query ($id: ID!) {{ plan(id: $id) {{ title a{n}: id }} }}") for n in range(30)]

    for each in documents:
        await lanes.lane.data(each, {"id": world.plan_id}, context)
    kept = [plan for each in documents for plan in each.plans.values() if isinstance(plan, Plan)]

    assert 1 < len(kept) < 15
    assert sum(len(plan.sql) for plan in kept) <= 10_000
    assert documents[-1].plans
    assert not documents[0].plans
    assert await lanes.lane.data(documents[0], {"id": world.plan_id}, context), "it is made again"


async def test_what_was_declined_once_is_not_worked_out_again(
    lanes: Lanes, fresh_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(fresh_db)
    compiled = _compiled("query ($id: ID!) { plan(id: $id) { microcycles { sessions { actualMinutes } } } }")
    context = Context.of(lanes.api.services, world.athlete)
    made: list[object] = []
    original = make_plan

    def noted(*given: Any) -> Plan:
        made.append(given[1])
        return original(*given)

    monkeypatch.setattr(lane, "make_plan", noted)
    for _ in range(3):
        with suppress(Declined):
            await lanes.lane.data(compiled, {"id": world.plan_id}, context)

    assert len(made) == 1


async def test_who_lacks_the_scope_is_declined_before_anything_is_asked(
    lanes: Lanes, fresh_db: Database
) -> None:
    world = await make_world(fresh_db)
    narrowed = dataclasses.replace(world.athlete, scopes=frozenset())
    await lanes.reads.close()  # whatever is asked now fails

    assert await _reason(lanes, world, PLAN, viewer=narrowed) is Reason.NOT_PERMITTED


async def test_an_item_that_has_no_answer_is_not_left_out_of_its_list(
    lanes: Lanes, fresh_db: Database
) -> None:
    world = await make_world(fresh_db)
    document = "query ($id: ID!) { plan(id: $id) { microcycles { sessions { title } } } }"
    assert await _reason(lanes, world, document) is None

    async with fresh_db.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE sessions ALTER COLUMN title DROP NOT NULL"))
        await connection.execute(
            text("UPDATE sessions SET title = NULL WHERE id = (SELECT min(id::text)::uuid FROM sessions)")
        )

    assert await _reason(lanes, world, document) is Reason.DATABASE


async def _reason(
    lanes: Lanes, world: World, document: str, viewer: Viewer | str | None = "athlete"
) -> Reason | None:
    who = world.athlete if isinstance(viewer, str) else viewer
    context = Context.of(lanes.api.services, who)
    try:
        await lanes.lane.data(_compiled(document), {"id": world.plan_id}, context)
    except Declined as declined:
        return declined.reason
    return None


def _compiled(document: str) -> Compiled:
    ast = parse(document)
    operation = ast.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Compiled.of(ast, operation)
