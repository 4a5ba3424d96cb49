"""How workload analytics grow with players and days: 10, 60 and 200 players, 30, 180 and 365 days.

``python -m benchmarks.workload`` starts a PostgreSQL of its own and prints, for each operation, the seconds
of the best of three, the statements, and the longest that the event loop was held. ``summary`` asks for every
player's range in a few numbers with the team's means, ``series`` for five numbers of every player and day,
``week`` for seven days of every player in full; ``watch`` is what one report of one player costs.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from db import migrate
from db.database import Database
from db.embedded import EmbeddedPostgres
from domain.people import Viewer
from events.workload.watch import watch_players
from resolvers.ids import Kind, global_id
from tests.api import Api, make_api
from tests.databases import Clock
from tests.factories import (
    NOW,
    committed,
    make_athlete,
    make_coach,
    make_organization,
    make_team,
    make_viewer,
)
from tests.statements import count_statements
from tests.workload_factories import TODAY, felt, trained, usual_days

PLAYERS = (10, 60, 200)
DAYS = (30, 180, 365)
HISTORY = 730  # everybody has trained for two years
TIMES = 3
HEAD = """query ($id: ID!, $from: Date!, $to: Date!) {
  workloadAnalytics(teamId: $id, startDate: $from, endDate: $to) """
SUMMARY = f"""{HEAD} {{ players {{ player {{ id }} summary {{ totalLoadAu acuteChronicRatio readinessScore
  riskBand }} }} days(last: 28) {{ day mean(metric: total_load) {{ value }} }} }} }}"""
SERIES = f"""{HEAD} {{ players {{
  series(metrics: [total_load, acute_chronic_ewma, monotony, form, readiness]) {{ metric values }} }} }} }}"""
WEEK = f"""{HEAD} {{ players {{ days(last: 7) {{ day totalLoad {{ value completeness }}
  acuteChronicEwma {{ value isProvisional }} readiness {{ score {{ value }} contributors {{ kind z }} }}
  risk {{ band flags {{ kind value }} }} }} }} }} }}"""


@dataclass(frozen=True)
class Cost:
    seconds: float
    statements: int
    held_ms: float


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="taper-benchmark-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as server,
    ):
        asyncio.run(_run(server.url))


async def _run(url: str) -> None:
    await migrate.upgrade(url)
    clock = Clock(NOW)
    db = Database(url, clock=clock)
    api = make_api(db, clock)
    print(f"{'players':>7} {'days':>5}  {'operation':<9} {'seconds':>8} {'statements':>10} {'held ms':>8}")
    for players in PLAYERS:
        team_id, coach, one = await _team(db, players)
        gc.collect()
        gc.freeze()  # both as the server does, once it has begun
        gc.set_threshold(50_000, 10, 10)
        for days in DAYS:
            variables = {
                "id": global_id(Kind.TEAM, team_id),
                "from": str(TODAY - timedelta(days=days - 1)),
                "to": str(TODAY),
            }
            for name, document in (("summary", SUMMARY), ("series", SERIES), ("week", WEEK)):
                _print(players, days, name, await _best(db, _asking(api.as_(coach), document, variables)))

        async def watch(one: UUID = one) -> None:
            clock.advance(seconds=1)
            await db.unit_of_work(lambda tx: watch_players(tx, [one]), deadline_seconds=30)

        _print(players, HISTORY, "watch", await _best(db, watch))
    await api.services.solver.close()
    await db.dispose()


async def _team(db: Database, size: int) -> tuple[UUID, Viewer, UUID]:
    organization = await make_organization(db)
    players = [await make_athlete(db, organization) for _ in range(size)]
    coach = await make_coach(db, organization)
    team = await make_team(db, organization, players=players, coaches=[coach])
    loads = usual_days(count=HISTORY)
    scores = {day: 3.0 + 0.5 * (day.toordinal() % 4) for day in loads}
    for start in range(0, size, 10):
        some = players[start : start + 10]
        await trained(db, organization.id, {each.id: loads for each in some})
        for each in some:
            await felt(db, organization.id, each.id, scores)
    await committed(db, lambda one: one.execute(text("ANALYZE")))  # as a server does by itself, in time
    return team.id, make_viewer(coach, coached=[team]), players[0].id


def _asking(api: Api, document: str, variables: dict[str, Any]) -> Callable[[], Awaitable[object]]:
    async def ask() -> object:
        return await api.run(document, **variables)

    return ask


async def _best(db: Database, work: Callable[[], Awaitable[object]]) -> Cost:
    costs = [await _cost(db, work) for _ in range(TIMES)]
    best = min(costs, key=lambda each: each.seconds)
    return replace(best, held_ms=min(each.held_ms for each in costs))


async def _cost(db: Database, work: Callable[[], Awaitable[object]]) -> Cost:
    worst = 0.0

    async def tick() -> None:
        nonlocal worst
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, time.perf_counter() - began - 0.001)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    began = time.perf_counter()
    with count_statements(db) as sent:
        await work()
    seconds = time.perf_counter() - began
    await asyncio.sleep(0.002)
    ticking.cancel()
    return Cost(seconds, len(sent), worst * 1000)


def _print(players: int, days: int, name: str, cost: Cost) -> None:
    print(
        f"{players:>7} {days:>5}  {name:<9} {cost.seconds:>8.3f} {cost.statements:>10} {cost.held_ms:>8.0f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
