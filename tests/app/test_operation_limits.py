"""A document's size is what it is with every fragment in its place, found in one pass however they nest."""

import time

import pytest
from graphql import parse

from app.operation_limits import DEEPEST, MOST_ALIASES, LimitExceeded, Size, refuse_oversized, sizes_of


def size(text: str) -> Size:
    [(_, found)] = sizes_of(parse(text))
    return found


def nested(levels: int) -> str:
    return "{ a " * levels + "}" * levels


@pytest.mark.parametrize(
    ("text", "depth", "aliases"),
    [
        ("{ a }", 1, 0),
        ("{ a { b } c }", 2, 0),
        ("{ x: a { y: b } }", 2, 2),
        ("{ a: a }", 1, 0),
        ("{ ... { ... on Q { a { b } } } }", 2, 0),
        ("{ a { ...F } ...F } fragment F on Q { x: b { c } }", 3, 2),
        ("{ a { ...F } } fragment F on Q { b ...G } fragment G on Q { c { d } }", 3, 0),
        ("{ ...Missing }", 0, 0),
        ("{ a ...F } fragment F on Q { x: b ...F }", 1, 1),
        ("{ __schema { types { fields { args { type { ofType { name } } } } } } }", 1, 0),
    ],
)
def test_fragments_count_where_they_stand(text: str, depth: int, aliases: int) -> None:
    assert size(text) == Size(depth, aliases)


def test_as_deep_as_may_be_is_taken_and_one_deeper_is_not() -> None:
    refuse_oversized(parse(nested(DEEPEST)))

    with pytest.raises(LimitExceeded) as refused:
        refuse_oversized(parse(f"query Deep {nested(DEEPEST + 1)}"))

    assert refused.value.extensions == {
        "code": "operation_too_deep",
        "limit": DEEPEST,
        "actual": DEEPEST + 1,
    }
    assert "The operation Deep" in refused.value.message


def test_as_many_aliases_as_may_be_are_taken_and_one_more_is_not() -> None:
    aliases = [f"a{n}: x" for n in range(MOST_ALIASES + 1)]
    refuse_oversized(parse("{ " + " ".join(aliases[:-1]) + " }"))

    with pytest.raises(LimitExceeded) as refused:
        refuse_oversized(parse("{ " + " ".join(aliases) + " }"))

    assert refused.value.extensions == {"code": "too_many_aliases", "limit": MOST_ALIASES}


def test_fragments_that_double_a_hundred_times_are_measured_in_a_moment() -> None:
    doubling = [f"fragment F{n} on Q {{ a: x {{ ...F{n + 1} }} b: x {{ ...F{n + 1} }} }}" for n in range(100)]
    document = parse("{ ...F0 } " + " ".join(doubling))
    began = time.perf_counter()

    [(_, found)] = sizes_of(document)

    assert time.perf_counter() - began < 1
    assert found == Size(100, 2 ** (101) - 2)
    with pytest.raises(LimitExceeded):
        refuse_oversized(document)


def test_a_chain_of_fragments_longer_than_the_stack_is_refused_and_not_fatal() -> None:
    chain = [f"fragment F{n} on Q {{ ...F{n + 1} }}" for n in range(5_000)]

    with pytest.raises(LimitExceeded) as refused:
        refuse_oversized(parse("{ ...F0 } " + " ".join(chain)))

    assert refused.value.extensions["code"] == "operation_too_deep"  # type: ignore[index]
    assert refused.value.__context__ is None
