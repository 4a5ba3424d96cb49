"""How bringing a team in step with a phase grows: sixty players with 1,000, 10,000 and 100,000 assignments.

``python -m benchmarks.season_scale [count …]`` starts a PostgreSQL of its own, with everything durable as in
production, and prints seconds, statements and the longest that the event loop was held for each step. What is
applied and left is announced, event by event, as it is in the product.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import text

from db import migrate
from db.assignments import insert_assignments
from db.athletes import save_physiology, target_players
from db.database import Database, Transaction
from db.embedded import EmbeddedPostgres
from db.own_templates import our_templates
from db.seasons import insert_season_plan
from db.seed import seed_catalogue
from domain.adjustments import Facts, adjust
from domain.assignments import WorkoutAssignment
from domain.phases import Intensity, PhaseType, SeasonPhase
from domain.physiology import HeartRateZone, PerformanceThresholds, Physiology
from domain.planning import Actor
from domain.planning_events import UpdateType
from domain.seasons import SeasonPlan
from domain.template_expansion import Application, expand
from events.season.following import follow_phase, follow_season_plan
from tests.domain.season_cases import MONDAY, NOW, weekly
from tests.factories import committed, make_athlete, make_coach, make_organization, make_team
from tests.season_factories import Club, make_workout
from tests.statements import count_statements

PLAYERS = 60
COUNTS = (1_000, 10_000, 100_000)
BATCH = 10_000  # what a transaction of ten seconds has the time for, twice and more
DEADLINE_SECONDS = 60.0
COACH = Actor(None, "benchmark")


Work = Callable[[Transaction], Awaitable[int]]


@dataclass(frozen=True)
class Step:
    name: str
    seconds: float
    statements: int
    changed: int
    held_ms: float


def main() -> None:
    counts = tuple(int(each) for each in sys.argv[1:]) or COUNTS
    with (
        tempfile.TemporaryDirectory(prefix="taper-benchmark-") as folder,
        EmbeddedPostgres(Path(folder), durable=True) as server,
    ):
        asyncio.run(_run(server.url, counts))


async def _run(url: str, counts: tuple[int, ...]) -> None:
    await migrate.upgrade(url)
    began = time.monotonic()
    db = Database(url, clock=lambda: NOW + timedelta(seconds=time.monotonic() - began))
    await committed(db, seed_catalogue)
    print(
        f"{'assignments':>11}  {'step':<20} {'seconds':>8} {'statements':>10} {'changed':>9} {'held ms':>8}"
    )
    try:
        for count in counts:
            for step in await _measure(db, count):
                print(
                    f"{count:>11,}  {step.name:<20} {step.seconds:>8.2f} {step.statements:>10}"
                    f" {step.changed:>9,} {step.held_ms:>8.0f}"
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
    without = replace(plan, phases=(season,))
    steps.append(await _timed(db, "leave it", _Leaving(club, without, build).batches(len(batches))))
    steps.append(await _timed(db, "apply a template", [partial(_template, club=club, phase=season)]))
    await committed(db, lambda one: one.execute(text("TRUNCATE workout_assignments CASCADE")))
    return steps


async def _timed(db: Database, name: str, works: Sequence[Work]) -> Step:
    """One transaction for each batch, one after the other."""
    gc.collect()
    gc.freeze()  # both as the server does, once it has begun
    gc.set_threshold(50_000, 20, 100)
    gaps = [0.0]
    beat = asyncio.create_task(_beat(gaps))
    with count_statements(db) as sent:
        began = time.perf_counter()
        changed = 0
        for work in works:
            changed += await db.unit_of_work(work, deadline_seconds=DEADLINE_SECONDS)
        seconds = time.perf_counter() - began
    beat.cancel()
    return Step(name, seconds, len(sent), changed, max(gaps) * 1000)


async def _beat(gaps: list[float]) -> None:
    """How late a task is that wants to run every millisecond."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        gaps.append(time.perf_counter() - began - 0.001)


@dataclass
class _Applying:
    """Goes through the team's assignments batch by batch, as whoever has more than one of them does."""

    club: Club
    phase: SeasonPhase
    after: UUID | None = field(default=None, init=False)

    def batches(self, count: int) -> Sequence[Work]:
        return [self.next_batch] * count

    async def next_batch(self, tx: Transaction) -> int:
        followed = await follow_phase(tx, self.club.team, self.phase, by=COACH, after=self.after, limit=BATCH)
        self.after = followed.more_after
        return followed.changed_count


@dataclass
class _Leaving:
    """The phase is not in the plan any more."""

    club: Club
    plan: SeasonPlan
    phase: SeasonPhase
    after: UUID | None = field(default=None, init=False)

    def batches(self, count: int) -> Sequence[Work]:
        return [self.next_batch] * count

    async def next_batch(self, tx: Transaction) -> int:
        left = await follow_season_plan(
            tx,
            self.club.team,
            self.plan,
            [self.phase.id],
            UpdateType.PHASE_REMOVED,
            by=COACH,
            after=self.after,
            limit=BATCH,
        )
        self.after = left.more_after
        return left.changed_count


async def _insert(tx: Transaction, made: list[WorkoutAssignment]) -> int:
    await insert_assignments(tx.db_session, made)
    return len(made)


async def _template(tx: Transaction, club: Club, phase: SeasonPhase) -> int:
    template = next(each for each in our_templates() if each.phase_type is PhaseType.PRESEASON)
    players = (await target_players(tx.db_session, [club.team.id]))[club.team.id]
    application = Application(club.organization.id, club.team.id, phase.starts_on, NOW)
    expansion = expand(template, players, application, uuid4)
    facts = Facts({}, {each.workout.id: each.workout.prescriptions for each in template.workouts})
    made = [adjust(each, phase, now=NOW, by=COACH, facts=facts).assignment for each in expansion.assignments]
    return await _insert(tx, made)


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
