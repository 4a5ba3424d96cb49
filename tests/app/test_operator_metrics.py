"""What alerts and rollout read is what the server was seen to do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest

from domain.sessions import CompressionSource
from integrations.metrics import CompressResult, Metrics
from resolvers.ids import Kind, global_id
from resolvers.telling import CompressTold
from tests.app.api import Api
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema

NOWHERE = "postgresql+asyncpg://taper:x@127.0.0.1:1/taper"


async def ready_after_being_asked(api: Api) -> str:
    before = (await api.client.get("/metrics")).text
    assert "taper_ready NaN" in before, "nobody has asked: no alert on that"
    await api.client.get("/readyz")
    lines = (await api.client.get("/metrics")).text.splitlines()
    return next(line for line in lines if line.startswith("taper_ready "))


async def test_the_alert_on_readiness_reads_what_readyz_answers(make_api: MakeApi) -> None:
    ready: Api = await make_api(schema=small_schema(Happenings()))
    unready: Api = await make_api(schema=small_schema(Happenings()), url=NOWHERE)

    assert await ready_after_being_asked(ready) == "taper_ready 1.0"
    assert await ready_after_being_asked(unready) == "taper_ready 0.0"


@pytest.mark.parametrize("result", CompressResult)
def test_answers_while_the_feature_is_off_do_not_hide_how_slow_it_is(result: CompressResult) -> None:
    """At 10 % nine answers of ten are quick refusals: with them, the p95 would be that of the refusals."""
    metrics = Metrics()
    services: Any = SimpleNamespace(metrics=metrics, analytics=Mock())
    context: Any = SimpleNamespace(
        services=services, caller=SimpleNamespace(key="coach"), correlation_id="request-1"
    )
    ids = global_id(Kind.PLAN, uuid4()), global_id(Kind.SESSION, uuid4())

    CompressTold(context, *ids, CompressionSource.CTA, 30).answered(result)

    body = metrics.render()[0].decode()
    observed = 0 if result is CompressResult.DISABLED else 1
    assert f"planning_time_crunch_duration_seconds_count {observed}.0" in body
    assert f'planning_time_crunch_requests_total{{result="{result}",source="cta"}} 1.0' in body
