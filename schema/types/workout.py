import strawberry

from domain import workouts as domain
from domain.exercises import Intent
from domain.sessions import ExerciseRole
from resolvers import workouts
from resolvers.ids import Kind
from schema.fields import field
from schema.types.exercise import Exercise
from schema.types.node import Node, id_field
from schema.types.prescription import SetPrescription


@strawberry.type(description="One exercise of a workout, as it is prescribed.")
class WorkoutPrescription:
    position: int = field(description="Its place in the workout, from 1; assignments name it by this.")
    exercise: Exercise = field(description="The movement.")
    role: ExerciseRole = field(description="Core lift or accessory.")
    intent: Intent = field(description="What it is there for.")
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


@strawberry.type(description="What is done in one bout of training, whoever is given it.")
class Workout(Node):
    id: strawberry.ID = id_field(Kind.WORKOUT)
    title: str = field(description="Its title.")
    planned_minutes: int = field(description="How long it is to take, minutes.")
    session_rpe: float = field(description="How hard it is to be, rating of perceived exertion, 0 to 10.")
    planned_load: int = field(
        workouts.planned_load, description="Session RPE times minutes, AU; an assignment may change it."
    )
    notes: str | None = field(description="The coach's notes.")
    prescriptions: list[WorkoutPrescription] = field(
        workouts.prescriptions_of_workout, size=8, description="Its exercises in order, at most 60."
    )

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Workout)
