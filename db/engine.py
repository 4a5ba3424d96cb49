"""The engine: every wait bounded, a session that cannot write, and failed statements remembered."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from sqlalchemy import URL, Connection, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

_FAILED = "statement_failed"


@dataclass(frozen=True, slots=True)
class Waits:
    """The longest that anything may take, in seconds. ``idle``: within a transaction."""

    pool: float = 1.0
    connect: float = 2.0
    lock: float = 2.0
    statement: float = 3.0
    idle: float = 5.0
    transaction: float = 10.0

    def as_server_settings(self) -> dict[str, str]:
        return {
            "statement_timeout": _milliseconds(self.statement),
            "lock_timeout": _milliseconds(self.lock),
            "idle_in_transaction_session_timeout": _milliseconds(self.idle),
            "transaction_timeout": _milliseconds(self.transaction),
        }


def create_engine(url: str | URL, *, pool_size: int, waits: Waits | None = None) -> AsyncEngine:
    """An engine whose every wait is bounded, and which knows when a statement of a transaction failed."""
    waits = waits or Waits()
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=waits.pool,
        pool_use_lifo=True,
        hide_parameters=True,  # a failed statement is logged, and what people wrote is no business of the log
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
        connect_args={
            "timeout": waits.connect,
            # Only a server that hangs needs this one: a live one stops the statement itself, sooner.
            "command_timeout": waits.statement + 1,
            "server_settings": {
                "application_name": "taper",
                "timezone": "UTC",
                **waits.as_server_settings(),
            },
        },
    )
    event.listen(engine.sync_engine, "begin", _forget_failure)
    event.listen(engine.sync_engine, "rollback_savepoint", _forget_failure)
    event.listen(engine.sync_engine, "handle_error", _remember_failure)
    return engine


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


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
    if not connection.invalidated:  # what is lost has no failure to forget, and would complain of being asked
        connection.info.pop(_FAILED, None)


def _remember_failure(context: ExceptionContext) -> None:
    if context.connection is not None and not context.is_disconnect:
        context.connection.info[_FAILED] = True


async def has_failed_statement(db_session: AsyncSession) -> bool:
    """Whether the transaction is beyond repair: PostgreSQL would answer its COMMIT with a quiet ROLLBACK."""
    connection = await db_session.connection()
    return _FAILED in connection.sync_connection.info if connection.sync_connection else False
