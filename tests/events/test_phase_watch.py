"""A team that comes to another phase is told of once, on its own day, whoever notices it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from db.database import Database
from db.outbox import events_of
from db.seasons import save_season_plan
from domain.days import instant_of
from domain.events import PhaseEntered
from domain.phases_in_force import PhaseInForce, by_calendar, by_planner
from domain.seasons import SeasonPlan, SeasonStatus
from events.phase_watch import enter_phase, look_at_calendar
from tests.databases import Clock
from tests.domain.season_cases import MONDAY
from tests.factories import committed
from tests.season_factories import Club, make_club, make_season
from tests.statements import count_statements

OSLO = "Europe/Oslo"
TURN = MONDAY + timedelta(weeks=4)


@pytest.fixture
async def club(db: Database) -> Club:
    return await make_club(db)


@pytest.fixture
async def season(db: Database, club: Club) -> SeasonPlan:
    """Its second phase begins on the day of the turn; before that, the first was noticed."""
    made = await make_season(db, club.season())
    await look_at_calendar(db, at(MONDAY, 12))
    return made


class TestTheCalendar:
    async def test_a_phase_begins_at_the_teams_own_midnight(
        self, db: Database, club: Club, season: SeasonPlan
    ) -> None:
        midnight = instant_of(TURN, time(0), OSLO)

        assert await look_at_calendar(db, midnight - timedelta(seconds=1)) == 0
        assert await look_at_calendar(db, midnight) == 1
        assert await look_at_calendar(db, midnight + timedelta(minutes=1)) == 0

        first, second = await told(db, club)
        assert first["previous_phase_id"] is None
        assert second == {
            "phase_id": str(season.phases[1].id),
            "previous_phase_id": str(season.phases[0].id),
            "entered_on": TURN.isoformat(),
        }

    async def test_two_teams_in_other_zones_have_other_midnights(self, db: Database, club: Club) -> None:
        other = await make_club(db)
        move = text("UPDATE teams SET time_zone = 'Pacific/Auckland' WHERE id = :id")
        await committed(db, lambda db_session: db_session.execute(move, {"id": other.team.id}))
        for each in (club, other):
            await make_season(db, each.season())

        assert await look_at_calendar(db, instant_of(MONDAY, time(0), "Pacific/Auckland")) == 1
        assert len(await told(db, other)) == 1
        assert await told(db, club) == []

    async def test_what_began_while_nobody_looked_is_told_once_and_what_is_over_is_not(
        self, db: Database, club: Club, season: SeasonPlan
    ) -> None:
        assert await look_at_calendar(db, at(TURN + timedelta(days=20))) == 1

        assert (await told(db, club))[-1]["phase_id"] == str(season.phases[1].id)

    async def test_the_end_of_a_season_and_a_season_that_is_put_away_are_told(
        self, db: Database, club: Club, season: SeasonPlan, clock: Clock
    ) -> None:
        put_away = replace(season, status=SeasonStatus.ARCHIVED)
        await committed(
            db, lambda s: save_season_plan(s, put_away, expected_version=season.version, now=clock())
        )

        assert await look_at_calendar(db, at(MONDAY, 13)) == 1
        assert (await told(db, club))[-1]["phase_id"] is None

    async def test_a_team_without_a_season_is_never_told_of(self, db: Database, club: Club) -> None:
        assert await look_at_calendar(db, at(MONDAY)) == 0
        assert await told(db, club) == []

    async def test_many_teams_cost_no_more_statements(self, db: Database, club: Club) -> None:
        for each in [club, *[await make_club(db) for _ in range(5)]]:
            await make_season(db, each.season())

        with count_statements(db) as statements:
            assert await look_at_calendar(db, at(MONDAY)) == 6

        assert len(statements) == 7, statements  # lock, zones, turns, rows made and locked, saved, the outbox


class TestAPlanner:
    async def test_a_phase_that_a_planner_begins_early_is_not_told_again_when_its_day_comes(
        self, db: Database, club: Club, season: SeasonPlan
    ) -> None:
        await begin(db, club, season.phases[1].id)
        await begin(db, club, season.phases[1].id)
        assert await look_at_calendar(db, at(TURN - timedelta(days=1))) == 0  # the planner's word holds
        await look_at_calendar(db, at(TURN))

        assert [each["phase_id"] for each in await told(db, club)] == [
            str(season.phases[0].id),
            str(season.phases[1].id),
        ]

    async def test_after_the_calendar_a_planner_tells_nothing_new(
        self, db: Database, club: Club, season: SeasonPlan
    ) -> None:
        await look_at_calendar(db, at(TURN))
        await begin(db, club, season.phases[1].id)

        assert len(await told(db, club)) == 2


async def test_processes_that_look_at_once_tell_once(fresh_db: Database) -> None:
    club = await make_club(fresh_db)
    season = await make_season(fresh_db, club.season())

    await asyncio.gather(
        *(look_at_calendar(fresh_db, at(MONDAY)) for _ in range(4)),
        *(begin(fresh_db, club, season.phases[0].id) for _ in range(4)),
    )
    await look_at_calendar(fresh_db, at(MONDAY))

    assert [each["phase_id"] for each in await told(fresh_db, club)] == [str(season.phases[0].id)]


def test_the_rule_goes_back_and_forth_without_losing_count() -> None:
    one, other = uuid4(), uuid4()
    known = by_calendar(PhaseInForce(uuid4()), one)
    early = by_planner(known, other)

    assert by_calendar(early, one) is early
    assert by_calendar(early, other).version == early.version == 2
    assert by_calendar(by_calendar(early, other), None).phase_id is None


def at(day: Any, hour: int = 12) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


async def begin(db: Database, club: Club, phase_id: UUID) -> None:
    await db.unit_of_work(lambda tx: enter_phase(tx, club.team, phase_id))


async def told(db: Database, club: Club) -> list[dict[str, Any]]:
    async with db.read() as db_session:
        found = await events_of(db_session, "team", club.team.id)
    names = ("phase_id", "previous_phase_id", "entered_on")
    return [
        {name: each.payload[name] for name in names} for each in found if each.event_type == PhaseEntered.type
    ]
