"""What operators are told, and what makes a server unready: the database, its migrations, its own leaving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.embedded import EmbeddedPostgres
from tests.app.api import Api
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema
from tests.doubles.launchdarkly import LaunchDarkly
from tests.end_to_end.running import eventually

NOWHERE = "postgresql+asyncpg://taper:x@127.0.0.1:1/taper"


@pytest.fixture
async def api(make_api: MakeApi) -> Api:
    made: Api = await make_api(schema=small_schema(Happenings()))
    return made


@pytest.fixture
async def unmigrated_url(postgres: EmbeddedPostgres, postgres_admin: AsyncEngine) -> AsyncIterator[str]:
    async with postgres_admin.connect() as connection:
        await connection.execute(text("CREATE DATABASE unmigrated"))
    yield postgres.url_of("unmigrated")
    async with postgres_admin.connect() as connection:
        await connection.execute(text("DROP DATABASE unmigrated WITH (FORCE)"))


async def test_with_its_database_a_server_is_ready(api: Api) -> None:
    answer = await api.client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert answer.json()["checks"]["flags"] == "off"
    assert answer.headers["cache-control"] == "no-store"


async def test_without_its_database_it_is_alive_but_not_ready(make_api: MakeApi) -> None:
    api: Api = await make_api(schema=small_schema(Happenings()), url=NOWHERE)

    ready, alive = await api.client.get("/readyz"), await api.client.get("/livez")

    assert (ready.status_code, alive.status_code) == (503, 200)
    assert ready.json()["reasons"] == ["the database does not answer"]
    assert ready.json()["checks"]["database"] == "unreachable"


async def test_before_its_migrations_it_is_not_ready_and_afterwards_it_is(
    make_api: MakeApi, unmigrated_url: str
) -> None:
    from db import migrate

    api: Api = await make_api(schema=small_schema(Happenings()), url=unmigrated_url)
    before = await api.client.get("/readyz")
    await migrate.upgrade(unmigrated_url)
    after = await api.client.get("/readyz")

    assert before.json()["reasons"] == ["migrations are pending"]
    assert (before.status_code, after.status_code) == (503, 200)


async def test_while_it_drains_it_is_not_ready_and_still_serves(api: Api) -> None:
    api.application.health.is_draining = True

    answer = await api.client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["draining: this process is about to end"]
    assert (await api.post("{ hello }")).status_code == 200


async def test_without_launchdarkly_it_is_degraded_and_ready(make_api: MakeApi) -> None:
    with LaunchDarkly() as double:
        url = double.url
    api: Api = await make_api(
        schema=small_schema(Happenings()),
        launchdarkly_sdk_key="sdk-test",
        launchdarkly_stream_url=url,
        launchdarkly_base_url=url,
        launchdarkly_events_url=url,
    )
    flags = api.application.services.flags
    await asyncio.to_thread(eventually, lambda: flags.state() == "unreachable")

    answer = await api.client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["degraded"] == ["flags"]


async def test_metrics_are_for_a_scraper(api: Api) -> None:
    answer = await api.client.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert 'planning_time_crunch_requests_total{result="compressed",source="cta"} 0.0' in answer.text
    assert "taper_http_in_flight 0.0" in answer.text


async def test_the_bare_address_says_where_to_go(api: Api) -> None:
    answer = await api.client.get("/")

    assert answer.json() == {"graphql": "/graphql", "health": "/readyz", "metrics": "/metrics"}


@pytest.mark.parametrize("path", ["/", "/graphql"])
async def test_a_browser_gets_graphiql_but_its_token_only_in_development(
    make_api: MakeApi, path: str
) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    testing: Api = await make_api(schema=small_schema(Happenings()))
    production: Api = await make_api(schema=small_schema(Happenings()), taper_env="production")
    development: Api = await make_api(schema=small_schema(Happenings()), taper_env="development")

    pages = {
        name: await each.client.get(path, headers=browser)
        for name, each in (("test", testing), ("production", production), ("development", development))
    }

    assert "text/html" in pages["test"].headers["content-type"]
    assert "text/html" not in pages["production"].headers["content-type"]
    assert "eyJ" not in pages["test"].text
    if "is not installed" not in pages["development"].text:
        assert "eyJ" in pages["development"].text


async def test_what_is_not_there_is_404(api: Api) -> None:
    answer = await api.client.get("/graphql/../secrets")

    assert answer.status_code == 404


async def test_pages_of_named_origins_may_call_and_others_not(make_api: MakeApi) -> None:
    api: Api = await make_api(schema=small_schema(Happenings()), cors_origins=("https://app.example.com",))
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}

    ours = await api.client.options("/graphql", headers={**asks, "origin": "https://app.example.com"})
    theirs = await api.client.options("/graphql", headers={**asks, "origin": "https://evil.example"})

    assert ours.headers["access-control-allow-origin"] == "https://app.example.com"
    assert "access-control-allow-origin" not in theirs.headers
