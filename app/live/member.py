"""One subscription of one caller: what it has got so far, and where it goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from app.live.callers import Caller
from app.live.told import Told
from resolvers.live.feed import Feed

if TYPE_CHECKING:
    from app.live.group import Group

MOST_WAITING = 1_000
"""Events that may wait for a subscription that is still reading the past."""


class Sink(Protocol):
    """Where a subscription goes: a WebSocket's subscription, or a stream over HTTP."""

    def next(self, told: Told) -> None:
        """Never waits: who is too slow is ended by the sink itself."""

    def end(self, errors: Sequence[Mapping[str, Any]]) -> None:
        """Nothing follows; with errors, because of those."""

    async def room(self) -> None:
        """Returns when the reader has taken most of what was given: the past is read no faster."""


class Member:
    """``seq`` is the place in the log that it is through with; ``joined_at`` the one from which on every
    event is handed to it. It waits for the past between the two, if there is any."""

    __slots__ = (
        "caller",
        "feed",
        "group",
        "has_overflowed",
        "is_live",
        "joined_at",
        "seq",
        "sink",
        "waiting",
    )

    def __init__(self, group: Group, caller: Caller, feed: Feed, sink: Sink, position: int) -> None:
        self.group = group
        self.caller = caller
        self.feed = feed
        self.sink = sink
        self.waiting: deque[tuple[int, Told]] | None = None
        self.seq = position if feed.after is None else feed.after
        self.join(position)
        self.is_live = self.seq >= position

    def join(self, position: int) -> None:
        self.joined_at = position
        self.has_overflowed = False
        self.waiting = None

    def hand(self, seq: int, told: Told) -> bool:
        """Whether it was new to it."""
        if seq <= self.seq:
            return False
        if self.is_live:
            self.seq = seq
            self.sink.next(told)
            return True
        if self.waiting is None:
            self.waiting = deque()
        if len(self.waiting) < MOST_WAITING:
            self.waiting.append((seq, told))
        else:
            self.has_overflowed = True
        return False

    def go_live(self) -> int:
        """The past is through: what happened meanwhile comes next, and from now on everything at once.

        How many events it was handed by this.
        """
        self.is_live = True
        waiting, self.waiting = self.waiting or (), None
        return sum(self.hand(*each) for each in waiting)
