"""Answers are compressed for who takes it, where it is worth it, and streams never are."""

from __future__ import annotations

import gzip

import pytest

from app.compression import LEAST_BYTES
from tests.app.api import Api
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema

ECHO = "query ($t: String!) { echo(text: $t) }"


@pytest.fixture
async def api(make_api: MakeApi) -> Api:
    made: Api = await make_api(schema=small_schema(Happenings()))
    return made


async def raw(api: Api, length: int, **headers: str) -> tuple[dict[str, str], bytes]:
    sent = {name.replace("_", "-"): each for name, each in headers.items()}
    body = {"query": ECHO, "variables": {"t": "x" * length}}
    async with api.client.stream("POST", "/graphql", json=body, headers=sent) as answer:
        content = b"".join([each async for each in answer.aiter_raw()])
        return dict(answer.headers), content


async def test_a_large_answer_is_compressed_for_who_takes_it(api: Api) -> None:
    headers, content = await raw(api, 9_000, accept_encoding="gzip, br")

    assert headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in headers["vary"]
    assert len(content) < 200
    assert gzip.decompress(content) == b'{"data":{"echo":"' + b"x" * 9_000 + b'"}}'


async def test_for_who_does_not_take_it_it_is_as_it_is(api: Api) -> None:
    headers, content = await raw(api, 9_000, accept_encoding="identity")

    assert "content-encoding" not in headers
    assert len(content) > 9_000


@pytest.mark.parametrize(("length", "is_compressed"), [(LEAST_BYTES - 100, False), (LEAST_BYTES, True)])
async def test_a_small_one_is_not_worth_it(api: Api, length: int, is_compressed: bool) -> None:
    headers, _ = await raw(api, length, accept_encoding="gzip")

    assert ("content-encoding" in headers) is is_compressed
