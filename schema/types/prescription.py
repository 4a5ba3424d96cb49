from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import sessions as domain
from domain.access import Scope
from domain.exercises import Intent
from domain.sessions import ExerciseRole, SetKind
from resolvers import exercises, sessions
from resolvers.ids import Kind
from resolvers.permissions import Has
from schema.fields import field
from schema.types.exercise import Exercise
from schema.types.node import Node, id_field

if TYPE_CHECKING:
    from schema.types.session import Session


@strawberry.type(description="What to do in one set: repetitions, or a hold.")
class SetPrescription:
    ordinal: int = field(description="Its place among the exercise's sets, from 1.")
    kind: SetKind = field(description="What it is for.")
    reps_min: int | None = field(description="Fewest repetitions; null for a hold.")
    reps_max: int | None = field(description="Most repetitions; null for a hold.")
    hold_seconds: int | None = field(description="Seconds to hold; null for repetitions.")
    load_kg: float | None = field(description="Load, kilograms.")
    percent_one_rep_max: float | None = field(description="Load, percent of the one-repetition maximum.")
    rpe: float | None = field(description="How hard it is to be, rating of perceived exertion, 0 to 10.")
    reps_in_reserve: int | None = field(description="Repetitions that are to be left.")


@strawberry.type(description="One exercise of a session, as the coach prescribed it.")
class Prescription(Node):
    id: strawberry.ID = id_field(Kind.PRESCRIPTION)
    position: int = field(description="Its place in the session, from 1.")
    exercise: Exercise = field(exercises.exercise_of_prescription, description="The movement.")
    role: ExerciseRole = field(description="Core lift or accessory.")
    intent: Intent = field(description="What it is there for in this session.")
    sets: list[SetPrescription] = field(size=4, description="Its sets in order.")
    unilateral: bool = field(description="Whether it is done one side after the other.")
    tempo: str | None = field(
        description="Seconds down, paused, up and paused, as '3-1-1-0'; X is as fast as one can."
    )
    rest_seconds_min: int | None = field(description="Least rest between working sets, seconds.")
    rest_seconds_max: int | None = field(description="Most rest between working sets, seconds.")
    group_key: str | None = field(description="Name of the coach's group that it is done in, if any.")
    weight: float = field(description="What it is worth to the coach against the others; 1 is as usual.")
    notes: str | None = field(description="The coach's notes.")
    session: Annotated["Session", strawberry.lazy("schema.types.session")] | None = field(
        sessions.session_of_prescription,
        needs=[Has(Scope.PLANS_READ)],
        description="The session that it stands in.",
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Prescription)
