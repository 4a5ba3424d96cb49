"""Loading by id what of a season the caller may see; the rules of ``resolvers/sight.py`` hold here, too."""

from __future__ import annotations

from asyncio import gather
from uuid import UUID

from domain import access
from domain.access import AssignmentFacts, Sight
from domain.adjustments import AdjustmentRecord
from domain.assignments import AssignmentStatus, WorkoutAssignment
from domain.errors import Forbidden, NotFound
from domain.people import Team, Viewer
from domain.phase_templates import PhaseTemplate
from domain.phases import SeasonPhase
from domain.seasons import SeasonPlan, SeasonStatus
from domain.workouts import Workout
from resolvers.context import Context
from resolvers.ids import Kind
from resolvers.sight import NOBODY, granted, sight_of, team_in_sight


async def season_plan_in_sight(context: Context, plan_id: UUID) -> SeasonPlan:
    plan = await context.loaders.season.plan(plan_id)
    return granted(plan, sight_of_season_plan(context.caller, plan), Kind.SEASON_PLAN, plan_id)


async def phase_in_sight(context: Context, phase_id: UUID) -> SeasonPhase:
    phase = await context.loaders.season.phase(phase_id)
    plan = await context.loaders.season.plan(NOBODY if phase is None else phase.season_plan_id)
    return granted(phase, sight_of_season_plan(context.caller, plan), Kind.SEASON_PHASE, phase_id)


async def template_in_sight(context: Context, template_id: UUID) -> PhaseTemplate:
    """The source gives what the organization may use only, so another's template is just missing."""
    template = await context.loaders.season.template(template_id)
    sight = Sight.NONE if template is None else Sight.FULL
    return granted(template, sight, Kind.PHASE_TEMPLATE, template_id)


async def workout_in_sight(context: Context, workout_id: UUID) -> Workout:
    """The ways to a workout that was made from a session are looked for whether it was or not."""
    loaders = context.loaders
    workout, is_assigned = await gather(
        loaders.season.workout.load(workout_id), loaders.season.is_seen_assigned.load(workout_id)
    )
    session_id = None if workout is None else workout.session_id
    session = await loaders.session.load(session_id or NOBODY)
    facts = await loaders.plan_facts.load(NOBODY if session is None else session.plan_id)
    sight = Sight.NONE
    if workout is not None:
        sight = access.sight_of_workout(
            context.caller,
            workout.organization_id,
            is_recipe=workout.session_id is None,
            has_way=is_assigned or sight_of(context.caller, facts) is Sight.FULL,
        )
    return granted(workout, sight, Kind.WORKOUT, workout_id)


async def assignment_in_sight(context: Context, assignment_id: UUID) -> WorkoutAssignment:
    assignment = await context.loaders.season.assignment.load(assignment_id)
    sight = sight_of_assignment(context.caller, assignment)
    return granted(assignment, sight, Kind.WORKOUT_ASSIGNMENT, assignment_id)


async def adjustment_in_sight(context: Context, record_id: UUID) -> AdjustmentRecord:
    record = await context.loaders.season.adjustment.load(record_id)
    assignment = await context.loaders.season.assignment.load(
        NOBODY if record is None else record.assignment_id
    )
    sight = sight_of_assignment(context.caller, assignment)
    return granted(record, sight, Kind.PHASE_ADJUSTMENT, record_id)


async def phase_if_seen(context: Context, team_id: UUID, phase_id: UUID | None) -> SeasonPhase | None:
    """For what refers to a phase of the team, which may be gone, or of a season that is a draft."""
    if phase_id is None:
        return None
    team = await team_if_seen(context, team_id)
    phase = None if team is None else await context.loaders.season.phase_of_team(team, phase_id)
    if phase is None:
        return None
    plan = await context.loaders.season.plan(phase.season_plan_id)
    return phase if sight_of_season_plan(context.caller, plan) is Sight.FULL else None


async def season_plan_if_seen(context: Context, plan_id: UUID | None) -> SeasonPlan | None:
    if plan_id is None:
        return None
    try:
        return await season_plan_in_sight(context, plan_id)
    except (NotFound, Forbidden):
        return None


async def template_if_seen(context: Context, template_id: UUID | None) -> PhaseTemplate | None:
    if template_id is None:
        return None
    try:
        return await template_in_sight(context, template_id)
    except (NotFound, Forbidden):
        return None


async def team_if_seen(context: Context, team_id: UUID) -> Team | None:
    try:
        return await team_in_sight(context, team_id)
    except (NotFound, Forbidden):
        return None


def sight_of_season_plan(viewer: Viewer, plan: SeasonPlan | None) -> Sight:
    if plan is None:
        return Sight.NONE
    is_draft = plan.status is SeasonStatus.DRAFT
    return access.sight_of_season_plan(viewer, plan.team_id, plan.organization_id, is_draft=is_draft)


def sight_of_assignment(viewer: Viewer, assignment: WorkoutAssignment | None) -> Sight:
    if assignment is None:
        return Sight.NONE
    return access.sight_of_assignment(
        viewer,
        AssignmentFacts(
            assignment.organization_id,
            assignment.team_id,
            assignment.player_id,
            is_draft=assignment.status is AssignmentStatus.DRAFT,
        ),
    )
