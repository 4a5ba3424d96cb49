"""What a caller may spend: a bucket of cost for each, and a smaller one for requests that were refused."""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from typing import Any

from app.refusals import HttpRefusal
from app.settings_limits import LimitSettings
from domain.people import Viewer
from integrations.edge_metrics import EdgeMetrics
from integrations.token_buckets import Rate, SharedTokenBuckets, Taken, TokenBuckets
from resolvers.by_identity import ByIdentity


@dataclass(frozen=True, slots=True)
class Caller:
    """Who spends: a user or program of an organization, or whoever is behind an address."""

    key: str
    is_signed_in: bool
    refusals_key: str
    """Of the bucket for requests that were refused."""

    @staticmethod
    def of(viewer: Viewer | None, address: str | None) -> Caller:
        return _signed_in.of(viewer) if viewer is not None else _caller(f"address:{_network(address)}", False)


def _caller(key: str, is_signed_in: bool) -> Caller:
    return Caller(key, is_signed_in, f"refusals:{key}")


_signed_in: ByIdentity[Viewer, Caller] = ByIdentity(
    lambda viewer: _caller(f"viewer:{viewer.organization_id}:{viewer.key}", True)
)


@dataclass(frozen=True, slots=True)
class Spending:
    """What one operation took, and what is left of its caller's bucket."""

    cost: int
    taken: Taken

    @property
    def facts(self) -> dict[str, int]:
        """``extensions.cost``: in units of cost, and whole seconds until all of it is there again."""
        return {
            "requested": self.cost,
            "limit": int(self.taken.rate.burst),
            "remaining": max(0, math.floor(self.taken.remaining)),
            "resetSeconds": math.ceil(self.taken.reset_seconds),
        }

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft of rate-limit headers has them (httpapi-ratelimit-headers-10)."""
        taken, rate = self.taken, self.taken.rate
        window = math.ceil(rate.burst / rate.per_second)
        left = f"r={max(0, math.floor(taken.remaining))};t={math.ceil(taken.reset_seconds)}"
        return {
            "RateLimit-Policy": f'"cost";q={int(rate.burst)};w={window}',
            "RateLimit": f'"cost";{left}',
            "X-Operation-Cost": str(self.cost),
        }


class RateLimited(HttpRefusal):
    """``spending`` is None where it was too many refusals, not too much cost."""

    def __init__(self, message: str, retry_seconds: float, spending: Spending | None = None) -> None:
        seconds = max(1, math.ceil(retry_seconds))
        details: dict[str, Any] = {"retriable": True, "retryAfterSeconds": seconds}
        if spending is not None:
            details["cost"] = spending.facts
        headers = {"Retry-After": str(seconds), **(spending.headers if spending else {})}
        super().__init__(429, "rate_limited", message, headers=headers, **details)


class Rates:
    def __init__(
        self,
        settings: LimitSettings,
        shared: SharedTokenBuckets | None,
        own: TokenBuckets,
        metrics: EdgeMetrics,
    ) -> None:
        self._signed_in = Rate(settings.rate_burst, settings.rate_per_second)
        self._anonymous = Rate(settings.rate_anonymous_burst, settings.rate_anonymous_per_second)
        refusals = settings.rate_refusals_per_minute
        self._refusals = Rate(refusals, refusals / 60)
        self._shared = shared
        self._own = own
        self._metrics = metrics

    def greet(self, caller: Caller) -> None:
        """Raises ``RateLimited`` for a caller with too many requests lately that were none.

        Finding out that a document is wrong costs as much as running a small one, so it is not for nothing.
        """
        taken = self._own.look(caller.refusals_key, self._refusals)
        if taken.remaining < 1:
            self._metrics.rate_limited(signed_in=caller.is_signed_in)
            raise RateLimited(
                "Too many of your last requests were refused: mend them before sending more.",
                taken.seconds_until(1),
            )

    def refused(self, caller: Caller) -> None:
        self._own.take(caller.refusals_key, 1, self._refusals, may_owe=True)

    async def spend(self, caller: Caller, cost: int) -> Spending:
        """Raises ``RateLimited``, and then nothing is taken."""
        rate = self._signed_in if caller.is_signed_in else self._anonymous
        if self._shared is not None:
            taken = await self._shared.take(caller.key, cost, rate)
        else:
            taken = self._own.take(caller.key, cost, rate)
        spending = Spending(cost, taken)
        if not taken.is_allowed:
            self._metrics.rate_limited(signed_in=caller.is_signed_in)
            raise RateLimited(
                f"The operation costs {cost}, and you have {spending.facts['remaining']} left for now.",
                taken.seconds_until(cost),
                spending,
            )
        self.spent(spending)
        return spending

    @property
    def are_at_hand(self) -> bool:
        """What callers have left is known in this process."""
        return self._shared is None

    def take_at_hand(self, caller: Caller, cost: int) -> Spending | None:
        """As ``greet`` and ``spend``, where nobody else has to be asked. Whoever then does it says so by
        ``spent``, or else by ``give_back``. None where it is not allowed, or not known: nothing is taken."""
        if self._shared is not None or self._own.look(caller.refusals_key, self._refusals).remaining < 1:
            return None
        taken = self._own.take(caller.key, cost, self._signed_in if caller.is_signed_in else self._anonymous)
        return Spending(cost, taken) if taken.is_allowed else None

    def spent(self, spending: Spending) -> None:
        self._metrics.cost(spending.cost)

    def give_back(self, caller: Caller, spending: Spending) -> None:
        self._own.give_back(caller.key, spending.cost)

    async def close(self) -> None:
        if self._shared is not None:
            await self._shared.close()


def _network(address: str | None) -> str:
    """Of IPv6 the network: whoever has one has all of its addresses."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
