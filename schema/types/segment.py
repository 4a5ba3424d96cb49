"""The four kinds of part that a session consists of."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from domain.access import Scope
from domain.compression import model as domain
from domain.compression.model import BlockRationale, PairPriority, SegmentKind
from resolvers import outlines
from resolvers.permissions import Has
from schema.fields import field

if TYPE_CHECKING:
    from schema.types.prescription import Prescription


@strawberry.type(description="An exercise within a segment, with the sets that remain.")
class SegmentExercise:
    prescription_id: strawberry.ID = field(
        outlines.prescription_id, description="Global id of the prescription."
    )
    prescription: Annotated["Prescription", strawberry.lazy("schema.types.prescription")] | None = field(
        outlines.prescription,
        needs=[Has(Scope.PLANS_READ)],
        description="The prescription; null if it is gone since.",
    )
    exercise_name: str = field(description="The exercise.")
    position: int = field(description="Its place in the session as planned, from 1.")
    is_core: bool = field(description="Whether it is a core lift.")
    warm_up_sets: int = field(description="Warm-up sets before it.")
    working_sets: int = field(description="Working sets to do.")
    working_sets_before: int = field(description="Working sets as planned.")
    work_seconds_per_set: float = field(description="Seconds under load in one set, both sides together.")
    rest_seconds: float = field(description="Seconds of rest that it is given between its sets.")


@strawberry.interface(description="A part of a session.")
class Segment:
    order: int = field(description="Its place in the session, from 1.")
    kind: SegmentKind = field(description="What it is.")
    exercises: list[SegmentExercise] = field(size=2, description="Its exercises in order.")
    setup_seconds: int = field(description="Seconds to set up and warm up.")
    work_seconds: int = field(description="Seconds of work.")
    rest_seconds: int = field(description="Seconds of rest and of changing over.")
    total_seconds: int = field(description="Set-up, work and rest together, seconds.")
    rest_seconds_between: float = field(description="Seconds of rest between two sets or rounds.")
    quality: float = field(description="What a set is worth in it, against a straight set with full rest.")

    @classmethod
    def resolve_type(cls, obj: Any, *_: Any) -> str:
        return _TYPE_NAMES[obj.kind]


@strawberry.type(description="A core lift: first, in the plan's order, alone, never removed.")
class CoreLiftSegment(Segment):
    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return _is(obj, SegmentKind.CORE_LIFT)


@strawberry.type(description="Exactly two accessories, done in turns.")
class AccessorySupersetSegment(Segment):
    rounds: int | None = field(description="Rounds of both.")
    priority: PairPriority | None = field(description="Why these two.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return _is(obj, SegmentKind.ACCESSORY_SUPERSET)


@strawberry.type(description="Two or three exercises, done in rounds.")
class AccessoryBlockSegment(Segment):
    rounds: int | None = field(description="Rounds of all.")
    rationale: BlockRationale | None = field(description="Why these.")

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return _is(obj, SegmentKind.ACCESSORY_BLOCK)


@strawberry.type(description="One accessory, alone.")
class AccessorySingleSegment(Segment):
    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return _is(obj, SegmentKind.ACCESSORY_SINGLE)


_TYPE_NAMES = {
    SegmentKind.CORE_LIFT: "CoreLiftSegment",
    SegmentKind.ACCESSORY_SUPERSET: "AccessorySupersetSegment",
    SegmentKind.ACCESSORY_BLOCK: "AccessoryBlockSegment",
    SegmentKind.ACCESSORY_SINGLE: "AccessorySingleSegment",
}


def _is(obj: object, kind: SegmentKind) -> bool:
    return isinstance(obj, domain.Segment) and obj.kind is kind
