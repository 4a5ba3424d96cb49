"""A mutation that may be sent twice: the first answer is stored with the change, and given again."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from db.database import Transaction
from db.idempotency import replay_or_claim, store_answer
from domain import errors
from domain.errors import DomainError, Issue
from resolvers.context import Context

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    value: T
    replayed: bool


async def once(
    context: Context,
    operation: str,
    key: str | None,
    input: Mapping[str, Any],
    work: Callable[[Transaction], Awaitable[T]],
    kind: TypeAdapter[T],
    *,
    deadline_seconds: float = 3.0,
) -> Answer[T]:
    """Run ``work`` in one unit of work; with a ``key``, only for the first request that brings it.

    A refusal is an answer, too: it is stored, nothing else is, and it is raised now and at every replay.
    ``kind`` is how the answer is stored. The first caller, too, gets it read back from that: what cannot be
    stored without a loss is found out by the first request, not by the first replay.
    """
    if key is None:
        value = await context.unit_of_work(work, deadline_seconds=deadline_seconds)
        return Answer(value, replayed=False)
    caller = context.caller.key

    async def claimed(tx: Transaction) -> Answer[dict[str, Any]]:
        stored = await replay_or_claim(tx, caller, operation, key, input)
        if stored is not None:
            return Answer(stored.response, replayed=True)
        body = await _answer_or_refusal(tx, work, kind)
        await store_answer(tx, caller, operation, key, body)
        return Answer(body, replayed=False)

    answer = await context.unit_of_work(claimed, deadline_seconds=deadline_seconds)
    if _REFUSAL in answer.value:
        raise _refusal_from(answer.value[_REFUSAL])
    return Answer(kind.validate_python(answer.value[_VALUE]), answer.replayed)


async def _answer_or_refusal(
    tx: Transaction, work: Callable[[Transaction], Awaitable[T]], kind: TypeAdapter[T]
) -> dict[str, Any]:
    try:
        async with tx.db_session.begin_nested():
            return {_VALUE: kind.dump_python(await work(tx), mode="json")}
    except DomainError as refusal:
        # The savepoint has taken back what was written; what was to be announced goes with it.
        tx.events.clear()
        tx.callbacks.clear()
        return {_REFUSAL: _refusal_as_json(refusal)}


_VALUE, _REFUSAL = "value", "refusal"
_TYPES: Mapping[str, type[DomainError]] = {
    each.__name__: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, DomainError) and dataclasses.is_dataclass(each)
}


def _refusal_as_json(refusal: DomainError) -> dict[str, Any]:
    fields = {name: _plain(getattr(refusal, name)) for name in _field_names(type(refusal))}
    return {"type": type(refusal).__name__, "fields": fields}


def _refusal_from(stored: Mapping[str, Any]) -> DomainError:
    fields = {
        name: tuple(Issue(tuple(each["path"]), each["message"]) for each in value)
        if isinstance(value, list)
        else value
        for name, value in stored["fields"].items()
    }
    return _TYPES[stored["type"]](**fields)


def _field_names(kind: type[Any]) -> list[str]:
    return [each.name for each in dataclasses.fields(kind)]


def _plain(value: object) -> object:
    if isinstance(value, tuple):  # of issues
        return [{"path": list(each.path), "message": each.message} for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
