from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from db.database import Database
from tests.live.running import Running, running, utc_now
from tests.live.stage import Stage, make_stage


@pytest.fixture
async def live_db(fresh_url: str) -> AsyncIterator[Database]:
    """A database of the test's own, by the real clock: tokens and events are of now."""
    database = Database(fresh_url, clock=utc_now)
    yield database
    await database.dispose()


@pytest.fixture
async def stage(live_db: Database) -> Stage:
    return await make_stage(live_db)


@pytest.fixture
async def server(fresh_url: str, stage: Stage) -> AsyncIterator[Running]:
    async with running(fresh_url) as server:
        yield server
