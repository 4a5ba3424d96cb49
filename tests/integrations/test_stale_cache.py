"""The cache over a real Valkey that is slow, gone, hung, emptied or full of rubbish."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from integrations.redis_clients import QUICK_SECONDS, RedisAddress
from integrations.redis_store import RedisStore
from integrations.stale_cache import (
    KEEP_SECONDS,
    PATIENCE_SECONDS,
    PAUSE_SECONDS,
    Cached,
    Fetched,
    Key,
    StaleCache,
)
from tests import patience
from tests.doubles.valkey import Valkey
from tests.integrations.helpers import Log

KEY = Key("phase/a", ("team/a",))
OTHER = Key("phase/b", ("team/b",))
FRESH_SECONDS = 3_600.0


class Clock:
    seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


class Down(Exception):
    pass


class Refused(Exception):
    pass


class Source:
    """What is cached: a number that says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None
        self.delay_seconds = 0.0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.body: bytes | None = None

    async def fetch(self) -> Fetched:
        self.asked += 1
        number, body, error = self.asked, self.body, self.error
        await asyncio.sleep(self.delay_seconds)
        await self.may_answer.wait()
        if error is not None:
            raise error
        return Fetched(body if body is not None else json.dumps({"n": number}).encode(), FRESH_SECONDS)


def parse(body: bytes) -> int:
    content: Any = json.loads(body)
    if not isinstance(content, dict) or not isinstance(content.get("n"), int):
        raise Down("malformed")
    return int(content["n"])


class Process:
    """One of ours: its cache, and its own connection to the Valkey that it may share with others."""

    def __init__(self, valkey: Valkey | None, clock: Clock, source: Source, **options: Any) -> None:
        self.log = Log()
        self.source = source
        self.redis_errors = 0
        store = None
        if valkey is not None:
            store = RedisStore(
                RedisAddress(unix_socket=valkey.socket_path),
                log=self.log.logger,
                keep_seconds=KEEP_SECONDS,
                on_error=self._count_error,
            )
        self.store = store
        self.cache = StaleCache(store, log=self.log.logger, stale_if=(Down,), clock=clock, **options)

    async def get(self, key: Key = KEY) -> Cached[int]:
        return await self.cache.get(key, self.source.fetch, parse)

    def _count_error(self) -> None:
        self.redis_errors += 1


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    with Valkey() as valkey:
        yield valkey


@pytest.fixture
def valkey(server: Valkey) -> Valkey:
    server.restart()  # the test before may have broken it; it comes back empty
    return server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def one(valkey: Valkey, clock: Clock) -> AsyncIterator[Process]:
    process = Process(valkey, clock, Source())
    yield process
    await process.cache.close()


@pytest.fixture
async def two(valkey: Valkey, clock: Clock, one: Process) -> AsyncIterator[Process]:
    """Another process beside the first, that asks the same source."""
    process = Process(valkey, clock, one.source)
    yield process
    await process.cache.close()


@pytest.fixture(params=["alone", "with Redis"])
async def either(request: pytest.FixtureRequest, clock: Clock) -> AsyncIterator[Process]:
    valkey = request.getfixturevalue("valkey") if request.param == "with Redis" else None
    process = Process(valkey, clock, Source())
    yield process
    await process.cache.close()


async def test_a_fresh_answer_is_not_asked_for_again_until_its_time_is_over(
    either: Process, clock: Clock
) -> None:
    assert await either.get() == Cached(1, 0.0, is_stale=False)

    clock.seconds += FRESH_SECONDS - 1
    assert await either.get() == Cached(1, FRESH_SECONDS - 1, is_stale=False)

    clock.seconds += 1
    assert await either.get() == Cached(2, 0.0, is_stale=False)
    assert await either.get(OTHER) == Cached(3, 0.0, is_stale=False)


async def test_the_last_good_answer_stands_in_with_its_age_and_is_marked(
    either: Process, clock: Clock
) -> None:
    await either.get()
    either.source.error = Down()

    clock.seconds += FRESH_SECONDS + 60

    assert await either.get() == Cached(1, FRESH_SECONDS + 60, is_stale=True)


async def test_after_a_failure_the_source_has_a_pause_for_this_key(either: Process, clock: Clock) -> None:
    await either.get()
    either.source.error = Down()
    clock.seconds += FRESH_SECONDS

    for _ in range(20):
        assert (await either.get()).is_stale
    assert either.source.asked == 2

    either.source.error = None
    clock.seconds += PAUSE_SECONDS
    assert await either.get() == Cached(3, 0.0, is_stale=False)


async def test_without_a_copy_the_failure_is_the_callers_to_see(either: Process) -> None:
    either.source.error = Down("gone")

    with pytest.raises(Down, match="gone"):
        await either.get()


async def test_a_refusal_is_not_papered_over_with_an_old_answer(either: Process, clock: Clock) -> None:
    await either.get()
    either.source.error = Refused()
    clock.seconds += FRESH_SECONDS

    with pytest.raises(Refused):
        await either.get()


async def test_a_copy_of_more_than_a_week_is_no_stand_in(either: Process, clock: Clock) -> None:
    await either.get()
    either.source.error = Down()

    clock.seconds += KEEP_SECONDS - 1
    assert (await either.get()).value == 1

    clock.seconds += 1
    with pytest.raises(Down):
        await either.get()


async def test_an_answer_that_cannot_be_parsed_is_never_kept(either: Process, clock: Clock) -> None:
    either.source.body = b'{"n": "three"}'
    with pytest.raises(Down):
        await either.get()

    either.source.body = None
    assert (await either.get()).value == 2

    either.source.body = b"["
    clock.seconds += FRESH_SECONDS
    with pytest.raises(json.JSONDecodeError):  # not one of the failures that a copy stands in for
        await either.get()


async def test_two_hundred_callers_at_once_cost_one_fetch(either: Process) -> None:
    either.source.delay_seconds = 0.05

    answers = await asyncio.gather(*(either.get() for _ in range(200)))

    assert {answer.value for answer in answers} == {1}
    assert either.source.asked == 1


async def test_two_hundred_callers_share_a_failure_too(either: Process) -> None:
    either.source.delay_seconds = 0.05
    either.source.error = Down()

    answers = await asyncio.gather(*(either.get() for _ in range(200)), return_exceptions=True)

    assert {type(answer) for answer in answers} == {Down}
    assert either.source.asked == 1


async def test_a_caller_who_goes_away_does_not_take_the_fetch_along(either: Process) -> None:
    either.source.delay_seconds = 0.05
    impatient, patient = asyncio.create_task(either.get()), asyncio.create_task(either.get())
    await asyncio.sleep(0.02)

    impatient.cancel()

    assert (await patient).value == 1
    assert either.source.asked == 1


async def test_who_could_have_an_old_answer_does_not_wait_long_for_a_new_one(
    either: Process, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await either.get()
    clock.seconds += FRESH_SECONDS
    either.source.may_answer.clear()
    with monkeypatch.context() as as_it_is:
        as_it_is.setattr("integrations.stale_cache.PATIENCE_SECONDS", PATIENCE_SECONDS)

        began = time.perf_counter()
        async with asyncio.timeout(patience.SECONDS):
            answers = await asyncio.gather(*(either.get() for _ in range(50)))
        waited_seconds = time.perf_counter() - began

    assert set(answers) == {Cached(1, FRESH_SECONDS, is_stale=True)}
    assert waited_seconds >= PATIENCE_SECONDS - 0.01
    either.source.may_answer.set()
    assert await either.get() == Cached(2, 0.0, is_stale=False), "it was fetched for those who came after"
    assert either.source.asked == 2


async def test_an_invalidated_answer_is_asked_for_again_and_others_are_not(either: Process) -> None:
    await either.get()
    await either.get(OTHER)

    await either.cache.invalidate("team/a", "team/unknown")

    assert (await either.get(OTHER)).value == 2
    assert (await either.get()).value == 3


async def test_an_invalidated_answer_still_stands_in_when_no_newer_is_to_be_had(
    either: Process, clock: Clock
) -> None:
    await either.get()
    either.source.error = Down()
    clock.seconds += 10

    await either.cache.invalidate("team/a")

    assert await either.get() == Cached(1, 10.0, is_stale=True)


async def test_an_invalidation_ends_the_pause_after_a_failure(either: Process, clock: Clock) -> None:
    await either.get()
    either.source.error = Down()
    clock.seconds += FRESH_SECONDS
    assert (await either.get()).is_stale
    either.source.error = None

    clock.seconds += 1
    await either.cache.invalidate("team/a")
    clock.seconds += 1

    assert await either.get() == Cached(3, 0.0, is_stale=False)


async def test_an_answer_that_was_asked_for_before_the_invalidation_is_not_fresh_after_it(
    either: Process, clock: Clock
) -> None:
    either.source.delay_seconds = 0.05
    early = asyncio.create_task(either.get())
    await asyncio.sleep(0.02)

    clock.seconds += 1
    await either.cache.invalidate("team/a")
    clock.seconds += 1
    late = await either.get()

    assert (await early).value == 1
    assert late == Cached(2, 0.0, is_stale=False)
    clock.seconds += 1
    assert await either.get() == Cached(2, 1.0, is_stale=False)


async def test_a_clock_that_is_set_back_does_not_make_an_answer_last_for_ever(
    either: Process, clock: Clock
) -> None:
    await either.get()

    clock.seconds -= 24 * 3600

    assert (await either.get()).value == 2


async def test_memory_is_bounded_by_what_was_used_last(clock: Clock) -> None:
    process = Process(None, clock, Source(), most_bytes=1_000)  # about ten envelopes

    for n in range(50):
        await process.get(Key(f"key/{n}"))
        await process.get(Key("favourite"))

    assert (await process.get(Key("favourite"))).value == 2, "it was always used last"
    before = process.source.asked
    await process.get(Key("key/49"))
    assert process.source.asked == before
    await process.get(Key("key/1"))
    assert process.source.asked == before + 1


async def test_processes_share_answers_and_their_invalidation(
    one: Process, two: Process, clock: Clock
) -> None:
    await one.get()
    clock.seconds += 5
    assert await two.get() == Cached(1, 5.0, is_stale=False)

    await one.cache.invalidate("team/a")
    clock.seconds += 1

    assert (await two.get()).value == 2
    assert await one.get() == Cached(2, 0.0, is_stale=False)


async def test_a_process_that_starts_later_hears_what_was_invalidated_before(
    one: Process, two: Process, clock: Clock
) -> None:
    await one.get()
    clock.seconds += 1
    await one.cache.invalidate("team/a")
    clock.seconds += 1

    assert await two.get() == Cached(2, 0.0, is_stale=False)


async def test_many_keys_at_once_take_turns_and_none_is_a_failure(one: Process) -> None:
    keys = [Key(f"key/{n}") for n in range(150)]  # more than a client has connections

    answers = await asyncio.gather(*(one.get(key) for key in keys))

    assert sorted(answer.value for answer in answers) == list(range(1, 151))
    assert one.store is not None
    assert one.store.is_well


async def test_an_invalidation_in_another_process_beats_an_answer_still_on_its_way(
    one: Process, two: Process, clock: Clock
) -> None:
    one.source.delay_seconds = 0.05
    on_its_way = asyncio.create_task(one.get())
    await asyncio.sleep(0.02)

    clock.seconds += 1
    await two.cache.invalidate("team/a")
    await on_its_way
    clock.seconds += 1

    assert (await one.get()).value == 2
    assert (await two.get()).value == 2


async def test_a_process_that_has_just_started_serves_what_others_stored_while_the_source_is_down(
    one: Process, two: Process, clock: Clock
) -> None:
    await one.get()
    one.source.error = Down()

    clock.seconds += FRESH_SECONDS + 5

    assert await two.get() == Cached(1, FRESH_SECONDS + 5, is_stale=True)


async def test_an_emptied_redis_costs_a_fetch_and_the_old_copy_still_stands_in(
    one: Process, valkey: Valkey
) -> None:
    await one.get()

    valkey.flush()
    one.source.error = Down()
    assert (await one.get()).value == 1

    one.source.error = None
    await one.get(OTHER)
    assert valkey.client(db=4).dbsize() == 1


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        b"\xff\xfe\x00",
        "no json",
        "7",
        "{}",
        '{"value": {"n": 9}}',
        '{"value": {"n": 9}, "stored_at": "x", "fresh_until": 2}',
        '{"value": {"n": "nine"}, "stored_at": 1800000000, "fresh_until": 1900000000}',
    ],
)
async def test_rubbish_in_redis_is_neither_served_nor_fatal(
    one: Process, valkey: Valkey, rubbish: str | bytes
) -> None:
    valkey.client(db=4).set("taper:cache:1:phase/a", rubbish)
    valkey.client(db=4).set("taper:cache:1:stale-since:team/a", b"soon\xff")

    assert (await one.get()).value == 1
    assert (await one.get()).value == 1
    assert one.log.named("a cached answer cannot be used")
    assert one.store is not None
    assert one.store.is_well


async def test_stored_answers_end_by_themselves(one: Process, valkey: Valkey) -> None:
    await one.get()
    await one.cache.invalidate("team/a")

    client = valkey.client(db=4)
    lifetimes = [client.pttl(name) for name in client.scan_iter("taper:cache:*")]

    assert len(lifetimes) == 2
    assert all(0 < lifetime <= KEEP_SECONDS * 1000 for lifetime in lifetimes)


@pytest.mark.parametrize("fault", ["killed", "frozen"])
async def test_without_redis_the_own_copies_serve_on_and_nobody_waits(
    one: Process, valkey: Valkey, clock: Clock, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one.get()
    assert one.store is not None
    one.store._breaker._open_seconds = patience.SECONDS
    monkeypatch.setattr("integrations.redis_store.QUICK_SECONDS", QUICK_SECONDS)
    _break(valkey, fault)

    for n in range(200):
        assert await one.get() == Cached(1, 0.0, is_stale=False)
        assert (await one.get(Key(f"new/{n}"))).value == n + 2, "and a new key is fetched all the same"

    assert one.redis_errors == 3, "it is left alone after the first three"
    assert not one.store.is_well


async def test_the_first_callers_at_a_hung_redis_wait_no_longer_than_its_budget(
    one: Process, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [Key(f"key/{n}") for n in range(100)]
    await asyncio.gather(*(one.get(key) for key in keys))
    asked = one.source.asked
    budget_seconds = 4.0
    monkeypatch.setattr("integrations.redis_store.QUICK_SECONDS", budget_seconds)
    monkeypatch.setattr("integrations.redis_store.TURN_SECONDS", budget_seconds / 2)
    valkey.freeze()

    began = time.perf_counter()
    answers = await asyncio.gather(*(one.get(key) for key in keys))
    seconds = time.perf_counter() - began

    assert not any(each.is_stale for each in answers)
    assert seconds < 2 * budget_seconds, "one budget, however many wait in front"
    assert one.source.asked == asked


async def test_redis_is_used_again_when_it_is_back_and_hears_what_was_invalidated_meanwhile(
    clock: Clock,
) -> None:
    with Valkey(durable=True) as valkey:
        one = Process(valkey, clock, Source())
        two = Process(valkey, clock, one.source)
        await one.get()
        valkey.kill()
        clock.seconds += 1
        for group in ("team/a", "team/c", "team/d"):
            await one.cache.invalidate(group)
        valkey.start()
        clock.seconds += 1
        assert (await two.get()).value == 1, "nobody could tell it"

        await asyncio.sleep(1.1)  # the store's pause
        assert (await one.get(OTHER)).value == 2

        assert (await two.get()).value == 3
        assert one.store is not None
        assert one.store.is_well
        await one.cache.close()
        await two.cache.close()


async def test_a_connection_that_a_restart_tore_is_replaced(one: Process, valkey: Valkey) -> None:
    await one.get()
    valkey.stop()
    valkey.start()

    assert [(await one.get()).is_stale for _ in range(3)] == [False] * 3
    await one.get(OTHER)

    assert valkey.client(db=4).dbsize() >= 1


async def test_an_answer_is_never_that_of_another_key_when_callers_give_up_in_the_middle(
    one: Process, valkey: Valkey
) -> None:
    """A client that hands a connection on with an unread answer would mix them up."""
    store = one.store
    assert store is not None
    for n in range(20):
        await store.write(f"key/{n}", f"value of {n}".encode())

    answered = 0
    waits_seconds = [0.0002 * n for n in range(6)] + [patience.SECONDS]

    async def read(n: int) -> None:
        nonlocal answered
        try:
            found = await asyncio.wait_for(store.read(f"key/{n}", ()), waits_seconds[n % 7])
        except TimeoutError:
            return
        assert found is not None
        assert found.envelope == f"value of {n}".encode()
        answered += 1

    for _ in range(20):
        await asyncio.gather(*(read(n) for n in range(20)))

    assert 0 < answered < 400, "some gave up, some did not"


async def test_closing_leaves_no_fetch_behind(clock: Clock) -> None:
    process = Process(None, clock, Source())
    process.source.delay_seconds = 60
    asking = asyncio.create_task(process.get())
    await asyncio.sleep(0)

    await process.cache.close()

    assert (await asyncio.gather(asking, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("cache ")]


def _break(valkey: Valkey, fault: str) -> None:
    if fault == "killed":
        valkey.kill()
        return
    valkey.freeze()
