"""How long the product may wait in tests: as long as it takes on a machine that is slow and busy.

The product's own deadlines are for the people who wait for it. A test that is not about one of them must not
fail by it; one that is about it sets its own, which counts. What is promised of the whole, such as the end
within ten seconds, is ``promised``: on a machine at rest as it stands, and longer on a busy one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from typing import Any

import pytest

from db.database import Database
from db.engine import Waits
from integrations.token_buckets import SharedTokenBuckets

OF_THE_PRODUCT = Waits()  # before it is changed
SECONDS = 60.0
START_SECONDS = 300.0  # of a process that imports everything
PLANNING_SECONDS = 6.0  # shorter than the pauses that its tests have it ask for
SETTINGS: dict[str, Any] = {
    "operation_seconds": SECONDS,
    "shutdown_grace_seconds": SECONDS,
    "header_seconds": SECONDS,
    "body_seconds": SECONDS,
    "door_target_seconds": SECONDS,
    "db_pool_seconds": SECONDS,
    "db_connect_seconds": SECONDS,
    "db_lock_seconds": SECONDS,
    "db_statement_seconds": SECONDS,
    "db_idle_seconds": SECONDS,
    "db_transaction_seconds": SECONDS,
}
_CONSTANTS = (
    "app.health.PENDING_SECONDS",
    "app.live.hub.START_SECONDS",
    "app.operations.MUTATION_SECONDS",
    "db.database.CHECK_SECONDS",
    "db.database.COMMIT_SECONDS",
    "db.database.CALLBACK_SECONDS",
    "integrations.analytics.START_DEADLINE_SECONDS",
    "integrations.analytics.CLOSE_DEADLINE_SECONDS",
    "integrations.flags.START_DEADLINE_SECONDS",
    "integrations.flags.CLOSE_DEADLINE_SECONDS",
    "integrations.jwks.FETCH_TIMEOUT_SECONDS",
    "integrations.redis_store.QUICK_SECONDS",
    "integrations.redis_store.TURN_SECONDS",
    "integrations.stale_cache.PATIENCE_SECONDS",
    "resolvers.turns.LONGEST_WAIT_SECONDS",
)
_SHORTEST = 0.5
_NOMINAL_SECONDS = 0.006  # for ``_work``, on the machine on which promises were measured
_SPINS = 20


def environment() -> dict[str, str]:
    """For a server that is a process of its own."""
    return {name.upper(): str(value) for name, value in SETTINGS.items()}


@contextmanager
def patience() -> Iterator[None]:
    """What has no setting, within this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _CONSTANTS:
            patch.setattr(name, SECONDS)
        for name in ("BUDGET_SECONDS", "TURN_SECONDS"):
            patch.setattr(f"integrations.planning_http.{name}", PLANNING_SECONDS)
        patch.setattr(Waits.__init__, "__defaults__", (SECONDS,) * len(fields(Waits)))
        patch.setattr(Database, "_attempts", _patient(Database._attempts))
        defaults = SharedTokenBuckets.__init__.__kwdefaults__ or {}
        patch.setattr(SharedTokenBuckets.__init__, "__kwdefaults__", {**defaults, "timeout_seconds": SECONDS})
        yield


@cache
def slowness() -> float:
    """How much slower this processor is than that on which limits of its time were set; at least 1."""
    return max(1.0, min(_worked() for _ in range(5)) / _NOMINAL_SECONDS)


def busyness() -> float:
    """How much longer than on a machine of one's own it takes just now to get something done; at least 1."""
    began = time.perf_counter()
    for _ in range(_SPINS):
        _work()
    return max(1.0, (time.perf_counter() - began) / _SPINS / _NOMINAL_SECONDS)


@contextmanager
def promised(seconds: float) -> Iterator[None]:
    """It takes less within, as busy as the machine is before it or after it."""
    before, began = busyness(), time.monotonic()
    yield
    took = time.monotonic() - began
    most = seconds * max(before, busyness())
    assert took < most, f"{took:.2f} s, where {seconds} are promised, which are {most:.2f} just now"


def _worked() -> float:
    began = time.thread_time()
    _work()
    return time.thread_time() - began


def _work() -> int:
    return sum(number * number for number in range(200_000))


def _patient(attempts: Callable[..., Any]) -> Callable[..., Any]:
    """A unit of work has more than the product gives it; one that a test is about has what that gives it."""

    async def with_patience(self: Database, work: Callable[..., Any], deadline_seconds: float) -> Any:
        is_short = deadline_seconds < _SHORTEST
        return await attempts(self, work, deadline_seconds if is_short else SECONDS)

    return with_patience
