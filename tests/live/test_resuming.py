"""After a tunnel: nothing is missed, nothing comes twice, and a cursor that leads nowhere is said to."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta

import pytest

from db import event_log
from tests.live.running import Client, Running, running
from tests.live.stage import NUMBERS, SESSION_EVENTS, Stage, team_of


async def test_who_comes_back_gets_what_they_missed_and_then_what_happens(
    server: Running, stage: Stage
) -> None:
    async with server.client(stage.world.coach) as client:
        await client.following("s", NUMBERS, teamId=team_of(stage))
        await stage.compressed(1)
        cursor = (await client.next("s"))["sessionCompressed"]["cursor"]
    await stage.compressed(2, count=30)

    async with server.client(stage.world.coach) as client:
        await client.subscribe("s", NUMBERS, teamId=team_of(stage), after=cursor)
        missed = [(await client.next("s"))["sessionCompressed"]["targetMinutes"] for _ in range(30)]
        await stage.compressed(99)
        live = (await client.next("s"))["sessionCompressed"]["targetMinutes"]
        await client.silent()

    assert missed == list(range(2, 32))
    assert live == 99


async def test_there_is_no_gap_and_no_repeat_while_events_pour_in(server: Running, stage: Stage) -> None:
    """Ten come and go while a hundred happen: each goes on where it stopped."""
    total = 100
    async with server.client(stage.world.coach) as client:
        await client.following("s", NUMBERS, teamId=team_of(stage))
        await stage.compressed(0)
        start = (await client.next("s"))["sessionCompressed"]["cursor"]

    async def reader(patience: int) -> list[int]:
        seen: list[int] = []
        cursor = start
        while len(seen) < total:
            async with server.client(stage.world.coach) as client:
                await client.subscribe("s", NUMBERS, teamId=team_of(stage), after=cursor)
                for _ in range(min(patience, total - len(seen))):
                    event = (await client.next("s"))["sessionCompressed"]
                    seen.append(event["targetMinutes"])
                    cursor = event["cursor"]
        return seen

    readers = [asyncio.create_task(reader(patience)) for patience in (1, 3, 7, 7, 13, 13, 40, 60, 99, 100)]
    for number in range(1, total + 1):
        await stage.compressed(number)
    found = await asyncio.gather(*readers)

    assert all(each == list(range(1, total + 1)) for each in found)


async def test_a_cursor_of_the_last_event_brings_nothing_old(server: Running, stage: Stage) -> None:
    async with server.client(stage.world.coach) as client:
        await client.following("s", NUMBERS, teamId=team_of(stage))
        await stage.compressed(1)
        cursor = (await client.next("s"))["sessionCompressed"]["cursor"]
        await client.following("again", NUMBERS, teamId=team_of(stage), after=cursor)
        await client.silent(0.2)
        await stage.compressed(2)

        both = [await client.receive() for _ in range(2)]

    assert {each["id"] for each in both} == {"s", "again"}


async def test_the_past_is_only_what_the_subscription_is_about(server: Running, stage: Stage) -> None:
    async with server.client(stage.world.coach) as client:
        await client.following("all", NUMBERS, teamId=team_of(stage))
        await stage.compressed(1)
        cursor = (await client.next("all"))["sessionCompressed"]["cursor"]
        await client.send(type="complete", id="all")
        await stage.compressed(2, session=1)
        await stage.compressed(3, session=0)

        await client.subscribe("one", SESSION_EVENTS, sessionId=stage.world.session_id, after=cursor)

        assert (await client.next("one"))["sessionCompressed"]["targetMinutes"] == 3
        await client.silent()


class TestBeforeTheFirstEvent:
    async def test_who_is_cut_off_before_it_misses_nothing(self, server: Running, stage: Stage) -> None:
        """From the moment of the question on, also what happens before the subscription begins."""
        async with server.client(stage.world.coach) as client:
            await client.following("s", NUMBERS, teamId=team_of(stage))
            await stage.compressed(2)
            assert await _minutes(client) == 2  # what has happened so far is in the log
            cursor = await _live_cursor(client)
            await stage.compressed(3)
        async with server.client(stage.world.coach) as client:
            await client.subscribe("cut off", NUMBERS, teamId=team_of(stage), after=cursor)
        await stage.compressed(4)

        async with server.client(stage.world.coach) as client:
            await client.subscribe("s", NUMBERS, teamId=team_of(stage), after=cursor)
            await stage.compressed(5)

            assert [await _minutes(client) for _ in range(3)] == [3, 4, 5]
            await client.silent()

    async def test_it_is_good_where_nothing_has_happened_yet(self, server: Running, stage: Stage) -> None:
        async with server.client(stage.world.coach) as client:
            cursor = await _live_cursor(client)
            await stage.compressed(1)
            await client.subscribe("s", NUMBERS, teamId=team_of(stage), after=cursor)

            assert await _minutes(client) == 1

    async def test_it_is_good_where_all_was_deleted_until_more_is(
        self, server: Running, stage: Stage
    ) -> None:
        async def forget() -> None:
            await stage.db.unit_of_work(
                lambda tx: event_log.purge(tx.db_session, tx.now + timedelta(hours=1))
            )

        async with server.client(stage.world.coach) as client:
            await client.following("other", NUMBERS, teamId=team_of(stage))
            await stage.compressed(1)
            await client.next("other")
            await forget()
            cursor = await _live_cursor(client)
            await client.send(type="complete", id="other")
            await stage.compressed(2)
            await client.subscribe("s", NUMBERS, teamId=team_of(stage), after=cursor)
            assert await _minutes(client) == 2

            await forget()
            await client.subscribe("late", NUMBERS, teamId=team_of(stage), after=cursor)
            assert await client.refused("late") == "cursor_expired"

    async def test_it_is_for_who_may_follow(self, fresh_url: str, stage: Stage) -> None:
        async with running(fresh_url, flags={}) as server, server.client(stage.world.coach) as client:
            await client.subscribe("q", "{ liveCursor }")
            answer = (await client.receive())["payload"]

        assert answer["errors"][0]["extensions"]["code"] == "feature_not_available"


class TestCursorsThatLeadNowhere:
    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "é", "MTIz", "A" * 100, base64.urlsafe_b64encode(b"1:00000000").decode(),
         base64.urlsafe_b64encode(b"999999:abcdef01").decode(), "YzE6MQ"],
    )  # fmt: skip
    async def test_what_is_none_of_ours_is_unknown(self, server: Running, stage: Stage, cursor: str) -> None:
        async with server.client(stage.world.coach) as client:
            await client.following("s", NUMBERS, teamId=team_of(stage))
            await client.subscribe("bad", NUMBERS, teamId=team_of(stage), after=cursor)
            assert await client.refused("bad") == "cursor_unknown"

            await stage.compressed()
            await client.next("s")  # the others on the socket go on

    async def test_what_followed_may_be_gone(self, server: Running, stage: Stage) -> None:
        async with server.client(stage.world.coach) as client:
            await client.following("s", NUMBERS, teamId=team_of(stage))
            await stage.compressed(count=2)
            cursors = [(await client.next("s"))["sessionCompressed"]["cursor"] for _ in range(2)]
            await stage.db.unit_of_work(
                lambda tx: event_log.purge(tx.db_session, tx.now + timedelta(hours=1), at_most=1)
            )

            await client.subscribe("old", NUMBERS, teamId=team_of(stage), after=cursors[0])
            assert await client.refused("old") == "cursor_expired"
            await client.following("new", NUMBERS, teamId=team_of(stage), after=cursors[1])

    async def test_it_is_not_told_of_a_team_that_one_may_not_see(self, server: Running, stage: Stage) -> None:
        """The team is judged first: whether a cursor is good is no stranger's business."""
        async with server.client(stage.world.stranger) as client:
            await client.subscribe("s", NUMBERS, teamId=team_of(stage), after="x")

            assert await client.refused("s") == "team_not_found"


async def test_two_processes_on_one_database_both_tell_of_everything(fresh_url: str, stage: Stage) -> None:
    coach = stage.world.coach
    async with running(fresh_url) as one, running(fresh_url) as other:  # noqa: SIM117
        async with one.client(coach) as a, other.client(coach) as b:
            for client in (a, b):
                await client.following("s", NUMBERS, teamId=team_of(stage))

            await stage.compressed(1, count=20)
            found = [[await _minutes(client) for _ in range(20)] for client in (a, b)]
            await stage.compressed(21)
            cursor = (await a.next("s"))["sessionCompressed"]["cursor"]

            # A cursor of one process is good in the other, even one that is behind.
            await b.subscribe("from a", NUMBERS, teamId=team_of(stage), after=cursor)
            assert await _minutes(b) == 21
            await b.silent()

    assert found == [list(range(1, 21))] * 2


async def _live_cursor(client: Client) -> str:
    await client.subscribe("cursor", "{ liveCursor }")
    found: str = (await client.next("cursor"))["liveCursor"]
    assert await client.receive() == {"id": "cursor", "type": "complete"}
    return found


async def _minutes(client: Client) -> int:
    found: int = (await client.next("s"))["sessionCompressed"]["targetMinutes"]
    return found
