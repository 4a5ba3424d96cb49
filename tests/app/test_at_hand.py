from __future__ import annotations

import asyncio

import pytest

from app.at_hand import AtHand


async def test_what_is_there_is_there_at_once() -> None:
    async def work() -> str:
        return "there"

    found = AtHand(work())

    assert not found.is_waiting
    assert await found == "there"


async def test_what_has_to_be_waited_for_goes_on_where_it_stopped() -> None:
    steps = []

    async def work() -> str:
        for n in range(3):
            steps.append(n)
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        return "late"

    found = AtHand(work())

    assert found.is_waiting
    assert steps == [0]
    assert await found == "late"
    assert steps == [0, 1, 2]


async def test_what_fails_fails_with_its_own_error() -> None:
    async def at_once() -> None:
        raise LookupError

    async def later() -> None:
        await asyncio.sleep(0)
        raise LookupError

    with pytest.raises(LookupError):
        AtHand(at_once())
    with pytest.raises(LookupError):
        await AtHand(later())


async def test_a_timeout_ends_the_wait_and_the_work_hears_of_it() -> None:
    heard = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heard.append("cancelled")
            raise

    found = AtHand(work())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await found

    assert heard == ["cancelled"]
