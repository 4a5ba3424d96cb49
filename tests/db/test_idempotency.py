from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text

from db.database import Database, Transaction
from db.idempotency import KEPT, StoredAnswer, purge_expired, replay_or_claim, store_answer
from db.models.operations import IdempotencyKeyRow
from domain.errors import IdempotencyConflict, InvalidInput, NotFound
from tests.databases import Clock

INPUT = {"sessionId": "s1", "targetMinutes": 30}


async def answered(
    db: Database,
    *,
    caller: str = "ada",
    operation: str = "compressSession",
    key: str = "k1",
    input: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What a mutation does: replay, or have an effect and answer with something that never comes twice."""

    async def work(tx: Transaction) -> dict[str, Any]:
        stored = await replay_or_claim(tx, caller, operation, key, INPUT if input is None else input)
        if stored is not None:
            return stored.response
        await tx.db_session.execute(text("INSERT INTO effects DEFAULT VALUES"))
        answer = {"id": str(uuid4())}
        await store_answer(tx, caller, operation, key, answer)
        return answer

    return await db.unit_of_work(work)


async def effects(db: Database) -> object:
    async with db.read() as db_session:
        return await db_session.scalar(text("SELECT count(*) FROM effects"))


@pytest.fixture
async def effective(db: Database) -> Database:
    await db.unit_of_work(lambda tx: tx.db_session.execute(text("CREATE TABLE effects (id serial)")))
    return db


@pytest.fixture
async def busy(fresh_db: Database) -> Database:
    await fresh_db.unit_of_work(lambda tx: tx.db_session.execute(text("CREATE TABLE effects (id serial)")))
    return fresh_db


async def test_a_replay_gets_the_first_answer_and_has_no_effect(effective: Database) -> None:
    first = await answered(effective)
    second = await answered(effective)

    assert first == second
    assert await effects(effective) == 1


async def test_fifty_simultaneous_twins_have_one_effect_and_one_answer(busy: Database) -> None:
    answers = await asyncio.gather(*(answered(busy) for _ in range(50)))

    assert len({answer["id"] for answer in answers}) == 1
    assert await effects(busy) == 1


async def test_a_twin_takes_over_when_the_first_rolls_back(busy: Database) -> None:
    claimed, fail = asyncio.Event(), asyncio.Event()

    async def failing(tx: Transaction) -> None:
        await replay_or_claim(tx, "ada", "compressSession", "k1", INPUT)
        claimed.set()
        await fail.wait()
        raise NotFound("session", "s1")

    first = asyncio.create_task(busy.unit_of_work(failing))
    await claimed.wait()
    second = asyncio.create_task(answered(busy))
    await asyncio.sleep(0.1)
    assert not second.done()
    fail.set()

    with pytest.raises(NotFound):
        await first
    assert (await second).keys() == {"id"}
    assert await effects(busy) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"sessionId": "s1", "targetMinutes": 31},
        {"sessionId": "s1"},
        {},
        {"targetMinutes": "30", "sessionId": "s1"},
    ],
)
async def test_the_same_key_with_another_input_is_refused(effective: Database, other: dict[str, Any]) -> None:
    await answered(effective)

    with pytest.raises(IdempotencyConflict):
        await answered(effective, input=other)
    assert await effects(effective) == 1


async def test_the_order_of_an_inputs_fields_does_not_matter(effective: Database) -> None:
    first = await answered(effective)

    assert await answered(effective, input=dict(reversed(INPUT.items()))) == first


async def test_inputs_may_hold_ids_dates_and_decimals(effective: Database) -> None:
    input = {
        "id": UUID(int=7),
        "on": date(2026, 11, 20),
        "load": Decimal("1.50"),
        "nested": [{"b": 1, "a": None}],
    }
    first = await answered(effective, input=input)

    assert await answered(effective, input=input | {"load": Decimal("1.5")}) == first


async def test_callers_and_operations_do_not_share_keys(effective: Database) -> None:
    answers = [
        await answered(effective),
        await answered(effective, caller="bob"),
        await answered(effective, operation="revertCompression"),
        await answered(effective, key="k2"),
    ]

    assert len({answer["id"] for answer in answers}) == 4
    assert await effects(effective) == 4


async def test_a_key_is_kept_for_a_day_at_least_and_then_is_free(effective: Database, clock: Clock) -> None:
    first = await answered(effective)
    clock.advance(hours=24)
    assert await answered(effective) == first

    clock.now += KEPT - timedelta(hours=24)
    assert await answered(effective, input={"sessionId": "s2"}) != first
    assert await effects(effective) == 2


async def test_the_stored_answer_says_when_it_was_given(effective: Database, clock: Clock) -> None:
    given_at = clock.now
    first = await answered(effective)
    clock.advance(hours=1)

    stored = await effective.unit_of_work(
        lambda tx: replay_or_claim(tx, "ada", "compressSession", "k1", INPUT)
    )

    assert stored == StoredAnswer(first, given_at)


async def test_a_claim_without_an_answer_cannot_be_committed(effective: Database) -> None:
    with pytest.raises(RuntimeError, match="not answered"):
        await effective.unit_of_work(lambda tx: replay_or_claim(tx, "ada", "compressSession", "k1", INPUT))
    assert (await answered(effective)).keys() == {"id"}


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_a_key_has_1_to_200_characters(effective: Database, key: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 200"):
        await answered(effective, key=key)
    assert (await answered(effective, key="ü" * 200)).keys() == {"id"}


async def test_only_expired_keys_are_purged_the_oldest_first(effective: Database, clock: Clock) -> None:
    for hour in range(3):
        await answered(effective, key=f"k{hour}")
        clock.advance(hours=1)
    clock.now += KEPT - timedelta(hours=1, minutes=30)  # k0 and k1 are past their time

    gone = [
        await effective.unit_of_work(lambda tx: purge_expired(tx.db_session, tx.now, at_most=1))
        for _ in range(3)
    ]

    assert gone == [1, 1, 0]
    async with effective.read() as db_session:
        assert (await db_session.scalars(select(IdempotencyKeyRow.key))).all() == ["k2"]
        assert await db_session.scalar(select(func.count()).select_from(IdempotencyKeyRow)) == 1
