from __future__ import annotations

import pytest
from graphql import OperationDefinitionNode, parse, validate

from db.database import Database
from db.season_shapes import SEASON_SHAPES
from db.shapes import SHAPES
from domain.people import Role
from engine.lane import Compiled
from engine.ones import MOST_JOINS
from engine.plans import make_plan
from tests.api import the_schema
from tests.engine.lanes import Lanes
from tests.world import make_world

COACHES = "query ($id: ID!) { team(id: $id) { coaches(first: 5) { edges { node { id } } } } }"
OWNER = "query ($id: ID!) { plan(id: $id) { owner { id } } }"
OWNER_FURTHER_ON = "query ($id: ID!) { plan(id: $id) { microcycles { plan { owner { id } } } } }"
PRESCRIPTIONS = "query ($id: ID!) { session(id: $id) { prescriptions { position %s } } }"


@pytest.mark.parametrize(("document", "asked"), [(COACHES, 0), (OWNER, 1), (OWNER_FURTHER_ON, 2)])
def test_a_rule_is_not_asked_where_another_implies_it_and_is_where_none_was_asked(
    document: str, asked: int
) -> None:
    """A coach sees people, and plans of people, by memberships; teams without looking there."""
    assert _sql(document).count("FROM memberships AS") == asked


def test_what_the_items_of_a_list_lead_to_is_joined_and_no_more_of_it_than_is_quickly_planned() -> None:
    sql = _sql(PRESCRIPTIONS % " ".join(f"e{n}: exercise {{ name }}" for n in range(MOST_JOINS + 3)))

    assert sql.count("LEFT JOIN exercises") == MOST_JOINS
    assert sql.count("FROM exercises") == 3


async def test_joined_or_not_it_is_the_same(lanes: Lanes, fresh_db: Database) -> None:
    world = await make_world(fresh_db)
    twice = "exercise { name aliases } other: exercise { id } session { id plan { owner { id } } }"
    many = " ".join(f"e{n}: exercise {{ name }}" for n in range(MOST_JOINS + 3))

    for chosen in (twice, many):
        for viewer in (world.athlete, world.coach, world.admin, world.service):
            found = await lanes.alike(viewer, PRESCRIPTIONS % chosen, {"id": world.session_id})
            assert found.count(b'"position"') == len(
                [each for each in world.prescriptions if each.session_id == world.session.id]
            )


def _sql(document: str) -> str:
    ast = parse(document)
    assert not validate(the_schema()._schema, ast), document
    operation = next(each for each in ast.definitions if isinstance(each, OperationDefinitionNode))
    compiled, shapes = Compiled.of(ast, operation), {**SHAPES, **SEASON_SHAPES}
    schema = the_schema()._schema
    return make_plan(schema, operation, compiled.fragments, Role.COACH, {"id": "x"}, shapes).sql
