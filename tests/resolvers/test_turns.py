from __future__ import annotations

import asyncio

import pytest

from resolvers import turns
from resolvers.turns import Turns


async def test_one_at_a_time_in_the_order_they_came() -> None:
    taken, inside, order = Turns(), 0, []

    async def take(number: int) -> None:
        nonlocal inside
        async with taken.at("squat rack"):
            inside += 1
            assert inside == 1
            order.append(number)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(take(number) for number in range(10)))

    assert order == list(range(10))
    assert not taken._locks, "what nobody waits for takes no memory"


async def test_who_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "LONGEST_WAIT_SECONDS", 0.01)
    taken = Turns()

    async with taken.at("rack"):
        async with taken.at("bench"):
            pass
        with pytest.raises(TimeoutError):
            async with taken.at("rack"):
                pass

    async with taken.at("rack"):
        pass
    assert not taken._locks


async def test_who_leaves_the_line_holds_nobody_up() -> None:
    taken = Turns()
    async with taken.at("rack"):
        waiting = asyncio.create_task(taken.at("rack").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    async with taken.at("rack"):
        pass
    assert not taken._locks
