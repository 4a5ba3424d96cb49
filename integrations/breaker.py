"""A circuit breaker: what fails again and again is left alone for a while, then tried with one call."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class BreakerOpen(Exception):
    """Not even tried. ``retry_after_seconds``: how long until the next try may be made, at least."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"left alone for another {retry_after_seconds:.1f} s")
        self.retry_after_seconds = retry_after_seconds


class Breaker:
    """Opens after ``failures`` in a row, or when ``rate`` of the last ``window`` calls failed.

    Open for ``open_seconds``, twice as long each time the trial call fails, up to ``longest_open_seconds``.
    Half-open exactly one call is let through, whose outcome decides. ``on_change`` hears of every change of
    state. For one event loop: nothing in here waits, so nothing in here locks.
    """

    def __init__(
        self,
        *,
        failures: int = 5,
        rate: float = 0.5,
        window: int = 20,
        open_seconds: float = 5.0,
        longest_open_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        on_change: Callable[[BreakerState], None] = lambda state: None,
    ) -> None:
        self._failures = failures
        self._rate = rate
        self._recent: deque[bool] = deque(maxlen=window)  # True: it failed
        self._open_seconds = open_seconds
        self._longest_open_seconds = longest_open_seconds
        self._clock = clock
        self._on_change = on_change
        self._state = BreakerState.CLOSED
        self._era = 0  # counts changes of state: what began in an earlier one decides nothing
        self._in_a_row = 0
        self._times_opened = 0
        self._until = 0.0

    @property
    def state(self) -> BreakerState:
        return self._state

    @property
    def open_for_seconds(self) -> float:
        """How long until a trial call is let through; 0 when calls are."""
        return max(0.0, self._until - self._clock()) if self._state is BreakerState.OPEN else 0.0

    @contextmanager
    def guard(self, failing: tuple[type[BaseException], ...] = (Exception,)) -> Iterator[bool]:
        """Around one call: raises ``BreakerOpen`` instead of making it; gives whether it is the trial call.

        An exception of ``failing`` is a failure; any other is an answer, and so a success. A cancelled call
        says nothing, and hands the trial on to the next.
        """
        self._enter()
        era, is_trial = self._era, self._state is BreakerState.HALF_OPEN
        try:
            yield is_trial
        except (asyncio.CancelledError, GeneratorExit):
            if is_trial and era == self._era:
                self._change(BreakerState.OPEN)  # with its time over already
            raise
        except BaseException as error:
            self._count(era, failed=isinstance(error, failing))
            raise
        self._count(era, failed=False)

    def _enter(self) -> None:
        if self._state is BreakerState.HALF_OPEN:
            raise BreakerOpen(self._open_seconds)
        if self._state is BreakerState.OPEN:
            if (wait := self._until - self._clock()) > 0:
                raise BreakerOpen(wait)
            self._change(BreakerState.HALF_OPEN)

    def _count(self, era: int, *, failed: bool) -> None:
        if era != self._era:
            return
        if not failed:
            self._in_a_row = 0
            self._recent.append(False)
            if self._state is BreakerState.HALF_OPEN:
                self._close()
            return
        self._in_a_row += 1
        self._recent.append(True)
        too_many = (
            len(self._recent) == self._recent.maxlen and sum(self._recent) >= self._rate * self._recent.maxlen
        )
        if self._state is BreakerState.HALF_OPEN or self._in_a_row >= self._failures or too_many:
            self._open()

    def _open(self) -> None:
        seconds = min(self._open_seconds * 2**self._times_opened, self._longest_open_seconds)
        self._until = self._clock() + seconds
        self._times_opened = min(self._times_opened + 1, 32)
        self._change(BreakerState.OPEN)

    def _close(self) -> None:
        self._times_opened = 0
        self._in_a_row = 0
        self._recent.clear()
        self._change(BreakerState.CLOSED)

    def _change(self, state: BreakerState) -> None:
        self._state = state
        self._era += 1
        self._on_change(state)
