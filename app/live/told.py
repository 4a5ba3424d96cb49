"""An answer to an event, as it is written for all who are given it: only the id in front differs."""

from __future__ import annotations

from app.live.framing import Framing
from app.live.wire import COPIED, header


class Told:
    """``answer`` is JSON; ``cursor`` is the event's. ``tail`` is what follows a subscription's own prefix."""

    __slots__ = ("_framed", "_heads", "answer", "cursor", "is_short", "tail")

    def __init__(self, answer: bytes, cursor: str) -> None:
        self.answer = answer
        self.cursor = cursor
        self.tail = answer + b"}"
        self.is_short = len(self.tail) < COPIED
        self._heads: dict[int, bytes] = {}
        self._framed: dict[Framing, bytes] = {}

    def frame(self, prefix: bytes) -> bytes:
        """A whole message of a WebSocket. Its header tells how long it is, and ids are mostly as long."""
        length = len(prefix)
        head = self._heads.get(length)
        if head is None:
            head = self._heads[length] = header(length + len(self.tail))
        return b"".join((head, prefix, self.tail))

    def framed(self, framing: Framing) -> bytes:
        """As it stands in a stream over HTTP."""
        found = self._framed.get(framing)
        if found is None:
            found = self._framed[framing] = framing.next(self.answer, self.cursor)
        return found
