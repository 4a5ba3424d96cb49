"""Cursors of live events: a place in the log, which every process and every subscription understands alike.

Whoever has one may only go on reading from there: what they are shown is judged event by event.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, TypeAlias

import strawberry

from db import event_log
from db.outbox import StoredEvent
from domain.errors import CursorExpired, CursorUnknown
from resolvers.context import Context, Info

After: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="Cursor of the last event you got, or liveCursor: those after it come first, none left "
        "out, none twice."
    ),
]

_LONGEST = 64
_PLACE = re.compile(r"([0-9]{1,18}):([0-9a-f]{8})")
_NO_EVENT = "00000000"
"""In place of the mark of an event: the log is empty, or all of it was deleted."""


async def live_cursor(info: Info) -> str:
    """What was committed but is not in the log yet comes after it: rather told of twice than missed."""
    async with info.context.services.db.read() as db_session:
        end = (await event_log.state(db_session)).last_seq
        found = await event_log.events_after(db_session, end - 1, upto=end, at_most=1)
    return cursor_of(found[0]) if found else _written(end, _NO_EVENT)


def cursor_of(event: StoredEvent) -> str:
    return _written(event.seq or 0, _mark_of(event))


async def place_after(context: Context, cursor: str | None) -> int | None:
    """The number in the log behind which to go on; None without a cursor.

    ``CursorUnknown`` for a text that is no cursor or of another log; ``CursorExpired`` if what followed it
    may have been deleted.
    """
    if cursor is None:
        return None
    seq, mark = _taken_apart(cursor)
    async with context.services.db.read() as db_session:
        state = await event_log.state(db_session)
        if seq == state.purged_seq and mark == _NO_EVENT:
            return seq
        if seq <= state.purged_seq:
            raise CursorExpired
        found = await event_log.events_after(db_session, seq - 1, upto=seq, at_most=1)
    if not found or _mark_of(found[0]) != mark:
        raise CursorUnknown
    return seq


def _written(seq: int, mark: str) -> str:
    return base64.urlsafe_b64encode(f"{seq}:{mark}".encode()).decode().rstrip("=")


def _taken_apart(cursor: str) -> tuple[int, str]:
    if len(cursor) > _LONGEST:
        raise CursorUnknown
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        raise CursorUnknown from None
    found = _PLACE.fullmatch(text)
    if found is None:
        raise CursorUnknown
    return int(found[1]), found[2]


def _mark_of(event: StoredEvent) -> str:
    """The same place of another log, or of one that was restored from a backup, holds another event."""
    return event.event_id.hex[:8]
