"""One valid thing at a time, in the database; a test names only what matters to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from db.database import Database
from db.exercises import save_exercises
from db.models.people import MembershipRow, OrganizationRow, PersonRow, TeamRow
from db.new_plans import insert_plan
from domain.access import SCOPES_OF_ROLE, Scope
from domain.exercises import Exercise, Intent, MovementPattern, Muscle
from domain.people import Organization, Person, Role, Team, TeamRole, Viewer
from domain.plan_document import PlanDraft, PrescriptionDraft, SessionDraft, TrainingDay, WeekDraft
from domain.plans import Plan
from domain.sessions import ExerciseRole, SetPrescription

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 16)
_number = count(1)

T = TypeVar("T")


async def committed(db: Database, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Do this in a transaction of its own."""
    return await db.unit_of_work(lambda tx: work(tx.db_session), deadline_seconds=10)


async def make_organization(db: Database, name: str | None = None) -> Organization:
    made = Organization(uuid4(), name or f"Club {next(_number)}")
    await _insert(db, OrganizationRow, [{"id": made.id, "name": made.name}])
    return made


async def make_person(
    db: Database,
    organization: Organization,
    role: Role = Role.ATHLETE,
    *,
    display_name: str | None = None,
    email: str | None = None,
    time_zone: str = "Europe/Oslo",
) -> Person:
    name = display_name or f"{role.value.capitalize()} {next(_number)}"
    made = Person(uuid4(), organization.id, name, role, time_zone)
    row = {each: getattr(made, each) for each in Person.__slots__}
    await _insert(db, PersonRow, [row | {"email": email}])
    return made


async def make_athlete(db: Database, organization: Organization) -> Person:
    return await make_person(db, organization, Role.ATHLETE)


async def make_coach(db: Database, organization: Organization) -> Person:
    return await make_person(db, organization, Role.COACH)


async def make_team(
    db: Database,
    organization: Organization,
    *,
    players: Sequence[Person] = (),
    coaches: Sequence[Person] = (),
    name: str | None = None,
) -> Team:
    made = Team(uuid4(), organization.id, name or f"Team {next(_number)}", "Ice hockey", "Europe/Oslo")
    await _insert(db, TeamRow, [{each: getattr(made, each) for each in Team.__slots__}])
    roles = [(each, TeamRole.PLAYER) for each in players] + [(each, TeamRole.COACH) for each in coaches]
    memberships = [
        {"organization_id": organization.id, "team_id": made.id, "person_id": person.id, "role": role}
        for person, role in roles
    ]
    await _insert(db, MembershipRow, memberships)
    return made


def make_viewer(
    person: Person, *, coached: Sequence[Team] = (), played: Sequence[Team] = (), role: Role | None = None
) -> Viewer:
    return Viewer(
        id=person.id,
        service_name=None,
        organization_id=person.organization_id,
        display_name=person.display_name,
        role=role or person.role,
        time_zone=person.time_zone,
        scopes=SCOPES_OF_ROLE[role or person.role],
        coached_team_ids=frozenset(each.id for each in coached),
        played_team_ids=frozenset(each.id for each in played),
        token_expires_at=NOW + timedelta(hours=1),
    )


def make_service(organization_id: UUID) -> Viewer:
    return Viewer(
        id=None,
        service_name="reports",
        organization_id=organization_id,
        display_name="reports",
        role=Role.SERVICE,
        time_zone="UTC",
        scopes=frozenset({Scope.PLANS_READ, Scope.TEAMS_READ, Scope.CATALOGUE_READ, Scope.FLAGS_READ}),
        coached_team_ids=frozenset(),
        played_team_ids=frozenset(),
        token_expires_at=NOW + timedelta(hours=1),
    )


def an_exercise(name: str | None = None) -> Exercise:
    return Exercise(
        id=uuid4(),
        name=name or f"Lift {next(_number)}",
        primary_muscles=(Muscle.QUADRICEPS,),
        secondary_muscles=(Muscle.GLUTES, Muscle.LOWER_BACK),
        pattern=MovementPattern.SQUAT,
        station="rack",
        equipment=("barbell", "rack"),
        intent=Intent.STRENGTH,
        aliases=("heavy one",),
    )


async def make_exercise(db: Database, name: str | None = None) -> Exercise:
    made = an_exercise(name)
    await committed(db, lambda db_session: save_exercises(db_session, [made]))
    return made


def a_prescription(
    exercise: Exercise, role: ExerciseRole = ExerciseRole.ACCESSORY, set_count: int = 3
) -> PrescriptionDraft:
    sets = tuple(SetPrescription(n, reps_min=8, reps_max=12) for n in range(1, set_count + 1))
    return PrescriptionDraft(exercise, role, exercise.intent, sets, unilateral=exercise.unilateral)


def a_session(*prescriptions: PrescriptionDraft, title: str = "Lower body", weekday: int = 0) -> SessionDraft:
    return SessionDraft(title, prescriptions, day=TrainingDay(weekday=weekday), planned_minutes=60)


def a_plan(*weeks: Sequence[SessionDraft], title: str | None = None) -> PlanDraft:
    numbered = tuple(WeekDraft(n, tuple(sessions)) for n, sessions in enumerate(weeks, start=1))
    return PlanDraft(title or f"Plan {next(_number)}", numbered, goal="Stronger legs")


async def make_plan(
    db: Database, owner: Person, draft: PlanDraft | None = None, *, starts_on: date = MONDAY
) -> Plan:
    """Without a draft: two weeks of two sessions, each a core lift and an accessory of three sets."""
    draft = draft or _two_weeks()
    used = {
        each.exercise.id: each.exercise
        for week in draft.weeks
        for session in week.sessions
        for each in session.prescriptions
    }

    async def store(db_session: AsyncSession) -> Plan:
        await save_exercises(db_session, list(used.values()))
        return await insert_plan(db_session, draft, owner, starts_on, NOW)

    return await committed(db, store)


def _two_weeks() -> PlanDraft:
    core, accessory = an_exercise(), replace(an_exercise(), pattern=MovementPattern.LUNGE, unilateral=True)
    day = a_session(a_prescription(core, ExerciseRole.CORE), a_prescription(accessory))
    return a_plan(
        [day, replace(day, day=TrainingDay(weekday=3))], [day, replace(day, day=TrainingDay(weekday=3))]
    )


async def _insert(db: Database, table: type[object], rows: Sequence[dict[str, object]]) -> None:
    if rows:
        await committed(db, lambda db_session: db_session.execute(insert(table).values(list(rows))))
