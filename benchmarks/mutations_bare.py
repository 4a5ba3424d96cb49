"""An endpoint that does nothing but send the SQL that it was given, each request's in one transaction.

``python -m benchmarks.mutations_bare <database url> <port> <file>``. The file is what
``benchmarks.mutations`` has recorded, as a pickle: values are dates and ids, as the driver takes them.
"""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.mutations_recorded import Recorded

CONNECTIONS = 10


def main() -> None:
    url, port, file = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    uvloop.run(_serve(url, port, pickle.loads(file.read_bytes())))  # noqa: S301


async def _serve(url: str, port: int, recorded: Mapping[str, Sequence[Recorded]]) -> None:
    pool = await asyncpg.create_pool(
        url, min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings={"timezone": "UTC"}
    )

    async def answer(request: Request) -> Response:
        asked = json.loads(await request.body())
        work = recorded[asked["name"]][asked["number"]]
        async with pool.acquire() as connection, connection.transaction():
            for each in work.statements:
                await each.send(connection)
        return Response(b'{"data":{}}', media_type="application/json")

    app = Starlette(routes=[Route("/graphql", answer, methods=["POST"])])
    config = uvicorn.Config(
        app, port=port, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
    )
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    main()
