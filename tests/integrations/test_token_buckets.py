"""What may be spent at once and how fast it comes back: in a process, and in one Redis for many."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from integrations.redis_clients import RedisAddress
from integrations.token_buckets import REDIS_SECONDS, Rate, SharedTokenBuckets, TokenBuckets
from tests.doubles.valkey import Valkey

RATE = Rate(burst=100, per_second=10)
SLOW = Rate(burst=100, per_second=0.001)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with Valkey() as running:
        yield running


class TestInTheProcess:
    def test_all_of_the_burst_may_be_spent_and_no_more(self) -> None:
        buckets = TokenBuckets(clock=Clock())

        assert buckets.take("a", 100, RATE).is_allowed
        refused = buckets.take("a", 1, RATE)

        assert not refused.is_allowed
        assert (refused.remaining, refused.seconds_until(1), refused.reset_seconds) == (0, 0.1, 10)

    def test_it_comes_back_with_time_up_to_the_burst(self) -> None:
        clock = Clock()
        buckets = TokenBuckets(clock=clock)
        buckets.take("a", 100, RATE)

        clock.now += 3
        assert buckets.look("a", RATE).remaining == 30
        assert not buckets.take("a", 31, RATE).is_allowed
        assert buckets.take("a", 30, RATE).is_allowed
        clock.now += 1_000
        assert buckets.look("a", RATE).remaining == 100

    def test_callers_do_not_spend_each_others(self) -> None:
        buckets = TokenBuckets(clock=Clock())
        buckets.take("a", 100, RATE)

        assert buckets.take("b", 100, RATE).is_allowed

    def test_what_is_refused_takes_nothing(self) -> None:
        buckets = TokenBuckets(clock=Clock())

        for _ in range(5):
            assert not buckets.take("a", 101, RATE).is_allowed

        assert buckets.look("a", RATE).remaining == 100

    def test_a_debt_is_at_most_another_burst(self) -> None:
        buckets = TokenBuckets(clock=Clock())

        for _ in range(50):
            buckets.take("a", 10, RATE, may_owe=True)

        assert buckets.look("a", RATE).remaining == -100

    def test_memory_has_a_bound_and_who_drew_last_is_remembered(self) -> None:
        buckets = TokenBuckets(clock=Clock(), most_kept=100)
        for number in range(1_000):
            buckets.take(f"caller {number}", 100, RATE)

        assert len(buckets) == 100
        assert not buckets.take("caller 999", 1, RATE).is_allowed


class TestInRedis:
    async def test_processes_share_a_bucket_and_never_spend_more_than_is_in_it(self, valkey: Valkey) -> None:
        address = RedisAddress(unix_socket=valkey.socket_path)
        ours, theirs = (SharedTokenBuckets(address) for _ in range(2))

        taken = [
            each
            for _ in range(10)
            for each in await asyncio.gather(
                *(buckets.take("shared", 1, SLOW) for _ in range(10) for buckets in (ours, theirs))
            )
        ]

        assert sum(each.is_allowed for each in taken) == 100
        await asyncio.gather(ours.close(), theirs.close())

    async def test_it_comes_back_with_time(self, valkey: Valkey) -> None:
        buckets = SharedTokenBuckets(RedisAddress(unix_socket=valkey.socket_path))
        fast = Rate(burst=10, per_second=100)
        await buckets.take("returning", 10, fast)
        assert not (await buckets.take("returning", 10, fast)).is_allowed

        await asyncio.sleep(0.12)

        assert (await buckets.take("returning", 10, fast)).is_allowed
        await buckets.close()

    async def test_while_redis_hangs_or_is_away_the_process_decides_within_its_budget(self) -> None:
        errors = 0

        def count() -> None:
            nonlocal errors
            errors += 1

        with Valkey() as valkey:
            buckets = SharedTokenBuckets(
                RedisAddress(unix_socket=valkey.socket_path), clock=Clock(), on_error=count
            )
            await buckets.take("a", 50, SLOW)
            buckets._timeout_seconds = REDIS_SECONDS

            for fault in (valkey.freeze, valkey.kill):
                fault()
                taken = [await buckets.take(fault.__name__, 60, SLOW) for _ in range(20)]

                assert [each.is_allowed for each in taken] == [True] + [False] * 19
        assert errors == 3, "three tries of 50 ms, then it is left alone"
        await buckets.close()
