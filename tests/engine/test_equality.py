"""Both lanes say the same, to the byte, or the compiled one says nothing.

Set TAPER_LONG_TESTS=1 for 10,000 operations, or TAPER_OPERATIONS for as many as you like.
"""

from __future__ import annotations

import dataclasses
import os
import random
from collections import Counter
from datetime import UTC, datetime

import orjson
import pytest
from graphql import GraphQLObjectType
from sqlalchemy import text

from db.database import Database
from db.season_shapes import SEASON_SHAPES
from db.shapes import SHAPES
from domain.access import Scope
from domain.people import Viewer
from engine.declined import Declined, Reason
from tests.api import ALL, the_schema
from tests.databases import Clock
from tests.engine.awkward import Awkward, make_awkward
from tests.engine.lanes import Lanes
from tests.engine.operations import Maker
from tests.engine.reach import reached

ALL_SHAPES = {**SHAPES, **SEASON_SHAPES}
LONG = os.environ.get("TAPER_LONG_TESTS") == "1"
OPERATIONS = int(os.environ.get("TAPER_OPERATIONS", "10000" if LONG else "300"))
MOMENTS = (  # on both sides of a midnight at which a phase begins or ends, somewhere in the club; and noon
    *(datetime(2026, 11, 15, hour, 30, tzinfo=UTC) for hour in (9, 10, 11, 12, 17, 18)),
    *(datetime(2026, 11, 16, hour, tzinfo=UTC) for hour in (7, 8)),
    *(datetime(2026, 12, 13, 10, minute, second, tzinfo=UTC) for minute, second in ((59, 59), (0, 0))),
    *(datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (12, 22, 23)),
)
PLANS = "query { viewer { plans(first: 3) { edges { cursor } } teams { edges { cursor } } } }"
HISTORY = "query ($id: ID!) { session(id: $id) { timeCrunch { history(first: 30) { edges { cursor } } } } }"


async def test_operations_made_at_random_are_answered_alike(
    lanes: Lanes, fresh_db: Database, clock: Clock
) -> None:
    awkward = await make_awkward(fresh_db, seed=1)
    cursors = await _cursors(lanes, awkward)
    chance, outcomes = random.Random(2), Counter[str]()
    for seed in range(OPERATIONS):
        clock.now = chance.choice(MOMENTS)
        viewer = _narrowed(chance.choice(awkward.viewers), chance)
        flags = ALL if chance.random() < 0.7 else tuple(each for each in ALL if chance.random() < 0.5)
        at_hand = lanes.with_flags(*flags)
        made = Maker(the_schema()._schema, seed, awkward.ids, cursors, _can_be_read).make()
        compiled = await at_hand.compiled(viewer, made.document, dict(made.variables))
        if isinstance(compiled, Declined):
            assert compiled.reason is not Reason.DATABASE, (seed, compiled.__cause__, made)
            outcomes[compiled.reason.value] += 1
            continue
        outcomes["compiled"] += 1
        expected = await at_hand.reference(viewer, made.document, dict(made.variables))
        assert compiled == expected, f"seed {seed}\n{made.document}\n{made.variables}"
    assert outcomes["compiled"] > OPERATIONS / 5, outcomes


@pytest.mark.parametrize(
    "spoilt",
    [
        "UPDATE sessions SET scheduled_on = '0044-03-15 BC'",
        "UPDATE sessions SET scheduled_on = '10000-01-01'",
        "UPDATE sessions SET scheduled_on = 'infinity'",
        "UPDATE plans SET created_at = '-infinity'",
        "UPDATE plans SET created_at = '0044-03-15 BC'",
        "UPDATE plans SET version = 3000000000",
    ],
)
async def test_what_python_could_not_say_is_not_said(lanes: Lanes, fresh_db: Database, spoilt: str) -> None:
    awkward = await make_awkward(fresh_db, seed=1)
    await _run(fresh_db, spoilt)
    document = (
        "query ($id: ID!) { plan(id: $id) { version createdAt microcycles { sessions { scheduledOn } } } }"
    )
    found = await lanes.compiled(awkward.world.athlete, document, {"id": awkward.world.plan_id})
    assert isinstance(found, Declined)
    assert found.reason is Reason.DATABASE


def _can_be_read(type_: GraphQLObjectType, name: str) -> bool:
    return f"{type_.name}.{name}" in reached()[0]


async def _run(db: Database, statement: str) -> None:
    async def work(tx: object) -> None:
        await tx.db_session.execute(text(statement))  # type: ignore[attr-defined]

    await db.unit_of_work(work)


async def _cursors(lanes: Lanes, awkward: Awkward) -> list[str]:
    found: set[str] = {"", "nonsense"}
    for viewer in awkward.viewers[:5]:
        compiled = await lanes.compiled(viewer, PLANS)
        if isinstance(compiled, bytes):
            for each in orjson.loads(compiled)["viewer"].values():
                found.update(edge["cursor"] for edge in each["edges"])
    history = await lanes.alike(awkward.world.athlete, HISTORY, {"id": awkward.world.session_id})
    edges = orjson.loads(history)["session"]["timeCrunch"]["history"]["edges"]
    return sorted(found | {edge["cursor"] for edge in edges})


def _narrowed(viewer: Viewer, chance: random.Random) -> Viewer | None:
    """Sometimes with a token that may do less, sometimes nobody."""
    if chance.random() < 0.03:
        return None
    if chance.random() < 0.15:
        kept = frozenset(each for each in Scope if chance.random() < 0.6)
        return dataclasses.replace(viewer, scopes=viewer.scopes & kept)
    return viewer
