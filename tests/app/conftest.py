"""A whole server without a socket: the real application over a database with the demo in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import strawberry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.bootstrap import Application, wire
from app.server import build_app
from app.settings import Settings
from db.embedded import EmbeddedPostgres
from tests import patience
from tests.app.api import SECRET, Api
from tests.databases import Clock

FLAGS_ON = {
    "FEATURE_V1_PLANNING_TIME_CRUNCH_AI": "true",
    "FEATURE_V1_PLANNING_TIME_CRUNCH_UI": "true",
    "FEATURE_STREAM5_TIME_CRUNCH_MODE": "true",
}
MakeApi = Callable[..., Any]


@pytest.fixture(scope="session")
async def shared_url(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine, demo_template: str) -> str:
    """A database with the demo, the same for all tests of this worker: leave nothing committed in it."""
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE demo_shared TEMPLATE {demo_template}"))
    return postgres.url_of("demo_shared")


@pytest.fixture
async def demo_url(
    postgres: EmbeddedPostgres, postgres_admin: AsyncEngine, demo_template: str
) -> AsyncIterator[str]:
    """A database of the test's own with the demo in it."""
    name = f"demo_{uuid4().hex}"
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {demo_template}"))
    yield postgres.url_of(name)
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def make_api(shared_url: str, clock: Clock) -> AsyncIterator[MakeApi]:
    """``await make_api(schema=…, url=…, flags=…, **settings)``: a server with just this much changed."""
    async with AsyncExitStack() as stack:

        async def make(
            *,
            schema: strawberry.Schema | None = None,
            flags: dict[str, str] | None = None,
            url: str = shared_url,
            **settings: Any,
        ) -> Api:
            return await stack.enter_async_context(
                _running(url, clock, schema, FLAGS_ON if flags is None else flags, settings)
            )

        yield make


@pytest.fixture
async def api(make_api: MakeApi, demo_url: str) -> Api:
    """The product itself, with its flags on, and a database that may be changed."""
    made: Api = await make_api(url=demo_url)
    return made


@asynccontextmanager
async def _running(
    url: str, clock: Clock, schema: strawberry.Schema | None, flags: dict[str, str], changes: dict[str, Any]
) -> AsyncIterator[Api]:
    settings = Settings(
        _env_file=None, **{"taper_env": "test", "jwt_secret": SECRET, **patience.SETTINGS, **changes}
    )
    application: Application = wire(settings, url, environ=flags, clock=clock, schema=schema)
    application.rates._own._clock = lambda: clock().timestamp()  # what is spent comes back when it is told to
    await application.start()
    transport = httpx2.ASGITransport(build_app(application), client=("127.0.0.1", 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        yield Api(application, client, clock)
    await application.close()
