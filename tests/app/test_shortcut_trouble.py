"""A stop, and a database in trouble, while requests are on the shortcut: each is answered, once."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
from dataclasses import replace

import asyncpg
import pytest
from sqlalchemy import make_url
from starlette.applications import Starlette

from app.bootstrap import Application
from app.cross_origin import CrossOrigin
from app.server import Server
from app.shortcut import heads as shortcut_heads
from app.shortcut.heads import LONGEST_BYTES, MOST_KEPT, MOST_OF_CALLER, Heads
from app.shortcut.shortcut import Shortcut
from db.seed import DEMO
from resolvers.ids import Kind, global_id
from tests.app.both_ways import connected, request, taken, taking, token_for
from tests.app.test_shortcut_connections import (
    PLAN_BY_ID,
    VIEWER,
    begun,
    kept_waiting,
    known,
    nothing_is_left,
    until,
)
from tests.live.running import Running, running


@pytest.mark.parametrize("plan", ["that is there", "that is missing"])
async def test_what_is_under_way_at_a_stop_is_answered_and_its_connection_closed(
    demo_url: str, monkeypatch: pytest.MonkeyPatch, plan: str
) -> None:
    """The one is answered by the shortcut, the other handed on."""
    servers: list[Server] = []

    def made(app: Starlette, application: Application) -> Server:
        servers.append(Server(app, application))
        return servers[0]

    monkeypatch.setattr("tests.live.running.Server", made)
    payload = PLAN_BY_ID
    if plan == "that is missing":
        payload = {**PLAN_BY_ID, "variables": {"id": global_id(Kind.PLAN, DEMO.other_plan)}}
    async with running(demo_url, keep_alive_seconds=600) as served:
        [asked, behind] = await known(served, payload, VIEWER)
        async with connected(served) as wire:
            async with kept_waiting(demo_url):
                await wire.send(asked)
                await begun(served)
                await wire.send(behind)
                servers[0].should_exit = True
                await asyncio.sleep(0.3)  # it looks ten times a second
            reply = await wire.reply()
            rest = await wire.rest()  # and not only when the pause between two requests is over

    assert (reply.status, list(reply.json["data"])) == (200, ["plan"])
    assert (reply.header("connection"), rest) == ("close", b"")
    assert taken(served)[plan == "that is missing"] >= 2


async def terminate_reads(url: str) -> int:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address)
    try:
        found = await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'taper-reads' AND datname = current_database()"
        )
    finally:
        await connection.close()
    return len(found)


async def test_connections_to_postgresql_that_were_cut_are_nobodys_business(
    demo_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(demo_url) as served:
        [plan] = await known(served, PLAN_BY_ID)
        caplog.set_level(logging.WARNING)
        async with connected(served) as wire:
            for _ in range(3):
                assert await terminate_reads(demo_url) >= 1
                between = await wire.ask(plan)
                async with kept_waiting(demo_url):
                    await wire.send(plan)
                    await begun(served)
                    await asyncio.sleep(0.05)
                    assert await terminate_reads(demo_url) >= 1
                    await asyncio.sleep(0.05)
                within = await wire.reply()

                assert between.essence[2] == within.essence[2]
                assert (between.status, within.status) == (200, 200)
        await nothing_is_left(served)

    assert not [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR]


async def test_who_waited_for_a_lock_in_vain_is_answered_by_the_layers_once_it_is_free(demo_url: str) -> None:
    async with running(demo_url, db_read_pool_size=2) as served:
        reads = served.application.reads
        assert reads is not None
        reads._waits = replace(reads._waits, lock=0.5)  # and the layers wait for as long as it takes
        viewer, plan = await known(served, VIEWER, PLAN_BY_ID)

        async def ask() -> int:
            async with connected(served) as wire:
                return (await wire.ask(plan)).status

        handed_on = taken(served)[1]
        async with kept_waiting(demo_url):
            asking = [asyncio.create_task(ask()) for _ in range(4)]
            await until(lambda: taken(served)[1] >= handed_on + 2)
        statuses = await asyncio.gather(*asking)
        handed_on = taken(served)[1] - handed_on
        await nothing_is_left(served)
        async with connected(served) as wire:
            with taking(served, answered=2):
                replies = [await wire.ask(each) for each in (viewer, plan)]

    assert statuses == [200] * 4
    assert handed_on >= 2
    assert [each.status for each in replies] == [200, 200]


def _scope(token: str, filling: str) -> dict[str, object]:
    headers = [
        (b"content-type", b"application/json"),
        (b"authorization", f"Bearer {token}".encode()),
        (b"x-filling", filling.encode()),
        (b"content-length", b"10"),
    ]
    return {
        "type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "http_version": "1.1",
        "headers": headers,
    }  # fmt: skip


def _head(scope: dict[str, object]) -> bytes:
    lines = [name + b": " + value for name, value in scope["headers"]]  # type: ignore[attr-defined]
    return b"\r\n".join([b"POST /graphql HTTP/1.1", *lines, b"", b""])


async def test_no_more_heads_are_kept_than_was_said(demo_url: str) -> None:
    async with running(demo_url) as served:
        application = served.application
    heads = Heads("/graphql", application.limits, CrossOrigin(application.settings))
    for number in range(100_000):
        raw = _kept(heads, caller=str(number // 100), filling=str(number))
    long = _scope("t", "x" * LONGEST_BYTES)

    assert len(heads) == MOST_KEPT
    assert heads.at_hand(raw, len(raw)) is not None
    assert heads.read(_head(long), len(_head(long)), long) is None


async def test_who_sends_ever_new_heads_pushes_out_their_own_alone(demo_url: str) -> None:
    async with running(demo_url) as served:
        application = served.application
    heads = Heads("/graphql", application.limits, CrossOrigin(application.settings))
    others = [_kept(heads, caller=str(number), filling=f"of {number}") for number in range(1000)]

    sent = [_kept(heads, caller="restless", filling=str(number)) for number in range(10_000)]

    assert len(heads) == 1000 + MOST_OF_CALLER
    assert all(heads.at_hand(each, len(each)) for each in others)
    remembered = [each for each in sent if heads.at_hand(each, len(each))]
    assert remembered == sent[-MOST_OF_CALLER:]


async def test_a_head_that_is_sent_again_is_a_callers_last_to_go(demo_url: str) -> None:
    async with running(demo_url) as served:
        application = served.application
    heads = Heads("/graphql", application.limits, CrossOrigin(application.settings))
    for number in range(10 * MOST_OF_CALLER):
        usual = _kept(heads, caller="restless", filling="usual")
        _kept(heads, caller="restless", filling=str(number))

    assert heads.at_hand(usual, len(usual)) is not None
    assert len(heads) == MOST_OF_CALLER


async def test_what_is_counted_is_what_is_kept(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Callers come and go at random, and nothing of one who has nothing left stays behind."""
    monkeypatch.setattr(shortcut_heads, "MOST_KEPT", 20)
    monkeypatch.setattr(shortcut_heads, "MOST_OF_CALLER", 5)
    async with running(demo_url) as served:
        application = served.application
    heads = Heads("/graphql", application.limits, CrossOrigin(application.settings))
    chance = random.Random(7)
    for _ in range(3000):
        caller = f"{chance.randrange(12)}"
        raw = _kept(heads, caller, filling=f"{caller}.{chance.randrange(9)}")
        counted = {key: who for who, own in heads._of_caller.items() for key in own}

        assert heads.at_hand(raw, len(raw)) is not None
        assert heads._kept.keys() == heads._whose.keys()
        assert counted == heads._whose
        assert max(map(len, heads._of_caller.values())) <= 5
        assert min(map(len, heads._of_caller.values())) >= 1
        assert len(heads) <= 20


async def test_one_callers_changing_header_leaves_the_others_on_the_shortcut(
    demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortcut_heads, "MOST_KEPT", 8)
    monkeypatch.setattr(shortcut_heads, "MOST_OF_CALLER", 4)
    async with running(demo_url) as served:
        quiet, restless = request(token_for(served, "coach"), VIEWER), token_for(served)
        async with connected(served) as wire:
            for _ in range(2):
                assert (await wire.ask(quiet)).status == 200
            for number in range(12):
                assert (await wire.ask(request(restless, VIEWER, ("x-n", str(number))))).status == 200
            with taking(served, answered=1):
                await wire.ask(quiet)
        kept = len(_heads_of(served))

    assert kept == 5


def _kept(heads: Heads, caller: str, filling: str) -> bytes:
    scope = _scope(f"of-{caller}", filling)
    raw = _head(scope)
    found = heads.read(raw, len(raw), scope)
    assert found is not None
    heads.keep(*found, caller)
    return raw


async def test_heads_of_nobody_are_not_kept(demo_url: str) -> None:
    """Of two hundred requests whose tokens are made up or missing, nothing stays."""
    async with running(demo_url) as served:
        [viewer] = await known(served, VIEWER)
        heads = _heads_of(served)
        before = len(heads)
        async with connected(served) as wire:
            for number in range(100):
                for token in (f"made.up.{number}", None):
                    assert (await wire.ask(request(token, VIEWER, ("x-n", str(number))))).status in (200, 401)
        after = len(heads)
        async with connected(served) as wire:
            with taking(served, answered=1):
                await wire.ask(viewer)

    assert (before, after) == (1, 1)


def _heads_of(served: Running) -> Heads:
    [found] = [
        each
        for each in gc.get_objects()
        if isinstance(each, Shortcut) and each._callers is served.application.callers
    ]
    return found._heads
