"""How bringing a team in step with a phase grows: sixty players with 1,000, 10,000 and 100,000 assignments.

``python -m benchmarks.season_scale [count …]`` starts a PostgreSQL of its own, with everything durable as in
production, and prints seconds and statements for each step.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from db import migrate
from db.adjustments import facts_for, lock_assignments_of_phase, lock_followers_of_phases, save_adjustments
from db.assignments import insert_assignments
from db.athletes import save_physiology, target_players
from db.database import Database
from db.embedded import EmbeddedPostgres
from db.own_templates import our_templates
from db.seasons import insert_season_plan
from db.seed import seed_catalogue
from domain.adjustments import Facts, adjust, restore
from domain.assignments import WorkoutAssignment
from domain.phases import Intensity, PhaseType, SeasonPhase
from domain.physiology import HeartRateZone, PerformanceThresholds, Physiology
from domain.planning import Actor
from domain.template_expansion import Application, expand
from tests.domain.season_cases import MONDAY, NOW, weekly
from tests.factories import committed, make_athlete, make_coach, make_organization, make_team
from tests.season_factories import Club, make_workout
from tests.statements import count_statements

PLAYERS = 60
COUNTS = (1_000, 10_000, 100_000)
BATCH = 10_000  # what a transaction of ten seconds has the time for, twice and more
DEADLINE_SECONDS = 60.0
COACH = Actor(None, "benchmark")


Work = Callable[[Any], Awaitable[int]]


@dataclass(frozen=True)
class Step:
    name: str
    seconds: float
    statements: int
    changed: int


def main() -> None:
    counts = tuple(int(each) for each in sys.argv[1:]) or COUNTS
    with (
        tempfile.TemporaryDirectory(prefix="taper-benchmark-") as folder,
        EmbeddedPostgres(Path(folder), durable=True) as server,
    ):
        asyncio.run(_run(server.url, counts))


async def _run(url: str, counts: tuple[int, ...]) -> None:
    await migrate.upgrade(url)
    db = Database(url, clock=lambda: NOW)
    await committed(db, seed_catalogue)
    print(f"{'assignments':>11}  {'step':<34} {'seconds':>8} {'statements':>10} {'changed':>9}")
    try:
        for count in counts:
            for step in await _measure(db, count):
                print(
                    f"{count:>11,}  {step.name:<34} {step.seconds:>8.2f} {step.statements:>10}"
                    f" {step.changed:>9,}"
                )
    finally:
        await db.dispose()


async def _measure(db: Database, count: int) -> list[Step]:
    club = await _club(db)
    plan = club.season()
    await committed(db, lambda one: insert_season_plan(one, plan))
    build, season = plan.phases
    hard = replace(build, intensity=Intensity.PEAK, training_frequency=2, focus_areas=("power",))
    made = [_assignment(club, number) for number in range(count)]
    batches = [made[at : at + BATCH] for at in range(0, count, BATCH)]
    steps = [await _timed(db, "create", [partial(_insert, made=some) for some in batches])]
    await committed(db, lambda one: one.execute(text("ANALYZE workout_assignments")))
    for name, phase in (("apply a phase", build), ("apply it again", build), ("apply it changed", hard)):
        steps.append(await _timed(db, name, _Applying(club, phase).batches(len(batches))))
    leaving = [partial(_leave, phase=build)] * len(batches)
    steps.append(await _timed(db, "leave it", leaving))
    steps.append(await _timed(db, "apply a template", [partial(_template, club=club, phase=season)]))
    await committed(db, lambda one: one.execute(text("TRUNCATE workout_assignments CASCADE")))
    return steps


async def _timed(db: Database, name: str, works: Sequence[Work]) -> Step:
    """One transaction for each batch, one after the other."""
    with count_statements(db) as sent:
        began = time.perf_counter()
        changed = 0
        for work in works:
            changed += await _committed(db, work)
        seconds = time.perf_counter() - began
    return Step(name, seconds, len(sent), changed)


@dataclass
class _Applying:
    """Goes through the team's assignments batch by batch, as whoever has more than one of them does."""

    club: Club
    phase: SeasonPhase
    after: UUID | None = None

    def batches(self, count: int) -> Sequence[Work]:
        return [self.next_batch] * count

    async def next_batch(self, db_session: Any) -> int:
        assignments = await lock_assignments_of_phase(
            db_session, self.club.team.id, self.phase, MONDAY, after=self.after, limit=BATCH
        )
        facts = await facts_for(db_session, assignments)
        adjusted = [adjust(each, self.phase, now=NOW, by=COACH, facts=facts) for each in assignments]
        self.after = assignments[-1].id
        return await save_adjustments(db_session, adjusted, NOW)


async def _committed(db: Database, work: Work) -> int:
    return await db.unit_of_work(lambda tx: work(tx.db_session), deadline_seconds=DEADLINE_SECONDS)


async def _insert(db_session: Any, made: list[WorkoutAssignment]) -> int:
    await insert_assignments(db_session, made)
    return len(made)


async def _leave(db_session: Any, phase: SeasonPhase) -> int:
    followers = await lock_followers_of_phases(db_session, [phase.id], limit=BATCH)
    restored = [restore(each, now=NOW, by=COACH, reason="The phase is over.") for each in followers]
    return await save_adjustments(db_session, restored, NOW)


async def _template(db_session: Any, club: Club, phase: SeasonPhase) -> int:
    template = next(each for each in our_templates() if each.phase_type is PhaseType.PRESEASON)
    players = (await target_players(db_session, [club.team.id]))[club.team.id]
    application = Application(club.organization.id, club.team.id, phase.starts_on, NOW)
    expansion = expand(template, players, application, uuid4)
    facts = Facts({}, {each.workout.id: each.workout.prescriptions for each in template.workouts})
    made = [adjust(each, phase, now=NOW, by=COACH, facts=facts).assignment for each in expansion.assignments]
    return await _insert(db_session, made)


async def _club(db: Database) -> Club:
    organization = await make_organization(db)
    players = tuple([await make_athlete(db, organization) for _ in range(PLAYERS)])
    team = await make_team(db, organization, players=players)
    for each in players:
        body = Physiology(each.id, 50, 195)
        await committed(db, lambda one, body=body: save_physiology(one, organization.id, body, NOW))  # type: ignore[misc]
    workouts = [await make_workout(db, organization.id, title) for title in ("Lower body", "Upper body")]
    return Club(organization, team, await make_coach(db, organization), players, *workouts)


def _assignment(club: Club, number: int) -> WorkoutAssignment:
    day = MONDAY + timedelta(days=number % 28)
    return club.assignment(
        club.players[number % PLAYERS],
        scheduled_on=day,
        effective_from=day,
        recurrence=weekly(0, 2, 4, ends_on=day + timedelta(weeks=6)),
        thresholds=PerformanceThresholds(HeartRateZone(140, 160)),
    )


if __name__ == "__main__":
    main()
