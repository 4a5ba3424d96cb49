"""What reads are measured on: a coach and twelve players, their plans, season and training log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from benchmarks.frontend_reads import frontend_reads
from benchmarks.reads_documents import Places, Read, four_reads
from db import migrate
from db.database import Database
from db.seed import seed_catalogue
from domain.people import Organization, Person, Team, Viewer
from domain.phases import PhaseType
from domain.plan_document import PlanDraft, WeekDraft
from domain.plans import Plan
from resolvers.ids import Kind, global_id
from tests.api import make_api
from tests.databases import Clock
from tests.domain.season_cases import a_phase
from tests.factories import (
    a_prescription,
    a_session,
    an_exercise,
    committed,
    make_athlete,
    make_coach,
    make_organization,
    make_plan,
    make_team,
    make_viewer,
)
from tests.season_factories import make_assignments, make_season, make_workout
from tests.season_world import assignment_of, follow, make_template, season_of
from tests.workload_factories import felt, trained, usual_days

PLANS, PLAYERS = 60, 12
WEEKS, SESSIONS_A_WEEK, EXERCISES = 10, 3, 6
LOGGED_DAYS = 60
TARGETS_MINUTES = (50, 40, 30, 35)
COMPRESS = """mutation ($input: CompressSessionInput!) { compressSession(input: $input) {
    ... on CompressSessionSuccess { status } } }"""


@dataclass(frozen=True)
class Data:
    """``viewers`` are who asks the reads. ``callers`` are of another team, each with one of ``plan_ids``."""

    coach: Person
    viewers: Mapping[UUID, Viewer]
    reads: tuple[Read, ...]
    frontends: tuple[Read, ...]
    callers: tuple[UUID, ...]
    plan_ids: tuple[UUID, ...]

    @property
    def all_reads(self) -> tuple[Read, ...]:
        return self.reads + self.frontends


async def make_data(url: str, *, callers: int = 0, plans: int = PLANS) -> Data:
    """Fills an empty database, as of today: what is asked for by day has to be there on every day."""
    await migrate.upgrade(url)
    clock = Clock(datetime.now(UTC))
    db = Database(url, clock=clock)
    monday = clock.now.date() - timedelta(days=clock.now.weekday())
    try:
        await committed(db, seed_catalogue)
        club = await make_organization(db)
        players = [await make_athlete(db, club) for _ in range(PLAYERS)]
        coach = await make_coach(db, club)
        team = await make_team(db, club, players=players, coaches=[coach])
        draft = _draft(WEEKS)
        made = [
            await make_plan(
                db, players[n % PLAYERS], PlanDraft(f"Strength {n}", draft, goal="Stronger"), starts_on=monday
            )
            for n in range(plans)
        ]
        shorter = await make_plan(
            db, players[0], PlanDraft("Short", draft[:2], goal="Stronger"), starts_on=monday
        )
        others, theirs = await _others(db, club, callers, draft[:1], monday)
        crunched = await _crunch(db, clock, made[1], players[1], team)
        await _season(db, club, team, players, monday)
        for each in players:
            days = usual_days(clock.now.date(), LOGGED_DAYS)
            await trained(db, club.id, {each.id: days})
            await felt(db, club.id, each.id, {day: 3.0 + 0.5 * (day.toordinal() % 4) for day in days})
        session_id = await _first_session(db, shorter.id)
        await settle(db)
    finally:
        await db.dispose()
    places = Places(coach.id, players[1].id, team.id, made[1].id, crunched, monday)
    viewers = (make_viewer(coach, coached=[team]), make_viewer(players[1], played=[team]))
    return Data(
        coach,
        {each.id: each for each in viewers if each.id},
        four_reads(str(shorter.id), str(session_id), coach.id),
        frontend_reads(places),
        others,
        theirs,
    )


def _draft(weeks: int) -> tuple[WeekDraft, ...]:
    day = a_session(*(a_prescription(an_exercise(), set_count=3) for _ in range(EXERCISES)))
    return tuple(WeekDraft(n, (day,) * SESSIONS_A_WEEK) for n in range(1, weeks + 1))


async def _others(
    db: Database, club: Organization, count: int, draft: tuple[WeekDraft, ...], monday: date
) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    people = [await make_athlete(db, club) for _ in range(count)]
    await make_team(db, club, players=people)
    plans = [await make_plan(db, each, PlanDraft("Their own", draft), starts_on=monday) for each in people]
    return tuple(each.id for each in people), tuple(each.id for each in plans)


async def _crunch(db: Database, clock: Clock, plan: Plan, athlete: Person, team: Team) -> UUID:
    """A session that was made shorter some times over; its id."""
    api = make_api(db, clock)
    session_id = await _first_session(db, plan.id)
    ids = {"planId": global_id(Kind.PLAN, plan.id), "sessionId": global_id(Kind.SESSION, session_id)}
    for minutes in TARGETS_MINUTES:
        clock.advance(seconds=1)
        mine = api.as_(make_viewer(athlete, played=[team]))
        await mine.run(COMPRESS, input=ids | {"targetMinutes": minutes})
    await api.services.solver.close()
    return session_id


async def _season(db: Database, club: Organization, team: Team, players: list[Person], monday: date) -> None:
    """The second of three phases, and two workouts a player in step with it."""
    weeks = [monday + timedelta(weeks=n) for n in (-6, -2, 4, 18)]
    kinds = (PhaseType.OFFSEASON, PhaseType.PRESEASON, PhaseType.IN_SEASON)
    phases = [
        a_phase(name=kind.value, type=kind, starts_on=first, ends_on=after - timedelta(days=1))
        for kind, first, after in zip(kinds, weeks, weeks[1:], strict=False)
    ]
    plan = await make_season(db, season_of(team, *phases, starts_on=weeks[0], ends_on=weeks[-1]))
    workouts = [await make_workout(db, club.id, title) for title in ("Lower body", "Upper body")]
    first = {"effective_from": monday, "scheduled_on": monday}
    await make_assignments(
        db, *(assignment_of(team, player.id, workout, **first) for player in players for workout in workouts)
    )
    await follow(db, team, plan.phases[1])
    await make_template(db, club, workouts[0])


async def _first_session(db: Database, plan_id: UUID) -> UUID:
    first = text("SELECT id FROM sessions WHERE plan_id = :plan ORDER BY id LIMIT 1")
    async with db.read() as read:
        found: UUID = (await read.execute(first, {"plan": plan_id})).scalar_one()
    return found


async def settle(db: Database) -> None:
    """As a server does by itself, in time."""
    async with db.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text("VACUUM ANALYZE"))
