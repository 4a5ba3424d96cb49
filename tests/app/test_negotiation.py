"""Which media type an answer has, by what the client says it takes."""

import pytest

from app.negotiation import GRAPHQL, JSON, negotiate

BROWSER_FETCH = "application/json, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "media_type", "errors_are_ok"),
    [
        (None, JSON, False),
        ("", JSON, False),
        ("*/*", JSON, False),
        ("application/*", JSON, False),
        ("text/html, */*;q=0.1", JSON, False),
        (JSON, JSON, True),
        ("APPLICATION/JSON", JSON, True),
        ("application/json; charset=utf-8", JSON, True),
        ('application/json; charset="UTF-8"', JSON, True),
        (BROWSER_FETCH, JSON, True),
        (GRAPHQL, GRAPHQL, False),
        (f"{GRAPHQL}; charset=utf-8", GRAPHQL, False),
        (f"{JSON}, {GRAPHQL}", GRAPHQL, False),
        (f"{GRAPHQL};q=0.9, {JSON};q=0.9", GRAPHQL, False),
        (f"{GRAPHQL};q=0.5, {JSON};q=0.9", JSON, True),
        (f"{GRAPHQL};q=0.5, */*;q=0.9", GRAPHQL, False),
        (f"{GRAPHQL};q=0, */*", JSON, False),
        (f"{GRAPHQL};q=many, {JSON}", JSON, True),
    ],
)
def test_the_client_gets_the_type_it_likes_best(
    accept: str | None, media_type: str, errors_are_ok: bool
) -> None:
    found = negotiate(accept)

    assert found is not None
    assert (found.media_type, found.errors_are_ok) == (media_type, errors_are_ok)


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "image/*",
        "application/xml",
        f"{JSON};q=0",
        "*/*;q=0",
        "application/*;q=0, */*",
        f"{JSON};q=0, {GRAPHQL};q=0",
        f"{JSON}; charset=iso-8859-1",
        "text/event-stream",
        ",,;",
    ],
)
def test_a_client_that_takes_neither_gets_neither(accept: str) -> None:
    assert negotiate(accept) is None
