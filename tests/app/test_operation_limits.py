"""A document's size is what it is with every fragment in its place, found in one pass however they nest."""

import time

import pytest
from graphql import parse

from app.limits import LimitExceeded, Limits
from app.operation_limits import Size, refuse_long, refuse_oversized, sizes_of
from tests import patience

LIMITS = Limits()


def size(text: str) -> Size:
    [(_, found)] = sizes_of(parse(text))
    return found


def nested(levels: int) -> str:
    return "{ a " * levels + "}" * levels


def refusal_of(text: str) -> dict[str, object]:
    with pytest.raises(LimitExceeded) as refused:
        take(text)
    assert refused.value.extensions is not None
    return dict(refused.value.extensions)


def take(text: str) -> None:
    refuse_long(text, LIMITS)
    refuse_oversized(parse(text), LIMITS)


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
    found = size(text)

    assert (found.depth, found.aliases) == (depth, aliases)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("{ a { b c } d }", 2),
        ("{ a ...F ...F } fragment F on Q { b c { d } }", 5),
        ("{ ... { a } ... on Q { b ... { c } } }", 3),
    ],
)
def test_the_fields_at_the_top_are_those_of_its_fragments_too(text: str, fields: int) -> None:
    assert size(text).fields == fields


@pytest.mark.parametrize(
    ("text", "directives"),
    [
        ("{ a @x b @x @y }", 3),
        ("{ a { b @x } ... @x { c @y } }", 3),
        ("{ ...F @x ...F } fragment F on Q { b @y }", 3),
    ],
)
def test_directives_count_wherever_they_stand(text: str, directives: int) -> None:
    assert size(text).directives == directives


@pytest.mark.parametrize(
    ("code", "limit", "made"),
    [
        ("operation_too_deep", LIMITS.depth, nested),
        (
            "too_many_aliases",
            LIMITS.aliases,
            lambda n: f"{{ q {{ {' '.join(f'a{i}: x' for i in range(n))} }} }}",
        ),
        ("too_many_root_fields", LIMITS.root_fields, lambda n: f"{{ {'x ' * n} }}"),
        ("too_many_directives", LIMITS.directives, lambda n: f"{{ a {{ {'x @y ' * n} }} }}"),
        (
            "too_many_variables",
            LIMITS.variables,
            lambda n: f"query ({' '.join(f'$v{i}: Int' for i in range(n))}) {{ a }}",
        ),
        ("too_many_tokens", LIMITS.tokens, lambda n: f"{{ a {{ {'x ' * (n - 5)} }} }}"),
        ("too_many_tokens", LIMITS.tokens, lambda n: "#\n" * (n - 3) + "{ a }"),
        ("text_too_long", LIMITS.text_characters, lambda n: f'{{ a(b: "{"x" * n}") }}'),
        ("text_too_long", LIMITS.text_characters, lambda n: f'{{ a(b: """{"x" * n}""") }}'),
        ("name_too_long", 256, lambda n: f"{{ {'x' * n} }}"),
        ("name_too_long", 256, lambda n: f"{{ a(b: {'1' * n}) }}"),
        ("name_too_long", 256, lambda n: f"{{ a(b: 1.{'1' * (n - 2)}) }}"),
    ],
)
def test_as_much_as_may_be_is_taken_and_one_more_is_not(code: str, limit: int, made: object) -> None:
    assert callable(made)
    take(made(limit))

    assert refusal_of(made(limit + 1)) == {"code": code, "limit": limit, "actual": limit + 1}


def test_the_operation_that_is_too_large_is_named() -> None:
    with pytest.raises(LimitExceeded, match="The operation Deep has 13 levels of fields; at most 12"):
        refuse_oversized(parse(f"query Fine {{ a }} query Deep {nested(13)}"), LIMITS)


@pytest.mark.parametrize(
    "text",
    [
        '{ a(b: "with \\" and \\\\" c: """ with " and \\""" and "" """) ... on Q { d } }',
        'query Q($v: [Int!]! = [1, -2, 3.5e+10]) @x { a(b: $v) # comment with " in it\n b }',
        '{ a(b: """""" c: "") ...F }',
        "{ a,,,, b } # the end",
    ],
)
def test_tokens_are_counted_as_the_parser_counts_them(text: str) -> None:
    assert refuse_long(text, LIMITS) == parse(text).token_count


@pytest.mark.parametrize("text", ['{ a(b: "open) }', '{ a(b: """open) }', "{ a ? % ~ }", '"\\', ""])
def test_what_has_no_end_is_left_to_the_parser(text: str) -> None:
    assert refuse_long(text, LIMITS) < 10


def test_fragments_that_double_a_hundred_times_are_measured_in_a_moment() -> None:
    doubling = [f"fragment F{n} on Q {{ a: x {{ ...F{n + 1} }} b: x {{ ...F{n + 1} }} }}" for n in range(100)]
    document = parse("{ ...F0 } " + " ".join(doubling))
    began = time.process_time()

    [(_, found)] = sizes_of(document)

    assert time.process_time() - began < patience.slowness()
    assert (found.depth, found.aliases) == (100, 2 ** (101) - 2)
    with pytest.raises(LimitExceeded) as refused:
        refuse_oversized(document, Limits(depth=200))
    assert refused.value.extensions == {"code": "too_many_aliases", "limit": 15, "actual": 1_000_000}


def test_a_chain_of_fragments_longer_than_the_stack_is_refused_and_not_fatal() -> None:
    chain = [f"fragment F{n} on Q {{ ...F{n + 1} }}" for n in range(5_000)]

    with pytest.raises(LimitExceeded) as refused:
        refuse_oversized(parse("{ ...F0 } " + " ".join(chain)), LIMITS)

    assert refused.value.extensions["code"] == "operation_too_deep"  # type: ignore[index]
    assert refused.value.__context__ is None
