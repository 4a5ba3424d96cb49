from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import exc, insert, select, text
from structlog.testing import capture_logs

from db import database as database_module
from db import outbox
from db.database import CommitUnknownError, Database, Fault, OutcomeUnknown, Retriable, Transaction, classify
from db.engine import Waits
from db.models.operations import OutboxRow
from domain.errors import NotFound
from domain.events import Event, PlanChanged
from tests import patience
from tests.databases import Clock


@pytest.fixture
async def tally(fresh_db: Database) -> Database:
    """A database with two numbered rows to change, both zero."""
    async with fresh_db.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE tally (id int PRIMARY KEY, total int NOT NULL UNIQUE)"))
        await connection.execute(text("INSERT INTO tally VALUES (1, 0), (2, 1000)"))
    return fresh_db


def plan_changed(version: int = 1) -> PlanChanged:
    return PlanChanged(aggregate_id=uuid4(), version=version, organization_id=uuid4(), owner_id=uuid4())


async def add(tx: Transaction, row: int, amount: int = 1) -> None:
    await tx.db_session.execute(
        text("UPDATE tally SET total = total + :amount WHERE id = :row"), {"row": row, "amount": amount}
    )


async def total(db: Database, row: int = 1) -> int:
    async with db.read() as db_session:
        found = await db_session.scalar(text("SELECT total FROM tally WHERE id = :row"), {"row": row})
    assert isinstance(found, int)
    return found


async def test_a_unit_of_work_commits_and_returns_what_the_work_returns(tally: Database) -> None:
    async def work(tx: Transaction) -> str:
        await add(tx, 1)
        return "done"

    assert await tally.unit_of_work(work) == "done"
    assert await total(tally) == 1


async def test_a_refusal_rolls_everything_back_and_reaches_the_caller(tally: Database) -> None:
    async def work(tx: Transaction) -> None:
        await add(tx, 1)
        tx.record(plan_changed())
        raise NotFound("plan", "x")

    with pytest.raises(NotFound):
        await tally.unit_of_work(work)
    assert await total(tally) == 0
    async with tally.read() as db_session:
        assert (await db_session.scalars(select(OutboxRow.id))).all() == []


async def test_one_transaction_has_one_now(fresh_db: Database, clock: Clock) -> None:
    async def work(tx: Transaction) -> bool:
        before = tx.now
        clock.advance(hours=1)
        return tx.now == before

    assert await fresh_db.unit_of_work(work)


async def test_a_caller_who_leaves_during_the_work_does_not_stop_it(tally: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(tx: Transaction) -> None:
        await add(tx, 1)
        begun.set()
        await go_on.wait()
        await add(tx, 2)

    caller = asyncio.create_task(tally.unit_of_work(work))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go_on.set()

    assert await tally.drain(2.0) == 0
    assert (await total(tally, 1), await total(tally, 2)) == (1, 1001)
    assert tally.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_hundred_cancelled_callers_cost_no_connection_and_no_change(tally: Database) -> None:
    async def work(tx: Transaction) -> None:
        await add(tx, 1)

    callers = [asyncio.create_task(tally.unit_of_work(work)) for _ in range(100)]
    await asyncio.sleep(0.02)
    for caller in callers:
        caller.cancel()
    await asyncio.gather(*callers, return_exceptions=True)
    await tally.drain(5.0)

    assert any(caller.cancelled() for caller in callers)
    assert await total(tally) == 100
    assert tally.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_work_that_fails_after_its_caller_left_is_logged(fresh_db: Database) -> None:
    begun = asyncio.Event()

    async def work(tx: Transaction) -> None:
        begun.set()
        await asyncio.sleep(0.01)
        raise ValueError("nobody hears this")

    with capture_logs() as logs:
        caller = asyncio.create_task(fresh_db.unit_of_work(work))
        await begun.wait()
        caller.cancel()
        await asyncio.gather(caller, return_exceptions=True)
        await fresh_db.drain(1.0)

    assert [entry["event"] for entry in logs] == ["abandoned_unit_of_work_failed"]


async def test_two_that_deadlock_are_both_applied_once(tally: Database) -> None:
    meeting = asyncio.Barrier(2)
    attempts = 0

    def adds(first: int, second: int, event: PlanChanged) -> Callable[[Transaction], Awaitable[None]]:
        async def work(tx: Transaction) -> None:
            nonlocal attempts
            attempts += 1
            tx.record(event)
            await add(tx, first)
            if attempts <= 2:
                await meeting.wait()
            await add(tx, second)

        return work

    one, other = plan_changed(), plan_changed()
    await asyncio.gather(
        tally.unit_of_work(adds(1, 2, one)),
        tally.unit_of_work(adds(2, 1, other)),
    )

    assert attempts == 3
    assert (await total(tally, 1), await total(tally, 2)) == (2, 1002)
    async with tally.read() as db_session:
        for event in (one, other):
            assert len(await outbox.events_of(db_session, "plan", event.aggregate_id)) == 1


async def test_what_always_loses_is_given_up_after_four_retries(fresh_db: Database) -> None:
    attempts = 0

    async def work(tx: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        await tx.db_session.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    with pytest.raises(exc.DBAPIError) as failure:
        await fresh_db.unit_of_work(work)
    assert attempts == 5
    assert classify(failure.value) == Retriable("40001")


async def test_another_failure_is_not_repeated(tally: Database) -> None:
    attempts = 0

    async def work(tx: Transaction) -> None:
        nonlocal attempts
        attempts += 1
        await add(tx, 1, 1000)

    with pytest.raises(exc.IntegrityError) as failure:
        await tally.unit_of_work(work)
    assert attempts == 1
    assert classify(failure.value) == Fault("23505")


async def test_work_past_its_deadline_is_stopped_and_not_applied(tally: Database) -> None:
    async def work(tx: Transaction) -> None:
        await add(tx, 1)
        await tx.db_session.execute(text("SELECT pg_sleep(50)"))

    started = time.monotonic()
    with pytest.raises(TimeoutError) as failure:
        await tally.unit_of_work(work, deadline_seconds=0.2)

    assert time.monotonic() - started < 25
    assert classify(failure.value) == Retriable("timeout")
    assert await total(tally) == 0
    assert tally.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_swallowed_failure_does_not_pass_for_a_commit(tally: Database) -> None:
    async def work(tx: Transaction) -> None:
        await add(tx, 2, 5)
        try:
            await add(tx, 1, 1005)
        except exc.IntegrityError:
            return

    with pytest.raises(RuntimeError, match="begin_nested"):
        await tally.unit_of_work(work)
    assert await total(tally, 2) == 1000


async def test_a_failure_inside_a_savepoint_may_be_survived(tally: Database) -> None:
    async def work(tx: Transaction) -> None:
        await add(tx, 2, 5)
        with pytest.raises(exc.IntegrityError):
            async with tx.db_session.begin_nested():
                await add(tx, 1, 1005)

    await tally.unit_of_work(work)

    assert await total(tally, 2) == 1005


@pytest.fixture
async def slow_commit(tally: Database) -> Database:
    """Commits of ``tally`` take half a second."""
    async with tally.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql"
                " AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$"
            )
        )
        await connection.execute(
            text(
                "CREATE CONSTRAINT TRIGGER linger AFTER UPDATE ON tally"
                " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION linger()"
            )
        )
    return tally


async def test_a_connection_lost_during_the_commit_is_of_unknown_outcome(slow_commit: Database) -> None:
    backend = asyncio.get_running_loop().create_future()

    async def work(tx: Transaction) -> None:
        await add(tx, 1)
        backend.set_result(await tx.db_session.scalar(text("SELECT pg_backend_pid()")))

    unit = asyncio.create_task(slow_commit.unit_of_work(work))
    pid = await backend
    await asyncio.sleep(0.2)
    async with slow_commit.read() as db_session:
        await db_session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    with pytest.raises(CommitUnknownError) as failure:
        await unit
    assert classify(failure.value) == OutcomeUnknown("commit")


async def test_a_commit_that_takes_too_long_is_of_unknown_outcome(
    slow_commit: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "COMMIT_SECONDS", 0.1)

    with pytest.raises(CommitUnknownError):
        await slow_commit.unit_of_work(lambda tx: add(tx, 1))
    assert slow_commit.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_a_commit_that_the_server_refuses_is_known_to_have_done_nothing(tally: Database) -> None:
    async with tally.engine.begin() as connection:
        await connection.execute(
            text(
                "ALTER TABLE tally DROP CONSTRAINT tally_total_key,"
                " ADD UNIQUE (total) DEFERRABLE INITIALLY DEFERRED"
            )
        )

    with pytest.raises(exc.IntegrityError) as failure:
        await tally.unit_of_work(lambda tx: add(tx, 1, 1000))
    assert classify(failure.value) == Fault("23505")


async def test_callbacks_run_after_the_commit_and_cannot_fail_it(fresh_url: str, clock: Clock) -> None:
    heard: list[object] = []
    event = plan_changed()

    async def publish(events: Sequence[Event]) -> None:
        async with database.read() as db_session:
            stored = await outbox.events_of(db_session, "plan", events[0].aggregate_id)
        heard.append((list(events), len(stored)))

    def break_down() -> None:
        raise OSError("the listener is ill")

    database = Database(fresh_url, clock=clock, after_commit=[publish])

    async def work(tx: Transaction) -> str:
        tx.record(event)
        tx.after_commit(break_down)
        tx.after_commit(lambda: heard.append("told"))
        return "done"

    with capture_logs() as logs:
        assert await database.unit_of_work(work) == "done"
    await database.dispose()

    assert heard == ["told", ([event], 1)]
    assert [entry["event"] for entry in logs] == ["after_commit_failed"]


async def test_callbacks_do_not_run_when_nothing_was_committed(fresh_url: str, clock: Clock) -> None:
    heard: list[object] = []
    database = Database(fresh_url, clock=clock, after_commit=[heard.append])

    async def work(tx: Transaction) -> None:
        tx.record(plan_changed())
        tx.after_commit(lambda: heard.append("told"))
        raise NotFound("plan", "x")

    with pytest.raises(NotFound):
        await database.unit_of_work(work)
    await database.dispose()
    assert heard == []


async def test_a_read_cannot_write(fresh_db: Database) -> None:
    async with fresh_db.read() as db_session:
        with pytest.raises(RuntimeError, match="unit_of_work"):
            await db_session.execute(insert(OutboxRow).values(seq=1))


async def test_a_full_pool_refuses_in_a_second_and_the_database_still_counts_as_there(
    fresh_url: str, clock: Clock
) -> None:
    fresh_db = Database(fresh_url, clock=clock, waits=replace(Waits(), pool=1.0))
    async with asyncio.timeout(patience.SECONDS), AsyncExitStack() as stack:
        for _ in range(10):
            db_session = await stack.enter_async_context(fresh_db.read())
            await db_session.execute(text("SELECT 1"))
        started = time.monotonic()
        with pytest.raises(exc.TimeoutError) as failure:
            async with fresh_db.read() as db_session:
                await db_session.execute(text("SELECT 1"))
        waited_seconds = time.monotonic() - started
        await fresh_db.check()

    await fresh_db.dispose()
    assert 0.9 < waited_seconds < patience.SECONDS / 2
    assert classify(failure.value) == Retriable("pool_exhausted")


async def test_every_wait_in_the_server_is_bounded(fresh_url: str, clock: Clock) -> None:
    database = Database(fresh_url, clock=clock, waits=patience.OF_THE_PRODUCT)
    async with database.read() as db_session:
        rows = await db_session.execute(
            text("SELECT name, setting FROM pg_settings WHERE name LIKE '%timeout' ORDER BY name")
        )
        settings = {row.name: row.setting for row in rows}
    await database.dispose()

    assert (
        settings.items()
        >= {
            "statement_timeout": "3000",
            "lock_timeout": "2000",
            "idle_in_transaction_session_timeout": "5000",
            "transaction_timeout": "10000",
        }.items()
    )


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ("SET LOCAL statement_timeout = 20; SELECT pg_sleep(1)", Retriable("57014")),
        ("SELECT pg_terminate_backend(pg_backend_pid())", Retriable("08003")),
        ("SELECT 1 / 0", Fault("22012")),
        ("SELECT nothing", Fault("42703")),
    ],
)
async def test_failures_of_the_server_are_classified(
    fresh_db: Database, statement: str, verdict: object
) -> None:
    async def work(tx: Transaction) -> None:
        for part in statement.split(";"):
            await tx.db_session.execute(text(part))

    with pytest.raises(exc.DBAPIError) as failure:
        await fresh_db.unit_of_work(work)
    assert classify(failure.value) == verdict


async def test_a_connection_lost_within_a_savepoint_is_retriable_too(fresh_db: Database) -> None:
    async def work(tx: Transaction) -> None:
        async with tx.db_session.begin_nested():
            await tx.db_session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(exc.DBAPIError) as failure:
        await fresh_db.unit_of_work(work)
    assert classify(failure.value) == Retriable("08003")


async def test_a_connection_that_died_in_the_pool_is_a_retriable_error_once(fresh_db: Database) -> None:
    async with fresh_db.read() as db_session:
        pid = await db_session.scalar(text("SELECT pg_backend_pid()"))
    async with fresh_db._check_engine.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    await asyncio.sleep(0.05)

    with pytest.raises((exc.DBAPIError, OSError)) as failure:
        async with fresh_db.read() as db_session:
            await db_session.execute(text("SELECT 1"))
    assert isinstance(classify(failure.value), Retriable)
    async with fresh_db.read() as db_session:
        assert await db_session.scalar(text("SELECT 1")) == 1


async def test_a_value_the_driver_cannot_send_is_a_fault(fresh_db: Database) -> None:
    async with fresh_db.read() as db_session:
        with pytest.raises(exc.DBAPIError) as failure:
            await db_session.execute(text("SELECT CAST(:value AS int)"), {"value": "many"})
    assert classify(failure.value) == Fault("22000")


async def test_what_people_wrote_is_in_no_error(fresh_db: Database) -> None:
    async with fresh_db.read() as db_session:
        with pytest.raises(exc.DBAPIError) as caught:
            await db_session.execute(text("SELECT CAST(:wrote AS text), 1 / 0"), {"wrote": "sore left knee"})

    assert "division by zero" in str(caught.value)
    assert "sore left knee" not in str(caught.value)


async def test_a_server_that_is_away_is_retriable_and_fails_the_check(clock: Clock) -> None:
    away = Database("postgresql+asyncpg://taper@/postgres?host=/nonexistent", clock=clock)

    with pytest.raises(OSError) as failure:  # noqa: PT011  # which one depends on the system
        await away.check()
    assert isinstance(classify(failure.value), Retriable)
    await away.dispose()


async def test_the_rolled_back_database_commits_into_savepoints(db: Database) -> None:
    event = plan_changed()

    async def work(tx: Transaction) -> None:
        tx.record(event)

    async def broken_work(tx: Transaction) -> None:
        tx.record(plan_changed())
        await tx.db_session.execute(text("SELECT nothing"))

    await db.unit_of_work(work)
    with pytest.raises(exc.DBAPIError):
        await db.unit_of_work(broken_work)
    await asyncio.gather(*(db.unit_of_work(lambda tx: asyncio.sleep(0)) for _ in range(5)))

    async with db.read() as db_session:
        assert len(await outbox.events_of(db_session, "plan", event.aggregate_id)) == 1


async def test_nothing_of_another_test_is_left_in_the_rolled_back_database(db: Database) -> None:
    async with db.read() as db_session:
        assert (await db_session.scalars(select(OutboxRow.id))).all() == []
