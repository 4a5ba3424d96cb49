"""What a failed operation left behind: nothing, nobody knows, or a fault of ours."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg
from sqlalchemy import exc

# PostgreSQL's classes of errors: connection lost, rolled back, out of resources, stopped from outside.
_RETRIABLE_CLASSES = frozenset({"08", "40", "53", "57"})
_RETRIABLE_STATES = frozenset(
    {
        "55P03",  # a lock was not free in time
        "25P03",  # idle in a transaction for too long
        "25P04",  # a transaction that took too long
    }
)
_SERIALIZATION_FAILURE, _DEADLOCK, _COMPLETION_UNKNOWN = "40001", "40P01", "40003"
_CLOSING_STATES = frozenset({_COMPLETION_UNKNOWN, "25P03", "25P04"})


@dataclass(frozen=True, slots=True)
class Retriable:
    """Nothing was applied; the same request may succeed. ``reason`` is bounded, fit for a label."""

    reason: str


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """The change may have been applied: repeat it with the same idempotency key to learn which."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Nothing was applied, and a repetition would fail alike."""

    reason: str


class CommitUnknownError(Exception):
    """The connection was lost while the commit was on its way."""


def classify(error: BaseException) -> Retriable | OutcomeUnknown | Fault:
    """The class of an error that reached the caller of ``read`` or ``unit_of_work``.

    SQLAlchemy wraps most errors of the driver, but refused and reset connections arrive as they are.
    """
    state = sqlstate(error)
    if isinstance(error, CommitUnknownError) or state == _COMPLETION_UNKNOWN:
        return OutcomeUnknown("commit")
    if state is not None and (state[:2] in _RETRIABLE_CLASSES or state in _RETRIABLE_STATES):
        return Retriable(state)
    if isinstance(error, exc.TimeoutError):
        return Retriable("pool_exhausted")
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return Retriable("connection_lost")
    if isinstance(error, exc.InterfaceError | asyncpg.InterfaceError):
        return Retriable("connection_lost")
    if isinstance(error, asyncpg.InvalidCachedStatementError) or isinstance(
        _driver_error(error), asyncpg.InvalidCachedStatementError
    ):
        return Retriable("schema_changed")
    if isinstance(error, TimeoutError):
        return Retriable("timeout")
    if isinstance(error, OSError):
        return Retriable("connection_refused")
    return Fault(state or type(error).__name__)


def worth_repeating(error: BaseException) -> bool:
    """Whether the transaction lost against another one, and only needs another turn."""
    return sqlstate(error) in (_SERIALIZATION_FAILURE, _DEADLOCK)


def surely_rolled_back(error: BaseException) -> bool:
    """Whether an error of COMMIT means that nothing was applied: the server said so, and stayed."""
    state = sqlstate(error)
    return state is not None and state[:2] not in ("08", "57") and state not in _CLOSING_STATES


def sqlstate(error: BaseException) -> str | None:
    for candidate in (error, getattr(error, "orig", None)):
        state = getattr(candidate, "sqlstate", None)
        if isinstance(state, str):
            return state
    return None


def _driver_error(error: BaseException) -> BaseException | None:
    """What asyncpg raised: the cause of the adapter's error, which SQLAlchemy wrapped once more."""
    return error.orig.__cause__ if isinstance(error, exc.DBAPIError) and error.orig else error
