"""Awaiting what is most often there already."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class AtHand(Awaitable[T], Generic[T]):
    """Runs the coroutine up to where it would wait. To be awaited once, in any case, in the same task.

    Whoever would bound the wait by a timeout can see first whether there is any: to set and unset a timer
    takes longer than most of what is done between.
    """

    def __init__(self, work: Awaitable[T]) -> None:
        self._steps = work.__await__()
        self._wanted: Any = None
        self._result: T
        self.is_waiting = True
        self._step(None)

    def __await__(self) -> Generator[Any, Any, T]:
        while self.is_waiting:
            try:
                sent = yield self._wanted
            except BaseException as error:  # the task is cancelled: the coroutine is to hear of it
                self._step(error)
            else:
                self._step(None, sent)
        return self._result

    def _step(self, error: BaseException | None, sent: Any = None) -> None:
        try:
            if error is not None:
                self._wanted = self._steps.throw(error)
            elif sent is None:
                self._wanted = next(self._steps)
            else:
                self._wanted = self._steps.send(sent)
        except StopIteration as done:
            self._result = done.value
            self.is_waiting = False
