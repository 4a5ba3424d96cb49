"""The log's last events as a stream in Redis, where other systems read them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.typing import FilteringBoundLogger

from db import event_log
from db.database import Database, Transaction
from db.event_log import LogState
from events import wire
from events.pace import Backoff, Pace, ended, woken
from integrations.event_metrics import EventMetrics
from integrations.redis_clients import RedisAddress

STREAM = "taper.events"
LENGTH = 10_000
BATCH = 200

# Adds only if the stream still ends where we think. So two that believe they lead, or a FLUSHALL between our
# question and our answer, leave neither a gap nor a repetition.
_ADD = """
local last = '0-0'
local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
if not info.err then
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then last = info[i + 1] end
    end
end
if last ~= ARGV[1] then return 0 end
for i = 3, #ARGV, 2 do
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i], 'event', ARGV[i + 1])
end
return 1
"""


class RedisCopy:
    """PostgreSQL is the log and this only follows it, so an outage of Redis costs others time and us nothing.

    The id of an event in the stream is the log's epoch and the event's number. So the stream itself says how
    far it is, an event is there once however often the leader dies, and what a FLUSHALL took comes back under
    the ids that it had.
    """

    def __init__(
        self,
        db: Database,
        address: RedisAddress,
        *,
        may_write: Callable[[], bool],
        log: FilteringBoundLogger,
        metrics: EventMetrics,
        pace: Pace,
    ) -> None:
        self._db = db
        self._client: Redis = address.quick(pace.redis_answer)
        self._add = self._client.register_script(_ADD)
        self._may_write = may_write
        self._log = log
        self._metrics = metrics
        self._pace = pace
        self._task: asyncio.Task[None] | None = None
        self.wake = asyncio.Event()
        self.is_ok = True  # until it is known better

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="events.redis_copy")

    async def close(self) -> None:
        await ended(self._task)
        await self._client.aclose()

    async def _run(self) -> None:
        backoff = Backoff(self._pace)
        while True:
            try:
                if self._may_write():
                    await self._catch_up()
                else:
                    await self._client.ping()
            except (RedisError, OSError) as error:
                self._found(is_ok=False, error=repr(error))
                await backoff.pause()
            except Exception as error:
                self._log.warning("redis_copy_waits_for_the_database", error=repr(error))
                await backoff.pause()
            else:
                self._found(is_ok=True)
                backoff.reset()
                await woken(self.wake, self._pace.poll)

    async def _catch_up(self) -> None:
        while True:
            last_id = await self._last_id()
            async with self._db.read() as db_session:
                log = await event_log.state(db_session)
            if log.last_seq == 0:
                return
            after = _position(last_id, log)
            if after is None:
                await self._begin_beyond(last_id)
                continue
            async with self._db.read() as db_session:
                events = await event_log.events_after(db_session, after, upto=log.last_seq, at_most=BATCH)
            if not events:
                return
            words: list[str | bytes | int] = [last_id, LENGTH]
            for event in events:
                words += [f"{log.epoch}-{event.seq}", wire.write(event)]
            if await self._add(keys=[STREAM], args=words):
                self._metrics.copied(len(events))

    async def _last_id(self) -> str:
        if not await self._client.exists(STREAM):
            return "0-0"
        return str((await self._client.xinfo_stream(STREAM))["last-generated-id"])

    async def _begin_beyond(self, last_id: str) -> None:
        """The stream is ahead of our log: the database was restored, or somebody else wrote there."""
        epoch = _parts(last_id)[0] + 1
        self._log.warning("redis_stream_is_ahead", last_id=last_id, epoch=epoch)

        async def work(tx: Transaction) -> None:
            await event_log.move_epoch(tx.db_session, epoch)

        await self._db.unit_of_work(work)

    def _found(self, *, is_ok: bool, error: str | None = None) -> None:
        if is_ok != self.is_ok:
            self._log.warning("redis_is_back" if is_ok else "redis_is_away", error=error)
        self.is_ok = is_ok
        self._metrics.redis(is_ok)


def _position(last_id: str, log: LogState) -> int | None:
    """The number after which the stream goes on; None if its ids have to begin anew."""
    epoch, seq = _parts(last_id)
    if epoch == log.epoch and seq <= log.last_seq:
        return max(seq, log.purged_seq)
    if epoch < log.epoch:  # empty, or of an earlier database
        return max(log.last_seq - LENGTH, log.purged_seq)
    return None


def _parts(stream_id: str) -> tuple[int, int]:
    epoch, _, seq = stream_id.partition("-")
    return int(epoch), int(seq)
