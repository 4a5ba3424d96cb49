"""What completion keeps of a document: bounded, and gone with it."""

from __future__ import annotations

import gc
import random
import weakref

import pytest
from graphql import parse

from engine import completion
from engine.completion_kept import FIELDS_PER_TOKEN, MOST_STEERINGS, Completions
from tests.engine.completion_operations import told
from tests.engine.completion_sources import Source, Word, make_source
from tests.engine.completion_world import make_schema

SCHEMA = make_schema()._schema
PLENTY = 10_000


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generated for the first object that comes by."""
    monkeypatch.setattr(completion, "ENOUGH_OBJECTS", 1)


async def test_a_function_is_written_once_there_were_objects_enough() -> None:
    document, completions = parse("{ plains { number word } }"), Completions(PLENTY)

    async def ask(rows: int) -> int:
        plains = [Source("Plain", {"number": 1, "word": Word.ONE}) for _ in range(rows)]
        await told(SCHEMA, document, Source("Query", {"plains": plains}), {}, completions)
        return sum(len(each.functions) for each in completions._kept.values())

    assert [await ask(1), await ask(5), await ask(6), await ask(500)] == [0, 0, 1, 1]


@pytest.mark.usefixtures("at_once")
async def test_ways_to_steer_are_bounded() -> None:
    names = [f"v{number}" for number in range(6)]
    fields = " ".join(f"f{name}: number @include(if: ${name})" for name in names)
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    document = parse(f"query ({declared}) {{ plains {{ word {fields} }} }}")
    completions = Completions(PLENTY)
    root = Source("Query", {"plains": [Source("Plain", {"number": 1, "word": Word.ONE})]})

    for way in range(2 ** len(names)):
        variables = {name: bool(way >> bit & 1) for bit, name in enumerate(names)}
        assert await told(SCHEMA, document, root, variables, completions) == await told(
            SCHEMA, document, root, variables
        )

    assert len(completions._kept) == MOST_STEERINGS


@pytest.mark.usefixtures("at_once")
async def test_a_small_document_keeps_little_however_much_it_spreads() -> None:
    """Eight fragments, each spread twice in the one before, are 256 selections."""
    spread = [
        f"fragment F{n} on Thing {{ a: thing {{ ...F{n + 1} }} b: thing {{ ...F{n + 1} }} }}"
        for n in range(8)
    ]
    document = parse(" ".join(["{ thing { ...F0 } }", *spread, "fragment F8 on Thing { number ratio word }"]))
    weight = 40
    completions = Completions(weight)
    thing = make_source("Thing", random.Random(1), 0.0)
    thing.__dict__["thing"] = thing
    root = Source("Query", {"thing": thing})

    assert await told(SCHEMA, document, root, {}, completions) == await told(SCHEMA, document, root, {})

    (kept,) = completions._kept.values()
    fields = sum(len(each.collected.grouped_field_set) for each in kept.levels.values())
    assert fields <= weight * FIELDS_PER_TOKEN < 2**9


@pytest.mark.usefixtures("at_once")
async def test_what_is_generated_goes_with_its_document() -> None:
    document, completions = parse("{ plains { number word } }"), Completions(PLENTY)
    root = Source("Query", {"plains": [Source("Plain", {"number": 1, "word": Word.ONE})]})
    await told(SCHEMA, document, root, {}, completions)
    (kept,) = completions._kept.values()
    (function,) = kept.functions.values()
    gone = weakref.ref(function)
    gc.collect()

    gc.disable()
    try:
        del completions, kept, function
        assert gone() is None
    finally:
        gc.enable()
