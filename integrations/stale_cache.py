"""Answers of another system, kept: a fresh one spares the call, an old one stands in for a failed one."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import orjson
from structlog.typing import FilteringBoundLogger

from integrations.redis_store import RedisStore

KEEP_SECONDS = 7 * 24 * 3600.0
"""A copy that is older is not served, not even in an outage."""

PATIENCE_SECONDS = 0.2
"""Who could have an old copy waits no longer for a new one; it is fetched for those who come after."""

PAUSE_SECONDS = 5.0
"""After a failed fetch the old copy is served without another try for so long."""

MOST_BYTES = 32 * 1024 * 1024
MOST_GROUPS = 10_000
_CLOCK_SKEW_SECONDS = 60.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cached(Generic[T]):
    """``age_seconds`` since it was asked for. Stale: past its time or invalidated, and no newer to be had."""

    value: T
    age_seconds: float
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Key:
    """``groups`` are what the answer is about: it is invalidated with any of them."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """``body`` is JSON, and stays fresh for ``fresh_seconds``."""

    body: bytes
    fresh_seconds: float


class StaleCache:
    """In Redis for all processes, and the last good copy in this one; without Redis in this one only.

    At most one fetch per key and process runs at a time, for all who ask. Answers are whatever ``parse``
    makes of the JSON, and only what it accepts is stored or served, from Redis too. What was asked for before
    an invalidation is never fresh after it, even if it arrives later.
    """

    def __init__(
        self,
        store: RedisStore | None,
        *,
        log: FilteringBoundLogger,
        stale_if: tuple[type[Exception], ...],
        clock: Callable[[], float] = time.time,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        """``stale_if``: failures for which an old copy stands in. Any other is the caller's to see.

        ``clock`` is the wall's, in seconds, as processes share it.
        """
        self._store = store
        self._log = log
        self._stale_if = stale_if
        self._clock = clock
        self._copies = _Copies(most_bytes)
        self._invalidated: OrderedDict[str, float] = OrderedDict()
        self._flights: dict[str, _Flight] = {}

    async def get(
        self, key: Key, fetch: Callable[[], Awaitable[Fetched]], parse: Callable[[bytes], T]
    ) -> Cached[T]:
        """Raises what ``fetch`` or ``parse`` raises when there is no copy to stand in.

        A caller who goes away does not take the fetch along.
        """
        flight = self._flights.get(key.name)
        if flight is None:
            task = asyncio.create_task(self._answer(key, fetch, parse), name=f"cache {key.name}")
            flight = self._flights[key.name] = _Flight(task, frozenset(key.groups))
            task.add_done_callback(lambda _: self._land(key.name, flight))
        landed, _ = await asyncio.wait({flight.task}, timeout=PATIENCE_SECONDS)
        copy = self._copies.get(key.name)
        if not landed and copy is not None:
            return cast("Cached[T]", self._cached(copy, key))
        return cast("Cached[T]", await asyncio.shield(flight.task))

    async def invalidate(self, *groups: str) -> None:
        """From now on no copy of these groups is fresh. It still stands in when no newer is to be had."""
        now = self._clock()
        for group in groups:
            self._invalidated[group] = now
            self._invalidated.move_to_end(group)
        while len(self._invalidated) > MOST_GROUPS:
            self._invalidated.popitem(last=False)
        for name, flight in tuple(self._flights.items()):
            if not flight.groups.isdisjoint(groups):
                del self._flights[name]  # who asks from now on gets an answer that was asked for now
        if self._store is not None:
            await self._store.invalidate(groups, now)

    async def close(self) -> None:
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._store is not None:
            await self._store.close()

    async def _answer(
        self, key: Key, fetch: Callable[[], Awaitable[Fetched]], parse: Callable[[bytes], T]
    ) -> Cached[T]:
        redis_answered = await self._look_in_redis(key, parse)
        copy, asked_at = self._copies.get(key.name), self._clock()
        if copy is not None and not asked_at - copy.stored_at < KEEP_SECONDS:
            self._copies.drop(key.name)
            copy = None
        if copy is not None and (self._is_fresh(copy, key) or self._is_paused(copy, key)):
            return self._cached(copy, key)
        try:
            fetched = await fetch()
            value = parse(fetched.body)
        except self._stale_if:
            if copy is None:
                raise
            copy.failed_at = self._clock()
            return self._cached(copy, key)
        envelope = _sealed(fetched, asked_at)
        self._copies.put(key.name, _Copy(envelope, value, asked_at, asked_at + fetched.fresh_seconds))
        if self._store is not None and redis_answered:
            await self._store.write(key.name, envelope)
        return Cached(value, max(0.0, self._clock() - asked_at), is_stale=False)

    async def _look_in_redis(self, key: Key, parse: Callable[[bytes], Any]) -> bool:
        """Bring our copy in step with the shared one. False: Redis cannot be asked."""
        if self._store is None or (found := await self._store.read(key.name, key.groups)) is None:
            return False
        copy = self._copies.get(key.name)
        if copy is not None:
            copy.invalidated_at = found.invalidated_at
        if found.envelope is None:
            if copy is not None:
                copy.fresh_until = 0.0  # Redis was emptied, and with it the word of what is out of date
        elif copy is None or found.envelope != copy.envelope:
            try:
                theirs = _opened(found.envelope, parse)
            except Exception as error:  # whatever may be in there: it is not ours, or from before a change
                self._log.warning("a cached answer cannot be used", key=key.name, error=repr(error))
            else:
                theirs.invalidated_at = found.invalidated_at
                self._copies.put(key.name, theirs)
        return True

    def _is_fresh(self, copy: _Copy, key: Key) -> bool:
        now = self._clock()
        in_time = copy.stored_at - _CLOCK_SKEW_SECONDS <= now < copy.fresh_until
        return in_time and copy.stored_at > self._invalidated_at(copy, key)

    def _is_paused(self, copy: _Copy, key: Key) -> bool:
        since_failure = self._clock() - copy.failed_at
        return 0 <= since_failure < PAUSE_SECONDS and copy.failed_at > self._invalidated_at(copy, key)

    def _invalidated_at(self, copy: _Copy, key: Key) -> float:
        return max([copy.invalidated_at, *(self._invalidated.get(group, 0.0) for group in key.groups)])

    def _cached(self, copy: _Copy, key: Key) -> Cached[Any]:
        age_seconds = max(0.0, self._clock() - copy.stored_at)
        return Cached(copy.value, age_seconds, is_stale=not self._is_fresh(copy, key))

    def _land(self, name: str, flight: _Flight) -> None:
        if self._flights.get(name) is flight:
            del self._flights[name]
        if not flight.task.cancelled():
            flight.task.exception()  # or asyncio complains when all who waited have gone


@dataclass(frozen=True, slots=True)
class _Flight:
    task: asyncio.Task[Cached[Any]]
    groups: frozenset[str]


@dataclass(slots=True)
class _Copy:
    envelope: bytes
    value: Any
    stored_at: float
    fresh_until: float
    invalidated_at: float = 0.0
    failed_at: float = float("-inf")


class _Copies:
    """The most recently used copies, as many as fit by the size of their JSON."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._copies: OrderedDict[str, _Copy] = OrderedDict()

    def get(self, name: str) -> _Copy | None:
        if (copy := self._copies.get(name)) is not None:
            self._copies.move_to_end(name)
        return copy

    def put(self, name: str, copy: _Copy) -> None:
        """Unless there is one that was asked for later."""
        before = self._copies.get(name)
        if before is not None and before.stored_at > copy.stored_at:
            return
        self.drop(name)
        self._copies[name] = copy
        self._bytes += len(copy.envelope)
        while self._bytes > self._most_bytes:
            self.drop(next(iter(self._copies)))

    def drop(self, name: str) -> None:
        if (copy := self._copies.pop(name, None)) is not None:
            self._bytes -= len(copy.envelope)


def _sealed(fetched: Fetched, stored_at: float) -> bytes:
    return orjson.dumps(
        {
            "stored_at": stored_at,
            "fresh_until": stored_at + fetched.fresh_seconds,
            "value": orjson.Fragment(fetched.body),
        }
    )


def _opened(envelope: bytes, parse: Callable[[bytes], Any]) -> _Copy:
    content = orjson.loads(envelope)
    value = parse(orjson.dumps(content["value"]))
    return _Copy(envelope, value, float(content["stored_at"]), float(content["fresh_until"]))
