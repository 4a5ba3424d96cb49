"""A club with two teams, another club beside it, and a plan that everybody would like to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from db.database import Database
from db.plans import microcycles_by_plan
from db.prescriptions import prescriptions_by_session
from db.sessions import sessions_by_plan
from domain.exercises import Exercise, Intent, MovementPattern, Muscle
from domain.people import Organization, Person, Role, Team, Viewer
from domain.plan_document import PlanDraft, PrescriptionDraft, SessionDraft, TrainingDay, WeekDraft
from domain.plans import Microcycle, Plan
from domain.sessions import ExerciseRole, Prescription, Session, SetPrescription
from resolvers.ids import Kind, global_id
from tests.factories import (
    make_athlete,
    make_coach,
    make_organization,
    make_person,
    make_plan,
    make_service,
    make_team,
    make_viewer,
)


@dataclass(frozen=True, slots=True)
class World:
    """``athlete`` owns ``plan`` and plays in ``team`` with ``mate``, coached by ``coach``."""

    organization: Organization
    team: Team
    other_team: Team
    owner: Person
    athlete: Viewer
    mate: Viewer
    other_athlete: Viewer
    coach: Viewer
    other_coach: Viewer
    admin: Viewer
    service: Viewer
    stranger: Viewer
    strange_admin: Viewer
    strange_service: Viewer
    plan: Plan
    microcycles: Sequence[Microcycle]
    sessions: Sequence[Session]
    prescriptions: Sequence[Prescription]

    @property
    def session(self) -> Session:
        return self.sessions[0]

    @property
    def plan_id(self) -> str:
        return global_id(Kind.PLAN, self.plan.id)

    @property
    def session_id(self) -> str:
        return global_id(Kind.SESSION, self.session.id)

    @property
    def ids(self) -> dict[str, str]:
        return {"planId": self.plan_id, "sessionId": self.session_id}


async def make_world(db: Database, draft: PlanDraft | None = None) -> World:
    organization, elsewhere = await make_organization(db), await make_organization(db)
    owner, mate, other = [await make_athlete(db, organization) for _ in range(3)]
    coach, other_coach = [await make_coach(db, organization) for _ in range(2)]
    admin = await make_person(db, organization, Role.ADMIN)
    team = await make_team(db, organization, players=[owner, mate], coaches=[coach])
    other_team = await make_team(db, organization, players=[other], coaches=[other_coach])
    stranger, strange_admin = (
        await make_athlete(db, elsewhere),
        await make_person(db, elsewhere, Role.ADMIN),
    )
    plan = await make_plan(db, owner, draft or a_two_week_plan())
    async with db.read() as db_session:
        weeks = (await microcycles_by_plan(db_session, [plan.id]))[plan.id]
        sessions = (await sessions_by_plan(db_session, [plan.id])).get(plan.id, [])
        ids = [each.id for each in sessions]
        prescriptions = await prescriptions_by_session(db_session, ids)
    return World(
        organization=organization,
        team=team,
        other_team=other_team,
        owner=owner,
        athlete=make_viewer(owner, played=[team]),
        mate=make_viewer(mate, played=[team]),
        other_athlete=make_viewer(other, played=[other_team]),
        coach=make_viewer(coach, coached=[team]),
        other_coach=make_viewer(other_coach, coached=[other_team]),
        admin=make_viewer(admin),
        service=make_service(organization.id),
        stranger=make_viewer(stranger),
        strange_admin=make_viewer(strange_admin),
        strange_service=make_service(elsewhere.id),
        plan=plan,
        microcycles=weeks,
        sessions=sessions,
        prescriptions=prescriptions[ids[0]] if ids and ids[0] in prescriptions else (),
    )


def a_two_week_plan() -> PlanDraft:
    """Two weeks of two sessions; all four are the same long session."""
    day = a_long_session()
    weeks = tuple(WeekDraft(n, (day, _on(day, 3))) for n in (1, 2))
    return PlanDraft("Strength", weeks, goal="A bigger squat")


def a_plan_of(*sessions: SessionDraft) -> PlanDraft:
    return PlanDraft("Plan", (WeekDraft(1, tuple(sessions)),))


def a_long_session(accessory_count: int = 4) -> SessionDraft:
    """Two core lifts of five sets and accessories that can be paired: about an hour and a half."""
    return SessionDraft(
        "Whole body",
        (
            core("Back squat", Muscle.QUADRICEPS),
            core("Bench press", Muscle.CHEST),
            *accessories(accessory_count),
        ),
        day=TrainingDay(weekday=0),
        planned_minutes=90,
    )


def a_session_of(*prescriptions: PrescriptionDraft) -> SessionDraft:
    return replace(a_long_session(), prescriptions=prescriptions)


def core(name: str, muscle: Muscle, set_count: int = 5) -> PrescriptionDraft:
    exercise = an_exercise(name, muscle, MovementPattern.SQUAT, "rack", Intent.STRENGTH)
    return _prescribed(exercise, ExerciseRole.CORE, set_count, rest=180)


def accessories(count: int) -> tuple[PrescriptionDraft, ...]:
    kinds = (
        ("Row", Muscle.LATS, MovementPattern.HORIZONTAL_PULL),
        ("Curl", Muscle.BICEPS, MovementPattern.ELBOW_FLEXION),
        ("Press-down", Muscle.TRICEPS, MovementPattern.ELBOW_EXTENSION),
        ("Leg curl", Muscle.HAMSTRINGS, MovementPattern.KNEE_FLEXION),
    )
    found = []
    for number in range(count):
        name, muscle, pattern = kinds[number % len(kinds)]
        exercise = an_exercise(f"{name} {number + 1}", muscle, pattern, "cable", Intent.HYPERTROPHY)
        found.append(_prescribed(exercise, ExerciseRole.ACCESSORY, 3, rest=90))
    return tuple(found)


def an_exercise(
    name: str, muscle: Muscle, pattern: MovementPattern, station: str, intent: Intent, id: UUID | None = None
) -> Exercise:
    return Exercise(
        id=id or uuid4(),
        name=name,
        primary_muscles=(muscle,),
        secondary_muscles=(),
        pattern=pattern,
        station=station,
        equipment=("barbell",) if station == "rack" else (station,),
        intent=intent,
    )


def _prescribed(exercise: Exercise, role: ExerciseRole, set_count: int, rest: int) -> PrescriptionDraft:
    sets = tuple(SetPrescription(n, reps_min=8, reps_max=8) for n in range(1, set_count + 1))
    return PrescriptionDraft(
        exercise, role, exercise.intent, sets, rest_seconds_min=rest, rest_seconds_max=rest
    )


def _on(day: SessionDraft, weekday: int) -> SessionDraft:
    return replace(day, day=TrainingDay(weekday=weekday))
