"""The compression engine off the event loop: in threads with a bound, and no question worked out twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from domain.compression import compress as engine
from domain.compression.compress import Curve
from domain.compression.model import Compression, Options
from domain.errors import DomainError
from domain.sessions import LoggedDuration, Prescription
from integrations.metrics import EngineStatus, Metrics
from resolvers.solver_names import Names, key_of

T = TypeVar("T")
_log = structlog.get_logger(__name__, module="time-crunch", service="planning-engine")

THREADS = 2
ANSWERS_KEPT = 512
SLOW_SECONDS = 0.5


class Solver:
    """Answers are kept by what the engine is asked, not by whose session it is: one that stands in a plan
    twelve times is worked out once. Simultaneous equal questions wait for one answer."""

    def __init__(self, metrics: Metrics, *, threads: int = THREADS, answers_kept: int = ANSWERS_KEPT) -> None:
        self._metrics = metrics
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="taper-solver")
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}
        self._waiting: Counter[asyncio.Task[Any]] = Counter()
        self._answers_kept = answers_kept

    async def compress(
        self,
        prescriptions: Sequence[Prescription],
        *,
        target_minutes: int,
        planned_minutes: int | None,
        options: Options,
        logs: Sequence[LoggedDuration] = (),
    ) -> Compression:
        """``domain.compression.compress.compress``, counted. Raises what that raises."""
        names = Names(prescriptions)
        try:
            answer = await self._compressed(names, target_minutes, planned_minutes, options, logs)
        except Exception as error:
            code = error.code if isinstance(error, DomainError) else "internal_error"
            self._metrics.engine_request(EngineStatus.ERROR, None)
            self._metrics.engine_error(code)
            raise
        self._metrics.engine_request(EngineStatus.SUCCESS, answer.strategy)
        return names.put_back(answer)

    async def prepare(
        self,
        prescriptions: Sequence[Prescription],
        *,
        target_minutes: int,
        planned_minutes: int | None,
        options: Options,
        logs: Sequence[LoggedDuration] = (),
    ) -> None:
        """Work it out ahead of a ``compress`` that should not wait for it.

        Uncounted, and it never fails: what fails here fails again where it counts.
        """
        with suppress(Exception):
            names = Names(prescriptions)
            await self._compressed(names, target_minutes, planned_minutes, options, logs)

    async def curve(
        self,
        prescriptions: Sequence[Prescription],
        *,
        planned_minutes: int | None,
        options: Options,
        logs: Sequence[LoggedDuration] = (),
    ) -> Curve:
        """``domain.compression.compress.curve``. It names no exercise, so nothing needs its name back."""
        names = Names(prescriptions)
        plain, plain_options = names.taken_off(), names.without(options)
        key = ("curve", key_of(plain, planned_minutes, plain_options, logs))
        return await self._answered(
            key,
            lambda: engine.curve(plain, planned_minutes=planned_minutes, options=plain_options, logs=logs),
        )

    async def close(self) -> None:
        """Waits for what is being worked out; what has not begun is given up."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    async def _compressed(
        self,
        names: Names,
        target_minutes: int,
        planned_minutes: int | None,
        options: Options,
        logs: Sequence[LoggedDuration],
    ) -> Compression:
        plain, plain_options = names.taken_off(), names.without(options)
        key = ("compress", target_minutes, key_of(plain, planned_minutes, plain_options, logs))
        return await self._answered(
            key,
            lambda: engine.compress(
                plain,
                target_minutes=target_minutes,
                planned_minutes=planned_minutes,
                options=plain_options,
                logs=logs,
            ),
        )

    async def _answered(self, key: Hashable, work: Callable[[], T]) -> T:
        if key in self._answers:
            self._answers.move_to_end(key)
            known: T = self._answers[key]
            return known
        task: asyncio.Task[T] | None = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._worked_out(key, work))
        self._waiting[task] += 1
        try:
            # Shielded: a caller who leaves takes the answer from nobody else.
            return await asyncio.shield(task)
        finally:
            self._waiting[task] -= 1
            if not self._waiting[task]:
                # Out of reach first: who asks from now on is not to wait for what is being cancelled.
                del self._waiting[task], self._under_way[key]
                task.cancel()  # unless it is done, nobody wants it, and others queue behind it

    async def _worked_out(self, key: Hashable, work: Callable[[], T]) -> T:
        answer, seconds = await asyncio.get_running_loop().run_in_executor(self._threads, _timed, work)
        self._metrics.engine_duration(seconds)
        if seconds > SLOW_SECONDS:
            _log.warning("the engine was slow", seconds=round(seconds, 3))
        self._answers[key] = answer
        while len(self._answers) > self._answers_kept:
            self._answers.popitem(last=False)
        return answer


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """In a thread: the time that it waited for its turn is not the engine's."""
    began = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - began
