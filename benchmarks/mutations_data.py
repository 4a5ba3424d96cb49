"""What mutations are measured on: a club with logs, plans, assignments and alerts, and what is sent to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from benchmarks.mutations_documents import DOCUMENTS
from benchmarks.reads_data import settle
from db import migrate
from db.database import Database
from db.seed import seed_catalogue
from db.workload_alerts import save_alerts
from domain.people import Organization, Person, Team, Viewer
from domain.phases import PhaseType
from domain.plan_document import PlanDraft, WeekDraft
from domain.planning_events import ThresholdType
from domain.recurrence import ONCE
from domain.workload.alerts import Alert, AlertSource, AlertStatus
from domain.workload.breaches import Severity
from domain.workload.model import Metric
from resolvers.ids import Kind, global_id
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
from tests.season_world import assignment_of, make_template, season_of
from tests.workload_factories import felt, trained, usual_days

EXERCISES, SETS = 6, 3
LOGGED_DAYS = 60
SEASON_WEEKS = 40
PLAYERS_OF_A_SMALL_TEAM = 5


@dataclass(frozen=True)
class Sizes:
    """``each``: how many requests there are of a mutation; ``applications``: of one that makes many rows."""

    players: int
    each: int
    applications: int


@dataclass(frozen=True)
class Sent:
    """One request: no other is for the same rows, so they may come in any order and at once."""

    name: str
    caller: UUID
    variables: Mapping[str, Any]

    @property
    def document(self) -> str:
        return DOCUMENTS[self.name]


@dataclass(frozen=True)
class Work:
    """What is sent, mutation by mutation, and who sends it."""

    viewers: Mapping[UUID, Viewer]
    sent: Mapping[str, Sequence[Sent]]


async def make_work(url: str, sizes: Sizes) -> Work:
    """Fills an empty database, as of now."""
    await migrate.upgrade(url)
    clock = Clock(datetime.now(UTC))
    db = Database(url, clock=clock)
    try:
        await committed(db, seed_catalogue)
        club = await make_organization(db)
        players = [await make_athlete(db, club) for _ in range(sizes.players)]
        coach = await make_coach(db, club)
        team = await make_team(db, club, players=players, coaches=[coach])
        teams = dict([await _small_team(db, club, coach) for _ in range(sizes.applications)])
        for each in players:
            days = usual_days(clock.now.date() - timedelta(days=LOGGED_DAYS), LOGGED_DAYS)
            await trained(db, club.id, {each.id: days})
            await felt(db, club.id, each.id, dict.fromkeys(days, 3.5))
        sent = [
            *_reports(players, sizes.each, clock.now.date()),
            *await _of_sessions(db, players, sizes.each, clock.now.date()),
            *await _of_assignments(db, club, team, players, coach, sizes.each, clock.now.date()),
            *await _of_alerts(db, teams, coach, sizes, clock.now),
            *await _of_templates(db, club, list(teams), coach, clock.now.date()),
        ]
        await settle(db)
    finally:
        await db.dispose()
    viewers = [make_viewer(coach, coached=[team, *teams])]
    viewers += [make_viewer(each, played=[team]) for each in players]
    return Work(
        {each.id: each for each in viewers if each.id},
        {name: [each for each in sent if each.name == name] for name in DOCUMENTS},
    )


async def _small_team(db: Database, club: Organization, coach: Person) -> tuple[Team, list[Person]]:
    players = [await make_athlete(db, club) for _ in range(PLAYERS_OF_A_SMALL_TEAM)]
    return await make_team(db, club, players=players, coaches=[coach]), players


def _reports(players: Sequence[Person], count: int, today: date) -> Iterator[Sent]:
    """By the players themselves, each for days of their own."""
    for number in range(count):
        player = players[number % len(players)]
        day = (today - timedelta(days=1 + number // len(players))).isoformat()
        felt_so = {"sleep": 4, "fatigue": 2.5, "soreness": 2, "stress": 3, "mood": 4, "hoursOfSleep": 7.5}
        yield _sent("reportWellness", player, {"day": day, **felt_so})
        done = {"kind": "training", "minutes": 75, "sessionRpe": 6.5, "note": "Skating and shooting"}
        yield _sent("logTraining", player, {"day": day, **done, **_key()})


async def _of_sessions(db: Database, players: Sequence[Person], count: int, today: date) -> list[Sent]:
    """A session is logged, and then made shorter by whoever has less time the next time."""
    day = a_session(*(a_prescription(an_exercise(), set_count=SETS) for _ in range(EXERCISES)))
    weeks = tuple(WeekDraft(n, (day,) * 3) for n in range(1, 11))
    sent: list[Sent] = []
    number = 0
    while len(sent) < 2 * count:
        owner = players[number % len(players)]
        number += 1
        plan = await make_plan(db, owner, PlanDraft(f"Strength {number}", weeks), starts_on=today)
        for session_id in await _sessions_of(db, plan.id):
            session = {"sessionId": global_id(Kind.SESSION, session_id)}
            sent.append(
                _sent("logSession", owner, {**session, "actualMinutes": 55, "sessionRpe": 7, **_key()})
            )
            of_plan = {"planId": global_id(Kind.PLAN, plan.id), **session}
            sent.append(_sent("compressSession", owner, {**of_plan, "targetMinutes": 40, **_key()}))
    return sent[: 2 * count]


async def _of_assignments(
    db: Database,
    club: Organization,
    team: Team,
    players: Sequence[Person],
    coach: Person,
    count: int,
    today: date,
) -> list[Sent]:
    """The coach moves each of a season's assignments by a day, and takes it back in the end."""
    phase = a_phase(name="League", starts_on=today, ends_on=today + timedelta(weeks=SEASON_WEEKS, days=-1))
    await make_season(db, season_of(team, phase, starts_on=phase.starts_on, ends_on=phase.ends_on))
    workout = await make_workout(db, club.id)
    days = [today + timedelta(days=3 * (1 + number // len(players))) for number in range(count)]
    made = await make_assignments(
        db,
        *(
            assignment_of(
                team,
                players[number % len(players)].id,
                workout,
                effective_from=day,
                scheduled_on=day,
                recurrence=ONCE,
            )
            for number, day in enumerate(days)
        ),
    )
    sent = []
    for each, day in zip(made, days, strict=True):
        ids = {"assignmentId": global_id(Kind.WORKOUT_ASSIGNMENT, each.id)}
        moved = {"scheduledOn": (day + timedelta(days=1)).isoformat()}
        sent.append(_sent("updateAssignment", coach, {**ids, "expectedVersion": 1, **moved}))
        sent.append(_sent("cancelAssignment", coach, {**ids, "expectedVersion": 2}))
    return sent


async def _of_alerts(
    db: Database, teams: Mapping[Team, Sequence[Person]], coach: Person, sizes: Sizes, now: datetime
) -> list[Sent]:
    """Of players who report nothing meanwhile, or it would be found that they are over."""
    alerts = [
        _alert(team, player, type, now)
        for type in ThresholdType
        for team, players in teams.items()
        for player in players
    ][: sizes.each]
    await committed(db, lambda one: save_alerts(one, alerts))
    return [
        _sent("acknowledgeAlert", coach, {"alertId": global_id(Kind.WORKLOAD_ALERT, each.id)})
        for each in alerts
    ]


async def _of_templates(
    db: Database, club: Organization, teams: Sequence[Team], coach: Person, today: date
) -> list[Sent]:
    """Twice a week for two weeks: four assignments for each player of a team that has none yet."""
    template = await make_template(db, club, await make_workout(db, club.id, "Upper body"))
    sent = []
    for team in teams:
        phase = a_phase(type=PhaseType.PRESEASON, starts_on=today, ends_on=today + timedelta(weeks=8))
        await make_season(db, season_of(team, phase, starts_on=phase.starts_on, ends_on=phase.ends_on))
        ids = {
            "teamId": global_id(Kind.TEAM, team.id),
            "templateId": global_id(Kind.PHASE_TEMPLATE, template.id),
        }
        starts = {"startDate": (today + timedelta(days=7)).isoformat()}
        sent.append(_sent("applyPhaseTemplate", coach, {**ids, **starts, **_key()}))
    return sent


def _alert(team: Team, player: Person, type: ThresholdType, now: datetime) -> Alert:
    return Alert(
        id=uuid4(),
        organization_id=team.organization_id,
        team_id=team.id,
        player_id=player.id,
        type=type,
        first_day=now.date() - timedelta(days=2),
        last_day=now.date(),
        severity=Severity.WARNING,
        metric=Metric.WEEK_CHANGE,
        current_value=1.62,
        threshold_value=1.5,
        reason="The load of the last week is high beside that of the last four.",
        adjustment=None,
        effect="The coming week stays as it is planned.",
        planned_week_au=2250.0,
        recommended_week_au=None,
        source=AlertSource.OWN,
        status=AlertStatus.OPEN,
        model_version="1",
        version=1,
        raised_at=now,
        updated_at=now,
    )


def _sent(name: str, caller: Person, input: Mapping[str, Any]) -> Sent:
    return Sent(name, caller.id, {"input": dict(input)})


def _key() -> dict[str, str]:
    return {"idempotencyKey": str(uuid4())}


async def _sessions_of(db: Database, plan_id: UUID) -> list[UUID]:
    query = text("SELECT id FROM sessions WHERE plan_id = :plan ORDER BY id")
    async with db.read() as read:
        return list((await read.scalars(query, {"plan": plan_id})).all())
