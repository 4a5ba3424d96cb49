"""The door: what is let in while much is asked, what is kept for mutations, and what the others are told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx2
import pytest
from prometheus_client import CollectorRegistry
from starlette.responses import StreamingResponse

from app.adaptive_limit import FEWEST_ANSWERS, AdaptiveLimit
from app.door import Door
from app.places import PATIENCE_SECONDS, Places
from integrations.edge_metrics import EdgeMetrics
from tests import patience
from tests.app.api import Api, code_of
from tests.app.conftest import MakeApi
from tests.app.small_schema import Happenings, small_schema

GRAPHQL = "application/graphql-response+json"


@pytest.fixture
def happenings() -> Happenings:
    return Happenings()


@pytest.fixture
async def full(make_api: MakeApi, happenings: Happenings) -> AsyncIterator[Api]:
    """Two places, both taken, and one for mutations."""
    api: Api = await make_api(
        schema=small_schema(happenings),
        door_most_requests=2,
        door_least_requests=2,
        door_reserve=1,
    )
    waiting = [asyncio.create_task(api.post("{ wait }")) for _ in range(2)]
    await until_inside(api, 2)
    yield api
    happenings.may_end.set()
    for each in await asyncio.gather(*waiting):
        assert each.json() == {"data": {"wait": "at last"}}
    assert api.application.places.limit.inside == 0


async def until_inside(api: Api, count: int) -> None:
    async with asyncio.timeout(patience.SECONDS):
        while api.application.places.limit.inside != count:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(("accept", "media_type"), [("*/*", "application/json"), (GRAPHQL, GRAPHQL)])
async def test_a_query_is_turned_away_with_a_time_to_come_back(
    full: Api, accept: str, media_type: str
) -> None:
    answer = await full.post("{ hello }", accept=accept)

    assert (answer.status_code, code_of(answer), answer.headers["retry-after"]) == (503, "overloaded", "1")
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    [error] = answer.json()["errors"]
    assert (error["extensions"]["outcome"], error["extensions"]["retriable"]) == ("not_applied", True)
    assert await full.metric("taper_requests_shed_total", at="door") == 1


async def test_a_get_is_turned_away_and_health_is_not(full: Api) -> None:
    asked = await full.client.get("/graphql?query={hello}", headers={"x-requested-with": "tests"})

    assert asked.status_code == 503
    assert (await full.client.get("/livez")).status_code == 200
    assert (await full.client.get("/readyz")).status_code == 200


async def test_an_earlier_route_is_told_in_its_own_shape(full: Api) -> None:
    answer = await full.client.get("/api/v1/plans/x/sessions/y/time-crunch")

    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "overloaded"


async def test_a_mutation_has_a_place_until_that_is_taken_too(full: Api, happenings: Happenings) -> None:
    first = asyncio.create_task(full.post("mutation { change }"))
    await until_inside(full, 3)

    second = await full.post("mutation { change }")

    assert (second.status_code, code_of(second)) == (503, "overloaded")
    happenings.may_end.set()
    assert (await first).json() == {"data": {"change": "at last"}}


async def test_a_query_that_only_speaks_of_mutations_gets_no_further(full: Api) -> None:
    answer = await full.post("query Mine { hello } # no mutation at all")

    assert (answer.status_code, code_of(answer)) == (503, "overloaded")
    assert await full.metric("taper_requests_shed_total", at="operation") == 1
    assert await full.metric("taper_requests_shed_total", at="door") == 0


async def test_a_place_for_mutations_is_not_held_by_who_sends_nothing(full: Api) -> None:
    async def never() -> AsyncIterator[bytes]:
        await asyncio.Event().wait()
        yield b""

    async with asyncio.timeout(patience.SECONDS):
        answer = await full.client.post(
            "/graphql", content=never(), headers={"content-type": "application/json"}
        )

    assert (answer.status_code, code_of(answer)) == (503, "overloaded")


@pytest.fixture
def long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a place, however full it is."""
    monkeypatch.setattr("app.places.WAIT_SECONDS", patience.SECONDS)
    monkeypatch.setattr("app.places.PATIENCE_SECONDS", patience.SECONDS)


@pytest.mark.usefixtures("long_waits")
async def test_one_place_is_enough_for_many_who_are_quick(make_api: MakeApi) -> None:
    api: Api = await make_api(schema=small_schema(Happenings()), door_most_requests=1, door_least_requests=1)
    await api.post("{ hello }")  # the first takes longer

    answers = await asyncio.gather(*(api.post("{ hello }") for _ in range(6)))
    after = await api.post("{ hello }")

    assert {each.status_code for each in answers} == {200}, "six at once are no overload"
    assert after.status_code == 200
    assert api.application.places.limit.inside == 0


async def test_who_waits_in_vain_is_told_soon_and_after_a_while_at_once(
    full: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = time.perf_counter()
    first = await full.post("{ hello }")
    assert (first.status_code, time.perf_counter() - began > 0.07) == (503, True)

    await asyncio.sleep(PATIENCE_SECONDS)
    monkeypatch.setattr("app.places.WAIT_SECONDS", 2 * patience.SECONDS)
    async with asyncio.timeout(patience.SECONDS):
        last = await full.post("{ hello }")

    assert last.status_code == 503


@pytest.mark.usefixtures("long_waits")
async def test_who_waits_gets_the_place_that_is_left(full: Api, happenings: Happenings) -> None:
    asyncio.get_running_loop().call_later(0.03, happenings.may_end.set)

    answers = await asyncio.gather(*(full.post("{ hello }") for _ in range(2)))

    assert [each.status_code for each in answers] == [200, 200]


async def test_a_stream_gives_its_place_back_as_soon_as_it_flows() -> None:

    inside: list[int] = []
    limit = AdaptiveLimit(least=1, most=1, target_seconds=1)

    async def flow() -> AsyncIterator[bytes]:
        inside.append(limit.inside)
        yield b"data: {}\n\n"
        inside.append(limit.inside)

    door = Door(
        StreamingResponse(flow(), media_type="text/event-stream"),
        places=Places(limit),
        reserve=0,
        graphql_path="/graphql",
        metrics=EdgeMetrics(CollectorRegistry()),
    )
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(door), base_url="http://t") as client:
        answer = await client.get("/graphql")

    assert answer.text == "data: {}\n\n"
    assert inside == [0, 0]
    assert limit.inside == 0


class TestLimit:
    def run(self, limit: AdaptiveLimit, *, seconds: float, at: float, times: int = FEWEST_ANSWERS) -> None:
        """As many at a time as there are places, each so long."""
        leaves = [limit.enter(at) for _ in range(max(times, limit.limit))]
        for leave in leaves:
            leave(at + seconds)

    def learn(self, limit: AdaptiveLimit, *, seconds: float, windows: int, since: int = 0) -> None:
        for window in range(since, since + windows):
            self.run(limit, seconds=seconds, at=window * 10.0)

    def test_it_shrinks_while_answers_are_slow_down_to_the_least(self) -> None:
        limit = AdaptiveLimit(least=4, most=100, target_seconds=0.2)

        assert limit.limit == 8, "nothing is known yet"
        self.learn(limit, seconds=0.25, windows=1)
        assert limit.limit == 6, "as many fewer as they are too late"
        self.learn(limit, seconds=9, windows=3, since=1)

        assert limit.limit == 4

    def test_it_grows_back_when_they_are_not_up_to_the_most(self) -> None:
        limit = AdaptiveLimit(least=4, most=100, target_seconds=0.2)
        self.learn(limit, seconds=0.3, windows=50)

        self.learn(limit, seconds=0.1, windows=10, since=50)
        assert 10 < limit.limit <= 100
        self.learn(limit, seconds=0.1, windows=60, since=60)

        assert limit.limit == 100

    def test_what_is_nearly_too_slow_stays_as_it_is(self) -> None:
        limit = AdaptiveLimit(least=50, most=100, target_seconds=0.2)

        self.learn(limit, seconds=0.18, windows=10)

        assert limit.limit == 100

    def test_what_is_slow_while_places_are_free_changes_nothing(self) -> None:
        limit = AdaptiveLimit(least=50, most=100, target_seconds=0.2)
        for window in range(20):
            for _ in range(FEWEST_ANSWERS):
                limit.enter(window * 10.0)(window * 10.0 + 3)

        assert limit.limit == 100

    def test_leaving_twice_counts_once(self) -> None:
        limit = AdaptiveLimit(least=1, most=1, target_seconds=1)
        leave = limit.enter(0)

        leave(None)
        leave(1.0)

        assert limit.inside == 0
