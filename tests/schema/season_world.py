"""A world in its season, as the API meets it: phases around today, and workouts to give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from db.athletes import insert_restriction, save_physiology
from db.database import Database
from db.phase_templates import insert_phase_templates
from db.player_groups import change_group
from domain.access import SCOPES_OF_ROLE
from domain.assignments import AssignmentType, WorkoutAssignment
from domain.load_progression import LoadProgression
from domain.people import Role, Viewer
from domain.phase_templates import PhaseTemplate, TargetGroup, TemplateWorkout
from domain.phases import Intensity, PhaseType
from domain.physiology import MedicalRestriction, Physiology, RestrictionKind
from domain.seasons import SeasonPlan
from domain.workouts import Workout
from resolvers.ids import Kind, global_id
from tests.domain.season_cases import MONDAY, a_phase, a_season, an_assignment
from tests.factories import NOW, committed, make_athlete, make_team
from tests.season_factories import make_assignments, make_season, make_workout
from tests.world import World, make_world

TODAY = NOW.date()
FRONT_LINE = TargetGroup(AssignmentType.LINE, "First line")


@dataclass(frozen=True)
class SeasonWorld:
    """The team's season has a hard phase from this Monday for four weeks, and an easy one after it."""

    world: World
    plan: SeasonPlan
    workout: Workout
    other_workout: Workout
    foreign_workout: Workout

    @property
    def team_id(self) -> str:
        return global_id(Kind.TEAM, self.world.team.id)

    @property
    def players(self) -> tuple[UUID, UUID]:
        """The athlete and the mate, as they are told apart by their ids."""
        athlete, mate = self.world.athlete.id, self.world.mate.id
        assert athlete is not None
        assert mate is not None
        return athlete, mate

    @property
    def player_ids(self) -> list[str]:
        return [global_id(Kind.PLAYER, each) for each in self.players]

    @property
    def workout_id(self) -> str:
        return global_id(Kind.WORKOUT, self.workout.id)

    def input(self, **changes: Any) -> dict[str, Any]:
        """The workout for the athlete, tomorrow."""
        assignment = {
            "workoutId": self.workout_id,
            "type": "individual",
            "playerIds": [self.player_ids[0]],
            "scheduledOn": str(TODAY + timedelta(days=1)),
        }
        return {"teamId": self.team_id, "assignment": assignment | changes}

    def assignment(self, **changes: Any) -> WorkoutAssignment:
        """The athlete's, of the other workout, tomorrow, in no phase."""
        return an_assignment(
            **{
                "id": uuid4(),
                "organization_id": self.world.organization.id,
                "team_id": self.world.team.id,
                "player_id": self.players[0],
                "workout_id": self.other_workout.id,
                "load": LoadProgression(400),
                "effective_from": TODAY,
                "scheduled_on": TODAY + timedelta(days=1),
            }
            | changes
        )

    def service(self) -> Viewer:
        """A program that may do all that its organization may."""
        return replace(self.world.service, scopes=SCOPES_OF_ROLE[Role.SERVICE])


async def make_season_world(db: Database) -> SeasonWorld:
    world = await make_world(db)
    plan_id = uuid4()
    hard = a_phase(id=uuid4(), season_plan_id=plan_id, name="Build", intensity=Intensity.HIGH)
    easy = a_phase(
        id=uuid4(),
        season_plan_id=plan_id,
        name="Rest",
        type=PhaseType.RECOVERY,
        intensity=Intensity.RECOVERY,
        training_frequency=2,
        starts_on=MONDAY + timedelta(weeks=4),
        ends_on=MONDAY + timedelta(weeks=8, days=-1),
    )
    plan = a_season(hard, easy, id=plan_id, organization_id=world.organization.id, team_id=world.team.id)
    await make_season(db, plan)
    elsewhere = world.stranger.organization_id
    return SeasonWorld(
        world,
        plan,
        await make_workout(db, world.organization.id, "Lower body"),
        await make_workout(db, world.organization.id, "Upper body"),
        await make_workout(db, elsewhere, "Theirs"),
    )


async def have(db: Database, *assignments: WorkoutAssignment) -> Sequence[WorkoutAssignment]:
    return await make_assignments(db, *assignments)


async def limit_week_of(db: Database, world: SeasonWorld, limit_au: int) -> None:
    """The athlete's weekly load limit."""
    known = Physiology(world.players[0], 50, 190, limit_au)
    organization_id = world.world.organization.id
    await committed(db, lambda one: save_physiology(one, organization_id, known, NOW))


async def forbid_training(
    db: Database, world: SeasonWorld, kind: RestrictionKind = RestrictionKind.NO_TRAINING
) -> None:
    """The athlete's, from today for a week; a limited one rules out what the workout begins with."""
    pattern = world.workout.prescriptions[0].exercise.pattern
    patterns = (pattern,) if kind is RestrictionKind.LIMITED else ()
    restriction = MedicalRestriction(
        uuid4(), world.players[0], kind, TODAY, TODAY + timedelta(days=7), patterns
    )
    organization_id = world.world.organization.id
    await committed(db, lambda one: insert_restriction(one, organization_id, restriction, NOW))


async def put_in_line(db: Database, world: SeasonWorld, *player_ids: UUID) -> None:
    await put_in_group(db, world, FRONT_LINE, *player_ids)


async def put_in_group(db: Database, world: SeasonWorld, group: TargetGroup, *player_ids: UUID) -> None:
    team_id = world.world.team.id
    await committed(db, lambda one: change_group(one, team_id, group, joining=player_ids))


async def make_template(
    db: Database,
    organization_id: UUID | None,
    *targets: TargetGroup,
    name: str = "Base",
    weekdays: tuple[int, ...] = (0, 3),
    weeks: int = 2,
) -> PhaseTemplate:
    """A workout for each target, on the weekdays of all its weeks."""
    placed = []
    for number, target in enumerate(targets or (TargetGroup(),)):
        workout = await make_workout(db, organization_id, f"{name} {number + 1}")
        placed.append(TemplateWorkout(workout, 1, weeks, weekdays, target))
    template = PhaseTemplate(
        uuid4(), organization_id, name, PhaseType.PRESEASON, weeks, tuple(placed), 1, NOW, NOW
    )

    async def store(db_session: AsyncSession) -> None:
        # The template stores its workouts itself.
        fresh = tuple(replace(each, workout=replace(each.workout, id=uuid4())) for each in template.workouts)
        await insert_phase_templates(db_session, [replace(template, workouts=fresh)])

    await committed(db, store)
    return template


async def make_big_team(db: Database, world: SeasonWorld, count: int) -> tuple[str, Viewer]:
    """Another team of the organization, in no season, with so many players; its id and its coach."""
    players = [await make_athlete(db, world.world.organization) for _ in range(count)]
    team = await make_team(db, world.world.organization, players=players)
    coach = replace(world.world.coach, coached_team_ids=frozenset({team.id}))
    plan = world.plan
    own_id = uuid4()
    phases = tuple(replace(each, id=uuid4(), season_plan_id=own_id) for each in plan.phases)
    await make_season(db, replace(plan, id=own_id, team_id=team.id, phases=phases))
    return global_id(Kind.TEAM, team.id), coach
