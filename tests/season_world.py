"""A team in its season: two players with the same workout, adjusted to the phase; and a draft beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from db.adjustments import adjustments_of_assignments, facts_for, save_adjustments
from db.assignments import assignments_by_id
from db.athletes import save_physiology
from db.database import Database, Transaction
from db.following import lock_assignments_around
from db.models.people import TeamRow
from db.paging import PageRequest
from db.phase_templates import insert_phase_templates
from domain.access import Scope
from domain.adjustments import AdjustmentRecord, adjust
from domain.assignments import AssignmentStatus, WorkoutAssignment
from domain.days import today_in
from domain.load_progression import LoadProgression
from domain.people import Organization, Person, Team, Viewer
from domain.phase_templates import PhaseTemplate, TemplateWorkout
from domain.phases import PhaseType, SeasonPhase
from domain.physiology import HeartRateZone, PerformanceThresholds, Physiology, PowerRange
from domain.planning import Actor
from domain.seasons import SeasonPlan, SeasonStatus
from domain.workouts import Workout
from resolvers.ids import Kind, global_id
from tests.domain.season_cases import MONDAY, a_phase, a_season, an_assignment, weekly
from tests.factories import NOW, committed, make_service
from tests.season_factories import make_assignments, make_season, make_workout
from tests.world import World

SEASON_SCOPES = frozenset({Scope.SEASONS_READ, Scope.ASSIGNMENTS_READ, Scope.TEAMS_READ, Scope.PLANS_READ})
COACH = Actor(None, "Season planner")
TARGETS = PerformanceThresholds(HeartRateZone(130, 150), PowerRange(200, 220))


@dataclass(frozen=True)
class Stage:
    """``own`` is the athlete's, ``mates`` the mate's, ``elsewhere`` of the other team of the club."""

    world: World
    workout: Workout
    plan: SeasonPlan
    draft: SeasonPlan
    own: WorkoutAssignment
    mates: WorkoutAssignment
    own_draft: WorkoutAssignment
    elsewhere: WorkoutAssignment
    record: AdjustmentRecord
    mates_record: AdjustmentRecord
    template: PhaseTemplate

    @property
    def phase(self) -> SeasonPhase:
        return self.plan.phases[0]

    @property
    def service(self) -> Viewer:
        return replace(make_service(self.world.organization.id), scopes=SEASON_SCOPES)

    @property
    def strange_service(self) -> Viewer:
        return replace(self.world.strange_service, scopes=SEASON_SCOPES)

    @property
    def team_id(self) -> str:
        return global_id(Kind.TEAM, self.world.team.id)

    def ids(self) -> dict[str, str]:
        """Everything here that has one."""
        return {
            "plan": global_id(Kind.SEASON_PLAN, self.plan.id),
            "draft": global_id(Kind.SEASON_PLAN, self.draft.id),
            "phase": global_id(Kind.SEASON_PHASE, self.phase.id),
            "draft phase": global_id(Kind.SEASON_PHASE, self.draft.phases[0].id),
            "own": global_id(Kind.WORKOUT_ASSIGNMENT, self.own.id),
            "mates": global_id(Kind.WORKOUT_ASSIGNMENT, self.mates.id),
            "own draft": global_id(Kind.WORKOUT_ASSIGNMENT, self.own_draft.id),
            "elsewhere": global_id(Kind.WORKOUT_ASSIGNMENT, self.elsewhere.id),
            "record": global_id(Kind.PHASE_ADJUSTMENT, self.record.id),
            "mates record": global_id(Kind.PHASE_ADJUSTMENT, self.mates_record.id),
            "template": global_id(Kind.PHASE_TEMPLATE, self.template.id),
            "workout": global_id(Kind.WORKOUT, self.workout.id),
        }


async def make_stage(db: Database, world: World) -> Stage:
    workout = await make_workout(db, world.organization.id)
    plan = await make_season(
        db,
        season_of(
            world.team,
            a_phase(name="Build", training_frequency=3, game_weekdays=(5,), game_frequency=1.0),
            a_phase(
                name="League",
                type=PhaseType.IN_SEASON,
                starts_on=MONDAY + timedelta(weeks=4),
                ends_on=MONDAY + timedelta(weeks=14, days=-1),
            ),
        ),
    )
    draft = await make_season(
        db, season_of(world.team, a_phase(), status=SeasonStatus.DRAFT, name="Next year")
    )
    body = Physiology(world.owner.id, resting_bpm=50, maximum_bpm=190)
    await committed(db, lambda one: save_physiology(one, world.organization.id, body, NOW))
    own, mates, own_draft, elsewhere = await make_assignments(
        db,
        assignment_of(world.team, world.owner.id, workout, thresholds=TARGETS),
        assignment_of(world.team, _id(world.mate), workout),
        assignment_of(world.team, world.owner.id, workout, status=AssignmentStatus.DRAFT),
        assignment_of(world.other_team, _id(world.other_athlete), workout),
    )
    await follow(db, world.team, plan.phases[0])
    async with db.read() as read:
        stored = await assignments_by_id(read, [own.id, mates.id])
        pages = await adjustments_of_assignments(read, [own.id, mates.id], PageRequest())
    template = await make_template(db, world.organization, workout)
    return Stage(
        world=world,
        workout=workout,
        plan=plan,
        draft=draft,
        own=stored[own.id],
        mates=stored[mates.id],
        own_draft=own_draft,
        elsewhere=elsewhere,
        record=pages[own.id].items[0],
        mates_record=pages[mates.id].items[0],
        template=template,
    )


def season_of(team: Team, *phases: SeasonPhase, **changes: Any) -> SeasonPlan:
    plan_id = uuid4()
    own = tuple(replace(each, id=uuid4(), season_plan_id=plan_id) for each in phases)
    return a_season(
        *own, **{"id": plan_id, "organization_id": team.organization_id, "team_id": team.id} | changes
    )


def assignment_of(team: Team, player_id: UUID, workout: Workout, **changes: Any) -> WorkoutAssignment:
    """Monday to Friday, every week."""
    return an_assignment(
        **{
            "id": uuid4(),
            "organization_id": team.organization_id,
            "team_id": team.id,
            "player_id": player_id,
            "workout_id": workout.id,
            "load": LoadProgression(400),
            "recurrence": weekly(0, 1, 2, 3, 4),
        }
        | changes
    )


async def follow(db: Database, team: Team, phase: SeasonPhase) -> int:
    """Bring the team's assignments in step with the phase; how many changed."""

    async def work(tx: Transaction) -> int:
        today = today_in(team.time_zone, tx.now)
        found = await lock_assignments_around(tx.db_session, team.id, today, phases=[phase])
        facts = await facts_for(tx.db_session, found)
        adjusted = [adjust(each, phase, now=tx.now, by=COACH, facts=facts) for each in found]
        return await save_adjustments(tx.db_session, adjusted, tx.now)

    return await db.unit_of_work(work, deadline_seconds=10)


async def make_template(
    db: Database, organization: Organization, workout: Workout, name: str = "Two weeks"
) -> PhaseTemplate:
    """It has a workout of its own, like the one that is given."""
    own = replace(workout, id=uuid4(), organization_id=organization.id)
    made = PhaseTemplate(
        uuid4(),
        organization.id,
        name,
        PhaseType.PRESEASON,
        2,
        (TemplateWorkout(own, 1, 2, (0, 3), heart_rate_reserve_percent=(70, 80)),),
        1,
        NOW,
        NOW,
    )
    await committed(db, lambda one: insert_phase_templates(one, [made]))
    return made


async def move_team(db: Database, team: Team, time_zone: str) -> None:
    change = update(TeamRow).where(TeamRow.id == team.id).values(time_zone=time_zone)
    await committed(db, lambda one: one.execute(change))


async def more_assignments(
    db: Database, stage: Stage, people: Sequence[Person], **changes: Any
) -> Sequence[WorkoutAssignment]:
    team, workout = stage.world.team, stage.workout
    return await make_assignments(db, *(assignment_of(team, each.id, workout, **changes) for each in people))


def _id(viewer: Viewer) -> UUID:
    assert viewer.id is not None
    return viewer.id
