"""One effect and one answer for each key of a caller, however often and however simultaneously it is sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import orjson
from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Transaction
from db.models.operations import IdempotencyKeyRow as Row
from db.written_once import given
from domain.errors import IdempotencyConflict, InvalidInput

KEPT = timedelta(hours=48)
LONGEST_KEY = 200
_SAME_KEY = (given(Row.caller, "of_caller"), given(Row.operation, "of_operation"), given(Row.key, "of_key"))
_TABLE = cast("Table", Row.__table__)
_CLAIM = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)
_STORED = select(Row.fingerprint, Row.response, Row.created_at).where(
    *_SAME_KEY, Row.expires_at > bindparam("now", type_=Row.expires_at.type)
)
_ANSWER = update(_TABLE).where(*_SAME_KEY).values(response=bindparam("answer", type_=Row.response.type))


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What the first request with this key was answered."""

    response: dict[str, Any]
    created_at: datetime


async def replay_or_claim(
    tx: Transaction, caller: str, operation: str, key: str, input: Mapping[str, Any]
) -> StoredAnswer | None:
    """The stored answer of an earlier request; or None, and this transaction has the key and must answer it.

    Call it first in the unit of work: while another transaction holds the same key, this waits for it to end,
    and takes over if it rolls back. ``input`` is JSON, dataclasses, dates, UUIDs and enums, without the key.
    A key that was used with another input raises ``IdempotencyConflict``.
    """
    if not 1 <= len(key) <= LONGEST_KEY:
        raise InvalidInput.of("idempotencyKey", f"An idempotencyKey has 1 to {LONGEST_KEY} characters.")
    fingerprint = _fingerprint(input)
    same_key = {"of_caller": caller, "of_operation": operation, "of_key": key}
    claim = {
        "caller": caller,
        "operation": operation,
        "key": key,
        "fingerprint": fingerprint,
        "created_at": tx.now,
        "expires_at": tx.now + KEPT,
    }
    while True:
        claimed = await tx.db_session.scalar(_CLAIM, claim)
        if claimed is not None:
            tx.unanswered.add((caller, operation, key))
            return None
        found = await tx.db_session.execute(_STORED, {**same_key, "now": tx.now})
        if (stored := found.one_or_none()) is not None:
            break
        # It expired, or was purged between the two statements.
        await tx.db_session.execute(delete(_TABLE).where(*_SAME_KEY, Row.expires_at <= tx.now), same_key)
    if stored.fingerprint != fingerprint:
        raise IdempotencyConflict
    return StoredAnswer(stored.response, stored.created_at)


async def store_answer(
    tx: Transaction, caller: str, operation: str, key: str, answer: Mapping[str, Any]
) -> None:
    """Keep the answer for later requests. A refusal is an answer too: store it, and commit nothing else."""
    await tx.db_session.execute(
        _ANSWER, {"of_caller": caller, "of_operation": operation, "of_key": key, "answer": dict(answer)}
    )
    tx.unanswered.discard((caller, operation, key))


async def purge_expired(db_session: AsyncSession, now: datetime, at_most: int = 10_000) -> int:
    """Delete keys past their time, the oldest first; returns how many."""
    expired = (
        select(Row.caller, Row.operation, Row.key)
        .where(Row.expires_at <= now)
        .order_by(Row.expires_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
        .cte("expired")
    )
    gone = await db_session.execute(
        delete(Row)
        .where(Row.caller == expired.c.caller, Row.operation == expired.c.operation, Row.key == expired.c.key)
        .returning(Row.key)
    )
    return len(gone.all())


def _fingerprint(input: Mapping[str, Any]) -> bytes:
    canonical = orjson.dumps(
        dict(input), default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    )
    return hashlib.sha256(canonical).digest()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value.normalize())
    raise TypeError(f"{type(value).__name__} has no form in JSON")
