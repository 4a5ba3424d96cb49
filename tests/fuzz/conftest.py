from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.embedded import EmbeddedPostgres


@pytest.fixture(scope="session")
async def fuzz_url(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine, demo_template: str) -> str:
    """A database with the demo, for whatever the fuzzer makes of it."""
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE fuzz TEMPLATE {demo_template}"))
    return postgres.url_of("fuzz")
