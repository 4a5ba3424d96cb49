"""graphql-transport-ws, frame by frame, against a real server: what it says, and how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import websockets

from tests.live.running import PROTOCOL, Client, Running, running
from tests.live.stage import NUMBERS, SESSION_EVENTS, Stage, team_of

COMPRESS = """
    mutation ($input: CompressSessionInput!) {
      compressSession(input: $input) { ... on CompressSessionSuccess { status } }
    }
"""
Misuse = Callable[[Client], Awaitable[Any]]


async def test_a_compression_is_told_to_who_follows_the_session(server: Running, stage: Stage) -> None:
    world = stage.world
    async with server.client(world.athlete) as athlete, server.client(world.coach) as coach:
        await athlete.following("a", SESSION_EVENTS, sessionId=world.session_id)
        await coach.following("c", SESSION_EVENTS, teamId=team_of(stage))

        await athlete.subscribe("m", COMPRESS, input={**world.ids, "targetMinutes": 45, "source": "cta"})

        found = [await athlete.receive() for _ in range(3)]
        told = next(each for each in found if each["id"] == "a")["payload"]["data"]["sessionCompressed"]
        seen = (await coach.next("c"))["sessionCompressed"]

    assert told == seen
    assert told["action"] == "compressed"
    assert (told["targetMinutes"], told["source"]) == (45, "cta")
    assert told["sessionId"] == world.session_id
    assert [each["type"] for each in found if each["id"] == "m"] == ["next", "complete"]


async def test_the_session_is_told_as_it_is_now_and_with_its_history(server: Running, stage: Stage) -> None:
    world = stage.world
    query = """subscription ($sessionId: ID) { sessionCompressed(sessionId: $sessionId) {
        __typename action entry { actorName } athlete { displayName }
        session { isTimeCrunchActive timeCrunchMinutes prescriptions { exercise { name } } } } }"""
    async with server.client(world.athlete) as client:
        await client.following("s", query, sessionId=world.session_id)
        await client.subscribe("m", COMPRESS, input={**world.ids, "targetMinutes": 45, "source": "cta"})
        found = [await client.receive() for _ in range(3)]

    told = next(each for each in found if each["id"] == "s")["payload"]["data"]["sessionCompressed"]
    assert told["__typename"] == "SessionCompressedEvent"
    assert (told["session"]["isTimeCrunchActive"], told["session"]["timeCrunchMinutes"]) == (True, 45)
    assert len(told["session"]["prescriptions"]) == 6
    assert told["entry"]["actorName"] == world.athlete.display_name
    assert told["athlete"]["displayName"] == world.owner.display_name


class TestOperations:
    async def test_what_a_client_completes_tells_it_no_more(self, server: Running, stage: Stage) -> None:
        async with server.client(stage.world.coach) as client:
            await client.following("s", NUMBERS, teamId=team_of(stage))
            await client.send(type="complete", id="s")
            await client.settled()

            await stage.compressed()

            await client.silent()
            await client.following("s", NUMBERS, teamId=team_of(stage))  # its id is free again

    async def test_a_request_that_is_wrong_is_an_error_with_codes(
        self, server: Running, stage: Stage
    ) -> None:
        async with server.client(stage.world.coach) as client:
            await client.subscribe("1", "{ nothing }")
            assert await client.refused("1") == "graphql_validation_failed"
            await client.subscribe("2", "subscription {")
            assert await client.refused("2") == "graphql_syntax_error"
            await client.subscribe("3", NUMBERS, teamId={})
            assert await client.refused("3") == "bad_user_input"
            await client.subscribe("4", SESSION_EVENTS)
            assert await client.refused("4") == "invalid_input"

    async def test_nobody_follows_without_signing_in(self, server: Running, stage: Stage) -> None:
        async with server.client() as client:
            await client.subscribe("s", NUMBERS, teamId=team_of(stage))

            assert await client.refused("s") == "unauthorized"

    async def test_a_mutation_is_finished_when_its_socket_is_gone(
        self, server: Running, stage: Stage
    ) -> None:
        world = stage.world
        async with server.client(world.coach) as coach:
            await coach.following("c", SESSION_EVENTS, teamId=team_of(stage))
            async with server.client(world.athlete) as athlete:
                await athlete.subscribe("m", COMPRESS, input={**world.ids, "targetMinutes": 45})
                await asyncio.sleep(0.03)  # it has arrived, and takes a tenth of a second
                athlete.socket.transport.abort()

            assert (await coach.next("c"))["sessionCompressed"]["targetMinutes"] == 45

    async def test_more_at_once_than_one_socket_may_is_an_error_and_disturbs_nothing(
        self, fresh_url: str, stage: Stage
    ) -> None:
        async with (
            running(fresh_url, live_operations=2) as server,
            server.client(stage.world.coach) as client,
        ):
            await client.following("1", NUMBERS, teamId=team_of(stage))
            await client.subscribe("2", SESSION_EVENTS, teamId=team_of(stage))
            await client.subscribe("3", NUMBERS, teamId=team_of(stage))
            assert await client.refused("3") == "too_many_operations"

            await asyncio.sleep(0.3)  # no place for a probe
            await stage.compressed(40)

            assert {(await client.receive())["id"] for _ in range(2)} == {"1", "2"}

    async def test_pings_are_answered_before_and_after_the_beginning(
        self, server: Running, stage: Stage
    ) -> None:
        async with server.raw() as socket:
            client = Client(socket)
            await client.send(type="ping")
            assert await client.receive() == {"type": "pong"}
            await client.begin(server.token(stage.world.coach))
            await client.send(type="ping", payload={"at": 1})
            assert await client.receive() == {"type": "pong"}
            await client.send(type="pong")
            await client.silent(0.1)


async def test_a_socket_outlives_the_time_that_headers_may_take(fresh_url: str, stage: Stage) -> None:
    async with running(fresh_url, header_seconds=0.3) as server, server.client(stage.world.coach) as client:
        await client.following("s", NUMBERS, teamId=team_of(stage))
        await asyncio.sleep(0.6)
        await stage.compressed()

        await client.next("s")


class TestMisuse:
    @pytest.mark.parametrize(
        ("code", "reason", "misuse"),
        [
            (4400, "Invalid message", lambda c: c.socket.send("[]")),
            (4400, "Invalid message", lambda c: c.socket.send("{")),
            (4400, "Invalid message", lambda c: c.socket.send(b"\x00\x01")),
            (4400, "Invalid message", lambda c: c.send(type="hello")),
            (4400, "Invalid message", lambda c: c.send(type="complete")),
            (4400, "Invalid message", lambda c: c.send(type="subscribe", id="", payload={"query": "{a}"})),
            (4400, "Invalid message", lambda c: c.send(type="subscribe", id="1", payload={"query": 1})),
            (4400, "Invalid message", lambda c: c.send(type="subscribe", id="1")),
            (4429, "Too many initialisation requests", lambda c: c.send(type="connection_init")),
        ],
    )
    async def test_after_the_beginning(
        self, server: Running, stage: Stage, code: int, reason: str, misuse: Misuse
    ) -> None:
        async with server.client(stage.world.coach) as client:
            await misuse(client)

            found, said = await client.closed()

        assert (found, said.startswith(reason)) == (code, True), said

    async def test_to_subscribe_before_the_beginning_is_4401(self, server: Running) -> None:
        async with server.raw() as socket:
            client = Client(socket)
            await client.subscribe("s", "{ viewer { id } }")

            assert await client.closed() == (4401, "Unauthorized")

    async def test_an_id_that_is_taken_is_4409(self, server: Running, stage: Stage) -> None:
        async with server.client(stage.world.coach) as client:
            await client.following("s", NUMBERS, teamId=team_of(stage))
            await client.subscribe("s", "{ viewer { id } }")

            assert await client.closed() == (4409, "Subscriber for s already exists")

    async def test_who_does_not_begin_in_time_is_4408(self, server: Running) -> None:
        server.application.live.limits = _hurried(server)
        async with server.raw() as socket:
            assert await Client(socket).closed() == (4408, "Connection initialisation timeout")

    @pytest.mark.parametrize("offered", [None, ["graphql-ws"], ["chat", "graphql-ws"]])
    async def test_another_protocol_is_4406(self, server: Running, offered: list[str] | None) -> None:
        async with server.raw(subprotocols=offered) as socket:
            assert (await Client(socket).closed())[0] == 4406

    async def test_a_message_that_is_too_long_is_1009(self, server: Running, stage: Stage) -> None:
        async with server.client(stage.world.coach) as client:
            await client.send(type="ping", payload="x" * 270_000)

            assert (await client.closed())[0] == 1009

    async def test_a_fault_of_ours_is_4500_and_says_nothing_of_itself(
        self, server: Running, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with server.client(stage.world.coach) as client:
            monkeypatch.setattr("app.live.socket._id_in", lambda _: 1 / 0)
            await client.send(type="complete", id="s")

            assert await client.closed() == (4500, "Something went wrong on our side.")
            assert server.metric("taper_live_closed_total", code="4500") == 1


class TestTokens:
    async def test_a_token_that_is_not_good_is_4403(self, server: Running, stage: Stage) -> None:
        for token in ("nonsense", server.token(stage.world.coach, -timedelta(hours=1))):
            async with server.raw() as socket:
                client = Client(socket)
                await client.send(type="connection_init", payload={"Authorization": f"Bearer {token}"})

                code, reason = await client.closed()

            assert (code, reason.startswith("Forbidden: ")) == (4403, True), reason

    async def test_it_may_stand_in_the_header(self, server: Running, stage: Stage) -> None:
        async with server.raw(token=server.token(stage.world.coach)) as socket:
            client = Client(socket)
            await client.begin(None)
            await client.following("s", NUMBERS, teamId=team_of(stage))

    async def test_a_bad_one_in_the_header_is_refused_with_the_handshake(self, server: Running) -> None:
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with server.raw(token="nonsense"):
                pass

        assert refused.value.response.status_code == 401

    async def test_a_socket_ends_with_its_token(self, server: Running, stage: Stage) -> None:
        async with server.raw() as socket:
            client = Client(socket)
            await client.begin(server.token(stage.world.coach, timedelta(seconds=1)))
            await client.subscribe("s", NUMBERS, teamId=team_of(stage))

            assert await client.closed() == (4403, "Forbidden: the token has expired")

        await asyncio.sleep(0.05)
        assert server.metric("taper_live_subscriptions", field="sessionCompressed") == 0


class TestPlaces:
    async def test_a_hundred_sockets_of_one_caller_are_too_many_and_disturb_nobody(
        self, server: Running, stage: Stage
    ) -> None:
        coach = server.token(stage.world.coach)

        async def one() -> int:
            async with server.raw() as socket:
                client = Client(socket)
                payload = {"Authorization": f"Bearer {coach}"}
                await client.send(type="connection_init", payload=payload)
                message = await asyncio.wait_for(_received(socket), 10)
                if isinstance(message, int):
                    return message
                await done.wait()
                return 0

        done = asyncio.Event()
        async with server.client(stage.world.athlete) as athlete:
            tasks = [asyncio.create_task(one()) for _ in range(100)]
            for number, refused in enumerate(asyncio.as_completed(tasks, timeout=20), start=1):
                await refused
                if number == 80:
                    break
            await athlete.following("a", SESSION_EVENTS, sessionId=stage.world.session_id)
            await stage.compressed()
            await athlete.next("a")
            done.set()
            codes = await asyncio.gather(*tasks)

        assert sorted(codes) == [0] * 20 + [4429] * 80
        async with server.client(stage.world.coach):  # their places are free again
            pass

    async def test_more_sockets_than_the_process_keeps_are_refused_with_the_handshake(
        self, fresh_url: str, stage: Stage
    ) -> None:
        async with running(fresh_url, live_connections=1) as server:
            async with server.client(stage.world.coach):
                with pytest.raises(websockets.InvalidStatus) as refused:
                    async with server.raw():
                        pass
            assert refused.value.response.status_code == 503
            assert refused.value.response.headers["retry-after"] == "5"


class TestOrigins:
    @pytest.mark.parametrize(
        ("origin", "may"),
        [
            (None, True),
            ("https://app.example.com", True),
            ("http://127.0.0.1:{port}", True),
            ("https://evil.example.com", False),
            ("http://127.0.0.1", False),
            ("null", False),
        ],
    )
    async def test_pages_of_other_origins_open_no_socket(
        self, fresh_url: str, stage: Stage, origin: str | None, may: bool
    ) -> None:
        async with running(fresh_url, cors_origins="https://app.example.com") as server:
            given = None if origin is None else origin.format(port=server.port)
            if may:
                async with server.raw(origin=given) as socket:
                    assert socket.subprotocol == PROTOCOL
                return
            with pytest.raises(websockets.InvalidStatus) as refused:
                async with server.raw(origin=given):
                    pass

        assert refused.value.response.status_code == 403


async def test_a_server_that_stops_answers_what_is_under_way_and_says_1012(
    fresh_url: str, stage: Stage
) -> None:
    async with AsyncExitStack() as sockets:
        async with running(fresh_url) as server:
            client = await sockets.enter_async_context(server.client(stage.world.athlete))
            await client.following("s", SESSION_EVENTS, sessionId=stage.world.session_id)
            asked = {**stage.world.ids, "targetMinutes": 45, "source": "cta"}
            await client.subscribe("m", COMPRESS, input=asked)
            reading = asyncio.create_task(client.until_closed())
            await asyncio.sleep(0.03)

        found, code = await reading

    assert code == 1012
    assert {"id": "m", "type": "complete"} in found


async def _received(socket: Any) -> Any:
    try:
        return json.loads(await socket.recv())
    except websockets.ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else 1006


def _hurried(server: Running) -> Any:
    return replace(server.application.live.limits, init_seconds=0.1)
