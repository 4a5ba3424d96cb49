from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from db.database import Database
from tests.databases import Clock
from tests.engine.lanes import Lanes, make_lanes


@pytest.fixture
async def lanes(fresh_db: Database, fresh_url: str, clock: Clock) -> AsyncIterator[Lanes]:
    """Both lanes over a database of the test's own, for the compiled one reads on connections of its own."""
    made = make_lanes(fresh_db, fresh_url, clock)
    yield made
    await made.close()
