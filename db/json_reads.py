"""Reads whose answer PostgreSQL builds as JSON: one statement, its bytes passed on as they come.

A pool of its own, because its connections carry no state: what SQLAlchemy's need before and after each use
(BEGIN, ROLLBACK, a reset) are round trips that a lone read does without. Its sessions cannot write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
from sqlalchemy import URL, make_url

from db.engine import Waits

STATEMENTS_KEPT = 400  # by each connection, prepared


class JsonReads:
    """No connection is opened before it is needed."""

    def __init__(self, url: str | URL, *, pool_size: int = 10, waits: Waits | None = None) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self._size = pool_size
        self._waits = waits or Waits()
        self._opening = asyncio.Lock()
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> bytes | None:
        """The JSON of the one column of the one row; None where the statement gives no row."""
        pool = self._pool or await self._open()
        async with pool.acquire(timeout=self._waits.pool) as connection:
            found: bytes | None = await connection.fetchval(sql, *arguments)
            return found

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def _open(self) -> asyncpg.Pool[asyncpg.Record]:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url.render_as_string(hide_password=False),
                    min_size=0,
                    max_size=self._size,
                    init=_as_bytes,
                    reset=_nothing,
                    timeout=self._waits.connect,
                    command_timeout=self._waits.statement + 1,
                    statement_cache_size=STATEMENTS_KEPT,
                    max_cached_statement_lifetime=0,
                    server_settings={
                        "application_name": "taper-reads",
                        "timezone": "UTC",
                        "default_transaction_read_only": "on",
                        "jit": "off",  # it would compile for longer than such a statement runs
                        **self._waits.as_server_settings(),
                    },
                )
            return self._pool


async def _as_bytes(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.set_type_codec(
        "json", schema="pg_catalog", format="binary", encoder=bytes, decoder=lambda raw: raw
    )


async def _nothing(_: asyncpg.Connection[asyncpg.Record]) -> None:
    """There is nothing to reset: no statement of ours changes the state of a session."""
