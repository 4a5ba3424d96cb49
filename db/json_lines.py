"""Those who wait for the same statement, and who of them goes together. See ``db/json_reads.py``."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

MOST_TOGETHER = 8
TOGETHER_SECONDS = 0.002
"""What those who go together may take in all: each waits for all of them, so what is slow goes alone."""
_LATE = 2.0  # times that, and who gathers meanwhile waits no longer
_WEIGHT = 0.2  # of the last time that a statement took, in what it is thought to take

Tell: TypeAlias = Callable[[bytes | None, BaseException | None], None]
"""Is called once: with what was found, or with why nothing could be."""


@dataclass(slots=True, eq=False)
class Asked:
    """One execution of a statement that somebody wants."""

    arguments: Sequence[Any]
    tell: Tell
    patient_until: float
    goes_alone: bool = False
    is_over: bool = False
    company: Company | None = None

    def end(self, found: bytes | None, error: BaseException | None = None) -> None:
        """Nobody is to suffer from what another makes of their answer."""
        if self.is_over:
            return
        self.is_over = True
        try:
            self.tell(found, error)
        except Exception as fault:
            said = {"message": "an answer was not taken", "exception": fault}
            asyncio.get_running_loop().call_exception_handler(said)


@dataclass(slots=True, eq=False)
class Company:
    """Those who go together."""

    line: Line
    members: list[Asked]
    running: asyncio.Task[None] | None = None

    @property
    def is_forsaken(self) -> bool:
        """Nobody wants to know any more."""
        return all(each.is_over for each in self.members)


@dataclass(slots=True, eq=False)
class Line:
    """Those who wait for one statement."""

    sql: str
    waiting: deque[Asked] = field(default_factory=deque)
    on_their_way: int = 0
    went_at: float = 0.0
    seconds: float | None = None  # that one execution takes
    is_queued: bool = False

    @property
    def may_go(self) -> bool:
        """While some are on their way the next gather, until they are as many as may go together, or until
        it takes those longer than was thought."""
        if not self.waiting:
            return False
        if self.on_their_way == 0 or len(self.waiting) >= self._most_together:
            return True
        return time.monotonic() - self.went_at > _LATE * TOGETHER_SECONDS

    def next(self) -> Company:
        members = [self.waiting.popleft()]
        if not members[0].goes_alone:
            most = self._most_together
            while self.waiting and len(members) < most and not self.waiting[0].goes_alone:
                members.append(self.waiting.popleft())
        self.on_their_way += 1
        self.went_at = time.monotonic()
        return Company(self, members)

    def came_back(self, seconds: float | None) -> None:
        """Each of a company took so long; None where that says nothing."""
        self.on_their_way -= 1
        if seconds is not None:
            known = seconds if self.seconds is None else self.seconds
            self.seconds = known + _WEIGHT * (seconds - known)

    def drop(self, now: float) -> list[Asked]:
        """Out of the line go those who have waited for too long, who are given, and who wait no more."""
        late = [each for each in self.waiting if each.patient_until <= now]
        self.waiting = deque(each for each in self.waiting if each.patient_until > now and not each.is_over)
        return late

    @property
    def _most_together(self) -> int:
        if self.seconds is None:
            return 1
        return max(1, min(MOST_TOGETHER, int(TOGETHER_SECONDS / self.seconds)))
