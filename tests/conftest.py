"""A real PostgreSQL for every test that asks: one server a worker, migrated once; rolled back or cloned."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from db import migrate
from db.database import Database
from db.embedded import EmbeddedPostgres
from db.engine import create_engine
from db.seed import seed_demo
from tests import patience
from tests.databases import Clock, RolledBackDatabase

# An example may take as long as it takes.
settings.register_profile(
    "patient",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")

# Nobody stays connected to them, or they could not be cloned.
TEMPLATE, DEMO_TEMPLATE = "template_migrated", "template_demo"


@pytest.fixture(scope="session", autouse=True)
def _quick_logs() -> None:
    """Tracebacks as the server writes them: the library's default prints every local, for seconds each, which
    the servers in this process would spend on a fault instead of answering."""
    console = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], console])


@pytest.fixture(scope="session", autouse=True)
def _patience() -> Iterator[None]:
    with patience.patience():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    with (
        tempfile.TemporaryDirectory(prefix="taper-tests-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        yield server


@pytest.fixture(scope="session")
async def postgres_admin(postgres: EmbeddedPostgres) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(postgres.url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
    await migrate.upgrade(postgres.url_of(TEMPLATE))
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def postgres_url(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine) -> str:
    """A migrated database, the same one for all tests of this worker: leave nothing committed in it."""
    return await _clone(postgres, postgres_admin, "tests")


@pytest.fixture(scope="session")
async def demo_template(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine) -> str:
    """Seeded once a run, for the day on which the tests' clock stands."""
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {DEMO_TEMPLATE} TEMPLATE {TEMPLATE}"))
    clock = Clock()
    db = Database(postgres.url_of(DEMO_TEMPLATE), clock=clock)
    await seed_demo(db, clock().date())
    await db.dispose()
    return DEMO_TEMPLATE


@pytest.fixture(scope="session")
async def _rolled_back_engine(postgres_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(postgres_url, pool_size=1)
    yield engine
    await engine.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def db(_rolled_back_engine: AsyncEngine, clock: Clock) -> AsyncIterator[Database]:
    """A database whose every change is gone after the test, commits included."""
    async with _rolled_back_engine.connect() as connection:
        # The transaction is as long as the test, and a debugger makes that long.
        for setting in ("transaction_timeout", "idle_in_transaction_session_timeout"):
            await connection.execute(text(f"SET LOCAL {setting} = 0"))
        database = RolledBackDatabase(connection, clock=clock)
        yield database
        await database.dispose()
        await connection.rollback()


@pytest.fixture
async def fresh_url(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine) -> AsyncIterator[str]:
    """A migrated database of the test's own."""
    name = f"fresh_{uuid4().hex}"
    yield await _clone(postgres, postgres_admin, name)
    async with postgres_admin.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def fresh_db(fresh_url: str, clock: Clock) -> AsyncIterator[Database]:
    """A database of the test's own, with real commits on several connections."""
    database = Database(fresh_url, clock=clock)
    yield database
    await database.dispose()


async def _clone(server: EmbeddedPostgres, admin: AsyncEngine, name: str) -> str:
    async with admin.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}"))
    return server.url_of(name)
