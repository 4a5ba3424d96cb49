"""A club whose texts, numbers, days and moments are those that something goes wrong with."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db.database import Database
from domain.people import Viewer
from resolvers.ids import Kind, global_id
from tests.engine.awkward_season import make_awkward_season
from tests.engine.awkward_training import make_awkward_training
from tests.engine.awkward_workload import make_awkward_workload
from tests.factories import committed
from tests.schema.season_world import make_season_world
from tests.world import World

TEXTS = (
    'quotes " and \\ backslashes',
    "tabs\tand\nnewlines\r\n",
    "control \x01\x1f and \x7f",
    "emoji 🏋️‍♀️ and flags 🇳🇴",
    "line\u2028separator\u2029 and \ufeff",
    "combining e\u0301 and \u200d",
    "</script><!-- & %s $1 {}",
    "a" * 190,
    "null",
    " ",
)
NUMBERS = ("0", "0.1", "100", "2.50", "0.3333333333333333", "99.99999999999999", "1000")
MOMENTS = (
    "2026-03-29T01:30:00Z",
    "2026-10-25T01:30:00.5+02:00",
    "2026-01-01T00:00:00.000001Z",
    "2026-12-31T23:59:59.999999Z",
    "0001-01-03T00:00:00Z",
    "9999-12-29T00:00:00.1Z",
)
ORDERS = {
    "plans": "title",
    "microcycles": "ordinal",
    "sessions": "ordinal",
    "prescriptions": "position",
}  # so that the first few differ in what they have
DAYS = ("0001-01-01", "1582-10-10", "2026-03-29", "2024-02-29", "9999-12-31")


@dataclass(frozen=True, slots=True)
class Awkward:
    world: World
    ids: Mapping[str, tuple[str, ...]]  # by the root field that they are for

    @property
    def viewers(self) -> tuple[Viewer, ...]:
        world = self.world
        return (
            world.athlete,
            world.mate,
            world.coach,
            world.other_coach,
            world.admin,
            world.service,
            world.stranger,
            world.strange_admin,
        )


async def make_awkward(db: Database, seed: int) -> Awkward:
    season = await make_season_world(db)
    world = season.world
    chance = random.Random(seed)
    async with db.read() as db_session:
        rows: dict[str, list[UUID]] = {}
        for table, by in ORDERS.items():
            found = await db_session.scalars(text(f"SELECT id FROM {table} ORDER BY {by}, id"))  # noqa: S608
            rows[table] = list(found)

    async def spoil(one: object) -> None:
        run = one.execute  # type: ignore[attr-defined]
        for table, ids in rows.items():
            for id_ in ids:
                values = {"id": id_, "text": chance.choice(TEXTS), "number": chance.choice(NUMBERS)}
                values |= {"moment": chance.choice(MOMENTS), "day": chance.choice(DAYS)}
                for statement in _SPOILT[table]:
                    named = {each: values[each] for each in values if f":{each}" in statement}
                    await run(text(statement), named)

        for team, time_zone in ((world.team, "Pacific/Apia"), (world.other_team, "America/Los_Angeles")):
            moved = {"zone": time_zone, "id": team.id}
            await run(text("UPDATE teams SET time_zone = :zone WHERE id = :id"), moved)

    await committed(db, spoil)
    await make_awkward_training(db, world, chance, TEXTS, MOMENTS)
    async with db.read() as db_session:
        compressions = await db_session.execute(
            text("SELECT id FROM compressions ORDER BY session_version, id LIMIT 5")
        )
        records = list(compressions.scalars())
    seasonal = await make_awkward_season(db, season, chance, TEXTS)
    done = await make_awkward_workload(db, world, chance, TEXTS, seasonal["assignment"][1])
    by_root: dict[str, tuple[Kind, Sequence[Any]]] = {
        "plan": (Kind.PLAN, rows["plans"]),
        "session": (Kind.SESSION, rows["sessions"]),
        "team": (Kind.TEAM, [world.team.id, world.other_team.id]),
        "player": (Kind.PLAYER, [world.owner.id, world.coach.id, world.stranger.id]),
        "microcycle": (Kind.MICROCYCLE, rows["microcycles"]),
        "prescription": (Kind.PRESCRIPTION, rows["prescriptions"][:6]),
        "exercise": (Kind.EXERCISE, [world.prescriptions[0].exercise.id]),
        "record": (Kind.COMPRESSION_RECORD, records),
        "seasonPlan": (Kind.TEAM, [world.team.id, world.other_team.id]),
        "currentPhase": (Kind.TEAM, [world.team.id, world.other_team.id]),
        **seasonal,
        **done,
    }
    ids = {root: tuple(global_id(kind, each) for each in found) for root, (kind, found) in by_root.items()}
    viewers = [global_id(Kind.VIEWER, each.key) for each in (world.athlete, world.admin, world.service)]
    wrong = ("nonsense", global_id(Kind.PLAN, world.team.id), global_id(Kind.PLAN, "no key"), *viewers)
    return Awkward(world, ids | {"node": (*(each for some in ids.values() for each in some), *wrong)})


_SPOILT = {
    "plans": (
        "UPDATE plans SET title = :text, goal = :text, notes = :text WHERE id = :id",
        "UPDATE plans SET created_at = CAST(CAST(:moment AS text) AS timestamptz) WHERE id = :id",
    ),
    "microcycles": (
        "UPDATE microcycles SET title = :text WHERE id = :id",
        "UPDATE microcycles SET starts_on = CAST(CAST(:day AS text) AS date) WHERE id = :id",
    ),
    "sessions": (
        "UPDATE sessions SET title = :text WHERE id = :id",
        "UPDATE sessions SET scheduled_on = CAST(CAST(:day AS text) AS date) WHERE id = :id",
        "UPDATE sessions SET completed_at = CAST(CAST(:moment AS text) AS timestamptz) WHERE id = :id",
    ),
    "prescriptions": (
        "UPDATE prescriptions SET notes = :text WHERE id = :id",
        "UPDATE set_prescriptions SET load_kg = CAST(CAST(:number AS text) AS numeric)"
        " WHERE prescription_id = :id",
    ),
}
