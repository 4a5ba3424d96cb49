"""What a season's weeks come to, in both lanes: every kind of week, and multipliers that end in halves."""

from __future__ import annotations

import orjson
from sqlalchemy import text

from db.database import Database
from resolvers.ids import Kind, global_id
from tests.engine.lanes import Lanes
from tests.schema.season_world import make_season_world

WEEKS = "query ($id: ID!) { node(id: $id) { ... on SeasonPlan { weeks { number startsOn plannedLoad } } } }"


SEASON = (
    "UPDATE season_plans SET ends_on = starts_on + CAST(:days AS int), base_load_au = :base, peak_week = 1,"
    " taper_weeks = '{1,2,5}', recovery_weeks = '{2,3}'"
)


async def test_planned_loads_are_alike(lanes: Lanes, fresh_db: Database) -> None:
    """Of tapers of three, which do not come out even, some in recovery; a phase of one week."""
    season = await make_season_world(fresh_db)
    await _run(fresh_db, "DELETE FROM season_phases WHERE starts_on > '2026-11-16'")
    await _run(fresh_db, "UPDATE season_phases SET ends_on = starts_on + 6")
    seen = set()
    for days, base in ((209, 2000), (210, 777), (214, 3), (6, 100_000), (30, 0)):
        await _run(fresh_db, SEASON, days=days, base=base)
        for multiplier in (1.05, 1 / 3, 1e-05, 4.999999999999999, 0.0, None):
            await _run(fresh_db, "UPDATE season_phases SET load_multiplier = :its", its=multiplier)
            id = global_id(Kind.SEASON_PLAN, season.plan.id)
            found = orjson.loads(await lanes.alike(season.world.coach, WEEKS, {"id": id}))
            weeks = found["node"]["weeks"]
            assert [each["number"] for each in weeks] == list(range(1, days // 7 + 2))
            seen |= {each["plannedLoad"] for each in weeks}

    assert len(seen) > 10


async def _run(db: Database, statement: str, **values: object) -> None:
    async with db.engine.begin() as connection:
        await connection.execute(text(statement), values)
