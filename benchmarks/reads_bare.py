"""Two endpoints that do nothing but read: the bare one as people write it, and the honest limit.

``python -m benchmarks.reads_bare plain|quick <database url> <port> <reads as JSON>``
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import asyncpg
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

CONNECTIONS = 10


def main() -> None:
    kind, url, port, reads = sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
    uvloop.run(_serve(kind, url, port, {each["name"]: each for each in reads}))


async def _serve(kind: str, url: str, port: int, reads: dict[str, Any]) -> None:
    if kind == "plain":
        app: ASGIApp = _plain(
            await asyncpg.create_pool(url, min_size=CONNECTIONS, max_size=CONNECTIONS), reads
        )
    else:
        quick = await asyncpg.create_pool(
            url, min_size=CONNECTIONS, max_size=CONNECTIONS, init=_as_bytes, reset=_nothing
        )
        app = _Quick(quick, reads)
    config = uvicorn.Config(
        app, port=port, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
    )
    await uvicorn.Server(config).serve()


def _plain(pool: asyncpg.Pool[asyncpg.Record], reads: dict[str, Any]) -> Starlette:
    async def answer(request: Request) -> Response:
        asked = json.loads(await request.body())
        sql = reads[asked["operationName"]]["plain"]
        async with pool.acquire() as connection:
            found = await connection.fetchval(sql, asked["key"])
        return Response(found, media_type="application/json")

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])])


class _Quick:
    """ASGI without a framework, a pool that resets nothing, JSON passed on as it is."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], reads: dict[str, Any]) -> None:
        self._pool = pool
        self._reads = reads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        asked = json.loads(message["body"])
        async with self._pool.acquire() as connection:
            found = await connection.fetchval(self._reads[asked["operationName"]]["quick"], asked["key"])
        body = b'{"data":' + found + b"}"
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _as_bytes(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.set_type_codec(
        "json", schema="pg_catalog", format="binary", encoder=bytes, decoder=lambda raw: raw
    )


async def _nothing(_: asyncpg.Connection[asyncpg.Record]) -> None:
    await asyncio.sleep(0)


if __name__ == "__main__":
    main()
