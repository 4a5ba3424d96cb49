"""A breach that ends only because days pass ends on its day, once, as if its player had reported."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import fields
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from db.database import Database, Transaction
from db.outbox import events_of
from domain.days import instant_of, todays_in
from domain.events import WorkloadUpdated
from domain.workload.alerts import Alert, AlertAction
from events.lookout import Lookout
from events.workload import daily
from events.workload.daily import look_at_alerts
from events.workload.watch import watch_players
from tests.databases import Clock
from tests.events.test_workload_watch import actions, alerts, hard_week, limit, told, train, watch
from tests.factories import committed
from tests.integrations.helpers import Log
from tests.season_factories import Club, make_club
from tests.statements import count_statements
from tests.workload_factories import TODAY

OSLO, AUCKLAND = "Europe/Oslo", "Pacific/Auckland"
A_WEEK_LATER = TODAY + timedelta(days=7)


async def look(db: Database, clock: Clock, log: Log | None = None) -> int:
    return await look_at_alerts(db, clock(), (log or Log()).logger)


async def over_the_limit(db: Database, load_au: float = 500.0) -> Club:
    """With an alert of today, for a week too hard; tomorrow it is over."""
    club = await make_club(db)
    await limit(db, club)
    await train(db, club, hard_week(load_au))
    await watch(db, club)
    return club


async def updates(db: Database, club: Club) -> int:
    async with db.read() as read:
        found = await events_of(read, "player", club.players[0].id)
    return sum(each.event_type == WorkloadUpdated.type for each in found)


async def test_it_is_resolved_on_the_day_as_a_report_would_resolve_it(db: Database, clock: Clock) -> None:
    club, reported = await over_the_limit(db), await over_the_limit(db)
    clock.now = instant_of(A_WEEK_LATER, time(12), OSLO)
    await watch(db, reported)

    assert await look(db, clock) == 1

    [over], [like] = await alerts(db, club), await alerts(db, reported)
    assert over.resolved_at == clock()
    assert await actions(db, over) == await actions(db, like) == [AlertAction.RAISED, AlertAction.RESOLVED]
    of_its_own = {"id", "organization_id", "team_id", "player_id"}
    for name in {each.name for each in fields(Alert)} - of_its_own:
        assert getattr(over, name) == getattr(like, name), name
    assert len(await told(db, over)) == len(await told(db, like)) == 1  # that it was raised
    assert await updates(db, club) == await updates(db, reported) == 2


async def test_it_is_looked_at_once_on_each_day_of_the_team(db: Database, clock: Clock) -> None:
    club = await over_the_limit(db, load_au=550.0)  # without its first day the week is still too hard
    midnight = instant_of(TODAY + timedelta(days=1), time(0), OSLO)
    clock.now = midnight - timedelta(seconds=1)
    before = await look(db, clock)
    clock.now = midnight
    on_the_day = await look(db, clock)
    clock.advance(hours=20)
    later = await look(db, clock)

    assert (before, on_the_day, later) == (0, 1, 0)
    [lasting] = await alerts(db, club)
    assert (lasting.last_day, lasting.resolved_at) == (TODAY + timedelta(days=1), None)
    assert await actions(db, lasting) == [AlertAction.RAISED]


async def test_teams_in_other_zones_have_other_days(db: Database, clock: Clock) -> None:
    club, far = await over_the_limit(db), await over_the_limit(db)
    move = text("UPDATE teams SET time_zone = :zone WHERE id = :id")
    await committed(db, lambda one: one.execute(move, {"zone": AUCKLAND, "id": far.team.id}))
    clock.now = instant_of(TODAY + timedelta(days=8), time(0), AUCKLAND)
    await look(db, clock)

    [here], [there] = await alerts(db, club), await alerts(db, far)
    assert here.resolved_at is not None  # it is the seventh day there, and the eighth in Auckland
    assert there.resolved_at == clock()
    assert todays_in([OSLO, AUCKLAND, "Nowhere/At all"], clock()) == {
        OSLO: A_WEEK_LATER,
        AUCKLAND: TODAY + timedelta(days=8),
    }


async def test_a_team_whose_zone_this_machine_does_not_know_stops_nobody_else(
    db: Database, clock: Clock
) -> None:
    club, lost = await over_the_limit(db), await over_the_limit(db)
    move = text("UPDATE teams SET time_zone = 'Atlantis/Old_Town' WHERE id = :id")
    await committed(db, lambda one: one.execute(move, {"id": lost.team.id}))
    clock.now = instant_of(A_WEEK_LATER, time(12), OSLO)

    assert await look(db, clock) == 1
    assert [each.is_over for each in await alerts(db, club)] == [True]
    assert [each.is_over for each in await alerts(db, lost)] == [False]


async def test_what_a_planning_service_told_of_stands_for_its_week(db: Database, clock: Clock) -> None:
    club = await over_the_limit(db)
    by_others = text("UPDATE workload_alerts SET source = 'planning_service'")
    await committed(db, lambda one: one.execute(by_others))
    clock.now = instant_of(A_WEEK_LATER, time(0), OSLO) - timedelta(seconds=1)
    before = await look(db, clock)
    clock.advance(seconds=1)

    assert (before, await look(db, clock)) == (0, 1)
    assert [each.is_over for each in await alerts(db, club)] == [True]


async def test_the_alert_of_a_team_that_the_player_left_is_over(db: Database, clock: Clock) -> None:
    club = await over_the_limit(db)
    leave = text("DELETE FROM memberships WHERE person_id = :id")
    await committed(db, lambda one: one.execute(leave, {"id": club.players[0].id}))
    clock.now = instant_of(TODAY + timedelta(days=1), time(12), OSLO)

    assert [await look(db, clock) for _ in range(2)] == [1, 0]
    assert [each.is_over for each in await alerts(db, club)] == [True]


async def test_processes_that_look_at_once_resolve_it_once(fresh_db: Database, clock: Clock) -> None:
    club = await over_the_limit(fresh_db)
    clock.now = instant_of(A_WEEK_LATER, time(12), OSLO)

    counts = await asyncio.gather(*(look(fresh_db, clock) for _ in range(3)))

    assert sum(counts) == 1
    [over] = await alerts(fresh_db, club)
    assert await actions(fresh_db, over) == [AlertAction.RAISED, AlertAction.RESOLVED]
    assert await updates(fresh_db, club) == 2


async def test_a_player_of_whom_it_fails_keeps_nobody_else_from_it(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clubs = [await over_the_limit(db) for _ in range(3)]
    broken = clubs[1].players[0].id

    async def watched(tx: Transaction, player_ids: Collection[UUID]) -> list[Alert]:
        if broken in player_ids:
            raise ValueError("no such day")
        return await watch_players(tx, player_ids)

    monkeypatch.setattr(daily, "watch_players", watched)
    clock.now, log = instant_of(A_WEEK_LATER, time(12), OSLO), Log()

    assert await look(db, clock, log) == 2
    assert [(await alerts(db, each))[0].is_over for each in clubs] == [True, False, True]
    assert [each["player_id"] for each in log.named("alerts_not_looked_at")] == [str(broken)]


async def test_a_database_in_trouble_is_asked_again_at_the_next_turn_and_not_for_each_player(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await over_the_limit(db)
    asked = 0

    async def watched(*_: Any) -> list[Alert]:
        nonlocal asked
        asked += 1
        raise ConnectionRefusedError

    monkeypatch.setattr(daily, "watch_players", watched)
    clock.now = instant_of(A_WEEK_LATER, time(12), OSLO)

    with pytest.raises(ConnectionRefusedError):
        await look(db, clock)
    assert asked == 1


async def test_many_players_are_looked_at_some_at_a_time(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "AT_ONCE", 2)
    for _ in range(5):
        await over_the_limit(db)
    clock.now = instant_of(A_WEEK_LATER, time(12), OSLO)

    assert [await look(db, clock) for _ in range(2)] == [5, 0]


async def test_where_nothing_is_to_be_done_it_costs_two_statements(db: Database, clock: Clock) -> None:
    await over_the_limit(db)

    with count_statements(db) as statements:
        assert await look(db, clock) == 0

    assert len(statements) == 2, statements


class TestTheLookout:
    async def test_it_looks_again_and_again_whatever_fails_until_it_is_closed(self) -> None:
        seen: list[datetime] = []
        enough, now, log = asyncio.Event(), datetime(2026, 11, 20, tzinfo=UTC), Log()

        async def look(moment: datetime) -> None:
            seen.append(moment)
            if len(seen) == 3:
                enough.set()
            raise ValueError("clouds")

        lookout = Lookout(
            "weather", look, clock=lambda: now, log=log.logger, first_seconds=0.0, every_seconds=0.001
        )
        await lookout.start()
        async with asyncio.timeout(60):
            await enough.wait()
        await lookout.close()
        times = len(seen)
        await asyncio.sleep(0.05)

        assert set(seen) == {now}
        assert len(seen) == times >= 3
        told = log.named("not_looked_at")
        assert len(told) == times
        assert (told[0]["what"], told[0]["error"]) == ("weather", "ValueError('clouds')")

    async def test_one_that_never_began_closes(self) -> None:
        async def look(_: datetime) -> None:
            raise AssertionError

        await Lookout("nothing", look, clock=lambda: datetime.now(UTC), log=Log().logger).close()
