"""The request that is read quickly says of its headers what Starlette's own says."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import Request

from app.express import QuickRequest

RAW = [
    (b"host", b"localhost"),
    (b"accept", b"application/json"),
    (b"authorization", b"Bearer one"),
    (b"accept", b"text/event-stream;q=0.5"),
    (b"authorization", b"Bearer two"),
    (b"x-latin", "né".encode("latin-1")),
]


async def _nothing() -> Any:
    raise AssertionError("nothing is received here")


@pytest.mark.parametrize("name", ["accept", "Accept", "AUTHORIZATION", "host", "x-latin", "x-missing"])
def test_headers_are_found_as_ever(name: str) -> None:
    scope = {"type": "http", "method": "GET", "path": "/graphql", "headers": RAW}
    quick, ordinary = QuickRequest(scope, _nothing).headers, Request(scope).headers

    assert quick.get(name) == ordinary.get(name)
    assert quick.get(name, "else") == ordinary.get(name, "else")
    assert quick.getlist(name) == ordinary.getlist(name)
    assert (name in quick) == (name in ordinary)
    assert dict(quick) == dict(ordinary)


def test_what_a_client_takes_is_one_line_however_it_was_sent() -> None:
    scope = {"type": "http", "method": "GET", "path": "/graphql", "headers": RAW}

    assert QuickRequest(scope, _nothing).accept == "application/json,text/event-stream;q=0.5"
