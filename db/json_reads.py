"""Reads whose answer PostgreSQL builds as JSON: one statement, its bytes passed on as they come.

A pool of its own, because its connections carry no state: what others need before and after each use (BEGIN,
ROLLBACK, a reset) are round trips that a lone read does without. Its sessions cannot write.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import URL, make_url

from db.engine import Waits

STATEMENTS_KEPT = 400  # prepared, by each connection


class _Reader:
    """A connection and what it has prepared."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self.connection = connection
        self._prepared: OrderedDict[str, PreparedStatement[asyncpg.Record]] = OrderedDict()
        self._numbers = itertools.count()

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> bytes | None:
        statement = self._prepared.get(sql)
        if statement is None:
            # Named, or it would be parsed and planned anew for each execution.
            statement = await self.connection.prepare(sql, name=f"taper_{next(self._numbers)}")
            self._prepared[sql] = statement
            if len(self._prepared) > STATEMENTS_KEPT:
                self._prepared.popitem(last=False)  # asyncpg closes a statement that nobody holds
        try:
            found: bytes | None = await statement.fetchval(*arguments)
        except asyncpg.PostgresError:
            self._prepared.pop(sql, None)  # it may be the statement that is out of date: a migration has run
            raise
        return found


class JsonReads:
    """No connection is opened before it is needed."""

    def __init__(self, url: str | URL, *, pool_size: int = 10, waits: Waits | None = None) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._waits = waits or Waits()
        self._may_open = pool_size
        self._idle: list[_Reader] = []
        self._waiting: deque[asyncio.Future[_Reader | None]] = deque()
        self._is_closed = False

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> bytes | None:
        """The JSON of the one column of the one row that the statement gives; None where that is null.

        ``asyncpg.PostgresError`` leaves the connection as good as it was; anything else ends it.
        """
        reader = await self._take()
        try:
            found = await reader.fetch(sql, arguments)
        except asyncpg.PostgresError:
            self._give(reader)
            raise
        except BaseException:
            self._end(reader)
            raise
        self._give(reader)
        return found

    async def close(self) -> None:
        self._is_closed = True
        while self._idle:
            self._idle.pop().connection.terminate()

    async def _take(self) -> _Reader:
        while self._idle:
            reader = self._idle.pop()  # the one that was used last: its caches are warm
            if not reader.connection.is_closed():
                return reader
            self._may_open += 1
        if self._may_open > 0:
            return await self._open()
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[_Reader | None] = loop.create_future()
        self._waiting.append(turn)
        patience = loop.call_later(self._waits.pool, _give_up, turn)
        try:
            given = await turn
        except TimeoutError:
            raise
        except BaseException:
            if turn.done() and not turn.cancelled() and (late := turn.result()) is not None:
                self._give(late)
            raise
        finally:
            patience.cancel()
        return given or await self._open()

    async def _open(self) -> _Reader:
        self._may_open -= 1
        try:
            connection = await asyncpg.connect(
                self._url,
                timeout=self._waits.connect,
                command_timeout=self._waits.statement + 1,
                statement_cache_size=0,
                server_settings={
                    "application_name": "taper-reads",
                    "timezone": "UTC",
                    "default_transaction_read_only": "on",
                    "jit": "off",  # it would compile for longer than such a statement runs
                    "plan_cache_mode": "force_generic_plan",  # one search for a plan, not one an execution
                    **self._waits.as_server_settings(),
                },
            )
            await connection.set_type_codec(
                "json", schema="pg_catalog", format="binary", encoder=bytes, decoder=lambda raw: raw
            )
        except BaseException:
            self._one_more()
            raise
        return _Reader(connection)

    def _give(self, reader: _Reader) -> None:
        if self._is_closed or reader.connection.is_closed():
            self._end(reader)
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(reader)
                return
        self._idle.append(reader)

    def _end(self, reader: _Reader) -> None:
        reader.connection.terminate()
        self._one_more()

    def _one_more(self) -> None:
        """Another connection may be opened: by whoever has waited longest."""
        self._may_open += 1
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


def _give_up(turn: asyncio.Future[_Reader | None]) -> None:
    if not turn.done():
        turn.set_exception(TimeoutError())
