"""When the compiled lane's connections fail it, the resolvers answer the same request, and it is counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import create_engine
from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.app.api import Api
from tests.events.world import until

PLAN = "query ($id: ID!) { plan(id: $id) { id title microcycles { ordinal } } }"
IDS = {"id": global_id(Kind.PLAN, DEMO.plans["phul-upper-power"])}
END_READERS_THAT_WAIT = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'taper-reads'"
    " AND wait_event_type = 'Lock' AND datname = current_database()"
)


async def test_a_pool_that_is_used_up_is_no_reason_to_fail(make_api: Any) -> None:
    api: Api = await make_api(db_read_pool_size=1)
    expected = await _answered(api, "compiled")
    reads = api.application.reads
    assert reads is not None
    reads._waits = replace(reads._waits, pool=0.1)
    held = asyncio.create_task(reads.fetch("SELECT to_json(1)::text FROM pg_sleep(30)", ()))
    await asyncio.sleep(0.05)  # the one connection is on its way with it

    found = await _answered(api, "database")
    held.cancel()

    assert found.json() == expected.json()


async def test_a_connection_that_postgresql_ends_is_no_reason_to_fail(make_api: Any, demo_url: str) -> None:
    api: Api = await make_api(url=demo_url)
    expected = await _answered(api, "compiled")
    async with _another_session(demo_url) as session:
        await session.execute(text("LOCK TABLE plans IN ACCESS EXCLUSIVE MODE"))
        asked = asyncio.create_task(_answered(api, "database"))
        await until(lambda: _ended(session))
        await session.rollback()
        found = await asked

    assert found.json() == expected.json()
    assert (await _answered(api, "compiled")).json() == expected.json()  # on a connection that is new


async def _ended(session: AsyncConnection) -> bool:
    return bool(await session.scalar(END_READERS_THAT_WAIT))


async def _answered(api: Api, lane: str) -> httpx2.Response:
    """By that lane, or for that reason not by the compiled one, and counted as such once."""
    before = _counted(api, lane)
    answer = await api.post(PLAN, IDS, token=api.token("coach"))

    assert answer.json()["data"]["plan"]["microcycles"], answer.text
    assert answer.headers["x-taper-lane"] == lane
    assert _counted(api, lane) == before + 1
    return answer


def _counted(api: Api, lane: str) -> float:
    registry = api.application.services.metrics.registry
    return registry.get_sample_value("taper_graphql_lane_queries_total", {"lane": lane}) or 0.0


@asynccontextmanager
async def _another_session(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_engine(url, pool_size=1)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()
