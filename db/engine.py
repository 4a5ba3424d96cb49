"""The engine: every wait bounded, a session that cannot write, and failed statements remembered."""

from __future__ import annotations

import orjson
from sqlalchemy import URL, Connection, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

POOL_WAIT_SECONDS = 1.0
CONNECT_SECONDS = 2.0
# Only a server that hangs needs this one: a live one stops the statement itself, sooner.
_DRIVER_SECONDS = 4.0
_SERVER_SETTINGS = {
    "application_name": "taper",
    "timezone": "UTC",
    "statement_timeout": "3s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "5s",
    "transaction_timeout": "10s",
}
_FAILED = "statement_failed"


def create_engine(url: str | URL, *, pool_size: int) -> AsyncEngine:
    """An engine whose every wait is bounded, and which knows when a statement of a transaction failed."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_use_lifo=True,
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": _DRIVER_SECONDS,
            "server_settings": dict(_SERVER_SETTINGS),
        },
    )
    event.listen(engine.sync_engine, "begin", _forget_failure)
    event.listen(engine.sync_engine, "rollback_savepoint", _forget_failure)
    event.listen(engine.sync_engine, "handle_error", _remember_failure)
    return engine


class ReadOnlySession(Session):
    """Refuses to write, because a read is committed by nobody and repeated by anybody."""


def _refuse_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise RuntimeError("db.read() is for reading; write in db.unit_of_work().")


def _refuse_flush(db_session: Session, context: UOWTransaction, instances: object) -> None:
    raise RuntimeError("db.read() is for reading; write in db.unit_of_work().")


event.listen(ReadOnlySession, "do_orm_execute", _refuse_statement)
event.listen(ReadOnlySession, "before_flush", _refuse_flush)


def _forget_failure(connection: Connection, *_: object) -> None:
    connection.info.pop(_FAILED, None)


def _remember_failure(context: ExceptionContext) -> None:
    if context.connection is not None and not context.is_disconnect:
        context.connection.info[_FAILED] = True


async def has_failed_statement(db_session: AsyncSession) -> bool:
    """Whether the transaction is beyond repair: PostgreSQL would answer its COMMIT with a quiet ROLLBACK."""
    connection = await db_session.connection()
    return _FAILED in connection.sync_connection.info if connection.sync_connection else False
