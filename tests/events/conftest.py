from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations.redis_clients import RedisAddress
from tests.doubles.valkey import Valkey
from tests.events.world import make_effects


@pytest.fixture
async def effects_url(fresh_url: str) -> str:
    """A database of the test's own with a table of effects."""
    await make_effects(fresh_url)
    return fresh_url


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


@pytest.fixture
def redis_address(valkey: Valkey) -> RedisAddress:
    return RedisAddress(unix_socket=valkey.socket_path, db=4)
