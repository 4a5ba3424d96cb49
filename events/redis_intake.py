"""Events of other systems from their stream in Redis, by a consumer group: each to one of our processes."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from contextlib import suppress
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from structlog.typing import FilteringBoundLogger

from events.intake import Intake
from events.pace import Backoff, Pace, ended
from integrations.redis_clients import RedisAddress

STREAM = "planning.events"
GROUP = "taper"
FIELD = b"event"
COUNT = 50
FORGOTTEN_MS = 3_600_000  # a reader of whom nothing was heard for so long, and who owes nothing, is gone

Messages = list[tuple[bytes, dict[bytes, bytes] | None]]


class RedisIntake:
    """A message is acknowledged when it is safe in PostgreSQL, and read again if this process dies before."""

    def __init__(
        self, intake: Intake, address: RedisAddress, *, log: FilteringBoundLogger, pace: Pace
    ) -> None:
        self._intake = intake
        self._address = address
        self._log = log
        self._pace = pace
        self._name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._task: asyncio.Task[None] | None = None
        self.is_ok = True  # until it is known better

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="events.redis_intake")

    async def close(self) -> None:
        await ended(self._task)
        if not self.is_ok:
            return
        client = self._address.quick()
        with suppress(RedisError, OSError):
            await self._forget(client, lambda reader: _text(reader["name"]) == self._name)
        await client.aclose()

    async def _run(self) -> None:
        backoff = Backoff(self._pace)
        while True:
            client = self._address.blocking()  # a new one: what is left of an old answer is not for us
            try:
                await self._read(client, backoff)
            except (RedisError, OSError) as error:
                self.is_ok = isinstance(error, ResponseError) and "NOGROUP" in str(error)
                self._log.warning("redis_intake_begins_anew", error=repr(error))
            except Exception as error:
                self._log.warning("redis_intake_waits_for_the_database", error=repr(error))
            finally:
                with suppress(RedisError, OSError, TimeoutError):
                    async with asyncio.timeout(self._pace.redis_answer):
                        await client.aclose()
            await backoff.pause()

    async def _read(self, client: Redis, backoff: Backoff) -> None:
        loop = asyncio.get_running_loop()
        await self._make_group(client)
        self.is_ok = True
        claims_at = loop.time()
        start = "0"  # what was given to us and not acknowledged comes first
        while True:
            if loop.time() >= claims_at:
                await self._claim(client)
                claims_at = loop.time() + self._pace.claim_idle / 2
            async with asyncio.timeout(self._pace.redis_block + self._pace.redis_answer):
                answer: Any = await client.xreadgroup(
                    GROUP,
                    self._name,
                    {STREAM: start},
                    count=COUNT,
                    block=None if start == "0" else round(self._pace.redis_block * 1000),
                )
            messages: Messages = answer[0][1] if answer else []
            if not messages:
                start = ">"
            await self._take(client, messages)
            backoff.reset()

    async def _make_group(self, client: Redis) -> None:
        """From the stream's beginning: what was written before the group was made is for us too."""
        async with asyncio.timeout(self._pace.redis_answer):
            try:
                await client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def _claim(self, client: Redis) -> None:
        """Take over what was given to a reader who has not acknowledged it for too long."""
        start: bytes | str = "0-0"
        while True:
            async with asyncio.timeout(self._pace.redis_answer):
                start, messages, _ = await client.xautoclaim(
                    STREAM,
                    GROUP,
                    self._name,
                    min_idle_time=round(self._pace.claim_idle * 1000),
                    start_id=start,
                    count=COUNT,
                )
            if messages:
                self._log.info("events_claimed", count=len(messages))
            await self._take(client, messages)
            if _text(start) == "0-0":
                break
        async with asyncio.timeout(self._pace.redis_answer):
            await self._forget(client, lambda reader: reader["idle"] > FORGOTTEN_MS)

    async def _take(self, client: Redis, messages: Messages) -> None:
        for id, fields in messages:
            if fields:  # None, if it was trimmed away before we came to it
                raw = fields.get(FIELD)
                await self._intake.accept(raw if raw is not None else _as_it_came(fields))
            async with asyncio.timeout(self._pace.redis_answer):
                await client.xack(STREAM, GROUP, id)

    async def _forget(self, client: Redis, is_gone: Any) -> None:
        for reader in await client.xinfo_consumers(STREAM, GROUP):
            if is_gone(reader) and reader["pending"] == 0:
                await client.xgroup_delconsumer(STREAM, GROUP, reader["name"])


def _as_it_came(fields: dict[bytes, bytes]) -> bytes:
    """A message without the field that holds the event: kept whole, to be refused and looked at."""
    return orjson.dumps(
        {name.decode(errors="replace"): value.decode(errors="replace") for name, value in fields.items()}
    )


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
