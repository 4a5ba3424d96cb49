"""Who sees what in a list: the rules of ``domain/access.py`` as SQL. A test holds the two together.

Each rule is for one caller, or for ``ViewerTerms``: the same rule with the caller left open, for statements
that are written once and run for many. ``rows`` is another alias of the table, if not the table itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    false,
    literal,
    or_,
)
from sqlalchemy.orm import aliased

from db.models.assignments import AssignmentAdjustmentRow, WorkoutAssignmentRow
from db.models.athletes import MedicalRestrictionRow
from db.models.exercises import ExerciseRow
from db.models.people import MembershipRow, PersonRow, TeamRow
from db.models.plans import PlanRow, SessionRow
from db.models.seasons import SeasonPlanRow
from db.models.workload import TrainingEntryRow, WellnessReportRow
from db.models.workload_alerts import WorkloadAlertRow
from db.models.workouts import PhaseTemplateRow, WorkoutRow
from domain.assignments import AssignmentStatus
from domain.people import Role, TeamRole, Viewer
from domain.seasons import SeasonStatus


@dataclass(frozen=True, slots=True)
class ViewerTerms:
    """A caller of this role, of whom the rest is said when the statement is run: see ``parameters_of``."""

    role: Role


def parameters_of(viewer: Viewer) -> dict[str, Any]:
    """The values of the parameters that a rule for ``ViewerTerms`` leaves open."""
    return {
        "viewer_id": viewer.id,
        "viewer_organization_id": viewer.organization_id,
        "viewer_scopes": sorted(viewer.scopes),
        "viewer_coached_team_ids": sorted(viewer.coached_team_ids),
        "viewer_team_ids": sorted(viewer.coached_team_ids | viewer.played_team_ids),
    }


def plans_visible_to(viewer: Viewer | ViewerTerms, rows: type[PlanRow] = PlanRow) -> ColumnElement[bool]:
    """For a query on plans: what ``sight_of_plan`` calls FULL."""
    within = rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return within
    is_own = rows.owner_id == _id(viewer)
    if viewer.role is not Role.COACH:
        return and_(within, is_own)
    return and_(
        within, or_(is_own, _belongs_to(rows.owner_id.expression, _coached_teams(viewer), TeamRole.PLAYER))
    )


def teams_visible_to(viewer: Viewer | ViewerTerms, rows: type[TeamRow] = TeamRow) -> ColumnElement[bool]:
    """For a query on teams: what ``sight_of_team`` calls FULL."""
    within = rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return within
    return and_(within, rows.id == any_(_own_teams(viewer)))


def teams_run_by(viewer: Viewer | ViewerTerms, rows: type[TeamRow] = TeamRow) -> ColumnElement[bool]:
    """For a query on teams: what ``sight_to_run_team`` calls FULL."""
    within = rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return within
    if viewer.role is not Role.COACH:
        return false()
    return and_(within, rows.id == any_(_coached_teams(viewer)))


def people_visible_to(viewer: Viewer | ViewerTerms, rows: type[PersonRow] = PersonRow) -> ColumnElement[bool]:
    """For a query on people: what ``sight_of_person`` calls FULL.

    Their teams are those that they play in or coach: a player knows who the coach is.
    """
    within = rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return within
    is_self = rows.id == _id(viewer)
    return and_(within, or_(is_self, _belongs_to(rows.id.expression, _own_teams(viewer), *TeamRole)))


def athletes_visible_to(
    viewer: Viewer | ViewerTerms, rows: type[PersonRow] = PersonRow
) -> ColumnElement[bool]:
    """For a query on people: whose training and health the caller sees, ``sight_of_athlete`` FULL."""
    within = rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return within
    is_self = rows.id == _id(viewer)
    if viewer.role is not Role.COACH:
        return and_(within, is_self)
    coached = _belongs_to(rows.id.expression, _coached_teams(viewer), TeamRole.PLAYER)
    return and_(within, or_(is_self, coached))


def reports_visible_to(
    viewer: Viewer | ViewerTerms,
    rows: type[TrainingEntryRow] | type[WellnessReportRow] | type[MedicalRestrictionRow],
) -> ColumnElement[bool]:
    """For a query on what is told of athletes: of those whose training and health the caller sees."""
    athlete = aliased(PersonRow)
    return exists().where(athlete.id == rows.player_id, athletes_visible_to(viewer, athlete))


def alerts_visible_to(
    viewer: Viewer | ViewerTerms, rows: type[WorkloadAlertRow] = WorkloadAlertRow
) -> ColumnElement[bool]:
    """For a query on alerts: what ``sight_of_alert`` calls FULL."""
    within = rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return within
    is_own = rows.player_id == _id(viewer)
    if viewer.role is not Role.COACH:
        return and_(within, is_own)
    return and_(within, or_(is_own, rows.team_id == any_(_coached_teams(viewer))))


def exercises_visible_to(
    viewer: Viewer | ViewerTerms, rows: type[ExerciseRow] = ExerciseRow
) -> ColumnElement[bool]:
    """For a query on exercises: everyone's, and the own organization's."""
    return everyones_or_own(_organization_id(viewer), rows)


def everyones_or_own(
    organization_id: UUID | ColumnElement[UUID] | None,
    rows: type[ExerciseRow] | type[PhaseTemplateRow] = ExerciseRow,
) -> ColumnElement[bool]:
    """What is everyone's, and what is the organization's own; of None, everyone's alone."""
    return or_(rows.organization_id.is_(None), rows.organization_id == organization_id)


def templates_visible_to(
    viewer: Viewer | ViewerTerms, rows: type[PhaseTemplateRow] = PhaseTemplateRow
) -> ColumnElement[bool]:
    """For a query on phase templates: everyone's, and the own organization's."""
    return everyones_or_own(_organization_id(viewer), rows)


def season_plans_visible_to(
    viewer: Viewer | ViewerTerms, rows: type[SeasonPlanRow] = SeasonPlanRow
) -> ColumnElement[bool]:
    """For a query on season plans: what ``sight_of_season_plan`` calls FULL."""
    within = rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return within
    is_shown = and_(rows.status != SeasonStatus.DRAFT, rows.team_id == any_(_own_teams(viewer)))
    if viewer.role is not Role.COACH:
        return and_(within, is_shown)
    return and_(within, or_(is_shown, rows.team_id == any_(_coached_teams(viewer))))


def assignments_visible_to(
    viewer: Viewer | ViewerTerms, rows: type[WorkoutAssignmentRow] = WorkoutAssignmentRow
) -> ColumnElement[bool]:
    """For a query on workout assignments: what ``sight_of_assignment`` calls FULL."""
    within = rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return within
    is_own = and_(rows.player_id == _id(viewer), rows.status != AssignmentStatus.DRAFT)
    if viewer.role is not Role.COACH:
        return and_(within, is_own)
    return and_(within, or_(is_own, rows.team_id == any_(_coached_teams(viewer))))


def workouts_visible_to(
    viewer: Viewer | ViewerTerms, rows: type[WorkoutRow] = WorkoutRow
) -> ColumnElement[bool]:
    """For a query on workouts: what ``sight_of_workout`` calls FULL."""
    of_everyone, within = rows.organization_id.is_(None), rows.organization_id == _organization_id(viewer)
    if _sees_the_organization(viewer):
        return or_(of_everyone, within)
    assignment, session, plan = aliased(WorkoutAssignmentRow), aliased(SessionRow), aliased(PlanRow)
    is_assigned = exists().where(assignment.workout_id == rows.id, assignments_visible_to(viewer, assignment))
    is_planned = exists().where(
        session.id == rows.session_id, plan.id == session.plan_id, plans_visible_to(viewer, plan)
    )
    return or_(of_everyone, and_(within, or_(rows.session_id.is_(None), is_assigned, is_planned)))


def with_a_team_in_sight(
    viewer: Viewer | ViewerTerms, rows: type[WorkoutAssignmentRow] = WorkoutAssignmentRow
) -> ColumnElement[bool]:
    """Those of a team that the caller sees: a player who has left it does not."""
    team = aliased(TeamRow)
    return exists().where(team.id == rows.team_id, teams_visible_to(viewer, team))


def of_a_team_in_sight(
    viewer: Viewer | ViewerTerms, rows: type[AssignmentAdjustmentRow] = AssignmentAdjustmentRow
) -> ColumnElement[bool]:
    """As ``with_a_team_in_sight``, of what was adjusted."""
    assignment = aliased(WorkoutAssignmentRow)
    return exists().where(assignment.id == rows.assignment_id, with_a_team_in_sight(viewer, assignment))


def _sees_the_organization(viewer: Viewer | ViewerTerms) -> bool:
    return viewer.role in (Role.ADMIN, Role.SERVICE)


def _organization_id(viewer: Viewer | ViewerTerms) -> ColumnElement[UUID]:
    if isinstance(viewer, ViewerTerms):
        return bindparam("viewer_organization_id", type_=Uuid, required=False)
    return literal(viewer.organization_id, Uuid)


def _id(viewer: Viewer | ViewerTerms) -> ColumnElement[UUID | None]:
    """Null for a caller who is nobody's row: equal to nothing."""
    if isinstance(viewer, ViewerTerms):
        return bindparam("viewer_id", type_=Uuid, required=False)
    return literal(viewer.id, Uuid)


def _coached_teams(viewer: Viewer | ViewerTerms) -> ColumnElement[Any]:
    return _teams(viewer, "viewer_coached_team_ids")


def _own_teams(viewer: Viewer | ViewerTerms) -> ColumnElement[Any]:
    return _teams(viewer, "viewer_team_ids")


def _teams(viewer: Viewer | ViewerTerms, name: str) -> ColumnElement[Any]:
    if isinstance(viewer, ViewerTerms):
        return bindparam(name, type_=ARRAY(Uuid), required=False)
    return literal(parameters_of(viewer)[name], ARRAY(Uuid))


def _belongs_to(
    person_id: ColumnElement[UUID], team_ids: ColumnElement[Any], *roles: TeamRole
) -> ColumnElement[bool]:
    membership = aliased(MembershipRow)  # the query around it may speak of memberships, too
    return exists().where(
        membership.person_id == person_id,
        membership.team_id == any_(team_ids),
        membership.role.in_(roles),
    )
