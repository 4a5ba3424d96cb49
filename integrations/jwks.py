"""Public keys of an identity provider, fetched from its JWKS address and kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx2
from jwt import PyJWK, PyJWKSet
from structlog.typing import FilteringBoundLogger

ALGORITHMS = frozenset({"RS256", "ES256", "EdDSA"})
"""With public keys only: a shared secret in a key set is never used, so it verifies no HS token."""

FRESH_SECONDS = 300.0
STALE_SECONDS = 24 * 3600.0
RETRY_SECONDS = 30.0
FETCH_TIMEOUT_SECONDS = 2.0


class KeysUnavailable(Exception):
    """The keys cannot be had: a fault on our side of the token, not the caller's."""


class Jwks:
    """Fetched at first need, then every five minutes, and when a token names a key that is not there.

    A failed fetch keeps the keys of the last good one, for a day. There is at most one fetch at a time, and
    none within 30 s of a failed one or of one for an unknown key, whatever tokens callers make up.
    """

    def __init__(
        self,
        url: str,
        *,
        log: FilteringBoundLogger,
        client: httpx2.AsyncClient | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """A ``client`` that is given is the giver's to close."""
        self._url = url
        self._log = log
        self._own_client = client is None
        self._client = client or httpx2.AsyncClient()
        self._clock = clock
        self._keys: dict[tuple[str | None, str], PyJWK] = {}
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._unknown_at = float("-inf")
        self._fetch: asyncio.Task[None] | None = None

    async def key(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        """The key of this name for this algorithm; without a name, the only one for it. None: there is none.

        ``KeysUnavailable`` when that cannot be said, because the provider does not answer.
        """
        now = self._clock()
        if now - self._fetched_at >= FRESH_SECONDS:
            await self._refresh()
        found = self._find(key_id, algorithm)
        if found is None and self._fetched_at < now and self._may_look_again(now):
            await self._refresh()
            found = self._find(key_id, algorithm)
        if self._clock() - self._fetched_at >= STALE_SECONDS:
            raise KeysUnavailable("no keys, or only keys of more than a day ago")
        if found is None and self._failed_at > self._fetched_at:
            raise KeysUnavailable("the key may be a new one, which cannot be fetched")
        return found

    def at_hand(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        """As ``key``, while the keys are fresh; None where they would have to be fetched to say it."""
        is_fresh = self._clock() - self._fetched_at < FRESH_SECONDS
        return self._find(key_id, algorithm) if is_fresh else None

    async def close(self) -> None:
        if self._fetch is not None:
            self._fetch.cancel()
            await asyncio.gather(self._fetch, return_exceptions=True)
        if self._own_client:
            await self._client.aclose()

    def _find(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        if key_id is not None:
            return self._keys.get((key_id, algorithm))
        candidates = [key for (_, its), key in self._keys.items() if its == algorithm]
        return candidates[0] if len(candidates) == 1 else None

    def _may_look_again(self, now: float) -> bool:
        """Whether an unknown key is worth a fetch: one that runs is waited for, a new one is rare."""
        if self._fetch is not None and not self._fetch.done():
            return True
        if now - max(self._unknown_at, self._failed_at) < RETRY_SECONDS:
            return False
        self._unknown_at = now
        return True

    async def _refresh(self) -> None:
        """One fetch for all who wait; a caller who goes away does not take it along."""
        if self._fetch is None or self._fetch.done():
            if self._clock() - self._failed_at < RETRY_SECONDS:
                return
            self._fetch = asyncio.create_task(self._fetched())
        await asyncio.shield(self._fetch)

    async def _fetched(self) -> None:
        try:
            async with asyncio.timeout(FETCH_TIMEOUT_SECONDS):
                reply = await self._client.get(self._url, headers={"Accept": "application/json"})
            reply.raise_for_status()
            keys = self._usable(PyJWKSet.from_dict(reply.json()))
        except Exception as error:  # whatever the other side can answer
            self._failed_at = self._clock()
            self._log.warning("token keys cannot be fetched", error=repr(error), kept=len(self._keys))
            return
        self._keys = keys
        self._fetched_at = self._clock()

    def _usable(self, key_set: PyJWKSet) -> dict[tuple[str | None, str], PyJWK]:
        keys: dict[tuple[str | None, str], PyJWK] = {}
        for key in key_set:
            if _is_trustworthy(key):
                keys[key.key_id, key.algorithm_name] = key
            else:
                self._log.warning("a token key is not used", kid=key.key_id, algorithm=key.algorithm_name)
        if not keys:
            raise ValueError("the key set has no key for " + ", ".join(sorted(ALGORITHMS)))
        return keys


def _is_trustworthy(key: PyJWK) -> bool:
    """For signatures, of a kind and length we accept, and public: with a private one anybody can sign."""
    return (
        key.algorithm_name in ALGORITHMS
        and key.public_key_use in (None, "sig")
        and not key.Algorithm.check_key_length(key.key)
        and not hasattr(key.key, "private_bytes")
    )
