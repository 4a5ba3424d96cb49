"""The shared half of the cache, in Redis: it never raises and never waits longer than its budget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.typing import FilteringBoundLogger

from integrations.breaker import Breaker, BreakerOpen, BreakerState
from integrations.redis_clients import QUICK_SECONDS, RedisAddress

MOST_COMMANDS = 8  # at a time: each has a connection of its own, which takes a while to make
TURN_SECONDS = 0.1
_PREFIX = "taper:cache:1:"  # the number is the format's: another version of us does not read ours

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """``envelope`` None: nothing is stored. ``invalidated_at`` is the latest of the key's groups."""

    envelope: bytes | None
    invalidated_at: float


class RedisStore:
    """Envelopes by name, and for each group of names the moment since which they are no longer fresh.

    While Redis is down or hangs it is left alone but for one try now and then. Invalidations that could not
    be told are told later, before the first answer that Redis gives again.
    """

    def __init__(
        self,
        redis: RedisAddress,
        *,
        log: FilteringBoundLogger,
        keep_seconds: float,
        on_error: Callable[[], None] = lambda: None,
    ) -> None:
        # Not decoded: what is in there may not be text at all.
        self._client: Redis = redis.quick(QUICK_SECONDS, decode=False)
        self._turns = asyncio.Semaphore(MOST_COMMANDS)
        self._log = log
        self._keep_milliseconds = max(1, round(keep_seconds * 1000))
        self._on_error = on_error
        self._breaker = Breaker(
            failures=3, open_seconds=1.0, longest_open_seconds=5.0, on_change=self._tell_change
        )
        self._untold: dict[str, float] = {}

    @property
    def is_well(self) -> bool:
        return self._breaker.state is BreakerState.CLOSED

    async def read(self, name: str, groups: Iterable[str]) -> Found | None:
        """None: Redis cannot be asked. One round trip for the envelope and its groups together."""
        names = [_PREFIX + name, *(_group(each) for each in groups)]

        async def look() -> Found:
            await self._tell_untold()
            envelope, *moments = cast("list[bytes | None]", await self._client.mget(names))
            return Found(envelope, max((_as_moment(each) for each in moments), default=0.0))

        return await self._bounded(look)

    async def write(self, name: str, envelope: bytes) -> None:
        await self._bounded(lambda: self._client.set(_PREFIX + name, envelope, px=self._keep_milliseconds))

    async def invalidate(self, groups: Iterable[str], at: float) -> None:
        self._untold |= {group: max(at, self._untold.get(group, at)) for group in groups}
        await self._bounded(self._tell_untold)

    async def close(self) -> None:
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(QUICK_SECONDS):
                await self._client.aclose()

    async def _tell_untold(self) -> None:
        if not self._untold:
            return
        told = dict(self._untold)
        async with self._client.pipeline(transaction=False) as pipeline:
            for group, at in told.items():
                pipeline.set(_group(group), repr(at), px=self._keep_milliseconds)
            await pipeline.execute()
        self._untold = {group: at for group, at in self._untold.items() if told.get(group) != at}

    async def _bounded(self, call: Callable[[], Awaitable[T]]) -> T | None:
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            return None  # others are before us: no fault of Redis, or they will find it
        failures = (RedisError, OSError, TimeoutError)
        try:
            with self._breaker.guard(failures):
                async with asyncio.timeout(QUICK_SECONDS):
                    return await call()
        except BreakerOpen:
            return None
        except failures as error:
            self._on_error()
            self._log.debug("the cache in Redis did not answer", error=repr(error))
            return None
        finally:
            self._turns.release()

    def _tell_change(self, state: BreakerState) -> None:
        if state is BreakerState.OPEN:
            self._log.warning("Redis is left alone: it did not answer; each process keeps its own copies")
        elif state is BreakerState.CLOSED:
            self._log.info("Redis answers again")


def _group(group: str) -> str:
    return f"{_PREFIX}stale-since:{group}"


def _as_moment(stored: bytes | None) -> float:
    try:
        return float(stored or 0)
    except ValueError:
        return 0.0  # not ours; what it hides is at most one lifetime old
