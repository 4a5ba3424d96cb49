"""Who may do what. The facts are gathered elsewhere; the verdict is given here, and only here.

The SQL form of the same rule, for lists, is ``db/visibility.py``; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.people import Role, Viewer


class Scope(StrEnum):
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    SESSIONS_COMPRESS = "sessions:compress"
    TEAMS_READ = "teams:read"
    CATALOGUE_READ = "catalogue:read"
    FLAGS_READ = "flags:read"
    SEASONS_READ = "seasons:read"
    SEASONS_WRITE = "seasons:write"
    ASSIGNMENTS_READ = "assignments:read"
    ASSIGNMENTS_WRITE = "assignments:write"
    TRAINING_REPORT = "training:report"
    WORKLOAD_READ = "workload:read"
    WORKLOAD_WRITE = "workload:write"


FOR_COACHES = frozenset({Scope.SEASONS_WRITE, Scope.ASSIGNMENTS_WRITE, Scope.WORKLOAD_WRITE})

SCOPES_OF_ROLE: dict[Role, frozenset[str]] = {
    Role.ATHLETE: frozenset(Scope) - FOR_COACHES,
    Role.COACH: frozenset(Scope),
    Role.ADMIN: frozenset(Scope),
    # A service has what its token names, and nothing without.
    Role.SERVICE: frozenset(Scope),
}


def effective_scopes(role: Role, token_scopes: frozenset[str] | None) -> frozenset[str]:
    """The role's scopes, narrowed to the token's where it names any. A service's token has to name them."""
    if token_scopes is None:
        return frozenset() if role is Role.SERVICE else SCOPES_OF_ROLE[role]
    return SCOPES_OF_ROLE[role] & token_scopes


def may_use(viewer: Viewer, scope: Scope) -> bool:
    """Whether this call may do such things at all, to whatever object."""
    return scope in viewer.scopes


class Sight(StrEnum):
    """How much of an object a caller may know."""

    FULL = "full"
    EXISTS = "exists"  # same organization: told "forbidden", not "not found"
    NONE = "none"  # must not be told apart from an object that does not exist


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """What a verdict on a workout assignment rests on."""

    organization_id: UUID
    team_id: UUID
    player_id: UUID
    is_draft: bool


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a verdict on a plan rests on. ``owner_team_ids`` are the teams that its owner plays in."""

    plan_id: UUID
    organization_id: UUID
    owner_id: UUID
    owner_team_ids: frozenset[UUID]


def sight_of_plan(viewer: Viewer, plan: PlanFacts) -> Sight:
    """Own plans; plans of players of the teams one coaches; for admins and services, the organization's."""
    return sight_of_athlete(viewer, plan.owner_id, plan.organization_id, plan.owner_team_ids)


def sight_of_athlete(
    viewer: Viewer, athlete_id: UUID, organization_id: UUID, plays_in: frozenset[UUID]
) -> Sight:
    """What is personal: plans, body, health. One's own, that of players one coaches; never a team-mate's.

    For admins and services, everyone's of the organization. ``plays_in`` are the teams of the athlete.
    """
    if organization_id != viewer.organization_id:
        return Sight.NONE
    if viewer.role in (Role.ADMIN, Role.SERVICE):
        return Sight.FULL
    if viewer.id is not None and athlete_id == viewer.id:
        return Sight.FULL
    if viewer.role is Role.COACH and plays_in & viewer.coached_team_ids:
        return Sight.FULL
    return Sight.EXISTS


def sight_to_run_team(viewer: Viewer, team_id: UUID, organization_id: UUID) -> Sight:
    """For what decides over a team: its coaches; for admins and services, the organization's teams.

    Who plays in a team or coaches another one is told that it is not theirs.
    """
    if organization_id != viewer.organization_id:
        return Sight.NONE
    if viewer.role in (Role.ADMIN, Role.SERVICE):
        return Sight.FULL
    if viewer.role is Role.COACH and team_id in viewer.coached_team_ids:
        return Sight.FULL
    return Sight.EXISTS


def sight_of_team(viewer: Viewer, team_id: UUID, organization_id: UUID) -> Sight:
    """Teams one plays in or coaches; for admins and services, the organization's."""
    if organization_id != viewer.organization_id:
        return Sight.NONE
    if viewer.role in (Role.ADMIN, Role.SERVICE):
        return Sight.FULL
    if team_id in viewer.played_team_ids or team_id in viewer.coached_team_ids:
        return Sight.FULL
    return Sight.EXISTS


def sight_of_person(
    viewer: Viewer, person_id: UUID, organization_id: UUID, their_team_ids: frozenset[UUID]
) -> Sight:
    """Oneself; players of the teams one coaches; team-mates; for admins and services, everyone there."""
    if organization_id != viewer.organization_id:
        return Sight.NONE
    if viewer.role in (Role.ADMIN, Role.SERVICE) or person_id == viewer.id:
        return Sight.FULL
    if their_team_ids & (viewer.coached_team_ids | viewer.played_team_ids):
        return Sight.FULL
    return Sight.EXISTS


def sight_of_season_plan(viewer: Viewer, team_id: UUID, organization_id: UUID, *, is_draft: bool) -> Sight:
    """The seasons of the teams that one sees, phases included. A draft is for those who run the team."""
    if is_draft:
        return sight_to_run_team(viewer, team_id, organization_id)
    return sight_of_team(viewer, team_id, organization_id)


def sight_of_assignment(viewer: Viewer, assignment: AssignmentFacts) -> Sight:
    """For those who run the team. A player sees their own, and these only; a draft not yet."""
    sight = sight_to_run_team(viewer, assignment.team_id, assignment.organization_id)
    is_own = viewer.id is not None and assignment.player_id == viewer.id
    if sight is Sight.EXISTS and is_own and not assignment.is_draft:
        return Sight.FULL
    return sight


def sight_of_alert(viewer: Viewer, team_id: UUID, organization_id: UUID, player_id: UUID) -> Sight:
    """For those who run the team, and for the player whom it is about."""
    sight = sight_to_run_team(viewer, team_id, organization_id)
    if sight is Sight.EXISTS and viewer.id is not None and viewer.id == player_id:
        return Sight.FULL
    return sight


def sight_of_workout(
    viewer: Viewer, organization_id: UUID | None, *, is_recipe: bool, has_way: bool
) -> Sight:
    """Everyone's, and the recipes of the organization's templates, are for all who see templates.

    A workout that was made from a session of somebody's plan needs another way to it, ``has_way``: an
    assignment that one sees, or the plan.
    """
    if organization_id is None:
        return Sight.FULL
    if organization_id != viewer.organization_id:
        return Sight.NONE
    may = is_recipe or has_way or viewer.role in (Role.ADMIN, Role.SERVICE)
    return Sight.FULL if may else Sight.EXISTS
