"""What is set is what is used, and what contradicts itself is said before anything is started."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from app.bootstrap import refuse_contradictions
from app.settings import Settings
from app.settings_problems import SettingsError
from integrations.flag_overrides import FlagOverrideError
from tests.app.api import SECRET, Api
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema


async def test_the_waits_that_are_set_are_those_of_the_database(make_api: MakeApi) -> None:
    api: Api = await make_api(
        schema=small_schema(Happenings()),
        db_statement_seconds=0.25,
        db_lock_seconds=0.5,
        db_idle_seconds=7,
        db_transaction_seconds=8.5,
        db_pool_seconds=0.75,
        db_pool_size=3,
    )
    db = api.application.services.db
    names = (
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "transaction_timeout",
    )

    async with db.read() as db_session:
        found = [await db_session.scalar(text(f"SHOW {name}")) for name in names]

    assert found == ["250ms", "500ms", "7s", "8500ms"]
    assert (db.engine.pool.size(), db.engine.pool.timeout()) == (3, 0.75)  # type: ignore[attr-defined]


async def test_the_calendar_and_alerts_are_looked_at_while_the_server_runs(make_api: MakeApi) -> None:
    api = await make_api(schema=small_schema(Happenings()))

    running = {each.get_name() for each in asyncio.all_tasks()}
    await api.application.close()

    assert {each.name for each in api.application.lookouts} == {"calendar", "alerts"}
    assert {"events.calendar", "events.alerts"} <= running
    assert not {"events.calendar", "events.alerts"} & {each.get_name() for each in asyncio.all_tasks()}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"jwt_jwks_url": "https://id.example.com/keys"}, "JWT_SECRET and JWT_JWKS_URL are both set"),
        ({"jwt_algorithms": ("EdDSA",)}, "JWT_ALGORITHMS: with this kind of key, one of HS256 is needed"),
    ],
)
def test_keys_that_contradict_each_other_are_refused(changes: dict[str, Any], said: str) -> None:
    settings = Settings(_env_file=None, **{"taper_env": "test", "jwt_secret": SECRET, **changes})

    with pytest.raises(SettingsError) as refused:
        refuse_contradictions(settings, {})

    assert said in str(refused.value)


def test_a_flag_that_is_neither_on_nor_off_is_refused() -> None:
    settings = Settings(_env_file=None, taper_env="test", jwt_secret=SECRET)

    with pytest.raises(FlagOverrideError):
        refuse_contradictions(settings, {"FEATURE_STREAM5_TIME_CRUNCH_MODE": "perhaps"})


async def test_a_schema_with_extensions_is_refused_as_they_would_not_run(make_api: MakeApi) -> None:
    from strawberry.extensions import QueryDepthLimiter

    schema = small_schema(Happenings())
    schema.extensions = (lambda: QueryDepthLimiter(max_depth=3),)

    with pytest.raises(ValueError, match="without Strawberry's extensions"):
        await make_api(schema=schema)
