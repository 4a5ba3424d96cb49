import strawberry

from domain import exercises as domain
from domain.exercises import Intent, MovementPattern, Muscle
from resolvers.ids import Kind
from schema.fields import field
from schema.types.node import Node, id_field


@strawberry.type(description="A movement of the exercise catalogue.")
class Exercise(Node):
    id: strawberry.ID = id_field(Kind.EXERCISE)
    name: str = field(description="Its usual name.")
    aliases: list[str] = field(description="Other usual names for it.")
    pattern: MovementPattern = field(description="How the movement goes.")
    primary_muscles: list[Muscle] = field(description="Muscles that it trains first of all.")
    secondary_muscles: list[Muscle] = field(description="Muscles that it trains, too.")
    station: str = field(description="The place that one person holds while doing it, as 'rack' or 'cable'.")
    equipment: list[str] = field(description="What is needed there, as 'barbell'.")
    intent: Intent = field(description="What it is there for, unless a prescription says otherwise.")
    unilateral: bool = field(description="Whether it is done one side after the other.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, domain.Exercise)
