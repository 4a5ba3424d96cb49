"""One request sent twice, and many at once: one effect, one answer, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from db.compressions import compressions_by_session
from db.database import Database
from db.models.plans import PlanRow
from db.outbox import events_of
from db.paging import PageRequest
from db.sessions import sessions_by_id
from domain.sessions import CompressionAction, CompressionRecord, Session
from tests.api import Api, make_api
from tests.databases import Clock
from tests.schema.documents import COMPRESS, REVERT
from tests.world import World, make_world

EVERYTHING = COMPRESS.replace("summary {", "compression { segments { totalSeconds } } summary {")
CREATE = """mutation ($input: CreatePlanInput!) { createPlan(input: $input) {
  __typename ... on CreatePlanSuccess { plan { id title version updatedAt } } ... on Error { code } } }"""


async def test_a_replay_gives_the_first_answer_though_the_session_changed(
    db: Database, api: Api, world: World
) -> None:
    mine = api.as_(world.athlete)
    keyed = {**world.ids, "targetMinutes": 45, "idempotencyKey": "tap-1"}
    first = await mine.run(EVERYTHING, input=keyed)
    await mine.run(COMPRESS, input={**world.ids, "targetMinutes": 70})
    await mine.run(REVERT, input=world.ids)

    again = await mine.run(EVERYTHING, input=keyed)

    assert again == first
    assert again["compressSession"]["session"]["isTimeCrunchActive"] is True
    session, history = await _now(db, world)
    assert not session.is_time_crunch_active, "the replay changed nothing"
    assert len(history) == 3


async def test_the_same_key_with_another_input_is_a_conflict(db: Database, api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    keyed = {**world.ids, "idempotencyKey": "tap-1"}
    await mine.run(COMPRESS, input={**keyed, "targetMinutes": 45})

    reply = await mine.run(COMPRESS, input={**keyed, "targetMinutes": 46})

    assert reply["compressSession"]["code"] == "conflict"
    session, _ = await _now(db, world)
    assert session.time_crunch_minutes == 45


async def test_a_key_belongs_to_its_caller(api: Api, world: World) -> None:
    keyed = {**world.ids, "targetMinutes": 45, "idempotencyKey": "tap-1"}
    first = await api.as_(world.athlete).run(COMPRESS, input=keyed)

    other = await api.as_(world.coach).run(COMPRESS, input=keyed)

    assert first["compressSession"]["entry"]["sessionVersion"] == 2
    assert other["compressSession"]["entry"]["sessionVersion"] == 3


async def test_a_refusal_is_replayed_though_it_would_be_granted_now(
    db: Database, api: Api, world: World
) -> None:
    mine = api.as_(world.athlete)
    keyed = {**world.ids, "targetMinutes": 45, "expectedVersion": 2, "idempotencyKey": "tap-1"}
    first = await mine.run(COMPRESS, input=keyed)
    assert first["compressSession"]["code"] == "conflict"
    await mine.run(COMPRESS, input={**world.ids, "targetMinutes": 60})

    again = await mine.run(COMPRESS, input=keyed)

    assert again == first
    session, _ = await _now(db, world)
    assert session.time_crunch_minutes == 60


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_that_cannot_be_is_refused(api: Api, world: World, key: str) -> None:
    reply = await api.as_(world.athlete).run(
        COMPRESS, input={**world.ids, "targetMinutes": 45, "idempotencyKey": key}
    )

    assert reply["compressSession"]["issues"][0]["path"] == ["idempotencyKey"]


async def test_reverting_is_replayed(db: Database, api: Api, world: World) -> None:
    mine = api.as_(world.athlete)
    await mine.run(COMPRESS, input={**world.ids, "targetMinutes": 45})
    keyed = {**world.ids, "idempotencyKey": "undo-1"}
    first = await mine.run(REVERT, input=keyed)

    again = await mine.run(REVERT, input=keyed)

    assert again == first
    _, history = await _now(db, world)
    assert len(history) == 2


async def test_a_plan_is_made_once(db: Database, api: Api, world: World) -> None:
    keyed = {"title": "Base", "startsOn": "2027-01-04", "weeks": 2, "idempotencyKey": "new-1"}
    first = await api.as_(world.athlete).run(CREATE, input=keyed)

    again = await api.as_(world.athlete).run(CREATE, input=keyed)

    assert again == first
    async with db.read() as db_session:
        count = await db_session.scalar(select(func.count()).where(PlanRow.title == "Base"))
    assert count == 1


class TestAtOnce:
    @pytest.fixture
    async def api(self, fresh_db: Database, clock: Clock) -> AsyncIterator[Api]:
        made = make_api(fresh_db, clock)
        yield made
        await made.services.solver.close()

    @pytest.fixture
    async def world(self, fresh_db: Database) -> World:
        return await make_world(fresh_db)

    async def test_fifty_compressions_lose_nothing_and_undo_restores(
        self, fresh_db: Database, api: Api, world: World
    ) -> None:
        mine = api.as_(world.athlete)
        before, _ = await _now(fresh_db, world)
        targets = [30 + n for n in range(50)]

        replies = await asyncio.gather(*(patiently(mine, COMPRESS, world, targetMinutes=m) for m in targets))

        answers = [each["compressSession"] for each in replies]
        assert {each["status"] for each in answers} == {"compressed"}
        assert sorted(each["session"]["version"] for each in answers) == list(range(2, 52))
        session, history = await _now(fresh_db, world)
        assert [each.session_version for each in history] == list(range(51, 1, -1))
        assert sorted(each.target_minutes or 0 for each in history) == targets
        assert session.time_crunch_minutes == history[0].target_minutes, "the last one is in force"
        async with fresh_db.read() as db_session:
            events = await events_of(db_session, "session", world.session.id)
        assert [each.aggregate_version for each in events] == list(range(2, 52))
        await mine.run(REVERT, input=world.ids)
        after, _ = await _now(fresh_db, world)
        assert _without_version(after) == _without_version(before)

    async def test_compressions_and_reverts_interleave_into_one_history(
        self, fresh_db: Database, api: Api, world: World
    ) -> None:
        mine = api.as_(world.athlete)
        calls: list[Any] = []
        for minutes in range(30, 50):
            calls.append(patiently(mine, COMPRESS, world, targetMinutes=minutes))
            calls.append(patiently(mine, REVERT, world))

        await asyncio.gather(*calls)

        session, history = await _now(fresh_db, world)
        versions = [each.session_version for each in history]
        assert versions == list(range(session.version, 1, -1))
        compressed = [each.action is CompressionAction.COMPRESSED for each in history]
        assert sum(compressed) == 20
        assert session.is_time_crunch_active == compressed[0]

    async def test_one_key_at_once_has_one_effect(self, fresh_db: Database, api: Api, world: World) -> None:
        keyed = {**world.ids, "targetMinutes": 45, "idempotencyKey": "tap-1"}

        replies = await asyncio.gather(
            *(api.as_(world.athlete).run(COMPRESS, input=keyed) for _ in range(10))
        )

        assert all(each == replies[0] for each in replies)
        _, history = await _now(fresh_db, world)
        assert len(history) == 1

    async def test_a_caller_who_leaves_does_not_stop_what_began(
        self, fresh_db: Database, api: Api, world: World
    ) -> None:
        call = asyncio.create_task(
            api.as_(world.athlete).run(COMPRESS, input={**world.ids, "targetMinutes": 45})
        )
        while not fresh_db._units:  # noqa: ASYNC110 - what begins it is the code under test
            await asyncio.sleep(0)

        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert await fresh_db.drain(5) == 0

        session, history = await _now(fresh_db, world)
        assert session.is_time_crunch_active
        assert len(history) == 1
        assert api.event_names.count("time_crunch_completed") == 1


async def patiently(api: Api, document: str, world: World, **input: Any) -> dict[str, Any]:
    """As a good client does: under load it is told to try again, and does so with the same key."""
    keyed = {**world.ids, **input, "idempotencyKey": str(uuid4())}
    for _ in range(20):
        reply = await api.send(document, input=keyed)
        if reply.codes != ["unavailable"]:
            break
        await asyncio.sleep(0.2)
    assert not reply.errors, reply
    assert reply.data is not None
    return reply.data


async def _now(db: Database, world: World) -> tuple[Session, tuple[CompressionRecord, ...]]:
    async with db.read() as db_session:
        sessions = await sessions_by_id(db_session, [world.session.id])
        history = await compressions_by_session(db_session, [world.session.id], PageRequest(first=100))
    return sessions[world.session.id], history[world.session.id].items


def _without_version(session: Session) -> dict[str, Any]:
    return {name: getattr(session, name) for name in Session.__slots__ if name != "version"}
