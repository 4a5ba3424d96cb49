"""Which media type an answer has, by what the client says it takes."""

import pytest

from app.negotiation import GRAPHQL, JSON, negotiate

BROWSER_FETCH = "application/json, multipart/mixed"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("text/html, */*;q=0.1", JSON),
        (JSON, JSON),
        ("APPLICATION/JSON", JSON),
        ("application/json; charset=utf-8", JSON),
        ('application/json; charset="UTF-8"', JSON),
        (BROWSER_FETCH, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.9, {JSON};q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON};q=0.9", JSON),
        (f"{GRAPHQL};q=0.5, */*;q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0, */*", JSON),
        (f"{GRAPHQL};q=many, {JSON}", JSON),
    ],
)
def test_the_client_gets_the_type_it_likes_best(accept: str, media_type: str) -> None:
    assert negotiate(accept) == media_type


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
