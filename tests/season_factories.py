"""A team in its season, in the database; a test names only what matters to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from db.assignments import insert_assignments
from db.database import Database
from db.exercises import save_exercises
from db.seasons import insert_season_plan
from db.workouts import insert_workouts
from domain.assignments import WorkoutAssignment
from domain.load_progression import LoadProgression
from domain.people import Organization, Person, Team
from domain.phases import SeasonPhase
from domain.plan_document import PrescriptionDraft
from domain.planning import Actor
from domain.seasons import SeasonPlan
from domain.sessions import ExerciseRole, SetKind, SetPrescription
from domain.workouts import Workout
from tests.domain.season_cases import MONDAY, a_phase, a_season, an_assignment
from tests.factories import (
    an_exercise,
    committed,
    make_athlete,
    make_coach,
    make_organization,
    make_team,
)


@dataclass(frozen=True)
class Club:
    organization: Organization
    team: Team
    coach: Person
    players: tuple[Person, ...]
    workout: Workout
    other_workout: Workout

    @property
    def by(self) -> Actor:
        return Actor(self.coach.id, self.coach.display_name)

    def season(self, *phases: SeasonPhase, **changes: Any) -> SeasonPlan:
        """Of this team, with phases of its own: four weeks of preseason, then ten in season."""
        plan_id = uuid4()
        phases = phases or (
            a_phase(name="Build"),
            a_phase(
                name="Season",
                starts_on=MONDAY + timedelta(weeks=4),
                ends_on=MONDAY + timedelta(weeks=14, days=-1),
            ),
        )
        own = tuple(replace(each, id=uuid4(), season_plan_id=plan_id) for each in phases)
        return a_season(
            *own,
            **{"id": plan_id, "organization_id": self.organization.id, "team_id": self.team.id} | changes,
        )

    def assignment(self, player: Person | None = None, **changes: Any) -> WorkoutAssignment:
        return an_assignment(
            **{
                "id": uuid4(),
                "organization_id": self.organization.id,
                "team_id": self.team.id,
                "player_id": (player or self.players[0]).id,
                "workout_id": self.workout.id,
                "load": LoadProgression(400),
            }
            | changes
        )


async def make_club(db: Database, player_count: int = 2) -> Club:
    organization = await make_organization(db)
    players = tuple([await make_athlete(db, organization) for _ in range(player_count)])
    coach = await make_coach(db, organization)
    team = await make_team(db, organization, players=players, coaches=[coach])
    workouts = [await make_workout(db, organization.id, title) for title in ("Lower body", "Upper body")]
    return Club(organization, team, coach, players, *workouts)


async def make_workout(db: Database, organization_id: UUID | None, title: str = "Lower body") -> Workout:
    """A core lift and an accessory, with every field of a prescription filled."""
    core, accessory = an_exercise(), an_exercise()
    sets = (
        SetPrescription(1, SetKind.WARM_UP, reps_min=5, reps_max=5, load_kg=40.0),
        SetPrescription(2, reps_min=6, reps_max=8, percent_one_rep_max=75.0, rpe=8.0, reps_in_reserve=2),
        SetPrescription(3, SetKind.RAMP, hold_seconds=30),
    )
    made = Workout(
        uuid4(),
        organization_id,
        title,
        60,
        6.5,
        (
            PrescriptionDraft(
                core, ExerciseRole.CORE, core.intent, sets, True, "3-1-X-0", 90, 120, "A", 2.0, "Deep"
            ),
            PrescriptionDraft(accessory, ExerciseRole.ACCESSORY, accessory.intent, sets[1:2]),
        ),
        notes="In the rack",
    )

    async def store(db_session: Any) -> None:
        await save_exercises(db_session, [core, accessory])
        await insert_workouts(db_session, [made])

    await committed(db, store)
    return made


async def make_season(db: Database, plan: SeasonPlan) -> SeasonPlan:
    return await committed(db, lambda one: insert_season_plan(one, plan))


async def make_assignments(db: Database, *assignments: WorkoutAssignment) -> Sequence[WorkoutAssignment]:
    await committed(db, lambda one: insert_assignments(one, assignments))
    return assignments
