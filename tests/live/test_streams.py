"""Following over HTTP: server-sent events, and parts of a multipart response."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from app.live.accepting import asked_for
from domain.people import Viewer
from tests import patience
from tests.live.running import Running, running
from tests.live.stage import NUMBERS, Stage, team_of

SSE, MULTIPART = "text/event-stream", 'multipart/mixed;boundary=graphql;subscriptionSpec="1.0"'
VIEWER = "{ viewer { displayName } }"


class Stream:
    """The text of a response, taken apart as it comes."""

    def __init__(self, response: httpx2.Response, delimiter: str) -> None:
        self.response = response
        self._text = response.aiter_text()
        self._delimiter = delimiter
        self._rest = ""

    async def next(self, seconds: float = patience.SECONDS) -> str:
        """Up to the delimiter; what is left at the end, where there is no more."""
        async with asyncio.timeout(seconds):
            while self._delimiter not in self._rest:
                try:
                    self._rest += await anext(self._text)
                except StopAsyncIteration:
                    rest, self._rest = self._rest, ""
                    return rest
        found, _, self._rest = self._rest.partition(self._delimiter)
        return found

    async def event(self) -> tuple[str, Any]:
        """The next that is no heartbeat: its name and its data."""
        while (block := await self.next()) == ":":
            pass
        parted = [line.partition(": ") for line in block.split("\n")]
        fields = {name if colon else name.rstrip(":"): value for name, colon, value in parted}
        self.id = fields.get("id")
        return fields["event"], json.loads(fields["data"]) if fields["data"] else None

    async def part(self) -> Any:
        """The JSON of the next part that is no heartbeat."""
        while True:
            head, _, body = (await self.next()).partition("\r\n\r\n")
            if head.strip().lower() == "content-type: application/json" and body.strip() != "{}":
                return json.loads(body)


@asynccontextmanager
async def opened(
    server: Running,
    viewer: Viewer | None,
    query: str,
    accept: str = SSE,
    token: str | None = None,
    headers: dict[str, str] | None = None,
    **variables: Any,
) -> AsyncIterator[Stream]:
    sent = {"accept": accept, **(headers or {})}
    if viewer is not None:
        sent["authorization"] = f"Bearer {token or server.token(viewer)}"
    body = {"query": query, "variables": variables}
    async with (
        httpx2.AsyncClient(timeout=10) as client,
        client.stream("POST", server.http_url, json=body, headers=sent) as response,
    ):
        stream = Stream(response, "\n\n" if accept.startswith(SSE) else "\r\n--graphql")
        if response.status_code == 200 and response.headers["content-type"].startswith((SSE, "multipart")):
            await stream.next()  # what is sent at once
        yield stream


class TestServerSentEvents:
    async def test_events_come_as_they_happen(self, server: Running, stage: Stage) -> None:
        async with opened(server, stage.world.coach, NUMBERS, teamId=team_of(stage)) as stream:
            assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
            assert stream.response.headers["cache-control"] == "no-store"
            await stage.compressed(41, count=2)
            first, second = await stream.event(), await stream.event()

        assert [each[0] for each in (first, second)] == ["next", "next"]
        assert first[1]["data"]["sessionCompressed"]["targetMinutes"] == 41
        assert second[1]["data"]["sessionCompressed"]["targetMinutes"] == 42

    async def test_the_id_of_an_event_is_its_cursor_and_comes_back_as_last_event_id(
        self, server: Running, stage: Stage
    ) -> None:
        async with opened(server, stage.world.coach, NUMBERS, teamId=team_of(stage)) as stream:
            await stage.compressed(1)
            _, told = await stream.event()
            last = stream.id
            assert last == told["data"]["sessionCompressed"]["cursor"]
        await stage.compressed(2, count=2)

        back = {"last-event-id": last or ""}
        async with opened(server, stage.world.coach, NUMBERS, headers=back, teamId=team_of(stage)) as stream:
            missed = [(await stream.event())[1]["data"]["sessionCompressed"]["targetMinutes"] for _ in "12"]

        assert missed == [2, 3]

    async def test_one_answer_is_a_stream_of_one(self, server: Running, stage: Stage) -> None:
        async with opened(server, stage.world.coach, VIEWER) as stream:
            told = [await stream.event(), await stream.event(), await stream.next()]

        name = stage.world.coach.display_name
        assert told == [("next", {"data": {"viewer": {"displayName": name}}}), ("complete", None), ""]

    async def test_what_is_refused_is_told_in_the_stream(self, server: Running, stage: Stage) -> None:
        for query, code in ((NUMBERS, "invalid_input"), ("{ nothing }", "graphql_validation_failed")):
            async with opened(server, stage.world.coach, query) as stream:
                name, told = await stream.event()
                assert (name, told["errors"][0]["extensions"]["code"]) == ("next", code)
                assert await stream.event() == ("complete", None)
        async with opened(server, None, NUMBERS, teamId=team_of(stage)) as stream:
            assert (await stream.event())[1]["errors"][0]["extensions"]["code"] == "unauthorized"

    async def test_a_stream_ends_with_its_token(self, server: Running, stage: Stage) -> None:
        token = server.token(stage.world.coach, timedelta(seconds=1))
        async with opened(server, stage.world.coach, NUMBERS, token=token, teamId=team_of(stage)) as stream:
            name, told = await stream.event()
            assert (name, told["errors"][0]["extensions"]["code"]) == ("next", "unauthorized")
            assert await stream.event() == ("complete", None)

    async def test_silence_is_broken_by_heartbeats(self, server: Running, stage: Stage) -> None:
        server.application.live.limits = replace(server.application.live.limits, heartbeat_seconds=0.05)
        async with opened(server, stage.world.coach, NUMBERS, teamId=team_of(stage)) as stream:
            assert [await stream.next(1), await stream.next(1)] == [":", ":"]

    async def test_only_who_asks_for_a_stream_gets_one(self, server: Running, stage: Stage) -> None:
        for accept in ("*/*", "application/json", "text/event-stream;q=0, application/json"):
            async with opened(server, stage.world.coach, NUMBERS, accept, teamId=team_of(stage)) as stream:
                await stream.response.aread()
                assert stream.response.status_code == 400
                assert stream.response.json()["errors"][0]["extensions"]["code"] == "operation_not_supported"

    async def test_who_takes_json_as_well_gets_json_for_what_has_one_answer(
        self, server: Running, stage: Stage
    ) -> None:
        """As urql asks, which names all that it can read."""
        everything = f"application/graphql-response+json, application/json, {SSE}, multipart/mixed"
        for accept, content_type in (
            (everything, "application/graphql-response+json"),
            (f"{SSE}, */*", "application/json"),
            (SSE, SSE),
        ):
            query = "{ viewer { id } }"
            async with opened(server, stage.world.coach, query, accept) as stream:
                assert stream.response.headers["content-type"] == f"{content_type}; charset=utf-8"

    async def test_a_mutation_is_still_never_got_and_a_page_still_cannot_forge_one(
        self, server: Running, stage: Stage
    ) -> None:
        async with httpx2.AsyncClient() as client:
            params = {"query": NUMBERS, "variables": json.dumps({"teamId": team_of(stage)})}
            forged = await client.get(server.http_url, params=params, headers={"accept": SSE})
            got = await client.get(
                server.http_url,
                params={
                    "query": 'mutation { deletePlan(input: {planId: "1", expectedVersion: 1})'
                    " { __typename } }"
                },
                headers={"accept": SSE, "authorization": f"Bearer {server.token(stage.world.coach)}"},
            )

        assert (forged.status_code, forged.json()["errors"][0]["extensions"]["code"]) == (400, "csrf_refused")
        assert got.status_code == 405

    async def test_who_follows_takes_no_place_from_requests(self, fresh_url: str, stage: Stage) -> None:
        """There is one for requests, and each way to follow is open while a query is answered."""
        coach = stage.world.coach
        async with (
            running(fresh_url, door_most_requests=1, door_least_requests=1, door_reserve=0) as server,
            opened(server, coach, NUMBERS, teamId=team_of(stage)) as events,
            opened(server, coach, NUMBERS, MULTIPART, teamId=team_of(stage)) as parts,
            server.client(coach) as client,
        ):
            await client.following("s", NUMBERS, teamId=team_of(stage))
            inside = server.application.places.limit.inside
            async with opened(server, coach, VIEWER, "application/json") as answer:
                await answer.response.aread()
            await stage.compressed(7)
            told = [
                (await events.event())[1],
                (await parts.part())["payload"],
                {"data": await client.next("s")},
            ]

        assert inside == 0
        assert answer.response.status_code == 200
        assert [each["data"]["sessionCompressed"]["targetMinutes"] for each in told] == [7, 7, 7]

    async def test_streams_have_places_too_and_give_them_back(self, fresh_url: str, stage: Stage) -> None:
        coach = stage.world.coach
        async with running(fresh_url, live_connections_per_caller=2) as server:
            async with (
                opened(server, coach, NUMBERS, teamId=team_of(stage)),
                server.client(coach),
                opened(server, coach, NUMBERS, teamId=team_of(stage)) as third,
            ):
                await third.response.aread()
                assert third.response.status_code == 429
                assert third.response.json()["errors"][0]["extensions"]["limit"] == 2
            await asyncio.sleep(0.2)
            async with opened(server, coach, NUMBERS, teamId=team_of(stage)) as stream:
                assert stream.response.status_code == 200
            await asyncio.sleep(0.2)
            assert server.metric("taper_live_connections", transport="sse") == 0
            assert server.metric("taper_live_subscriptions", field="sessionCompressed") == 0

    async def test_a_server_that_stops_ends_the_stream_without_calling_it_complete(
        self, fresh_url: str, stage: Stage
    ) -> None:
        """So that a client comes back by itself."""
        async with running(fresh_url) as server:
            stopping = opened(server, stage.world.coach, NUMBERS, teamId=team_of(stage))
            stream = await stopping.__aenter__()
            await stage.compressed(1)
            await stream.event()
            reading = asyncio.create_task(stream.next(10))

        assert await reading == ""
        await stopping.__aexit__(None, None, None)


class TestMultipart:
    async def test_events_come_as_they_happen_each_with_its_boundary(
        self, server: Running, stage: Stage
    ) -> None:
        async with opened(server, stage.world.coach, NUMBERS, MULTIPART, teamId=team_of(stage)) as stream:
            content_type = stream.response.headers["content-type"]
            await stage.compressed(41)
            told = await stream.part()

        assert content_type == 'multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"'
        assert told["payload"]["data"]["sessionCompressed"]["targetMinutes"] == 41

    async def test_heartbeats_are_empty_parts(self, server: Running, stage: Stage) -> None:
        server.application.live.limits = replace(server.application.live.limits, heartbeat_seconds=0.05)
        async with opened(server, stage.world.coach, NUMBERS, MULTIPART, teamId=team_of(stage)) as stream:
            assert (await stream.next()).endswith("\r\n\r\n{}")

    async def test_the_end_has_a_reason_and_the_last_boundary(self, server: Running, stage: Stage) -> None:
        async with opened(server, stage.world.coach, NUMBERS, MULTIPART) as stream:
            told = await stream.part()
            end = await stream.next()

        assert told["payload"] is None
        assert told["errors"][0]["extensions"]["code"] == "invalid_input"
        assert end == "--\r\n"

    async def test_what_is_no_subscription_is_answered_in_json(self, server: Running, stage: Stage) -> None:
        accept = f"{MULTIPART},application/json"
        async with opened(server, stage.world.coach, VIEWER, accept) as stream:
            await stream.response.aread()
            assert stream.response.headers["content-type"].startswith("application/json")
            assert stream.response.json()["data"]["viewer"]


@pytest.mark.parametrize(
    ("accept", "is_one"),
    [
        ("multipart/mixed;deferSpec=20220824, application/json", False),
        ("text/*", False),
        ("TEXT/EVENT-STREAM", True),
    ],
)
def test_a_stream_has_to_be_named(accept: str, is_one: bool) -> None:
    assert (asked_for(accept) is not None) is is_one
