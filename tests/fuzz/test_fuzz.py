"""Whatever is sent is answered with JSON, with a code where it is refused, and nothing of our insides."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.databases import Clock
from tests.fuzz.judging import outcome_of
from tests.fuzz.requests import GRAPHQL, Sent, World, made
from tests.fuzz.stage import Stage, stage

FUZZED = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
async def server(fuzz_url: str) -> AsyncIterator[Stage]:
    async with stage(fuzz_url, Clock()) as made_stage:
        yield made_stage


@pytest.fixture(scope="module")
async def world(server: Stage) -> World:
    return await server.world()


@settings(FUZZED, max_examples=250)
@given(seed=st.integers(0, 2**64))
async def test_no_request_breaks_it(server: Stage, world: World, seed: int) -> None:
    sent = made(world, random.Random(seed))

    answered = await server.send(sent)

    assert server.judge.wrongs(sent, answered) == [], (sent, answered)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.one_of(
    st.binary(max_size=300),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("query", "variables", "operationName", "extensions", "documentId"), JSON)
    ).map(lambda value: json.dumps(value).encode()),
    st.text(max_size=200).map(lambda text: json.dumps({"query": text}).encode()),
)
HEADER = st.tuples(
    st.sampled_from(
        ("content-type", "accept", "content-length", "authorization", "x-request-id", "accept-encoding")
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
)


@settings(FUZZED, max_examples=250)
@given(
    method=st.sampled_from(("POST", "POST", "POST", "GET", "PUT", "HEAD", "OPTIONS", "DELETE")),
    headers=st.lists(HEADER, max_size=4),
    body=BODIES,
)
async def test_no_body_and_no_header_breaks_it(
    server: Stage, method: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    sent = Sent("body", method, GRAPHQL, (("content-type", "application/json"), *headers), body, "mia")

    answered = await server.send(sent)

    assert server.judge.wrongs(sent, answered) == [], (sent, answered)


async def test_what_is_sent_reaches_every_corner(server: Stage, world: World) -> None:
    """A fuzzer whose every request is refused at the door would find nothing."""
    found: Counter[str] = Counter()
    answered_well: Counter[str] = Counter()
    for batch in range(0, 320, 8):
        requests = [made(world, random.Random(f"corners:{n}")) for n in range(batch, batch + 8)]
        for sent, answered in zip(requests, await asyncio.gather(*map(server.send, requests)), strict=True):
            assert server.judge.wrongs(sent, answered) == [], (sent, answered)
            found[outcome_of(sent, answered)] += 1
            answered_well[sent.what] += outcome_of(sent, answered).startswith(("200 ok", "200 answered"))

    assert answered_well["query"] >= 25
    assert answered_well["mutation"] >= 10
    assert {"200 ok", "200 graphql_validation_failed", "200 forbidden", "406 not_acceptable"} <= found.keys()
    assert len(found) >= 20, found
