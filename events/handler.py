"""What a listener is made of: what it is given, and what it says of itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from db.database import Transaction
from domain.events import Event
from domain.planning_events import IncomingEvent
from events.wire import Undeliverable

E = TypeVar("E", bound=Event | IncomingEvent)

LONGEST_HANDLING_SECONDS = 8.0  # PostgreSQL ends a transaction after ten


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event as a handler gets it. ``attempt`` is 1 the first time.

    ``progress`` is what the handler said last, where one unit of work did not do for all of it.
    """

    event_id: UUID
    occurred_at: datetime
    correlation_id: str | None
    attempt: int
    event: E
    progress: str | None = None


@dataclass(frozen=True, slots=True)
class Handler(Generic[E]):
    """``handle`` changes things through the transaction that it is given, and only through that: its effect
    and the mark that the event is handled are committed together.

    It returns None when all is done. Where that is too much for one transaction it does a part of it and
    returns how far it came; that part is committed, and it is called again with this ``progress``.

    Handlers with one ``name`` share an inbox and an order; a name is never given to another purpose.
    An exception rolls back and is tried again later; ``Undeliverable`` gives up at once. ``on_dead`` tells of
    it, in the transaction that keeps the dead letter; its last argument is why: with the reason ``failed`` or
    ``crashed`` its words are for operators.
    """

    name: str
    event_type: type[E]
    handle: Callable[[Transaction, Received[E]], Awaitable[str | None]]
    on_dead: Callable[[Transaction, Received[E], Undeliverable], Awaitable[None]] | None = None
    deadline_seconds: float = LONGEST_HANDLING_SECONDS
