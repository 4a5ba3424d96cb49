"""What the API's types are in SQL: which table, which columns, and how one leads to another.

This is what lets a whole operation be read in one statement (``engine/``). A field that is a column of its
name needs no line here; a field that leads elsewhere needs one. What is not said here is read by resolvers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import ARRAY, ColumnElement, Date, Text
from sqlalchemy.orm import InstrumentedAttribute

from db import assignments, compressions, exercises, plans, seasons
from db.base import Base
from db.models.assignments import WorkoutAssignmentRow
from db.models.exercises import ExerciseAliasRow, ExerciseRow
from db.models.people import MembershipRow, OrganizationRow, PersonRow, TeamRow
from db.models.plans import (
    CompressionRow,
    MicrocycleRow,
    PlanRow,
    PrescriptionRow,
    SessionRow,
    SetPrescriptionRow,
)
from db.models.seasons import SeasonPlanRow
from db.narrowing import Narrowed, Narrowing, day_window
from db.paging import Order
from db.visibility import (
    ViewerTerms,
    exercises_visible_to,
    people_visible_to,
    plans_visible_to,
    teams_visible_to,
)

Column: TypeAlias = InstrumentedAttribute[Any]
Rule: TypeAlias = Callable[[ViewerTerms, Any], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Through:
    """A table between two: ``near`` holds this object's id, ``far`` the other's. ``only`` narrows it."""

    near: Column
    far: Column
    only: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class One:
    """The object whose id ``by`` holds. ``if_seen``: null for a caller who may not see it."""

    type: str
    by: Column
    if_seen: bool = False


@dataclass(frozen=True, slots=True)
class Only:
    """The one object whose ``by`` holds this one's id and whose columns are as ``where`` says."""

    type: str
    by: Column
    where: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Many:
    """The objects whose ``by`` holds this one's id, or that are found ``through`` another table."""

    type: str
    by: Column | None
    order: tuple[Column, ...]
    through: Through | None = None
    if_seen: bool = False
    narrowed: Mapping[str, Narrowing] = field(default_factory=dict)  # by arguments, as they are called here


@dataclass(frozen=True, slots=True)
class Paged:
    """A connection. With neither ``by`` nor ``through``, of everything that the caller sees."""

    type: str
    order: Order
    by: Column | None = None
    through: Through | None = None
    if_seen: bool = False
    narrowed: Mapping[str, Narrowing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Same:
    """Another type made of the same row."""

    type: str


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts out of a table of their own."""

    value: Column
    by: Column
    order: Column


@dataclass(frozen=True, slots=True)
class Of:
    """A column of the row whose id ``by`` holds."""

    value: Column
    by: Column


Link: TypeAlias = One | Only | Many | Paged | Same | Texts | Of | Column


@dataclass(frozen=True, slots=True)
class Shape:
    """``seen`` says which rows a caller sees; or they see those whose ``part_of`` they see.

    ``links`` are by the names of the fields in Python. A type of neither is never read by itself.
    """

    rows: type[Base]
    links: Mapping[str, Link] = field(default_factory=dict)
    seen: Rule | None = None
    part_of: One | None = None


def _assigned(by: Column) -> Paged:
    """Without a window it is the one that begins today."""
    window = Narrowed(assignments.has_days_in, (Date(), Date()), day_window, is_needed=True)
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
SEASON_IN_FORCE = Only("SeasonPlan", SeasonPlanRow.team_id, {"status": "active"})

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
    "Plan": Shape(
        PlanRow,
        {
            "owner": One("Player", PlanRow.owner_id, if_seen=True),
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
    "TimeCrunch": Shape(
        SessionRow,
        {
            "target_minutes": SessionRow.time_crunch_minutes,
            "applied_at": SessionRow.time_crunch_applied_at,
            "history": Paged("CompressionRecord", compressions.NEWEST_FIRST, by=CompressionRow.session_id),
        },
    ),
    "CompressionRecord": Shape(
        CompressionRow,
        {
            "session": One("Session", CompressionRow.session_id),
            "actor": One("Player", CompressionRow.actor_id, if_seen=True),
        },
        part_of=One("Session", CompressionRow.session_id),
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
            "plans": Paged("Plan", plans.NEWEST_FIRST, by=PlanRow.owner_id, if_seen=True),
            "assignments": _assigned(WorkoutAssignmentRow.player_id),
        },
        seen=people_visible_to,
    ),
    "Team": Shape(
        TeamRow,
        {
            "players": Paged("Player", _BY_NAME, through=_PLAYER, if_seen=True),
            "coaches": Paged("Player", _BY_NAME, through=_COACH, if_seen=True),
            "season_plan": SEASON_IN_FORCE,
            "assignments": _assigned(WorkoutAssignmentRow.team_id),
            "season_plans": Paged("SeasonPlan", seasons.LATEST_FIRST, by=SeasonPlanRow.team_id, if_seen=True),
        },
        seen=teams_visible_to,
    ),
    "Viewer": Shape(
        PersonRow,
        {
            "organization_name": Of(OrganizationRow.name, PersonRow.organization_id),
            "player": One("Player", PersonRow.id),
            "teams": Paged("Team", Order((TeamRow.name, TeamRow.id)), if_seen=True),
            "plans": Paged("Plan", plans.NEWEST_FIRST, if_seen=True),
        },
    ),
}
