"""The pool of reads: bounded, read-only, and back on its feet after whatever happens to a connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import text

from db.database import Database
from db.engine import Waits
from db.json_lines import MOST_TOGETHER
from db.json_reader import STATEMENTS_KEPT
from db.json_reads import JsonReads

BACKEND = "SELECT to_json(pg_backend_pid())"


@pytest.fixture
async def reads(fresh_url: str) -> AsyncIterator[JsonReads]:
    made = JsonReads(fresh_url, pool_size=1)
    yield made
    await made.close()


async def test_the_json_comes_as_postgresql_wrote_it(reads: JsonReads) -> None:
    assert await reads.fetch("SELECT json_build_object('a', $1::int)", [3]) == b'{"a" : 3}'
    assert await reads.fetch("SELECT to_json(1) WHERE false", []) is None


async def test_nothing_can_be_written(reads: JsonReads) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await reads.fetch("CREATE TABLE no (way int)", [])


async def test_one_after_another_is_served_by_one_connection(reads: JsonReads) -> None:
    found = await asyncio.gather(*(reads.fetch(BACKEND, []) for _ in range(5)))

    assert len(set(found)) == 1


async def test_who_waits_for_too_long_is_told_and_the_next_is_served(reads: JsonReads) -> None:
    await reads.fetch(BACKEND, [])
    slow = asyncio.create_task(reads.fetch("SELECT to_json(pg_sleep(3)::text)", []))
    await asyncio.sleep(0.05)

    reads._waits = Waits(pool=0.2)
    with pytest.raises(TimeoutError):
        await reads.fetch(BACKEND, [])
    reads._waits = Waits()
    await slow
    assert await reads.fetch(BACKEND, [])


async def test_a_connection_that_was_killed_is_replaced(reads: JsonReads, fresh_db: Database) -> None:
    before = await reads.fetch(BACKEND, [])
    assert before is not None
    async with fresh_db.read() as db_session:
        await db_session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": int(before)})
    await asyncio.sleep(0.1)

    try:
        after = await reads.fetch(BACKEND, [])
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):  # it had not noticed yet
        after = await reads.fetch(BACKEND, [])

    assert after not in (None, before)


async def test_a_reader_who_is_cancelled_leaves_the_place_to_the_next(reads: JsonReads) -> None:
    for _ in range(3):
        slow = asyncio.create_task(reads.fetch("SELECT to_json(pg_sleep(5)::text)", []))
        await asyncio.sleep(0.05)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow

    assert await reads.fetch(BACKEND, [])


async def test_who_is_cancelled_while_waiting_takes_no_place(reads: JsonReads) -> None:
    slow = asyncio.create_task(reads.fetch("SELECT to_json(pg_sleep(0.15)::text)", []))
    await asyncio.sleep(0.02)
    waiting = asyncio.create_task(reads.fetch(BACKEND, []))
    await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.gather(slow, waiting, return_exceptions=True)

    assert waiting.cancelled()
    assert await reads.fetch(BACKEND, [])


async def test_a_statement_that_a_migration_made_old_is_prepared_anew(
    reads: JsonReads, fresh_db: Database
) -> None:
    async def run(statement: str) -> None:
        async with fresh_db.engine.begin() as connection:
            await connection.execute(text(statement))

    await run("CREATE TABLE changing (it int)")
    await run("INSERT INTO changing VALUES (1)")
    sql = "SELECT row_to_json(c) FROM (SELECT * FROM changing) c"
    assert await reads.fetch(sql, []) == b'{"it":1}'
    await run("ALTER TABLE changing ADD COLUMN more int DEFAULT 2")

    try:
        found = await reads.fetch(sql, [])
    except asyncpg.PostgresError:  # the lane declines, and the reference lane answers
        found = await reads.fetch(sql, [])

    assert found == b'{"it":1,"more":2}'


async def test_no_more_statements_are_kept_than_was_said(reads: JsonReads) -> None:
    for n in range(STATEMENTS_KEPT + 20):
        await reads.fetch(f"SELECT to_json({n})", [])

    kept = await reads.fetch("SELECT to_json(count(*)) FROM pg_prepared_statements", [])
    assert kept is not None
    assert int(kept) <= STATEMENTS_KEPT + 1


async def test_long_statements_are_kept_by_their_length(
    reads: JsonReads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.json_reader.MOST_BYTES_KEPT", 10_000)
    for n in range(30):
        await reads.fetch(f"SELECT to_json({n}) -- {'x' * 1_000}", [])

    kept = await reads.fetch("SELECT to_json(count(*)) FROM pg_prepared_statements", [])
    assert kept is not None
    assert 5 < int(kept) <= 11
    assert await reads.fetch(f"SELECT to_json(1) -- {'x' * 20_000}", []) == b"1", "by itself too long"


async def test_after_it_was_closed_nobody_waits_for_ever(reads: JsonReads) -> None:
    await reads.fetch(BACKEND, [])
    await reads.close()

    reads._waits = Waits(pool=0.2)
    with pytest.raises(TimeoutError):
        await reads.fetch(BACKEND, [])


async def test_who_asks_for_the_same_goes_together_and_each_gets_their_own(
    fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.json_lines.TOGETHER_SECONDS", 60.0)  # however busy the machine is
    reads = JsonReads(fresh_url, pool_size=4)
    sql = "SELECT concat('- ', $1::int, ' ', now())"
    try:
        await _make_known(reads, sql, [0])
        found = await asyncio.gather(*(reads.fetch(sql, [n]) for n in range(MOST_TOGETHER)))
    finally:
        await reads.close()

    answers = [each.split(b" ", 2) for each in found if each is not None]
    assert [int(each[1]) for each in answers] == list(range(MOST_TOGETHER))
    assert len({each[2] for each in answers}) == 2, "the first at once, all others in one transaction"


async def test_one_that_fails_among_them_fails_alone(fresh_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.json_lines.TOGETHER_SECONDS", 60.0)
    reads = JsonReads(fresh_url, pool_size=2)
    sql = "SELECT to_json(10 / $1::int)"
    try:
        await _make_known(reads, sql, [1])
        found = await asyncio.gather(*(reads.fetch(sql, [n]) for n in (1, 2, 0, 5)), return_exceptions=True)
    finally:
        await reads.close()

    assert found[:2] + found[3:] == [b"10", b"5", b"2"]
    assert isinstance(found[2], asyncpg.DivisionByZeroError)


async def test_what_is_slow_goes_alone_and_keeps_nobody_waiting(fresh_url: str) -> None:
    reads = JsonReads(fresh_url, pool_size=3)
    now = "extract(epoch FROM clock_timestamp())"
    slow = f"SELECT json_build_array({now}, pg_sleep($1::float8)::text, {now})"
    try:
        await _make_known(reads, slow, [0.1])
        *both, backend = await asyncio.gather(
            *(reads.fetch(slow, [2.0]) for _ in range(2)), reads.fetch(BACKEND, [])
        )
    finally:
        await reads.close()

    assert backend is not None
    spans = [json.loads(each or b"") for each in both]
    assert max(began for began, _, _ in spans) < min(ended for _, _, ended in spans), "at the same time"


async def _make_known(reads: JsonReads, sql: str, arguments: list[object]) -> None:
    """Prepared, and how long it takes once it is."""
    for _ in range(2):
        await reads.fetch(sql, arguments)


async def test_who_stumbles_over_their_answer_keeps_nobody_from_theirs(
    fresh_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.json_lines.TOGETHER_SECONDS", 60.0)
    reads, told, heard = JsonReads(fresh_url, pool_size=1), [], []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, said: heard.append(said["exception"]))
    fault = RuntimeError("no")

    def stumble(found: bytes | None, _: BaseException | None) -> None:
        raise fault

    try:
        await _make_known(reads, "SELECT to_json($1::int)", [0])
        for n in range(3):
            reads.ask(
                "SELECT to_json($1::int)", [n], stumble if n == 1 else lambda found, _: told.append(found)
            )
        await reads.fetch("SELECT to_json($1::int)", [9])
    finally:
        await reads.close()
        loop.set_exception_handler(None)

    assert told == [b"0", b"2"]
    assert heard == [fault]
