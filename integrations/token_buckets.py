"""Token buckets: what a caller may spend at once, and how fast it comes back.

In Redis where there is one, so that it holds for all processes together; in this process's memory while Redis
is away or slow, and where there is none.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from integrations.breaker import Breaker, BreakerOpen
from integrations.redis_clients import RedisAddress

REDIS_SECONDS = 0.05
MOST_KEPT = 50_000
_MOST_COMMANDS = 64  # at a time: each has a connection of its own
_PREFIX = "taper:bucket:1:"  # the number is the format's


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` may be spent at once; ``per_second`` of it comes back."""

    burst: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Taken:
    """``remaining`` is what is left of the burst, after this was taken if it was."""

    is_allowed: bool
    remaining: float
    rate: Rate

    @property
    def reset_seconds(self) -> float:
        """Until the burst is whole again."""
        return (self.rate.burst - self.remaining) / self.rate.per_second

    def seconds_until(self, cost: float) -> float:
        """Until so much is there; until the burst is whole, for more than it ever holds."""
        return max(0.0, min(cost, self.rate.burst) - self.remaining) / self.rate.per_second


class TokenBuckets:
    """In this process. A bucket that nobody has drawn from for long is as good as full: it is forgotten."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, most_kept: int = MOST_KEPT) -> None:
        self._clock = clock
        self._most_kept = most_kept
        self._kept: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what was left, and when

    def take(self, key: str, cost: float, rate: Rate, *, may_owe: bool = False) -> Taken:
        """``may_owe``: what is already spent is taken in any case, at most another burst of it."""
        now = self._clock()
        left, at = self._kept.pop(key, (rate.burst, now))
        left = min(rate.burst, left + (now - at) * rate.per_second)
        is_allowed = left >= cost
        if is_allowed or may_owe:
            left = max(left - cost, -rate.burst)
        self._kept[key] = (left, now)
        if len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)
        return Taken(is_allowed, left, rate)

    def give_back(self, key: str, cost: float) -> None:
        """What was taken for something that was not done."""
        known = self._kept.get(key)
        if known is not None:
            self._kept[key] = (known[0] + cost, known[1])

    def look(self, key: str, rate: Rate) -> Taken:
        """What is there, without taking any."""
        known = self._kept.get(key)
        if known is None:
            return Taken(True, rate.burst, rate)
        left, at = known
        left = min(rate.burst, left + (self._clock() - at) * rate.per_second)
        return Taken(True, left, rate)

    def __len__(self) -> int:
        return len(self._kept)


class SharedTokenBuckets:
    """In Redis, each taken from in one atomic step by Redis's own clock; from our own memory without it."""

    def __init__(
        self,
        redis: RedisAddress,
        *,
        clock: Callable[[], float] = time.monotonic,
        on_error: Callable[[], None] = lambda: None,
        timeout_seconds: float = REDIS_SECONDS,
    ) -> None:
        self._timeout_seconds = timeout_seconds
        self._client: Redis = redis.quick(timeout_seconds, decode=True)
        self._script = self._client.register_script(_TAKE)
        self._own = TokenBuckets(clock=clock)
        self._on_error = on_error
        self._turns = asyncio.Semaphore(_MOST_COMMANDS)
        self._breaker = Breaker(failures=3, open_seconds=1.0, longest_open_seconds=5.0, clock=clock)

    async def take(self, key: str, cost: float, rate: Rate) -> Taken:
        """Never raises. Redis has ``timeout_seconds``; who finds too many asking already does not wait."""
        if self._turns.locked():
            return self._own.take(key, cost, rate)
        try:
            # The timeout is within the guard: outside of it, it would look like a caller who went away.
            async with self._turns:
                with self._breaker.guard():
                    async with asyncio.timeout(self._timeout_seconds):
                        allowed, left = await cast(
                            "Awaitable[list[str]]",
                            self._script(keys=[_PREFIX + key], args=[rate.burst, rate.per_second, cost]),
                        )
        except BreakerOpen:
            return self._own.take(key, cost, rate)
        except (RedisError, OSError, TimeoutError, ValueError):
            self._on_error()
            return self._own.take(key, cost, rate)
        return Taken(bool(int(allowed)), float(left), rate)

    async def close(self) -> None:
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(REDIS_SECONDS):
                await self._client.aclose()


# Numbers come and go as text: Redis cuts Lua's to whole ones.
_TAKE = """
local burst, per_second, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local known = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(known[1]) or burst
local since = math.max(0, now - (tonumber(known[2]) or now))
left = math.min(burst, left + since * per_second)
local allowed = 0
if left >= cost then
  left = left - cost
  allowed = 1
end
redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - left) / per_second * 1000) + 1000)
return {tostring(allowed), string.format('%.6f', left)}
"""
