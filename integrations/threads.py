"""Calls into blocking clients of other systems, kept off the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def call_in_thread(call: Callable[[], T], *, name: str, deadline_seconds: float) -> T:
    """Run ``call`` in a daemon thread of its own; ``TimeoutError`` after the deadline, the thread goes on.

    Not the loop's executor: its threads are joined when the interpreter ends, so one call that hangs on a
    dead host would hold the process for as long as the host stays dead.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def run() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001, RUF100  # handed to the waiter, whatever it is
            failure = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name=name, daemon=True).start()
    async with asyncio.timeout(deadline_seconds):
        return await answer
