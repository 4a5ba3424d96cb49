"""Documents that are made to hurt are refused, or answered, in the time of a document that is not."""

from __future__ import annotations

import time

import pytest

from app.documents import Documents, RequestError
from app.limits import Limits
from schema.build import build_schema
from schema.errors import public_error
from tests import patience

MOST_SECONDS = 0.15
"""Of a processor. They take 5 to 40 ms on a quiet machine; a second and more without the limits."""


@pytest.fixture(scope="module")
def documents() -> Documents:
    schema = build_schema(introspection=True, suggestions=False)
    return Documents(schema, introspection=True, suggestions=False, limits=Limits())


def chain(count: int, body: str) -> str:
    return " ".join(f"fragment F{n} on Query {{ {body.replace('NEXT', f'F{n + 1}')} }}" for n in range(count))


HOSTILE = {
    "one field many times": ("{ viewer { " + "id " * 1_990 + "} }", "document_too_complex"),
    "one object many times": (
        "{ viewer { " + "plans { pageInfo { hasNextPage } } " * 240 + "} }",
        "document_too_complex",
    ),
    "inline fragments": ("{ viewer { " + "... { id } " * 480 + "} }", "document_too_complex"),
    "two fragments, many times": (
        "{ viewer { teams { edges { node {" + "players { ...A ...B } " * 100 + "} } } } } "
        f"fragment A on PlayerConnection {{ {'__typename ' * 600} }} "
        f"fragment B on PlayerConnection {{ {'__typename ' * 600} }}",
        "document_too_complex",
    ),
    "every fragment beside every other": (
        "{ "
        + " ".join(f"...F{n}" for n in range(180))
        + " } "
        + " ".join(f"fragment F{n} on Query {{ __typename }}" for n in range(180)),
        "too_many_root_fields",
    ),
    "fragments that double": (
        "{ ...F0 } " + chain(120, "viewer { id } ...NEXT ...NEXT") + " fragment F120 on Query { __typename }",
        "too_many_root_fields",
    ),
    "many operations, each with every fragment": (
        " ".join(f"query Q{n} {{ ...F0 }}" for n in range(150))
        + chain(130, "...NEXT")
        + " fragment F130 on Query { __typename }",
        None,
    ),
    "aliases without end": (
        "{ " + " ".join(f"a{n}: viewer {{ id }}" for n in range(300)) + " }",
        "too_many_aliases",
    ),
    "a deep list": ("{ nodes(ids: " + "[" * 900 + "]" * 900 + ") { id } }", "graphql_syntax_error"),
    "a list as deep as the parser takes": (
        "{ nodes(ids: " + "[" * 190 + "]" * 190 + ") { id } }",
        "graphql_validation_failed",
    ),
    "unknown names": (
        "{ viewer { " + " ".join(f"zidd{n}" for n in range(1_900)) + " } }",
        "graphql_validation_failed",
    ),
    "a long list": ("{ nodes(ids: [" + "a " * 1_900 + "]) { id } }", "graphql_validation_failed"),
    "an unknown input": (
        "mutation { compressSession(input: {"
        + " ".join(f"a{n}: 1" for n in range(640))
        + "}) { __typename } }",
        "graphql_validation_failed",
    ),
    "a huge text": ('{ node(id: "' + "x" * 250_000 + '") { id } }', "text_too_long"),
    "a huge number": ("{ node(id: " + "1" * 250_000 + ") { id } }", "name_too_long"),
    "a huge name": ("{ " + "x" * 250_000 + " }", "name_too_long"),
    "tokens without end": ("{ " + "a " * 125_000 + "}", "too_many_tokens"),
    "comments without end": ("#\n" * 125_000 + "{ viewer { id } }", "too_many_tokens"),
    "escapes without end": ('{ node(id: """' + '\\"""' * 60_000, "text_too_long"),
    "quotes without end": ('"' * 250_000, "too_many_tokens"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_in_milliseconds(documents: Documents, name: str) -> None:
    text, code = HOSTILE[name]
    assert len(text) < 256 * 1024, "more would not get past the door"

    # The fastest of three: a run that collects the garbage of other tests says nothing of this one.
    took, refused = min((read(documents, f"{text} #{n}") for n in range(3)), key=lambda found: found[0])

    assert took < MOST_SECONDS * patience.slowness()
    if refused is None:
        assert code is None
    else:
        codes = {public_error(each, correlation_id="x").code for each in refused.errors}
        assert code in codes


def read(documents: Documents, text: str) -> tuple[float, RequestError | None]:
    began = time.process_time()
    try:
        documents.read(text)
    except RequestError as error:
        return time.process_time() - began, error
    return time.process_time() - began, None


@pytest.mark.parametrize("times", [100, 101])
def test_fields_may_be_repeated_as_often_as_clients_do(documents: Documents, times: int) -> None:
    """Each of n fields of one name is held against each other: n * (n - 1) steps, of 10,000."""
    text = "{ viewer { " + "id " * times + "} }"

    if times == 100:
        documents.read(text)
    else:
        with pytest.raises(RequestError) as refused:
            documents.read(text)
        assert refused.value.errors[-1].extensions == {"code": "document_too_complex", "limit": 10_000}


def test_documents_that_are_kept_are_weighed_by_their_length_too() -> None:
    schema = build_schema(introspection=True, suggestions=False)
    documents = Documents(
        schema, introspection=True, suggestions=False, limits=Limits(), most_tokens_kept=2_000
    )

    for number in range(50):
        documents.read(f"query Q{number} {{ viewer {{ id }} }}" + "," * 100_000)

    assert len(documents) <= 10
