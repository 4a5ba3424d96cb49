"""SIGINT and SIGTERM, as something to wait for."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Stop:
    """The first signal asks to stop in order, a second one to hurry.

    While ``interrupts`` is set, the first one also cancels the task that made this: there is nothing yet
    that would need an order.
    """

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.hurried = asyncio.Event()
        self.signal: signal.Signals | None = None
        self.interrupts = True
        self._task = asyncio.current_task()

    def ask(self, received: signal.Signals) -> None:
        if self.asked.is_set():
            self.hurried.set()
            return
        self.signal = received
        self.asked.set()
        if self.interrupts and self._task is not None:
            self._task.cancel()


@contextmanager
def stop_by_signals() -> Iterator[Stop]:
    stop = Stop()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.ask, each)
    try:
        yield stop
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)
