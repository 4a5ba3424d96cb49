"""How many connections may be open: in all, and for one caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class NoPlace(Exception):
    """``limit`` is what is full: the process's places, or those of one caller."""

    def __init__(self, limit: int, *, is_callers: bool) -> None:
        whose = "for one caller" if is_callers else "in all"
        super().__init__(f"Too many connections: {limit} {whose}.")
        self.limit = limit
        self.is_callers = is_callers


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """``operations`` are those of one socket that run at a time, subscriptions included."""

    connections: int = 12_000
    connections_per_caller: int = 20
    operations: int = 50
    init_seconds: float = 10.0
    heartbeat_seconds: float = 15.0


class Places:
    def __init__(self, limits: LiveLimits) -> None:
        self._limits = limits
        self._taken = 0
        self._of_caller: Counter[Hashable] = Counter()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place for a connection, whosever it is. ``NoPlace``."""
        if self._taken >= self._limits.connections:
            raise NoPlace(self._limits.connections, is_callers=False)
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    @contextmanager
    def one_of(self, caller: Hashable) -> Iterator[None]:
        """One of the caller's places. ``NoPlace``."""
        if self._of_caller[caller] >= self._limits.connections_per_caller:
            raise NoPlace(self._limits.connections_per_caller, is_callers=True)
        self._of_caller[caller] += 1
        try:
            yield
        finally:
            self._of_caller[caller] -= 1
            if not self._of_caller[caller]:
                del self._of_caller[caller]
