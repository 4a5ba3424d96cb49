from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from db.database import Database
from tests.api import Api, make_api
from tests.databases import Clock
from tests.world import World, make_world


@pytest.fixture
async def api(db: Database, clock: Clock) -> AsyncIterator[Api]:
    """Every flag is on; nobody is signed in until a test says ``api.as_(…)``."""
    made = make_api(db, clock)
    yield made
    await made.services.solver.close()


@pytest.fixture
async def world(db: Database) -> World:
    return await make_world(db)
