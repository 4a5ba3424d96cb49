"""The breaker opens for good reason, stays open for its time, and tries again with exactly one call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from integrations.breaker import Breaker, BreakerOpen, BreakerState


class Clock:
    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Down(Exception):
    pass


class SaysNo(Exception):
    pass


class Bench:
    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        self.changes: list[BreakerState] = []
        defaults = {"failures": 3, "window": 10, "open_seconds": 5.0, "longest_open_seconds": 15.0}
        self.breaker = Breaker(clock=self.clock, on_change=self.changes.append, **{**defaults, **options})

    def call(self, error: BaseException | None = None) -> str:
        """ "ok", "failed", or "open" when it was not made."""
        try:
            with self.breaker.guard((Down,)):
                if error is not None:
                    raise error
        except BreakerOpen:
            return "open"
        except (Down, SaysNo):
            return "failed"
        return "ok"

    def calls(self, *errors: BaseException | None) -> list[str]:
        return [self.call(error) for error in errors]


def test_it_opens_after_failures_in_a_row_and_no_sooner() -> None:
    bench = Bench()

    assert bench.calls(Down(), Down(), None, Down(), Down()) == ["failed", "failed", "ok", "failed", "failed"]
    assert bench.breaker.state is BreakerState.CLOSED

    assert bench.calls(Down(), None) == ["failed", "open"]
    assert bench.changes == [BreakerState.OPEN]


def test_it_opens_when_half_of_the_last_calls_failed_even_if_never_in_a_row() -> None:
    bench = Bench()

    outcomes = bench.calls(*[None, Down()] * 6)

    assert outcomes == ["ok", "failed"] * 5 + ["open", "open"]


def test_a_rate_is_not_taken_of_a_handful_of_calls() -> None:
    bench = Bench()

    bench.calls(Down(), None, Down(), None, Down())

    assert bench.breaker.state is BreakerState.CLOSED


def test_an_answer_that_says_no_is_a_sign_of_life() -> None:
    bench = Bench()

    bench.calls(Down(), Down(), SaysNo(), Down(), Down(), SaysNo())

    assert bench.breaker.state is BreakerState.CLOSED


def test_an_open_breaker_says_how_long_it_will_be() -> None:
    bench = Bench()
    bench.calls(Down(), Down(), Down())

    bench.clock.seconds += 2

    with pytest.raises(BreakerOpen) as refused, bench.breaker.guard():
        pass
    assert refused.value.retry_after_seconds == pytest.approx(3.0)
    assert bench.breaker.open_for_seconds == pytest.approx(3.0)


def test_a_good_trial_closes_it_and_old_failures_are_forgotten() -> None:
    bench = Bench()
    bench.calls(Down(), Down(), Down())
    bench.clock.seconds += 5

    assert bench.calls(None, Down(), Down(), None) == ["ok", "failed", "failed", "ok"]
    assert bench.changes == [BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.CLOSED]


def test_each_failed_trial_doubles_the_wait_up_to_the_longest() -> None:
    bench = Bench()
    bench.calls(Down(), Down(), Down())

    waits = []
    for _ in range(4):
        waits.append(bench.breaker.open_for_seconds)
        bench.clock.seconds += waits[-1]
        assert bench.calls(Down(), None) == ["failed", "open"]

    assert waits == pytest.approx([5, 10, 15, 15])

    bench.clock.seconds += 15
    assert bench.calls(None, Down(), Down(), Down()) == ["ok", "failed", "failed", "failed"]
    assert bench.breaker.open_for_seconds == pytest.approx(5), "it begins anew after a good trial"


async def test_of_fifty_simultaneous_callers_exactly_one_is_the_trial() -> None:
    bench = Bench()
    bench.calls(Down(), Down(), Down())
    bench.clock.seconds += 5
    trials: list[bool] = []

    async def call() -> str:
        try:
            with bench.breaker.guard((Down,)) as is_trial:
                trials.append(is_trial)
                await asyncio.sleep(0.01)
        except BreakerOpen:
            return "open"
        return "ok"

    outcomes = await asyncio.gather(*(call() for _ in range(50)))

    assert sorted(outcomes) == ["ok"] + ["open"] * 49
    assert trials == [True]
    assert bench.breaker.state is BreakerState.CLOSED


async def test_a_cancelled_trial_is_no_verdict_and_the_next_caller_tries() -> None:
    bench = Bench()
    bench.calls(Down(), Down(), Down())
    bench.clock.seconds += 5

    async def hang() -> None:
        with bench.breaker.guard((Down,)):
            await asyncio.sleep(60)

    trial = asyncio.create_task(hang())
    await asyncio.sleep(0)
    assert bench.call() == "open"
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)

    assert bench.call() == "ok"
    assert bench.breaker.state is BreakerState.CLOSED


@pytest.mark.parametrize("late", [Down(), None])
async def test_a_call_from_before_it_opened_decides_nothing_when_it_ends_at_last(
    late: BaseException | None,
) -> None:
    bench = Bench()
    proceed = asyncio.Event()

    async def slow() -> None:
        with bench.breaker.guard((Down,)):
            await proceed.wait()
            if late is not None:
                raise late

    task = asyncio.create_task(slow())
    await asyncio.sleep(0)
    bench.calls(Down(), Down(), Down())
    bench.clock.seconds += 4
    proceed.set()
    await asyncio.gather(task, return_exceptions=True)

    assert bench.call() == "open"
    assert bench.breaker.open_for_seconds == pytest.approx(1.0)


class BreakerMachine(RuleBasedStateMachine):
    """Any order of calls beginning, ending and being cancelled, and of time passing."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench()
        self.under_way: list[tuple[Any, bool]] = []

    @rule()
    def begin(self) -> None:
        guard = self.bench.breaker.guard((Down,))
        was = self.bench.breaker.state
        may_try = was is BreakerState.OPEN and self.bench.breaker.open_for_seconds == 0
        try:
            is_trial = guard.__enter__()
        except BreakerOpen:
            assert was is BreakerState.HALF_OPEN or (was is BreakerState.OPEN and not may_try)
            return
        assert is_trial == may_try
        assert is_trial or was is BreakerState.CLOSED
        self.under_way.append((guard, is_trial))

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0), how=st.sampled_from([None, Down, SaysNo, asyncio.CancelledError]))
    def end(self, which: int, how: Callable[[], BaseException] | None) -> None:
        guard, is_trial = self.under_way.pop(which % len(self.under_way))
        before = self.bench.breaker.state
        error = how() if how else None
        swallowed = guard.__exit__(type(error) if error else None, error, None)
        assert not swallowed
        if before is not BreakerState.CLOSED and not is_trial:
            assert self.bench.breaker.state is before, "only the trial decides"
        if is_trial:
            closes = how in (None, SaysNo)
            assert self.bench.breaker.state is (BreakerState.CLOSED if closes else BreakerState.OPEN)

    @rule(seconds=st.floats(0, 20))
    def wait(self, seconds: float) -> None:
        self.bench.clock.seconds += seconds

    @invariant()
    def there_is_a_trial_exactly_while_it_is_half_open(self) -> None:
        trials = sum(is_trial for _, is_trial in self.under_way)
        assert trials == (self.bench.breaker.state is BreakerState.HALF_OPEN)


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
