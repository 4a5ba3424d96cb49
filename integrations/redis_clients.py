"""Ways to Redis that never make anybody wait: one for quick commands, one for reads that block."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

QUICK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where Redis is. With ``unix_socket``, host and port are not used."""

    host: str = "127.0.0.1"
    port: int = 6379
    db: int = 4
    password: str | None = None
    unix_socket: str | None = None

    def quick(self, timeout_seconds: float = QUICK_SECONDS, *, decode: bool = True) -> Redis:
        """Fails after the timeout, at once where nothing listens. The client's own defaults retry for seconds
        against a dead server, and wait for minutes for a hung one.
        """
        return self._client(timeout_seconds, decode=decode)

    def blocking(self) -> Redis:
        """For commands that wait on purpose; whoever uses it sets the deadline. Its answers are bytes:
        others may have written anything.
        """
        return self._client(None, decode=False)

    def _client(self, timeout_seconds: float | None, *, decode: bool = True) -> Redis:
        return Redis(
            host=self.host,
            port=self.port,
            db=self.db,
            password=self.password,
            unix_socket_path=self.unix_socket,
            socket_timeout=timeout_seconds,
            socket_connect_timeout=timeout_seconds or 2.0,
            retry=Retry(NoBackoff(), 0),
            decode_responses=decode,
            client_name="taper",
        )
