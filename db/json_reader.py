"""One connection for reads whose answer PostgreSQL builds as JSON, and the statements it has prepared."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from db.engine import Waits

STATEMENTS_KEPT = 400  # prepared, by each connection
MOST_BYTES_KEPT = 2_000_000
"""Of their texts: a plan in PostgreSQL takes many times that."""


class JsonReader:
    """Its session cannot write, and carries no state from one use to the next."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection
        self._prepared: OrderedDict[str, PreparedStatement[asyncpg.Record]] = OrderedDict()
        self._bytes_kept = 0
        self._numbers = itertools.count()

    @classmethod
    async def open(cls, url: str, waits: Waits) -> JsonReader:
        connection = await asyncpg.connect(
            url,
            timeout=waits.connect,
            command_timeout=waits.statement + 1,
            statement_cache_size=0,
            server_settings={
                "application_name": "taper-reads",
                "timezone": "UTC",
                "default_transaction_read_only": "on",
                "jit": "off",  # it would compile for longer than such a statement runs
                "plan_cache_mode": "force_generic_plan",  # one search for a plan, not one for each use
                **waits.as_server_settings(),
            },
        )
        try:
            for name, encoder in (("json", bytes), ("text", str.encode)):
                await connection.set_type_codec(
                    name, schema="pg_catalog", format="binary", encoder=encoder, decoder=_as_it_is
                )
        except BaseException:  # also whoever no longer waits: nobody else knows of it yet
            connection.terminate()
            raise
        return cls(connection)

    async def fetch(self, sql: str, arguments: Sequence[Sequence[Any]]) -> list[bytes | None]:
        """The one column of the one row that the statement gives, for each of the lists of arguments.

        Several are sent and answered together, within one transaction: one that fails fails all of them.
        """
        statement = self._prepared.get(sql) or await self._prepare(sql)
        try:
            if len(arguments) == 1:
                return [await statement.fetchval(*arguments[0])]
            found = [row[0] for row in await statement.fetchmany(arguments)]
        except asyncpg.PostgresError:
            self._forget(sql)  # it may be the statement that is out of date: a migration has run
            raise
        if len(found) != len(arguments):
            raise ValueError("A statement for several gives one row in any case, or who gets which?")
        return found

    def has_prepared(self, sql: str) -> bool:
        return sql in self._prepared

    @property
    def is_closed(self) -> bool:
        return self._connection.is_closed()

    def terminate(self) -> None:
        self._connection.terminate()

    async def _prepare(self, sql: str) -> PreparedStatement[asyncpg.Record]:
        # By a name: asyncpg would have one without parsed and planned anew each time it is used.
        statement = await self._connection.prepare(sql, name=f"taper_{next(self._numbers)}")
        self._prepared[sql] = statement
        self._bytes_kept += len(sql)
        while len(self._prepared) > STATEMENTS_KEPT or self._bytes_kept > MOST_BYTES_KEPT:
            self._forget(next(iter(self._prepared)))
        return statement

    def _forget(self, sql: str) -> None:
        """asyncpg closes a statement that nobody holds."""
        if self._prepared.pop(sql, None) is not None:
            self._bytes_kept -= len(sql)


def _as_it_is(raw: bytes) -> bytes:
    return raw
