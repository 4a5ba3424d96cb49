"""Today in a statement: the application's clock and Python's calendar, wherever it is and whoever asks."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest
from graphql import OperationDefinitionNode, parse
from sqlalchemy import text

from db.database import Database
from engine import days
from engine.days import Days
from engine.declined import Declined, Reason
from engine.lane import Compiled
from resolvers.context import Context
from tests.databases import Clock
from tests.domain.season_cases import a_phase
from tests.engine.lanes import Lanes
from tests.schema.season_world import SeasonWorld, make_season_world
from tests.season_factories import make_season

PHASE = "query ($id: ID!) { currentPhase(teamId: $id) { name } team(id: $id) { currentPhase { endsOn } } }"
ASSIGNED = "query ($id: ID!) { team(id: $id) { assignments { edges { node { scheduledOn } } } } }"
BUILD = b'{"currentPhase":{"name":"Build"},"team":{"currentPhase":{"endsOn":"2026-12-13"}}}'
NONE = b'{"currentPhase":null,"team":{"currentPhase":null}}'


@pytest.mark.parametrize(
    ("time_zone", "before", "after"),
    [  # The first phase begins on 16 November, at midnight where the team is.
        ("UTC", "2026-11-15T23:59:59.999999", "2026-11-16T00:00:00"),
        ("Europe/Oslo", "2026-11-15T22:59:59", "2026-11-15T23:00:00"),
        ("Asia/Kathmandu", "2026-11-15T18:14:59", "2026-11-15T18:15:00"),
        ("Pacific/Apia", "2026-11-15T10:59:59", "2026-11-15T11:00:00"),
        ("Pacific/Kiritimati", "2026-11-15T09:59:59", "2026-11-15T10:00:00"),
        ("Pacific/Chatham", "2026-11-15T10:14:59", "2026-11-15T10:15:00"),
        ("America/St_Johns", "2026-11-16T03:29:59", "2026-11-16T03:30:00"),
        ("Etc/GMT+12", "2026-11-16T11:59:59", "2026-11-16T12:00:00"),
    ],
)
async def test_the_phase_begins_at_the_teams_own_midnight_in_both_lanes(
    lanes: Lanes, fresh_db: Database, clock: Clock, time_zone: str, before: str, after: str
) -> None:
    season = await make_season_world(fresh_db)
    await _move(fresh_db, season.world.team.id, time_zone)
    found = []
    for moment in (before, after):
        clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        found.append(await lanes.alike(season.world.coach, PHASE, {"id": season.team_id}))

    assert found == [NONE, BUILD]


@pytest.mark.parametrize(
    ("time_zone", "begins", "moments"),
    [  # Days on which the clocks change at midnight, change during the day, or that there were none of.
        ("America/Havana", "2026-03-08", ("2026-03-08T04:59:59", "2026-03-08T05:00:00")),
        ("America/Havana", "2026-11-02", ("2026-11-02T04:59:59", "2026-11-02T05:00:00")),
        ("Europe/Oslo", "2026-03-30", ("2026-03-29T21:59:59", "2026-03-29T22:00:00")),
        ("Europe/Oslo", "2026-10-26", ("2026-10-25T22:59:59", "2026-10-25T23:00:00")),
        ("Pacific/Apia", "2011-12-31", ("2011-12-30T09:59:59", "2011-12-30T10:00:00")),
    ],
)
async def test_clocks_that_change_move_midnight_alike_in_both_lanes(
    lanes: Lanes, fresh_db: Database, clock: Clock, time_zone: str, begins: str, moments: tuple[str, str]
) -> None:
    season = await make_season_world(fresh_db)
    await _move(fresh_db, season.world.team.id, time_zone)
    await _run(fresh_db, "UPDATE season_plans SET status = 'archived'")
    day, plan_id = date.fromisoformat(begins), uuid4()
    plan = dataclasses.replace(
        season.plan,
        id=plan_id,
        starts_on=day - timedelta(days=1),
        ends_on=day + timedelta(days=300),
        phases=(a_phase(id=uuid4(), season_plan_id=plan_id, starts_on=day, ends_on=day + timedelta(days=9)),),
    )
    await make_season(fresh_db, plan)
    found = []
    for moment in moments:
        clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        json = await lanes.alike(season.world.coach, PHASE, {"id": season.team_id})
        found.append(orjson.loads(json)["currentPhase"])

    assert found == [None, {"name": "Build"}]


async def test_one_plan_answers_with_the_day_of_each_request(
    lanes: Lanes, fresh_db: Database, clock: Clock
) -> None:
    season = await make_season_world(fresh_db)
    compiled, context = _compiled(PHASE), Context.of(lanes.api.services, season.world.coach)
    await lanes.alike(season.world.coach, PHASE, {"id": season.team_id})  # now the lane knows the zone
    found = []
    for moment in (datetime(2026, 11, 15, tzinfo=UTC), datetime(2026, 11, 17, tzinfo=UTC)):
        clock.now = moment
        found.append(await lanes.lane.data(compiled, {"id": season.team_id}, context))

    assert found == [NONE, BUILD]
    assert len(compiled.plans) == 1


async def test_a_time_zone_is_left_to_the_resolvers_once(lanes: Lanes, fresh_db: Database) -> None:
    season = await make_season_world(fresh_db)

    assert await _outcome(lanes, season) is Reason.NEW_TIME_ZONE
    assert await _outcome(lanes, season) is None
    await _move(fresh_db, season.world.team.id, "Asia/Kathmandu")
    assert await _outcome(lanes, season) is Reason.NEW_TIME_ZONE
    assert await _outcome(lanes, season) is None


@pytest.mark.parametrize("name", ["Foo5", "EST5EDT4", "utc", "Europe/Nowhere"])
async def test_a_name_that_is_none_to_python_is_always_the_resolvers(
    lanes: Lanes, fresh_db: Database, name: str
) -> None:
    """Some of them are time zones to PostgreSQL."""
    season = await make_season_world(fresh_db)
    await _move(fresh_db, season.world.team.id, name)
    document = ASSIGNED if name == "utc" else PHASE

    for _ in range(2):
        assert await _outcome(lanes, season, document) is Reason.DATABASE
    assert await lanes.reference(season.world.coach, document, {"id": season.team_id}) is None


def test_so_many_time_zones_are_known_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(days, "MOST_ZONES", 2)
    known, now = Days(), datetime(2026, 11, 20, 23, tzinfo=UTC)
    for each in ("Europe/Oslo", "Asia/Kathmandu", "Europe/Oslo", "America/Havana"):
        assert known.learn(f'invalid input syntax for type date: "no day is known of {each}"')

    assert known.terms(now) == {
        "today_zones": ["Asia/Kathmandu", "America/Havana"],
        "today_days": [date(2026, 11, 21), date(2026, 11, 20)],
    }
    assert not known.learn("division by zero")


async def _outcome(lanes: Lanes, season: SeasonWorld, document: str = PHASE) -> Reason | None:
    context = Context.of(lanes.api.services, season.world.coach)
    try:
        await lanes.lane.data(_compiled(document), {"id": season.team_id}, context)
    except Declined as declined:
        return declined.reason
    return None


def _compiled(document: str) -> Compiled:
    ast = parse(document)
    operation = ast.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return Compiled.of(ast, operation)


async def _move(db: Database, team_id: UUID, time_zone: str) -> None:
    await _run(db, f"UPDATE teams SET time_zone = '{time_zone}' WHERE id = '{team_id}'")  # noqa: S608


async def _run(db: Database, statement: str) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(text(statement))
