"""What is generated says what graphql-core says, to the byte, errors and their places included.

Set TAPER_LONG_TESTS=1 for 20,000 operations.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import orjson
import pytest
from graphql import parse, validate

from engine import completion
from engine.completion_kept import Completions
from tests.engine.completion_operations import Maker, told
from tests.engine.completion_sources import (
    GOOD,
    SPOILT,
    Evasive,
    Source,
    SourceError,
    SourceLater,
    make_source,
)
from tests.engine.completion_world import make_schema

OPERATIONS = 20_000 if os.environ.get("TAPER_LONG_TESTS") else 300
SCHEMA = make_schema()._schema
PLENTY = 10_000


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generated for the first object that comes by."""
    monkeypatch.setattr(completion, "ENOUGH_OBJECTS", 1)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("deferring", [False, True])
async def test_operations_made_at_random_are_answered_alike(deferring: bool) -> None:
    outcomes = Counter[str]()
    for seed in range(OPERATIONS // 2):
        chance = random.Random(seed)
        maker = Maker(SCHEMA, chance, deferring)
        document = parse(maker.make())
        assert not validate(SCHEMA, document)
        completions = Completions(PLENTY)
        spoilt = chance.choice((0.0, 0.0, 0.01, 0.05, 0.3))
        for turn in range(3):
            variables = {name: chance.random() < 0.5 for name in maker.variables} if turn else maker.variables
            world = seed * 3 + turn
            expected = await told(SCHEMA, document, _world(world, spoilt), variables)
            found = await told(SCHEMA, document, _world(world, spoilt), variables, completions)
            assert found == expected, f"seed {seed}, turn {turn}, spoilt {spoilt}"
        outcomes["generated"] += any(each.functions for each in completions._kept.values())
        outcomes["with errors"] += b'"errors"' in b"".join(expected)
    assert outcomes["generated"] > OPERATIONS / 4
    assert outcomes["with errors"] > OPERATIONS / 20


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("name", GOOD)
async def test_a_field_says_of_any_value_what_graphql_core_says(name: str) -> None:
    fields = {"note": "remark", "is_open": "isOpen", "share": "parts { share }", "double": "doubled"}
    document, completions = parse(f"{{ things {{ {fields.get(name, name)} }} }}"), Completions(PLENTY)
    for make in (lambda: GOOD[name](random.Random(1)), *SPOILT):
        expected = await told(SCHEMA, document, _with(name, make()), {})
        assert await told(SCHEMA, document, _with(name, make()), {}, completions) == expected


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("cls", [Source, SourceLater, SourceError, Evasive])
@pytest.mark.parametrize("of", ["Thing", "Part", "Plain"])
@pytest.mark.parametrize("name", ["thing", "things", "plain", "plains", "parts", "named", "either"])
async def test_an_object_is_what_graphql_core_takes_it_for(name: str, of: str, cls: type[Source]) -> None:
    inner = "... on Thing { number word } ... on Part { number }" if name in ("named", "either") else "number"
    document, completions = parse(f"{{ things {{ {name} {{ {inner} }} }} }}"), Completions(PLENTY)
    thing = make_source("Thing", random.Random(1), 0.0)
    value = cls(of, {**make_source(of, random.Random(2), 0.0).__dict__, "later": True})
    kind = {"parts": "Part", "plains": "Plain"}.get(name, "Thing")
    good = (Evasive if cls is Evasive else Source)(kind, make_source(kind, random.Random(1), 0.0).__dict__)
    thing.__dict__[name] = [good, value] if name.endswith("s") else value
    root = Source("Query", {"things": [thing]})

    assert await told(SCHEMA, document, root, {}, completions) == await told(SCHEMA, document, root, {})


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "document",
    [
        "{ ... @defer { things { number plain { word } } } }",
        "{ things { number } ... @defer { things { ratio } } }",
        "{ things { plain { number } } ... @defer { things { plain { word } } } }",
        "{ things { number } ... @defer { thing { things { number plain { word } } } } }",
        "{ things { number ... @defer { ratio } } }",
        "{ things { number plain { number ... @defer { word } } } }",
        "{ things { plain { number } ... @defer { plain { word } } } }",
        "{ ... @defer { things { number ... @defer { ratio plain { word } } } } }",
        "{ ... @defer { things { number } } ... @defer { things { ratio } } }",
    ],
)
async def test_what_comes_later_comes_later(document: str) -> None:
    ast, completions = parse(document), Completions(PLENTY)
    things = [make_source("Thing", random.Random(seed), 0.0) for seed in range(3)]
    root = Source("Query", {"things": things, "thing": make_source("Thing", random.Random(4), 0.0)})

    for _ in range(2):
        assert await told(SCHEMA, ast, root, {}, completions) == await told(SCHEMA, ast, root, {})


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("fields", ["number tripled", "number guarded", "number times", "remark name"])
async def test_code_and_nulls_are_what_they_are_in_each_field(fields: str) -> None:
    document, completions = parse(f"{{ things {{ {fields} }} }}"), Completions(PLENTY)
    things = [make_source("Thing", random.Random(seed), 0.0) for seed in range(3)]
    things[1].__dict__["name"] = None
    root = Source("Query", {"things": things})

    assert await told(SCHEMA, document, root, {}, completions) == await told(SCHEMA, document, root, {})


@pytest.mark.usefixtures("at_once")
async def test_what_comes_later_is_generated_too() -> None:
    document, completions = parse("{ ... @defer { things { number word } } }"), Completions(PLENTY)
    things = [make_source("Thing", random.Random(seed), 0.0) for seed in range(3)]

    await told(SCHEMA, document, Source("Query", {"things": things}), {}, completions)

    assert [len(each.functions) for each in completions._kept.values()] == [1]


@pytest.mark.usefixtures("at_once")
async def test_a_null_in_a_directive_is_the_error_of_each_object() -> None:
    document = parse("query ($v: Boolean = true) { things { number @include(if: $v) } plains { number } }")
    root = Source("Query", {"things": [], "plains": [Source("Plain", {"number": 1})]})
    one = Source("Query", {**root.__dict__, "things": [make_source("Thing", random.Random(1), 0.0)]})
    completions = Completions(PLENTY)
    for given in ({"v": None}, {"v": True}, {}, {"v": False}, {"v": None}):
        for each in (root, one):
            expected = await told(SCHEMA, document, each, given)
            assert await told(SCHEMA, document, each, given, completions) == expected


@pytest.mark.usefixtures("at_once")
async def test_plain_fields_beside_code_keep_their_places() -> None:
    document = parse("{ thing { number told remark slow things { word times } ratio } }")
    root = Source("Query", {"thing": make_source("Thing", random.Random(3), 0.0)})

    (answer,) = await told(SCHEMA, document, root, {}, Completions(PLENTY))

    assert list(orjson.loads(answer)["data"]["thing"]) == [
        *("number", "told", "remark", "slow", "things", "ratio")
    ]
    assert [answer] == await told(SCHEMA, document, root, {})


def _world(seed: int, spoilt: float) -> Source:
    """Made anew for each lane: what can be read once would be gone for the second."""
    chance = random.Random(seed)
    things = [make_source("Thing", chance, spoilt) for _ in range(chance.randrange(4))]
    plains = [make_source("Plain", chance, spoilt) for _ in range(3)]
    return Source(
        "Query", {"thing": make_source("Thing", chance, spoilt), "things": things, "plains": plains}
    )


def _with(name: str, value: object) -> Source:
    thing, part = (make_source(of, random.Random(1), 0.0) for of in ("Thing", "Part"))
    for each in (thing, part):
        each.__dict__[name] = value
    thing.__dict__["parts"] = [part]
    return Source("Query", {"things": [thing]})
