"""What the API's types are in SQL: which table, which columns, and how one leads to another.

This is what lets a whole operation be read in one statement (``engine/``). A field that is a column of its
name needs no line here; a field that leads elsewhere needs one. What is not said here is read by resolvers.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ARRAY, Date, Text

from db import assignments, exercises, plans, seasons
from db.athlete_shapes import ATHLETE_SHAPES, GROUPS, PROFILE
from db.models.assignments import WorkoutAssignmentRow
from db.models.exercises import ExerciseAliasRow, ExerciseRow
from db.models.people import MembershipRow, OrganizationRow, PersonRow, TeamRow
from db.models.plans import (
    MicrocycleRow,
    PlanRow,
    PrescriptionRow,
    SessionRow,
    SetPrescriptionRow,
)
from db.models.seasons import SeasonPlanRow
from db.narrowing import Narrowed, day_window
from db.paging import Order
from db.shape_links import Caller, Column, Many, Of, One, Only, Paged, Same, Shape, Texts, Through, Worked
from db.time_crunch_shapes import TIME_CRUNCH_SHAPES
from db.visibility import (
    exercises_visible_to,
    people_visible_to,
    plans_visible_to,
    teams_visible_to,
)
from db.workload_shapes import ALERTS, THRESHOLDS, TRAINING_LOG, WELLNESS_REPORTS, WORKLOAD_SHAPES


def _assigned(by: Column) -> Paged:
    window = Narrowed(
        assignments.has_days_in, (Date(), Date()), day_window, otherwise=assignments.has_days_ahead
    )
    statuses = Narrowed(assignments.stands_so, (ARRAY(Text),))
    return Paged(
        "WorkoutAssignment",
        assignments.BY_DAY,
        by=by,
        if_seen=True,
        narrowed={"range": window, "statuses": statuses},
    )


_PLAYER = Through(MembershipRow.team_id, MembershipRow.person_id, {"role": "player"})
_COACH = Through(MembershipRow.team_id, MembershipRow.person_id, {"role": "coach"})
_TEAMS = Through(MembershipRow.person_id, MembershipRow.team_id)
_BY_NAME = Order((PersonRow.display_name, PersonRow.id))

CATALOGUE = Paged(
    "Exercise",
    exercises.BY_NAME,
    if_seen=True,
    narrowed={
        "search": Narrowed(exercises.has_words, (ARRAY(Text),), exercises.patterns_of),
        "pattern": Narrowed(exercises.is_of_pattern, (Text(),)),
        "muscle": Narrowed(exercises.trains, (Text(),)),
    },
)

SHAPES: Mapping[str, Shape] = {
    **ATHLETE_SHAPES,
    **TIME_CRUNCH_SHAPES,
    **WORKLOAD_SHAPES,
    "Plan": Shape(
        PlanRow,
        {
            "owner": One("Player", PlanRow.owner_id, if_seen=True, implied=True),
            "microcycles": Many("Microcycle", MicrocycleRow.plan_id, (MicrocycleRow.ordinal,)),
        },
        seen=plans_visible_to,
    ),
    "Microcycle": Shape(
        MicrocycleRow,
        {
            "plan": One("Plan", MicrocycleRow.plan_id),
            "sessions": Many("Session", SessionRow.microcycle_id, (SessionRow.ordinal,)),
        },
        part_of=One("Plan", MicrocycleRow.plan_id),
    ),
    "Session": Shape(
        SessionRow,
        {
            "plan": One("Plan", SessionRow.plan_id),
            "microcycle": One("Microcycle", SessionRow.microcycle_id),
            "prescriptions": Many("Prescription", PrescriptionRow.session_id, (PrescriptionRow.position,)),
            "time_crunch": Same("TimeCrunch"),
        },
        part_of=One("Plan", SessionRow.plan_id),
    ),
    "Prescription": Shape(
        PrescriptionRow,
        {
            "session": One("Session", PrescriptionRow.session_id),
            "exercise": One("Exercise", PrescriptionRow.exercise_id),
            "sets": Many(
                "SetPrescription", SetPrescriptionRow.prescription_id, (SetPrescriptionRow.ordinal,)
            ),
        },
        part_of=One("Session", PrescriptionRow.session_id),
    ),
    "SetPrescription": Shape(SetPrescriptionRow),
    "Exercise": Shape(
        ExerciseRow,
        {"aliases": Texts(ExerciseAliasRow.alias, ExerciseAliasRow.exercise_id, ExerciseAliasRow.ordinal)},
        seen=exercises_visible_to,
    ),
    "Player": Shape(
        PersonRow,
        {
            "teams": Many("Team", None, (TeamRow.name, TeamRow.id), through=_TEAMS, if_seen=True),
            "profile": PROFILE,
            "training_log": TRAINING_LOG,
            "wellness_reports": WELLNESS_REPORTS,
            "plans": Paged("Plan", plans.NEWEST_FIRST, by=PlanRow.owner_id, if_seen=True),
            "assignments": _assigned(WorkoutAssignmentRow.player_id),
        },
        seen=people_visible_to,
    ),
    "Team": Shape(
        TeamRow,
        {
            "players": Paged("Player", _BY_NAME, through=_PLAYER, if_seen=True, implied=True),
            "coaches": Paged("Player", _BY_NAME, through=_COACH, if_seen=True, implied=True),
            "groups": GROUPS,
            "alerts": ALERTS,
            "workload_thresholds": THRESHOLDS,
            "season_plan": Only("SeasonPlan", SeasonPlanRow.team_id, {"status": "active"}),
            "current_phase": One("SeasonPhase", Worked(seasons.id_of_phase_today)),
            "assignments": _assigned(WorkoutAssignmentRow.team_id),
            "season_plans": Paged("SeasonPlan", seasons.LATEST_FIRST, by=SeasonPlanRow.team_id, if_seen=True),
        },
        seen=teams_visible_to,
    ),
    "Viewer": Shape(
        PersonRow,
        {
            "scopes": Caller("viewer_scopes"),
            "organization_name": Of(OrganizationRow.name, PersonRow.organization_id),
            "player": One("Player", PersonRow.id),
            "teams": Paged("Team", Order((TeamRow.name, TeamRow.id)), if_seen=True),
            "plans": Paged("Plan", plans.NEWEST_FIRST, if_seen=True),
        },
    ),
}
