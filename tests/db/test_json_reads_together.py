"""Reads that go together: each is for itself, whatever becomes of the others."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text

from db.database import Database
from db.engine import Waits
from db.json_lines import MOST_TOGETHER
from db.json_reads import JsonReads
from tests import patience

DIVIDED = "SELECT to_json(concat($1::text, ' ', 100 / $2::int))"
HELD = "SELECT to_json(concat(pg_sleep(0.3)::text, $1::text))"


@pytest.fixture
async def reads(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[JsonReads]:
    monkeypatch.setattr("db.json_lines.TOGETHER_SECONDS", 60.0)  # however busy the machine is
    made = JsonReads(fresh_url, pool_size=3)
    for _ in range(2):
        await made.fetch(DIVIDED, ["", 1])
    yield made
    await made.close()


@pytest.mark.parametrize("seed", range(5))
async def test_of_five_hundred_at_once_everyone_gets_their_own_whoever_fails(
    reads: JsonReads, seed: int
) -> None:
    """One in ten divides by nothing, and one in twenty sends what is no number."""
    source = random.Random(seed)
    asked = [(f"caller {n}", source.choice((0, "x", *range(1, 19)))) for n in range(500)]

    found = await asyncio.gather(*(reads.fetch(DIVIDED, each) for each in asked), return_exceptions=True)

    for (caller, divisor), each in zip(asked, found, strict=True):
        if isinstance(divisor, str):
            assert isinstance(each, asyncpg.DataError), each
        elif divisor == 0:
            assert isinstance(each, asyncpg.DivisionByZeroError), each
        else:
            assert each == f'"{caller} {100 // divisor}"'.encode()


async def test_who_no_longer_waits_disturbs_nobody(reads: JsonReads) -> None:
    source = random.Random(3)
    asking = [asyncio.create_task(reads.fetch(DIVIDED, [f"{n}", 1])) for n in range(300)]
    await asyncio.sleep(0)
    for each in source.sample(asking, 100):
        each.cancel()
        if source.random() < 0.1:
            await asyncio.sleep(0.001)
    found = await asyncio.gather(*asking, return_exceptions=True)

    answered = {number: each for number, each in enumerate(found) if isinstance(each, bytes)}
    assert len(answered) >= 200
    assert all(each == f'"{number} 100"'.encode() for number, each in answered.items())
    assert all(isinstance(each, bytes | asyncio.CancelledError) for each in found)
    assert await reads.fetch(DIVIDED, ["after", 1]) == b'"after 100"'


async def test_a_company_of_which_all_have_gone_gives_its_connection_back(reads: JsonReads) -> None:
    await reads.fetch(HELD, ["known"])
    for _ in range(4):
        asking = [asyncio.create_task(reads.fetch(HELD, [str(n)])) for n in range(20)]
        await asyncio.sleep(0.05)
        for each in asking:
            each.cancel()
        assert all(isinstance(each, asyncio.CancelledError) for each in
                   await asyncio.gather(*asking, return_exceptions=True))  # fmt: skip

    assert await reads.fetch(DIVIDED, ["after", 1]) == b'"after 100"'


async def test_many_that_are_slow_leave_a_turn_to_the_others(
    fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.json_lines.TOGETHER_SECONDS", 0.5)  # many quick ones, however busy it is
    reads = JsonReads(fresh_url, pool_size=2)
    try:
        for _ in range(2):
            await reads.fetch(DIVIDED, ["", 1])
        slow = [asyncio.create_task(reads.fetch(HELD, [str(n)])) for n in range(20)]
        await asyncio.sleep(0.01)
        quick = await asyncio.gather(*(reads.fetch(DIVIDED, [str(n), 1]) for n in range(50)))
        ended = sum(each.done() for each in slow)
        held = await asyncio.gather(*slow)
    finally:
        await reads.close()

    assert len(set(quick)) == 50
    assert held == [f'"{n}"'.encode() for n in range(20)]
    assert ended < 10, "two at a time, and of each two one has to end before some of the others begin"


async def test_a_migration_between_two_companies_fails_nobody_twice(
    reads: JsonReads, fresh_db: Database
) -> None:
    async def run(statement: str) -> None:
        async with fresh_db.engine.begin() as connection:
            await connection.execute(text(statement))

    await run("CREATE TABLE moving (it int)")
    await run("INSERT INTO moving SELECT generate_series(1, 50)")
    sql = "SELECT row_to_json(c) FROM (SELECT * FROM moving WHERE it = $1) c"
    for _ in range(2):
        await reads.fetch(sql, [1])
    await asyncio.gather(*(reads.fetch(sql, [n]) for n in range(1, 51)))
    await run("ALTER TABLE moving ADD COLUMN more int DEFAULT 2")

    async def asked(number: int) -> bytes | None:
        """As the lane's callers do: what fails goes to the layers, which ask once more."""
        try:
            return await reads.fetch(sql, [number])
        except asyncpg.PostgresError:
            return await reads.fetch(sql, [number])

    found = await asyncio.gather(*(asked(n) for n in range(1, 51)))

    assert found == [b'{"it":%d,"more":2}' % n for n in range(1, 51)]


async def test_who_is_told_may_ask_again_at_once(reads: JsonReads) -> None:
    """From within the telling, in a chain of each: as a connection does whose next request has come."""
    told: list[tuple[int, int, bytes | None]] = []
    done = asyncio.Event()

    def ask(chain: int, link: int) -> None:
        def tell(found: bytes | None, error: BaseException | None) -> None:
            assert error is None
            told.append((chain, link, found))
            if link < 9:
                ask(chain, link + 1)
            elif len(told) == 3 * MOST_TOGETHER * 10:
                done.set()

        reads.ask(DIVIDED, [f"{chain}/{link}", 1], tell)

    for chain in range(3 * MOST_TOGETHER):
        ask(chain, 0)
    async with asyncio.timeout(patience.SECONDS):
        await done.wait()

    assert all(found == f'"{chain}/{link} 100"'.encode() for chain, link, found in told)


async def test_who_is_told_that_it_took_too_long_may_ask_again_at_once(fresh_url: str) -> None:
    reads = JsonReads(fresh_url, pool_size=1)
    answers: list[object] = []
    faults: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(context))

    def again(_: bytes | None, error: BaseException | None) -> None:
        answers.append(error)
        reads._waits = Waits()
        reads.ask(DIVIDED, ["again", 1], lambda found, error: answers.append(found or error))

    try:
        await reads.fetch(HELD, ["known"])
        held = asyncio.create_task(reads.fetch("SELECT to_json(pg_sleep(3)::text)", []))
        await asyncio.sleep(0.01)
        reads._waits = Waits(pool=0.2)
        for _ in range(10):
            reads.ask(DIVIDED, ["late", 1], again)
        await held
        async with asyncio.timeout(patience.SECONDS):
            while len(answers) < 20:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.01)
    finally:
        loop.set_exception_handler(None)
        await reads.close()

    assert not faults
    assert [type(each) for each in answers[:10]] == [TimeoutError] * 10
    assert answers[10:] == [b'"again 100"'] * 10


async def test_a_teller_that_fails_leaves_the_others_their_answers(reads: JsonReads) -> None:
    faults: list[dict[str, object]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: faults.append(context))

    def fail(_: bytes | None, __: BaseException | None) -> None:
        raise ValueError("a fault of the teller's")

    try:
        first = asyncio.create_task(reads.fetch(DIVIDED, ["first", 1]))
        await asyncio.sleep(0)
        for _ in range(3):
            reads.ask(DIVIDED, ["", 1], fail)
        found = await asyncio.gather(first, *(reads.fetch(DIVIDED, [str(n), 1]) for n in range(5)))
    finally:
        loop.set_exception_handler(None)

    assert found == [b'"first 100"', *(f'"{n} 100"'.encode() for n in range(5))]
    assert len(faults) == 3


async def test_who_gathers_behind_one_that_is_late_waits_no_longer(
    fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.json_lines.TOGETHER_SECONDS", 0.02)
    reads = JsonReads(fresh_url, pool_size=3)
    sql = "SELECT to_json(concat(pg_sleep($1::float8)::text, $2::text))"
    try:
        for _ in range(6):
            await reads.fetch(sql, [0.0, "known"])
        late = asyncio.create_task(reads.fetch(sql, [30.0, "late"]))
        await asyncio.sleep(0.01)
        found = await asyncio.gather(*(reads.fetch(sql, [0.0, str(n)]) for n in range(3)))
        is_still_late = not late.done()
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
    finally:
        await reads.close()

    assert found == [b'"0"', b'"1"', b'"2"']
    assert is_still_late
